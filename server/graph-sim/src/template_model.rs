//! A message template and the questions asked about it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::ids;

/// A template in one language.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Template {
    /// Numeric id.
    pub id: String,
    /// Name, `[a-z0-9_]`.
    pub name: String,
    /// Language such as pt_BR.
    pub language: String,
    /// MARKETING, UTILITY or AUTHENTICATION.
    pub category: String,
    /// PENDING, APPROVED, REJECTED, PAUSED, DISABLED, IN_APPEAL, ARCHIVED.
    pub status: String,
    /// True when parameters have names.
    pub named: bool,
    /// Components as given at creation.
    pub components: Vec<Value>,
    /// GREEN, YELLOW, RED or UNKNOWN.
    pub quality: String,
    /// Since when, epoch seconds of the machine's clock.
    #[serde(default)]
    pub quality_since_s: i64,
    /// Reason of a rejection, NONE otherwise.
    pub rejected_reason: String,
    /// Whether it was ever approved.
    pub approved_once: bool,
    /// When it was edited while approved, epoch ms.
    pub edits_ms: Vec<i64>,
}

impl Template {
    /// A template under review.
    pub fn new(name: &str, language: &str, category: &str, named: bool, components: Vec<Value>) -> Self {
        Self {
            id: ids::numeric(),
            name: name.to_owned(),
            language: language.to_owned(),
            category: category.to_owned(),
            status: "PENDING".into(),
            named,
            components,
            quality: "UNKNOWN".into(),
            quality_since_s: crate::clock::real_ms() / 1000,
            rejected_reason: "NONE".into(),
            approved_once: false,
            edits_ms: Vec::new(),
        }
    }

    /// The component of a type, HEADER, BODY, FOOTER or BUTTONS.
    pub fn component(&self, kind: &str) -> Option<&Value> {
        component(&self.components, kind)
    }

    /// The text of a component, empty when it has none.
    pub fn text(&self, kind: &str) -> &str {
        self.component(kind).and_then(|c| c["text"].as_str()).unwrap_or_default()
    }

    /// The header's format: TEXT, IMAGE, VIDEO, DOCUMENT, LOCATION; none without a header.
    pub fn header_format(&self) -> Option<String> {
        self.component("HEADER").map(|h| upper(h["format"].as_str().unwrap_or("TEXT")))
    }

    /// The buttons, in order.
    pub fn buttons(&self) -> &[Value] {
        self.component("BUTTONS").and_then(|b| b["buttons"].as_array()).map_or(&[], Vec::as_slice)
    }

    /// As the management endpoints answer it.
    pub fn json(&self, fields: Option<&[&str]>) -> Value {
        let all = json!({
            "id": self.id,
            "name": self.name,
            "language": self.language,
            "category": self.category,
            "status": self.status,
            "components": self.components,
            "parameter_format": if self.named { "NAMED" } else { "POSITIONAL" },
            "quality_score": {"score": self.quality, "date": self.quality_since_s},
            "rejected_reason": self.rejected_reason,
        });
        let fields = fields.unwrap_or(&["name", "parameter_format", "components", "language", "status", "category"]);
        let mut out = json!({"id": self.id});
        for field in fields {
            if let Some(value) = all.get(*field) {
                out[*field] = value.clone();
            }
        }
        out
    }
}

/// Upper case of ASCII letters, as Meta treats enum values.
pub fn upper(text: &str) -> String {
    text.to_ascii_uppercase()
}

/// The component of a type in a list of components.
pub fn component<'a>(components: &'a [Value], kind: &str) -> Option<&'a Value> {
    components.iter().find(|c| c["type"].as_str().is_some_and(|t| t.eq_ignore_ascii_case(kind)))
}

/// Every `{{variable}}` of a text in order of appearance, each with its byte range.
pub fn variables(text: &str) -> Vec<(String, std::ops::Range<usize>)> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(open) = text[from..].find("{{").map(|i| i + from) {
        let Some(close) = text[open..].find("}}").map(|i| i + open) else { break };
        found.push((text[open + 2..close].trim().to_owned(), open..close + 2));
        from = close + 2;
    }
    found
}

/// Distinct variables of a text, in order of appearance.
pub fn distinct(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (name, _) in variables(text) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The text with its variables filled in; `value` gives the text of a variable by name.
pub fn fill(text: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (name, range) in variables(text) {
        out.push_str(&text[at..range.start]);
        match value(&name) {
            Some(v) => out.push_str(&v),
            None => out.push_str(&text[range.clone()]),
        }
        at = range.end;
    }
    out.push_str(&text[at..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_found_and_filled_once() {
        let text = "Olá {{1}}, pedido {{2}} de {{1}} {{";
        assert_eq!(distinct(text), ["1", "2"]);
        let filled = fill(text, |v| Some(if v == "1" { "{{2}}".into() } else { "42".into() }));
        assert_eq!(filled, "Olá {{2}}, pedido 42 de {{2}} {{");
    }
}
