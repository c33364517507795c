//! Stickers that we send (05, MD; 20, section 3.3).

use crate::payload;
use crate::world::*;
use image::ImageFormat::{Jpeg, Png};
use model::*;
use service::{Cx, conversation, media, message, visitor};
use wiremock::ResponseTemplate;

const STICKER: &[u8] = include_bytes!("../../../graph-sim/assets/samples/sticker.webp");

fn media_of(m: &Message) -> Media {
    let Content::Media(media) = &m.content else { panic!("no file but {:?}", m.content) };
    media.clone()
}

/// A sticker that a contact sent, fetched.
async fn received(w: &World, phone: &str, bytes: &[u8]) -> Message {
    let (id, file) = (format!("wamid.S{}", w.fresh()), format!("9{}", w.fresh()));
    w.graph.about_file(&file, bytes.len(), &service::keys::sha256_hex(bytes)).await;
    w.graph.file(&file, 1, ResponseTemplate::new(200).set_body_raw(bytes, "image/webp")).await;
    let mut said = payload::image(phone, &id, w.desk.now(), &file, "");
    said["type"] = "sticker".into();
    said["sticker"] = serde_json::json!({"id": file, "mime_type": "image/webp", "animated": false});
    w.inbound(&payload::one(NUMBER, vec![said])).await;
    media::turn(&w.desk).await.unwrap();
    let c = w.conversation_of(&id).await;
    w.messages(c.id).await.pop().unwrap()
}

async fn forward(w: &World, cx: &Cx, to: ConversationId, message_id: MessageId) -> service::Result<Message> {
    let what = SendWhat::Forward { message_id };
    message::send(cx, to, SendDraft { client_id: format!("x{}", w.fresh()), what, reply_to: None, mentions: Vec::new() }).await
}

async fn offered(cx: &Cx) -> Vec<MessageId> {
    message::stickers(cx).await.unwrap().iter().map(|m| m.id).collect()
}

/// The sticker with so many bytes: what is behind its picture is no part of it.
fn padded(size: usize) -> Vec<u8> {
    let mut bytes = STICKER.to_vec();
    bytes.resize(size, 0);
    bytes
}

