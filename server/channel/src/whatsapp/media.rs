//! Received files (20, section 3.3).
//!
//! The address of a file comes from outside, and the token goes with the request. So only the Graph host itself and
//! Meta's file hosts are asked, names of theirs that lead to private addresses are refused, and redirects are followed
//! by hand under the same rules.

use super::{graph, wire};
use crate::error::transport;
use crate::{Link, MediaStream, Policy, SendError, USER_AGENT};
use base64::Engine;
use bytes::Bytes;
use futures::StreamExt;
use model::DeliveryProblem;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, Response, StatusCode, Url};
use serde_json::Value;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// Redirects of one file.
const REDIRECTS_MAX: usize = 3;
/// Hosts of Meta that serve files.
const FILE_HOSTS: &[&str] = &[".fbsbx.com", ".fbcdn.net"];
/// Hosts of Meta that show pictures of profiles to everybody.
const PICTURE_HOSTS: &[&str] = &[".whatsapp.net", ".fbcdn.net", ".fbsbx.com"];

/// Opens a file by its id. Its address lives for five minutes; when it has expired, it is asked for once more.
pub(super) async fn fetch(link: &Link, external_id: &str) -> Result<MediaStream, SendError> {
    for last in [false, true] {
        let about = about(link, external_id).await?;
        let url =
            wire::word(&about, "url").and_then(|u| Url::parse(&u).ok()).ok_or_else(|| gone("the network gave no address for the file"))?;
        match open(link, url).await? {
            Some(response) => return Ok(stream(&about, response)),
            None if last => break,
            None => {}
        }
    }
    Err(gone("the file's address has expired twice"))
}

/// Fetches a picture that everybody may see, without the token; at most `most` bytes.
pub(super) async fn picture(link: &Link, address: &str, most: usize) -> Result<Bytes, SendError> {
    let url = Url::parse(address).map_err(|_| gone("the network gave no address for the picture"))?;
    let client = client(place(&graph::base(link)?, &url, PICTURE_HOSTS)?)?;
    let request = client.get(url).header(reqwest::header::USER_AGENT, USER_AGENT);
    let mut response = request.send().await.map_err(|e| transport(e, true))?;
    if !response.status().is_success() {
        return Err(final_means_gone(graph::refusal(response.status().as_u16(), b"")));
    }
    let mut bytes = Vec::new();
    while let Some(part) = response.chunk().await.map_err(|e| transport(e, true))? {
        if bytes.len() + part.len() > most {
            return Err(gone("the picture is too large"));
        }
        bytes.extend_from_slice(&part);
    }
    Ok(bytes.into())
}

fn gone(detail: impl AsRef<str>) -> SendError {
    SendError::new(Policy::Never, DeliveryProblem::MediaUnavailable, detail)
}

async fn about(link: &Link, external_id: &str) -> Result<Value, SendError> {
    if matches!(external_id.trim(), "" | "." | "..") {
        return Err(gone("a file without id"));
    }
    let mut url = graph::endpoint(link, &[external_id])?;
    if !link.external_id.is_empty() {
        url.query_pairs_mut().append_pair("phone_number_id", &link.external_id);
    }
    graph::call(link, link.http.get(url), true).await.map_err(final_means_gone)
}

/// A final refusal of a file is about the file.
fn final_means_gone(e: SendError) -> SendError {
    match graph::repeatable(e) {
        e if e.policy == Policy::Never => SendError { problem: DeliveryProblem::MediaUnavailable, ..e },
        e => e,
    }
}

/// Asks for the bytes; none when the address has expired.
async fn open(link: &Link, mut url: Url) -> Result<Option<Response>, SendError> {
    let graph = graph::base(link)?;
    for _ in 0..=REDIRECTS_MAX {
        let client = client(allowed(&graph, &url)?)?;
        let response = graph::signed(link, client.get(url.clone())).send().await.map_err(|e| transport(e, true))?;
        match response.status() {
            status if status.is_success() => return Ok(Some(response)),
            StatusCode::NOT_FOUND | StatusCode::GONE => return Ok(None),
            status if status.is_redirection() => {
                let to = response.headers().get(reqwest::header::LOCATION).and_then(|l| l.to_str().ok());
                url = to.and_then(|to| url.join(to).ok()).ok_or_else(|| gone("a redirect that leads nowhere"))?;
            }
            status => return Err(final_means_gone(graph::refusal(status.as_u16(), b""))),
        }
    }
    Err(gone("too many redirects"))
}

fn stream(about: &Value, response: Response) -> MediaStream {
    let header = response.headers().get(reqwest::header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    MediaStream {
        mime: wire::word(about, "mime_type").unwrap_or_else(|| header.to_owned()),
        size: wire::int(about, "file_size").and_then(|n| u64::try_from(n).ok()).or_else(|| response.content_length()),
        sha256: sha256(wire::text(about, "sha256")),
        bytes: response.bytes_stream().map(|part| part.map_err(|e| transport(e, true))).boxed(),
    }
}

/// The digest in lowercase hex: the Graph API writes hex, webhooks write base64.
pub fn sha256(text: &str) -> Option<String> {
    let text = text.trim();
    let bytes = match text.len() {
        64 => hex::decode(text).ok(),
        _ => base64::engine::general_purpose::STANDARD.decode(text).ok(),
    };
    bytes.filter(|b| b.len() == 32).map(hex::encode)
}

/// Where an address leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// The configured Graph host; may be private, as the simulator is.
    Graph,
    /// A file host of Meta; must be public.
    Files,
}

/// Whether the token may go to this address, compared as the URL parser reads it.
fn allowed(graph: &Url, url: &Url) -> Result<Place, SendError> {
    place(graph, url, FILE_HOSTS)
}

