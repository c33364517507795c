//! Members, teams, visibility (03, sections 3.3 to 3.6).

use crate::world::*;
use model::*;
use service::{contact, conversation, distribution, feature, people};

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

    async fn te_1_a_team_is_saved_and_read_with_all_its_fields_and_by_admins_alone(w) {
        feature::save(&w.admin, Features { distribution: true, ..Features::default() }).await.unwrap();
        let rule = Distribution {
            enabled: true,
            algorithm: Algorithm::LeastLoaded,
            only_online: true,
            overflow: true,
            wait_minutes: 12,
            max_minutes: 45,
            max_concurrent: 4,
        };
        let draft = TeamDraft {
            id: None,
            name: " Vendas ".into(),
            is_default: true,
            restriction: Restriction::Team,
            closing_message: " Até logo, [NOME] ".into(),
            archive_preference: Some(ArchivePreference::Immediate),
            distribution: Some(rule),
        };
        let ana = w.agent("Ana Souza", w.team).await;
        let manager = w.member("Mara Reis", Role::Manager, &[(w.team, true, true)]).await;
        for cx in [&ana, &manager] {
            assert_eq!(fault(people::save_team(cx, draft.clone()).await), Fault::Forbidden);
        }
        let nameless = TeamDraft { name: " ".into(), ..draft.clone() };
        assert_eq!(fault(people::save_team(&w.admin, nameless).await), Fault::field("name", Wrong::Required));
        assert_eq!(people::teams(&w.admin).await.unwrap().len(), 1);
        let id = people::save_team(&w.admin, draft.clone()).await.unwrap().id;
        // As its people read it, too.
        let fields = async |id: TeamId| {
            let t = people::teams(&ana).await.unwrap().into_iter().find(|t| t.id == id).unwrap();
            (t.name, t.is_default, t.restriction, t.closing_message, t.archive_preference)
        };
        let hands_out = async |id: TeamId| distribution::setup(&w.admin).await.unwrap().teams.into_iter().find(|t| t.team_id == id).unwrap().rule;
        let stored = ("Vendas".to_owned(), true, Restriction::Team, "Até logo, [NOME]".to_owned(), Some(ArchivePreference::Immediate));
        assert_eq!((fields(id).await, hands_out(id).await), (stored, rule));
        assert!(!fields(w.team).await.1, "there is one default (TE-2)");
        // Its members, with their flags.
        let bia = w.member("Bia Reis", Role::Agent, &[(id, true, false)]).await;
        let link = people::members(&ana).await.unwrap().into_iter().find(|m| m.user_id == bia.user).unwrap().teams;
        assert_eq!(link, [TeamLink { team_id: id, is_agent: true, is_supervisor: false }]);
        // Changed: all but the rule, which a form without it leaves.
        let other = TeamDraft {
            id: Some(id),
            name: "Comercial".into(),
            restriction: Restriction::User,
            closing_message: String::new(),
            archive_preference: None,
            distribution: None,
            ..draft
        };
        people::save_team(&w.admin, other).await.unwrap();
        let stored = ("Comercial".to_owned(), true, Restriction::User, String::new(), None);
        assert_eq!((fields(id).await, hands_out(id).await), (stored, rule));
    }

    async fn te_5_a_person_is_in_several_teams_as_agent_as_supervisor_and_as_both(w) {
        let (sales, law) = (w.new_team("Vendas", Restriction::None).await, w.new_team("Jurídico", Restriction::None).await);
        let care = w.new_team("Suporte", Restriction::None).await;
        let places = [(sales, true, false), (law, false, true), (care, true, true)];
        let vera = w.member("Vera Dias", Role::Agent, &places).await;
        let bia = w.member("Bia Reis", Role::Agent, &places.map(|(team, ..)| (team, true, false))).await;
        let mut expected = places.map(|(team_id, is_agent, is_supervisor)| TeamLink { team_id, is_agent, is_supervisor });
        expected.sort_by_key(|l| l.team_id);
        let stored = people::members(&w.admin).await.unwrap().into_iter().find(|m| m.user_id == vera.user).unwrap().teams;
        assert_eq!(stored, expected);
        // In each team she is what she is there, and in no other.
        for (n, (team, is_agent, is_supervisor)) in places.into_iter().enumerate() {
            let c = w.says(&format!("551198765000{n}"), "oi").await;
            let to = |to| TransferDraft { to, note: String::new(), stop_bot: false, anyway: false };
            conversation::transfer(&w.admin, c.id, to(TransferTo::Team { team_id: team })).await.unwrap();
            assert!(conversation::visible(&vera, c.id).await.is_ok());
            assert_eq!(vera.seen().pending.contains(&team), is_agent);
            conversation::transfer(&w.admin, c.id, to(TransferTo::Person { user_id: bia.user, team_id: Some(team) })).await.unwrap();
            let done = conversation::conclude(&vera, c.id, ConcludeDraft::silent()).await;
            if is_supervisor {
                assert_eq!(done.unwrap().status, ConversationStatus::Completed);
            } else {
                assert_eq!(fault(done), Fault::Forbidden);
            }
        }
        // One place of several is taken away.
        people::save_member(&w.admin, again(&vera, "Vera Dias", Role::Agent, &places[..2])).await.unwrap();
        let left = people::members(&w.admin).await.unwrap().into_iter().find(|m| m.user_id == vera.user).unwrap().teams;
        assert_eq!((left.len(), left.iter().any(|l| l.team_id == care)), (2, false));
    }

    async fn ro_0_whether_an_agent_sees_what_a_colleague_serves_follows_the_teams_restriction(w) {
        for (n, (restriction, sees)) in [(Restriction::None, true), (Restriction::Team, true), (Restriction::User, false)].into_iter().enumerate() {
            let team = w.new_team(&format!("Equipe {n}"), restriction).await;
            let (ana, bia) = (w.agent(&format!("Ana {n}"), team).await, w.agent(&format!("Bia {n}"), team).await);
            let boss = w.member(&format!("Carla {n}"), Role::Agent, &[(team, false, true)]).await;
            let c = w.says(&format!("551198765000{n}"), "oi").await;
            let to = |to| TransferDraft { to, note: String::new(), stop_bot: false, anyway: false };
            conversation::transfer(&w.admin, c.id, to(TransferTo::Team { team_id: team })).await.unwrap();
            // What waits is the team's, whatever the restriction.
            assert!(conversation::visible(&bia, c.id).await.is_ok());
            conversation::assume(&ana, c.id, None).await.unwrap();
            let others = ConversationQuery { tab: Tab::Others, filter: Filter::default(), oldest_first: false, after: None, limit: Some(100) };
            for (cx, sees) in [(&ana, true), (&bia, sees), (&boss, true), (&w.admin, true)] {
                assert_eq!(conversation::visible(cx, c.id).await.is_ok(), sees, "{restriction}");
                let listed = conversation::list(cx, &others).await.unwrap().items.iter().any(|x| x.id == c.id);
                assert_eq!(listed, sees && cx.user != ana.user, "{restriction}");
            }
            // Seeing it is not acting in it.
            let refused = if sees { Fault::Forbidden } else { Fault::Missing };
            assert_eq!(fault(conversation::conclude(&bia, c.id, ConcludeDraft::silent()).await), refused);
            // The other cells that are ours: contacts are everybody's, blocking them is not an agent's.
            assert!(!service::search::contacts(&ana, "Pessoa").await.unwrap().is_empty());
            assert_eq!(fault(contact::set_status(&ana, c.contact_id, ContactStatus::Blocked).await), Fault::Forbidden);
        }
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
