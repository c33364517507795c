//! Set-up, sign-in, logins, tokens (03 section 3.1; 21, group 12).

use crate::world::*;
use futures::future::join_all;
use model::*;
use service::{Desk, Error, News, auth, people};

const ALICE: &str = "alice@loja.example";

fn from(address: &str) -> auth::Visitor {
    auth::Visitor { address: address.into(), ..visitor() }
}

async fn sign_in(desk: &Desk, email: &str, password: &str) -> service::Result<auth::SignedIn> {
    auth::sign_in(desk, email, password, &visitor()).await
}

async fn set_up_twice(desk: &Desk) {
    let boot = auth::boot(desk, None).await.unwrap();
    assert!(boot.needs_setup && boot.me.is_none());
    let bad = SetupDraft { time_zone: "Mars/Olympus".into(), ..setup_draft() };
    assert_eq!(fault(auth::setup(desk, bad, &visitor()).await), Fault::field("time_zone", Wrong::NotATimeZone));
    let other = SetupDraft { email: "mallory@evil.example".into(), account_name: "Outra".into(), ..setup_draft() };
    let (draft, visitor) = (setup_draft(), visitor());
    let (a, b) = tokio::join!(auth::setup(desk, draft, &visitor), auth::setup(desk, other, &visitor));
    let (first, second) = (a.is_ok(), b.is_ok());
    assert!(first != second);
    let closed = if first { fault(b) } else { fault(a) };
    assert_eq!(closed, Fault::SetupClosed);
    assert_eq!(fault(auth::setup(desk, setup_draft(), &visitor).await), Fault::SetupClosed);
    assert!(!auth::boot(desk, None).await.unwrap().needs_setup);
    let accounts: Vec<(i64,)> = desk.db.all(service::db::Text::Built("select count(*) from account".into()), Vec::new()).await.unwrap();
    assert_eq!(accounts, [(1,)]);
}

#[test]
fn set_up_is_closed_for_good_also_for_two_at_once_sqlite() {
    run_empty(Engine::Sqlite, |desk| Box::pin(set_up_twice(desk)));
}

#[test]
fn set_up_is_closed_for_good_also_for_two_at_once_postgres() {
    run_empty(Engine::Postgres, |desk| Box::pin(set_up_twice(desk)));
}

