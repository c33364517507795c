//! Calls to the Graph API against a server of our own: what is asked, and what every kind of answer means.

mod media;
mod profile;
mod send;
mod templates;

use channel::Link;
use serde_json::{Value, json};

const NUMBER: &str = "106540352242922";
const WABA: &str = "102290129340398";

fn link(graph_url: &str) -> Link {
    Link {
        http: channel::http_client().unwrap(),
        graph_url: graph_url.to_owned(),
        external_id: NUMBER.into(),
        waba_id: WABA.into(),
        access_token: "SECRET-TOKEN".into(),
    }
}

fn envelope(code: i64) -> Value {
    json!({"error": {"message": format!("(#{code}) refused"), "type": "OAuthException", "code": code, "error_data": {"messaging_product": "whatsapp", "details": "the details"}, "fbtrace_id": "A1"}})
}
