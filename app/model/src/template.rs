//! Approved templates: what they ask for, and what they look like filled in.

use crate::{ChannelId, TemplateId, words};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

words! {
    /// Meta's categories (TM-16).
    pub enum TemplateCategory { Marketing = "MARKETING", Utility = "UTILITY", Authentication = "AUTHENTICATION" }
}

words! {
    /// What the header holds.
    pub enum HeaderKind { None = "NONE", Text = "TEXT", Image = "IMAGE", Video = "VIDEO", Document = "DOCUMENT", Location = "LOCATION" }
}

words! {
    /// What a button does.
    pub enum ButtonKind { QuickReply = "QUICK_REPLY", Url = "URL", Phone = "PHONE_NUMBER", CopyCode = "COPY_CODE", Other = "OTHER" }
}

/// A template that may be sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Template {
    pub id: TemplateId,
    pub channel_id: ChannelId,
    pub name: String,
    /// Meta's code, such as `pt_BR`.
    pub language: String,
    pub category: TemplateCategory,
    pub header_kind: HeaderKind,
    /// Text of a text header.
    pub header: String,
    pub body: String,
    pub footer: String,
    pub buttons: Vec<TemplateButton>,
    /// Variables have names instead of numbers.
    pub named: bool,
}

/// A button of a template.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TemplateButton {
    pub kind: ButtonKind,
    pub text: String,
    /// Address with `{{1}}` at its end when it takes a suffix.
    #[serde(default)]
    pub url: String,
}

/// A template with its parameters, as a person filled it in.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TemplateFill {
    pub template_id: TemplateId,
    /// Values by [`Slot::key`].
    #[serde(default)]
    pub values: BTreeMap<String, String>,
}

words! {
    /// Where a parameter stands.
    pub enum SlotPlace { Header = "HEADER", Body = "BODY", Button = "BUTTON" }
}

/// One parameter that a template asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    /// `header.1`, `body.1`, `body.nome`, `button.1` (the number of the button from 0), `header.link` for a media header.
    pub key: String,
    pub place: SlotPlace,
    /// What stands between the braces.
    pub name: String,
}

/// Variables of a text in order of appearance, each once: `{{1}}`, `{{nome}}`.
pub fn variables(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("{{") {
        let Some(len) = rest[start + 2..].find("}}") else { break };
        let name = rest[start + 2..start + 2 + len].trim();
        if !name.is_empty()
            && name.len() <= 64
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            && !found.iter().any(|f| f == name)
        {
            found.push(name.to_owned());
        }
        rest = &rest[start + 2 + len + 2..];
    }
    found
}

/// The text with its variables replaced; what has no value stays as it is.
pub fn fill(text: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("{{") {
        let Some(len) = rest[start + 2..].find("}}") else { break };
        let end = start + 2 + len + 2;
        out.push_str(&rest[..start]);
        match value(rest[start + 2..start + 2 + len].trim()) {
            Some(v) => out.push_str(&v),
            None => out.push_str(&rest[start..end]),
        }
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

/// A value as Meta takes it: trimmed, line breaks and tabs and runs of spaces made single spaces (TM-12).
pub fn clean_value(value: &str) -> String {
    value.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Template {
    /// The parameters that must be given, in the order in which people fill them in.
    pub fn slots(&self) -> Vec<Slot> {
        let mut slots = Vec::new();
        let slot = |place: SlotPlace, prefix: &str, name: String| Slot { key: format!("{prefix}.{name}"), place, name };
        match self.header_kind {
            HeaderKind::Text => slots.extend(variables(&self.header).into_iter().map(|n| slot(SlotPlace::Header, "header", n))),
            HeaderKind::Image | HeaderKind::Video | HeaderKind::Document => slots.push(slot(SlotPlace::Header, "header", "link".into())),
            HeaderKind::None | HeaderKind::Location => {}
        }
        slots.extend(variables(&self.body).into_iter().map(|n| slot(SlotPlace::Body, "body", n)));
        for (i, b) in self.buttons.iter().enumerate() {
            if b.kind == ButtonKind::CopyCode || (b.kind == ButtonKind::Url && b.url.contains("{{")) {
                slots.push(slot(SlotPlace::Button, "button", i.to_string()));
            }
        }
        slots
    }

    /// Keys of parameters that have no value yet, or a link that is not one.
    pub fn missing(&self, fill: &TemplateFill) -> Vec<String> {
        self.slots()
            .into_iter()
            .filter(|s| {
                let v = fill.values.get(&s.key).map(|v| clean_value(v)).unwrap_or_default();
                v.is_empty() || (s.key == "header.link" && !(v.starts_with("https://") || v.starts_with("http://")))
            })
            .map(|s| s.key)
            .collect()
    }

    /// The body with its parameters, as the contact will read it and as the timeline shows it.
    pub fn body_filled(&self, fill_in: &TemplateFill) -> String {
        fill(&self.body, |n| value(fill_in, "body", n))
    }

    /// The header text with its parameter.
    pub fn header_filled(&self, fill_in: &TemplateFill) -> String {
        fill(&self.header, |n| value(fill_in, "header", n))
    }
}

fn value(fill_in: &TemplateFill, prefix: &str, name: &str) -> Option<String> {
    fill_in.values.get(&format!("{prefix}.{name}")).map(|v| clean_value(v)).filter(|v| !v.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(header_kind: HeaderKind, header: &str, body: &str) -> Template {
        Template {
            id: TemplateId(1),
            channel_id: ChannelId(1),
            name: "x".into(),
            language: "pt_BR".into(),
            category: TemplateCategory::Utility,
            header_kind,
            header: header.into(),
            body: body.into(),
            footer: String::new(),
            buttons: vec![TemplateButton { kind: ButtonKind::Url, text: "Abrir".into(), url: "https://x/{{1}}".into() }],
            named: false,
        }
    }

    #[test]
    fn slots_name_every_parameter_once() {
        let t = template(HeaderKind::Text, "Oi {{1}}", "{{1}} e {{2}} e {{1}}");
        let keys: Vec<_> = t.slots().into_iter().map(|s| s.key).collect();
        assert_eq!(keys, ["header.1", "body.1", "body.2", "button.0"]);
    }

    #[test]
    fn tm_12_values_are_trimmed_and_have_no_line_breaks() {
        assert_eq!(clean_value("  a\n\tb     c "), "a b c");
    }

    #[test]
    fn tm_11_a_parameter_without_a_value_is_missing_and_never_sent_literally() {
        let t = template(HeaderKind::Image, "", "Olá {{nome}}");
        let mut f = TemplateFill { template_id: TemplateId(1), values: BTreeMap::new() };
        assert_eq!(t.missing(&f), ["header.link", "body.nome", "button.0"]);
        f.values.insert("header.link".into(), "javascript:1".into());
        f.values.insert("body.nome".into(), " \n ".into());
        f.values.insert("button.0".into(), "7".into());
        assert_eq!(t.missing(&f), ["header.link", "body.nome"]);
        f.values.insert("header.link".into(), "https://x/y.png".into());
        f.values.insert("body.nome".into(), "Ana".into());
        assert!(t.missing(&f).is_empty());
        assert_eq!(t.body_filled(&f), "Olá Ana");
    }

    #[test]
    fn braces_without_end_are_text() {
        assert_eq!(fill("a {{1 b", |_| Some("x".into())), "a {{1 b");
        assert!(variables("a {{1 b").is_empty());
    }
}
