//! The company's profile of a number (PR-4): what contacts see of it.

use super::{graph, media, resumable, wire};
use crate::{Link, ProfileRow, SendError};
use bytes::Bytes;
use futures::future::join;
use model::{BusinessProfile, BusinessProfileDraft};
use serde_json::{Value, json};

const EDGE: &str = "whatsapp_business_profile";
/// Without them the network tells the line below the name alone.
const FIELDS: &str = "about,address,description,email,profile_picture_url,websites,vertical";

/// The profile, and the display name beside it.
pub(super) async fn read(link: &Link) -> Result<ProfileRow, SendError> {
    let (found, name) = join(fields(link, FIELDS), display_name(link)).await;
    let found = found?;
    // The name is shown only: without it the rest can still be changed.
    let profile = BusinessProfile { name: name.unwrap_or_default(), ..profile(&found) };
    Ok(ProfileRow { profile, picture_url: wire::text(&found, "profile_picture_url").to_owned() })
}

/// Changes what the change names.
pub(super) async fn save(link: &Link, change: &BusinessProfileDraft) -> Result<(), SendError> {
    post(link, &body(change)).await
}

/// The picture, without the token: its address is public.
pub(super) async fn picture(link: &Link, most: usize) -> Result<Option<Bytes>, SendError> {
    let found = fields(link, "profile_picture_url").await?;
    match wire::word(&found, "profile_picture_url") {
        Some(address) => media::picture(link, &address, most).await.map(Some),
        None => Ok(None),
    }
}

/// Gives the number another picture.
pub(super) async fn save_picture(link: &Link, jpeg: Bytes) -> Result<(), SendError> {
    let handle = resumable::upload(link, "image/jpeg", "profile.jpg", jpeg).await?;
    post(link, &json!({"messaging_product": "whatsapp", "profile_picture_handle": handle})).await
}

async fn fields(link: &Link, wanted: &str) -> Result<Value, SendError> {
    let mut url = graph::endpoint(link, &[&link.external_id, EDGE])?;
    url.query_pairs_mut().append_pair("fields", wanted);
    let answer = graph::call(link, link.http.get(url), true).await.map_err(graph::repeatable)?;
    Ok(wire::list(&answer, "data").first().cloned().unwrap_or_default())
}

async fn display_name(link: &Link) -> Result<String, SendError> {
    let mut url = graph::endpoint(link, &[&link.external_id])?;
    url.query_pairs_mut().append_pair("fields", "verified_name");
    let answer = graph::call(link, link.http.get(url), true).await.map_err(graph::repeatable)?;
    Ok(wire::text(&answer, "verified_name").to_owned())
}

/// The same change twice is the same profile, so that a lost answer may be asked for again.
async fn post(link: &Link, body: &Value) -> Result<(), SendError> {
    let url = graph::endpoint(link, &[&link.external_id, EDGE])?;
    graph::call(link, link.http.post(url).json(body), true).await.map(drop).map_err(graph::repeatable)
}

fn profile(json: &Value) -> BusinessProfile {
    let text = |key: &str| wire::text(json, key).to_owned();
    BusinessProfile {
        about: text("about"),
        address: text("address"),
        description: text("description"),
        email: text("email"),
        websites: wire::list(json, "websites").iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        // A word that we do not know is left alone as long as nobody chooses another.
        vertical: wire::text(json, "vertical").parse().unwrap_or_default(),
        ..BusinessProfile::default()
    }
}

fn body(change: &BusinessProfileDraft) -> Value {
    let mut json = json!({"messaging_product": "whatsapp"});
    let texts = [("about", &change.about), ("address", &change.address), ("description", &change.description), ("email", &change.email)];
    for (key, text) in texts {
        if let Some(text) = text {
            json[key] = text.as_str().into();
        }
    }
    if let Some(websites) = &change.websites {
        json["websites"] = json!(websites);
    }
    if let Some(vertical) = change.vertical {
        json["vertical"] = vertical.word().into();
    }
    json
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Vertical;

    #[test]
    fn pr_4_a_profile_is_read_whatever_is_missing_in_it() {
        let full = profile(&json!({
            "messaging_product": "whatsapp", "about": "Aberto", "address": "Rua A, 1", "description": "Café", "email": "oi@loja.example",
            "websites": ["https://loja.example/", 5, "https://outra.example/"], "vertical": "RETAIL"
        }));
        assert_eq!((full.about.as_str(), full.address.as_str(), full.email.as_str()), ("Aberto", "Rua A, 1", "oi@loja.example"));
        assert_eq!((full.description.as_str(), full.vertical), ("Café", Vertical::Retail));
        assert_eq!(full.websites, ["https://loja.example/", "https://outra.example/"]);
        for poor in [json!({"vertical": "MOON_TRAVEL", "about": null, "websites": "x"}), Value::Null] {
            assert_eq!(profile(&poor), BusinessProfile::default());
        }
    }

    #[test]
    fn pr_4_a_change_names_nothing_but_what_changes() {
        assert_eq!(body(&BusinessProfileDraft::default()), json!({"messaging_product": "whatsapp"}));
        let change = BusinessProfileDraft {
            about: Some("Aberto".into()),
            address: Some(String::new()),
            websites: Some(Vec::new()),
            vertical: Some(Vertical::EventPlan),
            ..BusinessProfileDraft::default()
        };
        assert_eq!(
            body(&change),
            json!({"messaging_product": "whatsapp", "about": "Aberto", "address": "", "websites": [], "vertical": "EVENT_PLAN"})
        );
    }
}
