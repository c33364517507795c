//! What the audit compares of people and teams: how they stood before a change, and after it.

use crate::{Result, Work, args, sql};
use model::*;
use serde_json::{Value, json};

/// A person's place in the account; an empty object for who never had one. Texts about them are their own and stay out, but
/// for the address they sign in with.
pub(super) async fn member(work: &mut Work, user: UserId) -> Result<Value> {
    let place: Option<(String, Option<i64>, bool, String, String)> = work
        .opt(
            sql!(
                "select m.role, m.role_id, m.active, u.name, u.email from membership m join users u on u.id = m.user_id
                 where m.account_id = $1 and m.user_id = $2"
            ),
            args![user],
        )
        .await?;
    let Some((role, role_id, active, name, email)) = place else { return Ok(json!({})) };
    let links: Vec<(i64, bool, bool)> = work
        .all(
            sql!(
                "select l.team_id, l.is_agent, l.is_supervisor from team_member l join team g on g.id = l.team_id
                 where l.account_id = $1 and l.user_id = $2 and g.deleted_at is null order by l.team_id limit 1000"
            ),
            args![user],
        )
        .await?;
    let teams: Vec<TeamLink> =
        links.into_iter().map(|(id, is_agent, is_supervisor)| TeamLink { team_id: id.into(), is_agent, is_supervisor }).collect();
    let skills: Vec<(i64,)> = work
        .all(sql!("select tag_id from user_skill where account_id = $1 and user_id = $2 order by tag_id limit 1000"), args![user])
        .await?;
    let skills: Vec<i64> = skills.into_iter().map(|(id,)| id).collect();
    Ok(json!({ "name": name, "email": email, "role": role, "role_id": role_id, "active": active, "teams": teams, "skills": skills }))
}

/// A team's settings; an empty object for one that is not there.
pub(super) async fn team(work: &mut Work, id: TeamId) -> Result<Value> {
    let row: Option<(String, bool, String, String, String)> = work
        .opt(
            sql!("select name, is_default, restriction, closing_message, archive_preference from team where account_id = $1 and id = $2"),
            args![id],
        )
        .await?;
    let Some((name, is_default, restriction, closing_message, archive_preference)) = row else { return Ok(json!({})) };
    let mut facts = json!({
        "name": name, "is_default": is_default, "restriction": restriction,
        "closing_message": closing_message, "archive_preference": archive_preference,
    });
    type Rule = (bool, String, bool, bool, i64, i64, i64);
    let rule: Option<Rule> = work
        .opt(
            sql!(
                "select enabled, algorithm, only_online, overflow, wait_minutes, max_minutes, max_concurrent from distribution
                 where account_id = $1 and team_id = $2"
            ),
            args![id],
        )
        .await?;
    if let (Some((enabled, algorithm, only_online, overflow, wait, max, concurrent)), Some(facts)) = (rule, facts.as_object_mut()) {
        let rule = [
            ("hands_out", json!(enabled)),
            ("algorithm", json!(algorithm)),
            ("only_online", json!(only_online)),
            ("overflow", json!(overflow)),
            ("wait_minutes", json!(wait)),
            ("max_minutes", json!(max)),
            ("max_concurrent", json!(concurrent)),
        ];
        facts.extend(rule.map(|(name, value)| (name.to_owned(), value)));
    }
    Ok(facts)
}
