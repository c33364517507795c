//! Notes to browsers: the test is the push service and the browser at once, and opens what it gets.

use crate::world::*;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::*;
use p256::SecretKey;
use p256::ecdsa::{Signature, VerifyingKey, signature::Verifier};
use p256::elliptic_curve::sec1::ToEncodedPoint;
use serde_json::Value;
use service::{Cx, alert, auth, closing, feature, people, push, talk};
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

const MARIA: &str = "5511987654321";
const AUTH: [u8; 16] = [9; 16];

/// A push service, and a browser that subscribed there.
struct Service {
    server: MockServer,
    key: SecretKey,
}

impl Service {
    async fn start(w: &World) -> Service {
        w.desk.push.allow_local();
        Service { server: MockServer::start().await, key: SecretKey::from_slice(&[7; 32]).unwrap() }
    }

    async fn answers(&self, answer: ResponseTemplate) {
        self.server.reset().await;
        Mock::given(method("POST")).respond_with(answer).mount(&self.server).await;
    }

    fn draft(&self, browser: &str) -> PushDraft {
        PushDraft {
            endpoint: format!("{}/send/{browser}", self.server.uri()),
            p256dh: URL_SAFE_NO_PAD.encode(self.key.public_key().to_encoded_point(false).as_bytes()),
            auth: URL_SAFE_NO_PAD.encode(AUTH),
            language: Language::PtBr,
        }
    }

    async fn requests(&self) -> Vec<Request> {
        self.server.received_requests().await.unwrap()
    }

    /// What the browser reads of a request.
    fn open(&self, request: &Request) -> Value {
        let text = web_push_native::decrypt(request.body.clone(), &self.key, &AUTH.into()).unwrap();
        serde_json::from_slice(&text).unwrap()
    }

    async fn notes(&self) -> Vec<Value> {
        self.requests().await.iter().map(|r| self.open(r)).collect()
    }
}

async fn signed_in(w: &World, email: &str) -> Cx {
    let signed = auth::sign_in(&w.desk, email, PASSWORD, &visitor()).await.unwrap();
    auth::cx_of_login(&w.desk, &token(&signed.cookie)).await.unwrap().unwrap()
}

/// An agent whose browser is subscribed.
async fn subscribed(w: &World, service: &Service, name: &str, team: TeamId) -> Cx {
    let email = w.agent(name, team).await.seat.name.to_lowercase().replace(' ', ".") + "@loja.example";
    let cx = signed_in(w, &email).await;
    push::subscribe(&cx, service.draft(name)).await.unwrap();
    cx
}

/// Lets the time pass after which notes leave, and works until nothing is due.
async fn send(w: &World) {
    w.pass(alert::PUSH_AFTER);
    while push::turn(&w.desk).await.unwrap() > 0 {}
}

fn header<'r>(request: &'r Request, name: &str) -> &'r str {
    request.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
}