/// Where an address leads, if it is the Graph host's or one of these hosts'.
fn place(graph: &Url, url: &Url, hosts: &[&str]) -> Result<Place, SendError> {
    let refused = || gone(format!("the host {:?} is not allowed", url.host_str().unwrap_or_default()));
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refused());
    }
    if url.origin() == graph.origin() && url.has_host() {
        return Ok(Place::Graph);
    }
    let files = url.domain().is_some_and(|d| hosts.iter().any(|h| d.len() > h.len() && d.ends_with(h)));
    if files && url.scheme() == "https" && url.port().is_none() { Ok(Place::Files) } else { Err(refused()) }
}

/// Clients that follow no redirects; the one for file hosts resolves to public addresses only. Connections are not kept:
/// files are few and large.
fn client(place: Place) -> Result<&'static Client, SendError> {
    static GRAPH: OnceLock<Result<Client, String>> = OnceLock::new();
    static FILES: OnceLock<Result<Client, String>> = OnceLock::new();
    let builder = || {
        Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .pool_max_idle_per_host(0)
            .connect_timeout(Duration::from_secs(10))
            .read_timeout(Duration::from_secs(30))
    };
    let made = match place {
        Place::Graph => GRAPH.get_or_init(|| builder().build().map_err(|e| e.to_string())),
        Place::Files => FILES.get_or_init(|| builder().dns_resolver(Arc::new(PublicOnly)).build().map_err(|e| e.to_string())),
    };
    made.as_ref().map_err(|e| SendError::new(Policy::Retry, DeliveryProblem::NetworkDown, e))
}

/// Resolves names, leaving out every address that is not public.
pub struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<_> = tokio::net::lookup_host((name.as_str(), 0)).await?.filter(|a| is_public(a.ip())).collect();
            if found.is_empty() {
                return Err("the name leads to no public address".into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Whether an address belongs to the public network.
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = ip.is_loopback() || ip.is_private() || ip.is_link_local() || ip.is_documentation() || a == 0 || a >= 224;
    let shared = a == 100 && (64..128).contains(&b);
    let protocols = a == 192 && b == 0 && c == 0;
    let benchmarks = a == 198 && (b == 18 || b == 19);
    !(special || shared || protocols || benchmarks)
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let s = ip.segments();
    let embedded = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match s {
        // Mapped and translated addresses are as public as the IPv4 address inside.
        [0, 0, 0, 0, 0, 0xffff, h, l] | [0x64, 0xff9b, 0, 0, 0, 0, h, l] => is_public_v4(embedded(h, l)),
        [0x2002, h, l, ..] => is_public_v4(embedded(h, l)),
        [0x2001, 0xdb8, ..] | [0x2001, 0, ..] => false,
        // Only 2000::/3 is global unicast.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_goes_to_the_graph_host_and_metas_file_hosts_only() {
        let graph = Url::parse("https://graph.facebook.com").unwrap();
        let place = |u: &str| allowed(&graph, &Url::parse(u).unwrap()).ok();
        assert_eq!(place("https://graph.facebook.com/v25.0/x"), Some(Place::Graph));
        assert_eq!(place("https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1"), Some(Place::Files));
        assert_eq!(place("https://scontent.xx.fbcdn.net/a"), Some(Place::Files));
        for bad in [
            "https://evil.example/",
            "https://evilfbsbx.com/",
            "https://.fbsbx.com/",
            "https://fbsbx.com/",
            "https://lookaside.fbsbx.com.evil.example/",
            "https://lookaside.fbsbx.com./",
            "https://lookaside.fbsbx.com@evil.example/",
            "https://user:pass@lookaside.fbsbx.com/",
            "https://lookaside.fbsbx.com:8443/",
            "http://lookaside.fbsbx.com/",
            "http://graph.facebook.com/",
            "https://graph.facebook.com:444/",
            "https://127.0.0.1/",
            "https://[::1]/",
            "http://169.254.169.254/latest/meta-data/",
            "http://0x7f000001/",
            "file:///etc/passwd",
            "data:text/plain,x",
        ] {
            assert!(Url::parse(bad).map_or(true, |u| allowed(&graph, &u).is_err()), "{bad}");
        }
        // The simulator's own address is allowed because it is the configured Graph host, and nothing else on that machine.
        let local = Url::parse("http://127.0.0.1:3010").unwrap();
        assert_eq!(allowed(&local, &Url::parse("http://127.0.0.1:3010/media/1").unwrap()).ok(), Some(Place::Graph));
        assert!(allowed(&local, &Url::parse("http://127.0.0.1:3000/media/1").unwrap()).is_err());
        assert!(allowed(&local, &Url::parse("http://localhost:3010/media/1").unwrap()).is_err());
    }

    #[test]
    fn private_and_special_addresses_are_not_public() {
        for private in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "192.0.0.1",
            "198.18.0.1",
            "192.0.2.1",
            "::1",
            "::",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "::7f00:1",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
        for public in ["157.240.1.1", "8.8.8.8", "2a03:2880:f003::1", "::ffff:157.240.1.1"] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }

    #[tokio::test]
    async fn a_file_host_that_resolves_to_a_private_address_is_refused() {
        assert!(PublicOnly.resolve("localhost".parse().unwrap()).await.is_err());
    }

    #[test]
    fn digests_are_hex_whatever_the_network_wrote() {
        let hex = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
        let base64 = base64::engine::general_purpose::STANDARD.encode(hex::decode(hex).unwrap());
        assert_eq!(sha256(hex).as_deref(), Some(hex));
        assert_eq!(sha256(&hex.to_uppercase()).as_deref(), Some(hex));
        assert_eq!(sha256(&base64).as_deref(), Some(hex));
        for bad in ["", "abc", "????", &"z".repeat(64)] {
            assert_eq!(sha256(bad), None);
        }
    }
}
