//! The audit: who did or saw what, when, and from where (NX-20).
//!
//! A line is written in the transaction of its cause ([`Work::audit`]) and never again: triggers refuse to change or to
//! remove it; only [`sweep`] may, what is older than its keeping time. Secrets and what people write to each other are taken
//! out before it is stored, whoever wrote the line.

mod clean;
mod export;
mod read;

pub use clean::clean;
pub use export::{export, take};
pub use read::{newer, page, page_text};

use crate::desk::Desk;
use crate::keys::sha256_hex;
use crate::{Result, Work, args, sql, sql_system};
use model::*;
use serde::Serialize;
use serde_json::{Map, Value, json};

/// How long lines are kept: five years.
const KEPT_MILLIS: Millis = 5 * 366 * 86_400_000;
/// Lines that are removed in one transaction.
const TOGETHER: i64 = 5_000;
/// Characters of what a line keeps of the browser's name, and of a reason.
const AGENT_MAX: usize = 120;
const REASON_MAX: usize = 500;
/// Bytes of a line's facts.
const DATA_MAX: usize = 8 * 1024;

/// From where something is done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// Network address, as the server was told to believe it.
    pub address: String,
    /// The browser's own name.
    pub agent: String,
    /// Marks the login without naming it.
    pub session: String,
    pub token: Option<TokenId>,
}

impl Origin {
    /// Where a request comes from.
    pub fn of(visitor: &crate::Visitor, login: Option<LoginId>) -> Origin {
        Origin {
            address: text::shorten(&visitor.address, 64),
            agent: text::shorten(&visitor.agent, AGENT_MAX),
            session: login.map(|id| sha256_hex(format!("login:{id}")).chars().take(16).collect()).unwrap_or_default(),
            token: None,
        }
    }
}

impl Work {
    /// Writes down who did what. `data` is what changed; secrets and texts are taken out of it, a `reason` in it is why.
    pub async fn audit(&mut self, actor: Option<UserId>, action: &str, subject: impl std::fmt::Display, mut data: Value) -> Result<()> {
        let (id, at): (AuditId, _) = (self.desk().seam.id(), self.desk().now());
        let reason = data.get("reason").and_then(Value::as_str).map(|r| text::shorten(r, REASON_MAX));
        if let (Some(_), Some(data)) = (&reason, data.as_object_mut()) {
            data.remove("reason");
        }
        clean(&mut data);
        let mut data = data.to_string();
        if data.len() > DATA_MAX {
            data = json!({ "cut": data.len() }).to_string();
        }
        let origin = self.origin().cloned().unwrap_or_default();
        let kind = match (actor, origin.token) {
            (None, _) => AuditActor::System,
            (Some(_), Some(_)) => AuditActor::Token,
            (Some(_), None) => AuditActor::Person,
        };
        let area = audit_group(action).unwrap_or(AuditGroup::Settings);
        self.run(
            sql!(
                "insert into audit (account_id, id, at, actor_id, action, subject, data, actor_kind, token_id, area, reason, address, agent, session)
                 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
            ),
            args![
                id,
                at,
                actor,
                action,
                subject.to_string(),
                data,
                kind,
                origin.token,
                area,
                reason.unwrap_or_default(),
                origin.address,
                origin.agent,
                origin.session
            ],
        )
        .await?;
        Ok(())
    }

    /// Writes down how settings were and are: only what differs.
    ///
    /// # Errors
    /// When one of the two is no object.
    pub async fn audit_change(
        &mut self,
        actor: Option<UserId>,
        action: &str,
        subject: impl std::fmt::Display,
        before: &impl Serialize,
        after: &impl Serialize,
    ) -> Result<()> {
        let data = difference(serde_json::to_value(before)?, serde_json::to_value(after)?);
        self.audit(actor, action, subject, data).await
    }

    /// Keeps what a message said until now, for who may ask for it later; it goes with the message.
    pub(crate) async fn keep_former(&mut self, message: MessageId, action: &str, body: &str) -> Result<()> {
        let (id, now): (i64, _) = (self.desk().seam.id(), self.desk().now());
        self.run(
            sql!("insert into former_text (account_id, id, message_id, at, action, body) values ($1, $2, $3, $4, $5, $6)"),
            args![id, message, now, action, body],
        )
        .await?;
        Ok(())
    }
}

/// `{"field": {"from": …, "to": …}}` for each field that differs.
fn difference(before: Value, after: Value) -> Value {
    let (Value::Object(mut before), Value::Object(after)) = (before, after) else { return Value::Null };
    let mut changed = Map::new();
    for (field, to) in after {
        let from = before.remove(&field).unwrap_or(Value::Null);
        if from != to {
            changed.insert(field, json!({ "from": from, "to": to }));
        }
    }
    Value::Object(changed)
}

/// Removes lines that are older than their keeping time, with a line about it in each account; answers how many.
pub async fn sweep(desk: &Desk) -> Result<u64> {
    sweep_before(desk, desk.now() - KEPT_MILLIS).await
}

/// The same before a moment.
///
/// # Errors
/// [`Fault::Forbidden`] for a moment of the last year: what is recent stays, whoever asks.
pub async fn sweep_before(desk: &Desk, before: Millis) -> Result<u64> {
    if before > desk.now() - 366 * 86_400_000 {
        return Err(Fault::Forbidden.into());
    }
    let mut all = 0;
    loop {
        let found: Vec<(i64,)> = desk
            .db
            .all(sql_system!("select distinct account_id from audit where at < $1 order by account_id limit 50"), args![before])
            .await?;
        let Some((account,)) = found.first() else { return Ok(all) };
        let mut work = desk.system((*account).into()).begin().await?;
        work.system().run(sql_system!("update audit_keep set until_at = $1"), args![before]).await?;
        let gone = work
            .run(
                sql!("delete from audit where account_id = $1 and id in (select id from audit where account_id = $1 and at < $2 order by id limit $3)"),
                args![before, TOGETHER],
            )
            .await?;
        work.system().run(sql_system!("update audit_keep set until_at = 0"), args![]).await?;
        work.audit(None, "audit.sweep", *account, json!({ "lines": gone, "before_millis": before })).await?;
        work.commit().await?;
        if gone == 0 {
            return Ok(all);
        }
        all += gone;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_written_down() {
        let changed = difference(json!({ "a": 1, "b": "x" }), json!({ "a": 1, "b": "y", "c": true }));
        assert_eq!(changed, json!({ "b": { "from": "x", "to": "y" }, "c": { "from": null, "to": true } }));
    }
}
