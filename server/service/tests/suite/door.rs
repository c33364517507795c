//! Codes, letters and what they open (03 sections 3.1 and 3.2; 21, group 12).

use crate::world::*;
use model::*;
use service::auth::{self, DoorSettings};
use service::db::Db;
use service::seam::Seam;
use service::{Cx, Desk, Settings, closing};
use std::path::PathBuf;

/// The same database seen by a server that can send letters, into a folder.
pub struct Post {
    pub desk: Desk,
    folder: PathBuf,
}

impl Post {
    pub async fn of(w: &World) -> Post {
        Post::with(w, |_| {}).await
    }

    pub async fn with(w: &World, change: impl FnOnce(&mut DoorSettings)) -> Post {
        let folder = w.desk.settings.data_dir.join("mail");
        let mut door = DoorSettings {
            smtp_url: format!("file:{}", folder.display()),
            mail_from: "Prosa <prosa@prosa.example>".into(),
            ..DoorSettings::default()
        };
        change(&mut door);
        let settings = Settings { door, ..w.desk.settings.clone() };
        let desk = Desk::new(
            Db::open(&w.url).await.unwrap(),
            Seam::fixed(w.desk.now(), w.desk.now().unsigned_abs()),
            "a secret key for tests",
            settings,
        )
        .unwrap();
        Post { desk, folder }
    }

    /// The same person, asking this server.
    pub async fn cx(&self, of: &Cx) -> Cx {
        self.desk.cx(of.account, of.user, of.login).await.unwrap().unwrap()
    }

    pub fn pass(&self, by: Millis) {
        self.desk.seam.advance(by);
    }

    /// All letters to an address, oldest first, decoded.
    pub fn letters(&self, to: &str) -> Vec<String> {
        let mut files: Vec<_> = std::fs::read_dir(&self.folder).unwrap().map(|f| f.unwrap()).collect();
        files.sort_by_key(|f| f.metadata().unwrap().modified().unwrap());
        let texts = files.into_iter().map(|f| readable(&std::fs::read_to_string(f.path()).unwrap()));
        texts.filter(|text| text.contains(&format!("To: {to}"))).collect()
    }

