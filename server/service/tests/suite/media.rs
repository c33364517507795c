//! Files of messages: fetched, checked, and shown to those who see the conversation.

use crate::payload;
use crate::world::*;
use base64::Engine as _;
use model::*;
use service::keys::sha256_hex;
use service::{conversation, media};
use wiremock::ResponseTemplate;

/// Something that begins like a JPEG.
const PICTURE: &[u8] = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00 and then some pixels";

fn ok() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(PICTURE, "image/jpeg")
}

/// A photo of a contact whose digest was announced as Meta does it.
async fn photo(w: &World) -> (ConversationId, MediaId) {
    let digest = base64::engine::general_purpose::STANDARD.encode(hex::decode(sha256_hex(PICTURE)).unwrap());
    let id = format!("wamid.F{}", w.fresh());
    w.inbound(&payload::one(NUMBER, vec![payload::image("5511987654321", &id, w.desk.now(), "900", &digest)])).await;
    let c = w.conversation_of(&id).await;
    let rows: Vec<(i64,)> = w.rows("select max(id) from media").await;
    (c.id, rows[0].0.into())
}

async fn shown(w: &World, c: ConversationId) -> Media {
    let Content::Media(media) = w.messages(c).await.pop().unwrap().content else { panic!("no file") };
    media
}

async fn events(w: &World) -> i64 {
    service::desk::last_seq(&w.desk.system(w.account)).await.unwrap()
}

