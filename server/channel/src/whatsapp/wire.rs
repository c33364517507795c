//! Tolerant access to Meta's JSON. Everything inside a payload is optional until proved otherwise: a missing key, another
//! type or an unknown value reads as "not there" and never loses what stands beside it.

use model::Millis;
use serde_json::Value;

/// Parses a body. Halves of surrogate pairs (a text cut in the middle of an emoji) and bytes that are no UTF-8 would make
/// the whole batch unreadable, so they are replaced and the body is tried once more. Texts have no NUL afterwards, which
/// databases refuse.
pub(super) fn parse(body: &[u8]) -> Result<Value, serde_json::Error> {
    let mut value = serde_json::from_slice(body).or_else(|first| {
        let repaired = without_lone_surrogates(&String::from_utf8_lossy(body));
        serde_json::from_str(&repaired).map_err(|_| first)
    })?;
    if body.windows(6).any(|w| w == br"\u0000") {
        without_nul(&mut value);
    }
    Ok(value)
}

fn without_nul(value: &mut Value) {
    match value {
        Value::String(s) if s.contains('\0') => *s = s.replace('\0', "\u{FFFD}"),
        Value::Array(items) => items.iter_mut().for_each(without_nul),
        Value::Object(map) => {
            if map.keys().any(|k| k.contains('\0')) {
                *map = std::mem::take(map).into_iter().map(|(k, v)| (k.replace('\0', "\u{FFFD}"), v)).collect();
            }
            map.values_mut().for_each(without_nul);
        }
        _ => {}
    }
}

/// The text with every `\uD800`..`\uDFFF` escape that has no partner replaced by U+FFFD.
fn without_lone_surrogates(text: &str) -> String {
    let bytes = text.as_bytes();
    let unit = |at: usize| -> Option<u16> {
        let escape = bytes.get(at..at + 6)?;
        if escape[0] != b'\\' || escape[1] != b'u' {
            return None;
        }
        u16::from_str_radix(std::str::from_utf8(&escape[2..]).ok()?, 16).ok()
    };
    let mut out = String::with_capacity(text.len());
    let (mut at, mut copied) = (0, 0);
    while at < bytes.len() {
        if bytes[at] != b'\\' {
            at += 1;
            continue;
        }
        match unit(at) {
            Some(0xD800..=0xDBFF) if unit(at + 6).is_some_and(|low| (0xDC00..=0xDFFF).contains(&low)) => at += 12,
            Some(0xD800..=0xDFFF) => {
                out.push_str(&text[copied..at]);
                out.push('\u{FFFD}');
                at += 6;
                copied = at;
            }
            Some(_) => at += 6,
            // Any other escape is two bytes; jumping over both keeps `\\u` from being taken for an escape.
            None => at += 2,
        }
    }
    out.push_str(&text[copied..]);
    out
}

/// A text; empty when missing or not a text.
pub(super) fn text<'a>(of: &'a Value, key: &str) -> &'a str {
    of.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// An identifier: a text that is not blank, or a number written as one.
pub(super) fn word(of: &Value, key: &str) -> Option<String> {
    match of.get(key)? {
        Value::String(s) => Some(s.trim()).filter(|s| !s.is_empty()).map(str::to_owned),
        Value::Number(n) => Some(n.to_string()),
        _ => None,
    }
}

/// A list; a lone object counts as a list of one.
pub(super) fn list<'a>(of: &'a Value, key: &str) -> &'a [Value] {
    match of.get(key) {
        Some(Value::Array(items)) => items,
        Some(one @ Value::Object(_)) => std::slice::from_ref(one),
        _ => &[],
    }
}

/// A whole number, also as a text.
pub(super) fn int(of: &Value, key: &str) -> Option<i64> {
    match of.get(key)? {
        Value::Number(n) => n.as_i64().or_else(|| n.as_f64().filter(|f| f.fract() == 0.0 && f.abs() < 9e15).map(|f| f as i64)),
        Value::String(s) => s.trim().parse().ok(),
        _ => None,
    }
}

/// A number, also as a text.
pub(super) fn number(of: &Value, key: &str) -> Option<f64> {
    match of.get(key)? {
        Value::Number(n) => n.as_f64(),
        Value::String(s) => s.trim().parse().ok().filter(|f: &f64| f.is_finite()),
        _ => None,
    }
}

/// True for `true` and `"true"`.
pub(super) fn flag(of: &Value, key: &str) -> bool {
    match of.get(key) {
        Some(Value::Bool(b)) => *b,
        Some(Value::String(s)) => s == "true",
        _ => false,
    }
}

/// Seconds since 1970, mostly as a text; none for anything that cannot be a moment. Thirteen digits are milliseconds
/// already, as other products of Meta write them.
pub(super) fn moment(of: &Value, key: &str) -> Option<Millis> {
    match int(of, key)? {
        s @ 1..100_000_000_000 => Some(s * 1000),
        ms @ 100_000_000_000..10_000_000_000_000 => Some(ms),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn lone_surrogates_and_broken_utf8_do_not_lose_the_batch() {
        assert_eq!(
            parse(br#"{"a":"x\ud83d","b":"\ud83d\ude00","c":"\\ud83d","d":"\udc00y"}"#).unwrap(),
            json!({"a": "x\u{FFFD}", "b": "😀", "c": "\\ud83d", "d": "\u{FFFD}y"})
        );
        assert_eq!(parse(b"{\"a\":\"\xff\"}").unwrap(), json!({"a": "\u{FFFD}"}));
        assert!(parse(b"{\"a\":\"\\u\"}").is_err());
        assert!(parse(b"").is_err());
        assert!(parse(br#"{"a":"\ud8"#).is_err());
    }

    #[test]
    fn no_text_has_a_nul() {
        let value = parse(br#"{"a\u0000":["x\u0000y",{"b":"\u0000"}],"c":"\\u0000"}"#).unwrap();
        assert_eq!(value, json!({"a\u{FFFD}": ["x\u{FFFD}y", {"b": "\u{FFFD}"}], "c": "\\u0000"}));
    }

    #[test]
    fn moments_are_seconds_as_text_or_nothing() {
        let at = |v: Value| moment(&json!({ "t": v }), "t");
        assert_eq!(at(json!("1749416383")), Some(1_749_416_383_000));
        assert_eq!(at(json!(1_749_416_383)), Some(1_749_416_383_000));
        assert_eq!(at(json!("1749416383123")), Some(1_749_416_383_123));
        for bad in [json!("asdf"), json!(""), json!(null), json!("-5"), json!("0"), json!("99999999999999999999"), json!([])] {
            assert_eq!(at(bad), None);
        }
    }

    #[test]
    fn other_types_read_as_missing() {
        let v = json!({"n": 5, "s": "  ", "o": {"a": 1}, "f": 0.0, "t": "true", "price": "12"});
        assert_eq!(text(&v, "n"), "");
        assert_eq!(word(&v, "n").as_deref(), Some("5"));
        assert_eq!(word(&v, "s"), None);
        assert_eq!(list(&v, "o").len(), 1);
        assert_eq!(list(&v, "n").len(), 0);
        assert_eq!(number(&v, "f"), Some(0.0));
        assert_eq!(int(&v, "price"), Some(12));
        assert!(flag(&v, "t") && !flag(&v, "n"));
        assert_eq!(text(&Value::Null, "x"), "");
    }
}
