//! Reading the audit: pages from the newest back, for who may change the settings.

use crate::conversation::days;
use crate::db::{Arg, Text, list};
use crate::desk::{Cx, Scope};
use crate::{Result, args, sql};
use model::*;
use serde_json::Value;
use std::collections::HashMap;

/// New lines that are counted.
const NEW_MAX: i64 = 100;
/// Characters of a search.
const TEXT_MAX: usize = 100;

pub(super) type Row =
    (i64, Millis, String, Option<i64>, String, String, String, String, String, String, String, Option<String>, Option<String>);

/// A page of lines, the newest first.
///
/// # Errors
/// [`Fault::Forbidden`] for others than admins, [`Fault::Invalid`] for a day that is none or a search that is too long.
pub async fn page(cx: &Cx, query: &AuditQuery) -> Result<Page<AuditLine>> {
    let scope = cx.may(Permission::Settings)?;
    let limit = query.limit.unwrap_or(50).clamp(1, limit::PAGE_MAX);
    let after = match query.after.as_deref() {
        None => i64::MAX,
        Some(after) => after.parse().map_err(|_| Fault::field("after", Wrong::Unknown))?,
    };
    let period = period(&scope, query).await?;
    let mut items = lines(&scope, query, period, after, limit + 1).await?;
    let more = items.len() as i64 > limit;
    items.truncate(limit as usize);
    name_subjects(&scope, &mut items).await?;
    let next = items.last().filter(|_| more).map(|l| l.id.to_string());
    Ok(Page { items, next })
}

/// How many lines have come since one, a hundred at most: what a page that stays open asks.
pub async fn newer(cx: &Cx, than: AuditId) -> Result<i64> {
    let scope = cx.may(Permission::Settings)?;
    let (count,): (i64,) = scope
        .one(
            sql!("select count(*) from (select id from audit where account_id = $1 and id > $2 order by id limit $3) newer"),
            args![than, NEW_MAX],
        )
        .await?;
    Ok(count)
}

/// What a query's days and texts come to.
pub(super) async fn period(scope: &Scope, query: &AuditQuery) -> Result<(Millis, Millis)> {
    Check::default()
        .that(query.text.chars().count() <= TEXT_MAX, "text", Wrong::TooLong)
        .that(query.subject.chars().count() <= 64, "subject", Wrong::TooLong)
        .done()?;
    days(scope, &query.from, &query.until, ["from", "until"]).await
}

pub(super) async fn lines(scope: &Scope, query: &AuditQuery, period: (Millis, Millis), after: i64, limit: i64) -> Result<Vec<AuditLine>> {
    let (text, args) = page_text(query, period, after, limit);
    let rows: Vec<Row> = scope.all(Text::Built(text), args).await?;
    rows.into_iter().map(line).collect()
}

/// The statement of a page. Public to the test that explains it.
pub fn page_text(query: &AuditQuery, (from, until): (Millis, Millis), after: i64, limit: i64) -> (String, Vec<Arg>) {
    let mut args = args![after];
    let mut clauses = vec!["x.account_id = $1 and x.id < $2".to_owned()];
    let mut bind = |clause: &str, value: Arg| {
        args.push(value);
        clauses.push(clause.replace('?', &format!("${}", args.len() + 1)));
    };
    // Ids are made of their time: the index that gives the order finds the period, too. A line's own time decides.
    if from > 0 {
        bind("x.id >= ?", (from.saturating_sub(1_000).max(0) << RANDOM_BITS).into());
        bind("x.at >= ?", from.into());
    }
    if until < i64::MAX {
        bind("x.at < ?", until.into());
    }
    if let Some(user) = query.actor_id {
        bind("x.actor_id = ?", user.into());
    }
    if let Some(actor) = query.actor {
        bind("x.actor_kind = ?", actor.into());
    }
    if let Some(group) = query.group {
        bind("x.area = ?", group.into());
    }
    if !query.action.is_empty() {
        bind("x.action = ?", query.action.as_str().into());
    }
    if !query.subject.trim().is_empty() {
        bind("x.subject = ?", query.subject.trim().into());
    }
    if !query.text.trim().is_empty() {
        let sought = query.text.trim().to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        bind("lower(concat(x.data, ' ', x.reason, ' ', x.address, ' ', x.action)) like ? escape '\\'", format!("%{sought}%").into());
    }
    args.push(limit.into());
    let text = format!(
        "select x.id, x.at, x.actor_kind, x.actor_id, x.action, x.subject, x.data, x.reason, x.address, x.agent, x.session, u.name, n.name
         from audit x left join users u on u.id = x.actor_id left join api_token n on n.id = x.token_id
         where {} order by x.id desc limit ${}",
        clauses.join(" and "),
        args.len() + 1
    );
    (text, args)
}

fn line(row: Row) -> Result<AuditLine> {
    let (id, at, actor, actor_id, action, subject, data, reason, address, agent, session, person, token) = row;
    let actor: AuditActor = actor.parse()?;
    let actor_name = match actor {
        AuditActor::Token => token.or(person),
        _ => person,
    };
    Ok(AuditLine {
        id: id.into(),
        at,
        actor,
        actor_id: actor_id.map(UserId),
        actor_name: actor_name.unwrap_or_default(),
        action,
        subject,
        subject_name: String::new(),
        facts: facts(&serde_json::from_str(&data).unwrap_or_default()),
        reason,
        address,
        agent,
        session,
    })
}

/// A line's facts as texts: `{"from": …, "to": …}` is a change, everything else is what it is since then.
fn facts(data: &Value) -> Vec<AuditFact> {
    let Value::Object(fields) = data else { return Vec::new() };
    let fact = |(field, value): (&String, &Value)| {
        let changed = value.as_object().filter(|v| v.contains_key("to") && v.contains_key("from"));
        match changed {
            Some(both) => AuditFact { field: field.clone(), before: Some(said(&both["from"])), after: said(&both["to"]) },
            None => AuditFact { field: field.clone(), before: None, after: said(value) },
        }
    };
    fields.iter().map(fact).collect()
}

fn said(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => text::shorten(&other.to_string(), 400),
    }
}

/// Gives the subjects of a page their names: two questions for all of them.
async fn name_subjects(scope: &Scope, lines: &mut [AuditLine]) -> Result<()> {
    let ids = list(lines.iter().filter_map(|l| l.subject.parse::<i64>().ok()));
    let named: Vec<(i64, String)> = scope
        .all(
            sql!(
                "select id, name from contact where account_id = $1 and id in {in $2}
                 union all select id, protocol from conversation where account_id = $1 and id in {in $2}
                 union all select id, name from team where account_id = $1 and id in {in $2}
                 union all select id, name from channel where account_id = $1 and id in {in $2}
                 union all select id, name from tag where account_id = $1 and id in {in $2}
                 union all select id, name from api_token where account_id = $1 and id in {in $2}
                 union all select u.id, u.name from membership m join users u on u.id = m.user_id where m.account_id = $1 and u.id in {in $2}"
            ),
            vec![ids],
        )
        .await?;
    let named: HashMap<String, String> = named.into_iter().map(|(id, name)| (id.to_string(), name)).collect();
    for line in lines {
        if let Some(name) = named.get(&line.subject) {
            line.subject_name.clone_from(name);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn facts_are_texts() {
        let facts = facts(&json!({ "name": { "from": "A", "to": "B" }, "on": true }));
        assert_eq!(facts[0], AuditFact { field: "name".into(), before: Some("A".into()), after: "B".into() });
        assert_eq!(facts[1], AuditFact { field: "on".into(), before: None, after: "true".into() });
    }
}
