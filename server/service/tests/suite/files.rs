//! Files that we send: taken in, looked at, kept, brought to the network, sent (05, MD; 20, section 3.3).

use crate::graph::Answer;
use crate::payload;
use crate::world::*;
use image::ImageFormat::{Jpeg, Png};
use model::*;
use serde_json::json;
use service::media::{self, FileSettings};
use service::{Cx, message, visitor};

const PDF: &[u8] = b"%PDF-1.7 a short one";

fn media_of(m: &Message) -> Media {
    let Content::Media(media) = &m.content else { panic!("no file but {:?}", m.content) };
    media.clone()
}

async fn spooled(w: &World) -> usize {
    std::fs::read_dir(w.desk.settings.data_dir.join("spool")).map_or(0, |d| d.count())
}

async fn pdf(w: &World, cx: &Cx) -> Upload {
    w.upload(cx, "nota.pdf", FileWish::Shown, PDF).await.unwrap()
}

both! {
    async fn md_3_a_picture_is_uploaded_and_sent_with_its_caption(w) {
        let c = w.served(&w.admin, "5511987650001").await;
        let bytes = picture(900, 600, Jpeg);
        let up = w.upload(&w.admin, "Foto da loja.JPG", FileWish::Shown, &bytes).await.unwrap();
        assert_eq!((up.kind, up.mime.as_str(), up.width, up.height, up.size), (FileKind::Image, "image/jpeg", 900, 600, bytes.len() as i64));
        let m = w.send_file(&w.admin, c.id, up.id, "veja só\n").await.unwrap();
        assert_eq!((m.kind, m.status, m.body.as_str()), (MessageKind::Image, MessageStatus::Queued, "veja só"));
        let file = media_of(&m);
        assert_eq!((file.id, file.state, file.width, file.small, file.link_until), (up.id, MediaState::Ready, 900, true, None));
        w.deliver().await;
        let uploads = w.graph.uploads();
        assert_eq!(uploads.len(), 1);
        for part in ["name=\"messaging_product\"", "whatsapp", "name=\"type\"", "image/jpeg", "filename=\"Foto da loja.JPG\""] {
            assert!(uploads[0].contains(part), "{part}");
        }
        let sent = w.graph.sent();
        assert_eq!((sent.len(), &sent[0]["type"], &sent[0]["image"]), (1, &"image".into(), &serde_json::json!({"id": "file1", "caption": "veja só"})));
        assert_eq!(w.message(m.id).await.status, MessageStatus::Sent);
        assert_eq!(w.number("select count(*) from upload").await, 0);
        let small = media::find(&w.admin, up.id, true).await.unwrap();
        let small = image::load_from_memory(&w.stored(&small.sha256).await).unwrap();
        assert_eq!((small.width(), small.height()), (480, 320));
        let whole = media::find(&w.admin, up.id, false).await.unwrap();
        assert_eq!(w.stored(&whole.sha256).await, bytes);
        assert_eq!(spooled(w).await, 0);
    }

    async fn order_is_kept_behind_a_file_and_others_do_not_wait(w) {
        let (a, b) = (w.served(&w.admin, "5511987650001").await, w.served(&w.admin, "5511987650002").await);
        let up = pdf(w, &w.admin).await;
        w.send_file(&w.admin, a.id, up.id, "").await.unwrap();
        w.send(&w.admin, a.id, "depois").await.unwrap();
        w.send(&w.admin, b.id, "para outro").await.unwrap();
        w.send_out().await;
        assert_eq!(w.graph.texts(), ["para outro"], "the file is not there yet, and what is behind it waits");
        w.deliver().await;
        let kinds: Vec<_> = w.graph.sent().iter().map(|s| s["type"].as_str().unwrap().to_owned()).collect();
        assert_eq!(kinds, ["text", "document", "text"]);
        assert_eq!(w.graph.sent()[1]["document"], serde_json::json!({"id": "file1", "filename": "nota.pdf"}));
        assert_eq!(w.graph.texts()[2], "depois");
    }

    async fn an_upload_that_fails_for_a_while_is_repeated_and_one_refused_for_good_fails(w) {
        let c = w.served(&w.admin, "5511987650001").await;
        let first = w.send_file(&w.admin, c.id, pdf(w, &w.admin).await.id, "um").await.unwrap();
        w.graph.uploads_answer([Answer::Lost, Answer::Refused(131000, 500)]);
        for _ in 0..4 {
            w.deliver().await;
            w.pass(MINUTE);
        }
        assert_eq!((w.graph.uploads().len(), w.graph.sent().len()), (3, 1));
        assert_eq!(w.message(first.id).await.status, MessageStatus::Sent);

        w.graph.uploads_answer([Answer::Refused(131053, 400)]);
        let second = w.send_file(&w.admin, c.id, pdf(w, &w.admin).await.id, "dois").await.unwrap();
        w.deliver().await;
        let failed = w.message(second.id).await;
        assert_eq!((failed.status, failed.problem.unwrap().code), (MessageStatus::Failed, Some(131053)));
        // MS-4: the same once more, by hand.
        message::retry(&w.admin, second.id).await.unwrap();
        w.deliver().await;
        assert_eq!(w.message(second.id).await.status, MessageStatus::Sent);
        assert_eq!(w.graph.sent().len(), 2);
    }

    async fn a_file_is_brought_once_even_when_its_message_is_repeated(w) {
        let c = w.served(&w.admin, "5511987650001").await;
        let m = w.send_file(&w.admin, c.id, pdf(w, &w.admin).await.id, "").await.unwrap();
        w.graph.answers([Answer::Refused(131026, 400)]);
        w.deliver().await;
        assert_eq!(w.message(m.id).await.status, MessageStatus::Failed);
        message::retry(&w.admin, m.id).await.unwrap();
        w.deliver().await;
        assert_eq!((w.graph.uploads().len(), w.message(m.id).await.status), (1, MessageStatus::Sent));
    }

    async fn a_server_that_died_in_mid_upload_takes_it_up_again(w) {
        let c = w.served(&w.admin, "5511987650001").await;
        w.send_file(&w.admin, c.id, pdf(w, &w.admin).await.id, "").await.unwrap();
        w.send_out().await;
        // Claimed, and never heard of again.
        w.write("update outbox set locked_until = $1 where state = 'UPLOADING'", service::args![w.desk.now() + HOUR]).await;
        w.deliver().await;
        assert_eq!(w.graph.uploads().len(), 0);
        w.pass(HOUR + MINUTE);
        w.deliver().await;
        assert_eq!((w.graph.uploads().len(), w.graph.sent().len()), (1, 1));
    }

    async fn md_5_what_the_network_does_not_take_goes_as_a_link_of_seven_days(w) {
        let c = w.served(&w.admin, "5511987650001").await;
        let up = w.upload(&w.admin, "fontes.zip", FileWish::Shown, b"PK\x03\x04 zipped").await.unwrap();
        let m = w.send_file(&w.admin, c.id, up.id, "tudo aqui").await.unwrap();
        let until = media_of(&m).link_until.unwrap();
        assert_eq!((m.kind, until), (MessageKind::Document, START + 7 * 24 * HOUR));
        w.deliver().await;
        assert!(w.graph.uploads().is_empty());
        let text = w.graph.texts().pop().unwrap();
        let link = text.strip_prefix("tudo aqui\n\nfontes.zip\nhttps://prosa.example/f/").unwrap();
        let file = media::linked(&w.desk, link).await.unwrap();
        assert_eq!((file.file_name.as_str(), w.stored(&file.sha256).await), ("fontes.zip", b"PK\x03\x04 zipped".to_vec()));
        for forged in [format!("{link}x"), link.replace(&up.id.to_string(), "77"), String::new(), ".".into(), "1-2.x".into()] {
            assert_eq!(fault(media::linked(&w.desk, &forged).await), Fault::Missing);
        }
        w.pass(7 * 24 * HOUR - 1);
        assert!(media::linked(&w.desk, link).await.is_ok());
        w.pass(1);
        assert_eq!(fault(media::linked(&w.desk, link).await), Fault::Missing);
    }

    async fn md_6_a_lying_name_does_not_decide_and_what_runs_is_refused(w) {
        let jpeg = picture(20, 20, Jpeg);
        let up = w.upload(&w.admin, "../../relatorio\u{202e}.pdf", FileWish::Shown, &jpeg).await.unwrap();
        assert_eq!((up.mime.as_str(), up.file_name.as_str()), ("image/jpeg", "relatorio.jpg"));
        for (name, bytes) in [
            ("foto.jpg", &b"MZ\x90\0\x03\0\0\0"[..]),
            ("logo.png", b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>"),
            ("pagina.png", b"<!doctype html><script>1</script>"),
            ("roda.sh", b"echo oi"),
        ] {
            assert_eq!(fault(w.upload(&w.admin, name, FileWish::Shown, bytes).await), Fault::FileRefused { why: FileWhy::Runs }, "{name}");
        }
        let broken = fault(w.upload(&w.admin, "a.jpg", FileWish::Shown, b"\xff\xd8\xff\xe0\0\x10JFIF no").await);
        assert_eq!(broken, Fault::FileRefused { why: FileWhy::Unreadable });
        assert_eq!(fault(w.upload(&w.admin, "a.txt", FileWish::Shown, b"").await), Fault::FileEmpty);
        assert_eq!(fault(w.upload(&w.admin, "voz.txt", FileWish::Voice, b"oi").await), Fault::FileRefused { why: FileWhy::NotAVoice });
        assert_eq!((spooled(w).await, w.number("select count(*) from upload").await), (0, 1));
    }

    async fn md_1_more_than_200_mb_is_refused_before_the_first_byte(w) {
        let announced = |size| media::Announced { name: "filme.mp4".into(), size: Some(size) };
        let nothing = || futures::stream::iter(Vec::<std::io::Result<bytes::Bytes>>::new());
        let over = media::take(&w.admin, announced(FILE_MAX as u64 + 1), FileWish::Shown, nothing()).await;
        assert_eq!(fault(over), Fault::FileTooLarge { megabytes: 200 });
        let at = media::take(&w.admin, announced(FILE_MAX as u64), FileWish::Shown, nothing()).await;
        assert_eq!(fault(at), Fault::FileEmpty, "the size itself is allowed");
    }

    async fn a_template_carries_a_file_in_its_header_by_the_networks_id(w) {
        let mut document = payload::template("boleto", "UTILITY", "Olá {{1}}");
        document["components"].as_array_mut().unwrap().insert(0, json!({"type": "HEADER", "format": "DOCUMENT"}));
        let template = w.templates(&[document]).await.remove(0);
        let c = w.served(&w.admin, "5511987650001").await;
        let up = w.upload(&w.admin, "boleto.pdf", FileWish::Shown, PDF).await.unwrap();
        let draft = |client_id: &str, header_file| SendDraft {
            client_id: client_id.into(),
            what: SendWhat::Template(TemplateFill { header_file, ..filled(&template, &[("body.1", "Ana")]) }),
            reply_to: None,
            mentions: Vec::new(),
        };
        let missing = Fault::TemplateValues { keys: vec!["header.link".into()] };
        assert_eq!(fault(message::send(&w.admin, c.id, draft("none", None)).await), missing);
        let m = message::send(&w.admin, c.id, draft("one", Some(up.id))).await.unwrap();
        assert_eq!(message::send(&w.admin, c.id, draft("one", Some(up.id))).await.unwrap().id, m.id, "a double click");
        assert_eq!(fault(message::send(&w.admin, c.id, draft("one", None)).await), Fault::KeyReused);
        let Content::Template(shown) = &m.content else { panic!("{:?}", m.content) };
        let file = shown.header_file.clone().unwrap();
        assert_eq!((m.kind, file.id, file.file_name.as_str(), file.mime.as_str()), (MessageKind::Template, up.id, "boleto.pdf", "application/pdf"));
        w.send(&w.admin, c.id, "depois").await.unwrap();
        w.send_out().await;
        assert!(w.graph.sent().is_empty(), "the file is not there yet, and what is behind it waits");
        w.deliver().await;
        assert_eq!((w.graph.uploads().len(), w.message(m.id).await.status), (1, MessageStatus::Sent));
        let sent = w.graph.sent();
        let header = json!({"type": "header", "parameters": [{"type": "document", "document": {"id": "file1", "filename": "boleto.pdf"}}]});
        assert_eq!((sent.len(), &sent[0]["type"], &sent[0]["template"]["components"][0]), (2, &json!("template"), &header));
        // The message keeps it: for those who see the conversation, and found by its name.
        let ana = w.agent("Ana Souza", w.team).await;
        let kept = media::find(&ana, up.id, false).await.unwrap();
        assert_eq!(w.stored(&kept.sha256).await, PDF);
        assert_eq!(w.number("select count(*) from upload").await, 0);
    }

    async fn a_header_refuses_other_files_and_another_persons_and_the_upload_stays(w) {
        let mut image = payload::template("foto", "MARKETING", "Chegou");
        image["components"].as_array_mut().unwrap().insert(0, json!({"type": "HEADER", "format": "IMAGE"}));
        let mut place = payload::template("loja", "UTILITY", "Estamos aqui");
        place["components"].as_array_mut().unwrap().insert(0, json!({"type": "HEADER", "format": "LOCATION"}));
        let templates = w.templates(&[image, place]).await;
        let [image, place] = ["foto", "loja"].map(|name| templates.iter().find(|t| t.name == name).unwrap().clone());
        let c = w.served(&w.admin, "5511987650001").await;
        let send = async |client_id: &str, fill: TemplateFill| {
            let what = SendWhat::Template(fill);
            message::send(&w.admin, c.id, SendDraft { client_id: client_id.into(), what, reply_to: None, mentions: Vec::new() }).await
        };
        let with = |id| TemplateFill { header_file: Some(id), ..filled(&image, &[]) };
        let other = pdf(w, &w.admin).await;
        assert_eq!(fault(send("a", with(other.id)).await), Fault::FileRefused { why: FileWhy::NotInHeader });
        let ana = w.agent("Ana Souza", w.team).await;
        let hers = w.upload(&ana, "a.png", FileWish::Shown, &picture(9, 9, Png)).await.unwrap();
        assert_eq!(fault(send("b", with(hers.id)).await), Fault::field("upload_id", Wrong::Unknown));
        assert_eq!(w.number("select count(*) from upload").await, 2, "what was refused is still there to be sent otherwise");
        // A file in what has no place for one is not swallowed.
        let fill = filled(&place, &[("header.latitude", "-23,55"), ("header.longitude", "-46.63"), ("header.name", "Loja Centro")]);
        let odd = TemplateFill { header_file: Some(other.id), ..fill.clone() };
        assert_eq!(fault(send("c", odd).await), Fault::FileRefused { why: FileWhy::NotInHeader });
        let nowhere = filled(&place, &[("header.latitude", "91"), ("header.longitude", "0")]);
        assert_eq!(fault(send("d", nowhere).await), Fault::TemplateValues { keys: vec!["header.latitude".into()] });
        let m = send("e", fill).await.unwrap();
        let Content::Template(shown) = &m.content else { panic!("{:?}", m.content) };
        assert_eq!(shown.place.as_ref().map(|p| (p.latitude, p.longitude, p.name.as_str())), Some((-23.55, -46.63, "Loja Centro")));
        let linked = send("f", filled(&image, &[("header.link", "https://loja.example/foto.png")])).await.unwrap();
        let Content::Template(shown) = &linked.content else { panic!("{:?}", linked.content) };
        assert_eq!((shown.header_link.as_str(), &shown.header_file), ("https://loja.example/foto.png", &None));
        w.deliver().await;
        let sent = w.graph.sent();
        let location = json!({"latitude": -23.55, "longitude": -46.63, "name": "Loja Centro"});
        assert_eq!(sent[0]["template"]["components"][0]["parameters"], json!([{"type": "location", "location": location}]));
        assert_eq!(sent[1]["template"]["components"][0]["parameters"], json!([{"type": "image", "image": {"link": "https://loja.example/foto.png"}}]));
        assert!(w.graph.uploads().is_empty());
    }

    async fn an_upload_that_breaks_off_leaves_nothing(w) {
        let parts = vec![Ok(bytes::Bytes::from_static(b"half")), Err(std::io::Error::other("the line is gone"))];
        let broken = media::take(&w.admin, media::Announced::default(), FileWish::Shown, futures::stream::iter(parts)).await;
        assert_eq!(fault(broken), Fault::Unavailable);
        assert_eq!((spooled(w).await, w.number("select count(*) from upload").await), (0, 0));
    }

    async fn an_upload_is_its_uploaders_alone_and_is_sent_once(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let c = w.served(&w.admin, "5511987650001").await;
        let up = pdf(w, &w.admin).await;
        assert_eq!(fault(media::find(&ana, up.id, false).await), Fault::Missing);
        assert!(media::find(&w.admin, up.id, false).await.is_ok());
        media::discard(&ana, up.id).await.unwrap();
        let of_ana = w.served(&ana, "5511987650002").await;
        let unknown = Fault::field("upload_id", Wrong::Unknown);
        assert_eq!(fault(w.send_file(&ana, of_ana.id, up.id, "").await), unknown);
        let draft = file_draft("one", up.id, "oi", false);
        let first = message::send(&w.admin, c.id, draft.clone()).await.unwrap();
        assert_eq!(message::send(&w.admin, c.id, draft).await.unwrap().id, first.id, "a double click");
        assert_eq!(fault(message::send(&w.admin, c.id, file_draft("one", up.id, "outra", false)).await), Fault::KeyReused);
        assert_eq!(fault(message::send(&w.admin, c.id, file_draft("two", up.id, "oi", false)).await), unknown);
        assert!(media::find(&ana, up.id, false).await.is_ok(), "now it belongs to a conversation of her team");
    }

    async fn nt_1_a_note_has_a_file_that_never_leaves(w) {
        let c = w.served(&w.admin, "5511987650001").await;
        let up = w.upload(&w.admin, "print.png", FileWish::Shown, &picture(40, 30, Png)).await.unwrap();
        let m = message::send(&w.admin, c.id, file_draft("n", up.id, "olhem isto", true)).await.unwrap();
        assert_eq!((m.kind, m.status, m.body.as_str(), media_of(&m).width), (MessageKind::Note, MessageStatus::Received, "olhem isto", 40));
        w.deliver().await;
        assert!(w.graph.sent().is_empty() && w.graph.uploads().is_empty());
        let link = media::link_path(&w.desk, up.id, w.desk.now() + HOUR);
        assert_eq!(fault(media::linked(&w.desk, link.strip_prefix("/f/").unwrap()).await), Fault::Missing);
        message::delete_note(&w.admin, m.id).await.unwrap();
        assert_eq!(fault(media::find(&w.admin, up.id, false).await), Fault::Missing, "a deleted note takes its file with it");
    }

    async fn in_4_a_file_waits_for_the_contacts_answer_like_a_text(w) {
        let c = w.served(&w.admin, "5511987650001").await;
        w.pass(25 * HOUR);
        assert_eq!(fault(w.send_file(&w.admin, c.id, pdf(w, &w.admin).await.id, "").await), Fault::WindowClosed);
        let template = w.templates(&[payload::template("oi", "UTILITY", "Olá")]).await.remove(0);
        message::send(&w.admin, c.id, SendDraft { client_id: "t".into(), what: SendWhat::Template(filled(&template, &[])), reply_to: None, mentions: Vec::new() })
            .await
            .unwrap();
        let m = w.send_file(&w.admin, c.id, pdf(w, &w.admin).await.id, "").await.unwrap();
        assert_eq!(m.status, MessageStatus::WaitReply);
        w.deliver().await;
        assert!(w.graph.uploads().is_empty());
        w.says("5511987650001", "sim").await;
        w.deliver().await;
        assert_eq!((w.graph.uploads().len(), w.message(m.id).await.status), (1, MessageStatus::Sent));
    }

    async fn sound_has_no_caption_on_whatsapp(w) {
        let c = w.served(&w.admin, "5511987650001").await;
        let mp3 = [&b"ID3\x04\0\0\0\0\0\0"[..], &[0; 64]].concat();
        let up = w.upload(&w.admin, "aviso.mp3", FileWish::Shown, &mp3).await.unwrap();
        assert_eq!(fault(w.send_file(&w.admin, c.id, up.id, "ouça").await), Fault::field("caption", Wrong::NotAllowed));
        let m = w.send_file(&w.admin, c.id, up.id, "").await.unwrap();
        assert_eq!(m.kind, MessageKind::Audio, "the refused try has not used the upload up");
    }

    async fn a_visitor_of_the_website_gets_a_link(w) {
        let chat = service::channels::save(&w.admin, webchat("Site")).await.unwrap().channel.id;
        let row = service::channels::own(&w.admin, chat).await.unwrap();
        let mut who = visitor::admit(&w.desk, &row, None).await.unwrap();
        visitor::say(&w.desk, &row, &mut who, "1", "oi", "Visitante").await.unwrap();
        let id: ConversationId = w.number("select max(id) from conversation").await.into();
        service::conversation::assume(&w.admin, id, None).await.unwrap();
        let up = w.upload(&w.admin, "fontes.zip", FileWish::Shown, b"PK\x03\x04 zipped").await.unwrap();
        w.send_file(&w.admin, id, up.id, "aqui").await.unwrap();
        w.deliver().await;
        let shown = visitor::history(&w.desk, &row, &who, None).await.unwrap().pop().unwrap();
        let file = shown.file.unwrap();
        assert_eq!((shown.text.as_str(), file.name.as_str(), file.size), ("aqui", "fontes.zip", 11));
        assert!(media::linked(&w.desk, file.url.strip_prefix("/f/").unwrap()).await.is_ok());
    }

    async fn what_was_never_sent_is_forgotten_and_shared_bytes_stay(w) {
        let c = w.served(&w.admin, "5511987650001").await;
        let (one, two) = (pdf(w, &w.admin).await, pdf(w, &w.admin).await);
        let alone = w.upload(&w.admin, "x.txt", FileWish::Shown, b"only mine").await.unwrap();
        let hash = |bytes: &[u8]| service::keys::sha256_hex(bytes);
        w.send_file(&w.admin, c.id, one.id, "").await.unwrap();
        assert_eq!(w.number("select value from counter where name = 'media_bytes'").await, one.size + two.size + alone.size);
        w.pass(24 * HOUR);
        assert!(media::find(&w.admin, alone.id, false).await.is_ok(), "a day to send it");
        w.pass(1);
        media::clean(&w.desk).await.unwrap();
        assert_eq!(fault(media::find(&w.admin, alone.id, false).await), Fault::Missing);
        media::clean(&w.desk).await.unwrap();
        assert!(w.desk.storage.size(&hash(b"only mine")).await.is_err(), "nobody needs it");
        assert_eq!(w.stored(&hash(PDF)).await, PDF, "a message needs it");
        assert_eq!(w.number("select value from counter where name = 'media_bytes'").await, one.size);
    }

    async fn a_discarded_file_goes_after_an_hour_unless_it_came_again(w) {
        let first = pdf(w, &w.admin).await;
        media::discard(&w.admin, first.id).await.unwrap();
        media::discard(&w.admin, first.id).await.unwrap();
        let hash = service::keys::sha256_hex(PDF);
        media::clean(&w.desk).await.unwrap();
        assert!(w.desk.storage.size(&hash).await.is_ok(), "somebody may be about to send the same");
        w.pass(2 * HOUR);
        let again = pdf(w, &w.admin).await;
        media::clean(&w.desk).await.unwrap();
        assert!(w.desk.storage.size(&hash).await.is_ok());
        media::discard(&w.admin, again.id).await.unwrap();
        w.pass(HOUR + 1);
        media::clean(&w.desk).await.unwrap();
        assert!(w.desk.storage.size(&hash).await.is_err());
    }
}

/// A server with these settings on a database of its own.
async fn with_files(files: FileSettings, test: impl AsyncFnOnce(&World)) {
    let w = World::with(Engine::Sqlite, files).await;
    test(&w).await;
}

#[tokio::test]
async fn an_account_has_so_much_room_and_no_more() {
    with_files(FileSettings { quota: Some(30), ..FileSettings::default() }, async |w| {
        let up = pdf(w, &w.admin).await;
        assert_eq!(fault(w.upload(&w.admin, "a.txt", FileWish::Shown, b"0123456789x").await), Fault::FilesFull);
        assert!(w.upload(&w.admin, "a.txt", FileWish::Shown, b"0123456789").await.is_ok(), "exactly full");
        media::discard(&w.admin, up.id).await.unwrap();
        assert!(w.upload(&w.admin, "a.txt", FileWish::Shown, b"0123456789x").await.is_ok());
    })
    .await;
}

#[tokio::test]
async fn md_6_the_scanner_decides_and_one_that_does_not_run_lets_nothing_pass() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("scan.sh");
    std::fs::write(&script, "grep -q virus \"$1\" && exit 1; grep -q odd \"$1\" && exit 2; exit 0").unwrap();
    let scan = Some(format!("sh {}", script.display()));
    with_files(FileSettings { scan, ..FileSettings::default() }, async |w| {
        assert!(pdf(w, &w.admin).await.size > 0);
        let refused = |why| Fault::FileRefused { why };
        assert_eq!(fault(w.upload(&w.admin, "a.txt", FileWish::Shown, b"a virus").await), refused(FileWhy::Infected));
        assert_eq!(fault(w.upload(&w.admin, "a.txt", FileWish::Shown, b"an odd one").await), refused(FileWhy::NotScanned));
    })
    .await;
    with_files(FileSettings { scan: Some("/no/such/scanner".into()), ..FileSettings::default() }, async |w| {
        let none = fault(w.upload(&w.admin, "a.txt", FileWish::Shown, b"fine").await);
        assert_eq!(none, Fault::FileRefused { why: FileWhy::NotScanned });
    })
    .await;
}

