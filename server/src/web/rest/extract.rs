//! What handlers take from a request: who calls, ids, queries, bodies, the idempotency key.
//!
//! [`Caller`] stands first in every handler, so that nobody learns from a refused input whether something exists. Unknown
//! names in queries and bodies are refused, and the answer names the field.

use super::error::Refusal;
use crate::web::Web;
use crate::web::session::visitor_of;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use http::request::Parts;
use http::{HeaderMap, header};
use model::{Fault, Wrong};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::error::Category;
use service::Cx;
use service::audit::Origin;
use std::str::FromStr;

/// Ids in one list of a query.
const LIST_MAX: usize = 50;
/// Characters of an idempotency key.
const KEY_MAX: usize = 64;

/// Who calls, by the bearer token.
pub struct Caller(pub Cx);

impl FromRequestParts<Web> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Refusal> {
        let token = bearer(&parts.headers).ok_or(Fault::SignedOut)?;
        let origin = Origin::of(&visitor_of(web, &parts.headers, &parts.extensions), None);
        let cx = service::token::cx_of_token(&web.desk, token).await?.map(|cx| cx.from(origin));
        Ok(Caller(cx.ok_or(Fault::SignedOut)?))
    }
}

/// The token of `Authorization: Bearer …`, when there is exactly one such header.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut all = headers.get_all(header::AUTHORIZATION).iter();
    let (scheme, token) = all.next()?.to_str().ok()?.split_once(' ')?;
    (all.next().is_none() && scheme.eq_ignore_ascii_case("bearer")).then(|| token.trim())
}

/// The `{id}` of the address; what is no id does not exist.
pub struct Id<T>(pub T);

impl<T: FromStr> FromRequestParts<Web> for Id<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Refusal> {
        let Path(text) = Path::<String>::from_request_parts(parts, web).await.map_err(|_| Fault::Missing)?;
        Ok(Id(text.parse().map_err(|_| Fault::Missing)?))
    }
}

/// The query, as a struct with `deny_unknown_fields`.
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Web> for Asked<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &Web) -> Result<Self, Refusal> {
        read_query(parts.uri.query().unwrap_or_default()).map(Asked)
    }
}

fn read_query<T: DeserializeOwned>(query: &str) -> Result<T, Refusal> {
    let pairs = serde_urlencoded::Deserializer::new(url::form_urlencoded::parse(query.as_bytes()));
    serde_path_to_error::deserialize(pairs).map_err(|e| wrong_input(&e.path().to_string(), &e.inner().to_string()))
}

/// A JSON body, as a struct with `deny_unknown_fields`.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Web> for Body<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, web: &Web) -> Result<Self, Refusal> {
        let json = is_json(request.headers());
        let bytes = whole(request, web).await?;
        if json { read_body(&bytes).map(Body) } else { Err(Refusal::not_json()) }
    }
}

/// A JSON body that may be left out.
pub struct MaybeBody<T>(pub T);

impl<T: DeserializeOwned + Default> FromRequest<Web> for MaybeBody<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, web: &Web) -> Result<Self, Refusal> {
        let json = is_json(request.headers());
        let bytes = whole(request, web).await?;
        match (bytes.is_empty(), json) {
            (true, _) => Ok(MaybeBody(T::default())),
            (false, true) => Ok(MaybeBody(read_body::<Option<T>>(&bytes)?.unwrap_or_default())),
            (false, false) => Err(Refusal::not_json()),
        }
    }
}

async fn whole(request: Request, web: &Web) -> Result<Bytes, Refusal> {
    Bytes::from_request(request, web).await.map_err(|e| {
        if e.status() == http::StatusCode::PAYLOAD_TOO_LARGE { Refusal::too_large() } else { Refusal::malformed("it did not arrive whole") }
    })
}

fn is_json(headers: &HeaderMap) -> bool {
    let announced = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let essence = announced.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

fn read_body<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    // A list would be taken for a struct's fields in their order.
    if bytes.trim_ascii_start().first() == Some(&b'[') {
        return Err(Refusal::field("body", "malformed", "an object"));
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let read = serde_path_to_error::deserialize(&mut json).map_err(|e| {
        let place = format!(" at line {} column {}", e.inner().line(), e.inner().column());
        let why = e.inner().to_string();
        let why = why.strip_suffix(&place).unwrap_or(&why);
        match e.inner().classify() {
            Category::Data => wrong_input(&e.path().to_string(), why),
            Category::Syntax | Category::Eof | Category::Io => Refusal::malformed(format!("{why}{place}")),
        }
    })?;
    json.end().map_err(Refusal::malformed)?;
    Ok(read)
}

/// Names the field that a deserializer complained about.
fn wrong_input(path: &str, why: &str) -> Refusal {
    let named = |prefix: &str| why.strip_prefix(prefix).and_then(|rest| rest.split('`').next());
    let above = if path == "." { String::new() } else { format!("{path}.") };
    // Depending on the format the path holds the complained field or ends above it.
    let at = |field: &str| if path == field || path.ends_with(&format!(".{field}")) { path.to_owned() } else { format!("{above}{field}") };
    if let Some(field) = named("missing field `") {
        return Refusal::field(&at(field), Wrong::Required.word(), "required");
    }
    if let Some(field) = named("unknown field `") {
        return Refusal::field(&at(field), Wrong::NotAllowed.word(), "there is no such field");
    }
    if let Some(field) = named("duplicate field `") {
        return Refusal::field(&at(field), Wrong::NotAllowed.word(), "given twice");
    }
    Refusal::field(if path == "." { "body" } else { path }, "malformed", why)
}

/// Ids in a query, separated by commas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List<T>(pub Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        List(Vec::new())
    }
}