    /// Waits for as many letters: some leave after the answer.
    pub async fn wait_for(&self, to: &str, count: usize) -> String {
        for _ in 0..200 {
            let all = self.letters(to);
            if all.len() >= count {
                assert_eq!(all.len(), count, "{all:?}");
                return all.last().cloned().unwrap_or_default();
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("{count} letters to {to} did not come: {:?}", self.letters(to));
    }
}

/// A letter without what its transport needs: soft line ends, and bytes in hexadecimal.
fn readable(letter: &str) -> String {
    use base64::Engine;
    let (head, body) = letter.split_once("\r\n\r\n").unwrap_or((letter, ""));
    if head.to_lowercase().contains("encoding: base64") {
        let bytes = base64::engine::general_purpose::STANDARD.decode(body.split_whitespace().collect::<String>()).unwrap();
        return format!("{head}\n\n{}", String::from_utf8(bytes).unwrap());
    }
    if !head.to_lowercase().contains("quoted-printable") {
        return letter.replace("\r\n", "\n");
    }
    let body = body.replace("=\r\n", "");
    let mut bytes = Vec::new();
    let mut rest = body.as_bytes();
    while let [first, tail @ ..] = rest {
        let coded =
            (*first == b'=').then(|| tail.get(..2).and_then(|h| u8::from_str_radix(std::str::from_utf8(h).ok()?, 16).ok())).flatten();
        (rest, _) = match coded {
            Some(byte) => (&tail[2..], bytes.push(byte)),
            None => (tail, bytes.push(*first)),
        };
    }
    format!("{head}\n\n{}", String::from_utf8(bytes).unwrap().replace("\r\n", "\n"))
}

/// The code of a letter.
pub fn code_of(letter: &str) -> String {
    letter.lines().find(|l| l.len() == 6 && l.bytes().all(|b| b.is_ascii_digit())).expect("a code").to_owned()
}

/// What stands after this part of a link.
pub fn link_of(letter: &str, part: &str) -> String {
    let line = letter.lines().find(|l| l.starts_with("https://prosa.example") && l.contains(part)).expect("a link");
    line.split_once(part).unwrap().1.to_owned()
}

pub const ALICE: &str = "alice@loja.example";

fn wrong_code() -> Fault {
    Fault::field("code", Wrong::NotTheCode)
}

fn other_than(code: &str) -> &'static str {
    if code == "000000" { "000001" } else { "000000" }
}

fn draft(code: &str) -> BulkDraft {
    BulkDraft { filter: BulkFilter::default(), expected: 1, with_message: false, reason_id: None, code: code.into() }
}

async fn ask(cx: &Cx) -> StepUpAsked {
    auth::ask_step_up(cx, Dangerous::CompleteMany, Language::En).await.unwrap()
}

both! {
    async fn ac_8_a_code_opens_one_act_for_five_minutes(w) {
        w.says("5511987650001", "oi").await;
        let post = Post::of(w).await;
        let alice = post.cx(&w.admin).await;
        let step_up = Fault::StepUp { action: Dangerous::CompleteMany };
        assert_eq!(fault(closing::start_job(&alice, draft("")).await), step_up);
        assert_eq!(fault(closing::start_job(&alice, draft(PASSWORD)).await), wrong_code(), "the password is no code");
        let asked = ask(&alice).await;
        assert_eq!((asked.way, asked.to.as_str(), asked.resend_seconds), (StepUpWay::Email, "a…@loja.example", 60));
        let code = code_of(&post.wait_for(ALICE, 1).await);
        assert_eq!(w.number("select count(*) from one_time_code where code_hash like '%' || '0' || '%' and length(code_hash) < 40").await, 0);
        auth::require_step_up(&alice, Dangerous::CompleteMany, &format!(" {code} ")).await.unwrap();
        // It is used up, and what it opened stays open, for this act alone.
        auth::require_step_up(&alice, Dangerous::CompleteMany, "").await.unwrap();
        assert_eq!(ask(&alice).await.way, StepUpWay::Granted);
        for action in [Dangerous::ImportContacts, Dangerous::RemoveChannel, Dangerous::ActivatePaidApp] {
            assert_eq!(fault(auth::require_step_up(&alice, action, "").await), Fault::StepUp { action });
            assert_eq!(fault(auth::require_step_up(&alice, action, &code).await), wrong_code());
        }
        post.pass(5 * MINUTE - SECOND);
        auth::require_step_up(&alice, Dangerous::CompleteMany, "").await.unwrap();
        post.pass(SECOND);
        assert_eq!(fault(auth::require_step_up(&alice, Dangerous::CompleteMany, "").await), step_up);
        assert_eq!(fault(auth::require_step_up(&alice, Dangerous::CompleteMany, &code).await), wrong_code());
        ask(&alice).await;
        let next = code_of(&post.wait_for(ALICE, 2).await);
        closing::start_job(&alice, draft(&next)).await.unwrap();
        assert_eq!(w.number("select count(*) from audit where action = 'login.step_up'").await, 2);
    }

    async fn ac_8_what_one_login_proved_opens_nothing_for_another(w) {
        let post = Post::of(w).await;
        let alice = post.cx(&w.admin).await;
        ask(&alice).await;
        let code = code_of(&post.wait_for(ALICE, 1).await);
        let bob = post.cx(&w.member("Bob Boss", Role::Admin, &[]).await).await;
        assert_eq!(fault(auth::require_step_up(&bob, Dangerous::CompleteMany, &code).await), wrong_code());
        auth::require_step_up(&alice, Dangerous::CompleteMany, &code).await.unwrap();
        let elsewhere = auth::sign_in(&post.desk, ALICE, PASSWORD, &visitor()).await.unwrap();
        let elsewhere = auth::cx_of_login(&post.desk, &token(&elsewhere.cookie)).await.unwrap().unwrap();
        assert_eq!(ask(&elsewhere).await.way, StepUpWay::Email);
    }

    async fn ac_2_a_code_lives_ten_minutes_and_five_tries_and_is_used_once(w) {
        let post = Post::of(w).await;
        let alice = post.cx(&w.admin).await;
        let action = Dangerous::ImportContacts;
        let asked = || auth::ask_step_up(&alice, action, Language::PtBr);
        assert_eq!(asked().await.unwrap().resend_seconds, 60);
        // Another one after a minute, to the second.
        post.pass(59 * SECOND);
        assert_eq!(asked().await.unwrap().resend_seconds, 1);
        let first = code_of(&post.wait_for(ALICE, 1).await);
        post.pass(SECOND);
        assert_eq!(asked().await.unwrap().resend_seconds, 60);
        let second = code_of(&post.wait_for(ALICE, 2).await);
        // The new one took the place of the old.
        if first != second {
            assert_eq!(fault(auth::require_step_up(&alice, action, &first).await), wrong_code());
        }
        post.pass(10 * MINUTE - SECOND);
        auth::require_step_up(&alice, action, &second).await.unwrap();
        post.pass(HOUR);
        asked().await.unwrap();
        let late = code_of(&post.wait_for(ALICE, 3).await);
        post.pass(10 * MINUTE);
        assert_eq!(fault(auth::require_step_up(&alice, action, &late).await), wrong_code());
        post.pass(HOUR);
        asked().await.unwrap();
        let code = code_of(&post.wait_for(ALICE, 4).await);
        for _ in 0..5 {
            assert_eq!(fault(auth::require_step_up(&alice, action, other_than(&code)).await), wrong_code());
        }
        post.pass(2 * SECOND);
        assert_eq!(fault(auth::require_step_up(&alice, action, &code).await), wrong_code(), "five tries were had");
        assert!(matches!(fault(auth::require_step_up(&alice, action, &code).await), Fault::Throttled { .. }));
    }

    async fn ac_2_of_two_who_use_a_code_at_once_one_has_it(w) {
        let post = Post::of(w).await;
        let alice = post.cx(&w.admin).await;
        ask(&alice).await;
        let code = code_of(&post.wait_for(ALICE, 1).await);
        w.desk.db.run(service::db::Text::Built("delete from step_up_grant".into()), service::args![]).await.unwrap();
        let again = || auth::require_step_up(&alice, Dangerous::CompleteMany, &code);
        let (a, b) = tokio::join!(again(), again());
        assert!(a.is_ok() || b.is_ok());
        assert_eq!(w.number("select count(*) from one_time_code").await, 0);
    }

    async fn ac_8_a_letter_that_does_not_leave_says_so_and_may_be_tried_again(w) {
        let post = Post::of(w).await;
        std::fs::remove_dir_all(&post.folder).unwrap();
        let alice = post.cx(&w.admin).await;
        assert_eq!(fault(auth::ask_step_up(&alice, Dangerous::CompleteMany, Language::Es).await), Fault::NotDelivered);
        std::fs::create_dir_all(&post.folder).unwrap();
        assert_eq!(ask(&alice).await.resend_seconds, 60);
        post.wait_for(ALICE, 1).await;
    }
}