/// Parts of a megabyte each, and one of what is left.
fn stream_of(size: i64) -> impl futures::Stream<Item = std::io::Result<bytes::Bytes>> + Send + Unpin {
    let part = bytes::Bytes::from(vec![0u8; MB as usize]);
    let whole = usize::try_from(size / MB).unwrap();
    let rest = part.slice(..usize::try_from(size % MB).unwrap());
    let parts = std::iter::repeat_n(part, whole).chain((!rest.is_empty()).then_some(rest));
    futures::stream::iter(parts.map(Ok))
}

#[tokio::test]
async fn md_1_a_stream_of_200_mb_is_kept_and_one_byte_more_leaves_nothing() {
    with_files(FileSettings::default(), async |w| {
        // The browser said nothing of its size: the bytes decide.
        let unknown = || media::Announced { name: "filme.dat".into(), size: None };
        let over = media::take(&w.admin, unknown(), FileWish::Shown, stream_of(FILE_MAX + 1)).await;
        assert_eq!(fault(over), Fault::FileTooLarge { megabytes: 200 });
        let kept = || async { w.number("select count(*) from stored_file").await };
        assert_eq!((spooled(w).await, w.number("select count(*) from upload").await, kept().await), (0, 0, 0));
        let up = media::take(&w.admin, unknown(), FileWish::Shown, stream_of(FILE_MAX)).await.unwrap();
        assert_eq!((up.size, spooled(w).await), (FILE_MAX, 0));
        let file = media::find(&w.admin, up.id, false).await.unwrap();
        assert_eq!(w.desk.storage.size(&file.sha256).await.unwrap(), FILE_MAX as u64);
    })
    .await;
}

