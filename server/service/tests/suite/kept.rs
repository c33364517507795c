//! Snoozed and pinned conversations, and views.

use crate::world::*;
use model::*;
use service::{Cx, alert, conversation, desk, kept};

fn at(at: Millis) -> Option<SnoozeUntil> {
    Some(SnoozeUntil::Time { at })
}

async fn mine(cx: &Cx) -> Vec<ConversationId> {
    let query = ConversationQuery { tab: Tab::Mine, filter: Filter::default(), oldest_first: false, after: None, limit: None };
    conversation::list(cx, &query).await.unwrap().items.iter().map(|c| c.id).collect()
}

async fn asleep(cx: &Cx) -> Vec<ConversationId> {
    kept::all(cx).await.unwrap().snoozed.iter().map(|c| c.id).collect()
}

async fn pinned(cx: &Cx) -> Vec<ConversationId> {
    kept::all(cx).await.unwrap().pinned.iter().map(|c| c.id).collect()
}

fn view_draft(name: &str, scope: ViewScope, team_id: Option<TeamId>) -> ViewDraft {
    let filter = Filter { unread: true, ..Filter::default() };
    ViewDraft { id: None, scope, team_id, name: name.into(), filter, oldest_first: true }
}

async fn names(cx: &Cx) -> Vec<String> {
    kept::all(cx).await.unwrap().views.into_iter().map(|v| v.name).collect()
}

