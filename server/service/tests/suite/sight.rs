//! The predicate in SQL and the predicate in Rust are the same (03, section 3.6; RO-2).

use crate::world::*;
use model::*;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use service::{Cx, EventNews, News, args, conversation};
use std::collections::BTreeSet;
use std::sync::Arc;

struct Random(StdRng);

impl Random {
    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        *of.choose(&mut self.0).unwrap()
    }
}

/// Members without passwords; their teams change from round to round.
async fn members(w: &World, n: usize) -> Vec<UserId> {
    let mut users = vec![w.admin.user];
    for i in 0..n {
        let id: UserId = w.desk.seam.id();
        w.write(
            "insert into users (id, email, name, password_hash, created_at) values ($1, $2, $3, '', 0)",
            args![id, format!("{i}@x.example"), format!("Membro {i}")],
        )
        .await;
        w.write("insert into membership (account_id, user_id, role, created_at) values ($1, $2, 'AGENT', 0)", args![w.account, id]).await;
        users.push(id);
    }
    users
}

async fn shuffle_rights(w: &World, random: &mut Random, users: &[UserId], teams: &[TeamId]) {
    w.write("delete from team_member", args![]).await;
    for team in teams {
        let restriction = random.pick(Restriction::ALL);
        w.write("update team set restriction = $1 where id = $2", args![restriction, *team]).await;
        for user in users {
            let (agent, boss) = (random.0.random_bool(0.4), random.0.random_bool(0.15));
            if agent || boss {
                w.write(
                    "insert into team_member (account_id, team_id, user_id, is_agent, is_supervisor) values ($1, $2, $3, $4, $5)",
                    args![w.account, *team, *user, agent, boss],
                )
                .await;
            }
        }
    }
    let change = Change::Setup { what: SetupKind::Members };
    w.desk.tell(w.account, News::Event(Arc::new(EventNews::new(Event { seq: 0, at: 0, change }))));
}

async fn shuffle_conversations(w: &World, random: &mut Random, users: &[UserId], teams: &[TeamId]) {
    let ids: Vec<(i64,)> = w.rows("select id from conversation order by id").await;
    for (id,) in ids {
        let status = random.pick(ConversationStatus::ALL);
        let somebody = random.pick(users);
        let assignee = match status {
            ConversationStatus::InProgress => Some(somebody),
            // Concluded from the queue.
            _ => random.0.random_bool(0.5).then_some(somebody),
        };
        let designated = (status == ConversationStatus::Pending && random.0.random_bool(0.5)).then(|| random.pick(users));
        let unread = i64::from(random.0.random_bool(0.5));
        w.write(
            "update conversation set status = $1, assignee_id = $2, team_id = $3, unread = $4, designated_id = $5 where id = $6",
            args![status, assignee, random.pick(teams), unread, designated, id],
        )
        .await;
    }
}

async fn listed(cx: &Cx, tab: Tab) -> BTreeSet<ConversationId> {
    let q = ConversationQuery { tab, filter: Filter::default(), oldest_first: false, after: None, limit: Some(100) };
    conversation::list(cx, &q).await.unwrap().items.iter().map(|c| c.id).collect()
}

both! {
    async fn what_sql_lists_is_what_the_predicate_sees(w) {
        let mut random = Random(StdRng::seed_from_u64(5));
        let mut teams = vec![w.team];
        for n in 0..3 {
            teams.push(w.new_team(&format!("Equipe {n}"), Restriction::None).await);
        }
        let users = members(w, 7).await;
        let contacts: Vec<ConversationId> = {
            let mut ids = Vec::new();
            for n in 0..40 {
                ids.push(w.says(&format!("55119876507{n:02}"), "oi").await.id);
            }
            ids
        };
        let mut kinds = BTreeSet::new();
        for round in 0..8 {
            shuffle_rights(w, &mut random, &users, &teams).await;
            shuffle_conversations(w, &mut random, &users, &teams).await;
            let mut all = Vec::new();
            for id in &contacts {
                all.push(w.conversation(*id).await);
            }
            for user in &users {
                let cx = w.cx(*user).await;
                let seen = cx.seen().clone();
                let mut counts = Counts::default();
                for tab in Tab::ALL {
                    let expected: BTreeSet<ConversationId> = all.iter().filter(|c| seen.tab(&c.access()) == Some(*tab)).map(|c| c.id).collect();
                    assert_eq!(listed(&cx, *tab).await, expected, "round {round}, {tab}, {seen:?}");
                    counts.add(*tab, expected.len() as i64);
                    kinds.insert((*tab, expected.is_empty()));
                }
                counts.mine_unread = all.iter().filter(|c| seen.tab(&c.access()) == Some(Tab::Mine) && c.unread > 0).count() as i64;
                assert_eq!(conversation::counts(&cx).await.unwrap(), counts);
                for c in &all {
                    let sees = seen.sees(&c.access());
                    assert_eq!(conversation::visible(&cx, c.id).await.is_ok(), sees);
                    assert_eq!(conversation::others(&cx, c.contact_id).await.unwrap().len(), usize::from(sees));
                }
                let found = service::search::search(&cx, "oi", None).await.unwrap().messages;
                let visible = all.iter().filter(|c| seen.sees(&c.access())).count();
                assert_eq!(found.len(), visible.min(20));
                assert!(found.iter().all(|h| seen.sees(&h.conversation.access())));
            }
        }
        assert!(Tab::ALL.iter().all(|tab| kinds.contains(&(*tab, false))), "every tab was full for somebody");
        assert!(kinds.iter().any(|(_, empty)| *empty), "and some were empty");
    }
}
