//! How it stands now.

use crate::desk::Scope;
use crate::tally::{days_of, team_days, team_hours};
use crate::{Result, args, hours, sql, status};
use model::*;
use std::collections::HashMap;

/// How long what is usual is not asked for again: it changes by what is taken back alone.
const USUAL_FOR: Millis = 60_000;
/// People and teams on a board.
const MOST: i64 = 20_000;

/// What is usual, as it was a moment ago.
#[derive(Debug, Default)]
pub(super) struct Usual {
    asked_at: Millis,
    until: Millis,
    days: i64,
    teams: HashMap<i64, Tally>,
}

impl Usual {
    async fn look(&mut self, scope: &Scope, now: Millis, until: Millis, days: &[(i64, i64)]) -> Result<()> {
        if self.until == until && (0..USUAL_FOR).contains(&(now - self.asked_at)) && self.asked_at > 0 {
            return Ok(());
        }
        let first: Option<(Option<i64>,)> =
            scope.opt(sql!("select min(at) from tally where account_id = $1 and dimension = 'TEAM' and grain = 'H'"), args![]).await?;
        let first = first.and_then(|(at,)| at).unwrap_or(i64::MAX);
        let (mut teams, mut n) = (HashMap::<i64, Tally>::new(), 0);
        // Days before the first one that anything is known of are not days without customers.
        for day in days.iter().filter(|(_, to)| *to >= first) {
            n += 1;
            for (team, tally) in team_hours(scope, *day).await? {
                teams.entry(team).or_default().add(&tally);
            }
        }
        *self = Usual { asked_at: now, until, days: n, teams };
        Ok(())
    }
}

/// The whole account's board.
pub(super) async fn whole(scope: &Scope, usual: &mut Usual) -> Result<Board> {
    let now = scope.desk().now();
    let open = hours::known(scope).await?;
    let days = days_of(now, open.zone());
    usual.look(scope, now, days.until, &days.usual).await?;
    let mut today = team_days(scope, days.today).await?;
    let mut so_far = team_hours(scope, days.so_far).await?;
    let mut waiting = waiting(scope).await?;
    let serving = serving(scope).await?;
    let rows: Vec<(i64, Option<Millis>)> = scope
        .all(sql!("select id, shut_at from team where account_id = $1 and deleted_at is null order by id limit 1000"), args![])
        .await?;
    let promises = crate::sla::counts(scope, None).await?;
    let teams = rows.into_iter().map(|(id, shut_at)| {
        let promise = promises.iter().find(|p| p.team_id.0 == id);
        let (n, oldest) = waiting.remove(&id).map_or((0, None), |(n, oldest)| (n, Some(oldest)));
        BoardTeam {
            team_id: id.into(),
            waiting: n,
            oldest,
            serving: serving.iter().filter(|((team, _), _)| *team == id).map(|(_, (n, _))| n).sum(),
            shut_at,
            open: open.of(id.into()).is_open(now),
            warned: promise.map_or(0, |p| p.warned),
            breached: promise.map_or(0, |p| p.breached),
            today: today.remove(&id).unwrap_or_default(),
            so_far: so_far.remove(&id).unwrap_or_default(),
            usual: usual.teams.get(&id).cloned().unwrap_or_default(),
        }
    });
    Ok(Board {
        whole: true,
        now,
        until: days.until,
        usual_days: usual.days,
        teams: teams.collect(),
        people: people(scope, serving).await?,
        ..Board::default()
    })
}

/// By team: how many wait, and who waits longest.
async fn waiting(scope: &Scope) -> Result<HashMap<i64, (i64, BoardPlace)>> {
    let rows: Vec<(i64, i64, i64, String, Millis)> = scope
        .all(
            sql!(
                "select q.team_id, q.n, q.id, q.protocol, q.since from (
                   select c.team_id, c.id, c.protocol, coalesce(c.entered_at, c.started_at) as since, count(*) over (partition by c.team_id) as n,
                     row_number() over (partition by c.team_id order by coalesce(c.entered_at, c.started_at), c.id) as place
                   from conversation c where c.account_id = $1 and c.status = 'PENDING') q where q.place = 1"
            ),
            args![],
        )
        .await?;
    let view = |(team, n, id, protocol, since): (i64, i64, i64, String, Millis)| {
        (team, (n, BoardPlace { conversation_id: id.into(), protocol, since }))
    };
    Ok(rows.into_iter().map(view).collect())
}

/// By team and person: how many they serve, and in which something was said last.
type Serving = HashMap<(i64, i64), (i64, BoardPlace)>;

async fn serving(scope: &Scope) -> Result<Serving> {
    let rows: Vec<(i64, i64, i64, i64, String, Millis)> = scope
        .all(
            sql!(
                "select q.team_id, q.assignee_id, q.n, q.id, q.protocol, q.last_at from (
                   select c.team_id, c.assignee_id, c.id, c.protocol, c.last_at, count(*) over (partition by c.team_id, c.assignee_id) as n,
                     row_number() over (partition by c.team_id, c.assignee_id order by c.last_at desc, c.id desc) as place
                   from conversation c where c.account_id = $1 and c.status = 'IN_PROGRESS' and c.assignee_id is not null) q where q.place = 1"
            ),
            args![],
        )
        .await?;
    let view = |(team, user, n, id, protocol, since): (i64, i64, i64, i64, String, Millis)| {
        ((team, user), (n, BoardPlace { conversation_id: id.into(), protocol, since }))
    };
    Ok(rows.into_iter().map(view).collect())
}

/// Members of teams, and who serves something in a team that they have left.
async fn people(scope: &Scope, mut serving: Serving) -> Result<Vec<BoardPerson>> {
    type Row = (i64, String, String, String, String, Option<Millis>, Option<Millis>, i64, bool);
    let rows: Vec<Row> = scope
        .all(
            sql!(
                "select h.user_id, u.name, h.availability, coalesce(s.status, 'OFFLINE'), coalesce(s.reason, ''), s.back_at, s.since, l.team_id, l.is_agent
                 from membership h join users u on u.id = h.user_id
                 join team_member l on l.account_id = h.account_id and l.user_id = h.user_id
                 left join user_status s on s.account_id = h.account_id and s.user_id = h.user_id
                 where h.account_id = $1 and h.active order by h.user_id, l.team_id limit $2"
            ),
            args![MOST],
        )
        .await?;
    let names = status::names_of(scope).await?;
    let mut people: Vec<BoardPerson> = Vec::new();
    for (user, name, availability, kind, reason, back_at, since, team, is_agent) in rows {
        let (n, current) = serving.remove(&(team, user)).map_or((0, None), |(n, place)| (n, Some(place)));
        let work = BoardWork { team_id: team.into(), is_agent, serving: n, current };
        match people.last_mut().filter(|p| p.user_id.0 == user) {
            Some(same) => same.work.push(work),
            None => people.push(BoardPerson {
                user_id: user.into(),
                name,
                status: names.status(&kind, reason, back_at)?,
                since,
                availability: availability.parse()?,
                work: vec![work],
            }),
        }
    }
    for ((team, user), (n, place)) in serving {
        if let Some(person) = people.iter_mut().find(|p| p.user_id.0 == user) {
            person.work.push(BoardWork { team_id: team.into(), is_agent: false, serving: n, current: Some(place) });
            person.work.sort_by_key(|w| w.team_id);
        }
    }
    Ok(people)
}
