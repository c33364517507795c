//! Tabs, filters, pages (04, section 4.1).

use crate::payload;
use crate::world::*;
use model::*;
use service::{Cx, args, channels, conversation, people};
use std::collections::HashSet;

fn query(tab: Tab) -> ConversationQuery {
    ConversationQuery { tab, filter: Filter::default(), oldest_first: false, after: None, limit: None }
}

async fn ids(cx: &Cx, q: &ConversationQuery) -> Vec<ConversationId> {
    conversation::list(cx, q).await.unwrap().items.iter().map(|c| c.id).collect()
}

both! {
    async fn ab_1_tabs_and_counters_follow_status_and_person(w) {
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        let waiting = w.says("5511987650001", "oi").await;
        let mine = w.served(&ana, "5511987650002").await;
        let hers = w.served(&bia, "5511987650003").await;
        let done = w.served(&bia, "5511987650004").await;
        conversation::conclude(&bia, done.id, ConcludeDraft::silent()).await.unwrap();
        conversation::mark_read(&ana, mine.id).await.unwrap();
        for (tab, id) in [(Tab::New, waiting.id), (Tab::Mine, mine.id), (Tab::Others, hers.id), (Tab::Done, done.id)] {
            assert_eq!(ids(&ana, &query(tab)).await, [id], "{tab}");
        }
        assert_eq!(conversation::counts(&ana).await.unwrap(), Counts { new: 1, mine: 1, others: 1, mine_unread: 0 });
        assert_eq!(conversation::counts(&bia).await.unwrap(), Counts { new: 1, mine: 1, others: 1, mine_unread: 1 });
        assert_eq!(conversation::counts(&w.admin).await.unwrap(), Counts { new: 1, mine: 0, others: 2, mine_unread: 0 });
        conversation::mark_unread(&ana, mine.id).await.unwrap();
        assert_eq!(conversation::counts(&ana).await.unwrap().mine_unread, 1);
    }

    async fn ab_2_filters_are_and_between_kinds_and_or_inside(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let second = channels::save(&w.admin, whatsapp("Segundo", "106540352242999", WABA)).await.unwrap().channel.id;
        let sales = w.new_team("Vendas", Restriction::None).await;
        let a = w.served(&ana, "5511987650001").await;
        let b = w.served(&w.admin, "5511987650002").await;
        conversation::mark_read(&w.admin, b.id).await.unwrap();
        w.inbound(&payload::one("106540352242999", vec![payload::text("5511987650003", "wamid.X", START, "oi")])).await;
        let c = w.conversation_of("wamid.X").await;
        conversation::assume(&ana, c.id, None).await.unwrap();
        let all = |filter: Filter| ConversationQuery { filter, ..query(Tab::Others) };
        let with = async |filter: Filter| -> HashSet<ConversationId> {
            let mut found: HashSet<_> = ids(&w.admin, &all(filter.clone())).await.into_iter().collect();
            found.extend(ids(&w.admin, &ConversationQuery { filter, ..query(Tab::Mine) }).await);
            found
        };
        let set = |list: &[ConversationId]| list.iter().copied().collect::<HashSet<_>>();
        assert_eq!(with(Filter::default()).await, set(&[a.id, b.id, c.id]));
        assert_eq!(with(Filter { channels: vec![second], ..Filter::default() }).await, set(&[c.id]));
        assert_eq!(with(Filter { channels: vec![second, w.channel], ..Filter::default() }).await, set(&[a.id, b.id, c.id]));
        assert_eq!(with(Filter { assignees: vec![ana.user], ..Filter::default() }).await, set(&[a.id, c.id]));
        assert_eq!(with(Filter { assignees: vec![ana.user], channels: vec![w.channel], ..Filter::default() }).await, set(&[a.id]));
        assert_eq!(with(Filter { teams: vec![sales], ..Filter::default() }).await, set(&[]));
        assert_eq!(with(Filter { teams: vec![w.team], unread: true, ..Filter::default() }).await, set(&[a.id, c.id]));
        // The client's own filter agrees.
        for c in [a, b, c] {
            let c = w.conversation(c.id).await;
            assert_eq!(Filter { unread: true, ..Filter::default() }.passes(&c, w.admin.user), c.unread > 0);
        }
    }

    async fn ab_3_newest_first_or_oldest_first(w) {
        let mut order = Vec::new();
        for n in 0..5 {
            w.pass(MINUTE);
            order.push(w.says(&format!("551198765000{n}"), "oi").await.id);
        }
        w.pass(MINUTE);
        w.says("5511987650001", "de novo").await;
        let again = order.remove(1);
        order.push(again);
        assert_eq!(ids(&w.admin, &ConversationQuery { oldest_first: true, ..query(Tab::New) }).await, order);
        order.reverse();
        assert_eq!(ids(&w.admin, &query(Tab::New)).await, order);
    }

    async fn a_row_of_the_list_says_what_its_conversation_says(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let odd = "ele disse: \"olá\" \\ {a} 'b'\n\t😀";
        let waiting = w.says("5511987650001", odd).await;
        w.write("update contact set name = $1 where id = $2", args![odd, waiting.contact_id]).await;
        w.says("5511987650002", "").await;
        let served = w.served(&ana, "5511987650003").await;
        w.send(&ana, served.id, "respondo").await.unwrap();
        let done = w.served(&ana, "5511987650004").await;
        conversation::conclude(&ana, done.id, ConcludeDraft::silent()).await.unwrap();
        for (n, category) in ["MARKETING", "UTILITY"].into_iter().enumerate() {
            let asked = w.served(&ana, &format!("551198765001{n}")).await;
            w.write("update conversation set awaiting_reply = true, awaiting_category = $2 where id = $1", args![asked.id, category]).await;
        }
        let mut compared = 0;
        for tab in Tab::ALL {
            for row in conversation::list(&w.admin, &query(*tab)).await.unwrap().items {
                assert_eq!(conversation::visible(&w.admin, row.id).await.unwrap(), row);
                let others = conversation::others(&w.admin, row.contact_id).await.unwrap();
                assert_eq!(others, [row]);
                compared += 1;
            }
        }
        assert_eq!(compared, 6);
    }

    async fn ab_6_pages_neither_skip_nor_repeat_while_others_arrive(w) {
        let mut first: Vec<ConversationId> = Vec::new();
        for n in 0..23 {
            // Several share one moment.
            if n % 3 == 0 {
                w.pass(SECOND);
            }
            first.push(w.says(&format!("55119876500{n:02}"), "oi").await.id);
        }
        for oldest_first in [false, true] {
            let mut seen = Vec::new();
            let mut q = ConversationQuery { limit: Some(4), oldest_first, ..query(Tab::New) };
            loop {
                let page = conversation::list(&w.admin, &q).await.unwrap();
                assert!(page.items.len() <= 4);
                seen.extend(page.items.iter().map(|c| c.id));
                let Some(next) = page.next else { break };
                q.after = Some(next);
                if seen.len() < 20 {
                    w.pass(SECOND);
                    w.says(&format!("5521987{:06}", w.fresh()), "oi").await;
                }
            }
            let known: Vec<_> = seen.iter().filter(|id| first.contains(id)).collect();
            let distinct: HashSet<_> = seen.iter().collect();
            assert_eq!((known.len(), distinct.len()), (23, seen.len()), "oldest first: {oldest_first}");
        }
        let bad = ConversationQuery { after: Some("1' or 1=1".into()), ..query(Tab::New) };
        assert_eq!(fault(conversation::list(&w.admin, &bad).await), Fault::field("after", Wrong::Unknown));
        let odd = ConversationQuery { limit: Some(-5), ..query(Tab::New) };
        assert_eq!(conversation::list(&w.admin, &odd).await.unwrap().items.len(), 1);
        let huge = ConversationQuery { limit: Some(i64::MAX), ..query(Tab::New) };
        assert!(conversation::list(&w.admin, &huge).await.unwrap().items.len() <= limit::PAGE_MAX as usize);
    }

    async fn ab_6_the_timeline_pages_both_ways_without_gaps(w) {
        let c = w.served(&w.admin, "5511987654321").await;
        for n in 0..30 {
            if n % 4 == 0 {
                w.pass(SECOND);
            }
            w.says("5511987654321", &format!("m{n}")).await;
        }
        let all: Vec<MessageId> = w.messages(c.id).await.iter().map(|m| m.id).collect();
        let page = async |before: Option<Place>, after: Option<Place>| {
            let q = MessageQuery { conversation_id: c.id, before, after, limit: Some(7) };
            service::message::page(&w.admin, &q).await.unwrap()
        };
        let (mut back, mut place) = (Vec::new(), None);
        loop {
            let p = page(place, None).await;
            let ids: Vec<MessageId> = p.messages.iter().map(|m| m.id).collect();
            back.splice(0..0, ids);
            place = Some(p.messages[0].place());
            if !p.has_more {
                break;
            }
        }
        assert_eq!(back, all);
        let (mut on, mut place) = (vec![all[0]], w.messages(c.id).await[0].place());
        loop {
            let p = page(None, Some(place)).await;
            on.extend(p.messages.iter().map(|m| m.id));
            place = p.messages.last().unwrap().place();
            if !p.has_more {
                break;
            }
        }
        assert_eq!(on, all);
    }

    async fn ab_9_a_row_holds_everything_that_the_list_shows(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let c = w.served(&ana, "5511987654321").await;
        w.pass(MINUTE);
        w.says("5511987654321", &"muito ".repeat(60)).await;
        let row = conversation::list(&ana, &query(Tab::Mine)).await.unwrap().items.remove(0);
        assert_eq!((row.id, row.contact_name.as_str(), row.channel_id, row.assignee_id), (c.id, "Pessoa 5511987654321", w.channel, Some(ana.user)));
        assert_eq!((row.last_at, row.waiting_since, row.window_expires_at), (START + MINUTE, Some(START), Some(START + MINUTE + DAY)));
        assert_eq!((row.unread, row.preview.direction, row.preview.kind), (2, Direction::In, MessageKind::Text));
        assert!(row.preview.text.chars().count() <= 121 && row.preview.text.ends_with('…'));
        w.pass(MINUTE);
        w.send(&ana, c.id, "já vejo").await.unwrap();
        let row = conversation::list(&ana, &query(Tab::Mine)).await.unwrap().items.remove(0);
        assert_eq!((row.waiting_since, row.last_at, row.preview.author_id), (None, START + 2 * MINUTE, Some(ana.user)));
        assert_eq!((row.preview.text.as_str(), row.preview.status), ("já vejo", MessageStatus::Queued));
        // The row of the list, the opened one and the search are the same.
        assert_eq!(conversation::open(&ana, c.id).await.unwrap().conversation, row);
    }

    async fn opening_shows_everything_at_once(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        people::set_archive_preference(&ana, ArchivePreference::Immediate).await.unwrap();
        let old = w.served(&ana, "5511987654321").await;
        conversation::conclude(&ana, old.id, ConcludeDraft::silent()).await.unwrap();
        w.pass(HOUR);
        let c = w.served(&ana, "5511987654321").await;
        conversation::save_draft(&ana, c.id, "quase pron").await.unwrap();
        let opened = conversation::open(&ana, c.id).await.unwrap();
        assert_eq!((opened.draft.as_str(), opened.has_more, opened.contact.identities.len()), ("quase pron", false, 1));
        assert_eq!(opened.others.iter().map(|o| o.id).collect::<Vec<_>>(), [old.id]);
        assert_eq!(opened.seq, service::desk::last_seq(&w.desk.system(w.account)).await.unwrap());
        // A draft is its writer's own, and goes when the message goes.
        assert_eq!(conversation::open(&w.admin, c.id).await.unwrap().draft, "");
        w.send(&ana, c.id, "quase pronto").await.unwrap();
        assert_eq!(conversation::open(&ana, c.id).await.unwrap().draft, "");
    }
}
