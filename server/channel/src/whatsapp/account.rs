//! Webhook fields beside messages (20, sections 2.5 and 2.6): templates, the account, ids, the phone app.

use super::{identity, wire};
use crate::{Fact, Inbound, Route};
use serde_json::Value;

/// Reads a change of any field but `messages`; `route` is where the change belongs unless the field says otherwise.
pub(super) fn read(field: &str, value: &Value, route: Route) -> Vec<Inbound> {
    let one = |fact: Fact| vec![Inbound { route: route.clone(), fact }];
    match field {
        "message_template_status_update" => one(template(value, wire::word(value, "event").unwrap_or_else(|| "STATUS".to_owned()))),
        "message_template_quality_update" => one(template(value, prefixed("QUALITY", value, &["new_quality_score"]))),
        "message_template_components_update" => one(template(value, "COMPONENTS".to_owned())),
        // Ahead of the change `correct_category` is the future one; afterwards there is only `new_category`.
        "template_category_update" => one(template(value, prefixed("CATEGORY", value, &["correct_category", "new_category"]))),
        "user_id_update" => wire::list(value, field).iter().map(|item| Inbound { route: route.clone(), fact: rotation(item) }).collect(),
        "account_update" => vec![account(value, route)],
        "account_alerts"
        | "account_review_update"
        | "business_capability_update"
        | "payment_configuration_update"
        | "phone_number_name_update"
        | "phone_number_quality_update"
        | "security" => one(notice(field, value, false)),
        "smb_message_echoes" => one(ignored(field, "messages written in the phone app come with a later release")),
        "history" => one(ignored(field, "history of the phone app comes with a later release")),
        "smb_app_state_sync" => one(ignored(field, "contacts of the phone app come with a later release")),
        "user_preferences" => one(ignored(field, "marketing preferences come with campaigns; the network enforces them already")),
        "automatic_events" | "calls" | "partner_solutions" | "standby" | "tracking_events" => one(ignored(field, "not used")),
        group if group.starts_with("group_") => one(ignored(field, "groups are not managed here")),
        unknown => one(Fact::Unreadable { why: format!("unknown field {:?}", model::text::shorten(unknown, 60)) }),
    }
}

fn ignored(field: &str, why: &str) -> Fact {
    Fact::Ignored { what: format!("{field}: {why}") }
}

fn template(value: &Value, event: String) -> Fact {
    Fact::TemplatesChanged { name: wire::word(value, "message_template_name").unwrap_or_default(), event }
}

fn prefixed(prefix: &str, value: &Value, keys: &[&str]) -> String {
    match keys.iter().find_map(|k| wire::word(value, k)) {
        Some(word) => format!("{prefix}_{word}"),
        None => prefix.to_owned(),
    }
}

fn rotation(item: &Value) -> Fact {
    let ids = item.get("user_id").unwrap_or(&Value::Null);
    rotated(identity::phone_at(item, "wa_id"), identity::bsuid_at(ids, "previous"), identity::bsuid_at(ids, "current"))
}

/// A new BSUID in place of an old one, or of a phone when the old one is not told.
pub(super) fn rotated(phone: Option<String>, previous: Option<String>, current: Option<String>) -> Fact {
    match (current, previous) {
        (Some(current), Some(previous)) => Fact::BsuidChanged { phone, previous, current },
        (Some(current), None) if phone.is_some() => Fact::BsuidChanged { phone, previous: String::new(), current },
        _ => Fact::Unreadable { why: "a changed user id without its ids".to_owned() },
    }
}

/// What admins read: the field and its plain values, `phone_number_quality_update: event THROUGHPUT_UPGRADE, …`.
fn notice(field: &str, value: &Value, fatal: bool) -> Fact {
    let mut parts = Vec::new();
    flatten("", value, 0, &mut parts);
    let text = if parts.is_empty() { field.to_owned() } else { format!("{field}: {}", parts.join(", ")) };
    Fact::ChannelNotice { code: None, text: model::text::shorten(&text, 500), fatal }
}

fn flatten(key: &str, value: &Value, depth: usize, parts: &mut Vec<String>) {
    if depth > 4 || parts.len() >= 30 {
        return;
    }
    let named = |text: &str| if key.is_empty() { text.to_owned() } else { format!("{key} {text}") };
    match value {
        Value::Null => {}
        Value::Object(map) => map.iter().for_each(|(k, v)| flatten(k, v, depth + 1, parts)),
        Value::Array(items) => items.iter().for_each(|v| flatten(key, v, depth + 1, parts)),
        Value::String(s) => parts.push(named(s)),
        other => parts.push(named(&other.to_string())),
    }
}

/// Changes of the whole account. Those after which nothing can be sent or received are fatal.
fn account(value: &Value, route: Route) -> Inbound {
    let info = value.get("waba_info").unwrap_or(&Value::Null);
    // For partners the entry's id is the partner's own business.
    let route = wire::word(info, "waba_id").map_or(route, Route::Waba);
    let ban = value.get("ban_info").map(|b| wire::text(b, "waba_ban_state"));
    let fatal = match wire::text(value, "event") {
        "ACCOUNT_DELETED" | "ACCOUNT_OFFBOARDED" | "PARTNER_REMOVED" | "PARTNER_APP_UNINSTALLED" => true,
        "DISABLED_UPDATE" => ban == Some("DISABLE"),
        _ => false,
    };
    Inbound { route, fact: notice("account_update", value, fatal) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_the_end_of_an_account_is_fatal() {
        let fatal = |v: Value| match account(&v, Route::Waba("1".into())).fact {
            Fact::ChannelNotice { fatal, .. } => fatal,
            other => panic!("{other:?}"),
        };
        assert!(fatal(json!({"event": "ACCOUNT_DELETED"})));
        assert!(fatal(json!({"event": "PARTNER_REMOVED", "waba_info": {"waba_id": "2"}})));
        assert!(fatal(json!({"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE"}})));
        assert!(!fatal(json!({"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "REINSTATE"}})));
        assert!(!fatal(json!({"event": "ACCOUNT_RECONNECTED"})));
        assert!(!fatal(json!(null)));
    }

    #[test]
    fn a_rotation_needs_its_new_id_and_something_to_find_the_contact_by() {
        assert!(matches!(rotated(None, None, Some("US.2".into())), Fact::Unreadable { .. }));
        assert!(matches!(rotated(Some("1".into()), Some("US.1".into()), None), Fact::Unreadable { .. }));
        assert!(
            matches!(rotated(Some("15551234567".into()), None, Some("US.2".into())), Fact::BsuidChanged { previous, .. } if previous.is_empty())
        );
    }
}