both! {
    async fn md_2_a_sticker_goes_as_one_and_a_picture_becomes_one(w) {
        let c = w.served(&w.admin, "5511987650001").await;
        let as_is = w.upload(&w.admin, "oi.webp", FileWish::Sticker, STICKER).await.unwrap();
        assert_eq!((as_is.wish, as_is.mime.as_str(), as_is.width, as_is.height, as_is.size), (FileWish::Sticker, "image/webp", 512, 512, STICKER.len() as i64));
        let drawn = w.upload(&w.admin, "logo.png", FileWish::Sticker, &picture(30, 20, Png)).await.unwrap();
        assert_eq!((drawn.mime.as_str(), drawn.file_name.as_str(), drawn.width, drawn.height), ("image/webp", "logo.webp", 512, 512));
        assert!(drawn.size <= STICKER_STILL_MAX);
        // There is no place for a text on it, and the refused try has not used it up.
        assert_eq!(fault(w.send_file(&w.admin, c.id, drawn.id, "oi").await), Fault::field("caption", Wrong::NotAllowed));
        for file in [&as_is, &drawn] {
            let m = w.send_file(&w.admin, c.id, file.id, "").await.unwrap();
            assert_eq!((m.kind, m.status, media_of(&m).link_until), (MessageKind::Sticker, MessageStatus::Queued, None));
        }
        w.deliver().await;
        let sent = w.graph.sent();
        assert_eq!(sent.len(), 2);
        for (n, body) in sent.iter().enumerate() {
            assert_eq!((&body["type"], &body["sticker"]), (&"sticker".into(), &serde_json::json!({"id": format!("file{}", n + 1)})));
        }
        assert!(w.graph.uploads().iter().all(|u| u.contains("image/webp")));
        let kept = media::find(&w.admin, as_is.id, false).await.unwrap();
        assert_eq!(w.stored(&kept.sha256).await, STICKER);
        // As a picture it is one that the network takes.
        let shown = w.upload(&w.admin, "oi.webp", FileWish::Shown, STICKER).await.unwrap();
        assert_eq!(shown.mime, "image/png");
    }

    async fn md_2_what_cannot_be_a_sticker_is_refused_with_the_reason(w) {
        let refused = async |name: &str, bytes: &[u8]| fault(w.upload(&w.admin, name, FileWish::Sticker, bytes).await);
        let noise = image::RgbImage::from_fn(512, 512, |x, y| image::Rgb([(x * y * 7 + x) as u8, (x * 31 ^ y * 17) as u8, (y * y + x * 3) as u8]));
        let mut out = std::io::Cursor::new(Vec::new());
        noise.write_to(&mut out, Png).unwrap();
        assert_eq!(refused("foto.png", &out.into_inner()).await, Fault::FileRefused { why: FileWhy::StickerTooLarge });
        assert_eq!(refused("nota.pdf", b"%PDF-1.7").await, Fault::FileRefused { why: FileWhy::NoPicture });
        assert_eq!(refused("foto.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF nothing").await, Fault::FileRefused { why: FileWhy::Unreadable });
        assert_eq!(w.number("select count(*) from upload").await, 0);
    }

    async fn ms_1_a_forwarded_sticker_stays_one(w) {
        let to = w.served(&w.admin, "5511987650002").await;
        let got = received(w, "5511987650001", STICKER).await;
        assert_eq!((got.kind, media_of(&got).width), (MessageKind::Sticker, 512));
        let copy = forward(w, &w.admin, to.id, got.id).await.unwrap();
        assert_eq!((copy.kind, media_of(&copy).mime.as_str()), (MessageKind::Sticker, "image/webp"));
        let again = forward(w, &w.admin, to.id, copy.id).await.unwrap();
        assert_eq!(again.kind, MessageKind::Sticker);
        // At the limit; one byte above it WhatsApp takes it as a document alone.
        for (size, kind) in [(102_399, MessageKind::Sticker), (102_400, MessageKind::Sticker), (102_401, MessageKind::Document)] {
            let large = received(w, "5511987650001", &padded(size)).await;
            assert_eq!(forward(w, &w.admin, to.id, large.id).await.unwrap().kind, kind, "{size}");
        }
        w.deliver().await;
        let kinds: Vec<_> = w.graph.sent().iter().map(|s| s["type"].as_str().unwrap().to_owned()).collect();
        assert_eq!(kinds, ["sticker", "sticker", "sticker", "sticker", "document"]);
    }

    async fn md_1_a_visitor_of_the_website_sees_a_sticker_as_a_picture(w) {
        let chat = service::channels::save(&w.admin, webchat("Site")).await.unwrap().channel.id;
        let row = service::channels::own(&w.admin, chat).await.unwrap();
        let mut who = visitor::admit(&w.desk, &row, None).await.unwrap();
        visitor::say(&w.desk, &row, &mut who, "1", "oi", "Visitante").await.unwrap();
        let id: ConversationId = w.number("select max(id) from conversation").await.into();
        conversation::assume(&w.admin, id, None).await.unwrap();
        let up = w.upload(&w.admin, "oi.webp", FileWish::Sticker, STICKER).await.unwrap();
        assert_eq!(w.send_file(&w.admin, id, up.id, "").await.unwrap().kind, MessageKind::Sticker);
        w.deliver().await;
        let shown = visitor::history(&w.desk, &row, &who, None).await.unwrap().pop().unwrap().file.unwrap();
        assert_eq!((shown.mime.as_str(), shown.width), ("image/webp", 512));
    }

    async fn stickers_are_offered_once_each_to_those_who_see_them(w) {
        let sales = w.new_team("Vendas", Restriction::Team).await;
        let (ana, other) = (w.agent("Ana Souza", w.team).await, w.agent("Davi Melo", sales).await);
        assert_eq!(offered(&ana).await, []);
        let first = received(w, "5511987650001", STICKER).await;
        w.pass(1000);
        let second = received(w, "5511987650001", &padded(STICKER.len() + 2)).await;
        let c = conversation::assume(&ana, first.conversation_id, None).await.unwrap();
        assert_eq!(offered(&ana).await, [second.id, first.id]);
        assert_eq!(offered(&other).await, [], "of another team");
        // The same once more is the first of them, and is there once.
        w.pass(1000);
        let copy = forward(w, &ana, c.id, first.id).await.unwrap();
        assert_eq!(offered(&ana).await, [copy.id, second.id]);
        let all = message::stickers(&ana).await.unwrap();
        assert!(media::find(&ana, media_of(&all[0]).id, false).await.is_ok() && media::find(&other, media_of(&all[0]).id, false).await.is_err());
        assert_eq!(fault(forward(w, &other, c.id, second.id).await), Fault::Missing);
        message::hide(&ana, &[second.id]).await.unwrap();
        assert_eq!(offered(&ana).await, [copy.id], "what one deleted for oneself is not offered");
        assert_eq!(offered(&w.admin).await, [copy.id, second.id]);
        // No picture is one.
        let up = w.upload(&ana, "a.jpg", FileWish::Shown, &picture(40, 40, Jpeg)).await.unwrap();
        w.send_file(&ana, c.id, up.id, "").await.unwrap();
        assert_eq!(offered(&ana).await, [copy.id]);
        for _ in 0..STICKERS_SHOWN {
            w.pass(1000);
            forward(w, &ana, c.id, first.id).await.unwrap();
        }
        w.write("update media set sha256 = 'x' || cast(id as text)", service::args![]).await;
        assert_eq!(offered(&ana).await.len(), STICKERS_SHOWN);
    }
}