both! {
    async fn a_file_is_fetched_checked_and_shown(w) {
        w.graph.about_file("900", PICTURE.len(), &sha256_hex(PICTURE)).await;
        w.graph.file("900", 1, ok()).await;
        let (c, id) = photo(w).await;
        let m = w.messages(c).await.pop().unwrap();
        assert_eq!((m.kind, m.body.as_str(), shown(w, c).await.state), (MessageKind::Image, "uma foto", MediaState::Pending));
        assert_eq!(fault(media::find(&w.admin, id, false).await.map(drop)), Fault::Missing, "it is not here yet");
        let before = events(w).await;
        assert_eq!(media::turn(&w.desk).await.unwrap(), 1);
        let now = shown(w, c).await;
        assert_eq!((now.id, now.state, now.size, now.mime.as_str()), (id, MediaState::Ready, PICTURE.len() as i64, "image/jpeg"));
        assert_eq!(events(w).await, before + 1);
        let file = media::find(&w.admin, id, false).await.unwrap();
        assert_eq!((file.size, file.sha256.clone()), (PICTURE.len() as u64, sha256_hex(PICTURE)));
        assert_eq!(w.stored(&file.sha256).await, PICTURE);
        assert_eq!(media::turn(&w.desk).await.unwrap(), 0);
    }

    async fn only_who_sees_the_conversation_gets_the_file(w) {
        let law = w.new_team("Jurídico", Restriction::User).await;
        let (ana, bruno, carla) = (w.agent("Ana Souza", w.team).await, w.agent("Bruno Lima", law).await, w.agent("Carla Dias", law).await);
        w.graph.about_file("900", PICTURE.len(), "").await;
        w.graph.file("900", 1, ok()).await;
        let (c, id) = photo(w).await;
        media::turn(&w.desk).await.unwrap();
        let to = TransferDraft { to: TransferTo::Person { user_id: bruno.user, team_id: None }, note: String::new(), stop_bot: false, anyway: false };
        conversation::transfer(&w.admin, c, to).await.unwrap();
        for cx in [&w.admin, &bruno] {
            assert!(media::find(cx, id, false).await.is_ok());
        }
        for cx in [&ana, &carla] {
            assert_eq!(fault(media::find(cx, id, false).await.map(drop)), Fault::Missing);
        }
        assert_eq!(fault(media::find(&w.admin, MediaId(5), false).await.map(drop)), Fault::Missing);
    }

    async fn an_expired_address_is_asked_for_once_more(w) {
        w.graph.about_file("900", PICTURE.len(), "").await;
        w.graph.file("900", 1, ResponseTemplate::new(404)).await;
        w.graph.file("900", 1, ok()).await;
        let (c, _) = photo(w).await;
        media::turn(&w.desk).await.unwrap();
        assert_eq!(shown(w, c).await.state, MediaState::Ready);
    }

    async fn a_passing_fault_is_tried_again_later(w) {
        w.graph.get("900", 1, ResponseTemplate::new(503)).await;
        w.graph.about_file("900", PICTURE.len(), "").await;
        w.graph.file("900", 1, ResponseTemplate::new(500)).await;
        w.graph.file("900", 1, ok()).await;
        let (c, _) = photo(w).await;
        let mut tries = 0;
        for _ in 0..6 {
            tries += media::turn(&w.desk).await.unwrap();
            if shown(w, c).await.state != MediaState::Pending {
                break;
            }
            assert_eq!(media::turn(&w.desk).await.unwrap(), 0, "not at once");
            w.pass(10 * MINUTE);
        }
        assert_eq!((tries, shown(w, c).await.state), (3, MediaState::Ready));
    }

    async fn a_file_with_another_digest_is_not_taken(w) {
        w.graph.about_file("900", PICTURE.len(), "").await;
        w.graph.file("900", 99, ResponseTemplate::new(200).set_body_raw(&b"<script>alert(1)</script>"[..], "image/jpeg")).await;
        let (c, id) = photo(w).await;
        for _ in 0..8 {
            media::turn(&w.desk).await.unwrap();
            w.pass(12 * HOUR);
        }
        let failed = shown(w, c).await;
        assert_eq!((failed.state, failed.reason.as_str()), (MediaState::Failed, "the file does not have the announced hash"));
        assert_eq!(fault(media::find(&w.admin, id, false).await.map(drop)), Fault::Missing);
        let left = std::fs::read_dir(w.desk.settings.data_dir.join("spool")).map_or(0, |d| d.count());
        assert_eq!(left, 0, "nothing is left of it");
    }

    async fn a_file_that_is_too_large_is_given_up_at_once(w) {
        w.graph.about_file("900", media::LARGEST as usize + 1, "").await;
        w.graph.file("900", 1, ok()).await;
        let (c, _) = photo(w).await;
        media::turn(&w.desk).await.unwrap();
        let failed = shown(w, c).await;
        assert_eq!((failed.state, failed.reason.as_str()), (MediaState::Failed, "too large"));
    }

    async fn a_file_that_is_gone_is_given_up_with_its_reason(w) {
        w.graph.get("900", 9, ResponseTemplate::new(400).set_body_json(serde_json::json!({"error": {"code": 100, "message": "Unsupported get request"}}))).await;
        let (c, _) = photo(w).await;
        media::turn(&w.desk).await.unwrap();
        let failed = shown(w, c).await;
        assert_eq!((failed.state, failed.reason.is_empty()), (MediaState::Failed, false));
    }

    async fn a_page_in_disguise_is_plain_text(w) {
        let page = b"<html><script>alert(1)</script></html>";
        w.graph.about_file("901", page.len(), "").await;
        w.graph.file("901", 1, ResponseTemplate::new(200).set_body_raw(&page[..], "text/html")).await;
        w.inbound(&payload::one(NUMBER, vec![payload::image("5511987654321", "wamid.H", START, "901", "")])).await;
        media::turn(&w.desk).await.unwrap();
        let rows: Vec<(i64, String)> = w.rows("select id, mime from media").await;
        assert_eq!(rows[0].1, "text/plain");
        assert_eq!(media::find(&w.admin, rows[0].0.into(), false).await.unwrap().mime, "text/plain");
    }

    async fn a_file_and_a_reaction_at_once_keep_each_other(w) {
        w.graph.about_file("900", PICTURE.len(), "").await;
        for round in 0..5 {
            w.graph.file("900", 1, ok()).await;
            let (c, _) = photo(w).await;
            let row: Vec<(String,)> = w.rows("select external_id from message where kind = 'IMAGE' order by id desc").await;
            let thumb = payload::reaction("5511987654321", &format!("wamid.TH{round}"), START, &row[0].0, "👍");
            let body = payload::one(NUMBER, vec![thumb]);
            let (turned, ()) = tokio::join!(media::turn(&w.desk), w.inbound(&body));
            turned.unwrap();
            let m = w.messages(c).await.pop().unwrap();
            assert_eq!((shown(w, c).await.state, m.reactions), (MediaState::Ready, vec!["👍".to_owned()]));
        }
    }
}
