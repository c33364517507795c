//! Management of templates: list, create, edit, delete, review, with their webhooks.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::error::{GraphError, GraphResult};
use crate::graph::{Call, success};
use crate::settings::Review;
use crate::sim::Sim;
use crate::state::{Data, Waba};
use crate::template_check::{self as rules, check_components, check_identity};
use crate::template_model::{Template, upper};
use crate::webhook::Change;

/// Templates per page when the caller does not say.
const PAGE: usize = 25;
/// Largest page.
const PAGE_MAX: usize = 250;
/// Templates of an account.
const MAX: usize = 6_000;
const DAY_MS: i64 = 24 * 3600 * 1000;

fn waba<'a>(data: &'a mut Data, call: &Call) -> GraphResult<&'a mut Waba> {
    let method = call.method.as_str().to_ascii_lowercase();
    data.wabas.get_mut(&call.id).ok_or_else(|| GraphError::no_object(&call.id, &method))
}

/// True for the id of a template.
pub fn exists(sim: &Sim, id: &str) -> bool {
    sim.peek().wabas.values().any(|w| w.templates.iter().any(|t| t.id == id))
}

/// `GET /{waba}/message_templates`.
pub fn list(sim: &Arc<Sim>, call: &Call) -> GraphResult<Response> {
    let mut data = sim.data();
    let waba = waba(&mut data, call)?;
    let same = |filter: Option<&str>, value: &str| filter.is_none_or(|f| f.split(',').any(|x| x.trim().eq_ignore_ascii_case(value)));
    let matches = |t: &&Template| {
        same(call.query("status"), &t.status)
            && same(call.query("category"), &t.category)
            && same(call.query("language"), &t.language)
            && same(call.query("name"), &t.name)
            && call.query("name_or_content").is_none_or(|q| t.name.contains(q) || t.text("BODY").contains(q))
    };
    // Newest first, as Meta lists them.
    let all: Vec<&Template> = waba.templates.iter().rev().filter(matches).collect();
    let limit = call.query("limit").and_then(|l| l.parse().ok()).unwrap_or(PAGE).clamp(1, PAGE_MAX);
    let cursor = |name: &str| -> GraphResult<Option<usize>> {
        let Some(text) = call.query(name) else { return Ok(None) };
        let id = URL_SAFE_NO_PAD.decode(text).ok().and_then(|b| String::from_utf8(b).ok());
        let at = id.and_then(|id| all.iter().position(|t| t.id == id));
        at.map(Some).ok_or_else(|| GraphError::param(format!("Invalid cursors values: {name}")))
    };
    let start = match (cursor("after")?, cursor("before")?) {
        (Some(at), _) => at + 1,
        (None, Some(at)) => at.saturating_sub(limit),
        (None, None) => 0,
    };
    let page = &all[start.min(all.len())..(start + limit).min(all.len())];
    let fields = call.fields();
    let items: Vec<Value> = page.iter().map(|t| t.json(fields.as_deref())).collect();
    let mut answer = json!({ "data": items });
    if let (Some(first), Some(last)) = (page.first(), page.last()) {
        let (before, after) = (URL_SAFE_NO_PAD.encode(&first.id), URL_SAFE_NO_PAD.encode(&last.id));
        if start + limit < all.len() {
            answer["paging"]["next"] = json!(page_url(call, limit, "after", &after));
        }
        if start > 0 {
            answer["paging"]["previous"] = json!(page_url(call, limit, "before", &before));
        }
        answer["paging"]["cursors"] = json!({"before": before, "after": after});
    }
    if let Some(wanted) = call.query("summary") {
        let summary = json!({
            "total_count": all.len(),
            "message_template_count": waba.templates.len(),
            "message_template_limit": MAX,
            "are_translations_complete": true,
        });
        let wanted: Vec<&str> = wanted.split(',').map(str::trim).collect();
        answer["summary"] = summary
            .as_object()
            .map_or(Value::Null, |s| s.iter().filter(|(k, _)| wanted.contains(&k.as_str())).map(|(k, v)| (k.clone(), v.clone())).collect());
    }
    Ok(Json(answer).into_response())
}

