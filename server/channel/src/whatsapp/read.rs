//! Webhook bodies into facts (20, sections 1.4 and 2).
//!
//! Every entry, change, message, status and error of a batch is read on its own: a bad one becomes
//! [`Fact::Unreadable`] and the rest stays. Each message is one visible bubble, or one of these documented no-ops, which
//! become [`Fact::Ignored`]:
//!
//! | what | why |
//! |---|---|
//! | `request_welcome` | the contact only opened the chat |
//! | `edit`, `revoke` | only numbers shared with the phone app; come with a later release |
//! | a message or reaction with neither phone nor BSUID | nobody to answer |
//! | `system` other than a changed number or user id | for example `customer_identity_changed`; not written by the contact |
//! | a reaction in a group | groups are not merged into one-to-one threads |
//! | a status other than sent, delivered, read, played, failed | `deleted`, `warning` of old versions, and unknown ones |
//! | `smb_message_echoes`, `history`, `smb_app_state_sync` | numbers shared with the phone app; come with a later release |
//! | `user_preferences` | marketing preferences; come with campaigns |
//! | `calls`, `group_*`, `automatic_events`, `partner_solutions` … | not used |
//! | bodies of pages and Instagram | other channels |

use super::{account, body, errors, identity, wire};
use crate::{Fact, Inbound, InboundBody, InboundMessage, Policy, Route, SendError, Sender, StatusFact};
use model::{DeliveryProblem, Forwarded, MessageStatus};
use serde_json::Value;

/// Reads a whole body; never panics, never loses what is readable.
pub(super) fn read(bytes: &[u8]) -> Vec<Inbound> {
    let lone = |fact: Fact| vec![Inbound { route: Route::Nowhere, fact }];
    let mut root = match wire::parse(bytes) {
        Ok(root) => root,
        Err(e) => return lone(unreadable(format!("not JSON: {e}"))),
    };
    match wire::text(&root, "object") {
        "whatsapp_business_account" | "" => {}
        other @ ("page" | "instagram") => return lone(ignored(format!("a body for {other}"))),
        other => return lone(unreadable(format!("unknown object {:?}", model::text::shorten(other, 60)))),
    }
    let Some(entries) = taken(&mut root, "entry") else { return lone(unreadable("a body without entries")) };
    let mut out = Vec::new();
    for mut entry in entries {
        let waba = wire::word(&entry, "id");
        match taken(&mut entry, "changes") {
            Some(changes) => changes.into_iter().for_each(|change| read_change(waba.as_deref(), change, &mut out)),
            None => out.push(Inbound { route: waba.map_or(Route::Nowhere, Route::Waba), fact: unreadable("an entry without changes") }),
        }
    }
    out
}

fn ignored(what: impl Into<String>) -> Fact {
    Fact::Ignored { what: what.into() }
}

fn unreadable(why: impl Into<String>) -> Fact {
    Fact::Unreadable { why: why.into() }
}

/// Takes a list out of its object; a lone object counts as a list of one.
fn taken(of: &mut Value, key: &str) -> Option<Vec<Value>> {
    match of.get_mut(key).map(Value::take)? {
        Value::Array(items) => Some(items),
        one @ Value::Object(_) => Some(vec![one]),
        _ => None,
    }
}

fn read_change(waba: Option<&str>, mut change: Value, out: &mut Vec<Inbound>) {
    let value = change.get_mut("value").map(Value::take).unwrap_or(Value::Null);
    let number = value.get("metadata").and_then(|m| wire::word(m, "phone_number_id"));
    let route = match (number, waba) {
        (Some(number), _) => Route::Number(number),
        (None, Some(waba)) => Route::Waba(waba.to_owned()),
        (None, None) => Route::Nowhere,
    };
    let like_messages = || ["messages", "statuses", "errors"].iter().any(|k| value.get(*k).is_some());
    match wire::text(&change, "field") {
        field if !value.is_object() => {
            out.push(Inbound { route, fact: ignored(format!("an empty change {:?}", model::text::shorten(field, 60))) })
        }
        "messages" => read_messages(value, &route, out),
        "" if like_messages() => read_messages(value, &route, out),
        field => out.extend(account::read(field, &value, route)),
    }
}

/// The value of the field `messages`: messages, statuses and errors, all of which may stand in one.
fn read_messages(mut value: Value, route: &Route, out: &mut Vec<Inbound>) {
    let messages = taken(&mut value, "messages").unwrap_or_default();
    let contacts = wire::list(&value, "contacts");
    let statuses = wire::list(&value, "statuses");
    let beside = wire::list(&value, "errors");
    let sender_key = |m: &Value| (wire::word(m, "from"), wire::word(m, "from_user_id"));
    let alone = messages.windows(2).all(|pair| sender_key(&pair[0]) == sender_key(&pair[1]));
    let mut explained = false;
    for message in messages {
        let fact = read_message(message, contacts, alone, beside, &mut explained);
        out.push(Inbound { route: route.clone(), fact });
    }
    out.extend(statuses.iter().map(|status| Inbound { route: route.clone(), fact: read_status(status) }));
    // Errors that explain a placeholder are told there; others are about the channel.
    if !explained {
        out.extend(beside.iter().map(|error| Inbound { route: route.clone(), fact: notice(error) }));
    }
}

