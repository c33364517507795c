//! Deciding who gets what is offered: the last step of a work before its events.

use super::people::of_team;
use super::{AHEAD, rule_in};
use crate::conversation::{self, Row, Told};
use crate::desk::Work;
use crate::hours::known_in;
use crate::{Result, alert, args, sql};
use model::*;
use std::collections::BTreeMap;

/// A conversation whose row the work has locked, and for which somebody is to be found.
#[derive(Clone, Debug)]
pub(crate) struct Offer {
    id: ConversationId,
    /// They get it last, and are not told.
    but: Option<UserId>,
    /// It came into the queue by this work, from the change on that has this place among those it tells of: nobody knows yet
    /// that it waits.
    new_at: Option<usize>,
}

impl Offer {
    /// Of what comes into the queue by this work.
    pub fn new(id: ConversationId, but: Option<UserId>) -> Offer {
        Offer { id, but, new_at: Some(0) }
    }

    /// Of what waits already.
    pub fn again(id: ConversationId) -> Offer {
        Offer { id, but: None, new_at: None }
    }

    /// As it is put on the list, after so many changes.
    pub fn after(self, told: usize) -> Offer {
        Offer { new_at: self.new_at.map(|_| told), ..self }
    }
}

/// Decides the work's offers; answers how many conversations that changed.
///
/// From here on until the commit the work holds the account's count of what was handed out: who is second sees what the
/// first one did. All rows that are changed here are held already, so that nobody waits for one while others wait for the
/// count; as with the sequence of events, which is taken after it.
pub(crate) async fn settle(work: &mut Work) -> Result<usize> {
    let offers = work.take_offers();
    let (before, mut changed) = (work.account(), 0);
    for (account, offers) in offers {
        work.turn_to(account);
        changed += account_offers(work, offers).await?;
    }
    work.turn_to(before);
    Ok(changed)
}

async fn account_offers(work: &mut Work, offers: Vec<Offer>) -> Result<usize> {
    let n = offers.len() as i64;
    let mut turn = work.count_up("distribution", n).await? - n;
    let mut by_team: BTreeMap<TeamId, Vec<(Offer, Row)>> = BTreeMap::new();
    for offer in offers {
        let c = conversation::lock(work, offer.id).await?;
        if c.status == ConversationStatus::Pending {
            by_team.entry(c.team_id.into()).or_default().push((offer, c));
        }
    }
    let hours = known_in(work).await?;
    let mut changed = 0;
    for (team, waiting) in by_team {
        let mut queue = Queue::of(work, team).await?;
        for (offer, c) in waiting {
            turn += 1;
            changed += usize::from(queue.decide(work, hours.of(team), turn, &offer, c).await?);
        }
        queue.keep(work).await?;
    }
    Ok(changed)
}

/// A team that hands out what waits, or does not any more.
struct Queue {
    team: TeamId,
    rule: Option<Distribution>,
    /// Who was last in turn, and whether that is stored.
    pointer: Option<UserId>,
    moved: bool,
    people: Vec<Candidate>,
}

impl Queue {
    async fn of(work: &mut Work, team: TeamId) -> Result<Queue> {
        let rule = rule_in(work, team).await?;
        let people = if rule.is_some() { of_team(work, team).await? } else { Vec::new() };
        let (rule, pointer) = rule.map_or((None, None), |r| (Some(r.rule), r.pointer));
        Ok(Queue { team, rule, pointer, moved: false, people })
    }

    async fn keep(&self, work: &mut Work) -> Result<()> {
        if self.moved {
            let text = sql!("update distribution set pointer_id = $3 where account_id = $1 and team_id = $2");
            work.run(text, args![self.team, self.pointer]).await?;
        }
        Ok(())
    }

