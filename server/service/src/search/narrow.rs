//! What a search is narrowed by: the values of its operators as ids and times of the account, and as conditions.

use super::contact_ids;
use super::index::words;
use crate::contact::fold;
use crate::db::{Arg, list};
use crate::desk::{Cx, Scope};
use crate::mask::masks_of;
use crate::{Result, args, sql};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use model::*;

/// The asker in their languages.
const ME: [&str; 5] = ["mim", "eu", "me", "mi", "yo"];
/// Teams, channels or tags that are compared with what was typed.
const VALUES_MAX: usize = 1_000;

/// What a search is narrowed by. AND between operators, OR between the values of one, as with the list's filters.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Narrow {
    /// From these colleagues or contacts.
    pub from: Option<From>,
    pub teams: Option<Vec<i64>>,
    pub channels: Option<Vec<i64>>,
    pub tags: Option<Vec<i64>>,
    /// The first moment, and the first one no more.
    pub after: Option<Millis>,
    pub before: Option<Millis>,
    /// Operators whose value means nothing here.
    pub unknown: Vec<Term>,
}

/// Whom something is from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct From {
    pub users: Vec<i64>,
    pub contacts: Vec<i64>,
}

/// What a condition is about: conversations `c`, or messages `m` of conversations `c`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    Conversations,
    Messages,
}

impl Narrow {
    /// Whether it narrows anything.
    pub fn is_empty(&self) -> bool {
        *self == Narrow::default()
    }

    /// Looks the values up.
    pub(super) async fn look_up(cx: &Cx, scope: &Scope, seek: &Seek) -> Result<Narrow> {
        let mut narrow = Narrow::default();
        let ids = |all: &[(i64, String)], values: &[&str]| -> Vec<i64> {
            let wanted: Vec<String> = values.iter().map(|v| fold(v)).collect();
            all.iter().filter(|(_, name)| wanted.iter().any(|w| fold(name).contains(w))).map(|(id, _)| *id).collect()
        };
        // Everything has a team and a channel: all of them narrow nothing.
        let some = |all: Vec<(i64, String)>, values: &[&str]| {
            let ids = ids(&all, values);
            (ids.is_empty() || ids.len() < all.len() || all.len() == VALUES_MAX).then_some(ids)
        };
        for operator in Operator::ALL {
            let values: Vec<&str> = seek.of(*operator).collect();
            if values.is_empty() {
                continue;
            }
            match operator {
                Operator::From => {
                    let mut from = From::default();
                    for value in &values {
                        let found = from_one(cx, scope, value).await?;
                        if found == From::default() {
                            narrow.unknown.push(Term { operator: *operator, value: (*value).to_owned() });
                        }
                        from.users.extend(found.users);
                        from.contacts.extend(found.contacts);
                    }
                    narrow.from = Some(from);
                }
                Operator::In => {
                    let all: Vec<(i64, String)> =
                        scope.all(sql!("select id, name from team where account_id = $1 order by id limit 1000"), args![]).await?;
                    narrow.teams = some(all, &values);
                }
                Operator::Channel => {
                    // A kind stands for all channels of it.
                    let all: Vec<(i64, String)> = scope
                        .all(sql!("select id, name || ' ' || kind from channel where account_id = $1 order by id limit 1000"), args![])
                        .await?;
                    narrow.channels = some(all, &values);
                }
                Operator::Tag => {
                    let all: Vec<(i64, String)> =
                        scope.all(sql!("select id, name from tag where account_id = $1 order by id limit 1000"), args![]).await?;
                    narrow.tags = Some(ids(&all, &values));
                }
                Operator::Before | Operator::After => {
                    let zone = crate::zone::of(scope).await?;
                    for value in &values {
                        match begins(value, cx.desk().now(), &zone) {
                            // The narrowest counts.
                            Some(at) if *operator == Operator::Before => narrow.before = Some(narrow.before.map_or(at, |b| b.min(at))),
                            Some(at) => narrow.after = Some(narrow.after.map_or(at, |a| a.max(at))),
                            None => narrow.unknown.push(Term { operator: *operator, value: (*value).to_owned() }),
                        }
                    }
                }
            }
        }
        for (operator, found) in [(Operator::In, &narrow.teams), (Operator::Channel, &narrow.channels), (Operator::Tag, &narrow.tags)] {
            if found.as_ref().is_some_and(Vec::is_empty) {
                narrow.unknown.extend(seek.terms.iter().filter(|t| t.operator == operator).cloned());
            }
        }
        Ok(narrow)
    }

