//! Who can take work now, by `status`, and what they have already.

use super::switched_on;
use crate::db::list as ids;
use crate::desk::{Scope, Work};
use crate::status::takes_work;
use crate::{Result, args, sql};
use model::*;
use std::collections::HashMap;

/// Rows that are read at most.
const MOST: i64 = 20_000;

/// The agents of each team.
pub(super) type People = HashMap<TeamId, Vec<Candidate>>;

/// Active agents with what they have: in service, unless it is snoozed or paused, and what waits for them (DI-9).
macro_rules! candidates {
    () => {
        concat!(
            "select l.team_id, l.user_id, ",
            takes_work!(),
            ", ",
            takes_work!(online),
            ", coalesce(w.turn, 0),
           (select count(*) from conversation c where c.account_id = $1 and c.assignee_id = l.user_id and c.status = 'IN_PROGRESS'
             and c.snoozed_until is null and not c.paused)
           + (select count(*) from conversation o where o.account_id = $1 and o.designated_id = l.user_id)
         from team_member l join membership h on h.account_id = $1 and h.user_id = l.user_id
         left join distribution_turn w on w.account_id = $1 and w.team_id = l.team_id and w.user_id = l.user_id
         where l.account_id = $1 and ($2 = 0 or l.team_id = $2) and l.is_agent and h.active order by l.team_id, l.user_id limit $3"
        )
    };
}

macro_rules! skills {
    () => {
        "select user_id, tag_id from user_skill where account_id = $1 order by user_id, tag_id limit $2"
    };
}

/// Team, person, whether they take work now (DI-3, ST-3), whether they are online as well, turn and load.
type Row = (i64, i64, bool, bool, i64, i64);

fn view(rows: Vec<Row>, skills: &[(i64, i64)]) -> People {
    let mut of: HashMap<i64, Vec<TagId>> = HashMap::new();
    for (user, tag) in skills {
        of.entry(*user).or_default().push(TagId(*tag));
    }
    let mut people = People::new();
    for (team, user, available, online, turn, load) in rows {
        let skills = of.get(&user).cloned().unwrap_or_default();
        people.entry(team.into()).or_default().push(Candidate { user_id: user.into(), available, online, load, turn, skills });
    }
    people
}

/// The agents of all teams.
pub(super) async fn of_scope(scope: &Scope) -> Result<People> {
    let rows: Vec<Row> = scope.all(sql!(candidates!()), args![0i64, MOST]).await?;
    let skills: Vec<(i64, i64)> = scope.all(sql!(skills!()), args![MOST]).await?;
    Ok(view(rows, &skills))
}

/// The agents of a team, as they are within work.
pub(super) async fn of_team(work: &mut Work, team: TeamId) -> Result<Vec<Candidate>> {
    let rows: Vec<Row> = work.all(sql!(candidates!()), args![team, MOST]).await?;
    let skills: Vec<(i64, i64)> = work.all(sql!(skills!()), args![MOST]).await?;
    Ok(view(rows, &skills).remove(&team).unwrap_or_default())
}

/// Who serves which tags.
pub(super) async fn skills(scope: &Scope) -> Result<Vec<MemberSkills>> {
    let rows: Vec<(i64, i64)> = scope.all(sql!(skills!()), args![MOST]).await?;
    let mut all: Vec<MemberSkills> = Vec::new();
    for (user, tag) in rows {
        match all.last_mut().filter(|s| s.user_id.0 == user) {
            Some(same) => same.tag_ids.push(tag.into()),
            None => all.push(MemberSkills { user_id: user.into(), tag_ids: vec![tag.into()] }),
        }
    }
    Ok(all)
}

/// Changes which tags a member serves (NX-19); as a part of changing the member.
///
/// # Errors
/// [`Fault::Invalid`] for tags that do not exist, [`Fault::ModuleOff`] while distribution is switched off for the account.
pub(crate) async fn save_skills(work: &mut Work, user: UserId, tags: &[TagId]) -> Result<()> {
    switched_on(work).await?;
    let known: Vec<(i64,)> =
        work.all(sql!("select id from tag where account_id = $1 and id in {in $2}"), vec![ids(tags.iter().copied())]).await?;
    if tags.iter().any(|tag| !known.contains(&(tag.0,))) {
        return Err(Fault::field("skills", Wrong::Unknown).into());
    }
    work.run(sql!("delete from user_skill where account_id = $1 and user_id = $2"), args![user]).await?;
    for (tag,) in known {
        work.run(sql!("insert into user_skill (account_id, user_id, tag_id) values ($1, $2, $3)"), args![user, tag]).await?;
    }
    Ok(())
}
