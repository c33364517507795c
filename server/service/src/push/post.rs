//! One request to a push service.
//!
//! Its address comes from a browser, so anybody may write anything there: only https, only public addresses, no redirects,
//! and nothing of the answer but its status is looked at.

use super::Subscription;
use super::words::Note;
use crate::desk::Desk;
use crate::keys::sha256_hex;
use crate::{Error, Result};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use channel::whatsapp::media::{PublicOnly, is_public};
use model::Millis;
use p256::PublicKey;
use reqwest::header;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use url::{Host, Url};
use web_push_native::{Auth, encrypt};

/// How long a push service keeps a note for a browser that is off.
pub const TTL: Duration = Duration::from_secs(12 * 3600);
/// Push services take no more (RFC 8030).
const PAYLOAD_MAX: usize = 3_900;
/// Longest pause that a push service may ask for.
const PAUSE_MAX: i64 = 3_600_000;

/// What a push service answered.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Sent,
    /// The subscription does not exist any more.
    Gone,
    /// It will not be taken, whenever it is tried.
    Refused(u16),
    /// To be tried again, not before so many milliseconds if the service said so.
    Later(Option<Millis>),
}

/// The address of a push service, if it may be asked.
pub(crate) fn address(desk: &Desk, endpoint: &str) -> Option<Url> {
    allowed(endpoint, desk.push.is_local())
}

/// An address that somebody else chose, if it may be asked.
pub(crate) fn allowed(endpoint: &str, local: bool) -> Option<Url> {
    let url = Url::parse(endpoint).ok()?;
    if !url.username().is_empty() || url.password().is_some() {
        return None;
    }
    let encrypted = url.scheme() == "https" || local && url.scheme() == "http";
    let public = match url.host()? {
        Host::Domain(name) => !name.trim_end_matches('.').eq_ignore_ascii_case("localhost"),
        Host::Ipv4(ip) => is_public(IpAddr::V4(ip)),
        Host::Ipv6(ip) => is_public(IpAddr::V6(ip)),
    };
    (encrypted && (public || local)).then_some(url)
}

/// The browser's key and secret.
pub(crate) fn keys(p256dh: &str, auth: &str) -> Option<(PublicKey, Auth)> {
    let bytes = |text: &str| {
        let text = text.trim().trim_end_matches('=');
        URL_SAFE_NO_PAD.decode(text).or_else(|_| STANDARD_NO_PAD.decode(text)).ok()
    };
    let (key, auth) = (bytes(p256dh)?, bytes(auth)?);
    let auth: [u8; 16] = auth.try_into().ok()?;
    Some((PublicKey::from_sec1_bytes(&key).ok()?, auth.into()))
}

/// Sends a note. A later one of the same topic takes its place while the browser is off.
pub(crate) async fn send(desk: &Desk, to: &Subscription, note: &Note, topic: &str) -> Result<Outcome> {
    let (Some(url), Some((key, auth))) = (address(desk, &to.endpoint), keys(&to.p256dh, &to.auth)) else { return Ok(Outcome::Gone) };
    let text = serde_json::to_vec(note)?;
    if text.len() > PAYLOAD_MAX {
        return Ok(Outcome::Refused(413));
    }
    let body = encrypt(text, &key, &auth).map_err(|e| Error::Other(e.to_string()))?;
    let vapid = super::vapid::key(desk).await?;
    let public = &desk.settings.public_url;
    // A service writes there when we bother it: an address of the operator's own.
    let contact = if public.starts_with("https:") { public.clone() } else { "mailto:postmaster@localhost".to_owned() };
    let request = client(desk)?
        .post(url.clone())
        .header(header::AUTHORIZATION, vapid.authorization(&url.origin().ascii_serialization(), &contact, desk.now()))
        .header(header::CONTENT_ENCODING, "aes128gcm")
        .header(header::CONTENT_TYPE, "application/octet-stream")
        .header("TTL", TTL.as_secs())
        .header("Urgency", "high")
        .header("Topic", sha256_hex(topic).get(..32).unwrap_or_default())
        .body(body);
    Ok(match request.send().await {
        Ok(response) => outcome(response.status().as_u16(), response.headers().get(header::RETRY_AFTER).and_then(|v| v.to_str().ok())),
        Err(e) => {
            tracing::debug!(error = %e.without_url(), "a push service was not reached");
            Outcome::Later(None)
        }
    })
}

