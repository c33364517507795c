//! Single sign-on: the test is the identity provider, and says what an honest or a dishonest one would (21, groups 8 and 12).

use crate::tenants::second_account;
use crate::world::*;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::*;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use service::auth::sso::{self, Callback, Refused};
use service::auth::{self, passkey};
use service::{Cx, args, people};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

/// A provider with one key.
struct Provider {
    server: MockServer,
    key: SigningKey,
    kid: &'static str,
}

/// A sign-on that was begun: what the browser carries and what the provider was told.
struct Begun {
    cookie: String,
    asked: HashMap<String, String>,
}

impl Provider {
    async fn start(w: &World) -> Provider {
        w.desk.sso.allow_local();
        let provider = Provider { server: MockServer::start().await, key: SigningKey::from_slice(&[5; 32]).unwrap(), kid: "k1" };
        provider.describe().await;
        provider
    }

    fn issuer(&self) -> String {
        self.server.uri()
    }

    async fn describe(&self) {
        let at = |what: &str| format!("{}/{what}", self.issuer());
        let described = json!({
            "issuer": self.issuer(), "authorization_endpoint": at("authorize"), "token_endpoint": at("token"), "jwks_uri": at("keys"),
            "response_types_supported": ["code"], "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256", "HS256", "none"],
        });
        self.answers("GET", "/.well-known/openid-configuration", described).await;
        let point = self.key.verifying_key().to_encoded_point(false);
        let key = json!({
            "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": self.kid,
            "x": URL_SAFE_NO_PAD.encode(point.x().unwrap()), "y": URL_SAFE_NO_PAD.encode(point.y().unwrap()),
        });
        self.answers("GET", "/keys", json!({ "keys": [key] })).await;
    }

    async fn answers(&self, how: &str, where_to: &str, body: Value) {
        Mock::given(method(how)).and(path(where_to)).respond_with(ResponseTemplate::new(200).set_body_json(body)).mount(&self.server).await;
    }

    fn signed(&self, header: &Value, claims: &Value) -> String {
        let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let text = format!("{}.{}", part(header), part(claims));
        let signature: Signature = self.key.sign(text.as_bytes());
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
    }

    fn token(&self, claims: &Value) -> String {
        self.signed(&json!({ "alg": "ES256", "kid": self.kid, "typ": "JWT" }), claims)
    }

    /// What an honest provider says of Ana.
    fn claims(&self, w: &World, begun: &Begun) -> Value {
        let now = w.desk.now() / 1000;
        json!({
            "iss": self.issuer(), "aud": "prosa", "sub": "sub-ana", "nonce": begun.asked["nonce"], "iat": now, "exp": now + 300,
            "email": "ana.souza@loja.example", "email_verified": true, "name": "Ana Souza",
        })
    }

    /// Gives this token out, once more from the beginning.
    async fn gives(&self, token: &str) {
        self.server.reset().await;
        self.describe().await;
        self.answers("POST", "/token", json!({ "access_token": "x", "token_type": "Bearer", "id_token": token })).await;
    }
}

fn sso_draft(provider: &Provider) -> Sso {
    Sso {
        enabled: true,
        slug: "loja".into(),
        issuer: provider.issuer(),
        client_id: "prosa".into(),
        secret: "a client's secret".into(),
        domains: vec!["loja.example".into()],
        ..Sso::default()
    }
}

/// A world whose account has this provider.
async fn provided(w: &World) -> Provider {
    let provider = Provider::start(w).await;
    sso::save(&w.admin, sso_draft(&provider)).await.unwrap();
    provider
}

async fn again(w: &World, change: impl FnOnce(&mut Sso)) {
    let mut draft = sso::settings(&w.admin).await.unwrap().sso;
    change(&mut draft);
    sso::save(&w.admin, draft).await.unwrap();
}