fn notice(error: &Value) -> Fact {
    let e = errors::read(error, None);
    Fact::ChannelNotice { code: e.code, fatal: e.policy == Policy::Account, text: e.detail }
}

fn read_message(message: Value, contacts: &[Value], alone: bool, beside: &[Value], explained: &mut bool) -> Fact {
    if !message.is_object() {
        return unreadable("a message that is no object");
    }
    let kind = body::type_of(&message).to_owned();
    match kind.as_str() {
        "request_welcome" => return ignored("request_welcome: the contact only opened the chat"),
        "edit" | "revoke" => return ignored(format!("{kind}: edited and deleted messages come with a later release")),
        _ => {}
    }
    let Some(external_id) = wire::word(&message, "id") else { return unreadable(format!("a message of type {kind:?} without id")) };
    if kind == "system" {
        return system(&message, external_id);
    }
    let Some(from) = identity::sender(&message, contacts, alone) else {
        return ignored(format!("a message of type {kind:?} from nobody: neither phone nor user id"));
    };
    if kind == "reaction" {
        return reaction(&message, from, external_id);
    }
    let own = wire::list(&message, "errors");
    let body = body::read(&kind, &message, if own.is_empty() { beside } else { own });
    let withheld = match &body {
        InboundBody::Unsupported { .. } => true,
        InboundBody::Media(m) => m.external_id.is_none(),
        _ => false,
    };
    *explained |= withheld && own.is_empty() && !beside.is_empty();
    let body = match body {
        // Errors beside a file that is there are not about the file.
        InboundBody::Media(m) if m.external_id.is_some() && own.is_empty() => {
            InboundBody::Media(crate::InboundMedia { reason: String::new(), ..m })
        }
        body => body,
    };
    let context = message.get("context").unwrap_or(&Value::Null);
    Fact::Message(Box::new(InboundMessage {
        from,
        external_id,
        at: wire::moment(&message, "timestamp"),
        body,
        quoted: wire::word(context, "id"),
        forwarded: match (wire::flag(context, "frequently_forwarded"), wire::flag(context, "forwarded")) {
            (true, _) => Some(Forwarded::Often),
            (_, true) => Some(Forwarded::Once),
            _ => None,
        },
        referral: message.get("referral").filter(|r| r.is_object()).cloned(),
        group_id: wire::word(&message, "group_id"),
        raw: message,
    }))
}

fn reaction(message: &Value, from: Sender, external_id: String) -> Fact {
    if wire::word(message, "group_id").is_some() {
        return ignored("reaction: in a group");
    }
    let part = message.get("reaction").unwrap_or(&Value::Null);
    match wire::word(part, "message_id") {
        Some(target) => {
            Fact::Reaction { from, target, emoji: wire::word(part, "emoji"), at: wire::moment(message, "timestamp"), external_id }
        }
        None => unreadable("a reaction without its message"),
    }
}

/// Lines that the network writes about a contact. `from` is the old number; `contacts[]` would tell the new one.
fn system(message: &Value, external_id: String) -> Fact {
    let part = message.get("system").unwrap_or(&Value::Null);
    let new_phone = identity::phone_at(part, "wa_id").or_else(|| identity::phone_at(part, "new_wa_id"));
    match wire::text(part, "type") {
        "user_changed_user_id" => account::rotated(
            new_phone.or_else(|| identity::phone_at(message, "from")),
            identity::bsuid_at(message, "from_user_id").or_else(|| identity::bsuid_at(message, "from")),
            identity::bsuid_at(part, "user_id"),
        ),
        "user_changed_number" | "customer_changed_number" => match (identity::sender(message, &[], true), new_phone) {
            (Some(from), Some(new_address)) => {
                Fact::NumberChanged { from, new_address, external_id, at: wire::moment(message, "timestamp") }
            }
            _ => unreadable("a changed number without its numbers"),
        },
        other => ignored(format!("system {:?}", model::text::shorten(other, 60))),
    }
}

fn read_status(status: &Value) -> Fact {
    let Some(external_id) = wire::word(status, "id") else { return unreadable("a status without id") };
    let reached = match wire::text(status, "status") {
        "sent" => MessageStatus::Sent,
        "delivered" => MessageStatus::Delivered,
        "read" => MessageStatus::Read,
        "played" => MessageStatus::Played,
        "failed" => MessageStatus::Failed,
        other => return ignored(format!("status {:?}", model::text::shorten(other, 60))),
    };
    // A failure may come without a reason; other statuses may carry errors that are none.
    let error = (reached == MessageStatus::Failed).then(|| match wire::list(status, "errors").first() {
        Some(error) => errors::read(error, None),
        None => SendError::new(Policy::Never, DeliveryProblem::Unknown, ""),
    });
    // A group's id is no address of a contact.
    let group = wire::text(status, "recipient_type") == "group";
    let told = || {
        identity::phone_at(status, "recipient_id")
            .or_else(|| identity::bsuid_at(status, "recipient_user_id"))
            .or_else(|| identity::bsuid_at(status, "recipient_id"))
    };
    Fact::Status(StatusFact {
        external_id,
        status: reached,
        at: wire::moment(status, "timestamp"),
        callback: wire::word(status, "biz_opaque_callback_data"),
        error,
        recipient: if group { None } else { told() },
        pricing: status.get("pricing").filter(|p| p.is_object()).cloned(),
    })
}
