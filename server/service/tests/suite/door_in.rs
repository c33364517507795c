//! Coming in: invitations, codes, the second factor, what is done first, new passwords (03 sections 3.1 and 3.2).

use crate::door::*;
use crate::world::*;
use model::*;
use service::audit::Origin;
use service::auth::{self, Asker};
use service::{Cx, Desk, args, people, role};
use std::sync::LazyLock;

static HERE: LazyLock<auth::Visitor> = LazyLock::new(visitor);
const NEW: &str = "nina@loja.example";

fn invitation(team: TeamId) -> InvitationDraft {
    let teams = vec![TeamLink { team_id: team, is_agent: true, is_supervisor: false }];
    InvitationDraft {
        email: " Nina@Loja.example ".into(),
        name: "Nina".into(),
        role: Some(Role::Agent),
        role_id: None,
        teams,
        language: Some(Language::En),
    }
}

fn join() -> JoinDraft {
    JoinDraft {
        email: NEW.into(),
        name: "Nina Nova".into(),
        nickname: "Nina".into(),
        phone: "11 98765-4321".into(),
        password: PASSWORD.into(),
    }
}

async fn join_by(post: &Post, token: &str) -> service::Result<auth::SignedIn> {
    auth::join(&post.desk, token, join(), &HERE).await
}

fn cookie(signed_in: service::Result<auth::SignedIn>) -> String {
    token(&signed_in.unwrap().cookie)
}

async fn who(desk: &Desk, token: &str) -> Cx {
    auth::cx_of_login(desk, token).await.unwrap().unwrap()
}

fn ticket(answer: service::Result<auth::SignedIn>) -> String {
    let Fault::SecondFactor { ticket } = fault(answer) else { panic!("no second factor was asked for") };
    ticket
}

