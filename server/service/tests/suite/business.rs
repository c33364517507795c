//! What contacts see of the company on a channel (PR-4).

use crate::world::*;
use model::*;
use serde_json::{Map, Value, json};
use service::{audit, channels};
use std::sync::{Arc, Mutex};
use wiremock::matchers::path_regex;
use wiremock::{Mock, Request, Respond, ResponseTemplate};

/// What Meta keeps of the number, and what it was told.
#[derive(Default)]
struct State {
    base: String,
    profile: Map<String, Value>,
    posted: Vec<Value>,
    files: Vec<Vec<u8>>,
    /// The next posts are refused: code, HTTP status, sentence.
    refuses: Option<(i64, u16, &'static str)>,
    /// Everything is.
    closed: bool,
}

#[derive(Clone)]
struct Meta(Arc<Mutex<State>>);

impl Respond for Meta {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let mut state = self.0.lock().unwrap();
        let is_post = request.method.as_str() == "POST";
        if let Some((code, status, details)) = state.refuses.filter(|_| is_post || state.closed) {
            let error = json!({"message": format!("(#{code})"), "code": code, "error_data": {"details": details}});
            return ResponseTemplate::new(status).set_body_json(json!({ "error": error }));
        }
        let ok = |json: Value| ResponseTemplate::new(200).set_body_json(json);
        match request.url.path().rsplit('/').next().unwrap_or_default() {
            "whatsapp_business_profile" if is_post => {
                let body: Map<String, Value> = serde_json::from_slice(&request.body).unwrap();
                state.posted.push(Value::Object(body.clone()));
                if body.contains_key("profile_picture_handle") {
                    let url = format!("{}/p/{}.jpg", state.base, state.files.len());
                    state.profile.insert("profile_picture_url".into(), url.into());
                }
                state.profile.extend(body.into_iter().filter(|(key, _)| key != "profile_picture_handle"));
                ok(json!({"success": true}))
            }
            "whatsapp_business_profile" => ok(json!({ "data": [state.profile] })),
            "app" => ok(json!({"id": "4400"})),
            "uploads" => ok(json!({"id": "upload:abc?sig=1"})),
            "upload:abc" => {
                state.files.push(request.body.clone());
                ok(json!({"h": "4:handle"}))
            }
            NUMBER => ok(json!({"verified_name": "Loja da Ana", "id": NUMBER})),
            _ => ResponseTemplate::new(200).set_body_raw(state.files.last().cloned().unwrap_or_default(), "image/jpeg"),
        }
    }
}

impl Meta {
    /// A number with a line below its name and a website.
    async fn of(w: &World) -> Meta {
        let profile =
            json!({"messaging_product": "whatsapp", "about": "Aberto", "websites": ["https://loja.example/"], "vertical": "RETAIL"});
        let profile = profile.as_object().cloned().unwrap_or_default();
        let meta = Meta(Arc::new(Mutex::new(State { base: w.graph.uri(), profile, ..State::default() })));
        Mock::given(path_regex("^/(v[0-9.]+/([0-9]+(/whatsapp_business_profile|/uploads)?|app|upload:abc)|p/[0-9]+[.]jpg)$"))
            .respond_with(meta.clone())
            .mount(&w.graph.server)
            .await;
        meta
    }

    fn refuses(&self, code: i64, status: u16, details: &'static str) {
        self.0.lock().unwrap().refuses = Some((code, status, details));
    }

    fn posted(&self) -> Vec<Value> {
        self.0.lock().unwrap().posted.clone()
    }
}

fn about(text: &str) -> BusinessProfileDraft {
    BusinessProfileDraft { about: Some(text.into()), ..BusinessProfileDraft::default() }
}

async fn lines(w: &World) -> Vec<AuditLine> {
    let query = AuditQuery { action: "channel.profile".into(), ..AuditQuery::default() };
    audit::page(&w.admin, &query).await.unwrap().items
}

