//! The front door of the Graph endpoints: version, token, object, edge, faults.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, FromRequest, Multipart, Request, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::connection::Peer;
use crate::error::{GraphError, GraphResult, code_for_status};
use crate::faults::Fault;
use crate::sim::Sim;
use crate::{account, media, messages, templates};

/// Largest JSON body, in bytes.
const JSON_LIMIT: usize = 3 * 1024 * 1024;

/// A call after its path was taken apart.
#[derive(Debug)]
pub struct Call {
    /// GET, POST or DELETE.
    pub method: Method,
    /// "v25.0".
    pub version: String,
    /// Object id.
    pub id: String,
    /// Edge, empty when absent.
    pub edge: String,
    /// Query parameters, the last of equal names.
    pub query: HashMap<String, String>,
    /// Headers.
    pub headers: HeaderMap,
}

impl Call {
    /// A query parameter that is not empty.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str).filter(|v| !v.is_empty())
    }

    /// `fields` of the query.
    pub fn fields(&self) -> Option<Vec<&str>> {
        self.query("fields").map(|f| f.split(',').map(|f| f.split(['.', '{']).next().unwrap_or(f).trim()).collect())
    }

    /// Address under which the caller reached us, for links in answers.
    pub fn origin(&self) -> String {
        let host = self.headers.get("host").and_then(|h| h.to_str().ok()).unwrap_or("127.0.0.1:3010");
        format!("http://{host}")
    }
}

/// `{"success": true}`.
pub fn success() -> Response {
    Json(json!({"success": true})).into_response()
}

/// True for "v" digits "." digits.
fn is_version(text: &str) -> bool {
    text.strip_prefix('v').and_then(|rest| rest.split_once('.')).is_some_and(|(a, b)| {
        let digits = |s: &str| !s.is_empty() && s.len() < 4 && s.bytes().all(|b| b.is_ascii_digit());
        digits(a) && digits(b)
    })
}

/// The query string as a map.
pub fn parse_query(query: Option<&str>) -> HashMap<String, String> {
    url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect()
}

/// Checks `Authorization: Bearer` (or `OAuth`, or `access_token` in the query).
pub fn check_token(sim: &Sim, headers: &HeaderMap, query: &HashMap<String, String>) -> GraphResult<()> {
    let header = headers.get("authorization").and_then(|h| h.to_str().ok());
    let given = header
        .and_then(|h| h.strip_prefix("Bearer ").or_else(|| h.strip_prefix("OAuth ")))
        .or_else(|| query.get("access_token").map(String::as_str));
    match given {
        Some(token) if token == sim.config.token => Ok(()),
        Some(_) => Err(GraphError::token("Invalid OAuth access token - Cannot parse access token", None)),
        None => Err(GraphError::token("An access token is required to request this resource.", None)),
    }
}

/// Handles every path that looks like Graph.
pub async fn entry(State(sim): State<Arc<Sim>>, ConnectInfo(peer): ConnectInfo<Peer>, request: Request) -> Response {
    let path = request.uri().path().trim_matches('/').to_owned();
    let mut parts = path.splitn(3, '/');
    let (version, id, edge) = (parts.next().unwrap_or_default(), parts.next(), parts.next().unwrap_or_default());
    let Some(id) = id.filter(|id| !id.is_empty() && is_version(version)) else {
        let text = format!("Unknown path components: /{path}");
        let error = GraphError { status: StatusCode::NOT_FOUND, message: Some(text), ..GraphError::new(2500) };
        return error.into_response();
    };
    let call = Call {
        method: request.method().clone(),
        version: version.to_owned(),
        id: id.to_owned(),
        edge: edge.to_owned(),
        query: parse_query(request.uri().query()),
        headers: request.headers().clone(),
    };
    match handle(&sim, &peer, call, request).await {
        Ok(response) => response,
        Err(error) => {
            tracing::debug!(code = error.code, details = error.details, path, "refused");
            error.into_response()
        }
    }
}

