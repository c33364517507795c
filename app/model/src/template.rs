//! Approved templates: what they ask for, and what they look like filled in.

use crate::{
    ChannelId, ChannelKind, Delivery, Fault, FileKind, FileWhy, FileWish, MB, MapPlace, Media, MediaId, TemplateContent, TemplateId,
    Upload, delivery, words,
};
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
    /// The uploaded file of a media header, in the place of `header.link`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header_file: Option<MediaId>,
}

words! {
    /// Where a parameter stands.
    pub enum SlotPlace { Header = "HEADER", Body = "BODY", Button = "BUTTON" }
}

/// One parameter that a template asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    /// `header.1`, `body.1`, `body.nome`, `button.1` (the number of the button from 0), `header.link` for a media header,
    /// `header.name`, `header.address`, `header.latitude` and `header.longitude` for a place.
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

/// What a value has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wants {
    /// A variable.
    Text,
    /// The address of a file.
    Link,
    /// A number of degrees, up to this many on either side.
    Degrees(u32),
    /// Words that may be missing.
    Optional,
}

impl HeaderKind {
    /// The file that such a header shows.
    pub fn file(self) -> Option<FileKind> {
        match self {
            HeaderKind::Image => Some(FileKind::Image),
            HeaderKind::Video => Some(FileKind::Video),
            HeaderKind::Document => Some(FileKind::Document),
            HeaderKind::None | HeaderKind::Text | HeaderKind::Location => None,
        }
    }

    /// Bytes of its largest file (20, section 3.3).
    pub fn file_max(self) -> i64 {
        match self {
            HeaderKind::Image => 5 * MB,
            HeaderKind::Video => 16 * MB,
            _ => 100 * MB,
        }
    }

    /// Refuses a file that the network does not take in such a header.
    ///
    /// # Errors
    /// [`Fault::FileRefused`] for another kind of file, [`Fault::FileTooLarge`].
    pub fn takes(self, kind: FileKind, mime: &str, size: i64) -> Result<(), Fault> {
        let native = delivery(ChannelKind::WhatsApp, kind, FileWish::Shown, mime, 1) == Some(Delivery::Native);
        if self.file() != Some(kind) || !native {
            return Err(Fault::FileRefused { why: FileWhy::NotInHeader });
        }
        if size > self.file_max() { Err(Fault::FileTooLarge { megabytes: self.file_max() / MB }) } else { Ok(()) }
    }
}

impl Template {
    /// What the value of a parameter has to be.
    pub fn wants(&self, key: &str) -> Wants {
        match (self.header_kind, key) {
            (kind, "header.link") if kind.file().is_some() => Wants::Link,
            (HeaderKind::Location, "header.latitude") => Wants::Degrees(90),
            (HeaderKind::Location, "header.longitude") => Wants::Degrees(180),
            (HeaderKind::Location, "header.name" | "header.address") => Wants::Optional,
            _ => Wants::Text,
        }
    }

    /// The parameters that must be given, in the order in which people fill them in.
    pub fn slots(&self) -> Vec<Slot> {
        let mut slots = Vec::new();
        let slot = |place: SlotPlace, prefix: &str, name: String| Slot { key: format!("{prefix}.{name}"), place, name };
        match self.header_kind {
            HeaderKind::Text => slots.extend(variables(&self.header).into_iter().map(|n| slot(SlotPlace::Header, "header", n))),
            HeaderKind::Image | HeaderKind::Video | HeaderKind::Document => slots.push(slot(SlotPlace::Header, "header", "link".into())),
            HeaderKind::Location => {
                let names = ["name", "address", "latitude", "longitude"];
                slots.extend(names.map(|n| slot(SlotPlace::Header, "header", n.to_owned())));
            }
            HeaderKind::None => {}
        }
        slots.extend(variables(&self.body).into_iter().map(|n| slot(SlotPlace::Body, "body", n)));
        for (i, b) in self.buttons.iter().enumerate() {
            if b.kind == ButtonKind::CopyCode || (b.kind == ButtonKind::Url && b.url.contains("{{")) {
                slots.push(slot(SlotPlace::Button, "button", i.to_string()));
            }
        }
        slots
    }

    /// Keys of parameters that have no value yet, a link that is not one, a place that is nowhere.
    pub fn missing(&self, fill: &TemplateFill) -> Vec<String> {
        let lacks = |key: &str| {
            let v = fill.values.get(key).map(|v| clean_value(v)).unwrap_or_default();
            match self.wants(key) {
                Wants::Text => v.is_empty(),
                Wants::Link => fill.header_file.is_none() && !(v.starts_with("https://") || v.starts_with("http://")),
                Wants::Degrees(most) => degrees(&v, most).is_none(),
                Wants::Optional => false,
            }
        };
        self.slots().into_iter().map(|s| s.key).filter(|key| lacks(key)).collect()
    }