/// The beginning of what Safari records: fragments of AAC, in a container that says neither sound nor film.
fn safari() -> Vec<u8> {
    let of = |name: &[u8; 4], content: &[&[u8]]| {
        let content = content.concat();
        [&(content.len() as u32 + 8).to_be_bytes()[..], name, &content].concat()
    };
    let hdlr = of(b"hdlr", &[&[0; 8], b"soun", &[0; 12], b"Core Media Audio\0"]);
    let moov = of(b"moov", &[&of(b"mvhd", &[&[0; 100]]), &of(b"trak", &[&of(b"mdia", &[&hdlr])])]);
    [of(b"ftyp", &[b"iso5", &1u32.to_be_bytes(), b"isomiso5hlsf"]), moov, of(b"moof", &[&[0; 16]]), of(b"mdat", &[&[0x21; 300]])].concat()
}

/// A program in the place of `ffmpeg` that writes this.
fn ffmpeg(folder: &std::path::Path, script: &str) -> FileSettings {
    use std::os::unix::fs::PermissionsExt;
    let program = folder.join("ffmpeg");
    std::fs::write(&program, format!("#!/bin/sh\nfor to; do :; done\n{script}\n")).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    FileSettings { ffmpeg: Some(program.display().to_string()), ..FileSettings::default() }
}