async fn begin(w: &World, name: &str, next: Option<&str>) -> Begun {
    let Ok((to, cookie)) = sso::begin(&w.desk, name, next).await else { panic!("it does not begin") };
    let url = url::Url::parse(&to).unwrap();
    Begun { cookie: token(&cookie), asked: url.query_pairs().into_owned().collect() }
}

fn callback(begun: &Begun) -> Callback {
    Callback { code: "a code".into(), state: begun.asked["state"].clone(), error: String::new() }
}

async fn finish(w: &World, begun: &Begun) -> Result<(auth::SignedIn, String), SsoRefusal> {
    match sso::finish(&w.desk, Some(&begun.cookie), &callback(begun), &visitor()).await {
        Ok(done) => Ok(done),
        Err(Refused::Why(why)) => Err(why),
        Err(Refused::Failed(e)) => panic!("{e:?}"),
    }
}

/// One sign-on by which the provider says this of Ana; `change` makes it say something else.
async fn attempt(w: &World, provider: &Provider, change: impl FnOnce(&mut Value)) -> Result<(auth::SignedIn, String), SsoRefusal> {
    let begun = begin(w, "loja", None).await;
    let mut claims = provider.claims(w, &begun);
    change(&mut claims);
    provider.gives(&provider.token(&claims)).await;
    finish(w, &begun).await
}

async fn cx_of(w: &World, signed: &auth::SignedIn) -> Option<Cx> {
    auth::cx_of_login(&w.desk, &token(&signed.cookie)).await.unwrap()
}

