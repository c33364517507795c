//! Checks of a template's definition at creation and editing, with Meta's subcodes.

use axum::http::StatusCode;
use serde_json::Value;

use crate::error::{GraphError, GraphResult};
use crate::template_model::{component, distinct, upper, variables};

/// Wrong variables.
pub const VARIABLES: u32 = 2_388_039;
/// Text too long.
pub const TOO_LONG: u32 = 2_388_040;
/// Wrong shape of components.
pub const FORMAT: u32 = 2_388_047;
/// Header wrong.
pub const HEADER: u32 = 2_388_072;
/// Variable at the start or the end.
pub const EDGE: u32 = 2_388_299;
/// Too many variables for the text.
pub const DENSE: u32 = 2_388_293;
/// Examples missing.
pub const EXAMPLES: u32 = 2_388_043;
/// The name exists in this language.
pub const EXISTS: u32 = 2_388_024;
/// The name was deleted lately.
pub const DELETED: u32 = 2_388_023;

/// The refusal of a definition: code 100 with a subcode and a text for a person.
pub fn refuse<T>(subcode: u32, title: &str, text: impl Into<String>) -> GraphResult<T> {
    Err(GraphError {
        status: StatusCode::BAD_REQUEST,
        subcode: Some(subcode),
        message: Some("Invalid parameter".into()),
        user: Some(Box::new((title.to_owned(), text.into()))),
        ..GraphError::new(100)
    })
}

/// Checks name, language and category.
pub fn check_identity(name: &str, language: &str, category: &str) -> GraphResult<()> {
    let name_ok = (1..=512).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if !name_ok {
        return Err(GraphError::param("Param name must contain only lowercase alphanumeric characters and underscores (_), at most 512"));
    }
    let language_ok = (2..=6).contains(&language.len())
        && language
            .bytes()
            .enumerate()
            .all(|(i, b)| if i == 2 || i == 3 { b.is_ascii_alphabetic() || b == b'_' } else { b.is_ascii_alphabetic() });
    if !language_ok {
        return Err(GraphError::param("Param language is not a supported language code"));
    }
    if !matches!(category, "MARKETING" | "UTILITY" | "AUTHENTICATION") {
        return Err(GraphError::param("Param category must be one of {AUTHENTICATION, MARKETING, UTILITY}"));
    }
    Ok(())
}

/// Checks the components of a template. `known_handle` tells whether an example handle was uploaded.
pub fn check_components(category: &str, named: bool, components: &[Value], known_handle: impl Fn(&str) -> bool) -> GraphResult<()> {
    let mut seen = Vec::new();
    for c in components {
        let kind = upper(c["type"].as_str().unwrap_or_default());
        if !matches!(kind.as_str(), "HEADER" | "BODY" | "FOOTER" | "BUTTONS") {
            return Err(GraphError::param(format!("Param components[]['type'] '{kind}' is not supported")));
        }
        if seen.contains(&kind) {
            return refuse(FORMAT, "Message Template Format is Incorrect", format!("There is more than one {kind}."));
        }
        seen.push(kind);
    }
    if category == "AUTHENTICATION" {
        return check_authentication(components);
    }
    let Some(body) = component(components, "BODY") else {
        return refuse(FORMAT, "Message Template Format is Incorrect", "A body is required.");
    };
    check_body(body, named)?;
    if let Some(header) = component(components, "HEADER") {
        check_header(header, named, known_handle)?;
    }
    if let Some(footer) = component(components, "FOOTER") {
        let text = footer["text"].as_str().unwrap_or_default();
        if text.is_empty() || text.chars().count() > 60 {
            return refuse(TOO_LONG, "Footer Length", "The footer goes from 1 to 60 characters.");
        }
        if !variables(text).is_empty() {
            return refuse(VARIABLES, "Footer Variables", "The footer cannot have variables.");
        }
    }
    match component(components, "BUTTONS") {
        Some(buttons) => check_buttons(buttons["buttons"].as_array().map_or(&[], Vec::as_slice)),
        None => Ok(()),
    }
}

/// Authentication templates have a fixed body and one OTP button.
fn check_authentication(components: &[Value]) -> GraphResult<()> {
    let otp = component(components, "BUTTONS")
        .and_then(|b| b["buttons"].as_array())
        .is_some_and(|b| b.len() == 1 && b[0]["type"].as_str().is_some_and(|t| upper(t) == "OTP"));
    if component(components, "BODY").is_none() || !otp {
        return refuse(FORMAT, "Message Template Format is Incorrect", "An authentication template needs a body and one OTP button.");
    }
    if component(components, "BODY").is_some_and(|b| b.get("text").is_some()) {
        return refuse(FORMAT, "Message Template Format is Incorrect", "The text of an authentication template is fixed.");
    }
    Ok(())
}

