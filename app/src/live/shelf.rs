//! Which conversations the service worker is to keep for the time without a network, and which it has to forget.
//!
//! The worker keeps every answer of the reading server functions (`public/sw.js`); the page asks for what is missing there,
//! slowly, from `screen::alert::shelf`. Here are the rules: nothing is asked for again unless it changed, a conversation of
//! mine at most once a minute, one of the queue or of others far less often, because many see it.

use super::store::Store;
use super::web;
use leptos::prelude::*;
use model::{Conversation, ConversationId, Millis, Seen, Tab, from_json};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};

/// Conversations on the shelf; the service worker has the same bound.
pub const SHELF_MAX: usize = 200;
/// How often a conversation that changes all the time is fetched: mine, and one that others see, too.
const MINE_EVERY_MS: Millis = 60_000;
const OTHERS_EVERY_MS: Millis = 15 * 60_000;
/// Several changes in a row are one.
const SETTLE_MS: Millis = 4_000;
/// Changes that wait to be looked at; beyond that the shelf compares everything.
const CHANGES_MAX: usize = 1000;

/// What happened since the shelf was last looked at.
#[derive(Default)]
pub struct Changes {
    /// When each conversation changed last, by this browser's clock.
    pub at: HashMap<ConversationId, Millis>,
    /// Changes when it is not known any more what happened: everything is compared again.
    pub round: u32,
}

impl Changes {
    /// A conversation changed.
    pub fn touch(&mut self, id: ConversationId, now: Millis) {
        if self.at.len() >= CHANGES_MAX {
            self.at.clear();
            self.round = self.round.wrapping_add(1);
        }
        self.at.insert(id, now);
    }

    /// The reader no longer sees it.
    pub fn gone(&mut self, id: ConversationId) {
        self.at.remove(&id);
        web::forget_kept(&[id]);
    }

    /// The reader sees other conversations now.
    pub fn all_gone(&mut self) {
        self.lost();
        web::forget_kept(&[]);
    }

    /// Some of what happened did not arrive.
    pub fn lost(&mut self) {
        self.at.clear();
        self.round = self.round.wrapping_add(1);
    }
}

/// A conversation's answer on the shelf.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    pub id: ConversationId,
    /// How the conversation was then.
    pub mark: String,
    /// When it was fetched, by this browser's clock.
    pub at: Millis,
}

/// A conversation that belongs on the shelf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub id: ConversationId,
    pub mark: String,
    pub is_mine: bool,
    pub last_at: Millis,
}

impl Wanted {
    /// From a row; none when its reader does not see it. Concluded ones are wanted only when they are there already.
    pub fn of(row: &Conversation, seen: &Seen, is_kept: bool) -> Option<Wanted> {
        let tab = seen.tab(&row.access()).filter(|t| *t != Tab::Done || is_kept)?;
        let is_mine = tab == Tab::Mine || tab == Tab::Done && row.assignee_id == Some(seen.me);
        let mark = format!(
            "{} {} {} {} {} {}",
            row.last_at,
            row.status.word(),
            row.assignee_id.map_or(0, |id| id.0),
            row.team_id,
            row.preview.status.word(),
            row.contact_name
        );
        Some(Wanted { id: row.id, mark, is_mine, last_at: row.last_at })
    }
}

/// Mine first, then those of the queue and of others, the newest first; as many as the shelf has room for.
pub fn choose(mut all: Vec<Wanted>) -> Vec<Wanted> {
    all.sort_by_key(|w| (!w.is_mine, std::cmp::Reverse((w.last_at, w.id))));
    let mut had = HashSet::new();
    all.retain(|w| had.insert(w.id));
    all.truncate(SHELF_MAX);
    all
}

/// The next conversation to fetch, if one is due.
pub fn next(
    wanted: &[Wanted],
    had: &HashMap<ConversationId, Stamp>,
    changed: &HashMap<ConversationId, Millis>,
    now: Millis,
) -> Option<ConversationId> {
    let is_due = |w: &&Wanted| {
        let Some(stamp) = had.get(&w.id) else { return true };
        let change = changed.get(&w.id).copied().filter(|at| *at >= stamp.at);
        let pause = if w.is_mine { MINE_EVERY_MS } else { OTHERS_EVERY_MS };
        match change {
            Some(at) => now - at >= SETTLE_MS && now - stamp.at >= pause,
            None => stamp.mark != w.mark && now - stamp.at >= pause,
        }
    };
    wanted.iter().find(is_due).map(|w| w.id)
}