both! {
    async fn ac_7_a_member_comes_in_by_their_provider(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let provider = provided(w).await;
        let begun = begin(w, "loja", Some("/inbox/1")).await;
        assert_eq!(begun.asked["redirect_uri"], "https://prosa.example/sso/callback");
        assert_eq!((begun.asked["client_id"].as_str(), begun.asked["response_type"].as_str()), ("prosa", "code"));
        assert_eq!(begun.asked["code_challenge_method"], "S256");
        assert!(begun.asked["scope"].split(' ').any(|s| s == "openid") && !begun.asked.contains_key("client_secret"));
        provider.gives(&provider.token(&provider.claims(w, &begun))).await;
        let (signed, next) = finish(w, &begun).await.unwrap();
        assert_eq!((signed.user_id, signed.account_id, next.as_str()), (ana.user, w.account, "/inbox/1"));
        assert_eq!(cx_of(w, &signed).await.unwrap().user, ana.user);
        // The code was given back together with what only who began it knows.
        let sent = provider.server.received_requests().await.unwrap();
        let sent = sent.iter().find(|r| r.url.path() == "/token").unwrap();
        let form: HashMap<String, String> = url::form_urlencoded::parse(&sent.body).into_owned().collect();
        assert_eq!(URL_SAFE_NO_PAD.encode(Sha256::digest(&form["code_verifier"])), begun.asked["code_challenge"]);
        assert_eq!(form["code"], "a code");
        assert!(sent.headers.contains_key("authorization"));
        // From now on the subject counts, whatever e-mail it has.
        let (signed, next) = attempt(w, &provider, |c| c["email"] = "ana.nova@loja.example".into()).await.unwrap();
        assert_eq!((signed.user_id, next.as_str()), (ana.user, "/inbox"));
        for (action, times) in [("sso.change", 1), ("sso.link", 1)] {
            assert_eq!(w.number(&format!("select count(*) from audit where action = '{action}'")).await, times, "{action}");
        }
        for secret in ["a client''s secret", "a code"] {
            assert_eq!(w.number(&format!("select count(*) from audit where data like '%{secret}%'")).await, 0);
            assert_eq!(w.number(&format!("select count(*) from sso where secret like '%{secret}%'")).await, 0);
        }
    }

    async fn what_is_sent_back_counts_in_the_browser_that_began_it_and_for_ten_minutes(w) {
        w.agent("Ana Souza", w.team).await;
        let provider = provided(w).await;
        let begun = begin(w, "loja", None).await;
        provider.gives(&provider.token(&provider.claims(w, &begun))).await;
        let other = begin(w, "loja", None).await;
        let ask = async |cookie: Option<&str>, callback: Callback| match sso::finish(&w.desk, cookie, &callback, &visitor()).await {
            Err(Refused::Why(why)) => why,
            _ => panic!("it was allowed"),
        };
        let mine = Some(begun.cookie.as_str());
        assert_eq!(ask(None, callback(&begun)).await, SsoRefusal::Expired);
        assert_eq!(ask(Some("x"), callback(&begun)).await, SsoRefusal::Expired);
        assert_eq!(ask(Some(&other.cookie), callback(&begun)).await, SsoRefusal::Expired, "another browser's");
        assert_eq!(ask(mine, callback(&other)).await, SsoRefusal::Expired, "another state");
        assert_eq!(ask(mine, Callback { state: String::new(), ..callback(&begun) }).await, SsoRefusal::Expired);
        assert_eq!(ask(mine, Callback { error: "access_denied".into(), ..callback(&begun) }).await, SsoRefusal::Denied);
        assert_eq!(ask(mine, Callback { code: String::new(), ..callback(&begun) }).await, SsoRefusal::Invalid);
        assert_eq!(ask(mine, Callback { code: "x".repeat(5000), ..callback(&begun) }).await, SsoRefusal::Invalid);
        w.pass(10 * MINUTE - SECOND);
        provider.gives(&provider.token(&provider.claims(w, &begun))).await;
        finish(w, &begun).await.unwrap();
        w.pass(SECOND);
        assert_eq!(finish(w, &begun).await.err(), Some(SsoRefusal::Expired));
    }

    async fn a_token_that_does_not_hold_lets_nobody_in(w) {
        w.agent("Ana Souza", w.team).await;
        let provider = provided(w).await;
        let now = w.desk.now() / 1000;
        let wrongs: [(&str, &str, Value); 7] = [
            ("another nonce", "nonce", "x".into()),
            ("no nonce", "nonce", Value::Null),
            ("for somebody else", "aud", "another client".into()),
            ("for several", "aud", json!(["prosa", "another client"])),
            ("by somebody else", "iss", "https://evil.example".into()),
            ("from another time", "exp", (now - 1).into()),
            ("about nobody", "sub", Value::Null),
        ];
        for (what, claim, value) in wrongs {
            let refused = attempt(w, &provider, |c| {
                match value {
                    Value::Null => drop(c.as_object_mut().unwrap().remove(claim)),
                    value => c[claim] = value,
                }
            });
            assert_eq!(refused.await.err(), Some(SsoRefusal::Invalid), "{what}");
        }
        let part = |json: Value| URL_SAFE_NO_PAD.encode(json.to_string());
        for alg in ["none", "HS256", "ES256"] {
            let begun = begin(w, "loja", None).await;
            let claims = provider.claims(w, &begun);
            let text = format!("{}.{}", part(json!({ "alg": alg, "typ": "JWT" })), part(claims.clone()));
            let token = match alg {
                "none" => format!("{text}."),
                // Signed with what both of us know, or by another key.
                "HS256" => format!("{text}.{}", URL_SAFE_NO_PAD.encode(hs256("a client's secret", &text))),
                _ => {
                    let other = SigningKey::from_slice(&[6; 32]).unwrap();
                    let signature: Signature = other.sign(text.as_bytes());
                    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
                }
            };
            provider.gives(&token).await;
            assert_eq!(finish(w, &begun).await.err(), Some(SsoRefusal::Invalid), "{alg}");
        }
        for token in ["", "x", "x.y.z"] {
            let begun = begin(w, "loja", None).await;
            provider.gives(token).await;
            assert_eq!(finish(w, &begun).await.err(), Some(SsoRefusal::Invalid));
        }
        assert_eq!(w.number("select count(*) from sso_identity").await, 0);
    }

    /// As in CVE-2026-44707: an e-mail that nobody vouches for takes nobody's place.
    async fn only_a_verified_email_of_an_allowed_domain_links(w) {
        w.agent("Ana Souza", w.team).await;
        let provider = provided(w).await;
        for value in [json!(false), json!("false"), Value::Null] {
            let refused = attempt(w, &provider, |c| c["email_verified"] = value.clone()).await;
            assert!(matches!(refused, Err(SsoRefusal::Unverified | SsoRefusal::Invalid)), "{value}");
        }
        let refused = attempt(w, &provider, |c| drop(c.as_object_mut().unwrap().remove("email"))).await;
        assert_eq!(refused.err(), Some(SsoRefusal::Unverified));
        assert_eq!(attempt(w, &provider, |c| c["email"] = "ana.souza@evil.example".into()).await.err(), Some(SsoRefusal::Domain));
        assert_eq!(attempt(w, &provider, |c| c["email"] = "ninguem@loja.example".into()).await.err(), Some(SsoRefusal::Unknown));
        attempt(w, &provider, |_| {}).await.unwrap();
        // Whoever gets Ana's e-mail at the provider later is not Ana.
        assert_eq!(attempt(w, &provider, |c| c["sub"] = "sub-other".into()).await.err(), Some(SsoRefusal::Linked));
        assert_eq!(w.number("select count(*) from sso_identity").await, 1);
    }

    async fn newcomers_are_made_where_an_admin_wants_it(w) {
        let provider = provided(w).await;
        let sales = w.new_team("Vendas", Restriction::None).await;
        assert_eq!(attempt(w, &provider, |_| {}).await.err(), Some(SsoRefusal::Unknown));
        again(w, |s| (s.newcomers, s.team_id) = (Some(Role::Agent), Some(sales))).await;
        let (signed, _) = attempt(w, &provider, |_| {}).await.unwrap();
        let members = people::members(&w.admin).await.unwrap();
        let ana = members.iter().find(|m| m.user_id == signed.user_id).unwrap();
        assert_eq!((ana.name.as_str(), ana.email.as_str(), ana.role, ana.active), ("Ana Souza", "ana.souza@loja.example", Role::Agent, true));
        assert_eq!(ana.teams, [TeamLink { team_id: sales, is_agent: true, is_supervisor: false }]);
        let (again_in, _) = attempt(w, &provider, |_| {}).await.unwrap();
        assert_eq!(again_in.user_id, signed.user_id);
        // No password opens what has none.
        assert_eq!(fault(auth::sign_in(&w.desk, "ana.souza@loja.example", "", &visitor()).await), Fault::BadCredentials);
        // Who was removed does not come back by themselves.
        let gone = MemberDraft { user_id: Some(ana.user_id), password: String::new(), active: false, ..member_draft("Ana Souza", Role::Agent, &[]) };
        people::save_member(&w.admin, gone).await.unwrap();
        assert_eq!(attempt(w, &provider, |_| {}).await.err(), Some(SsoRefusal::Unknown));
        assert!(cx_of(w, &signed).await.is_none());
    }

    /// A provider speaks for its account alone.
    async fn such_a_login_is_good_in_its_account_alone(w) {
        let provider = provided(w).await;
        let ana = w.agent("Ana Souza", w.team).await;
        let other = second_account(&w.desk).await;
        w.write("insert into membership (account_id, user_id, role, created_at) values ($1, $2, 'ADMIN', 1)", args![other.account, ana.user]).await;
        let (signed, _) = attempt(w, &provider, |_| {}).await.unwrap();
        let cx = cx_of(w, &signed).await.unwrap();
        assert_eq!(fault(auth::switch_account(&cx, other.account).await), Fault::Forbidden);
        assert_eq!(auth::me(&cx).await.unwrap().accounts.iter().map(|a| a.id).collect::<Vec<_>>(), [w.account]);
        assert_eq!(fault(passkey::begin_passkey(&cx, "").await), Fault::Forbidden, "it would be a way into the other account");
        assert!(!passkey::passkeys(&cx).await.unwrap().available);
        // Removed here, the login does not go on there, as another one would.
        let gone = MemberDraft { user_id: Some(ana.user), password: String::new(), active: false, ..member_draft("Ana Souza", Role::Agent, &[]) };
        people::save_member(&w.admin, gone).await.unwrap();
        assert!(cx_of(w, &signed).await.is_none());
        // Somebody of another account with an e-mail that this provider claims is nobody here.
        assert_eq!(attempt(w, &provider, |c| (c["email"], c["sub"]) = ("zeca@outra.example".into(), "z".into())).await.err(), Some(SsoRefusal::Domain));
    }

    async fn only_by_the_provider_but_for_admins(w) {
        let provider = provided(w).await;
        let ana = w.agent("Ana Souza", w.team).await;
        let before = auth::sign_in(&w.desk, "ana.souza@loja.example", PASSWORD, &visitor()).await.unwrap();
        let (vouched, _) = attempt(w, &provider, |_| {}).await.unwrap();
        let alice = auth::sign_in(&w.desk, "alice@loja.example", PASSWORD, &visitor()).await.unwrap();
        again(w, |s| s.only = true).await;
        assert!(cx_of(w, &before).await.is_none(), "signed in otherwise before");
        assert!(cx_of(w, &vouched).await.is_some() && cx_of(w, &alice).await.is_some());
        assert_eq!(fault(auth::sign_in(&w.desk, "ana.souza@loja.example", PASSWORD, &visitor()).await), Fault::BadCredentials);
        auth::sign_in(&w.desk, "alice@loja.example", PASSWORD, &visitor()).await.unwrap();
        // A person of two accounts comes into the other one, and not from there into this one.
        let other = second_account(&w.desk).await;
        w.write("insert into membership (account_id, user_id, role, created_at) values ($1, $2, 'AGENT', 1)", args![other.account, ana.user]).await;
        let there = auth::sign_in(&w.desk, "ana.souza@loja.example", PASSWORD, &visitor()).await.unwrap();
        assert_eq!(there.account_id, other.account);
        assert_eq!(fault(auth::switch_account(&cx_of(w, &there).await.unwrap(), w.account).await), Fault::Forbidden);
        again(w, |s| s.only = false).await;
        auth::switch_account(&cx_of(w, &there).await.unwrap(), w.account).await.unwrap();
    }

    async fn what_is_set_is_an_admins_and_its_secret_stays(w) {
        let provider = Provider::start(w).await;
        let ana = w.agent("Ana Souza", w.team).await;
        assert_eq!(fault(sso::settings(&ana).await), Fault::Forbidden);
        assert_eq!(fault(sso::save(&ana, sso_draft(&provider)).await), Fault::Forbidden);
        let first = sso::settings(&w.admin).await.unwrap();
        assert_eq!((first.callback.as_str(), first.has_secret), ("https://prosa.example/sso/callback", false));
        assert_eq!(first.start, format!("https://prosa.example/sso/{}", w.account));
        assert_eq!(sso::door(&w.desk).await.unwrap(), SsoDoor::default());
        let saved = sso::save(&w.admin, sso_draft(&provider)).await.unwrap();
        assert_eq!((saved.sso.secret.as_str(), saved.has_secret, saved.start.as_str()), ("", true, "https://prosa.example/sso/loja"));
        assert_eq!(sso::door(&w.desk).await.unwrap(), SsoDoor { one: Some(("loja".into(), String::new())), several: false });
        assert_eq!(fault(sso::save(&w.admin, sso_draft(&provider)).await), Fault::Conflict);
        let kept = sso::save(&w.admin, Sso { button: "Entrar com a Loja".into(), ..saved.sso.clone() }).await.unwrap();
        assert!(kept.has_secret, "not typed again, it stays");
        let moved = sso::save(&w.admin, Sso { client_id: "another".into(), ..kept.sso.clone() }).await.unwrap();
        assert!(!moved.has_secret, "it was not made for another client");
        let gone = Sso { issuer: format!("{}/nothing", provider.issuer()), ..moved.sso.clone() };
        assert_eq!(fault(sso::save(&w.admin, gone).await), Fault::field("issuer", Wrong::NotRight));
        let theirs = Sso { team_id: Some(TeamId(7)), ..moved.sso.clone() };
        assert_eq!(fault(sso::save(&w.admin, theirs).await), Fault::field("team_id", Wrong::Unknown));
        let other = second_account(&w.desk).await;
        assert_eq!(fault(sso::save(&other, sso_draft(&provider)).await), Fault::field("slug", Wrong::Taken));
        sso::save(&other, Sso { slug: String::new(), ..sso_draft(&provider) }).await.unwrap();
        assert_eq!(sso::door(&w.desk).await.unwrap(), SsoDoor { one: None, several: true }, "which companies there are is nobody's business");
        let begun = begin(w, &other.account.to_string(), None).await;
        assert_eq!(begun.asked["client_id"], "prosa");
        again(w, |s| s.enabled = false).await;
        for name in ["loja", &w.account.to_string(), "", "x", &"x".repeat(200), "-1", "loja' or 1=1"] {
            assert!(matches!(sso::begin(&w.desk, name, None).await, Err(Refused::Why(SsoRefusal::Off))), "{name}");
        }
    }

    async fn no_private_address_is_asked(w) {
        // The test's own provider is one, and this world does not allow it.
        let server = MockServer::start().await;
        for issuer in [server.uri(), "https://127.0.0.1".into(), "https://169.254.169.254".into(), "https://[::1]".into(), "https://localhost".into(), "file:///etc/passwd".into(), "https://user@id.example".into()] {
            let draft = Sso { enabled: true, issuer: issuer.clone(), client_id: "prosa".into(), ..Sso::default() };
            assert_eq!(fault(sso::save(&w.admin, draft).await), Fault::field("issuer", Wrong::NotRight), "{issuer}");
        }
        assert_eq!(server.received_requests().await.unwrap().len(), 0);
    }

    async fn redirects_and_endless_answers_of_a_provider_are_not_followed(w) {
        let provider = Provider::start(w).await;
        let elsewhere = MockServer::start().await;
        let answers = [
            ResponseTemplate::new(302).insert_header("location", elsewhere.uri()),
            ResponseTemplate::new(200).set_body_raw("x".repeat(600_000), "application/json"),
            ResponseTemplate::new(200).set_body_raw("{}", "application/json"),
            ResponseTemplate::new(500),
        ];
        for answer in answers {
            provider.server.reset().await;
            Mock::given(method("GET")).respond_with(answer).mount(&provider.server).await;
            assert_eq!(fault(sso::save(&w.admin, sso_draft(&provider)).await), Fault::field("issuer", Wrong::NotRight));
        }
        assert_eq!(elsewhere.received_requests().await.unwrap().len(), 0);
    }

    async fn the_provider_is_asked_for_itself_once_and_for_new_keys_when_it_signs_with_one(w) {
        w.agent("Ana Souza", w.team).await;
        let mut provider = provided(w).await;
        attempt(w, &provider, |_| {}).await.unwrap();
        let asked = provider.server.received_requests().await.unwrap();
        assert!(asked.iter().all(|r| r.url.path() == "/token"), "the rest is known");
        (provider.key, provider.kid) = (SigningKey::from_slice(&[8; 32]).unwrap(), "k2");
        assert_eq!(attempt(w, &provider, |_| {}).await.err(), Some(SsoRefusal::Invalid), "asked a moment ago");
        w.pass(MINUTE);
        attempt(w, &provider, |_| {}).await.unwrap();
    }
}

fn hs256(key: &str, text: &str) -> Vec<u8> {
    use hmac::{Hmac, KeyInit, Mac};
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}