fn check_body(body: &Value, named: bool) -> GraphResult<()> {
    let text = body["text"].as_str().unwrap_or_default();
    if text.trim().is_empty() {
        return refuse(FORMAT, "Message Template Format is Incorrect", "The body has no text.");
    }
    if text.chars().count() > 1024 {
        return refuse(TOO_LONG, "Body Length", "The body goes up to 1024 characters.");
    }
    check_variables(text, named)?;
    let found = variables(text);
    let trimmed = text.trim();
    if trimmed.starts_with("{{") || trimmed.ends_with("}}") {
        return refuse(EDGE, "Leading or Trailing Variables", "Variables can't be at the start or end of the template.");
    }
    if found.windows(2).any(|w| text[w[0].1.end..w[1].1.start].trim().is_empty()) {
        return refuse(VARIABLES, "Adjacent Variables", "Two variables cannot stand side by side.");
    }
    let words = text.split_whitespace().count();
    if words < 2 * found.len() + 1 {
        return refuse(DENSE, "Too Many Variables", "This template has too many variables for its length.");
    }
    if named {
        let examples: Vec<&str> = body["example"]["body_text_named_params"]
            .as_array()
            .map(|a| a.iter().filter_map(|p| p["param_name"].as_str()).collect())
            .unwrap_or_default();
        need_examples(distinct(text).iter().all(|v| examples.contains(&v.as_str())))
    } else {
        let examples = body["example"]["body_text"].as_array().and_then(|a| a.first()?.as_array()).map_or(0, Vec::len);
        need_examples(examples == distinct(text).len())
    }
}

fn check_header(header: &Value, named: bool, known_handle: impl Fn(&str) -> bool) -> GraphResult<()> {
    match upper(header["format"].as_str().unwrap_or("TEXT")).as_str() {
        "TEXT" => {
            let text = header["text"].as_str().unwrap_or_default();
            if text.is_empty() || text.chars().count() > 60 {
                return refuse(TOO_LONG, "Header Length", "The header goes from 1 to 60 characters.");
            }
            check_variables(text, named)?;
            let count = variables(text).len();
            if count > 1 {
                return refuse(HEADER, "Header Variables", "The header can have one variable.");
            }
            let example =
                if named { header["example"]["header_text_named_params"].as_array() } else { header["example"]["header_text"].as_array() };
            need_examples(count == 0 || example.is_some_and(|a| a.len() == 1))
        }
        "IMAGE" | "VIDEO" | "DOCUMENT" => {
            let handle = header["example"]["header_handle"].as_array().and_then(|a| a.first()?.as_str());
            match handle {
                Some(handle) if known_handle(handle) => Ok(()),
                Some(_) => {
                    refuse(HEADER, "Header Example", "The handle of the header's example was not uploaded with the Resumable Upload API.")
                }
                None => refuse(EXAMPLES, "Header Example", "A media header needs an example handle."),
            }
        }
        "LOCATION" => Ok(()),
        other => refuse(HEADER, "Header Format", format!("{other} is no header format.")),
    }
}

fn check_variables(text: &str, named: bool) -> GraphResult<()> {
    let names = distinct(text);
    for (i, name) in names.iter().enumerate() {
        if name.contains(['#', '$', '%']) {
            return refuse(VARIABLES, "Variables", "A variable cannot contain #, $ or %.");
        }
        let ok = if named {
            !name.is_empty()
                && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
                && !name.bytes().all(|b| b.is_ascii_digit())
        } else {
            name.parse() == Ok(i + 1)
        };
        if !ok {
            let rule = if named { "lower-case letters, digits and _" } else { "{{1}}, {{2}} and so on, in order" };
            return refuse(VARIABLES, "Variables", format!("'{{{{{name}}}}}' is wrong: variables are {rule}."));
        }
    }
    Ok(())
}

fn need_examples(ok: bool) -> GraphResult<()> {
    if ok { Ok(()) } else { refuse(EXAMPLES, "Examples", "Every variable needs an example.") }
}