both! {
    async fn pr_4_an_admin_reads_the_profile_and_changes_what_they_name(w) {
        let (meta, ana) = (Meta::of(w).await, w.agent("Ana Souza", w.team).await);
        assert_eq!(fault(channels::profile(&ana, w.channel).await), Fault::Forbidden);
        assert_eq!(fault(channels::save_profile(&ana, w.channel, about("Oi")).await), Fault::Forbidden);
        let before = channels::profile(&w.admin, w.channel).await.unwrap();
        let expected = BusinessProfile {
            name: "Loja da Ana".into(),
            about: "Aberto".into(),
            websites: vec!["https://loja.example/".into()],
            vertical: Vertical::Retail,
            ..BusinessProfile::default()
        };
        assert_eq!(before, expected);
        let draft = BusinessProfileDraft {
            address: Some(" Rua A, 1 ".into()),
            websites: Some(vec![String::new(), "https://nova.example".into()]),
            ..BusinessProfileDraft::default()
        };
        let saved = channels::save_profile(&w.admin, w.channel, draft).await.unwrap();
        assert_eq!(meta.posted(), [json!({"messaging_product": "whatsapp", "address": "Rua A, 1", "websites": ["https://nova.example"]})]);
        assert_eq!(saved, channels::profile(&w.admin, w.channel).await.unwrap());
        assert_eq!((saved.address.as_str(), saved.about.as_str()), ("Rua A, 1", "Aberto"));
        // Nothing is nothing, for the network and for the audit.
        channels::save_profile(&w.admin, w.channel, BusinessProfileDraft::default()).await.unwrap();
        assert_eq!(meta.posted().len(), 1);
        let lines = lines(w).await;
        assert_eq!((lines.len(), lines[0].subject_name.as_str(), lines[0].actor_id), (1, "Principal", Some(w.admin.user)));
        let facts: Vec<_> = lines[0].facts.iter().map(|f| (f.field.as_str(), f.before.as_deref(), f.after.as_str())).collect();
        let websites = ("websites", Some("[\"https://loja.example/\"]"), "[\"https://nova.example\"]");
        assert_eq!(facts, [("address", Some(""), "Rua A, 1"), websites]);
    }

    async fn pr_4_who_changes_other_fields_at_the_same_time_undoes_nothing(w) {
        let (_meta, second) = (Meta::of(w).await, w.member("Bia Reis", Role::Admin, &[]).await);
        let seen = channels::profile(&w.admin, w.channel).await.unwrap();
        let theirs = BusinessProfile { description: "Café e bolo".into(), ..seen.clone() };
        let ours = BusinessProfile { about: "Fechado".into(), ..seen.clone() };
        channels::save_profile(&second, w.channel, theirs.changes(&seen)).await.unwrap();
        let saved = channels::save_profile(&w.admin, w.channel, ours.changes(&seen)).await.unwrap();
        assert_eq!((saved.about.as_str(), saved.description.as_str()), ("Fechado", "Café e bolo"));
    }

    async fn pr_4_a_channel_that_shows_no_profile_has_no_such_page(w) {
        let chat = channels::save(&w.admin, webchat("Site")).await.unwrap().channel.id;
        assert_eq!(fault(channels::profile(&w.admin, chat).await), Fault::Missing);
        assert_eq!(fault(channels::save_profile(&w.admin, chat, about("Oi")).await), Fault::Missing);
        assert_eq!(fault(channels::picture(&w.admin, chat).await), Fault::Missing);
        assert_eq!(fault(channels::save_picture(&w.admin, chat, picture(300, 300, image::ImageFormat::Png)).await), Fault::Missing);
    }

    async fn pr_4_what_the_network_refuses_is_told_and_nothing_is_written_down(w) {
        let meta = Meta::of(w).await;
        let save = async |draft| fault(channels::save_profile(&w.admin, w.channel, draft).await);
        assert_eq!(save(about(" ")).await, Fault::field("about", Wrong::Required));
        assert_eq!(save(about(&"é".repeat(140))).await, Fault::field("about", Wrong::TooLong));
        for (code, status, details, told) in [
            (131009, 400, "Param about is not allowed.", Fault::field("about", Wrong::NotAllowed)),
            (100, 400, "Invalid parameter", Fault::Invalid { fields: Vec::new() }),
            (80007, 400, "", Fault::RateLimited { seconds: 60 }),
            (131000, 500, "", Fault::Unavailable),
            (10, 403, "", Fault::ChannelDown),
        ] {
            meta.refuses(code, status, details);
            assert_eq!(save(about("Oi")).await, told, "{code}");
            let form = channels::forms(&w.admin).await.unwrap().remove(0);
            assert_eq!(form.channel.status, ChannelStatus::Connected, "{code}: messages go on");
        }
        // Access that is over is over for messages, too: the channel says so.
        meta.refuses(190, 401, "Session has expired");
        assert_eq!(save(about("Oi")).await, Fault::ChannelDown);
        let form = channels::forms(&w.admin).await.unwrap().remove(0);
        assert_eq!(form.channel.status, ChannelStatus::TokenExpired);
        assert!(form.channel.status_reason.unwrap().starts_with("190"));
        meta.0.lock().unwrap().closed = true;
        for (code, status, told) in [(100, 400, Fault::ChannelDown), (190, 401, Fault::ChannelDown), (131016, 503, Fault::Unavailable)] {
            meta.refuses(code, status, "about");
            assert_eq!(fault(channels::profile(&w.admin, w.channel).await), told, "{code}");
        }
        assert_eq!((meta.posted(), lines(w).await), (vec![], vec![]));
    }

    async fn pr_4_a_picture_is_drawn_anew_given_to_the_network_and_shown_from_there(w) {
        let (meta, ana) = (Meta::of(w).await, w.agent("Ana Souza", w.team).await);
        let png = picture(900, 700, image::ImageFormat::Png);
        assert_eq!(fault(channels::picture(&ana, w.channel).await), Fault::Forbidden);
        assert_eq!(fault(channels::save_picture(&ana, w.channel, png.clone()).await), Fault::Forbidden);
        assert_eq!(fault(channels::picture(&w.admin, w.channel).await), Fault::Missing);
        for (file, wrong) in [(b"<svg onload=alert(1)>".to_vec(), Wrong::NotAllowed), (vec![0; limit::PHOTO_MAX + 1], Wrong::TooLong)] {
            assert_eq!(fault(channels::save_picture(&w.admin, w.channel, file).await), Fault::field("photo", wrong));
        }
        channels::save_picture(&w.admin, w.channel, png.clone()).await.unwrap();
        assert_eq!(meta.posted(), [json!({"messaging_product": "whatsapp", "profile_picture_handle": "4:handle"})]);
        let size = |file: &[u8]| {
            assert_eq!(image::guess_format(file).unwrap(), image::ImageFormat::Jpeg);
            let picture = image::load_from_memory(file).unwrap();
            (picture.width(), picture.height())
        };
        let given = meta.0.lock().unwrap().files[0].clone();
        assert_eq!(size(&given), (640, 640));
        assert_eq!(size(&channels::picture(&w.admin, w.channel).await.unwrap()), (256, 256));
        assert_eq!(channels::profile(&w.admin, w.channel).await.unwrap().photo.len(), limit::PHOTO_MARK);
        meta.refuses(131009, 400, "The picture is too small.");
        assert_eq!(fault(channels::save_picture(&w.admin, w.channel, png).await), Fault::field("photo", Wrong::NotAllowed));
        let lines = lines(w).await;
        assert_eq!((lines.len(), lines[0].facts.len(), lines[0].facts[0].field.as_str()), (1, 1, "photo"));
    }
}