#[tokio::test]
async fn aud_2_a_recording_of_safari_goes_as_sound_without_ffmpeg_and_as_a_voice_note_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let none = FileSettings { ffmpeg: Some("/no/such/ffmpeg".into()), ..FileSettings::default() };
    with_files(none, async |w| {
        let c = w.served(&w.admin, "5511987650001").await;
        let up = w.upload(&w.admin, "voz.m4a", FileWish::Voice, &safari()).await.unwrap();
        assert_eq!((up.wish, up.mime.as_str(), up.file_name.as_str()), (FileWish::Shown, "audio/mp4", "voz.m4a"));
        let m = w.send_file(&w.admin, c.id, up.id, "").await.unwrap();
        assert_eq!((m.kind, media_of(&m).voice), (MessageKind::Audio, false));
        w.deliver().await;
        assert_eq!(w.graph.sent()[0]["audio"], json!({"id": "file1"}));
    })
    .await;
    let ogg = "printf 'OggS\\000\\002\\000\\000\\000\\000\\000\\000\\000\\000OpusHead\\001\\001and what was said' > \"$to\"";
    with_files(ffmpeg(folder.path(), ogg), async |w| {
        let c = w.served(&w.admin, "5511987650001").await;
        let up = w.upload(&w.admin, "voz.m4a", FileWish::Voice, &safari()).await.unwrap();
        assert_eq!((up.wish, up.mime.as_str(), up.file_name.as_str()), (FileWish::Voice, "audio/ogg", "voz.ogg"));
        let file = media::find(&w.admin, up.id, false).await.unwrap();
        assert!(w.stored(&file.sha256).await.ends_with(b"and what was said"));
        let m = w.send_file(&w.admin, c.id, up.id, "").await.unwrap();
        assert_eq!((m.kind, media_of(&m).voice), (MessageKind::Audio, true));
        w.deliver().await;
        assert_eq!(w.graph.sent()[0]["audio"], json!({"id": "file1", "voice": true}));
        assert_eq!(spooled(w).await, 0);
    })
    .await;
    // An encoder that fails, or writes something else, makes no voice note.
    for script in ["exit 1", "printf 'OggS with two channels' > \"$to\""] {
        with_files(ffmpeg(folder.path(), script), async |w| {
            let up = w.upload(&w.admin, "voz.m4a", FileWish::Voice, &safari()).await.unwrap();
            assert_eq!((up.wish, up.mime.as_str()), (FileWish::Shown, "audio/mp4"), "{script}");
        })
        .await;
    }
}