fn page_url(call: &Call, limit: usize, cursor: &str, value: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for name in ["fields", "status", "category", "language", "name", "name_or_content", "summary"] {
        if let Some(v) = call.query(name) {
            query.append_pair(name, v);
        }
    }
    query.append_pair("limit", &limit.to_string()).append_pair(cursor, value);
    format!("{}/{}/{}/message_templates?{}", call.origin(), call.version, call.id, query.finish())
}

fn components(body: &Value) -> GraphResult<Vec<Value>> {
    match &body["components"] {
        Value::Array(list) => Ok(list.clone()),
        _ => Err(GraphError::param("The parameter components is required.")),
    }
}

/// `POST /{waba}/message_templates`.
pub fn create(sim: &Arc<Sim>, call: &Call, body: &Value) -> GraphResult<Response> {
    let now = sim.clock.now_ms();
    let text = |key: &str| body[key].as_str().unwrap_or_default();
    let (name, language, category) = (text("name"), text("language"), upper(text("category")));
    check_identity(name, language, &category)?;
    let named = text("parameter_format").eq_ignore_ascii_case("named");
    let components = components(body)?;
    let (id, waba_id) = {
        let mut data = sim.data();
        let handles = data.media.handles.clone();
        let waba = waba(&mut data, call)?;
        check_components(&category, named, &components, |h| handles.contains_key(h))?;
        if waba.templates.iter().any(|t| t.name == name && t.language == language) {
            return rules::refuse(
                rules::EXISTS,
                "Content in This Language Already Exists",
                "There is already content in this language for this template.",
            );
        }
        if waba.deleted_names.get(name).is_some_and(|until| now < *until) {
            return rules::refuse(
                rules::DELETED,
                "Message Template Language Is Being Deleted",
                "New content can't be added under this name for 30 days after it was deleted.",
            );
        }
        if waba.templates.len() >= MAX {
            return rules::refuse(2_388_019, "Message Template Limit Exceeded", "The account has the most templates that it may have.");
        }
        let template = Template::new(name, language, &category, named, components);
        let id = template.id.clone();
        waba.templates.push(template);
        (id, waba.id.clone())
    };
    review(sim, waba_id, id.clone());
    Ok(Json(json!({"id": id, "status": "PENDING", "category": category})).into_response())
}

/// `GET /{template_id}`.
pub fn get(sim: &Arc<Sim>, call: &Call) -> GraphResult<Response> {
    let data = sim.peek();
    let template = data.wabas.values().flat_map(|w| &w.templates).find(|t| t.id == call.id);
    let template = template.ok_or_else(|| GraphError::no_object(&call.id, "get"))?;
    Ok(Json(template.json(call.fields().as_deref())).into_response())
}

/// `POST /{template_id}`: replaces the components and sends them back to review.
pub fn edit(sim: &Arc<Sim>, call: &Call, body: &Value) -> GraphResult<Response> {
    let now = sim.clock.now_ms();
    let waba_id = {
        let mut data = sim.data();
        let handles = data.media.handles.clone();
        let found = data.wabas.values_mut().find_map(|w| {
            let id = w.id.clone();
            w.templates.iter_mut().find(|t| t.id == call.id).map(|t| (id, t))
        });
        let (waba_id, template) = found.ok_or_else(|| GraphError::no_object(&call.id, "post"))?;
        if !matches!(template.status.as_str(), "APPROVED" | "REJECTED" | "PAUSED") {
            return rules::refuse(
                2_593_002,
                "Message Template Cannot Be Edited",
                format!("A template that is {} cannot be edited.", template.status),
            );
        }
        let category = body["category"].as_str().map(upper);
        if template.status == "APPROVED" {
            if category.as_ref().is_some_and(|c| *c != template.category) {
                return rules::refuse(2_388_025, "Category Cannot Be Changed", "The category of an approved template cannot be changed.");
            }
            let lately = |age: i64| template.edits_ms.iter().filter(|at| now - **at < age).count();
            if lately(DAY_MS) >= 1 || lately(30 * DAY_MS) >= 10 {
                return rules::refuse(
                    2_593_003,
                    "Too Many Edits",
                    "An approved template can be edited once a day and ten times in 30 days.",
                );
            }
        }
        let category = category.unwrap_or_else(|| template.category.clone());
        if !body["components"].is_null() {
            let components = components(body)?;
            check_components(&category, template.named, &components, |h| handles.contains_key(h))?;
            template.components = components;
        }
        if template.status == "APPROVED" {
            template.edits_ms.push(now);
        }
        template.category = category;
        template.status = "PENDING".into();
        waba_id
    };
    review(sim, waba_id, call.id.clone());
    Ok(success())
}

