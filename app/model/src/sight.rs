//! Who sees a conversation and who may act in it.
//!
//! This is the one predicate: lists, search, counters, media, events, exports and the API all ask [`Seen`]. The
//! server turns the same sets into SQL (`service::sight`), and a property test holds the two together.

use crate::{ConversationStatus, Fault, Restriction, Sight, TeamId, TeamLink, UserId, words};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What decides about a conversation's visibility.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    pub status: ConversationStatus,
    pub team_id: TeamId,
    pub assignee_id: Option<UserId>,
    /// For whom it waits, where its team hands it out (DI-2); of others only who leads sees it then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub designated_id: Option<UserId>,
}

words! {
    /// The tabs of the inbox (AB-1).
    pub enum Tab { New = "NEW", Mine = "MINE", Others = "OTHERS", Done = "DONE" }
}

words! {
    /// What one can do with a conversation.
    pub enum Act {
        View = "VIEW",
        Note = "NOTE",
        Assume = "ASSUME",
        Reply = "REPLY",
        Transfer = "TRANSFER",
        Conclude = "CONCLUDE",
        Restart = "RESTART",
    }
}

/// One member's sight: the sets of teams by which every question is answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    pub me: UserId,
    /// Admins, and who has a role of such a sight, see all.
    pub all: bool,
    /// Teams that I supervise, or lead as their manager: everything in them.
    pub supervised: BTreeSet<TeamId>,
    /// Teams that I am an agent of: their queue.
    pub pending: BTreeSet<TeamId>,
    /// Teams whose conversations in progress I see although they are others'.
    pub in_progress: BTreeSet<TeamId>,
    /// Teams whose completed conversations I see although they were others'.
    pub completed: BTreeSet<TeamId>,
    /// Restricted teams in which I am not: what was completed there I do not restart, also what I served myself (VI-4).
    #[serde(default)]
    pub foreign: BTreeSet<TeamId>,
    /// Only who serves a conversation answers in it.
    #[serde(default)]
    pub only_assignee: bool,
}

impl Seen {
    /// Works out the sets (03, sections 3.5 and 3.6). `teams` are all teams of the account.
    /// Of conversations that others serve or served, who sees their own alone sees none by a team (VI-1).
    pub fn new(me: UserId, sight: impl Into<Sight>, links: &[TeamLink], teams: &[(TeamId, Restriction)]) -> Seen {
        let sight = sight.into();
        let of = |want: fn(&TeamLink) -> bool| -> BTreeSet<TeamId> { links.iter().filter(|l| want(l)).map(|l| l.team_id).collect() };
        let member = of(|l| l.is_agent || l.is_supervisor);
        let foreign = teams.iter().filter(|(id, r)| *r != Restriction::None && !member.contains(id)).map(|(id, _)| *id).collect();
        let teams = if sight == Sight::Own { &[] } else { teams };
        let agent = of(|l| l.is_agent);
        let team_agent_unless_user =
            teams.iter().filter(|(id, r)| agent.contains(id) && *r != Restriction::User).map(|(id, _)| *id).collect();
        let completed = teams
            .iter()
            .filter(|(id, r)| match r {
                Restriction::None => true,
                Restriction::Team => agent.contains(id),
                Restriction::User => false,
            })
            .map(|(id, _)| *id)
            .collect();
        Seen {
            me,
            all: sight == Sight::All,
            supervised: if sight == Sight::Led { member } else { of(|l| l.is_supervisor) },
            pending: agent,
            in_progress: team_agent_unless_user,
            completed,
            foreign,
            only_assignee: false,
        }
    }

    /// Whether the member sees the conversation at all.
    pub fn sees(&self, a: &Access) -> bool {
        if self.all || self.supervised.contains(&a.team_id) {
            return true;
        }
        match a.status {
            ConversationStatus::Pending => self.pending.contains(&a.team_id) && a.designated_id.is_none_or(|to| to == self.me),
            ConversationStatus::InProgress => a.assignee_id == Some(self.me) || self.in_progress.contains(&a.team_id),
            ConversationStatus::Completed => a.assignee_id == Some(self.me) || self.completed.contains(&a.team_id),
        }
    }

