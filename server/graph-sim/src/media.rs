//! Media: upload, look up, download, delete; resumable uploads for template examples.

use std::sync::Arc;

use axum::Json;
use axum::extract::{ConnectInfo, Multipart, Path, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::{Value, json};

use crate::config::DEMO_APP;
use crate::connection::Peer;
use crate::error::{GraphError, GraphResult};
use crate::graph::{self, Call, success};
use crate::media_rules;
use crate::sim::Sim;

/// Largest request with a file, in bytes.
pub const UPLOAD_LIMIT: usize = 110 * 1024 * 1024;

/// `POST /{phone_number_id}/media`.
pub async fn upload(sim: &Arc<Sim>, call: &Call, mut form: Multipart) -> GraphResult<Response> {
    if !sim.peek().numbers.contains_key(&call.id) {
        return Err(GraphError::no_object(&call.id, "post"));
    }
    let broken = |e: axum::extract::multipart::MultipartError| GraphError::param(format!("The form could not be read: {e}"));
    let (mut product, mut declared, mut file) = (None, None, None);
    while let Some(field) = form.next_field().await.map_err(broken)? {
        match field.name().unwrap_or_default() {
            "messaging_product" => product = Some(field.text().await.map_err(broken)?),
            "type" => declared = Some(field.text().await.map_err(broken)?),
            "file" => {
                let mime = field.content_type().map(str::to_owned);
                let name = field.file_name().map(str::to_owned);
                file = Some((mime, name, field.bytes().await.map_err(broken)?));
            }
            _ => {}
        }
    }
    if product.as_deref() != Some("whatsapp") {
        return Err(GraphError::param("The parameter messaging_product is required."));
    }
    let Some((part_mime, name, bytes)) = file else {
        return Err(GraphError::param("The parameter file is required."));
    };
    let mime = declared.or(part_mime).unwrap_or_default();
    if media_rules::kind_of(&mime).is_none() {
        return Err(GraphError::param(format!(
            "Param file must be a file with one of the following types: audio/aac, audio/mp4, audio/mpeg, audio/amr, audio/ogg, application/pdf, text/plain, office documents, image/jpeg, image/png, video/mp4, video/3gpp, image/webp. Received file of type '{}'.",
            media_rules::bare(&mime)
        )));
    }
    media_rules::check_upload(&mime, &bytes)?;
    let now = sim.clock.now_ms();
    let id = sim.data().media.add(bytes, &mime, name, false, now);
    Ok(Json(json!({ "id": id })).into_response())
}

/// `GET` and `DELETE /{media_id}`.
pub fn object(sim: &Arc<Sim>, call: &Call) -> GraphResult<Response> {
    let now = sim.clock.now_ms();
    let ttl = i64::try_from(sim.settings().media_url_ttl_s).unwrap_or(300) * 1000;
    let mut data = sim.data();
    if let Some(number) = call.query("phone_number_id")
        && !data.numbers.contains_key(number)
    {
        return Err(GraphError::no_object(&call.id, "get"));
    }
    let absent = || GraphError::no_object(&call.id, "get");
    if call.method == Method::DELETE {
        data.media.remove(&call.id).ok_or_else(absent)?;
        return Ok(success());
    }
    let media = data.media.items.get_mut(&call.id).filter(|m| !m.expired(now)).ok_or_else(absent)?;
    let key = media.new_link(now + ttl);
    let url =
        format!("{}/whatsapp_business/attachments/?mid={}&source=getMedia&ext={}&hash={key}", call.origin(), media.id, (now + ttl) / 1000);
    Ok(Json(json!({
        "messaging_product": "whatsapp",
        "url": url,
        "mime_type": media_rules::bare(&media.mime),
        "sha256": hex::encode(&media.sha256),
        "file_size": media.size,
        "id": media.id,
    }))
    .into_response())
}

/// The download address: the same Bearer, a User-Agent, and a link that has not expired.
pub async fn download(State(sim): State<Arc<Sim>>, ConnectInfo(peer): ConnectInfo<Peer>, request: Request) -> Response {
    let query = graph::parse_query(request.uri().query());
    // The query cannot carry the token here: a link alone must open nothing.
    if let Err(error) = graph::check_token(&sim, request.headers(), &std::collections::HashMap::new()) {
        return error.into_response();
    }
    if !request.headers().contains_key(header::USER_AGENT) {
        return (StatusCode::FORBIDDEN, "a User-Agent is required").into_response();
    }
    if let Some(fault) = sim.faults.for_call("download", None) {
        if let Some(ms) = fault.delay_ms {
            tokio::time::sleep(std::time::Duration::from_millis(ms)).await;
        }
        if fault.drop_connection {
            peer.cut();
        } else if let Some(status) = fault.status.and_then(|s| StatusCode::from_u16(s).ok()) {
            return status.into_response();
        }
    }
    let now = sim.clock.now_ms();
    let found = {
        let data = sim.peek();
        query.get("mid").and_then(|id| data.media.get(id, now)).and_then(|m| {
            let key = query.get("hash")?;
            m.links.iter().any(|(k, until)| k == key && now < *until).then(|| (m.mime.clone(), m.bytes.clone()))
        })
    };
    match found {
        Some((mime, bytes)) => ([(header::CONTENT_TYPE, media_rules::bare(&mime))], bytes).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// `POST /{app_id}/uploads`.
pub fn begin_upload(sim: &Arc<Sim>, call: &Call, body: &Value) -> GraphResult<Response> {
    if call.id != DEMO_APP && call.id != "app" {
        return Err(GraphError::no_object(&call.id, "post"));
    }
    let number = |v: &Value| v.as_u64().or_else(|| v.as_str().and_then(|s| s.parse().ok()));
    let length = number(&body["file_length"]).and_then(|n| usize::try_from(n).ok());
    let length =
        length.filter(|n| (1..=UPLOAD_LIMIT).contains(n)).ok_or_else(|| GraphError::param("The parameter file_length is required."))?;
    let mime = body["file_type"].as_str().ok_or_else(|| GraphError::param("The parameter file_type is required."))?;
    if !matches!(mime, "application/pdf" | "image/jpeg" | "image/jpg" | "image/png" | "video/mp4") {
        return Err(GraphError::param("Param file_type must be one of {application/pdf, image/jpeg, image/jpg, image/png, video/mp4}."));
    }
    let id = sim.data().media.begin_upload(length, mime);
    Ok(Json(json!({ "id": id })).into_response())
}

/// `GET` (how far) and `POST` (bytes from `file_offset`) of `/upload:...`.
pub fn continue_upload(sim: &Arc<Sim>, call: &Call, bytes: &Bytes) -> GraphResult<Response> {
    let id = call.id.split('?').next().unwrap_or_default();
    let mut data = sim.data();
    let upload = data.media.uploads.get_mut(id).ok_or_else(|| GraphError::no_object(id, "post"))?;
    if call.method == Method::GET {
        return Ok(Json(json!({"id": upload.id, "file_offset": upload.bytes.len()})).into_response());
    }
    let offset: Option<usize> = call.headers.get("file_offset").and_then(|h| h.to_str().ok()).and_then(|h| h.parse().ok());
    if offset != Some(upload.bytes.len()) {
        return Err(GraphError::param(format!("The header file_offset must be {}.", upload.bytes.len())));
    }
    if upload.bytes.len() + bytes.len() > upload.length {
        return Err(GraphError::param("More bytes than file_length announced."));
    }
    upload.bytes.extend_from_slice(bytes);
    if upload.bytes.len() < upload.length {
        return Ok(Json(json!({"id": upload.id, "file_offset": upload.bytes.len()})).into_response());
    }
    let handle = format!("4::{}", crate::ids::secret(24));
    let (mime, bytes) = data.media.uploads.remove(id).map(|u| (u.mime, u.bytes)).unwrap_or_default();
    let now = sim.clock.now_ms();
    let media = data.media.add(bytes.into(), &mime, None, false, now);
    data.media.handles.insert(handle.clone(), mime);
    data.media.handle_media.insert(handle.clone(), media);
    Ok(Json(json!({ "h": handle })).into_response())
}

/// The picture of a number's profile, which everybody may see who has its address.
pub async fn profile_picture(State(sim): State<Arc<Sim>>, Path(id): Path<String>) -> Response {
    let found = {
        let data = sim.peek();
        let shown = data.numbers.values().any(|n| n.picture.as_ref() == Some(&id));
        data.media.items.get(&id).filter(|_| shown).map(|m| (m.mime.clone(), m.bytes.clone()))
    };
    match found {
        Some((mime, bytes)) => ([(header::CONTENT_TYPE, media_rules::bare(&mime))], bytes).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
