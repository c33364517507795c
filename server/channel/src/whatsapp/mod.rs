//! WhatsApp Cloud API.
//!
//! * [`read`](mod@read): webhook bodies into facts, with the list of what is deliberately without effect.
//! * `body`, `identity`, `account`, `money`, `wire`: the parts of that.
//! * [`send`](mod@send), [`media`](mod@media), `templates`, `profile`, `resumable`: calls to the Graph API.
//! * [`errors`]: what Meta's codes mean.

mod account;
mod body;
pub mod errors;
mod graph;
mod identity;
pub mod media;
mod money;
mod profile;
pub mod read;
mod resumable;
pub mod send;
mod templates;
mod upload;
mod wire;

use crate::{Adapter, Inbound, Link, MediaStream, OutFile, Outbound, ProfileRow, SendError, Sent, TemplateRow};
use bytes::Bytes;
use futures::future::{BoxFuture, FutureExt};
use hmac::{Hmac, KeyInit, Mac};
use model::{BusinessProfileDraft, ChannelKind};
use sha2::Sha256;

/// Version of the Graph API that all calls name.
pub const VERSION: &str = "v25.0";

/// The adapter.
pub struct WhatsApp;

impl Adapter for WhatsApp {
    fn kind(&self) -> ChannelKind {
        ChannelKind::WhatsApp
    }

    fn verify(&self, secrets: &[String], signature: Option<&str>, body: &[u8]) -> bool {
        let Some(told) =
            signature.and_then(|s| s.strip_prefix("sha256=")).filter(|hex| hex.len() == 64).and_then(|hex| hex::decode(hex).ok())
        else {
            return false;
        };
        // Every secret is tried, so that the time tells neither which one fits nor how far it did.
        secrets.iter().filter(|s| !s.is_empty()).fold(false, |fits, secret| match Hmac::<Sha256>::new_from_slice(secret.as_bytes()) {
            Ok(mac) => mac.chain_update(body).verify_slice(&told).is_ok() | fits,
            Err(_) => fits,
        })
    }

    fn read(&self, body: &[u8]) -> Vec<Inbound> {
        read::read(body)
    }

    fn send<'a>(&'a self, link: &'a Link, out: &'a Outbound) -> BoxFuture<'a, Result<Sent, SendError>> {
        send::send(link, out).boxed()
    }

    fn mark_read<'a>(&'a self, link: &'a Link, external_id: &'a str) -> BoxFuture<'a, Result<(), SendError>> {
        send::mark_read(link, external_id).boxed()
    }

    fn fetch_media<'a>(&'a self, link: &'a Link, external_id: &'a str) -> BoxFuture<'a, Result<MediaStream, SendError>> {
        media::fetch(link, external_id).boxed()
    }

    fn upload<'a>(&'a self, link: &'a Link, file: OutFile) -> BoxFuture<'a, Result<String, SendError>> {
        upload::upload(link, file).boxed()
    }

    fn templates<'a>(&'a self, link: &'a Link) -> BoxFuture<'a, Result<Vec<TemplateRow>, SendError>> {
        templates::all(link).boxed()
    }

    fn probe<'a>(&'a self, link: &'a Link) -> BoxFuture<'a, Result<String, SendError>> {
        probe(link).boxed()
    }

    fn profile<'a>(&'a self, link: &'a Link) -> BoxFuture<'a, Result<ProfileRow, SendError>> {
        profile::read(link).boxed()
    }

    fn save_profile<'a>(&'a self, link: &'a Link, change: &'a BusinessProfileDraft) -> BoxFuture<'a, Result<(), SendError>> {
        profile::save(link, change).boxed()
    }

    fn picture<'a>(&'a self, link: &'a Link, most: usize) -> BoxFuture<'a, Result<Option<Bytes>, SendError>> {
        profile::picture(link, most).boxed()
    }

    fn save_picture<'a>(&'a self, link: &'a Link, jpeg: Bytes) -> BoxFuture<'a, Result<(), SendError>> {
        profile::save_picture(link, jpeg).boxed()
    }
}

/// The number as people know it: `Loja Exemplo (+55 11 5550-0100)`.
async fn probe(link: &Link) -> Result<String, SendError> {
    let mut url = graph::endpoint(link, &[&link.external_id])?;
    url.query_pairs_mut().append_pair("fields", "display_phone_number,verified_name");
    let answer = graph::call(link, link.http.get(url), true).await.map_err(graph::repeatable)?;
    Ok(match (wire::word(&answer, "verified_name"), wire::word(&answer, "display_phone_number")) {
        (Some(name), Some(number)) => format!("{name} ({number})"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => link.external_id.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "It's a Secret to Everybody";
    const BODY: &[u8] = b"Hello, World!";
    const SIGNATURE: &str = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

    fn verify(secrets: &[&str], signature: Option<&str>, body: &[u8]) -> bool {
        let secrets: Vec<String> = secrets.iter().map(|s| s.to_string()).collect();
        WhatsApp.verify(&secrets, signature, body)
    }

    #[test]
    fn the_signature_is_over_the_raw_bytes_under_any_secret() {
        assert!(verify(&[SECRET], Some(SIGNATURE), BODY));
        assert!(verify(&["other", SECRET, "third"], Some(SIGNATURE), BODY));
        assert!(!verify(&["other"], Some(SIGNATURE), BODY));
        assert!(!verify(&[SECRET], Some(SIGNATURE), b"Hello, World"));
        assert!(!verify(&[], Some(SIGNATURE), BODY));
    }

    #[test]
    fn malformed_signatures_are_refused_without_a_panic() {
        let hex = SIGNATURE.trim_start_matches("sha256=");
        let cut = &SIGNATURE[..SIGNATURE.len() - 1];
        let long = format!("{SIGNATURE}00");
        let sha1 = format!("sha1={hex}");
        let not_hex = format!("sha256={}", "z".repeat(64));
        let wide = format!("sha256={}", "é".repeat(32));
        for bad in ["", "sha256=", "sha256", hex, cut, &long, &sha1, &not_hex, &wide, "=", "sha256=sha256="] {
            assert!(!verify(&[SECRET], Some(bad), BODY), "{bad}");
        }
        assert!(!verify(&[SECRET], None, BODY));
    }

    #[test]
    fn an_empty_secret_verifies_nothing() {
        let mac = Hmac::<Sha256>::new_from_slice(b"").unwrap().chain_update(BODY).finalize().into_bytes();
        assert!(!verify(&[""], Some(&format!("sha256={}", hex::encode(mac))), BODY));
    }
}
