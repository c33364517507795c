//! Events: a gapless sequence, one for every change, and enough to follow what one sees (issue parts 2 and 6).

use crate::acts::Play;
use crate::payload;
use crate::world::*;
use model::*;
use service::{Cx, conversation, message, people};
use std::collections::BTreeMap;

/// What a screen holds of the conversations it may see.
#[derive(Clone, Debug, PartialEq)]
struct Screen {
    counts: Counts,
    rows: BTreeMap<ConversationId, Conversation>,
    seq: i64,
}

async fn fetch(cx: &Cx) -> Screen {
    let seq = service::desk::last_seq(&cx.may(Permission::Inbox).unwrap()).await.unwrap();
    let mut rows = BTreeMap::new();
    for tab in Tab::ALL {
        let mut q = ConversationQuery { tab: *tab, filter: Filter::default(), oldest_first: false, after: None, limit: Some(100) };
        loop {
            let page = conversation::list(cx, &q).await.unwrap();
            rows.extend(page.items.into_iter().map(|c| (c.id, c)));
            q.after = page.next;
            if q.after.is_none() {
                break;
            }
        }
    }
    Screen { counts: conversation::counts(cx).await.unwrap(), rows, seq }
}

impl Screen {
    fn count(&mut self, tab: Option<Tab>, unread: bool, by: i64) {
        let Some(tab) = tab else { return };
        self.counts.add(tab, by);
        if tab == Tab::Mine && unread {
            self.counts.mine_unread += by;
        }
    }

    fn apply(&mut self, event: &Event, seen: &Seen) {
        assert_eq!(event.seq, self.seq + 1, "gapless for every reader");
        self.seq = event.seq;
        let open = event.is_open_to(seen);
        let event = event.for_reader(seen);
        match event.change {
            Change::Conversation { row, before, unread_before, .. } => {
                assert!(open && seen.sees(&row.access()));
                let (from, to) = moved(seen, before.as_ref(), &row.access());
                self.count(from, unread_before > 0, -1);
                self.count(to, row.unread > 0, 1);
                self.rows.insert(row.id, *row);
            }
            Change::Gone { conversation_id, tab, unread } => {
                self.count(tab, unread, -1);
                assert!(self.rows.remove(&conversation_id).is_some(), "gone what was never there");
            }
            Change::Message { access, .. } => assert!(seen.sees(&access)),
            Change::Contact { .. } | Change::Setup { .. } | Change::Kept { .. } | Change::Status { .. } | Change::Nothing => {}
        }
    }
}

async fn events(w: &World, since: i64) -> Vec<Event> {
    service::desk::events_since(&w.desk.system(w.account), since, 10_000).await.unwrap()
}

/// Follows a random play, in which work may be handed out: applying events to what was fetched once is the same as fetching
/// again.
pub async fn follow(w: &World, seed: u64, steps: usize, at_once: bool, hands_out: bool) {
    let mut play = Play::new(w, seed).await;
    if hands_out {
        for team in &play.teams {
            let rule =
                Distribution { overflow: true, wait_minutes: 2, max_minutes: 10, max_concurrent: 2, ..crate::distribution::in_turn() };
            crate::distribution::hands_out(w, *team, rule).await;
        }
    }
    let closing = AccountDraft { name: "Loja".into(), time_zone: "America/Sao_Paulo".into(), closing_message: "Até, [NOME]".into() };
    people::save_account(&w.admin, closing).await.unwrap();
    let mut screens = Vec::new();
    for cx in &play.people {
        screens.push(fetch(cx).await);
    }
    let mut timeline: BTreeMap<MessageId, Message> = BTreeMap::new();
    let mut at = screens[0].seq;
    for step in 0..steps {
        match at_once && step % 2 == 1 {
            true => play.at_once().await,
            false => play.act().await,
        }
        if hands_out && step % 3 == 0 {
            service::distribution::turn(&w.desk).await.unwrap();
        }
        let news = events(w, at).await;
        at += news.len() as i64;
        for event in &news {
            match &event.change {
                Change::Conversation { messages, .. } => timeline.extend(messages.iter().map(|m| (m.id, m.clone()))),
                Change::Message { message, .. } => drop(timeline.insert(message.id, (**message).clone())),
                _ => {}
            }
        }
        for (cx, screen) in play.people.iter().zip(&mut screens) {
            news.iter().for_each(|e| screen.apply(e, cx.seen()));
            if step % 8 == 7 || step + 1 == steps {
                assert_eq!(*screen, fetch(cx).await, "{} after step {step}", cx.seat.name);
            }
        }
    }
    // The messages that events told are the messages that there are, in their last state.
    let mut stored = BTreeMap::new();
    for id in screens[0].rows.keys() {
        let mut place = None;
        loop {
            let q = MessageQuery { conversation_id: *id, before: place, after: None, limit: Some(100) };
            let page = message::page(&w.admin, &q).await.unwrap();
            place = page.messages.first().map(Message::place);
            stored.extend(page.messages.into_iter().map(|m| (m.id, m)));
            if !page.has_more {
                break;
            }
        }
    }
    assert!(stored.len() > 20);
    assert_eq!(timeline, stored);
}