both! {
    async fn no_2_a_message_reaches_the_browser_encrypted_and_signed(w) {
        let service = Service::start(w).await;
        service.answers(ResponseTemplate::new(201)).await;
        let ana = subscribed(w, &service, "Ana Souza", w.team).await;
        let c = w.served(&ana, MARIA).await;
        send(w).await;
        assert_eq!(service.requests().await.len(), 0, "she took it herself");
        w.says(MARIA, "cadê meu pedido?").await;
        w.says(MARIA, "alô?").await;
        assert_eq!(push::turn(&w.desk).await.unwrap(), 0, "she has a moment to look by herself");
        send(w).await;
        let requests = service.requests().await;
        assert_eq!(requests.len(), 1, "two messages are one note");
        let note = service.open(&requests[0]);
        assert_eq!(note["title"], c.contact_name);
        assert_eq!((note["text"].as_str(), note["path"].as_str()), (Some("(2) alô?"), Some(format!("/inbox/{}", c.id).as_str())));
        assert_eq!(note["unread"], alert::list(&ana, None).await.unwrap().unread, "the number on the app's icon is the bell's");
        assert_eq!(note["unread"], 1);
        // RFC 8188 and 8030.
        assert_eq!((header(&requests[0], "content-encoding"), header(&requests[0], "ttl")), ("aes128gcm", "43200"));
        let topic = header(&requests[0], "topic").to_owned();
        assert!(topic.len() == 32 && requests[0].body.len() < 4096);
        assert!(!String::from_utf8_lossy(&requests[0].body).contains("alô"));
        // RFC 8292: the token is signed by the key that browsers subscribe with, for this service only.
        let authorization = header(&requests[0], "authorization").strip_prefix("vapid t=").unwrap();
        let (jwt, public) = authorization.split_once(", k=").unwrap();
        assert_eq!(public, alert::setup(&ana).await.unwrap().push_key);
        let (signed, signature) = jwt.rsplit_once('.').unwrap();
        let key = VerifyingKey::from_sec1_bytes(&URL_SAFE_NO_PAD.decode(public).unwrap()).unwrap();
        key.verify(signed.as_bytes(), &Signature::from_slice(&URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap()).unwrap();
        let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(signed.split_once('.').unwrap().1).unwrap()).unwrap();
        assert_eq!(claims["aud"], service.server.uri());
        assert_eq!(claims["sub"], "https://prosa.example");
        let left = claims["exp"].as_i64().unwrap() - w.desk.now() / 1000;
        assert!((1..=86_400).contains(&left));
        // The next one takes the place of the last.
        w.pass(MINUTE);
        w.says(MARIA, "obrigada").await;
        send(w).await;
        let requests = service.requests().await;
        assert_eq!((requests.len(), header(&requests[1], "topic")), (2, topic.as_str()));
        assert_eq!(w.number("select count(*) from push_job").await, 0);
    }

    async fn ci_4_a_talk_is_told_to_those_who_are_in_it_while_they_have_not_read_it(w) {
        let service = Service::start(w).await;
        service.answers(ResponseTemplate::new(201)).await;
        let ana = subscribed(w, &service, "Ana Souza", w.team).await;
        feature::save(&w.admin, Features { internal_chat: true, ..Features::default() }).await.unwrap();
        let id = talk::open(&w.admin, TalkWith::Team { team_id: w.team }).await.unwrap().talk.id;
        let say = async |client: &str, text: &str| {
            let draft = TalkDraft { client_id: client.into(), text: text.into(), ..TalkDraft::default() };
            talk::send(&w.admin, id, draft).await.unwrap().id
        };
        say("a", "reunião às dez").await;
        assert_eq!(push::turn(&w.desk).await.unwrap(), 0, "she has a moment to look by herself");
        say("b", "na sala dois").await;
        send(w).await;
        let [note] = service.notes().await.try_into().unwrap();
        assert!(note["title"].as_str().unwrap().starts_with("Alice Admin · "), "{note}");
        assert_eq!((note["text"].as_str(), note["path"].as_str()), (Some("(2) na sala dois"), Some(format!("/inbox?talk={id}").as_str())));
        assert_eq!(w.number("select count(*) from push_job").await, 0);
        // Read in time, or lost by leaving the team: nothing goes out.
        let last = say("c", "alguém?").await;
        talk::read(&ana, id, last).await.unwrap();
        send(w).await;
        say("d", "segredo da equipe").await;
        let out = MemberDraft { user_id: Some(ana.user), password: String::new(), ..member_draft("Ana Souza", Role::Agent, &[]) };
        people::save_member(&w.admin, out).await.unwrap();
        send(w).await;
        assert_eq!(service.requests().await.len(), 1);
    }

    async fn ci_4_quiet_hours_and_preferences_hold_for_talks_too(w) {
        let service = Service::start(w).await;
        service.answers(ResponseTemplate::new(201)).await;
        let ana = subscribed(w, &service, "Ana Souza", w.team).await;
        feature::save(&w.admin, Features { internal_chat: true, ..Features::default() }).await.unwrap();
        let id = talk::open(&w.admin, TalkWith::Person { user_id: ana.user }).await.unwrap().talk.id;
        let quiet = AlertSettings { quiet: Some(Quiet { from: 0, to: Quiet::DAY - 1 }), ..AlertSettings::default() };
        let mut off = AlertSettings::default();
        off.set(AlertKind::Internal, AlertWay::Desktop, false);
        let hidden = AlertSettings { hide_text: true, ..AlertSettings::default() };
        for (n, settings) in [quiet, off, hidden].into_iter().enumerate() {
            alert::save_settings(&ana, settings).await.unwrap();
            let draft = TalkDraft { client_id: format!("{n}"), text: "segredo".into(), ..TalkDraft::default() };
            talk::send(&w.admin, id, draft).await.unwrap();
            send(w).await;
        }
        let [note] = service.notes().await.try_into().unwrap();
        assert_eq!((note["title"].as_str(), note["text"].as_str()), (Some("Prosa"), Some("Mensagem no chat interno")));
    }

    async fn no_2_the_key_is_made_once_and_lies_encrypted(w) {
        let key = alert::setup(&w.admin).await.unwrap().push_key;
        assert_eq!(URL_SAFE_NO_PAD.decode(&key).unwrap().len(), 65);
        let rows: Vec<(String,)> = w.rows("select sealed from server_secret").await;
        assert_eq!(rows.len(), 1);
        assert!(w.desk.keys.unseal("vapid", &rows[0].0).is_some() && w.desk.keys.unseal("other", &rows[0].0).is_none());
        // Another server on the same database has the same key.
        let other = service::Desk::new(w.desk.db.clone(), service::seam::Seam::fixed(START, 99), "a secret key for tests", w.desk.settings.clone()).unwrap();
        assert_eq!(push::public_key(&other).await.unwrap(), key);
        // With another secret it says so, and makes no second one.
        let stranger = service::Desk::new(w.desk.db.clone(), service::seam::Seam::fixed(START, 99), "another", w.desk.settings.clone()).unwrap();
        assert!(push::public_key(&stranger).await.is_err());
    }

    async fn a_browser_that_is_gone_is_forgotten_and_an_ended_login_too(w) {
        let service = Service::start(w).await;
        service.answers(ResponseTemplate::new(410)).await;
        let ana = subscribed(w, &service, "Ana Souza", w.team).await;
        let rows = "select count(*) from push_subscription";
        assert_eq!(w.number(rows).await, 1);
        w.says(MARIA, "oi").await;
        send(w).await;
        assert_eq!((service.requests().await.len(), w.number(rows).await), (1, 0));
        assert_eq!(push::test(&ana).await.unwrap(), PushOutcome::None);
        for status in [404, 410] {
            service.answers(ResponseTemplate::new(status)).await;
            push::subscribe(&ana, service.draft("ana")).await.unwrap();
            assert_eq!(push::test(&ana).await.unwrap(), PushOutcome::Gone);
            assert_eq!(w.number(rows).await, 0);
        }
        push::subscribe(&ana, service.draft("ana")).await.unwrap();
        auth::sign_out(&ana).await.unwrap();
        assert_eq!(w.number(rows).await, 0);
    }

    async fn no_3_the_trial_note_tells_what_became_of_it(w) {
        let service = Service::start(w).await;
        let ana = subscribed(w, &service, "Ana Souza", w.team).await;
        service.answers(ResponseTemplate::new(201)).await;
        assert_eq!(push::test(&ana).await.unwrap(), PushOutcome::Sent);
        assert_eq!(service.notes().await[0]["text"], "As notificações estão funcionando neste navegador.");
        service.answers(ResponseTemplate::new(503)).await;
        assert_eq!(push::test(&ana).await.unwrap(), PushOutcome::Unreachable);
        service.answers(ResponseTemplate::new(302).insert_header("location", "/elsewhere")).await;
        for _ in 0..5 {
            assert_eq!(push::test(&ana).await.unwrap(), PushOutcome::Refused);
        }
        assert!(service.requests().await.iter().all(|r| r.url.path() != "/elsewhere"), "a redirect is not followed");
        assert_eq!(push::test(&ana).await.unwrap(), PushOutcome::None, "refused again and again: given up");
    }

    async fn au_2_who_owes_an_answer_is_reminded_in_the_browser_too(w) {
        let service = Service::start(w).await;
        service.answers(ResponseTemplate::new(201)).await;
        let ana = subscribed(w, &service, "Ana Souza", w.team).await;
        closing::save_rule(&w.admin, AutoClose { remind_minutes: 30, ..AutoClose::default() }, false).await.unwrap();
        w.served(&ana, MARIA).await;
        w.pass(30 * MINUTE);
        assert_eq!(closing::auto::turn(&w.desk).await.unwrap(), 1);
        send(w).await;
        let notes = service.notes().await;
        assert_eq!((notes.len(), notes[0]["text"].as_str()), (1, Some("Contato à espera da sua resposta: oi")));
    }

    async fn no_3_hidden_notes_say_neither_who_nor_what(w) {
        let service = Service::start(w).await;
        service.answers(ResponseTemplate::new(201)).await;
        let ana = subscribed(w, &service, "Ana Souza", w.team).await;
        alert::save_settings(&ana, AlertSettings { hide_text: true, ..AlertSettings::default() }).await.unwrap();
        let c = w.says(MARIA, "minha senha é 1234").await;
        send(w).await;
        let notes = service.notes().await;
        assert_eq!((notes.len(), notes[0]["title"].as_str(), notes[0]["text"].as_str()), (1, Some("Prosa"), Some("Nova conversa na fila")));
        let text = notes[0].to_string();
        assert!(!text.contains("1234") && !text.contains(&c.contact_name));
    }

    async fn no_3_no_note_to_who_does_not_see_the_conversation_any_more(w) {
        let service = Service::start(w).await;
        service.answers(ResponseTemplate::new(201)).await;
        let ana = subscribed(w, &service, "Ana Souza", w.team).await;
        w.says(MARIA, "segredo").await;
        // She leaves the team before the note leaves.
        let moved = MemberDraft { user_id: Some(ana.user), password: String::new(), ..member_draft("Ana Souza", Role::Agent, &[]) };
        people::save_member(&w.admin, moved).await.unwrap();
        send(w).await;
        assert_eq!((service.requests().await.len(), w.number("select count(*) from push_job").await), (0, 0));
    }

    async fn no_note_for_what_is_on_the_screen_read_or_switched_off(w) {
        let service = Service::start(w).await;
        service.answers(ResponseTemplate::new(201)).await;
        let ana = subscribed(w, &service, "Ana Souza", w.team).await;
        let c = w.served(&ana, MARIA).await;
        w.says(MARIA, "um").await;
        alert::saw(&ana, c.id).await.unwrap();
        send(w).await;
        assert_eq!(service.requests().await.len(), 0, "read in time");
        let mut off = AlertSettings::default();
        off.set(AlertKind::Message, AlertWay::Desktop, false);
        alert::save_settings(&ana, off).await.unwrap();
        w.says(MARIA, "dois").await;
        send(w).await;
        assert_eq!(service.requests().await.len(), 0, "switched off");
        // A tab of hers shows it.
        alert::save_settings(&ana, AlertSettings::default()).await.unwrap();
        let (looks, here) = (std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true)), (w.account, ana.user, c.id));
        let seen = looks.clone();
        w.desk.push.ask_whether_looking(move |a, u, c| (a, u, c) == here && seen.load(std::sync::atomic::Ordering::Relaxed));
        w.says(MARIA, "três").await;
        send(w).await;
        assert_eq!(service.requests().await.len(), 0, "on her screen");
        looks.store(false, std::sync::atomic::Ordering::Relaxed);
        w.says(MARIA, "quatro").await;
        send(w).await;
        assert_eq!(service.requests().await.len(), 1);
    }

    async fn no_3_quiet_hours_are_those_of_the_accounts_time_zone(w) {
        let service = Service::start(w).await;
        service.answers(ResponseTemplate::new(201)).await;
        let ana = subscribed(w, &service, "Ana Souza", w.team).await;
        w.served(&ana, MARIA).await;
        // The clock stands at 2026-07-14 03:33:20 UTC: 00:33 in São Paulo.
        let quiet = |from, to| AlertSettings { quiet: Some(Quiet { from, to }), ..AlertSettings::default() };
        alert::save_settings(&ana, quiet(22 * 60, 7 * 60)).await.unwrap();
        w.says(MARIA, "um").await;
        send(w).await;
        assert_eq!(service.requests().await.len(), 0);
        alert::save_settings(&ana, quiet(3 * 60, 7 * 60)).await.unwrap();
        w.says(MARIA, "dois").await;
        send(w).await;
        assert_eq!(service.requests().await.len(), 1);
    }

    async fn a_push_service_that_is_down_is_asked_again_and_not_for_ever(w) {
        let service = Service::start(w).await;
        service.answers(ResponseTemplate::new(503).insert_header("retry-after", "60")).await;
        let ana = subscribed(w, &service, "Ana Souza", w.team).await;
        w.says(MARIA, "oi").await;
        send(w).await;
        assert_eq!(service.requests().await.len(), 1);
        w.pass(30 * SECOND);
        push::turn(&w.desk).await.unwrap();
        assert_eq!(service.requests().await.len(), 1, "it asked for a minute");
        w.pass(30 * SECOND);
        push::turn(&w.desk).await.unwrap();
        assert_eq!(service.requests().await.len(), 2);
        for _ in 0..20 {
            w.pass(HOUR);
            push::turn(&w.desk).await.unwrap();
        }
        assert_eq!((service.requests().await.len(), w.number("select count(*) from push_job").await), (6, 0));
        // The subscription itself stays: the service was down, not the browser.
        assert!(push::is_subscribed(&ana).await.unwrap());
    }

    async fn a_person_has_so_many_browsers_and_a_login_is_one(w) {
        let service = Service::start(w).await;
        w.agent("Ana Souza", w.team).await;
        let mut cx = None;
        for n in 0..limit::PUSH_MAX + 3 {
            w.pass(SECOND);
            let login = signed_in(w, "ana.souza@loja.example").await;
            push::subscribe(&login, service.draft(&format!("b{n}"))).await.unwrap();
            cx = Some(login);
        }
        let cx = cx.unwrap();
        assert_eq!(w.number("select count(*) from push_subscription").await, limit::PUSH_MAX);
        assert_eq!(w.number("select count(*) from push_subscription where endpoint like '%/b0'").await, 0);
        push::subscribe(&cx, service.draft("again")).await.unwrap();
        assert_eq!(w.number("select count(*) from push_subscription").await, limit::PUSH_MAX);
        // The same browser, where somebody else signed in, is theirs alone.
        let alice = signed_in(w, "alice@loja.example").await;
        push::subscribe(&alice, service.draft("again")).await.unwrap();
        assert!(!push::is_subscribed(&cx).await.unwrap() && push::is_subscribed(&alice).await.unwrap());
        push::unsubscribe(&alice).await.unwrap();
        assert!(!push::is_subscribed(&alice).await.unwrap());
        // A token of the API is no browser.
        assert_eq!(fault(push::subscribe(&w.cx(cx.user).await, service.draft("x")).await), Fault::Forbidden);
    }

    async fn addresses_and_keys_that_are_none_are_refused(w) {
        let draft = PushDraft {
            endpoint: "https://push.example/x".into(),
            p256dh: "BLn9b-VR0ca83knDNZ32dCHGyjJp-1riX9ZTN40MqV8K_LpQmLqxC_DoHvqvFXO_nGdAB4W9dogZb_sM-uV4JbY".into(),
            auth: "_ordMnz7uTCmrpBTeUV4Bw".into(),
            language: Language::En,
        };
        for endpoint in ["http://push.example/x", "https://127.0.0.1/x", "https://169.254.169.254/x", "https://[::1]/x", "https://u:p@push.example/x"] {
            let bad = PushDraft { endpoint: endpoint.into(), ..draft.clone() };
            assert_eq!(fault(push::subscribe(&w.admin, bad).await), Fault::field("endpoint", Wrong::NotAllowed), "{endpoint}");
        }
        let bad = PushDraft { auth: "short".into(), ..draft.clone() };
        assert_eq!(fault(push::subscribe(&w.admin, bad).await), Fault::field("p256dh", Wrong::NotAllowed));
        push::subscribe(&w.admin, draft).await.unwrap();
    }
}
