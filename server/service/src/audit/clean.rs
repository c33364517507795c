//! What a line of the audit must not hold: secrets, and what people write to each other.

use serde_json::Value;

/// Parts of the names of fields that hold secrets.
const SECRETS: &[&str] =
    &["password", "secret", "token", "api_key", "private", "cookie", "hash", "recovery", "otp", "pin_code", "credential"];
/// Names of fields that hold what somebody wrote, whole.
const TEXTS: &[&str] = &[
    "text",
    "body",
    "caption",
    "message",
    "closing_message",
    "transfer_message",
    "warning",
    "reply",
    "answer",
    "comment",
    "content",
    "note",
    "old_text",
    "new_text",
];
/// Stands for what was taken out.
const GONE: &str = "•••";
/// Characters of one value.
const VALUE_MAX: usize = 200;

/// Takes secrets and texts out; that there was something stays.
pub fn clean(data: &mut Value) {
    match data {
        Value::Object(fields) => {
            for (name, value) in fields.iter_mut() {
                let lower = name.to_lowercase();
                if SECRETS.iter().any(|s| lower.contains(s)) || TEXTS.contains(&lower.as_str()) {
                    hide(value);
                } else {
                    clean(value);
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(clean),
        Value::String(text) if text.chars().count() > VALUE_MAX => *text = model::text::shorten(text, VALUE_MAX),
        _ => {}
    }
}

/// Hides all texts in a value; empty ones, numbers and switches tell nothing and stay.
fn hide(value: &mut Value) {
    match value {
        Value::String(text) if !text.is_empty() => GONE.clone_into(text),
        Value::Object(fields) => fields.values_mut().for_each(hide),
        Value::Array(values) => values.iter_mut().for_each(hide),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nx_20_secrets_and_texts_are_taken_out_wherever_they_stand() {
        let mut data = json!({
            "name": "Loja", "access_token": "EAAB-s3cret", "App_Secret": { "from": "a-s3cret", "to": "b-s3cret" },
            "how": [{ "text": "segredo dito", "seconds": 5 }], "closing_message": { "from": "", "to": "segredo dito" }, "password": "s3cret"
        });
        clean(&mut data);
        let text = data.to_string();
        assert!(!text.contains("s3cret") && !text.contains("segredo"), "{text}");
        assert!(text.contains("Loja") && data["how"][0]["seconds"] == 5 && data["closing_message"]["from"] == "");
    }
}