/// Stamps as the browser kept them.
pub fn read_stamps(text: &str) -> HashMap<ConversationId, Stamp> {
    let kept = from_json::<Vec<Stamp>>(text.as_bytes()).unwrap_or_default();
    kept.into_iter().map(|stamp| (stamp.id, stamp)).collect()
}

impl Store {
    /// What changed since the page began.
    pub fn shelf_changes(&self) -> HashMap<ConversationId, Millis> {
        self.changes.with_value(|c| c.at.clone())
    }

    /// Changes when everything is to be compared again.
    pub fn shelf_round(&self) -> u32 {
        self.changes.with_value(|c| c.round)
    }

    /// The rows of a list that belong on the shelf.
    pub fn shelf_takes(&self, rows: &[Conversation], is_kept: bool) -> Vec<Wanted> {
        self.inbox
            .with_value(|i| i.seen().map(|seen| rows.iter().filter_map(|row| Wanted::of(row, seen, is_kept)).collect()))
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(id: i64, is_mine: bool, last_at: Millis) -> Wanted {
        Wanted { id: ConversationId(id), mark: last_at.to_string(), is_mine, last_at }
    }

    fn stamps(all: &[(i64, &str, Millis)]) -> HashMap<ConversationId, Stamp> {
        let stamp = |(id, mark, at): &(i64, &str, Millis)| Stamp { id: ConversationId(*id), mark: (*mark).into(), at: *at };
        all.iter().map(|each| (ConversationId(each.0), stamp(each))).collect()
    }

    const NONE: &[(i64, &str, Millis)] = &[];

    #[test]
    fn mine_come_first_then_the_newest() {
        let order = choose(vec![wanted(1, false, 9), wanted(2, true, 3), wanted(3, false, 12), wanted(4, true, 5), wanted(2, true, 3)]);
        assert_eq!(order.iter().map(|w| w.id.0).collect::<Vec<_>>(), [4, 2, 3, 1]);
        assert_eq!(choose((0..500).map(|n| wanted(n, n < 50, n)).collect()).len(), SHELF_MAX);
    }

    #[test]
    fn what_is_there_and_unchanged_is_not_asked_for() {
        let all = [wanted(1, true, 10), wanted(2, false, 20)];
        let nothing = HashMap::new();
        assert_eq!(next(&all, &stamps(NONE), &nothing, 100), Some(ConversationId(1)));
        assert_eq!(next(&all, &stamps(&[(1, "10", 50)]), &nothing, 100), Some(ConversationId(2)));
        assert_eq!(next(&all, &stamps(&[(1, "10", 50), (2, "20", 50)]), &nothing, 1_000_000_000), None);
    }

    #[test]
    fn what_changes_is_fetched_again_and_not_all_the_time() {
        let all = [wanted(1, true, 10), wanted(2, false, 20)];
        let had = stamps(&[(1, "10", 0), (2, "20", 0)]);
        let changed = |id: i64, at| HashMap::from([(ConversationId(id), at)]);
        assert_eq!(next(&all, &had, &changed(1, 30_000), MINE_EVERY_MS - 1), None);
        assert_eq!(next(&all, &had, &changed(1, 30_000), MINE_EVERY_MS), Some(ConversationId(1)));
        let late = MINE_EVERY_MS * 2;
        assert_eq!(next(&all, &had, &changed(1, late - SETTLE_MS + 1), late), None, "more may follow");
        assert_eq!(next(&all, &had, &changed(2, 30_000), OTHERS_EVERY_MS - 1), None, "many see it");
        assert_eq!(next(&all, &had, &changed(2, 30_000), OTHERS_EVERY_MS), Some(ConversationId(2)));
        // What happened before it was fetched is in it.
        assert_eq!(next(&all, &stamps(&[(1, "10", 50_000), (2, "20", 0)]), &changed(1, 30_000), 10 * OTHERS_EVERY_MS), None);
        // While this browser was away.
        let away = stamps(&[(1, "9", 0), (2, "20", 0)]);
        assert_eq!(next(&all, &away, &HashMap::new(), 10 * MINE_EVERY_MS), Some(ConversationId(1)));
    }

    #[test]
    fn too_many_changes_are_a_new_round() {
        let mut changes = Changes::default();
        (0..=CHANGES_MAX as i64).for_each(|n| changes.touch(ConversationId(n), n));
        assert_eq!((changes.round, changes.at.len()), (1, 1));
    }

    #[test]
    fn stamps_are_read_as_they_were_kept() {
        let kept = stamps(&[(7, "a b", 5)]);
        let text = serde_json::to_string(&kept.values().collect::<Vec<_>>()).unwrap();
        assert_eq!(read_stamps(&text), kept);
        assert!(read_stamps("?").is_empty());
    }
}
