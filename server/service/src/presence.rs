//! Who looks at or writes in which conversation, now, whichever process their tabs are connected to. Nothing of it is stored.

use model::{Access, AccountId, ConversationId, Present, UserId};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Conversations that are told to a process which is new.
const TOLD_MAX: usize = 2_000;

type Key = (AccountId, ConversationId);

/// One tab's place.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Place {
    tab: u64,
    user_id: UserId,
    writing: bool,
}

/// Who is where.
#[derive(Default)]
struct Places {
    here: HashMap<Key, Vec<Place>>,
    /// By other processes.
    there: HashMap<Key, HashMap<String, Vec<Present>>>,
    /// What decided last who may know of it.
    access: HashMap<Key, Access>,
}

/// The register.
#[derive(Default)]
pub struct Presence {
    places: Mutex<Places>,
    tabs: AtomicU64,
}

/// Who is in a conversation, for those who may know.
pub(crate) struct Told {
    pub account: AccountId,
    pub conversation_id: ConversationId,
    pub access: Access,
    pub people: Vec<Present>,
}

impl Presence {
    fn lock(&self) -> MutexGuard<'_, Places> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A number for a new tab.
    pub fn tab(&self) -> u64 {
        self.tabs.fetch_add(1, Ordering::Relaxed)
    }

    /// A tab looks at a conversation; answers who is there now.
    pub fn put(&self, account: AccountId, conversation: ConversationId, tab: u64, user_id: UserId, writing: bool) -> Vec<Present> {
        let mut places = self.lock();
        let here = places.here.entry((account, conversation)).or_default();
        here.retain(|p| p.tab != tab);
        here.push(Place { tab, user_id, writing });
        places.people((account, conversation))
    }

    /// Whether a tab of the person shows the conversation.
    pub fn looks(&self, account: AccountId, conversation: ConversationId, user: UserId) -> bool {
        let (places, key) = (self.lock(), (account, conversation));
        places.here.get(&key).is_some_and(|here| here.iter().any(|p| p.user_id == user))
            || places.there.get(&key).is_some_and(|there| there.values().flatten().any(|p| p.user_id == user))
    }

    /// A tab looks away; answers who is left.
    pub fn remove(&self, account: AccountId, conversation: ConversationId, tab: u64) -> Vec<Present> {
        let (mut places, key) = (self.lock(), (account, conversation));
        if let Some(here) = places.here.get_mut(&key) {
            here.retain(|p| p.tab != tab);
            if here.is_empty() {
                places.here.remove(&key);
            }
        }
        places.people(key)
    }

    /// Who of them is connected to this process, which is what it tells others.
    pub(crate) fn own(&self, account: AccountId, conversation: ConversationId, access: Access) -> Vec<Present> {
        let (mut places, key) = (self.lock(), (account, conversation));
        let own = people(places.here.get(&key).map(Vec::as_slice).unwrap_or_default());
        if own.is_empty() {
            places.access.remove(&key);
        } else {
            places.access.insert(key, access);
        }
        own
    }

    /// What decided last who may know of somebody of this process being there, and who is there in all.
    pub(crate) fn last(&self, account: AccountId, conversation: ConversationId) -> Option<(Access, Vec<Present>)> {
        let (places, key) = (self.lock(), (account, conversation));
        places.access.get(&key).map(|access| (*access, places.people(key)))
    }

    /// All of them, for a process that is new.
    pub(crate) fn all_own(&self) -> Vec<Told> {
        let places = self.lock();
        let told = places.here.iter().filter_map(|(key, here)| Some((key, here, *places.access.get(key)?)));
        told.take(TOLD_MAX)
            .map(|(&(account, conversation_id), here, access)| Told { account, conversation_id, access, people: people(here) })
            .collect()
    }

    /// Another process says who is there; answers who is there in all.
    pub(crate) fn hear(&self, from: &str, account: AccountId, conversation: ConversationId, people: Vec<Present>) -> Vec<Present> {
        let (mut places, key) = (self.lock(), (account, conversation));
        let there = places.there.entry(key).or_default();
        if people.is_empty() {
            there.remove(from);
        } else {
            there.insert(from.to_owned(), people);
        }
        if there.is_empty() {
            places.there.remove(&key);
        }
        places.people(key)
    }

    /// Another process is gone, and whoever was connected to it; answers who is left where something changed and somebody
    /// of this process looks.
    pub(crate) fn forget(&self, from: &str) -> Vec<Told> {
        let mut places = self.lock();
        let mut changed = Vec::new();
        places.there.retain(|key, there| {
            if there.remove(from).is_some() {
                changed.push(*key);
            }
            !there.is_empty()
        });
        let left = changed.into_iter().filter_map(|key| {
            let access = *places.access.get(&key)?;
            Some(Told { account: key.0, conversation_id: key.1, access, people: places.people(key) })
        });
        left.collect()
    }
}

impl Places {
    /// Each person once, writing when any of their tabs writes.
    fn people(&self, key: Key) -> Vec<Present> {
        let mut all = people(self.here.get(&key).map(Vec::as_slice).unwrap_or_default());
        for p in self.there.get(&key).into_iter().flat_map(HashMap::values).flatten() {
            add(&mut all, *p);
        }
        all
    }
}

fn people(places: &[Place]) -> Vec<Present> {
    let mut people = Vec::new();
    for p in places {
        add(&mut people, Present { user_id: p.user_id, writing: p.writing });
    }
    people
}

fn add(people: &mut Vec<Present>, p: Present) {
    match people.iter_mut().find(|x| x.user_id == p.user_id) {
        Some(x) => x.writing |= p.writing,
        None => people.push(p),
    }
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

    #[test]
    fn people_of_another_process_are_there_until_it_is_gone() {
        let (presence, a, c) = (Presence::default(), AccountId(1), ConversationId(1));
        let (me, other) = (Present { user_id: UserId(7), writing: false }, Present { user_id: UserId(8), writing: true });
        assert_eq!(presence.hear("x", a, c, vec![other]), [other]);
        let tab = presence.tab();
        assert_eq!(presence.put(a, c, tab, me.user_id, false), [me, other]);
        assert!(presence.looks(a, c, other.user_id));
        let access: Access = serde_json::from_str(r#"{"status":"PENDING","team_id":"1","assignee_id":null}"#).unwrap();
        // Only its own are told on: otherwise nobody would ever leave.
        assert_eq!(presence.own(a, c, access), [me]);
        assert_eq!(presence.all_own().len(), 1);
        let left = presence.forget("x");
        assert_eq!((left.len(), left[0].people.as_slice()), (1, [me].as_slice()));
        assert!(!presence.looks(a, c, other.user_id) && presence.forget("x").is_empty());
        // In two processes at once: once, and as long as one of both.
        presence.hear("y", a, c, vec![Present { writing: true, ..me }]);
        assert_eq!(presence.remove(a, c, tab), [Present { writing: true, ..me }]);
        assert_eq!(presence.hear("y", a, c, vec![]), []);
    }
}
