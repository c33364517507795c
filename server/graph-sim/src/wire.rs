//! Checks of what callers send: message types and their limits.

use serde_json::Value;

use crate::error::{GraphError, GraphResult};
use crate::interactive;

/// Message types that a send may have.
pub const TYPES: [&str; 12] = [
    "text",
    "image",
    "audio",
    "video",
    "document",
    "sticker",
    "location",
    "contacts",
    "reaction",
    "interactive",
    "template",
    "order_status",
];

/// A file that a message wants: as message type `kind`, by id or by link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaRef {
    /// image, audio, video, document or sticker.
    pub kind: String,
    /// Media id.
    pub id: Option<String>,
    /// Address.
    pub link: Option<String>,
}

/// Number of characters.
pub fn chars(text: &str) -> usize {
    text.chars().count()
}

/// A text that must be there, of limited length.
pub fn need_text<'a>(object: &'a Value, key: &str, path: &str, max: usize) -> GraphResult<&'a str> {
    match object[key].as_str() {
        Some(text) if !text.trim().is_empty() => {
            limit_text(text, path, max)?;
            Ok(text)
        }
        _ => Err(GraphError::missing(format!("The parameter {path} is required."))),
    }
}

/// A text that may be there, of limited length.
pub fn optional_text<'a>(object: &'a Value, key: &str, path: &str, max: usize) -> GraphResult<Option<&'a str>> {
    match &object[key] {
        Value::Null => Ok(None),
        Value::String(text) => {
            limit_text(text, path, max)?;
            Ok(Some(text))
        }
        _ => Err(GraphError::param(format!("Param {path} must be a string."))),
    }
}

fn limit_text(text: &str, path: &str, max: usize) -> GraphResult<()> {
    if chars(text) > max {
        return Err(GraphError::value(format!("Param {path} must be at most {max} characters long.")));
    }
    Ok(())
}

/// Checks the object of a message type and gives the files that it wants.
pub fn check(kind: &str, body: &Value) -> GraphResult<Vec<MediaRef>> {
    if !TYPES.contains(&kind) {
        return Err(GraphError::param(format!(
            "Param type must be one of {{AUDIO, CONTACTS, DOCUMENT, IMAGE, INTERACTIVE, LOCATION, REACTION, STICKER, TEMPLATE, TEXT, VIDEO}} - got \"{kind}\"."
        )));
    }
    let object = &body[kind];
    if object.is_null() {
        return Err(GraphError::param(format!("The parameter {kind} is required.")));
    }
    match kind {
        "text" => {
            need_text(object, "body", "text['body']", 4096).map_err(|e| match e.code {
                // Meta answers 100 for the body of a text and 131009 elsewhere.
                131009 => GraphError::param("Param text['body'] must be at most 4096 characters long."),
                _ => e,
            })?;
            Ok(Vec::new())
        }
        "image" | "video" | "document" | "audio" | "sticker" => Ok(vec![media(kind, object)?]),
        "location" => check_location(object).map(|()| Vec::new()),
        "contacts" => check_contacts(object).map(|()| Vec::new()),
        "reaction" => check_reaction(object).map(|()| Vec::new()),
        "interactive" => interactive::check(object),
        "template" => template_media(object),
        _ => Ok(Vec::new()),
    }
}

/// Checks a media object: id or link, caption, filename.
pub fn media(kind: &str, object: &Value) -> GraphResult<MediaRef> {
    let id = object["id"].as_str().map(str::to_owned).or_else(|| object["id"].as_u64().map(|n| n.to_string()));
    let link = object["link"].as_str().map(str::to_owned);
    match (&id, &link) {
        (Some(_), Some(_)) => {
            return Err(GraphError::param(format!("Param {kind}: give 'id' or 'link', not both.")));
        }
        (None, None) => {
            return Err(GraphError::param(format!("Param {kind}: one of 'id' and 'link' is required.")));
        }
        _ => {}
    }
    if let Some(link) = &link {
        crate::config::http_url(link).map_err(|_| GraphError::value(format!("Param {kind}['link'] is not a valid URL.")))?;
    }
    match kind {
        "audio" | "sticker" => {
            if !object["caption"].is_null() {
                return Err(GraphError::param(format!("Unexpected key \"caption\" on param \"{kind}\".")));
            }
        }
        _ => {
            optional_text(object, "caption", &format!("{kind}['caption']"), 1024)?;
        }
    }
    if kind == "document" {
        optional_text(object, "filename", "document['filename']", 240)?;
    } else if !object["filename"].is_null() {
        return Err(GraphError::param(format!("Unexpected key \"filename\" on param \"{kind}\".")));
    }
    Ok(MediaRef { kind: kind.to_owned(), id, link })
}

