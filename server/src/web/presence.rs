//! Who looks at or writes in which conversation, now, on this server. Nothing of it is stored.

use model::{AccountId, ConversationId, Present, UserId};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// One tab's place.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Place {
    tab: u64,
    user_id: UserId,
    writing: bool,
}

/// The register.
#[derive(Default)]
pub struct Presence {
    places: Mutex<HashMap<(AccountId, ConversationId), Vec<Place>>>,
    tabs: std::sync::atomic::AtomicU64,
}

impl Presence {
    /// A number for a new tab.
    pub fn tab(&self) -> u64 {
        self.tabs.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
    }

    /// A tab looks at a conversation; answers who is there now.
    pub fn put(&self, account: AccountId, conversation: ConversationId, tab: u64, user_id: UserId, writing: bool) -> Vec<Present> {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let here = places.entry((account, conversation)).or_default();
        here.retain(|p| p.tab != tab);
        here.push(Place { tab, user_id, writing });
        people(here)
    }

    /// Whether a tab of the person shows the conversation.
    pub fn looks(&self, account: AccountId, conversation: ConversationId, user: UserId) -> bool {
        let places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        places.get(&(account, conversation)).is_some_and(|here| here.iter().any(|p| p.user_id == user))
    }

    /// A tab looks away; answers who is left.
    pub fn remove(&self, account: AccountId, conversation: ConversationId, tab: u64) -> Vec<Present> {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(here) = places.get_mut(&(account, conversation)) else { return Vec::new() };
        here.retain(|p| p.tab != tab);
        let left = people(here);
        if here.is_empty() {
            places.remove(&(account, conversation));
        }
        left
    }
}

/// Each person once, writing when any of their tabs writes.
fn people(places: &[Place]) -> Vec<Present> {
    let mut people: Vec<Present> = Vec::new();
    for p in places {
        match people.iter_mut().find(|x| x.user_id == p.user_id) {
            Some(x) => x.writing |= p.writing,
            None => people.push(Present { user_id: p.user_id, writing: p.writing }),
        }
    }
    people
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_with_two_tabs_is_there_once_until_both_leave() {
        let (presence, a, c, u) = (Presence::default(), AccountId(1), ConversationId(1), UserId(7));
        let (one, two) = (presence.tab(), presence.tab());
        presence.put(a, c, one, u, true);
        assert_eq!(presence.put(a, c, two, u, false), vec![Present { user_id: u, writing: true }]);
        assert_eq!(presence.remove(a, c, one), vec![Present { user_id: u, writing: false }]);
        assert!(presence.looks(a, c, u) && !presence.looks(a, c, UserId(8)) && !presence.looks(AccountId(2), c, u));
        assert_eq!(presence.remove(a, c, two), vec![]);
        assert!(!presence.looks(a, c, u));
        assert_eq!(presence.remove(a, c, two), vec![]);
    }
}
