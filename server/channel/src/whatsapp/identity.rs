//! Who a message is from (20, section 2.2): a phone number, a business-scoped user id (BSUID), or both.

use super::wire;
use crate::Sender;
use serde_json::Value;

/// The digits of a phone number; none for anything with a dot or a letter, which is not a phone.
pub(super) fn phone(text: &str) -> Option<String> {
    let text = text.trim();
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let only_phone = text.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | ' ' | '-' | '(' | ')'));
    (only_phone && (5..=20).contains(&digits.len())).then_some(digits)
}

/// A BSUID, `CC.` and up to 128 letters and digits; parents have `ENT` between.
pub(super) fn bsuid(text: &str) -> Option<String> {
    let text = text.trim();
    let mut parts = text.split('.');
    let country = parts.next()?;
    let id = match (parts.next()?, parts.next()) {
        (id, None) => id,
        ("ENT", Some(id)) => id,
        _ => return None,
    };
    let shaped = country.len() == 2
        && country.bytes().all(|b| b.is_ascii_uppercase())
        && (1..=128).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_alphanumeric())
        && parts.next().is_none();
    shaped.then(|| text.to_owned())
}

/// A phone number under a key.
pub(super) fn phone_at(of: &Value, key: &str) -> Option<String> {
    wire::word(of, key).and_then(|w| phone(&w))
}

/// A BSUID under a key.
pub(super) fn bsuid_at(of: &Value, key: &str) -> Option<String> {
    wire::word(of, key).and_then(|w| bsuid(&w))
}

/// The sender of a message with what `contacts[]` tells about them; none when neither identity is there.
///
/// `alone`: all messages beside it have the same sender, so that a single contact must be theirs even when it carries
/// the other identity only.
pub(super) fn sender(message: &Value, contacts: &[Value], alone: bool) -> Option<Sender> {
    // In the wild a BSUID also stands where the phone belongs.
    let from = phone_at(message, "from");
    let id = bsuid_at(message, "from_user_id").or_else(|| bsuid_at(message, "from"));
    let contact = contact_of(contacts, from.as_deref(), id.as_deref(), alone);
    let profile = contact.and_then(|c| c.get("profile")).unwrap_or(&Value::Null);
    let sender = Sender {
        // `wa_id` wins as the address to send to: `from` may lack Brazil's ninth digit.
        phone: contact.and_then(|c| phone_at(c, "wa_id")).or(from),
        bsuid: id.or_else(|| contact.and_then(|c| bsuid_at(c, "user_id").or_else(|| bsuid_at(c, "wa_id")))),
        name: wire::word(profile, "name"),
        username: wire::word(profile, "username").map(|u| u.trim_start_matches('@').to_owned()).filter(|u| !u.is_empty()),
    };
    (sender.phone.is_some() || sender.bsuid.is_some()).then_some(sender)
}

fn contact_of<'a>(contacts: &'a [Value], from: Option<&str>, id: Option<&str>, alone: bool) -> Option<&'a Value> {
    let ids = |c: &Value| (phone_at(c, "wa_id"), bsuid_at(c, "user_id").or_else(|| bsuid_at(c, "wa_id")));
    let by_id = || id.and_then(|id| contacts.iter().find(|c| ids(c).1.as_deref() == Some(id)));
    let by_phone = || from.and_then(|from| contacts.iter().find(|c| ids(c).0.as_deref() == Some(from)));
    let by_variant = || from.and_then(|from| contacts.iter().find(|c| ids(c).0.is_some_and(|p| same_line(&p, from))));
    let only_one = || match contacts {
        [one] if alone => {
            let (phone, bsuid) = ids(one);
            let contradicts = (phone.is_some() && from.is_some()) || (bsuid.is_some() && id.is_some());
            (!contradicts).then_some(one)
        }
        _ => None,
    };
    by_id().or_else(by_phone).or_else(by_variant).or_else(only_one)
}

/// Whether two numbers are one line under Brazil's and Mexico's two spellings: with or without the digit after the area
/// or country code. Only used between values of one payload.
fn same_line(a: &str, b: &str) -> bool {
    let (long, short) = if a.len() > b.len() { (a, b) } else { (b, a) };
    let without = |prefix: &str, at: usize, digit: u8| {
        long.len() == short.len() + 1
            && long.starts_with(prefix)
            && long.as_bytes().get(at) == Some(&digit)
            && format!("{}{}", &long[..at], &long[at + 1..]) == short
    };
    without("55", 4, b'9') || without("52", 2, b'1')
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_value_with_a_dot_or_a_letter_is_no_phone() {
        assert_eq!(phone("5511987654321").as_deref(), Some("5511987654321"));
        assert_eq!(phone("+250 788 123 200").as_deref(), Some("250788123200"));
        for bad in ["", "US.13491208655302741918", "55119876543a1", "12.345.678", "123", "ana", "1234567890123456789012"] {
            assert_eq!(phone(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_bsuid_is_a_country_and_an_id() {
        assert!(bsuid("US.13491208655302741918").is_some());
        assert!(bsuid("US.ENT.11815799212886844830").is_some());
        for bad in ["", "US", "US.", "usa.1", "us.1", "US.a b", "US.1.2", "US.ENT.1.2", "5511987654321", &format!("US.{}", "1".repeat(129))]
        {
            assert_eq!(bsuid(bad), None, "{bad}");
        }
    }

    #[test]
    fn both_identities_are_kept_and_neither_is_nobody() {
        let c = json!([{"wa_id": "5511987654321", "user_id": "BR.1", "profile": {"name": " Ana ", "username": "@ana.s"}}]);
        let contacts = c.as_array().unwrap();
        let ana = |m: Value| sender(&m, contacts, true);
        let want = Sender {
            phone: Some("5511987654321".into()),
            bsuid: Some("BR.1".into()),
            name: Some("Ana".into()),
            username: Some("ana.s".into()),
        };
        assert_eq!(ana(json!({"from": "5511987654321"})), Some(want.clone()));
        assert_eq!(ana(json!({"from_user_id": "BR.1"})), Some(want.clone()));
        assert_eq!(ana(json!({"from": "BR.1"})), Some(want.clone()));
        // Without the ninth digit it is the same line, and the contact's spelling is the address.
        assert_eq!(ana(json!({"from": "551187654321"})), Some(want));
        assert_eq!(sender(&json!({"from": "", "from_user_id": "??"}), &[], true), None);
    }

    #[test]
    fn a_lone_contact_counts_only_when_it_contradicts_nothing() {
        let c = json!([{"wa_id": "", "user_id": "BR.1", "profile": {"name": "Ana"}}]);
        let contacts = c.as_array().unwrap();
        let s = sender(&json!({"from": "5511987654321"}), contacts, true).unwrap();
        assert_eq!((s.phone.as_deref(), s.bsuid.as_deref()), (Some("5511987654321"), Some("BR.1")));
        assert_eq!(sender(&json!({"from": "5511987654321"}), contacts, false).unwrap().bsuid, None);
        let other = sender(&json!({"from": "5511987654321", "from_user_id": "BR.2"}), contacts, true).unwrap();
        assert_eq!((other.bsuid.as_deref(), other.name), (Some("BR.2"), None));
    }

    #[test]
    fn a_malformed_user_id_beside_a_phone_is_stored_by_phone() {
        let s = sender(&json!({"from": "5511987654321", "from_user_id": "not one"}), &[], true).unwrap();
        assert_eq!((s.phone.as_deref(), s.bsuid), (Some("5511987654321"), None));
    }
}
