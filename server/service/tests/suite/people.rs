//! Members, teams, visibility (03, sections 3.3 to 3.6).

use crate::world::*;
use model::*;
use service::{conversation, people};

fn again(cx: &service::Cx, name: &str, role: Role, teams: &[(TeamId, bool, bool)]) -> MemberDraft {
    MemberDraft { user_id: Some(cx.user), password: String::new(), ..member_draft(name, role, teams) }
}

both! {
    async fn us_6_the_last_admin_can_neither_go_nor_step_down(w) {
        let me = MemberDraft { email: "alice@loja.example".into(), nickname: String::new(), ..again(&w.admin, "Alice Admin", Role::Agent, &[]) };
        assert_eq!(fault(people::save_member(&w.admin, me.clone()).await), Fault::LastAdmin);
        let gone = MemberDraft { role: Some(Role::Admin), active: false, ..me.clone() };
        assert_eq!(fault(people::save_member(&w.admin, gone).await), Fault::LastAdmin);
        let second = w.member("Bia Reis", Role::Admin, &[]).await;
        people::save_member(&second, me).await.unwrap();
        let bia = again(&second, "Bia Reis", Role::Agent, &[]);
        assert_eq!(fault(people::save_member(&second, bia).await), Fault::LastAdmin);
    }

    async fn us_6_two_admins_who_take_the_role_from_each_other_leave_one(w) {
        let second = w.member("Bia Reis", Role::Admin, &[]).await;
        let alice = MemberDraft { email: "alice@loja.example".into(), nickname: String::new(), ..again(&w.admin, "Alice Admin", Role::Agent, &[]) };
        let bia = again(&second, "Bia Reis", Role::Agent, &[]);
        let (a, b) = tokio::join!(people::save_member(&second, alice), people::save_member(&w.admin, bia));
        assert!(a.is_ok() != b.is_ok(), "{a:?} {b:?}");
        assert_eq!(w.number("select count(*) from membership where role = 'ADMIN' and active").await, 1);
    }

    async fn members_are_changed_by_admins_only(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        assert_eq!(fault(people::save_member(&ana, member_draft("Bia Reis", Role::Admin, &[])).await), Fault::Forbidden);
        let team = TeamDraft { id: None, name: "X".into(), is_default: false, restriction: Restriction::None, closing_message: String::new(), archive_preference: None, distribution: None };
        assert_eq!(fault(people::save_team(&ana, team).await), Fault::Forbidden);
        let account = AccountDraft { name: "X".into(), time_zone: "UTC".into(), closing_message: String::new() };
        assert_eq!(fault(people::save_account(&ana, account).await), Fault::Forbidden);
        assert_eq!(fault(service::channels::save(&ana, whatsapp("X", "1", "2")).await), Fault::Forbidden);
        assert_eq!(fault(service::channels::forms(&ana).await), Fault::Forbidden);
        assert_eq!(fault(service::channels::probe(&ana, w.channel).await), Fault::Forbidden);
    }

    async fn wrong_members_are_refused_field_by_field(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let save = |d: MemberDraft| people::save_member(&w.admin, d);
        assert_eq!(fault(save(member_draft("Ana Souza", Role::Agent, &[])).await), Fault::field("email", Wrong::Taken));
        let upper = MemberDraft { email: " ANA.SOUZA@loja.example ".into(), ..member_draft("Outra", Role::Agent, &[]) };
        assert_eq!(fault(save(upper).await), Fault::field("email", Wrong::Taken));
        let taken = MemberDraft { email: "alice@loja.example".into(), ..again(&ana, "Ana Souza", Role::Agent, &[]) };
        assert_eq!(fault(save(taken).await), Fault::field("email", Wrong::Taken));
        let short = MemberDraft { password: "curta".into(), ..member_draft("Bia Reis", Role::Agent, &[]) };
        assert_eq!(fault(save(short).await), Fault::field("password", Wrong::TooShort));
        let none = MemberDraft { password: String::new(), ..member_draft("Bia Reis", Role::Agent, &[]) };
        assert_eq!(fault(save(none).await), Fault::field("password", Wrong::Required));
        let foreign = member_draft("Bia Reis", Role::Agent, &[(TeamId(5), true, false)]);
        assert_eq!(fault(save(foreign).await), Fault::field("teams", Wrong::Unknown));
        // A refusal leaves nothing behind.
        assert_eq!(people::members(&w.admin).await.unwrap().len(), 2);
    }

    async fn te_2_exactly_one_team_is_the_default(w) {
        let draft = |id, name: &str, is_default| TeamDraft { id, name: name.into(), is_default, restriction: Restriction::None, closing_message: String::new(), archive_preference: None, distribution: None };
        let sales = people::save_team(&w.admin, draft(None, "Vendas", true)).await.unwrap();
        let defaults: Vec<(i64,)> = w.rows("select id from team where is_default").await;
        assert_eq!(defaults, [(sales.id.0,)]);
        assert_eq!(w.says("5511987654321", "oi").await.team_id, sales.id);
        assert_eq!(fault(people::save_team(&w.admin, draft(Some(sales.id), "Vendas", false)).await), Fault::field("is_default", Wrong::Required));
        assert_eq!(fault(people::save_team(&w.admin, draft(None, "VENDAS", false)).await), Fault::field("name", Wrong::Taken));
        assert_eq!(fault(people::save_team(&w.admin, draft(Some(TeamId(5)), "X", false)).await), Fault::Missing);
        // Two at once: both are taken, one is the default in the end.
        let (a, b) = tokio::join!(people::save_team(&w.admin, draft(None, "Um", true)), people::save_team(&w.admin, draft(None, "Dois", true)));
        assert!(a.is_ok() && b.is_ok(), "{a:?} {b:?}");
        assert_eq!(w.number("select count(*) from team where is_default").await, 1);
    }

    async fn te_3_every_conversation_has_a_team(w) {
        let without = "insert into conversation (id, account_id, protocol, contact_id, channel_id, team_id, status, started_at, last_at, preview_kind, preview_direction, preview_status, preview_text)
            select 1, account_id, 'x', contact_id, channel_id, null, 'COMPLETED', 1, 1, 'TEXT', 'IN', 'RECEIVED', '' from conversation limit 1";
        w.says("5511987654321", "oi").await;
        let refused = w.desk.db.run(service::db::Text::Built(without.into()), Vec::new()).await;
        assert!(refused.unwrap_err().to_string().to_lowercase().contains("null"));
    }

    async fn vi_2_losing_the_team_or_the_account_ends_access_at_once(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let mut news = w.desk.listen(w.account);
        let c = w.says("5511987654321", "oi").await;
        assert!(conversation::visible(&ana, c.id).await.is_ok());
        people::save_member(&w.admin, again(&ana, "Ana Souza", Role::Agent, &[])).await.unwrap();
        let now = w.cx(ana.user).await;
        assert_eq!(fault(conversation::visible(&now, c.id).await), Fault::Missing);
        // Sockets are told before the event itself, so that nothing more goes out by the old rights.
        let mut told = Vec::new();
        while let Ok(item) = news.try_recv() {
            match item {
                service::News::Seats { .. } => told.push("seats"),
                service::News::Event(e) if matches!(e.event.change, Change::Setup { what: SetupKind::Members }) => told.push("members"),
                _ => {}
            }
        }
        assert_eq!(told, ["seats", "members"]);
        people::save_member(&w.admin, MemberDraft { active: false, ..again(&ana, "Ana Souza", Role::Agent, &[]) }).await.unwrap();
        assert!(w.desk.cx(w.account, ana.user, None).await.unwrap().is_none());
        // The name stays for history.
        assert!(people::members(&w.admin).await.unwrap().iter().any(|m| m.user_id == ana.user && !m.active));
        // A restriction that is set later holds for what is there already.
        let bia = w.agent("Bia Reis", w.team).await;
        let draft = TeamDraft { id: Some(w.team), name: "Atendimento".into(), is_default: true, restriction: Restriction::User, closing_message: String::new(), archive_preference: None, distribution: None };
        conversation::assume(&w.admin, c.id, None).await.unwrap();
        assert!(conversation::visible(&bia, c.id).await.is_ok());
        people::save_team(&w.admin, draft).await.unwrap();
        assert_eq!(fault(conversation::visible(&w.cx(bia.user).await, c.id).await), Fault::Missing);
    }

    async fn vi_3_what_is_not_visible_and_what_is_not_there_answer_alike(w) {
        let law = w.new_team("Jurídico", Restriction::User).await;
        let stranger = w.agent("Bruno Lima", law).await;
        let c = w.served(&w.admin, "5511987654321").await;
        let m = w.messages(c.id).await[0].id;
        for (id, message) in [(c.id, m), (ConversationId(5), MessageId(5))] {
            let to = TransferDraft { to: TransferTo::Team { team_id: law }, note: String::new(), stop_bot: false, anyway: false };
            assert_eq!(fault(conversation::visible(&stranger, id).await), Fault::Missing);
            assert_eq!(fault(conversation::open(&stranger, id).await), Fault::Missing);
            assert_eq!(fault(conversation::transfer(&stranger, id, to).await), Fault::Missing);
            assert_eq!(fault(conversation::conclude(&stranger, id, ConcludeDraft::silent()).await), Fault::Missing);
            assert_eq!(fault(conversation::mark_read(&stranger, id).await), Fault::Missing);
            assert_eq!(fault(conversation::mark_unread(&stranger, id).await), Fault::Missing);
            assert_eq!(fault(conversation::save_draft(&stranger, id, "x").await), Fault::Missing);
            assert_eq!(fault(w.send(&stranger, id, "x").await), Fault::Missing);
            assert_eq!(fault(service::message::retry(&stranger, message).await), Fault::Missing);
            assert_eq!(fault(service::message::cancel(&stranger, message).await), Fault::Missing);
            let page = MessageQuery { conversation_id: id, before: None, after: None, limit: None };
            assert_eq!(fault(service::message::page(&stranger, &page).await), Fault::Missing);
        }
    }
}
