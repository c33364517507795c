//! Passkeys: the test is the device and the browser at once, and signs what it is asked to (03, 3.1; 21, group 12).

use crate::world::*;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::*;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use service::auth::{self, passkey};
use service::{Cx, Desk, args, people};
use sha2::{Digest, Sha256};

const ORIGIN: &str = "https://prosa.example";
const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const ATTESTED: u8 = 0x40;

/// A device with one key in it, and what it and its browser would say.
struct Device {
    key: SigningKey,
    id: [u8; 16],
    handle: String,
    count: u32,
    flags: u8,
    origin: &'static str,
    rp: &'static str,
}

impl Device {
    fn new(seed: u8) -> Device {
        Device {
            key: SigningKey::from_slice(&[seed; 32]).unwrap(),
            id: [seed; 16],
            handle: String::new(),
            count: 0,
            flags: PRESENT | VERIFIED,
            origin: ORIGIN,
            rp: "prosa.example",
        }
    }

    fn said(&self, what: &str, options: &Value) -> String {
        json!({ "type": what, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": false }).to_string()
    }

    fn data(&self, more: u8) -> Vec<u8> {
        let mut data = Sha256::digest(self.rp.as_bytes()).to_vec();
        data.push(self.flags | more);
        data.extend(self.count.to_be_bytes());
        data
    }

    /// The answer to a call for a new key.
    fn made(&mut self, call: &PasskeyCall) -> String {
        let options: Value = serde_json::from_str(&call.options).unwrap();
        self.handle = options["user"]["id"].as_str().unwrap().to_owned();
        let point = self.key.verifying_key().to_encoded_point(false);
        let mut data = self.data(ATTESTED);
        data.extend([0; 16]);
        data.extend(16u16.to_be_bytes());
        data.extend(self.id);
        // The key in COSE: an elliptic curve, ES256, P-256.
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(point.x().unwrap());
        data.extend([0x22, 0x58, 0x20]);
        data.extend(point.y().unwrap());
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        object.push(u8::try_from(data.len()).unwrap());
        object.extend(data);
        let id = URL_SAFE_NO_PAD.encode(self.id);
        json!({
            "id": id, "rawId": id, "type": "public-key", "clientExtensionResults": {}, "authenticatorAttachment": "platform",
            "response": {
                "clientDataJSON": URL_SAFE_NO_PAD.encode(self.said("webauthn.create", &options)),
                "attestationObject": URL_SAFE_NO_PAD.encode(object),
                "transports": ["internal"],
            },
        })
        .to_string()
    }

    /// The answer to a call for a key that is there.
    fn opens(&mut self, call: &PasskeyCall) -> String {
        self.count += 1;
        self.signed(call)
    }

    /// The same without counting.
    fn signed(&self, call: &PasskeyCall) -> String {
        let options: Value = serde_json::from_str(&call.options).unwrap();
        let (said, data) = (self.said("webauthn.get", &options), self.data(0));
        let signature: Signature = self.key.sign(&[data.as_slice(), &Sha256::digest(said.as_bytes())].concat());
        let id = URL_SAFE_NO_PAD.encode(self.id);
        json!({
            "id": id, "rawId": id, "type": "public-key", "clientExtensionResults": {}, "authenticatorAttachment": "platform",
            "response": {
                "clientDataJSON": URL_SAFE_NO_PAD.encode(said),
                "authenticatorData": URL_SAFE_NO_PAD.encode(data),
                "signature": URL_SAFE_NO_PAD.encode(der(&signature)),
                "userHandle": self.handle,
            },
        })
        .to_string()
    }
}

/// A signature as devices write it.
fn der(signature: &Signature) -> Vec<u8> {
    let number = |bytes: &[u8]| {
        let mut bytes: Vec<u8> = bytes.iter().copied().skip_while(|b| *b == 0).collect();
        if bytes[0] & 0x80 != 0 {
            bytes.insert(0, 0);
        }
        [&[0x02, u8::try_from(bytes.len()).unwrap()], bytes.as_slice()].concat()
    };
    let bytes = signature.to_bytes();
    let both = [number(&bytes[..32]), number(&bytes[32..])].concat();
    [&[0x30, u8::try_from(both.len()).unwrap()], both.as_slice()].concat()
}

async fn signed_in(w: &World, email: &str) -> Cx {
    let signed = auth::sign_in(&w.desk, email, PASSWORD, &visitor()).await.unwrap();
    auth::cx_of_login(&w.desk, &token(&signed.cookie)).await.unwrap().unwrap()
}

fn draft(call: &PasskeyCall, answer: String, name: &str) -> PasskeyDraft {
    PasskeyDraft { token: call.token.clone(), answer, name: name.into() }
}

/// A device that the person has added.
async fn added(cx: &Cx, seed: u8) -> Device {
    let mut device = Device::new(seed);
    let call = passkey::begin_passkey(cx, "").await.unwrap();
    let answer = device.made(&call);
    passkey::add_passkey(cx, draft(&call, answer, &format!("Aparelho {seed}"))).await.unwrap();
    device
}

fn call(desk: &Desk) -> PasskeyCall {
    passkey::begin_entry(desk).unwrap().expect("there are passkeys under this address")
}

async fn enter(w: &World, call: &PasskeyCall, answer: &str) -> service::Result<auth::SignedIn> {
    passkey::enter(&w.desk, &call.token, answer, &visitor()).await
}

/// Makes an answer of the device wrong.
type Spoil = fn(&mut Device);

both! {
    async fn ac_7_a_passkey_is_added_and_opens_without_a_name(w) {
        w.agent("Ana Souza", w.team).await;
        let ana = signed_in(w, "ana.souza@loja.example").await;
        assert_eq!(passkey::passkeys(&ana).await.unwrap(), Passkeys { available: true, keys: Vec::new() });
        let begun = passkey::begin_passkey(&ana, "").await.unwrap();
        let options: Value = serde_json::from_str(&begun.options).unwrap();
        assert_eq!((options["rp"]["id"].as_str(), options["user"]["name"].as_str()), (Some("prosa.example"), Some("ana.souza@loja.example")));
        assert_eq!(options["authenticatorSelection"]["userVerification"], "required");
        assert_eq!(options["authenticatorSelection"]["residentKey"], "required");
        let mut device = added(&ana, 1).await;
        let known = passkey::begin_passkey(&ana, "").await.unwrap();
        let known: Value = serde_json::from_str(&known.options).unwrap();
        assert_eq!(known["excludeCredentials"][0]["id"], URL_SAFE_NO_PAD.encode([1; 16]), "the same device makes no second one");
        assert_eq!(known["user"]["id"], device.handle, "one person is one person to all devices");

        w.pass(HOUR);
        let asked = call(&w.desk);
        let answer = device.opens(&asked);
        let signed = enter(w, &asked, &answer).await.unwrap();
        assert_eq!((signed.user_id, signed.account_id), (ana.user, w.account));
        let cx = auth::cx_of_login(&w.desk, &token(&signed.cookie)).await.unwrap().unwrap();
        let keys = passkey::passkeys(&cx).await.unwrap().keys;
        assert_eq!((keys.len(), keys[0].name.as_str(), keys[0].synced), (1, "Aparelho 1", false));
        assert_eq!((keys[0].created_at, keys[0].last_used_at), (START, Some(START + HOUR)));
        for (action, times) in [("passkey.add", 1), ("login.passkey", 1), ("passkey.copied", 0)] {
            assert_eq!(w.number(&format!("select count(*) from audit where action = '{action}'")).await, times, "{action}");
        }
        // The handle that devices keep says nothing about the person.
        assert_eq!(URL_SAFE_NO_PAD.decode(&device.handle).unwrap().len(), 64);
        assert_eq!(w.number("select count(*) from audit where data like '%webauthn%' or data like '%signature%'").await, 0);
    }

    async fn ac_2_a_call_is_answered_once_and_for_five_minutes(w) {
        let cx = signed_in(w, "alice@loja.example").await;
        let refused = Fault::field("answer", Wrong::NotAllowed);
        let mut device = Device::new(1);
        let begun = passkey::begin_passkey(&cx, "").await.unwrap();
        let answer = device.made(&begun);
        w.pass(5 * MINUTE);
        assert_eq!(fault(passkey::add_passkey(&cx, draft(&begun, answer, "Tarde")).await), refused);
        let begun = passkey::begin_passkey(&cx, "").await.unwrap();
        let answer = device.made(&begun);
        w.pass(5 * MINUTE - SECOND);
        passkey::add_passkey(&cx, draft(&begun, answer.clone(), "A tempo")).await.unwrap();
        assert_eq!(fault(passkey::add_passkey(&cx, draft(&begun, answer, "De novo")).await), refused);

        let asked = call(&w.desk);
        let answer = device.opens(&asked);
        w.pass(5 * MINUTE);
        assert_eq!(fault(enter(w, &asked, &answer).await), Fault::BadCredentials);
        let asked = call(&w.desk);
        let answer = device.opens(&asked);
        w.pass(5 * MINUTE - SECOND);
        enter(w, &asked, &answer).await.unwrap();
        assert_eq!(fault(enter(w, &asked, &answer).await), Fault::BadCredentials, "used");
        // Of two at once one is let in.
        let asked = call(&w.desk);
        let answer = device.opens(&asked);
        let (a, b) = tokio::join!(enter(w, &asked, &answer), enter(w, &asked, &answer));
        assert!(a.is_ok() != b.is_ok());
        w.pass(5 * MINUTE + SECOND);
        service::desk::sweep(&w.desk).await.unwrap();
        assert_eq!(w.number("select count(*) from passkey_answered").await, 0);
    }

    async fn what_is_not_right_opens_nothing(w) {
        let cx = signed_in(w, "alice@loja.example").await;
        let good = added(&cx, 1).await;
        let wrongs: [(&str, Spoil); 6] = [
            ("another site's page", |d| d.origin = "https://evil.example"),
            ("the same name without encryption", |d| d.origin = "http://prosa.example"),
            ("a key for another site", |d| d.rp = "evil.example"),
            ("not unlocked", |d| d.flags = PRESENT),
            ("another key under this name", |d| d.key = SigningKey::from_slice(&[9; 32]).unwrap()),
            ("another person", |d| d.handle = URL_SAFE_NO_PAD.encode([7; 64])),
        ];
        for (what, change) in wrongs {
            let mut device = Device { handle: good.handle.clone(), ..Device::new(1) };
            change(&mut device);
            let asked = call(&w.desk);
            let answer = device.opens(&asked);
            assert_eq!(fault(enter(w, &asked, &answer).await), Fault::BadCredentials, "{what}");
        }
        // A key that nobody knows, words that are none, and what was begun for something else.
        let asked = call(&w.desk);
        let unknown = Device { handle: good.handle.clone(), ..Device::new(2) }.opens(&asked);
        let other = Device { handle: good.handle.clone(), ..Device::new(1) }.opens(&call(&w.desk));
        let begun = passkey::begin_passkey(&cx, "").await.unwrap();
        for (token, answer) in [(&asked.token, unknown.as_str()), (&asked.token, "{}"), (&asked.token, ""), (&asked.token, &other), (&begun.token, &other), (&String::new(), &other), (&"x".repeat(5000), &other)] {
            assert_eq!(fault(passkey::enter(&w.desk, token, answer, &visitor()).await), Fault::BadCredentials);
        }
        let long = "x".repeat(30_000);
        assert_eq!(fault(enter(w, &asked, &long).await), Fault::BadCredentials);
        assert_eq!(w.number("select count(*) from audit where action = 'login.passkey'").await, 0);
    }

    async fn what_is_not_right_is_not_added(w) {
        let cx = signed_in(w, "alice@loja.example").await;
        w.agent("Bruno Lima", w.team).await;
        let bruno = signed_in(w, "bruno.lima@loja.example").await;
        let refused = Fault::field("answer", Wrong::NotAllowed);
        let wrongs: [(&str, Spoil); 3] = [
            ("another site's page", |d| d.origin = "https://evil.example"),
            ("a key for another site", |d| d.rp = "evil.example"),
            ("not unlocked", |d| d.flags = PRESENT),
        ];
        for (what, change) in wrongs {
            let mut device = Device::new(1);
            change(&mut device);
            let begun = passkey::begin_passkey(&cx, "").await.unwrap();
            let answer = device.made(&begun);
            assert_eq!(fault(passkey::add_passkey(&cx, draft(&begun, answer, "x")).await), refused, "{what}");
        }
        let begun = passkey::begin_passkey(&cx, "").await.unwrap();
        let answer = Device::new(1).made(&begun);
        assert_eq!(fault(passkey::add_passkey(&bruno, draft(&begun, answer, "x")).await), refused, "begun by another person");
        assert_eq!(fault(passkey::add_passkey(&cx, draft(&call(&w.desk), "{}".into(), "x")).await), refused, "begun for signing in");
        added(&cx, 1).await;
        // Nobody takes another one's key over.
        let begun = passkey::begin_passkey(&bruno, "").await.unwrap();
        let answer = Device::new(1).made(&begun);
        assert_eq!(fault(passkey::add_passkey(&bruno, draft(&begun, answer, "x")).await), refused);
        assert_eq!(w.number("select count(*) from passkey").await, 1);
    }

    async fn a_copied_key_is_noticed_by_its_counter(w) {
        let cx = signed_in(w, "alice@loja.example").await;
        let mut device = added(&cx, 1).await;
        for _ in 0..3 {
            let asked = call(&w.desk);
            let answer = device.opens(&asked);
            enter(w, &asked, &answer).await.unwrap();
        }
        for count in [3, 2, 0] {
            let copy = Device { count, handle: device.handle.clone(), ..Device::new(1) };
            let asked = call(&w.desk);
            assert_eq!(fault(enter(w, &asked, &copy.signed(&asked)).await), Fault::BadCredentials, "{count}");
        }
        assert_eq!(w.number("select count(*) from audit where action = 'passkey.copied'").await, 3);
        let asked = call(&w.desk);
        let answer = device.opens(&asked);
        enter(w, &asked, &answer).await.unwrap();
        // Devices that do not count always say 0.
        let still = added(&cx, 2).await;
        for _ in 0..2 {
            let asked = call(&w.desk);
            enter(w, &asked, &still.signed(&asked)).await.unwrap();
        }
    }

    async fn another_way_in_asks_who_one_is_ten_minutes_after_signing_in(w) {
        let cx = signed_in(w, "alice@loja.example").await;
        w.pass(10 * MINUTE);
        passkey::begin_passkey(&cx, "").await.unwrap();
        w.pass(SECOND);
        assert_eq!(fault(passkey::begin_passkey(&cx, "").await), Fault::field("password", Wrong::Required));
        assert_eq!(fault(passkey::begin_passkey(&cx, "wrong password").await), Fault::field("password", Wrong::NotRight));
        passkey::begin_passkey(&cx, PASSWORD).await.unwrap();
        // Who asks by a token has no browser.
        assert_eq!(fault(passkey::begin_passkey(&w.cx(cx.user).await, PASSWORD).await), Fault::Forbidden);
    }

    async fn passkeys_are_named_and_removed_by_who_has_them(w) {
        let alice = signed_in(w, "alice@loja.example").await;
        let bruno = w.agent("Bruno Lima", w.team).await;
        let mut device = added(&alice, 1).await;
        added(&alice, 2).await;
        let keys = passkey::passkeys(&alice).await.unwrap().keys;
        assert_eq!(fault(passkey::rename_passkey(&bruno, keys[0].id, "Meu").await), Fault::Missing);
        assert_eq!(fault(passkey::remove_passkey(&bruno, keys[0].id).await), Fault::Missing);
        assert_eq!(passkey::passkeys(&bruno).await.unwrap().keys, []);
        assert_eq!(fault(passkey::rename_passkey(&alice, keys[0].id, " ").await), Fault::field("name", Wrong::Required));
        assert_eq!(passkey::rename_passkey(&alice, keys[0].id, " Celular ").await.unwrap().keys[0].name, "Celular");
        assert_eq!(passkey::remove_passkey(&alice, keys[0].id).await.unwrap().keys.len(), 1);
        assert_eq!(fault(passkey::remove_passkey(&alice, keys[0].id).await), Fault::Missing);
        let asked = call(&w.desk);
        let answer = device.opens(&asked);
        assert_eq!(fault(enter(w, &asked, &answer).await), Fault::BadCredentials, "what was removed opens nothing");
    }

    async fn us_4_who_was_removed_comes_in_by_no_passkey(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let mut device = added(&signed_in(w, "ana.souza@loja.example").await, 1).await;
        let gone = MemberDraft { user_id: Some(ana.user), password: String::new(), active: false, ..member_draft("Ana Souza", Role::Agent, &[]) };
        people::save_member(&w.admin, gone).await.unwrap();
        let asked = call(&w.desk);
        let answer = device.opens(&asked);
        assert_eq!(fault(enter(w, &asked, &answer).await), Fault::BadCredentials);
    }

    async fn ac_2_guesses_from_one_address_are_slowed_down(w) {
        for _ in 0..30 {
            assert_eq!(fault(enter(w, &call(&w.desk), "{}").await), Fault::BadCredentials);
        }
        assert!(matches!(fault(enter(w, &call(&w.desk), "{}").await), Fault::Throttled { .. }));
    }

    async fn a_person_has_twenty_at_most(w) {
        let cx = signed_in(w, "alice@loja.example").await;
        for seed in 1..=20 {
            added(&cx, seed).await;
        }
        let begun = passkey::begin_passkey(&cx, "").await.unwrap();
        let answer = Device::new(21).made(&begun);
        assert_eq!(fault(passkey::add_passkey(&cx, draft(&begun, answer, "x")).await), Fault::field("name", Wrong::TooMany));
        assert_eq!(w.write("delete from passkey where user_id = $1", args![cx.user]).await, 20);
    }
}