    /// The tab in which the member finds it, if they see it (AB-1).
    pub fn tab(&self, a: &Access) -> Option<Tab> {
        self.sees(a).then(|| match a.status {
            ConversationStatus::Pending => Tab::New,
            ConversationStatus::InProgress if a.assignee_id == Some(self.me) => Tab::Mine,
            ConversationStatus::InProgress => Tab::Others,
            ConversationStatus::Completed => Tab::Done,
        })
    }

    /// Whether the member leads anything: an admin, or a supervisor of some team.
    pub fn leads(&self) -> bool {
        self.all || !self.supervised.is_empty()
    }

    /// Whether the member leads here: an admin, or a supervisor of the team.
    fn is_over(&self, a: &Access) -> bool {
        self.all || self.supervised.contains(&a.team_id)
    }

    /// Whether it is the account's setting alone that keeps the member from answering: they may take it over and then.
    pub fn must_take_over(&self, a: &Access) -> bool {
        self.only_assignee && a.status == ConversationStatus::InProgress && a.assignee_id != Some(self.me) && self.is_over(a)
    }

    /// Why the member may not answer.
    pub fn why_not_answer(&self, a: &Access) -> Fault {
        if self.must_take_over(a) { Fault::OnlyAssignee } else { Fault::NotAssignee }
    }

