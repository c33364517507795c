//! `/{phone_number_id}/whatsapp_business_profile`: what people see of the business.

use std::sync::Arc;

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::account::edit_number;
use crate::error::{GraphError, GraphResult};
use crate::graph::Call;
use crate::media_rules;
use crate::messages::check_product;
use crate::sim::Sim;
use crate::wire::optional_text;

/// Texts of a profile, with the characters that they may have.
const TEXTS: [(&str, usize); 4] = [("about", 139), ("address", 256), ("description", 512), ("email", 128)];
/// Words for what a business does.
const VERTICALS: [&str; 19] = [
    "UNDEFINED",
    "OTHER",
    "AUTO",
    "BEAUTY",
    "APPAREL",
    "EDU",
    "ENTERTAIN",
    "EVENT_PLAN",
    "FINANCE",
    "GROCERY",
    "GOVT",
    "HOTEL",
    "HEALTH",
    "NONPROFIT",
    "PROF_SERVICES",
    "RETAIL",
    "TRAVEL",
    "RESTAURANT",
    "NOT_A_BIZ",
];
/// Websites of a profile, and characters of each.
const WEBSITES: usize = 2;
const WEBSITE: usize = 256;

/// `GET`, with `fields`; without them the line below the name only. What is empty is left out.
pub fn get(sim: &Arc<Sim>, call: &Call) -> GraphResult<Response> {
    let data = sim.peek();
    let number = data.numbers.get(&call.id).ok_or_else(|| GraphError::no_object(&call.id, "get"))?;
    let mut one = json!({"messaging_product": "whatsapp"});
    for field in call.fields().unwrap_or_else(|| vec!["about"]) {
        if field == "profile_picture_url" {
            if let Some(id) = &number.picture {
                one[field] = json!(format!("{}/v/picture/{id}", call.origin()));
            }
        } else if let Some(value) = number.profile.get(field) {
            one[field] = value.clone();
        }
    }
    Ok(Json(json!({ "data": [one] })).into_response())
}

/// `POST` of any of the fields; all of them are right, or nothing changes.
pub fn set(sim: &Arc<Sim>, call: &Call, body: &Value) -> GraphResult<Response> {
    check_product(body)?;
    check(body)?;
    let picture = body["profile_picture_handle"].as_str().map(|handle| picture_of(sim, handle)).transpose()?;
    edit_number(sim, call, |n| {
        for key in TEXTS.iter().map(|(key, _)| *key).chain(["websites", "vertical"]) {
            match &body[key] {
                Value::Null => {}
                value if value.as_str() == Some("") || value.as_array().is_some_and(Vec::is_empty) => {
                    n.profile.remove(key);
                }
                value => {
                    n.profile.insert(key.to_owned(), value.clone());
                }
            }
        }
        if picture.is_some() {
            n.picture = picture;
        }
    })
}

fn check(body: &Value) -> GraphResult<()> {
    for (key, max) in TEXTS {
        let text = optional_text(body, key, key, max)?;
        if key == "about" && text == Some("") {
            return Err(GraphError::value("Param about must be at least 1 characters long."));
        }
        if key == "email" && text.is_some_and(|t| !t.is_empty() && !is_email(t)) {
            return Err(GraphError::value("Param email must be a valid email address."));
        }
    }
    match &body["websites"] {
        Value::Null => {}
        Value::Array(websites) if websites.len() > WEBSITES => {
            return Err(GraphError::value(format!("Param websites must have at most {WEBSITES} elements.")));
        }
        Value::Array(websites) => {
            for (place, website) in websites.iter().enumerate() {
                let text = website.as_str().ok_or_else(|| GraphError::param(format!("Param websites[{place}] must be a string.")))?;
                let is_right = text.chars().count() <= WEBSITE && crate::config::http_url(text).is_ok();
                if !is_right {
                    return Err(GraphError::value(format!("Param websites[{place}] must be a valid URI of at most {WEBSITE} characters.")));
                }
            }
        }
        _ => return Err(GraphError::param("Param websites must be an array.")),
    }
    match &body["vertical"] {
        Value::Null => Ok(()),
        Value::String(word) if word.is_empty() || VERTICALS.contains(&word.as_str()) => Ok(()),
        other => Err(GraphError::param(format!("Param vertical must be one of {{{}}} - got {other}.", VERTICALS.join(", ")))),
    }
}

fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.')) && !text.contains(char::is_whitespace)
}

/// The media behind a handle, when it is a picture that a profile may have.
fn picture_of(sim: &Arc<Sim>, handle: &str) -> GraphResult<String> {
    let data = sim.peek();
    let wrong = || GraphError::param("Param profile_picture_handle is not a handle of an uploaded picture.");
    let id = data.media.handle_media.get(handle).ok_or_else(wrong)?;
    let media = data.media.items.get(id).ok_or_else(wrong)?;
    // The resumable upload knows this word, too.
    let mime = if media.mime == "image/jpg" { "image/jpeg" } else { media.mime.as_str() };
    media_rules::check("image", mime, &media.bytes)?;
    Ok(id.clone())
}