/// Files in the header of a template.
fn template_media(object: &Value) -> GraphResult<Vec<MediaRef>> {
    let components = object["components"].as_array().map_or(&[] as &[Value], Vec::as_slice);
    components
        .iter()
        .filter(|c| c["type"].as_str().is_some_and(|t| t.eq_ignore_ascii_case("header")))
        .flat_map(|c| c["parameters"].as_array().cloned().unwrap_or_default())
        .filter_map(|p| {
            let kind = p["type"].as_str()?.to_ascii_lowercase();
            if !matches!(kind.as_str(), "image" | "video" | "document") {
                return None;
            }
            let object = &p[&kind];
            // Without either the template's own rules say what is missing.
            (!object["id"].is_null() || !object["link"].is_null()).then(|| media(&kind, object))
        })
        .collect()
}

/// Checks a location: numbers (or digits in a string) within the globe.
pub fn check_location(object: &Value) -> GraphResult<()> {
    for (key, max) in [("latitude", 90.0), ("longitude", 180.0)] {
        let number = object[key].as_f64().or_else(|| object[key].as_str().and_then(|s| s.parse().ok()));
        match number {
            None => return Err(GraphError::missing(format!("The parameter location['{key}'] is required."))),
            Some(n) if n.abs() > max => {
                return Err(GraphError::value(format!("Param location['{key}'] must be between -{max} and {max}.")));
            }
            Some(_) => {}
        }
    }
    optional_text(object, "name", "location['name']", 1000)?;
    optional_text(object, "address", "location['address']", 1000)?;
    Ok(())
}

fn check_contacts(object: &Value) -> GraphResult<()> {
    let Some(list) = object.as_array().filter(|l| !l.is_empty()) else {
        return Err(GraphError::param("Param contacts must be a non-empty array."));
    };
    for contact in list {
        let name = &contact["name"];
        need_text(name, "formatted_name", "contacts[]['name']['formatted_name']", 1000)?;
        let part = ["first_name", "last_name", "middle_name", "prefix", "suffix"].iter().any(|k| name[*k].is_string());
        if !part {
            return Err(GraphError::missing("contacts[]['name'] needs another part besides formatted_name."));
        }
    }
    Ok(())
}

fn check_reaction(object: &Value) -> GraphResult<()> {
    need_text(object, "message_id", "reaction['message_id']", 500)?;
    match object["emoji"].as_str() {
        None => Err(GraphError::missing("The parameter reaction['emoji'] is required.")),
        Some(emoji) if chars(emoji) > 12 || emoji.chars().any(char::is_alphabetic) => {
            Err(GraphError::value("Param reaction['emoji'] must be one emoji."))
        }
        Some(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn code(kind: &str, object: Value) -> u32 {
        let mut body = json!({ "type": kind });
        body[kind] = object;
        check(kind, &body).err().map_or(0, |e| e.code)
    }

    #[test]
    fn text_and_media_limits() {
        assert_eq!(code("text", json!({"body": "x".repeat(4096)})), 0);
        assert_eq!(code("text", json!({"body": "é".repeat(4096)})), 0, "characters, not bytes");
        assert_eq!(code("text", json!({"body": "x".repeat(4097)})), 100);
        assert_eq!(code("text", json!({"body": ""})), 131008);
        assert_eq!(code("image", json!({"id": "1", "caption": "x".repeat(1025)})), 131009);
        assert_eq!(code("image", json!({})), 100);
        assert_eq!(code("image", json!({"id": "1", "link": "https://x.test/a.jpg"})), 100);
        assert_eq!(code("image", json!({"link": "file:///etc/passwd"})), 131009);
        assert_eq!(code("audio", json!({"id": "1", "caption": "no"})), 100);
        assert_eq!(code("poem", json!({})), 100);
    }

    #[test]
    fn locations_contacts_and_reactions() {
        assert_eq!(code("location", json!({"latitude": 0.0, "longitude": 0})), 0, "zero is valid");
        assert_eq!(code("location", json!({"latitude": 91, "longitude": 0})), 131009);
        assert_eq!(code("location", json!({"latitude": 1})), 131008);
        assert_eq!(code("contacts", json!([{"name": {"formatted_name": "Ana", "first_name": "Ana"}}])), 0);
        assert_eq!(code("contacts", json!([{"name": {"formatted_name": "Ana"}}])), 131008);
        assert_eq!(code("contacts", json!([])), 100);
        assert_eq!(code("reaction", json!({"message_id": "wamid.x", "emoji": "👍🏽"})), 0);
        assert_eq!(code("reaction", json!({"message_id": "wamid.x", "emoji": ""})), 0);
        assert_eq!(code("reaction", json!({"message_id": "wamid.x", "emoji": "good"})), 131009);
    }
}