/// The figures that the app of this secret shows now: `steps` half minutes away.
fn figures(secret: &str, now: Millis, steps: i64) -> String {
    use hmac::{Hmac, KeyInit, Mac};
    let bits: String = secret.chars().map(|c| format!("{:05b}", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(c).unwrap())).collect();
    let bytes: Vec<u8> = bits.as_bytes().chunks_exact(8).map(|b| u8::from_str_radix(std::str::from_utf8(b).unwrap(), 2).unwrap()).collect();
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(&bytes).unwrap();
    mac.update(&(now / 30_000 + steps).to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let at = (hash[19] & 15) as usize;
    let word = u32::from_be_bytes(hash[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", word % 1_000_000)
}

/// Sets up a second factor; answers its secret and the recovery codes.
async fn with_factor(desk: &Desk, cx: &Cx) -> (String, Vec<String>) {
    let setup = auth::begin_factor(cx).await.unwrap();
    let codes = auth::confirm_factor(cx, &figures(&setup.secret, desk.now(), 0)).await.unwrap();
    (setup.secret, codes)
}

both! {
    async fn us_1_a_role_of_the_accounts_own_can_be_offered(w) {
        let rights = Rights { sight: Sight::Own, permissions: vec![Permission::Inbox, Permission::Lists] };
        let role = role::save(&w.admin, RoleDraft { id: None, name: "Conferência".into(), rights, version: 0 }).await.unwrap();
        let asked = InvitationDraft { role: Some(Role::Custom), role_id: Some(role.id), ..invitation(w.team) };
        let unknown = InvitationDraft { role_id: Some(RoleId(1)), ..asked.clone() };
        assert_eq!(fault(auth::invite(&w.admin, unknown).await), Fault::field("role", Wrong::Unknown));
        // Where no letters are sent, who invites hands over the link.
        let sent = auth::invite(&w.admin, asked).await.unwrap();
        assert_eq!(auth::invitations(&w.admin).await.unwrap(), std::slice::from_ref(&sent.invitation));
        assert_eq!(sent.invitation.role_id, Some(role.id));
        // As long as it is offered it is not deleted without another one in its place.
        assert_eq!(fault(role::delete(&w.admin, role.id, None).await), Fault::InUse { count: 1 });
        let link = sent.link.rsplit('/').next().unwrap();
        let nina = who(&w.desk, &cookie(auth::join(&w.desk, link, join(), &HERE).await)).await;
        assert!(nina.seat.role == Role::Custom && nina.seat.may(Permission::Lists) && nina.seat.rights.sight == Sight::Own);
    }

    async fn us_1_us_3_an_invitation_makes_its_reader_a_member_once_and_for_seven_days(w) {
        let post = Post::of(w).await;
        let alice = post.cx(&w.admin).await;
        let sent = auth::invite(&alice, invitation(w.team)).await.unwrap();
        assert_eq!((sent.link.as_str(), sent.invitation.email.as_str()), ("", NEW));
        let letter = post.wait_for(NEW, 1).await;
        assert!(letter.contains("Alice Admin invited you to serve customers in Loja da Ana."), "{letter}");
        let first = link_of(&letter, "/invite/");
        assert_eq!(w.number("select count(*) from invitation where token_hash like '%-%'").await, 0, "a hash is kept");
        let seen = auth::see_invitation(&post.desk, &first).await.unwrap();
        assert_eq!((seen.account_name.as_str(), seen.email.as_str(), seen.known), ("Loja da Ana", NEW, false));
        // The address is locked, whatever is posted.
        let other = JoinDraft { email: "mallory@evil.example".into(), ..join() };
        assert_eq!(fault(auth::join(&post.desk, &first, other, &HERE).await), Fault::field("email", Wrong::NotAllowed));
        // Sent again, the old link is dead.
        assert!(matches!(fault(auth::resend_invitation(&alice, sent.invitation.id).await), Fault::Throttled { seconds: 60 }));
        post.pass(MINUTE);
        auth::resend_invitation(&alice, sent.invitation.id).await.unwrap();
        let second = link_of(&post.wait_for(NEW, 2).await, "/invite/");
        assert_eq!(fault(join_by(&post, &first).await), Fault::Missing);
        post.pass(7 * DAY - SECOND);
        assert!(auth::see_invitation(&post.desk, &second).await.is_ok());
        post.pass(SECOND);
        assert_eq!(fault(join_by(&post, &second).await), Fault::Missing);
        auth::resend_invitation(&alice, sent.invitation.id).await.unwrap();
        let third = link_of(&post.wait_for(NEW, 3).await, "/invite/");
        let (a, b) = tokio::join!(join_by(&post, &third), join_by(&post, &third));
        assert!(a.is_ok() != b.is_ok(), "it is used once");
        let nina = who(&post.desk, &cookie(if a.is_ok() { a } else { b })).await;
        assert_eq!((nina.seat.role, nina.seat.name.as_str()), (Role::Agent, "Nina Nova"));
        let members = people::members(&alice).await.unwrap();
        assert_eq!(members.iter().find(|m| m.user_id == nina.user).unwrap().teams, invitation(w.team).teams);
        assert_eq!(auth::invitations(&alice).await.unwrap(), []);
        assert_eq!(fault(auth::see_invitation(&post.desk, &third).await), Fault::Missing);
        assert_eq!(fault(auth::invite(&alice, invitation(w.team)).await), Fault::field("email", Wrong::Taken));
        assert_eq!(fault(auth::invitations(&nina).await), Fault::Forbidden);
        assert_eq!(fault(auth::invite(&nina, invitation(w.team)).await), Fault::Forbidden);
    }

    async fn us_3_an_invitation_taken_back_opens_nothing(w) {
        let post = Post::of(w).await;
        let alice = post.cx(&w.admin).await;
        let id = auth::invite(&alice, invitation(w.team)).await.unwrap().invitation.id;
        let link = link_of(&post.wait_for(NEW, 1).await, "/invite/");
        auth::cancel_invitation(&alice, id).await.unwrap();
        assert_eq!(fault(join_by(&post, &link).await), Fault::Missing);
        assert_eq!(fault(auth::resend_invitation(&alice, id).await), Fault::Missing);
        // Where no letters are sent, who invites hands the link over.
        let sent = auth::invite(&w.admin, invitation(w.team)).await.unwrap();
        assert!(sent.link.starts_with("https://prosa.example/invite/"));
    }

    async fn us_1_who_has_a_user_already_joins_with_its_password(w) {
        let post = Post::of(w).await;
        let alice = post.cx(&w.admin).await;
        let ana = w.agent("Ana Souza", w.team).await;
        let gone = MemberDraft { user_id: Some(ana.user), password: String::new(), active: false, ..member_draft("Ana Souza", Role::Agent, &[]) };
        people::save_member(&w.admin, gone).await.unwrap();
        let email = "ana.souza@loja.example";
        auth::invite(&alice, InvitationDraft { email: email.into(), ..invitation(w.team) }).await.unwrap();
        let link = link_of(&post.wait_for(email, 1).await, "/invite/");
        assert!(auth::see_invitation(&post.desk, &link).await.unwrap().known);
        let draft = |password: &str| JoinDraft { email: email.into(), name: "Mallory".into(), password: password.into(), ..JoinDraft::default() };
        let wrong = auth::join(&post.desk, &link, draft("another password"), &HERE).await;
        assert_eq!(fault(wrong), Fault::field("password", Wrong::NotRight));
        let back = who(&post.desk, &cookie(auth::join(&post.desk, &link, draft(PASSWORD), &HERE).await)).await;
        assert_eq!((back.user, back.seat.name.as_str()), (ana.user, "Ana Souza"));
    }

    async fn us_5_beyond_the_accounts_limit_nobody_is_added(w) {
        let post = Post::with(w, |door| door.users_max = Some(2)).await;
        let alice = post.cx(&w.admin).await;
        auth::invite(&alice, invitation(w.team)).await.unwrap();
        let full = Fault::TooManyUsers { max: 2 };
        let second = InvitationDraft { email: "otto@loja.example".into(), ..invitation(w.team) };
        assert_eq!(fault(auth::invite(&alice, second).await), full);
        assert_eq!(fault(people::save_member(&alice, member_draft("Otto Outro", Role::Agent, &[])).await), full);
        // The one that is there may be renewed, and used.
        auth::invite(&alice, invitation(w.team)).await.unwrap();
        let link = link_of(&post.wait_for(NEW, 2).await, "/invite/");
        join_by(&post, &link).await.unwrap();
        assert_eq!(fault(people::save_member(&alice, member_draft("Otto Outro", Role::Agent, &[])).await), full);
    }

    async fn ac_1_a_code_to_the_address_signs_in(w) {
        let post = Post::of(w).await;
        assert!(auth::ways(&post.desk).await.unwrap().mail);
        let ask = |who: &'static str| auth::ask_code(&post.desk, who, Language::PtBr, &HERE);
        assert_eq!(ask(" ALICE@loja.example").await.unwrap(), 60);
        let code = code_of(&post.wait_for(ALICE, 1).await);
        let used = || auth::sign_in_by_code(&post.desk, ALICE, &code, &HERE);
        let alice = who(&post.desk, &cookie(used().await)).await;
        assert_eq!(alice.user, w.admin.user);
        assert_eq!(fault(used().await), Fault::field("code", Wrong::NotTheCode), "it is used once");
    }

    async fn ac_2_unknown_addresses_are_answered_like_known_ones(w) {
        let post = Post::of(w).await;
        for address in [ALICE, "nobody@loja.example", "+55 11 98765-4321"] {
            let ask = || auth::ask_code(&post.desk, address, Language::PtBr, &HERE);
            assert_eq!((ask().await.unwrap(), ask().await.unwrap()), (60, 60), "{address}");
            for _ in 0..5 {
                let answer = auth::sign_in_by_code(&post.desk, address, "x", &HERE).await;
                assert_eq!(fault(answer), Fault::field("code", Wrong::NotTheCode), "{address}");
            }
            let answer = auth::sign_in_by_code(&post.desk, address, "x", &HERE).await;
            assert_eq!(fault(answer), Fault::Throttled { seconds: 2 }, "{address}");
            if address.contains('@') {
                auth::ask_reset(&post.desk, address, Language::PtBr, &HERE).await.unwrap();
            }
        }
        post.wait_for(ALICE, 2).await;
        assert_eq!(post.letters("nobody@loja.example").len(), 0);
        assert_eq!(w.number("select count(*) from one_time_code where purpose = 'sign-in'").await, 3, "the same is written for each");
        for nonsense in ["", "x", "a@b", "12"] {
            assert!(matches!(fault(auth::ask_code(&post.desk, nonsense, Language::PtBr, &HERE).await), Fault::Invalid { .. }));
        }
    }

    async fn ac_7_who_has_a_second_factor_needs_it_and_its_figures_count_once(w) {
        let post = Post::of(w).await;
        let alice = post.cx(&w.admin).await;
        let begun = auth::begin_factor(&alice).await.unwrap();
        assert!(begun.link.contains(&format!("secret={}", begun.secret)) && begun.side > 0);
        assert_eq!(w.number(&format!("select count(*) from second_factor where secret like '%{}%'", begun.secret)).await, 0);
        assert_eq!(fault(auth::confirm_factor(&alice, "000").await), Fault::field("code", Wrong::NotTheCode));
        // Not in force before its first figures were right.
        auth::sign_in(&post.desk, ALICE, PASSWORD, &HERE).await.unwrap();
        let (secret, codes) = with_factor(&post.desk, &alice).await;
        assert_eq!(codes.len(), 10);
        assert_eq!(fault(auth::begin_factor(&alice).await), Fault::WrongState, "nobody puts another in its place");
        let sign_in = || auth::sign_in(&post.desk, ALICE, PASSWORD, &HERE);
        let second = async |ticket: &str, code: &str| auth::second_factor(&post.desk, ticket, code, &HERE).await;
        let first = ticket(sign_in().await);
        let wrong = || Fault::field("code", Wrong::NotTheCode);
        assert_eq!(fault(second(&first, &figures(&secret, post.desk.now(), 0)).await), wrong(), "those confirmed it");
        post.pass(30 * SECOND);
        let now = figures(&secret, post.desk.now(), 0);
        second(&first, &now).await.unwrap();
        assert_eq!(fault(second(&first, &now).await), wrong(), "a replay");
        assert_eq!(fault(second(&first, &figures(&secret, post.desk.now(), -1)).await), wrong(), "older ones neither");
        second(&first, &figures(&secret, post.desk.now(), 1)).await.unwrap();
        // A recovery code works once, however it is written.
        second(&first, &codes[0].to_uppercase().replace('-', " ")).await.unwrap();
        assert_eq!(fault(second(&first, &codes[0]).await), wrong());
        assert_eq!(auth::factor_state(&alice).await.unwrap().recovery_left, 9);
        // A ticket dies after ten minutes, with the password, and when it is forged.
        post.pass(10 * MINUTE);
        assert_eq!(fault(second(&first, &codes[1]).await), Fault::BadCredentials);
        let next = ticket(sign_in().await);
        assert_eq!(fault(second(&next.replacen(char::is_numeric, "9", 1), &codes[1]).await), Fault::BadCredentials);
        auth::change_password(&alice, PASSWORD, "another long password", Language::En).await.unwrap();
        post.wait_for(ALICE, 1).await;
        assert_eq!(fault(second(&next, &codes[1]).await), Fault::BadCredentials);
        // A code by e-mail asks for it as well.
        auth::ask_code(&post.desk, ALICE, Language::En, &HERE).await.unwrap();
        let code = code_of(&post.wait_for(ALICE, 2).await);
        ticket(auth::sign_in_by_code(&post.desk, ALICE, &code, &HERE).await);
        auth::end_factor(&alice, &codes[2]).await.unwrap();
        auth::sign_in(&post.desk, ALICE, "another long password", &HERE).await.unwrap();
    }

    async fn ac_7_guessing_the_second_factor_is_slowed_down(w) {
        let alice = &w.admin;
        let (_, codes) = with_factor(&w.desk, alice).await;
        let first = ticket(auth::sign_in(&w.desk, ALICE, PASSWORD, &HERE).await);
        let guesses = futures::future::join_all((0..20).map(|_| auth::second_factor(&w.desk, &first, "000000", &HERE))).await;
        let tried = guesses.into_iter().filter(|g| matches!(g, Err(service::Error::Fault(Fault::Invalid { .. })))).count();
        assert!((1..=20).contains(&tried));
        assert!(matches!(fault(auth::second_factor(&w.desk, &first, &codes[0], &HERE).await), Fault::Throttled { .. }));
        w.pass(HOUR);
        let first = ticket(auth::sign_in(&w.desk, ALICE, PASSWORD, &HERE).await);
        auth::second_factor(&w.desk, &first, &codes[0], &HERE).await.unwrap();
    }

    async fn ac_7_an_account_that_demands_a_second_factor_holds_who_has_none(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let rules = DoorRules { second_factor: true, ..DoorRules::default() };
        assert_eq!(fault(auth::save_door_rules(&ana, rules.clone()).await), Fault::Forbidden);
        assert_eq!(fault(auth::save_door_rules(&w.admin, rules.clone()).await), Fault::field("second_factor", Wrong::Required));
        let (_, codes) = with_factor(&w.desk, &w.admin).await;
        let before = cookie(auth::sign_in(&w.desk, "ana.souza@loja.example", PASSWORD, &HERE).await);
        auth::save_door_rules(&w.admin, rules).await.unwrap();
        assert_eq!(fault(auth::end_factor(&w.admin, &codes[0]).await), Fault::Forbidden);
        // Also who was signed in already.
        assert!(auth::cx_of_login(&w.desk, &before).await.unwrap().is_none());
        let Asker::Held(held) = auth::asker_of_login(&w.desk, &before).await.unwrap() else { panic!("not held") };
        let state = auth::held_state(&held.0).await.unwrap();
        assert!(state.second_factor && state.terms.is_none());
        with_factor(&w.desk, &held.0).await;
        let back = who(&w.desk, &before).await;
        // An admin takes a lost one away; its owner is held again, and hears who did it from the record.
        assert_eq!(fault(auth::reset_factor(&back, w.admin.user, Language::En).await), Fault::Forbidden);
        assert_eq!(fault(auth::reset_factor(&w.admin, w.admin.user, Language::En).await), Fault::Forbidden);
        auth::reset_factor(&w.admin, back.user, Language::En).await.unwrap();
        assert!(matches!(auth::asker_of_login(&w.desk, &before).await.unwrap(), Asker::Nobody));
        let again = cookie(auth::sign_in(&w.desk, "ana.souza@loja.example", PASSWORD, &HERE).await);
        assert!(matches!(auth::asker_of_login(&w.desk, &again).await.unwrap(), Asker::Held(_)));
        assert_eq!(w.number("select count(*) from audit where action = 'member.second_factor_reset'").await, 1);
    }

    async fn ac_3_terms_are_accepted_by_version_the_first_time_with_a_code(w) {
        let terms = |version: &'static str| move |door: &mut auth::DoorSettings| {
            (door.terms_url, door.privacy_url) = ("https://prosa.example/t".into(), "https://prosa.example/p".into());
            door.terms_version = version.into();
        };
        let post = Post::with(w, terms("1")).await;
        let login = cookie(auth::sign_in(&post.desk, ALICE, PASSWORD, &HERE).await);
        assert!(auth::cx_of_login(&post.desk, &login).await.unwrap().is_none());
        let held = async |post: &Post| match auth::asker_of_login(&post.desk, &login).await.unwrap() {
            Asker::Held(held) => held.0,
            _ => panic!("not held"),
        };
        let alice = held(&post).await;
        let state = auth::held_state(&alice).await.unwrap().terms.unwrap();
        assert_eq!((state.version.as_str(), state.code), ("1", true));
        assert_eq!(fault(auth::accept_terms(&alice, "1", "").await), Fault::field("code", Wrong::NotTheCode));
        assert_eq!(fault(auth::accept_terms(&alice, "0", "").await), Fault::Conflict);
        auth::ask_terms_code(&alice, Language::En).await.unwrap();
        let code = code_of(&post.wait_for(ALICE, 1).await);
        auth::accept_terms(&alice, "1", &code).await.unwrap();
        assert_eq!(who(&post.desk, &login).await.user, w.admin.user);
        // A new version asks again, without a code.
        let post = Post::with(w, terms("2")).await;
        let alice = held(&post).await;
        assert!(!auth::held_state(&alice).await.unwrap().terms.unwrap().code);
        auth::accept_terms(&alice, "2", "").await.unwrap();
        who(&post.desk, &login).await;
        assert_eq!(w.number("select count(*) from audit where action = 'user.terms'").await, 2);
    }

    async fn cf_2_who_accepted_which_version_and_when_is_kept_and_downloaded_by_admins_alone(w) {
        const ANA: &str = "ana.souza@loja.example";
        let terms = |version: &'static str, date: &'static str| move |door: &mut auth::DoorSettings| {
            (door.terms_url, door.privacy_url) = ("https://prosa.example/t".into(), "https://prosa.example/p".into());
            (door.terms_version, door.terms_date) = (version.into(), date.into());
        };
        let named = MemberDraft { name: "=HYPERLINK(1)".into(), ..member_draft("Ana Souza", Role::Agent, &[(w.team, true, false)]) };
        let ana = w.cx(people::save_member(&w.admin, named.clone()).await.unwrap().user_id).await;
        assert_eq!(auth::ways(&w.desk).await.unwrap().terms, None, "nothing is asked for");
        let accepts = async |post: &Post, login: &str| {
            let Asker::Held(held) = auth::asker_of_login(&post.desk, login).await.unwrap() else { panic!("not held") };
            held.0.from(Origin::of(&HERE, None))
        };
        let post = Post::with(w, terms("1", "2026-11-01")).await;
        // Who is not signed in reads which they are.
        let shown = auth::ways(&post.desk).await.unwrap().terms.unwrap();
        assert_eq!((shown.version.as_str(), shown.date.as_str()), ("1", "2026-11-01"));
        assert_eq!((shown.terms_url.as_str(), shown.privacy_url.as_str()), ("https://prosa.example/t", "https://prosa.example/p"));
        for who in [ALICE, ANA] {
            let login = cookie(auth::sign_in(&post.desk, who, PASSWORD, &HERE).await);
            let cx = accepts(&post, &login).await;
            auth::ask_terms_code(&cx, Language::En).await.unwrap();
            let code = code_of(&post.wait_for(who, 1).await);
            auth::accept_terms(&cx, "1", &code).await.unwrap();
            post.pass(MINUTE);
        }
        w.pass(HOUR);
        let post = Post::with(w, terms("2", "2026-12-01")).await;
        let login = cookie(auth::sign_in(&post.desk, ALICE, PASSWORD, &HERE).await);
        let alice = accepts(&post, &login).await;
        auth::accept_terms(&alice, "2", "").await.unwrap();
        // Once more is no second line.
        auth::accept_terms(&alice, "2", "").await.unwrap();
        assert_eq!(fault(auth::terms_log(&ana).await), Fault::Forbidden);
        let text = String::from_utf8(auth::terms_log(&w.admin).await.unwrap()).unwrap();
        let rows: Vec<&str> = text.trim_end().split("\r\n").collect();
        assert_eq!(rows[0], "\u{feff}name,email,user_id,member,version,version_date,accepted_utc,address");
        let line = |name: &str, email: &str, user: UserId, version: &str, date: &str, at: Millis| {
            let at = jiff::Timestamp::from_millisecond(at).unwrap();
            format!("{name},{email},{user},yes,{version},{date},{at},192.0.2.7")
        };
        // The newest first; what a spreadsheet would calculate is text.
        let expected = [
            line("Alice Admin", ALICE, w.admin.user, "2", "2026-12-01", START + HOUR),
            line("'=HYPERLINK(1)", ANA, ana.user, "1", "2026-11-01", START + MINUTE),
            line("Alice Admin", ALICE, w.admin.user, "1", "2026-11-01", START),
        ];
        assert_eq!(rows[1..], expected);
        assert_eq!(w.number("select count(*) from audit where action = 'terms.export'").await, 1);
        // Who leaves has accepted all the same.
        people::save_member(&w.admin, MemberDraft { user_id: Some(ana.user), password: String::new(), active: false, ..named }).await.unwrap();
        let text = String::from_utf8(auth::terms_log(&w.admin).await.unwrap()).unwrap();
        assert!(text.contains(&format!("{ANA},{},no,1,", ana.user)), "{text}");
    }

    async fn ac_2_a_link_for_a_new_password_works_once_and_dies_with_address_and_password(w) {
        let post = Post::of(w).await;
        let letters = std::cell::Cell::new(0);
        let link = async || {
            post.pass(MINUTE);
            auth::ask_reset(&post.desk, ALICE, Language::En, &HERE).await.unwrap();
            letters.set(letters.get() + 1);
            link_of(&post.wait_for(ALICE, letters.get()).await, "/reset/")
        };
        let reset = async |token: &str, new: &str| auth::reset_password(&post.desk, token, new, Language::En).await;
        let (first, second) = (link().await, link().await);
        assert!(auth::is_reset_open(&post.desk, &first).await.unwrap());
        assert!(matches!(fault(reset(&first, "short").await), Fault::Invalid { .. }));
        let before = cookie(auth::sign_in(&post.desk, ALICE, PASSWORD, &HERE).await);
        reset(&first, "a new long password").await.unwrap();
        letters.set(letters.get() + 1);
        post.wait_for(ALICE, letters.get()).await;
        assert!(auth::cx_of_login(&post.desk, &before).await.unwrap().is_none(), "all logins end");
        assert_eq!(fault(reset(&first, "yet another password").await), Fault::Missing, "it is used once");
        assert_eq!(fault(reset(&second, "yet another password").await), Fault::Missing, "it dies with the password");
        auth::sign_in(&post.desk, ALICE, "a new long password", &HERE).await.unwrap();
        let third = link().await;
        post.pass(HOUR - SECOND);
        assert!(auth::is_reset_open(&post.desk, &third).await.unwrap());
        post.pass(SECOND);
        assert_eq!(fault(reset(&third, "yet another password").await), Fault::Missing);
        let fourth = link().await;
        w.desk.db.run(service::db::Text::Built("update users set email = 'new@loja.example'".into()), args![]).await.unwrap();
        assert_eq!(fault(reset(&fourth, "yet another password").await), Fault::Missing, "it is for the address");
    }

    async fn ac_2_who_asks_for_many_people_waits(w) {
        for n in 0..30 {
            auth::ask_code(&w.desk, &format!("guess{n}@loja.example"), Language::En, &HERE).await.unwrap();
        }
        assert!(matches!(fault(auth::ask_code(&w.desk, ALICE, Language::En, &HERE).await), Fault::Throttled { .. }));
        assert!(matches!(fault(auth::ask_reset(&w.desk, ALICE, Language::En, &HERE).await), Fault::Throttled { .. }));
        let other = auth::Visitor { address: "198.51.100.9".into(), ..visitor() };
        auth::ask_code(&w.desk, ALICE, Language::En, &other).await.unwrap();
    }
}