async fn handle(sim: &Arc<Sim>, peer: &Peer, call: Call, request: Request) -> GraphResult<Response> {
    check_token(sim, &call.headers, &call.query)?;
    if call.edge == "messages" && call.method == Method::POST {
        let body = json_body(request.into_body()).await?;
        let reads = body["status"].as_str() == Some("read");
        let to = body["to"].as_str().or_else(|| body["recipient"].as_str());
        let fault = sim.faults.for_call(if reads { "read" } else { "messages" }, to);
        if let Some(refusal) = apply(peer, fault.as_ref()).await {
            return Ok(refusal);
        }
        return if reads {
            messages::mark_read(sim, &call, &body)
        } else {
            messages::send(sim, peer, &call, body, fault.unwrap_or_default()).await
        };
    }
    let label = if call.edge.is_empty() { "object" } else { &call.edge };
    let fault = sim.faults.for_call(label, None);
    if let Some(refusal) = apply(peer, fault.as_ref()).await {
        return Ok(refusal);
    }
    let post = call.method == Method::POST;
    match call.edge.as_str() {
        "media" if post => {
            let form = Multipart::from_request(request, &()).await.map_err(|_| GraphError::param("The parameter file is required."))?;
            media::upload(sim, &call, form).await
        }
        "uploads" if post => media::begin_upload(sim, &call, &form_or_json(request).await?),
        "message_templates" => match call.method {
            Method::GET => templates::list(sim, &call),
            Method::POST => templates::create(sim, &call, &form_or_json(request).await?),
            Method::DELETE => templates::delete(sim, &call),
            _ => Err(GraphError::no_object(&call.id, call.method.as_str())),
        },
        "unpause" if post => templates::unpause(sim, &call),
        "" if call.id.starts_with("upload:") => {
            let bytes = axum::body::to_bytes(request.into_body(), media::UPLOAD_LIMIT)
                .await
                .map_err(|_| GraphError::param("The file is too large."))?;
            media::continue_upload(sim, &call, &bytes)
        }
        "" if sim.peek().media.items.contains_key(&call.id) => media::object(sim, &call),
        "" if post && templates::exists(sim, &call.id) => templates::edit(sim, &call, &form_or_json(request).await?),
        "" if templates::exists(sim, &call.id) => templates::get(sim, &call),
        _ => {
            let body = if post { form_or_json(request).await? } else { Value::Null };
            account::handle(sim, &call, &body).await
        }
    }
}

/// What a fault makes of a call before it is handled.
async fn apply(peer: &Peer, fault: Option<&Fault>) -> Option<Response> {
    let fault = fault?;
    if let Some(ms) = fault.delay_ms {
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }
    if fault.drop_connection {
        peer.cut();
        return Some(StatusCode::OK.into_response());
    }
    if fault.expired_token {
        return Some(GraphError::token("Error validating access token: Session has expired.", Some(463)).into_response());
    }
    if fault.status.is_none() && fault.error_code.is_none() && fault.raw_body.is_none() {
        return None;
    }
    let mut error = GraphError::new(fault.error_code.unwrap_or_else(|| code_for_status(fault.status.unwrap_or(500))));
    if let Some(status) = fault.status.and_then(|s| StatusCode::from_u16(s).ok()) {
        error.status = status;
    }
    error.subcode = fault.error_subcode;
    error.details = fault.details.clone();
    Some(match &fault.raw_body {
        Some(body) => (error.status, [("content-type", "text/html")], body.clone()).into_response(),
        None => error.into_response(),
    })
}

/// The body as JSON.
async fn json_body(body: Body) -> GraphResult<Value> {
    let bytes = axum::body::to_bytes(body, JSON_LIMIT).await.map_err(|_| GraphError::param("The body is too large."))?;
    parse_json(&bytes)
}

fn parse_json(bytes: &Bytes) -> GraphResult<Value> {
    let value: Value = serde_json::from_slice(bytes).map_err(|e| GraphError::param(format!("The body is not valid JSON: {e}")))?;
    if value.is_object() { Ok(value) } else { Err(GraphError::param("The body must be a JSON object.")) }
}

/// The parameters of a POST: JSON, a form, the query, or nothing.
async fn form_or_json(request: Request) -> GraphResult<Value> {
    let query = parse_query(request.uri().query());
    let form = request
        .headers()
        .get("content-type")
        .and_then(|h| h.to_str().ok())
        .is_some_and(|h| h.starts_with("application/x-www-form-urlencoded"));
    let bytes = axum::body::to_bytes(request.into_body(), JSON_LIMIT).await.map_err(|_| GraphError::param("The body is too large."))?;
    let mut body = if bytes.is_empty() {
        json!({})
    } else if form {
        let pairs: HashMap<String, String> = url::form_urlencoded::parse(&bytes).into_owned().collect();
        // A form carries nested values as JSON text.
        pairs.into_iter().map(|(k, v)| (k, serde_json::from_str(&v).unwrap_or(Value::String(v)))).collect()
    } else {
        parse_json(&bytes)?
    };
    for (key, value) in query {
        if body.get(&key).is_none() && key != "access_token" {
            body[key] = Value::String(value);
        }
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions() {
        for good in ["v25.0", "v2.12", "v100.0"] {
            assert!(is_version(good), "{good}");
        }
        for bad in ["25.0", "v25", "v.0", "vx.y", "v25.0.1", "sim"] {
            assert!(!is_version(bad), "{bad}");
        }
    }
}