#[tokio::test]
async fn a_film_has_its_measures_and_a_small_picture_where_ffmpeg_is() {
    let folder = tempfile::tempdir().unwrap();
    let film = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../graph-sim/assets/samples/video.mp4")).unwrap();
    let frame = folder.path().join("frame.jpg");
    std::fs::write(&frame, picture(960, 540, Jpeg)).unwrap();
    let writes = format!("cp '{}' \"$to\"", frame.display());
    with_files(ffmpeg(folder.path(), &writes), async |w| {
        let c = w.served(&w.admin, "5511987650001").await;
        let up = w.upload(&w.admin, "filme.mp4", FileWish::Shown, &film).await.unwrap();
        assert_eq!((up.kind, up.small, up.width, up.height, up.seconds), (FileKind::Video, true, 256, 170, 2));
        let m = w.send_file(&w.admin, c.id, up.id, "").await.unwrap();
        let shown = media_of(&m);
        assert_eq!((shown.width, shown.height, shown.seconds, shown.small), (up.width, up.height, up.seconds, true));
        let small = media::find(&w.admin, up.id, true).await.unwrap();
        let small = image::load_from_memory(&w.stored(&small.sha256).await).unwrap();
        assert_eq!((small.width(), small.height(), spooled(w).await), (480, 270, 0));
    })
    .await;
    for broken in ["exit 1", "printf nothing > \"$to\""] {
        with_files(ffmpeg(folder.path(), broken), async |w| {
            let up = w.upload(&w.admin, "filme.mp4", FileWish::Shown, &film).await.unwrap();
            assert_eq!((up.small, up.width > 0, spooled(w).await), (false, true, 0), "{broken}");
        })
        .await;
    }
}