    /// The place of a location header, when it is one.
    pub fn place(&self, values: &BTreeMap<String, String>) -> Option<MapPlace> {
        let value = |name: &str| values.get(&format!("header.{name}")).map(|v| clean_value(v)).unwrap_or_default();
        (self.header_kind == HeaderKind::Location).then_some(())?;
        let (latitude, longitude) = (degrees(&value("latitude"), 90)?, degrees(&value("longitude"), 180)?);
        Some(MapPlace { latitude, longitude, name: value("name"), address: value("address") })
    }

    /// The template as it is sent and shown, with the file of its header.
    pub fn content(&self, fill: &TemplateFill, file: Option<Media>) -> TemplateContent {
        let link = (self.header_kind.file().is_some() && file.is_none()).then(|| value(fill, "header", "link")).flatten();
        TemplateContent {
            name: self.name.clone(),
            language: self.language.clone(),
            category: self.category.word().to_owned(),
            header: self.header_filled(fill),
            header_file: file.map(Box::new),
            header_link: link.unwrap_or_default(),
            place: self.place(&fill.values),
            footer: self.footer.clone(),
            buttons: self.buttons.iter().map(|b| b.text.clone()).collect(),
        }
    }

    /// An upload as the file of the header.
    ///
    /// # Errors
    /// As [`HeaderKind::takes`].
    pub fn header_media(&self, upload: &Upload) -> Result<Media, Fault> {
        self.header_kind.takes(upload.kind, &upload.mime, upload.size)?;
        Ok(upload.media(Delivery::Native))
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

/// Degrees as people write them, with a point or a comma.
fn degrees(text: &str, most: u32) -> Option<f64> {
    let number: f64 = text.replace(',', ".").parse().ok()?;
    (number.abs() <= f64::from(most)).then_some(number)
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
        let mut f = TemplateFill { template_id: TemplateId(1), ..TemplateFill::default() };
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
    fn a_header_takes_its_kind_of_file_up_to_the_networks_limit() {
        use FileKind::*;
        let refused = Err(Fault::FileRefused { why: FileWhy::NotInHeader });
        for (header, kind, mime, megabytes) in [
            (HeaderKind::Image, Image, "image/png", 5),
            (HeaderKind::Video, Video, "video/mp4", 16),
            (HeaderKind::Document, Document, "application/pdf", 100),
        ] {
            assert_eq!(header.takes(kind, mime, megabytes * MB), Ok(()));
            assert_eq!(header.takes(kind, mime, megabytes * MB + 1), Err(Fault::FileTooLarge { megabytes }));
        }
        for (header, kind, mime) in [
            (HeaderKind::Image, Image, "image/gif"),
            (HeaderKind::Image, Video, "video/mp4"),
            (HeaderKind::Video, Video, "video/webm"),
            (HeaderKind::Video, Audio, "audio/mpeg"),
            (HeaderKind::Document, Document, "application/zip"),
            (HeaderKind::Document, Image, "image/png"),
            (HeaderKind::Text, Image, "image/png"),
            (HeaderKind::Location, Image, "image/png"),
        ] {
            assert_eq!(header.takes(kind, mime, 1), refused, "{header:?} {mime}");
        }
    }

    #[test]
    fn a_file_stands_for_the_link_and_a_place_needs_its_degrees() {
        let mut f = TemplateFill { template_id: TemplateId(1), header_file: Some(MediaId(7)), ..TemplateFill::default() };
        f.values.insert("button.0".into(), "7".into());
        assert!(template(HeaderKind::Image, "", "Oi").missing(&f).is_empty());
        let t = template(HeaderKind::Location, "", "Oi");
        assert_eq!(t.missing(&f), ["header.latitude", "header.longitude"]);
        for (latitude, longitude, place) in [
            ("-23,55", " -46.63 ", Some((-23.55, -46.63))),
            ("90", "180", Some((90.0, 180.0))),
            ("91", "0", None),
            ("0", "-180.1", None),
            ("NaN", "0", None),
        ] {
            f.values.insert("header.latitude".into(), latitude.into());
            f.values.insert("header.longitude".into(), longitude.into());
            assert_eq!(t.place(&f.values).map(|p| (p.latitude, p.longitude)), place, "{latitude} {longitude}");
            assert_eq!(t.missing(&f).is_empty(), place.is_some());
        }
        // A variable may have the name of what a place has.
        assert_eq!(template(HeaderKind::Text, "{{link}}", "Oi").wants("header.link"), Wants::Text);
    }

    #[test]
    fn braces_without_end_are_text() {
        assert_eq!(fill("a {{1 b", |_| Some("x".into())), "a {{1 b");
        assert!(variables("a {{1 b").is_empty());
    }
}
