//! The supervisor's live board (DB-1), and what is done from it.

use crate::{Availability, ConversationId, Millis, Tally, TeamId, UserId, UserStatus};
use serde::{Deserialize, Serialize};

/// A conversation and since when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoardPlace {
    pub conversation_id: ConversationId,
    pub protocol: String,
    pub since: Millis,
}

/// A team now and today.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BoardTeam {
    pub team_id: TeamId,
    pub waiting: i64,
    /// Who waits longest.
    pub oldest: Option<BoardPlace>,
    pub serving: i64,
    /// Its queue was closed by hand: since when.
    pub shut_at: Option<Millis>,
    /// It is within its hours, and its queue is not closed.
    pub open: bool,
    /// Open conversations of which a promise is near its end, and of which one is broken (NX-21).
    pub warned: i64,
    pub breached: i64,
    /// Since midnight of the account's zone.
    pub today: Tally,
    /// Since midnight until the last full hour, to be held against the next.
    pub so_far: Tally,
    /// The same hours of the last four days with this name, added up.
    pub usual: Tally,
}

/// What somebody has in a team.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BoardWork {
    pub team_id: TeamId,
    pub is_agent: bool,
    /// Conversations that they serve there.
    pub serving: i64,
    /// That of them in which something was said last, and when.
    pub current: Option<BoardPlace>,
}

/// A person of the reader's teams.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BoardPerson {
    pub user_id: UserId,
    pub name: String,
    pub status: UserStatus,
    /// Since when that is so.
    pub since: Option<Millis>,
    pub availability: Availability,
    pub work: Vec<BoardWork>,
}

/// The board, or what of it has changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Board {
    /// It is all there is; else only what changed.
    pub whole: bool,
    /// By the server's clock.
    pub now: Millis,
    /// The last full hour, up to which today is held against what is usual.
    pub until: Millis,
    /// How many days with this name there were.
    pub usual_days: i64,
    pub teams: Vec<BoardTeam>,
    pub people: Vec<BoardPerson>,
    /// Not on it any more.
    pub teams_gone: Vec<TeamId>,
    pub people_gone: Vec<UserId>,
}

impl Board {
    /// What its reader may have: `leads` says of which teams.
    pub fn only(&self, leads: impl Fn(TeamId) -> bool) -> Board {
        let of = |person: &BoardPerson| {
            let work: Vec<BoardWork> = person.work.iter().filter(|w| leads(w.team_id)).cloned().collect();
            (!work.is_empty()).then(|| BoardPerson { work, ..person.clone() })
        };
        Board {
            teams: self.teams.iter().filter(|t| leads(t.team_id)).cloned().collect(),
            people: self.people.iter().filter_map(of).collect(),
            ..Board { whole: true, teams: Vec::new(), people: Vec::new(), ..self.clone() }
        }
    }

    /// What has changed since an earlier one, both whole; none when that is nothing.
    pub fn since(&self, before: &Board) -> Option<Board> {
        let news = Board {
            whole: false,
            now: self.now,
            until: self.until,
            usual_days: self.usual_days,
            teams: self.teams.iter().filter(|t| !before.teams.contains(t)).cloned().collect(),
            people: self.people.iter().filter(|p| !before.people.contains(p)).cloned().collect(),
            teams_gone: gone(&before.teams, &self.teams, |t| t.team_id),
            people_gone: gone(&before.people, &self.people, |p| p.user_id),
        };
        let is_same = news.teams.is_empty() && news.people.is_empty() && news.teams_gone.is_empty() && news.people_gone.is_empty();
        (!is_same || (news.until, news.usual_days) != (before.until, before.usual_days)).then_some(news)
    }

    /// Takes in what has changed.
    pub fn apply(&mut self, news: Board) {
        if news.whole {
            *self = news;
            return;
        }
        (self.now, self.until, self.usual_days) = (news.now, news.until, news.usual_days);
        self.teams.retain(|t| !news.teams_gone.contains(&t.team_id) && !news.teams.iter().any(|n| n.team_id == t.team_id));
        self.people.retain(|p| !news.people_gone.contains(&p.user_id) && !news.people.iter().any(|n| n.user_id == p.user_id));
        self.teams.extend(news.teams);
        self.people.extend(news.people);
        self.teams.sort_by_key(|t| t.team_id);
        self.people.sort_by_key(|p| p.user_id);
    }
}

fn gone<T, K: PartialEq>(before: &[T], now: &[T], key: impl Fn(&T) -> K) -> Vec<K> {
    before.iter().map(&key).filter(|k| !now.iter().any(|n| key(n) == *k)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn board(teams: &[(i64, i64)], people: &[(i64, i64)]) -> Board {
        let team = |(id, waiting): &(i64, i64)| BoardTeam { team_id: TeamId(*id), waiting: *waiting, ..BoardTeam::default() };
        let person = |(id, serving): &(i64, i64)| BoardPerson {
            user_id: UserId(*id),
            name: String::new(),
            status: UserStatus::default(),
            since: None,
            availability: Availability::Available,
            work: vec![BoardWork { team_id: TeamId(id % 3), is_agent: true, serving: *serving, current: None }],
        };
        Board { whole: true, teams: teams.iter().map(team).collect(), people: people.iter().map(person).collect(), ..Board::default() }
    }

    fn rows() -> impl Strategy<Value = Vec<(i64, i64)>> {
        prop::collection::btree_map(0i64..8, 0i64..4, 0..8).prop_map(|m| m.into_iter().collect())
    }

    proptest! {
        #[test]
        fn what_changed_makes_of_the_old_board_the_new_one(a in rows(), b in rows(), c in rows(), d in rows()) {
            let (before, after) = (board(&a, &b), board(&c, &d));
            let mut shown = before.clone();
            match after.since(&before) {
                Some(news) => shown.apply(news),
                None => prop_assert_eq!(&before, &after),
            }
            prop_assert_eq!(shown, after);
        }

        #[test]
        fn db_5_who_leads_some_teams_hears_of_those_alone(a in rows(), b in rows(), led in prop::collection::btree_set(0i64..8, 0..4)) {
            let mine = board(&a, &b).only(|team| led.contains(&team.0));
            prop_assert!(mine.teams.iter().all(|t| led.contains(&t.team_id.0)));
            prop_assert!(mine.people.iter().all(|p| !p.work.is_empty() && p.work.iter().all(|w| led.contains(&w.team_id.0))));
        }
    }
}