    /// Whether the member may do this to the conversation, as far as visibility and roles decide; the state of the
    /// window, templates and the channel are checked where the act happens.
    pub fn may(&self, act: Act, a: &Access) -> bool {
        use ConversationStatus::*;
        if !self.sees(a) {
            return false;
        }
        let over = self.is_over(a);
        let mine = a.assignee_id == Some(self.me);
        let queue = self.pending.contains(&a.team_id);
        match (act, a.status) {
            (Act::View | Act::Note, _) => true,
            (Act::Assume, Pending) => over || queue,
            (Act::Assume, InProgress) => over && !mine,
            (Act::Reply, InProgress) => mine || over && !self.only_assignee,
            (Act::Transfer | Act::Conclude, Pending) => over || queue,
            (Act::Transfer | Act::Conclude, InProgress) => over || mine,
            (Act::Restart, InProgress) => mine || over && !self.only_assignee,
            (Act::Restart, Completed) => self.all || !self.foreign.contains(&a.team_id),
            (Act::Assume | Act::Reply | Act::Transfer | Act::Conclude, Completed) | (Act::Reply | Act::Restart, Pending) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Role;
    use ConversationStatus::*;

    const ME: UserId = UserId(1);
    const OTHER: UserId = UserId(2);
    const MINE: TeamId = TeamId(10);
    const FOREIGN: TeamId = TeamId(11);

    fn seen(role: Role, agent: bool, supervisor: bool, restriction: Restriction) -> Seen {
        let links: &[TeamLink] = &[TeamLink { team_id: MINE, is_agent: agent, is_supervisor: supervisor }];
        Seen::new(ME, role, links, &[(MINE, restriction), (FOREIGN, restriction)])
    }
    fn at(status: ConversationStatus, team_id: TeamId, assignee_id: Option<UserId>) -> Access {
        Access { status, team_id, assignee_id, designated_id: None }
    }

    #[test]
    fn who_sees_what_follows_the_table_of_3_6() {
        let agent = |r| seen(Role::Agent, true, false, r);
        for r in [Restriction::None, Restriction::Team, Restriction::User] {
            assert!(agent(r).sees(&at(Pending, MINE, None)));
            assert!(!agent(r).sees(&at(Pending, FOREIGN, None)));
            assert!(agent(r).sees(&at(InProgress, MINE, Some(ME))));
            assert_eq!(agent(r).sees(&at(InProgress, MINE, Some(OTHER))), r != Restriction::User);
            assert!(!agent(r).sees(&at(InProgress, FOREIGN, Some(OTHER))));
            assert!(agent(r).sees(&at(Completed, FOREIGN, Some(ME))));
            assert_eq!(agent(r).sees(&at(Completed, MINE, Some(OTHER))), r != Restriction::User);
            assert_eq!(agent(r).sees(&at(Completed, FOREIGN, Some(OTHER))), r == Restriction::None);
            let boss = seen(Role::Agent, false, true, r);
            for s in [Pending, InProgress, Completed] {
                assert!(boss.sees(&at(s, MINE, Some(OTHER))));
                assert!(seen(Role::Admin, false, false, r).sees(&at(s, FOREIGN, Some(OTHER))));
            }
            assert!(!boss.sees(&at(Pending, FOREIGN, None)));
        }
    }

    #[test]
    fn di_2_as_4_what_waits_for_one_agent_is_seen_and_begun_by_them_and_by_who_leads() {
        for r in [Restriction::None, Restriction::Team, Restriction::User] {
            let to = |who| Access { designated_id: Some(who), ..at(Pending, MINE, None) };
            let agent = seen(Role::Agent, true, false, r);
            assert_eq!((agent.sees(&to(ME)), agent.sees(&to(OTHER))), (true, false));
            assert_eq!((agent.tab(&to(ME)), agent.tab(&to(OTHER))), (Some(Tab::New), None));
            for over in [seen(Role::Agent, false, true, r), seen(Role::Admin, false, false, r)] {
                for act in [Act::View, Act::Assume, Act::Transfer, Act::Conclude] {
                    assert!(over.may(act, &to(OTHER)) && agent.may(act, &to(ME)) && !agent.may(act, &to(OTHER)), "{act}");
                }
            }
            // VI-2: who left the team has lost it.
            assert!(!seen(Role::Agent, false, false, r).sees(&to(ME)));
            // Once somebody serves it, it does not matter any more.
            assert!(agent.sees(&Access { designated_id: Some(OTHER), ..at(InProgress, MINE, Some(ME)) }));
        }
    }

    #[test]
    fn as_2_only_agents_of_the_team_supervisors_and_admins_assume() {
        let waiting = at(Pending, MINE, None);
        assert!(seen(Role::Agent, true, false, Restriction::None).may(Act::Assume, &waiting));
        assert!(seen(Role::Agent, false, true, Restriction::None).may(Act::Assume, &waiting));
        assert!(seen(Role::Admin, false, false, Restriction::None).may(Act::Assume, &waiting));
        assert!(!seen(Role::Agent, false, false, Restriction::None).may(Act::Assume, &waiting));
    }

    #[test]
    fn tr_1_co_1_others_conversations_are_for_supervisors_and_admins() {
        let others = at(InProgress, MINE, Some(OTHER));
        for act in [Act::Transfer, Act::Conclude, Act::Reply] {
            assert!(!seen(Role::Agent, true, false, Restriction::None).may(act, &others));
            assert!(seen(Role::Agent, true, false, Restriction::None).may(act, &at(InProgress, MINE, Some(ME))));
            assert!(seen(Role::Agent, false, true, Restriction::None).may(act, &others));
            assert!(seen(Role::Admin, false, false, Restriction::None).may(act, &others));
        }
        assert!(seen(Role::Agent, true, false, Restriction::None).may(Act::Transfer, &at(Pending, MINE, None)));
    }

    #[test]
    fn only_the_assignee_answers_where_the_account_says_so_and_leaders_take_over_first() {
        let others = at(InProgress, MINE, Some(OTHER));
        for (role, supervisor) in [(Role::Admin, false), (Role::Agent, true)] {
            let free = seen(role, false, supervisor, Restriction::None);
            let strict = Seen { only_assignee: true, ..free.clone() };
            assert!(free.may(Act::Reply, &others) && free.may(Act::Restart, &others) && !free.must_take_over(&others));
            assert!(!strict.may(Act::Reply, &others) && !strict.may(Act::Restart, &others));
            assert_eq!(strict.why_not_answer(&others), Fault::OnlyAssignee);
            for act in [Act::View, Act::Note, Act::Assume, Act::Transfer, Act::Conclude] {
                assert!(strict.may(act, &others), "{act}");
            }
            assert!(strict.may(Act::Reply, &at(InProgress, MINE, Some(ME))));
        }
        let agent = Seen { only_assignee: true, ..seen(Role::Agent, true, false, Restriction::None) };
        assert!(agent.may(Act::Reply, &at(InProgress, MINE, Some(ME))));
        assert_eq!(agent.why_not_answer(&others), Fault::NotAssignee);
    }

    #[test]
    fn re_6_a_restricted_teams_closed_conversation_is_for_members_only() {
        let closed = at(Completed, FOREIGN, Some(OTHER));
        assert!(!seen(Role::Agent, true, false, Restriction::Team).may(Act::Restart, &closed));
        assert!(seen(Role::Agent, true, false, Restriction::Team).may(Act::Restart, &at(Completed, MINE, Some(OTHER))));
        assert!(seen(Role::Agent, true, false, Restriction::None).may(Act::Restart, &closed));
    }

    #[test]
    fn vi_4_who_is_in_a_restricted_team_no_more_restarts_nothing_of_it() {
        for (restriction, may) in [(Restriction::None, true), (Restriction::Team, false), (Restriction::User, false)] {
            for role in [Role::Agent, Role::Restricted, Role::Manager] {
                let (there, here) = (at(Completed, FOREIGN, Some(ME)), at(Completed, MINE, Some(ME)));
                let me = seen(role, true, false, restriction);
                assert_eq!((me.sees(&there), me.may(Act::Restart, &there)), (true, may), "what they served themselves is theirs to read");
                assert!(me.may(Act::Restart, &here) && seen(role, false, true, restriction).may(Act::Restart, &here));
            }
            assert!(seen(Role::Admin, false, false, restriction).may(Act::Restart, &at(Completed, FOREIGN, Some(OTHER))));
        }
    }

    #[test]
    fn vi_1_restricted_agents_see_their_own_and_the_queue_and_never_the_widening() {
        for r in [Restriction::None, Restriction::Team, Restriction::User] {
            let narrow = seen(Role::Restricted, true, false, r);
            assert!(narrow.sees(&at(Pending, MINE, None)) && !narrow.sees(&at(Pending, FOREIGN, None)));
            for status in [InProgress, Completed] {
                assert!(narrow.sees(&at(status, MINE, Some(ME))) && narrow.sees(&at(status, FOREIGN, Some(ME))));
                assert!(!narrow.sees(&at(status, MINE, Some(OTHER))) && !narrow.sees(&at(status, FOREIGN, Some(OTHER))));
            }
            // Who is made a supervisor as well leads that team.
            assert!(seen(Role::Restricted, false, true, r).sees(&at(InProgress, MINE, Some(OTHER))));
        }
    }

    #[test]
    fn ro_1_managers_lead_every_team_in_which_they_are_and_no_other() {
        for r in [Restriction::None, Restriction::Team, Restriction::User] {
            let manager = seen(Role::Manager, true, false, r);
            assert!(manager.may(Act::Transfer, &at(InProgress, MINE, Some(OTHER))));
            assert!(manager.sees(&at(Completed, MINE, Some(OTHER))));
            assert!(!manager.sees(&at(InProgress, FOREIGN, Some(OTHER))) && !manager.sees(&at(Pending, FOREIGN, None)));
            assert!(!seen(Role::Manager, false, false, r).sees(&at(InProgress, MINE, Some(OTHER))));
        }
    }

    #[test]
    fn ab_1_tabs_follow_status_and_assignee() {
        let agent = seen(Role::Agent, true, false, Restriction::None);
        assert_eq!(agent.tab(&at(Pending, MINE, None)), Some(Tab::New));
        assert_eq!(agent.tab(&at(InProgress, MINE, Some(ME))), Some(Tab::Mine));
        assert_eq!(agent.tab(&at(InProgress, MINE, Some(OTHER))), Some(Tab::Others));
        assert_eq!(agent.tab(&at(Completed, MINE, Some(OTHER))), Some(Tab::Done));
        assert_eq!(agent.tab(&at(Pending, FOREIGN, None)), None);
    }
}