both! {
    async fn nx_21_a_snoozed_conversation_leaves_the_list_and_comes_back_at_its_time(w) {
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        let (a, b) = (w.served(&ana, "5511987650001").await.id, w.served(&ana, "5511987650002").await.id);
        conversation::mark_read(&ana, a).await.unwrap();
        assert_eq!(fault(conversation::snooze(&bia, a, at(START + HOUR)).await), Fault::Forbidden, "only who serves it");
        let c = conversation::snooze(&ana, a, at(START + HOUR)).await.unwrap();
        assert_eq!(c.snoozed_until, Some(START + HOUR));
        assert_eq!((mine(&ana).await, asleep(&ana).await), (vec![b], vec![a]));
        assert_eq!(conversation::visible(&ana, a).await.unwrap(), kept::all(&ana).await.unwrap().snoozed[0]);
        assert_eq!(asleep(&bia).await, []);
        assert_eq!(conversation::snooze::turn(&w.desk).await.unwrap(), 0);
        w.pass(HOUR);
        assert_eq!(conversation::snooze::turn(&w.desk).await.unwrap(), 1);
        assert_eq!(conversation::snooze::turn(&w.desk).await.unwrap(), 0, "once");
        assert_eq!((mine(&ana).await.len(), asleep(&ana).await), (2, vec![]));
        assert_eq!(w.conversation(a).await.unread, 1);
        let bell = alert::list(&ana, None).await.unwrap();
        assert!(bell.items.iter().any(|i| i.kind == AlertKind::Snooze && i.conversation_id == a), "{:?}", bell.items);
        assert!(alert::list(&bia, None).await.unwrap().items.iter().all(|i| i.kind != AlertKind::Snooze));
        // Colleagues see it live.
        let events = desk::events_since(&w.desk.system(w.account), 0, 500).await.unwrap();
        let told: Vec<Option<Millis>> = events.iter().filter_map(|e| match &e.change {
            Change::Conversation { row, .. } if row.id == a => Some(row.snoozed_until),
            _ => None,
        }).collect();
        assert_eq!(told[told.len() - 2..], [Some(START + HOUR), None]);
    }

    async fn nx_21_it_comes_back_at_once_when_the_contact_writes_or_it_changes_hands(w) {
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        let ids = [w.served(&ana, "5511987650001").await.id, w.served(&ana, "5511987650002").await.id, w.served(&ana, "5511987650003").await.id, w.served(&ana, "5511987650004").await.id];
        for id in ids {
            conversation::snooze(&ana, id, at(START + DAY)).await.unwrap();
        }
        w.says("5511987650001", "voltei antes").await;
        let to = TransferDraft { to: TransferTo::Person { user_id: bia.user, team_id: None }, note: String::new(), stop_bot: false, anyway: false };
        conversation::transfer(&ana, ids[1], to).await.unwrap();
        conversation::conclude(&ana, ids[2], ConcludeDraft::silent()).await.unwrap();
        // What one writes oneself does not wake it.
        w.send(&ana, ids[3], "até amanhã").await.unwrap();
        let until: Vec<Option<Millis>> = [w.conversation(ids[0]).await, w.conversation(ids[1]).await, w.conversation(ids[2]).await, w.conversation(ids[3]).await].iter().map(|c| c.snoozed_until).collect();
        assert_eq!(until, [None, None, None, Some(START + DAY)]);
        assert_eq!(conversation::snooze(&ana, ids[3], None).await.unwrap().snoozed_until, None);
        assert_eq!(asleep(&ana).await, []);
    }

    async fn nx_21_times_are_bounded_and_read_on_the_accounts_clocks(w) {
        let c = w.served(&w.admin, "5511987650001").await.id;
        for wrong in [START, START - 1, START + limit::SNOOZE_MILLIS_MAX + 1] {
            assert_eq!(fault(conversation::snooze(&w.admin, c, at(wrong)).await), Fault::field("until", Wrong::NotAllowed));
        }
        let clock = |local: &str| Some(SnoozeUntil::Clock { local: local.into() });
        assert_eq!(fault(conversation::snooze(&w.admin, c, clock("ontem")).await), Fault::field("until", Wrong::NotADate));
        // São Paulo is three hours behind UTC: START is 2026-07-14T03:33:20Z.
        let set = conversation::snooze(&w.admin, c, clock("2026-07-20T08:00")).await.unwrap();
        let expected = START - (3 * HOUR + 33 * MINUTE + 20 * SECOND) + 6 * DAY + 11 * HOUR;
        assert_eq!(set.snoozed_until, Some(expected));
        let choices = conversation::snooze_choices(&w.admin).await.unwrap();
        assert!(choices.len() >= 2 && choices.iter().all(|c| c.at > START));
    }

    async fn nx_21_only_so_many_are_snoozed(w) {
        let c = w.served(&w.admin, "5511987650001").await;
        for n in 0..limit::SNOOZED_MAX {
            let text = format!(
                "insert into conversation (id, account_id, protocol, contact_id, channel_id, team_id, assignee_id, status, started_at, last_at, preview_kind, preview_direction, preview_status, preview_text, snoozed_until)
                 select {}, account_id, 'p{n}', contact_id, channel_id, team_id, assignee_id, 'COMPLETED', 1, 1, 'TEXT', 'IN', 'RECEIVED', '', 9 from conversation where id = {}", n + 1, c.id);
            w.write(&text, service::args![]).await;
        }
        assert_eq!(fault(conversation::snooze(&w.admin, c.id, at(START + HOUR)).await), Fault::field("until", Wrong::TooMany));
    }

    async fn pins_are_ones_own_bounded_and_end_with_the_service(w) {
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        let mut ids = Vec::new();
        for n in 0..=limit::PINS_MAX {
            ids.push(w.served(&ana, &format!("5511987651{n:03}")).await.id);
        }
        assert_eq!(fault(kept::pin(&bia, ids[0], true).await), Fault::Forbidden);
        for (n, id) in ids.iter().take(limit::PINS_MAX as usize).enumerate() {
            w.pass(SECOND);
            kept::pin(&ana, *id, true).await.unwrap();
            kept::pin(&ana, *id, true).await.unwrap();
            assert_eq!(pinned(&ana).await.len(), n + 1);
        }
        assert_eq!(pinned(&ana).await[0], ids[limit::PINS_MAX as usize - 1], "the latest first");
        assert_eq!(fault(kept::pin(&ana, ids[limit::PINS_MAX as usize], true).await), Fault::field("pin", Wrong::TooMany));
        assert_eq!(pinned(&bia).await, []);
        kept::pin(&ana, ids[0], false).await.unwrap();
        let to = TransferDraft { to: TransferTo::Person { user_id: bia.user, team_id: None }, note: String::new(), stop_bot: false, anyway: false };
        conversation::transfer(&ana, ids[1], to).await.unwrap();
        conversation::conclude(&ana, ids[2], ConcludeDraft::silent()).await.unwrap();
        let left = pinned(&ana).await;
        assert_eq!(left.len() as i64, limit::PINS_MAX - 3);
        assert!(!left.contains(&ids[0]) && !left.contains(&ids[1]) && !left.contains(&ids[2]));
        assert_eq!(w.number("select count(*) from pin").await, limit::PINS_MAX - 3);
        // Only their own pages hear of it.
        let events = desk::events_since(&w.desk.system(w.account), 0, 500).await.unwrap();
        let told = events.iter().filter(|e| matches!(e.change, Change::Kept { .. }));
        for event in told {
            assert!(event.is_open_to(ana.seen()) && !event.is_open_to(bia.seen()));
            assert_eq!(event.for_reader(bia.seen()).change, Change::Nothing);
        }
    }

    async fn views_are_seen_and_changed_by_those_for_whom_they_are(w) {
        let sales = w.new_team("Vendas", Restriction::None).await;
        let (ana, vera) = (w.agent("Ana Souza", w.team).await, w.agent("Vera Dias", sales).await);
        let sofia = w.member("Sofia Lima", Role::Agent, &[(sales, false, true)]).await;
        let own = kept::save_view(&ana, view_draft("Não lidas", ViewScope::Mine, None)).await.unwrap();
        assert_eq!((own.filter.unread, own.oldest_first), (true, true));
        for (cx, scope, team) in [(&ana, ViewScope::All, None), (&vera, ViewScope::Team, Some(sales)), (&sofia, ViewScope::All, None), (&sofia, ViewScope::Team, Some(w.team))] {
            assert_eq!(fault(kept::save_view(cx, view_draft("x", scope, team)).await), Fault::Forbidden);
        }
        let teams = kept::save_view(&sofia, view_draft("Árvore", ViewScope::Team, Some(sales))).await.unwrap();
        let all = kept::save_view(&w.admin, view_draft("Todos", ViewScope::All, None)).await.unwrap();
        assert_eq!(names(&ana).await, ["Não lidas", "Todos"]);
        assert_eq!(names(&vera).await, ["Árvore", "Todos"]);
        assert_eq!(names(&sofia).await, ["Árvore", "Todos"]);
        assert_eq!(names(&w.admin).await, ["Árvore", "Todos"], "what agents keep for themselves is theirs");
        assert_eq!(fault(kept::delete_view(&w.admin, own.id).await), Fault::Missing);
        assert_eq!(fault(kept::delete_view(&vera, teams.id).await), Fault::Forbidden);
        assert_eq!(fault(kept::save_view(&ana, ViewDraft { id: Some(all.id), ..view_draft("Meu", ViewScope::Mine, None) }).await), Fault::Forbidden);
        let renamed = ViewDraft { id: Some(teams.id), ..view_draft("Arara", ViewScope::Team, Some(sales)) };
        assert_eq!(kept::save_view(&w.admin, renamed).await.unwrap().owner_id, sofia.user);
        assert_eq!(fault(kept::save_view(&w.admin, ViewDraft { id: Some(teams.id), ..view_draft("Tomada", ViewScope::Mine, None) }).await), Fault::Forbidden);
        assert_eq!(names(&vera).await, ["Arara", "Todos"]);
        kept::delete_view(&sofia, teams.id).await.unwrap();
        kept::delete_view(&ana, own.id).await.unwrap();
        assert_eq!(names(&vera).await, ["Todos"]);
        assert_eq!(w.number("select count(*) from audit where action in ('view.add', 'view.change', 'view.delete')").await, 6);
    }
}