    /// Decides one; answers whether that changed it.
    async fn decide(&mut self, work: &mut Work, hours: &Schedule, turn: i64, offer: &Offer, mut c: Row) -> Result<bool> {
        let now = work.desk().now();
        let (was, told) = (c.designated_id.map(UserId), Told::of(&c));
        let of = |c: &Row| (c.queued_at, c.designated_id, c.designated_at, c.designated_since, c.overflow_at);
        let before = of(&c);
        // By a clock that was set back nobody gets more time than from now on.
        if c.designated_at.is_some_and(|at| at > now + AHEAD) {
            c.designated_at = Some(now);
            c.designated_since = c.designated_since.map(|since| since.min(now));
        }
        match self.rule {
            None => c.undesignate(),
            Some(rule) => self.look(work, &rule, hours, turn, offer, &mut c).await?,
        }
        if of(&c) == before {
            // Nobody can take what has just come: it is the whole team's (DI-6).
            if offer.new_at.is_some() && was.is_none() {
                alert::queued(work, &c, offer.but).await?;
            }
            return Ok(false);
        }
        conversation::save(work, &c).await?;
        let lines = tell_people(work, &c, was, offer).await?;
        let view = c.view();
        if let Some(lines) = work.retell(offer.new_at, &view, lines) {
            conversation::tell(work, &c, told, lines);
        }
        Ok(true)
    }

    /// What becomes of one while the team hands out.
    async fn look(&mut self, work: &mut Work, rule: &Distribution, hours: &Schedule, turn: i64, offer: &Offer, c: &mut Row) -> Result<()> {
        let (was, now) = (c.designated_id.map(UserId), work.desk().now());
        if let (Some(was), Some(at), Some(since)) = (was, c.designated_at, c.designated_since) {
            if rule.is_over(hours, since, now) {
                // DI-4: the whole team's from now on, and nobody is looked for any more.
                c.undesignate();
                c.queued_at = None;
                return Ok(());
            }
            let ends = rule.overflows_at(hours, since, at);
            let stays = self.people.iter().any(|p| p.user_id == was && rule.stays_with(p));
            if stays && ends.is_none_or(|ends| ends > now) {
                c.overflow_at = ends;
                return Ok(());
            }
            // It takes no place of theirs while another one is looked for.
            if let Some(had) = self.people.iter_mut().find(|p| p.user_id == was) {
                had.load -= 1;
            }
        }
        if was.is_none() && c.queued_at.is_none() {
            return Ok(());
        }
        // DI-8: there are no wallets yet whose owner comes first (WA-6).
        let wanted = Wanted { tags: crate::tag::parse(&c.contact_tags), owner: None, but: was.or(offer.but) };
        let Some(choice) = rule.next(self.pointer, &self.people, &wanted) else {
            // DI-6: the whole team's, until somebody can.
            c.undesignate();
            return Ok(());
        };
        if choice.in_turn && self.pointer != Some(choice.user_id) {
            (self.pointer, self.moved) = (Some(choice.user_id), true);
        }
        if let Some(chosen) = self.people.iter_mut().find(|p| p.user_id == choice.user_id) {
            (chosen.load, chosen.turn) = (chosen.load + 1, turn);
        }
        work.run(
            sql!(
                "insert into distribution_turn (account_id, team_id, user_id, turn) values ($1, $2, $3, $4)
                 on conflict (team_id, user_id) do update set turn = excluded.turn where distribution_turn.account_id = $1"
            ),
            args![self.team, choice.user_id, turn],
        )
        .await?;
        let since = *c.designated_since.get_or_insert(now);
        (c.designated_id, c.designated_at) = (Some(choice.user_id.0), Some(now));
        c.overflow_at = rule.overflows_at(hours, since, now);
        Ok(())
    }
}

/// The line of the feed, and who hears of it: who may begin with it now, and nobody else.
async fn tell_people(work: &mut Work, c: &Row, was: Option<UserId>, offer: &Offer) -> Result<Vec<Message>> {
    let now = c.designated_id.map(UserId);
    if now == was {
        // A wait that begins anew, or ends at another time, is no news.
        return Ok(Vec::new());
    }
    if offer.new_at.is_none() {
        alert::unqueued(work, c).await?;
    }
    match now {
        Some(to) => alert::raise(work, c, AlertKind::Queue, &[to], offer.but).await?,
        None => drop(alert::queued(work, c, None).await?),
    }
    let line = conversation::transition(work, c, None, Transition::Designated { from: was, to: now }).await?;
    Ok(vec![line])
}