/// `DELETE /{waba}/message_templates?name=` all languages, with `hsm_id=` one of them.
pub fn delete(sim: &Arc<Sim>, call: &Call) -> GraphResult<Response> {
    let now = sim.clock.now_ms();
    let name = call.query("name").ok_or_else(|| GraphError::param("The parameter name is required."))?;
    let gone = {
        let mut data = sim.data();
        let waba = waba(&mut data, call)?;
        let hit = |t: &Template| t.name == name && call.query("hsm_id").is_none_or(|id| t.id == id);
        let gone: Vec<Template> = waba.templates.iter().filter(|t| hit(t)).cloned().collect();
        if gone.is_empty() {
            return Err(GraphError { subcode: Some(2_593_002), ..GraphError::param("Message template not found") });
        }
        waba.templates.retain(|t| !hit(t));
        if gone.iter().any(|t| t.approved_once) {
            waba.deleted_names.insert(name.to_owned(), now + 30 * DAY_MS);
        }
        gone
    };
    for t in &gone {
        sim.emit(status_change(&call.id, t, "DELETED", None));
    }
    Ok(success())
}

/// `POST /{template_id}/unpause`.
pub fn unpause(sim: &Arc<Sim>, call: &Call) -> GraphResult<Response> {
    if call.method == Method::POST && set_status(sim, |t| t.id == call.id && t.status == "PAUSED", "APPROVED", None) > 0 {
        return Ok(success());
    }
    Err(GraphError::no_object(&call.id, "post"))
}

/// The webhook of a template's status.
fn status_change(waba_id: &str, t: &Template, event: &str, reason: Option<&str>) -> Change {
    let mut value = json!({
        "event": event,
        "message_template_id": t.id.parse::<u64>().unwrap_or(0),
        "message_template_name": t.name,
        "message_template_language": t.language,
        "message_template_category": t.category,
        "reason": reason.unwrap_or("NONE"),
    });
    match event {
        "PAUSED" => {
            value["other_info"] =
                json!({"title": "FIRST_PAUSE", "description": "Your template has been paused for 3 hours because of its quality."})
        }
        "REJECTED" => {
            value["rejection_info"] =
                json!({"reason": "The template breaks a policy.", "recommendation": "Change the text and send it again."})
        }
        _ => {}
    }
    Change { waba_id: waba_id.to_owned(), number_id: None, field: "message_template_status_update".into(), value }
}

/// Gives templates a status and sends the webhooks; the number of templates.
pub fn set_status(sim: &Arc<Sim>, test: impl Fn(&Template) -> bool, status: &str, reason: Option<&str>) -> usize {
    let mut changes = Vec::new();
    for waba in sim.data().wabas.values_mut() {
        for t in waba.templates.iter_mut().filter(|t| test(t)) {
            t.status = status.to_owned();
            t.approved_once |= status == "APPROVED";
            t.rejected_reason = reason.unwrap_or("NONE").to_owned();
            changes.push(status_change(&waba.id, t, status, reason));
        }
    }
    let count = changes.len();
    for change in changes {
        sim.emit(change);
    }
    count
}

/// Meta's review of a new or edited template.
fn review(sim: &Arc<Sim>, waba_id: String, id: String) {
    let settings = sim.settings();
    let (status, reason) = match settings.template_review {
        Review::Approve => ("APPROVED", None),
        Review::Reject => ("REJECTED", Some("TAG_CONTENT_MISMATCH")),
        Review::Manual => return,
    };
    let sim = Arc::clone(sim);
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(settings.template_review_ms)).await;
        tracing::debug!(waba_id, id, status, "template reviewed");
        set_status(&sim, |t| t.id == id && t.status == "PENDING", status, reason);
    });
}
