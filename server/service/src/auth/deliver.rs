//! How a code reaches a person: by e-mail, or by a WhatsApp template where the account names one.
//!
//! A code by WhatsApp goes to the network at once and is kept nowhere: as a message of a conversation, colleagues would
//! read it.

use crate::channels::ChannelRow;
use crate::desk::{Cx, Desk};
use crate::mail::Letter;
use crate::{Result, args, sql, sql_system};
use channel::{Outbound, OutboundBody, Recipient};
use model::*;
use std::sync::Arc;

/// Where a code goes.
pub(super) enum Address {
    Email(String),
    Phone { phone: String, channel: Arc<ChannelRow>, template: Box<Template> },
}

impl Address {
    /// Which way that is.
    pub fn way(&self) -> StepUpWay {
        match self {
            Address::Email(_) => StepUpWay::Email,
            Address::Phone { .. } => StepUpWay::WhatsApp,
        }
    }

    /// The address as a screen shows it: enough to know it by, too little to learn it.
    pub fn shown(&self) -> String {
        match self {
            Address::Email(email) => masked(email),
            Address::Phone { phone, .. } => format!("…{}", &phone[phone.len().saturating_sub(4)..]),
        }
    }

    /// Sends the code.
    ///
    /// # Errors
    /// [`Fault::NotDelivered`].
    pub async fn send(&self, desk: &Desk, code: &str, letter: &Letter) -> Result<()> {
        match self {
            Address::Email(email) => desk.mail.send(email, letter).await,
            Address::Phone { phone, channel, template } => {
                // Such a template takes the code twice: in its text and in the button that copies it.
                let values = template.slots().into_iter().map(|slot| (slot.key, code.to_owned())).collect();
                let out = Outbound {
                    to: Recipient { kind: IdentityKind::Phone, address: phone.trim_start_matches('+').to_owned() },
                    callback: "code".to_owned(),
                    quoted: None,
                    body: OutboundBody::Template { template: template.clone(), values, header: None },
                };
                channel.adapter().send(&channel.link(desk), &out).await.map(drop).map_err(|e| {
                    tracing::warn!(channel = %channel.id, error = %e, "a code could not be sent by WhatsApp");
                    Fault::NotDelivered.into()
                })
            }
        }
    }
}

/// Where this person gets codes: by e-mail, else on their phone; none where the server has no way to send one.
pub(super) async fn address_of(cx: &Cx) -> Result<Option<Address>> {
    let desk = cx.desk();
    let (email, phone): (String, Option<String>) =
        desk.db.one(sql_system!("select email, phone from users where id = $1"), args![cx.user]).await?.ok_or(Fault::SignedOut)?;
    if desk.mail.is_on() {
        return Ok(Some(Address::Email(email)));
    }
    match phone {
        Some(phone) => phone_of(desk, cx.account, &phone).await,
        None => Ok(None),
    }
}

/// A phone, by the channel and template that this account names; none where it names none that can be used now.
pub(super) async fn phone_of(desk: &Desk, account: AccountId, phone: &str) -> Result<Option<Address>> {
    let named: Option<(i64, String)> = desk
        .system(account)
        .opt(
            sql!(
                "select a.code_channel_id, t.definition from account a join template t on t.account_id = a.id and t.channel_id = a.code_channel_id
                 and t.id = a.code_template_id where t.account_id = $1 and t.status = 'APPROVED'"
            ),
            args![],
        )
        .await?;
    let Some((channel, definition)) = named else { return Ok(None) };
    let Some(channel) = crate::channels::row(desk, channel.into()).await?.filter(|c| c.account_id == account) else { return Ok(None) };
    Ok(Some(Address::Phone { phone: phone.to_owned(), channel, template: serde_json::from_str(&definition)? }))
}

/// Sends a letter that nobody waits for.
pub(super) fn later(desk: &Desk, to: String, letter: Letter) {
    if desk.mail.is_on() {
        let desk = desk.clone();
        tokio::spawn(async move { desk.mail.send(&to, &letter).await });
    }
}

/// `ana.souza@loja.example` as `a…@loja.example`.
fn masked(email: &str) -> String {
    let (name, host) = email.split_once('@').unwrap_or((email, ""));
    format!("{}…@{host}", name.chars().next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn addresses_are_shown_in_part() {
        assert_eq!(masked("ana.souza@loja.example"), "a…@loja.example");
        assert_eq!(masked("é@loja.example"), "é…@loja.example");
    }
}