fn check_buttons(buttons: &[Value]) -> GraphResult<()> {
    let bad = |text: String| refuse(FORMAT, "Buttons", text);
    if buttons.is_empty() || buttons.len() > 10 {
        return bad("A template has from 1 to 10 buttons.".into());
    }
    let kinds: Vec<String> = buttons.iter().map(|b| upper(b["type"].as_str().unwrap_or_default())).collect();
    for (kind, max) in [("URL", 2), ("PHONE_NUMBER", 1), ("COPY_CODE", 1)] {
        if kinds.iter().filter(|k| *k == kind).count() > max {
            return bad(format!("At most {max} buttons of type {kind}."));
        }
    }
    // Quick replies stand together: walking along, the change from or to QUICK_REPLY happens once at most.
    let changes = kinds.windows(2).filter(|w| (w[0] == "QUICK_REPLY") != (w[1] == "QUICK_REPLY")).count();
    if changes > 1 {
        return bad("Quick replies must stand together.".into());
    }
    for (b, kind) in buttons.iter().zip(&kinds) {
        let text = b["text"].as_str().unwrap_or_default();
        if !matches!(kind.as_str(), "COPY_CODE" | "OTP") && (text.is_empty() || text.chars().count() > 25) {
            return bad("A button's text goes from 1 to 25 characters.".into());
        }
        match kind.as_str() {
            "QUICK_REPLY" | "FLOW" => {}
            "URL" => {
                let url = b["url"].as_str().unwrap_or_default();
                let vars = variables(url);
                if url.is_empty() || url.len() > 2000 {
                    return bad("A URL goes from 1 to 2000 characters.".into());
                }
                if vars.len() > 1 || vars.first().is_some_and(|v| v.1.end != url.len()) {
                    return bad("A URL has one variable at most, at its end.".into());
                }
                need_examples(vars.is_empty() || b["example"].as_array().is_some_and(|a| a.len() == 1))?;
            }
            "PHONE_NUMBER" => {
                let number = b["phone_number"].as_str().unwrap_or_default();
                if number.is_empty() || number.len() > 20 {
                    return bad("A phone number goes from 1 to 20 characters.".into());
                }
            }
            "COPY_CODE" => {
                let example = b["example"].as_str().or_else(|| b["example"][0].as_str()).unwrap_or_default();
                if example.is_empty() || example.chars().count() > 15 {
                    return bad("A coupon code goes from 1 to 15 characters.".into());
                }
            }
            other => return bad(format!("{other} is no button type.")),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn body(text: &str, examples: usize) -> Value {
        json!({"type": "BODY", "text": text, "example": {"body_text": [vec!["x"; examples]]}})
    }

    fn subcode(components: &[Value]) -> Option<u32> {
        check_components("UTILITY", false, components, |h| h == "4::good").err().map(|e| e.subcode.unwrap_or(0))
    }

    #[test]
    fn definitions_are_checked() {
        assert_eq!(subcode(&[body("Olá {{1}}, tudo bem?", 1)]), None);
        assert_eq!(subcode(&[body("Olá {{2}}, tudo bem?", 1)]), Some(VARIABLES));
        assert_eq!(subcode(&[body("Olá {{1}}, tudo bem?", 0)]), Some(EXAMPLES));
        assert_eq!(subcode(&[body("{{1}}, tudo bem com voce hoje?", 1)]), Some(EDGE));
        assert_eq!(subcode(&[body("a {{1}} {{2}} b c d e f", 2)]), Some(VARIABLES));
        assert_eq!(subcode(&[body("oi {{1}} ok", 1)]), None);
        assert_eq!(subcode(&[body("oi {{1}} e {{2}}.", 2)]), Some(DENSE));
        assert_eq!(subcode(&[body(&"x".repeat(1025), 0)]), Some(TOO_LONG));
        assert_eq!(subcode(&[]), Some(FORMAT));
        let footer = json!({"type": "FOOTER", "text": "oi {{1}}"});
        assert_eq!(subcode(&[body("oi", 0), footer]), Some(VARIABLES));
        let header = |h: &str| json!({"type": "HEADER", "format": "IMAGE", "example": {"header_handle": [h]}});
        assert_eq!(subcode(&[body("oi", 0), header("4::good")]), None);
        assert_eq!(subcode(&[body("oi", 0), header("123456")]), Some(HEADER), "a media id is not accepted");
    }

    #[test]
    fn buttons_are_checked() {
        let with = |buttons: Value| subcode(&[body("oi", 0), json!({"type": "BUTTONS", "buttons": buttons})]);
        let qr = |t: &str| json!({"type": "QUICK_REPLY", "text": t});
        let url = json!({"type": "URL", "text": "Abrir", "url": "https://x.test/"});
        assert_eq!(with(json!([qr("a"), qr("b"), url])), None);
        assert_eq!(with(json!([qr("a"), url, qr("b")])), Some(FORMAT));
        assert_eq!(with(json!([url, url, url])), Some(FORMAT));
        assert_eq!(with(json!([qr(&"x".repeat(26))])), Some(FORMAT));
        assert_eq!(with(json!([{"type": "URL", "text": "a", "url": "https://x.test/{{1}}/b", "example": ["x"]}])), Some(FORMAT));
        assert_eq!(with(json!([{"type": "URL", "text": "a", "url": "https://x.test/{{1}}"}])), Some(EXAMPLES));
    }

    #[test]
    fn names_and_categories_are_checked() {
        assert!(check_identity("pedido_1", "pt_BR", "UTILITY").is_ok());
        assert!(check_identity("Pedido", "pt_BR", "UTILITY").is_err());
        assert!(check_identity("pedido", "portuguese", "UTILITY").is_err());
        assert!(check_identity("pedido", "pt_BR", "SERVICE").is_err());
    }
}