fn outcome(status: u16, retry_after: Option<&str>) -> Outcome {
    match status {
        200..=299 => Outcome::Sent,
        404 | 410 => Outcome::Gone,
        408 | 429 | 500..=599 => {
            Outcome::Later(retry_after.and_then(|s| s.trim().parse::<i64>().ok()).map(|s| s.saturating_mul(1000).clamp(0, PAUSE_MAX)))
        }
        other => Outcome::Refused(other),
    }
}

fn client(desk: &Desk) -> Result<&reqwest::Client> {
    if let Some(client) = desk.push.client.get() {
        return Ok(client);
    }
    let builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(10))
        .timeout(Duration::from_secs(20))
        .pool_max_idle_per_host(2);
    let builder = if desk.push.is_local() { builder } else { builder.dns_resolver(Arc::new(PublicOnly)) };
    let client = builder.build().map_err(|e| Error::Other(e.to_string()))?;
    Ok(desk.push.client.get_or_init(|| client))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_encrypted_addresses_are_asked() {
        for good in ["https://fcm.googleapis.com/fcm/send/abc", "https://updates.push.services.mozilla.com/wpush/v2/x", "https://8.8.8.8/x"]
        {
            assert!(allowed(good, false).is_some(), "{good}");
        }
        for bad in [
            "http://fcm.googleapis.com/x",
            "https://127.0.0.1/x",
            "https://127.1/x",
            "https://2130706433/x",
            "https://0x7f.1/x",
            "https://[::1]/x",
            "https://[::ffff:10.0.0.1]/x",
            "https://169.254.169.254/latest/meta-data",
            "https://localhost/x",
            "https://LOCALHOST./x",
            "https://user@fcm.googleapis.com/x",
            "https://user:pass@fcm.googleapis.com/x",
            "file:///etc/passwd",
            "gopher://example.com/",
            "fcm.googleapis.com/x",
            "",
        ] {
            assert!(allowed(bad, false).is_none(), "{bad}");
        }
        assert!(allowed("http://127.0.0.1:9/x", true).is_some());
        assert!(allowed("file:///etc/passwd", true).is_none());
    }

    #[test]
    fn answers_are_understood() {
        assert_eq!(outcome(201, None), Outcome::Sent);
        assert_eq!(outcome(404, None), Outcome::Gone);
        assert_eq!(outcome(410, None), Outcome::Gone);
        assert_eq!(outcome(429, Some("120")), Outcome::Later(Some(120_000)));
        assert_eq!(outcome(503, Some("Wed, 21 Oct 2015 07:28:00 GMT")), Outcome::Later(None));
        assert_eq!(outcome(500, Some("999999999999999")), Outcome::Later(Some(PAUSE_MAX)));
        assert_eq!(outcome(403, None), Outcome::Refused(403));
        // A redirect is not followed: it would lead anywhere.
        assert_eq!(outcome(302, None), Outcome::Refused(302));
    }

    #[test]
    fn keys_are_read_in_both_alphabets() {
        let p256dh = "BLn9b-VR0ca83knDNZ32dCHGyjJp-1riX9ZTN40MqV8K_LpQmLqxC_DoHvqvFXO_nGdAB4W9dogZb_sM-uV4JbY";
        assert!(keys(p256dh, "_ordMnz7uTCmrpBTeUV4Bw").is_some());
        assert!(keys(&p256dh.replace('-', "+").replace('_', "/"), "/ordMnz7uTCmrpBTeUV4Bw==").is_some());
        assert!(keys(p256dh, "c2hvcnQ").is_none());
        assert!(keys("BLn9b", "_ordMnz7uTCmrpBTeUV4Bw").is_none());
        assert!(keys("", "").is_none());
    }
}