both! {
    async fn following_the_events_is_the_same_as_fetching_again(w) {
        follow(w, 1, 260, false, false).await;
    }

    async fn following_the_events_is_the_same_also_when_all_work_at_once(w) {
        follow(w, 2, 120, true, false).await;
    }

    async fn what_is_read_at_one_moment_knows_nothing_of_later_commits(w) {
        w.says("5511987650000", "antes").await;
        let still = w.admin.at_one_moment().await.unwrap();
        let scope = still.may(Permission::Inbox).unwrap();
        let seq = service::desk::last_seq(&scope).await.unwrap();
        // Between the sequence and the counters somebody else's event is committed.
        w.says("5511987650001", "no meio").await;
        assert_eq!(events(w, seq).await.len(), 1);
        let counts = conversation::counts(&still).await.unwrap();
        assert_eq!((counts.new, service::desk::last_seq(&scope).await.unwrap()), (1, seq));
        assert_eq!(service::desk::events_since(&scope, seq, 10).await.unwrap(), []);
        drop((still, scope));
        let now = service::inbox::workspace(&w.admin).await.unwrap();
        assert_eq!((now.counts.new, now.seq), (2, seq + 1));
    }

    async fn a_workspaces_counters_are_those_of_its_sequence(w) {
        // Each first message is one event and one conversation more.
        let before = service::inbox::workspace(&w.admin).await.unwrap();
        let writes = async {
            for n in 0..60 {
                w.says(&format!("55119876500{n:02}"), "oi").await;
            }
        };
        let reads = async {
            let mut seen = 0;
            loop {
                let now = service::inbox::workspace(&w.admin).await.unwrap();
                let new = now.seq - before.seq;
                assert_eq!(now.counts.new - before.counts.new, new);
                seen += 1;
                if new == 60 {
                    break seen;
                }
                tokio::task::yield_now().await;
            }
        };
        let ((), seen) = tokio::join!(writes, reads);
        assert!(seen > 1);
    }

    async fn the_sequence_has_no_gap_under_parallel_work(w) {
        let mut all = Vec::new();
        for n in 0..8 {
            all.push(w.served(&w.admin, &format!("551198765000{n}")).await.id);
        }
        let before = events(w, 0).await.len() as i64;
        let mut news = w.desk.listen(w.account);
        let work = all.iter().flat_map(|id| (0..4).map(move |n| (*id, n)));
        let sent = futures::future::join_all(work.map(|(id, n)| message::send(&w.admin, id, text_draft(&format!("p{n}"), "paralelo")))).await;
        assert!(sent.iter().all(Result::is_ok));
        // A work that fails takes no number.
        fault(message::send(&w.admin, ConversationId(5), text_draft("x", "y")).await);
        let seqs: Vec<i64> = events(w, 0).await.iter().map(|e| e.seq).collect();
        assert_eq!(seqs, (1..=before + 32).collect::<Vec<_>>());
        let mut told = Vec::new();
        while let Ok(item) = news.try_recv() {
            if let service::News::Event(e) = item {
                told.push(e.event.seq);
            }
        }
        told.sort_unstable();
        assert_eq!(told, (before + 1..=before + 32).collect::<Vec<_>>());
    }

    async fn every_change_writes_an_event(w) {
        let templates = w.templates(&[payload::template("volta", "UTILITY", "Olá")]).await;
        let mut last = events(w, 0).await.len() as i64;
        let mut more = async |what: &str, n: i64| {
            let now = events(w, 0).await.len() as i64;
            assert_eq!(now - last, n, "{what}");
            last = now;
        };
        let c = w.says("5511987654321", "oi").await;
        more("inbound", 1).await;
        conversation::mark_read(&w.admin, c.id).await.unwrap();
        more("a preview is not told", 0).await;
        conversation::assume(&w.admin, c.id, None).await.unwrap();
        more("assume", 1).await;
        conversation::mark_read(&w.admin, c.id).await.unwrap();
        more("read", 1).await;
        conversation::mark_unread(&w.admin, c.id).await.unwrap();
        more("unread", 1).await;
        let m = w.send(&w.admin, c.id, "olá").await.unwrap();
        more("send", 1).await;
        w.send_out().await;
        more("sent", 1).await;
        w.inbound(&payload::statuses(NUMBER, vec![payload::status("wamid.OUT1", "delivered", START, None)])).await;
        more("delivered", 1).await;
        w.inbound(&payload::statuses(NUMBER, vec![payload::status("wamid.OUT1", "sent", START, None), payload::status("wamid.OUT1", "delivered", START, None)])).await;
        more("nothing new", 0).await;
        w.inbound(&payload::one(NUMBER, vec![payload::reaction("5511987654321", "wamid.R", START, "wamid.OUT1", "👍")])).await;
        more("reaction", 1).await;
        let note = SendDraft { client_id: "n".into(), what: SendWhat::Note { text: "vip".into() }, reply_to: None, mentions: Vec::new() };
        message::send(&w.admin, c.id, note).await.unwrap();
        more("note", 1).await;
        let team = w.new_team("Vendas", Restriction::None).await;
        more("team", 1).await;
        let to = TransferDraft { to: TransferTo::Team { team_id: team }, note: "x".into(), stop_bot: false, anyway: false };
        conversation::transfer(&w.admin, c.id, to).await.unwrap();
        more("transfer", 1).await;
        conversation::conclude(&w.admin, c.id, ConcludeDraft::silent()).await.unwrap();
        more("conclude", 1).await;
        w.pass(2 * DAY);
        conversation::restart(&w.admin, c.id, "r", filled(&templates[0], &[])).await.unwrap();
        more("restart", 1).await;
        let waiting = w.send(&w.admin, c.id, "espera").await.unwrap();
        more("waiting", 1).await;
        message::cancel(&w.admin, waiting.id).await.unwrap();
        more("cancel", 1).await;
        w.agent("Ana Souza", w.team).await;
        more("member", 1).await;
        let _ = m;
        // An event is no longer than its keeping time.
        w.pass(4 * DAY);
        service::desk::sweep(&w.desk).await.unwrap();
        assert_eq!(events(w, 0).await, []);
        let next = w.says("5511987650000", "oi").await;
        assert!(events(w, 0).await[0].seq > 1 && next.unread == 1, "the sequence goes on");
    }

    async fn a_reader_gets_what_they_may_know_and_nothing_else(w) {
        let law = w.new_team("Jurídico", Restriction::User).await;
        let (ana, bruno) = (w.agent("Ana Souza", w.team).await, w.agent("Bruno Lima", law).await);
        let c = w.says("5511987654321", "segredo").await;
        let from = events(w, 0).await.len() as i64;
        let to = TransferDraft { to: TransferTo::Person { user_id: bruno.user, team_id: None }, note: "sigiloso".into(), stop_bot: false, anyway: false };
        conversation::transfer(&w.admin, c.id, to).await.unwrap();
        w.send(&bruno, c.id, "confidencial").await.unwrap();
        w.send_out().await;
        let news = events(w, from).await;
        assert_eq!(news.len(), 3);
        let ana: Vec<Event> = news.iter().map(|e| e.for_reader(ana.seen())).collect();
        assert_eq!(ana[0].change, Change::Gone { conversation_id: c.id, tab: Some(Tab::New), unread: true });
        assert_eq!((&ana[1].change, &ana[2].change), (&Change::Nothing, &Change::Nothing));
        let text = serde_json::to_string(&ana).unwrap();
        for secret in ["segredo", "sigiloso", "confidencial", "5511987654321"] {
            assert!(!text.contains(secret));
        }
        assert!(news.iter().zip(&ana).all(|(e, a)| (e.seq, e.at) == (a.seq, a.at)));
        for e in &news {
            assert_eq!(e.for_reader(bruno.seen()), *e);
            assert!(e.is_open_to(bruno.seen()));
        }
    }
}