both! {
    async fn signing_in_makes_a_new_secret_that_the_database_does_not_know(w) {
        let a = sign_in(&w.desk, " ALICE@loja.example ", PASSWORD).await.unwrap();
        let b = sign_in(&w.desk, ALICE, PASSWORD).await.unwrap();
        assert_ne!(token(&a.cookie), token(&b.cookie));
        for part in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/"] {
            assert!(a.cookie.split("; ").any(|p| p == part), "{}", a.cookie);
        }
        let stored: Vec<(String,)> = w.rows("select token_hash from login").await;
        assert!(stored.iter().all(|(hash,)| hash.len() == 64 && !a.cookie.contains(hash) && !b.cookie.contains(hash)));
        let cx = auth::cx_of_login(&w.desk, &token(&a.cookie)).await.unwrap().unwrap();
        assert_eq!((cx.user, cx.account), (w.admin.user, w.account));
        let me = auth::me(&cx).await.unwrap();
        assert_eq!((me.email.as_str(), me.role, Some(me.login_id)), (ALICE, Role::Admin, cx.login));
        assert!(auth::cx_of_login(&w.desk, "nonsense").await.unwrap().is_none());
        assert!(auth::cx_of_login(&w.desk, &stored[0].0).await.unwrap().is_none(), "the hash opens nothing");
    }

    async fn ac_2_whatever_is_wrong_the_answer_is_the_same(w) {
        let gone = w.agent("Ana Souza", w.team).await;
        let draft = MemberDraft { user_id: Some(gone.user), password: String::new(), active: false, ..member_draft("Ana Souza", Role::Agent, &[]) };
        people::save_member(&w.admin, draft).await.unwrap();
        let long = "x".repeat(5000);
        for (email, password) in [(ALICE, "wrong password"), ("nobody@loja.example", PASSWORD), ("ana.souza@loja.example", PASSWORD), ("", ""), (ALICE, ""), (ALICE, &long), (&long, PASSWORD)] {
            assert_eq!(fault(sign_in(&w.desk, email, password).await), Fault::BadCredentials, "{email:.20} {password:.20}");
        }
    }

    async fn ac_2_failures_of_one_account_are_slowed_down_whether_it_exists_or_not(w) {
        for email in [ALICE, "nobody@loja.example"] {
            for _ in 0..5 {
                assert_eq!(fault(sign_in(&w.desk, email, "wrong password").await), Fault::BadCredentials);
            }
            // Also the right password waits, and from every address.
            assert_eq!(fault(sign_in(&w.desk, email, PASSWORD).await), Fault::Throttled { seconds: 2 });
            assert_eq!(fault(auth::sign_in(&w.desk, email, PASSWORD, &from("198.51.100.9")).await), Fault::Throttled { seconds: 2 });
            w.pass(2 * SECOND);
            assert_eq!(fault(sign_in(&w.desk, email, "wrong password").await), Fault::BadCredentials);
            assert_eq!(fault(sign_in(&w.desk, email, PASSWORD).await), Fault::Throttled { seconds: 4 });
            w.pass(4 * SECOND);
        }
        // The right one forgets the failures of the account.
        sign_in(&w.desk, ALICE, PASSWORD).await.unwrap();
        assert_eq!(fault(sign_in(&w.desk, ALICE, "wrong password").await), Fault::BadCredentials);
        sign_in(&w.desk, ALICE, PASSWORD).await.unwrap();
        // And time forgets them too.
        for _ in 0..5 {
            fault(sign_in(&w.desk, ALICE, "wrong password").await);
        }
        w.pass(HOUR);
        assert_eq!(fault(sign_in(&w.desk, ALICE, "wrong password").await), Fault::BadCredentials);
        sign_in(&w.desk, ALICE, PASSWORD).await.unwrap();
    }

    async fn ac_2_failures_from_one_address_are_slowed_down_for_every_account(w) {
        for n in 0..30 {
            let answer = auth::sign_in(&w.desk, &format!("guess{n}@loja.example"), "wrong password", &from("203.0.113.5")).await;
            assert_eq!(fault(answer), Fault::BadCredentials, "{n}");
        }
        assert!(matches!(fault(auth::sign_in(&w.desk, ALICE, PASSWORD, &from("203.0.113.5")).await), Fault::Throttled { .. }));
        auth::sign_in(&w.desk, ALICE, PASSWORD, &from("203.0.113.6")).await.unwrap();
    }

    async fn ac_2_a_whole_ipv6_network_is_one_address(w) {
        for n in 0..30 {
            let answer = auth::sign_in(&w.desk, &format!("guess{n}@loja.example"), "wrong password", &from(&format!("2001:db8:1:2::{n:x}"))).await;
            assert_eq!(fault(answer), Fault::BadCredentials, "{n}");
        }
        assert!(matches!(fault(auth::sign_in(&w.desk, ALICE, PASSWORD, &from("2001:db8:1:2:ffff::1")).await), Fault::Throttled { .. }));
        auth::sign_in(&w.desk, ALICE, PASSWORD, &from("2001:db8:1:3::1")).await.unwrap();
    }

    async fn ac_2_spellings_of_an_email_are_one_account(w) {
        for spelling in ["alice@loja.example", "ALICE@LOJA.EXAMPLE", " Alice@loja.example", "alice@Loja.Example\n", "\talice@loja.exam\u{50}le "] {
            assert_eq!(fault(sign_in(&w.desk, spelling, "wrong password").await), Fault::BadCredentials, "{spelling:?}");
        }
        for spelling in ["alice@loja.example", "aLICE@loja.example", "  alice@loja.example  "] {
            assert_eq!(fault(sign_in(&w.desk, spelling, PASSWORD).await), Fault::Throttled { seconds: 2 }, "{spelling:?}");
        }
        assert_eq!(w.number("select count(*) from throttle where key like 'login:email:%'").await, 1);
    }

    /// Who guesses has an account of their own, and signs in to it now and then.
    async fn ac_2_an_own_success_does_not_make_up_for_guesses_at_others(w) {
        w.agent("Ana Souza", w.team).await;
        for n in 0..30 {
            let answer = auth::sign_in(&w.desk, &format!("guess{n}@loja.example"), "wrong password", &from("203.0.113.5")).await;
            assert_eq!(fault(answer), Fault::BadCredentials, "{n}");
            if n % 4 == 0 {
                auth::sign_in(&w.desk, "ana.souza@loja.example", PASSWORD, &from("203.0.113.5")).await.unwrap();
            }
        }
        assert!(matches!(fault(auth::sign_in(&w.desk, ALICE, PASSWORD, &from("203.0.113.5")).await), Fault::Throttled { .. }));
    }

    async fn ac_2_many_guesses_at_once_are_not_many_tries(w) {
        let answers = join_all((0..24).map(|_| sign_in(&w.desk, ALICE, "wrong password"))).await;
        let tried = answers.into_iter().filter(|a| matches!(a, Err(Error::Fault(Fault::BadCredentials)))).count();
        assert!((5..=7).contains(&tried), "{tried}");
        assert_eq!(w.number("select failures from throttle where key like 'login:email:%'").await, tried as i64);
    }

    async fn ac_4_logins_are_listed_and_ended(w) {
        w.pass(MINUTE);
        let a = auth::cx_of_login(&w.desk, &token(&sign_in(&w.desk, ALICE, PASSWORD).await.unwrap().cookie)).await.unwrap().unwrap();
        w.pass(MINUTE);
        let cookie = sign_in(&w.desk, ALICE, PASSWORD).await.unwrap().cookie;
        let b = auth::cx_of_login(&w.desk, &token(&cookie)).await.unwrap().unwrap();
        let list = auth::logins(&a).await.unwrap();
        assert_eq!(list.iter().map(|l| (l.id, l.current)).collect::<Vec<_>>(), [(b.login.unwrap(), false), (a.login.unwrap(), true), (w.admin.login.unwrap(), false)]);
        assert_eq!((list[0].address.as_str(), list[0].agent.as_str()), ("192.0.2.7", "Test"));
        let mut news = w.desk.listen(w.account);
        auth::revoke_login(&a, b.login.unwrap()).await.unwrap();
        assert!(auth::cx_of_login(&w.desk, &token(&cookie)).await.unwrap().is_none());
        assert!(matches!(news.try_recv(), Ok(News::LoginEnded { login_id }) if Some(login_id) == b.login));
        assert_eq!(fault(auth::revoke_login(&a, b.login.unwrap()).await), Fault::Missing);
        // Another person's login is not there.
        w.agent("Ana Souza", w.team).await;
        let ana = auth::cx_of_login(&w.desk, &token(&sign_in(&w.desk, "ana.souza@loja.example", PASSWORD).await.unwrap().cookie)).await.unwrap().unwrap();
        assert_eq!(fault(auth::revoke_login(&ana, a.login.unwrap()).await), Fault::Missing);
        let gone = auth::sign_out(&a).await.unwrap();
        assert!(gone.contains("Max-Age=0"));
        assert_eq!(auth::logins(&a).await.unwrap().len(), 1);
        auth::sign_out(&a).await.unwrap();
    }

    async fn ac_4_a_login_lasts_while_it_is_used(w) {
        let cookie = sign_in(&w.desk, ALICE, PASSWORD).await.unwrap().cookie;
        w.pass(80 * DAY);
        assert!(auth::known_login(&w.desk, &token(&cookie)).await.unwrap().is_some());
        let unused = sign_in(&w.desk, ALICE, PASSWORD).await.unwrap().cookie;
        w.pass(90 * DAY);
        assert!(auth::known_login(&w.desk, &token(&unused)).await.unwrap().is_none());
        w.pass(SECOND);
        service::desk::sweep(&w.desk).await.unwrap();
        assert_eq!(w.number("select count(*) from login").await, 0);
    }

    async fn a_new_password_ends_the_other_logins(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let old = sign_in(&w.desk, "ana.souza@loja.example", PASSWORD).await.unwrap().cookie;
        let cx = auth::cx_of_login(&w.desk, &token(&old)).await.unwrap().unwrap();
        let mut news = w.desk.listen(w.account);
        let draft = MemberDraft { user_id: Some(ana.user), password: "another long password".into(), ..member_draft("Ana Souza", Role::Agent, &[(w.team, true, false)]) };
        people::save_member(&w.admin, draft).await.unwrap();
        assert!(auth::cx_of_login(&w.desk, &token(&old)).await.unwrap().is_none());
        let mut ended = false;
        while let Ok(item) = news.try_recv() {
            ended |= matches!(item, News::LoginEnded { login_id } if Some(login_id) == cx.login);
        }
        assert!(ended, "its sockets are told");
        assert_eq!(fault(sign_in(&w.desk, "ana.souza@loja.example", PASSWORD).await), Fault::BadCredentials);
        sign_in(&w.desk, "ana.souza@loja.example", "another long password").await.unwrap();
        // Who changes their own stays signed in where they are.
        let here = token(&sign_in(&w.desk, ALICE, PASSWORD).await.unwrap().cookie);
        let there = token(&sign_in(&w.desk, ALICE, PASSWORD).await.unwrap().cookie);
        let me = auth::cx_of_login(&w.desk, &here).await.unwrap().unwrap();
        let own = MemberDraft { user_id: Some(me.user), nickname: String::new(), email: ALICE.into(), password: "yet another password".into(), ..member_draft("Alice Admin", Role::Admin, &[]) };
        people::save_member(&me, own).await.unwrap();
        assert!(auth::cx_of_login(&w.desk, &here).await.unwrap().is_some());
        assert!(auth::cx_of_login(&w.desk, &there).await.unwrap().is_none());
    }

    async fn a_member_who_is_gone_has_no_login_and_no_token(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let cookie = sign_in(&w.desk, "ana.souza@loja.example", PASSWORD).await.unwrap().cookie;
        let api = service::token::create(&w.desk, w.account, ana.user, "integração").await.unwrap();
        assert!(api.starts_with(service::token::PREFIX));
        let cx = service::token::cx_of_token(&w.desk, &api).await.unwrap().unwrap();
        assert_eq!((cx.user, cx.account, cx.login), (ana.user, w.account, None));
        let stored: Vec<(String,)> = w.rows("select token_hash from api_token").await;
        assert!(!api.contains(&stored[0].0) && service::token::cx_of_token(&w.desk, &stored[0].0).await.unwrap().is_none());
        for wrong in ["", "prosa_", "prosa_x", &api[..api.len() - 1], &format!("{api}x"), &"prosa_".repeat(100)] {
            assert!(service::token::cx_of_token(&w.desk, wrong).await.unwrap().is_none());
        }
        let draft = MemberDraft { user_id: Some(ana.user), password: String::new(), active: false, ..member_draft("Ana Souza", Role::Agent, &[]) };
        people::save_member(&w.admin, draft).await.unwrap();
        assert!(auth::cx_of_login(&w.desk, &token(&cookie)).await.unwrap().is_none());
        assert!(service::token::cx_of_token(&w.desk, &api).await.unwrap().is_none());
        assert_eq!(fault(service::token::create(&w.desk, w.account, ana.user, "x").await), Fault::Missing);
        assert_eq!(service::token::find(&w.desk, "Loja da Ana", ALICE).await.unwrap(), (w.account, w.admin.user));
        assert_eq!(fault(service::token::find(&w.desk, "Loja", ALICE).await), Fault::Missing);
    }
}