impl<'de, T: FromStr> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        let ids: Option<Vec<T>> = text.split(',').take(LIST_MAX + 1).map(|id| id.trim().parse().ok()).collect();
        match ids {
            Some(ids) if ids.len() <= LIST_MAX => Ok(List(ids)),
            Some(_) => Err(serde::de::Error::custom(format!("at most {LIST_MAX} ids"))),
            None => Err(serde::de::Error::custom("ids, separated by commas")),
        }
    }
}

/// `Idempotency-Key`, if the client sent one: 1 to 64 visible ASCII characters.
pub struct IdempotencyKey(Option<String>);

impl IdempotencyKey {
    /// The client's key, or one that nobody else has.
    pub fn or_new(self, cx: &Cx) -> String {
        self.0.unwrap_or_else(|| cx.desk().seam.secret())
    }
}

impl FromRequestParts<Web> for IdempotencyKey {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &Web) -> Result<Self, Refusal> {
        const NAME: &str = "Idempotency-Key";
        let mut all = parts.headers.get_all("idempotency-key").iter();
        let Some(value) = all.next() else { return Ok(IdempotencyKey(None)) };
        let key = value.to_str().ok().filter(|k| all.next().is_none() && !k.is_empty() && k.bytes().all(|b| b.is_ascii_graphic()));
        match key {
            Some(key) if key.len() <= KEY_MAX => Ok(IdempotencyKey(Some(key.to_owned()))),
            Some(_) => Err(Refusal::field(NAME, Wrong::TooLong.word(), format!("at most {KEY_MAX} characters"))),
            None => Err(Refusal::field(NAME, "malformed", "one value of visible ASCII characters")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::response::IntoResponse;
    use model::ChannelId;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[serde(rename = "id")]
        _id: ChannelId,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Input {
        #[serde(rename = "name")]
        _name: String,
        #[serde(default, rename = "inner")]
        _inner: Option<Inner>,
    }

    async fn refused(text: &str) -> (u16, String) {
        let response = read_body::<Input>(text.as_bytes()).unwrap_err().into_response();
        let status = response.status().as_u16();
        let bytes = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
        let json: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        (status, json["error"]["fields"].to_string())
    }

    #[tokio::test]
    async fn a_wrong_body_names_the_field() {
        for (text, fields) in [
            ("{}", r#"{"name":"required"}"#),
            (r#"{"name":1}"#, r#"{"name":"malformed"}"#),
            (r#"{"name":"a","account_id":"1"}"#, r#"{"account_id":"not_allowed"}"#),
            (r#"{"name":"a","name":"b"}"#, r#"{"name":"not_allowed"}"#),
            (r#"{"name":"a","inner":{"id":"x"}}"#, r#"{"inner.id":"malformed"}"#),
            (r#"{"name":"a","inner":{}}"#, r#"{"inner.id":"required"}"#),
            (r#"{"name":"a","inner":{"id":"1","role":"ADMIN"}}"#, r#"{"inner.role":"not_allowed"}"#),
            (r#"{"name":"a","inner":{"id":99999999999999999999}}"#, r#"{"inner.id":"malformed"}"#),
            ("[1]", r#"{"body":"malformed"}"#),
            (r#" ["a"]"#, r#"{"body":"malformed"}"#),
            ("null", r#"{"body":"malformed"}"#),
        ] {
            assert_eq!(refused(text).await, (422, fields.to_owned()), "{text}");
        }
        let deep = format!("{}1{}", "[".repeat(5000), "]".repeat(5000));
        for text in ["", "{", "{\"name\":\"a\"} x", "\u{feff}{}", deep.as_str()] {
            let (status, _) = refused(text).await;
            assert!(status == 400 || (text == deep && status == 422), "{text}");
        }
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Query {
        limit: Option<i64>,
        #[serde(default)]
        channel: List<ChannelId>,
    }

    #[test]
    fn a_wrong_query_names_the_parameter() {
        let good: Query = read_query("limit=5&channel=1,2").unwrap();
        assert_eq!((good.limit, good.channel), (Some(5), List(vec![ChannelId(1), ChannelId(2)])));
        for (query, field) in [
            ("limit=x", "limit"),
            ("limit=5&limit=6", "limit"),
            ("limit=99999999999999999999", "limit"),
            ("channel=1,x", "channel"),
            ("channel=1,%27)%20or%201=1--", "channel"),
            ("sort=id;drop%20table%20x", "sort"),
        ] {
            let wrong = format!("{:?}", read_query::<Query>(query).unwrap_err());
            assert!(wrong.contains(&format!("fields: {{\"{field}\":")), "{query}: {wrong}");
        }
        let many = format!("channel={}", vec!["1"; 51].join(","));
        assert!(read_query::<Query>(&many).is_err());
    }

    #[test]
    fn only_one_bearer_token_counts() {
        let headers = |values: &[&str]| {
            let mut h = HeaderMap::new();
            for v in values {
                h.append(header::AUTHORIZATION, v.parse().unwrap());
            }
            h
        };
        assert_eq!(bearer(&headers(&["Bearer prosa_x"])), Some("prosa_x"));
        assert_eq!(bearer(&headers(&["bearer prosa_x"])), Some("prosa_x"));
        assert_eq!(bearer(&headers(&["Basic prosa_x"])), None);
        assert_eq!(bearer(&headers(&["Bearer a", "Bearer b"])), None);
        assert_eq!(bearer(&headers(&[])), None);
    }
}