    /// The condition, with its arguments numbered from `$first`; it begins with `and`, or is empty.
    pub fn condition(&self, about: About, first: usize) -> (String, Vec<Arg>) {
        let (mut text, mut args) = (String::new(), Vec::new());
        let mut bind = |arg: Arg| {
            args.push(arg);
            first + args.len() - 1
        };
        let at = if about == About::Messages { "m.at" } else { "c.last_at" };
        if let Some(from) = &self.from {
            let (users, contacts) = (bind(list(from.users.iter().copied())), bind(list(from.contacts.iter().copied())));
            text.push_str(&match about {
                About::Conversations => format!(" and (c.assignee_id in {{in ${users}}} or c.contact_id in {{in ${contacts}}})"),
                // Their conversations are looked up once, those of all candidates need not be.
                About::Messages => format!(
                    " and (m.author_id in {{in ${users}}} or (m.direction = 'IN' and m.conversation_id in
                     (select w.id from conversation w where w.account_id = $1 and w.contact_id in {{in ${contacts}}})))"
                ),
            });
        }
        // Its conversation's channel is a message's own.
        let channel = if about == About::Messages { "m.channel_id" } else { "c.channel_id" };
        for (column, ids) in [("c.team_id", &self.teams), (channel, &self.channels)] {
            if let Some(ids) = ids {
                let n = bind(list(ids.iter().copied()));
                text.push_str(&format!(" and {column} in {{in ${n}}}"));
            }
        }
        if let Some(tags) = &self.tags {
            let n = bind(list(tags.iter().copied()));
            text.push_str(&format!(
                " and exists (select 1 from contact_tag t where t.contact_id = c.contact_id and t.tag_id in {{in ${n}}})"
            ));
        }
        if let Some(after) = self.after {
            text.push_str(&format!(" and {at} >= ${}", bind(after.into())));
        }
        if let Some(before) = self.before {
            text.push_str(&format!(" and {at} < ${}", bind(before.into())));
        }
        (text, args)
    }
}

/// Colleagues and contacts of whose names the value's words are beginnings.
async fn from_one(cx: &Cx, scope: &Scope, value: &str) -> Result<From> {
    if ME.contains(&fold(value).as_str()) {
        return Ok(From { users: vec![cx.user.0], contacts: Vec::new() });
    }
    let wanted = words(value);
    let members: Vec<(i64, String, String)> = scope
        .packed(
            sql!(
                "select {rows r} from (select {row}(u.id, u.name, u.nickname) r from membership m join users u on u.id = m.user_id
                 where m.account_id = $1 order by u.id limit 2000) page"
            ),
            args![],
        )
        .await?;
    let is_called = |name: &str| {
        let has = words(name);
        !wanted.is_empty() && wanted.iter().all(|w| has.iter().any(|h| h.starts_with(w)))
    };
    let users = members.into_iter().filter(|(_, name, nickname)| is_called(name) || is_called(nickname)).map(|(id, ..)| id).collect();
    let contacts = if wanted.is_empty() { Vec::new() } else { contact_ids(scope, masks_of(cx), value, &wanted).await? };
    Ok(From { users, contacts })
}

/// When a typed day begins on the account's clocks.
fn begins(value: &str, now: Millis, zone: &TimeZone) -> Option<Millis> {
    let today = Timestamp::from_millisecond(now).ok()?.to_zoned(zone.clone()).date();
    let date = match day(value)? {
        Day::Today => today,
        Day::Yesterday => today.checked_sub(1.day()).ok()?,
        Day::Date { year, month, day } => Date::new(year.unwrap_or(today.year()), month, day).ok()?,
    };
    Some(date.to_zoned(zone.clone()).ok()?.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ab_8_days_begin_on_the_accounts_clocks() {
        let zone = TimeZone::get("America/Sao_Paulo").unwrap();
        let at = |text: &str| text.parse::<jiff::Zoned>().unwrap().timestamp().as_millisecond();
        // Ten at night in São Paulo is tomorrow in UTC.
        let now = at("2026-11-21T22:00:00[America/Sao_Paulo]");
        let begins = |value: &str| begins(value, now, &zone);
        assert_eq!(begins("hoje"), Some(at("2026-11-21T00:00:00[America/Sao_Paulo]")));
        assert_eq!(begins("ontem"), Some(at("2026-11-20T00:00:00[America/Sao_Paulo]")));
        assert_eq!(begins("1/2"), Some(at("2026-02-01T00:00:00[America/Sao_Paulo]")));
        assert_eq!(begins("2025-12-31"), Some(at("2025-12-31T00:00:00[America/Sao_Paulo]")));
        assert_eq!((begins("31/02/2026"), begins("9999-13-01"), begins("um dia")), (None, None, None));
    }
}
