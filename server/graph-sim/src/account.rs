//! Accounts and numbers: fields, subscription, registration, token.

use std::sync::Arc;

use axum::Json;
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use crate::config::{DEMO_APP, http_url};
use crate::error::{GraphError, GraphResult};
use crate::graph::{Call, success};
use crate::messages::check_product;
use crate::profile;
use crate::sim::Sim;
use crate::state::Number;

/// Handles everything that is neither message, media nor template.
pub async fn handle(sim: &Arc<Sim>, call: &Call, body: &Value) -> GraphResult<Response> {
    let get = call.method == Method::GET;
    let post = call.method == Method::POST;
    if call.edge.is_empty() && get && call.id == "debug_token" {
        return debug_token(sim, call);
    }
    if call.edge.is_empty() && get && (call.id == DEMO_APP || call.id == "app") {
        return Ok(Json(json!({"id": DEMO_APP, "name": "Prosa Demo"})).into_response());
    }
    let is_number = sim.peek().numbers.contains_key(&call.id);
    let is_waba = sim.peek().wabas.contains_key(&call.id);
    match call.edge.as_str() {
        "" if is_number && get => number_fields(sim, call),
        "" if is_number && post => number_webhook(sim, call, body).await,
        "register" if is_number && post => register(sim, call, body),
        "deregister" if is_number && post => edit_number(sim, call, |n| n.registered = false),
        "whatsapp_business_profile" if is_number && get => profile::get(sim, call),
        "whatsapp_business_profile" if is_number && post => profile::set(sim, call, body),
        "smb_app_data" if is_number && post => smb_app_data(body),
        "" if is_waba && get => waba_fields(sim, call),
        "phone_numbers" if is_waba && get => phone_numbers(sim, call),
        "subscribed_apps" if is_waba && get => subscribed(sim, call),
        "subscribed_apps" if is_waba && post => subscribe(sim, call, body).await,
        "subscribed_apps" if is_waba && call.method == Method::DELETE => {
            if let Some(w) = sim.data().wabas.get_mut(&call.id) {
                (w.subscribed, w.webhook_override) = (false, None);
            }
            Ok(success())
        }
        _ => Err(GraphError::no_object(&call.id, &call.method.as_str().to_ascii_lowercase())),
    }
}

/// Picks fields out of an object; `id` is always there.
fn pick(all: &Value, fields: &[&str]) -> Value {
    let mut out = Map::new();
    for field in fields.iter().chain(&["id"]) {
        if let Some(value) = all.get(*field) {
            out.insert((*field).to_owned(), value.clone());
        }
    }
    Value::Object(out)
}

const NUMBER_DEFAULT: [&str; 7] = [
    "verified_name",
    "code_verification_status",
    "display_phone_number",
    "quality_rating",
    "platform_type",
    "throughput",
    "webhook_configuration",
];

fn number_json(sim: &Sim, n: &Number, fields: Option<Vec<&str>>) -> Value {
    let app_url = sim.settings().webhook_url.clone();
    let all = json!({
        "id": n.id,
        "display_phone_number": n.display_phone_number,
        "verified_name": n.verified_name,
        "quality_rating": n.quality_rating,
        "code_verification_status": "VERIFIED",
        "name_status": "APPROVED",
        "status": if n.registered { "CONNECTED" } else { "DISCONNECTED" },
        "platform_type": if n.registered { "CLOUD_API" } else { "NOT_APPLICABLE" },
        "throughput": {"level": "STANDARD"},
        "is_on_biz_app": false,
        "is_official_business_account": false,
        "account_mode": "LIVE",
        "messaging_limit_tier": "TIER_2K",
        "whatsapp_business_manager_messaging_limit": "TIER_2K",
        "is_pin_enabled": n.pin.is_some(),
        "webhook_configuration": {"phone_number": n.webhook_override, "application": app_url},
    });
    pick(&all, &fields.unwrap_or_else(|| NUMBER_DEFAULT.to_vec()))
}

fn number_fields(sim: &Arc<Sim>, call: &Call) -> GraphResult<Response> {
    let number = sim.peek().numbers.get(&call.id).cloned();
    let number = number.ok_or_else(|| GraphError::no_object(&call.id, "get"))?;
    Ok(Json(number_json(sim, &number, call.fields())).into_response())
}

fn phone_numbers(sim: &Arc<Sim>, call: &Call) -> GraphResult<Response> {
    let numbers: Vec<Number> = sim.peek().numbers.values().filter(|n| n.waba_id == call.id).cloned().collect();
    let list: Vec<Value> = numbers.iter().map(|n| number_json(sim, n, call.fields())).collect();
    let cursors = json!({"before": "MAZDZD", "after": "MjQZD"});
    Ok(Json(json!({"data": list, "paging": {"cursors": cursors}})).into_response())
}

fn waba_fields(sim: &Arc<Sim>, call: &Call) -> GraphResult<Response> {
    let data = sim.peek();
    let waba = data.wabas.get(&call.id).ok_or_else(|| GraphError::no_object(&call.id, "get"))?;
    let all = json!({
        "id": waba.id,
        "name": waba.name,
        "timezone_id": "25",
        "currency": "BRL",
        "message_template_namespace": "c8ae5f90_307a_ca4c_b8f6_d1e2a2573574",
        "account_review_status": "APPROVED",
        "business_verification_status": "verified",
    });
    let fields = call.fields().unwrap_or_else(|| vec!["name", "timezone_id", "message_template_namespace"]);
    Ok(Json(pick(&all, &fields)).into_response())
}

/// Changes a number; code 100, subcode 33 when there is none of this id.
pub fn edit_number(sim: &Arc<Sim>, call: &Call, edit: impl FnOnce(&mut Number)) -> GraphResult<Response> {
    let mut data = sim.data();
    edit(data.numbers.get_mut(&call.id).ok_or_else(|| GraphError::no_object(&call.id, "post"))?);
    Ok(success())
}

fn register(sim: &Arc<Sim>, call: &Call, body: &Value) -> GraphResult<Response> {
    check_product(body)?;
    let pin = body["pin"].as_str().map(str::to_owned).or_else(|| body["pin"].as_u64().map(|n| n.to_string())).unwrap_or_default();
    if pin.len() != 6 || !pin.bytes().all(|b| b.is_ascii_digit()) {
        return Err(GraphError::param("Param pin must be a 6 digit string."));
    }
    let wrong = sim.peek().numbers.get(&call.id).and_then(|n| n.pin.clone()).is_some_and(|old| old != pin);
    if wrong {
        return Err(GraphError::new(133005).details("The PIN does not match the two-step verification PIN of the number."));
    }
    edit_number(sim, call, |n| (n.registered, n.pin) = (true, Some(pin)))
}

fn smb_app_data(body: &Value) -> GraphResult<Response> {
    check_product(body)?;
    match body["sync_type"].as_str() {
        // The demo numbers do not live in the WhatsApp Business app as well.
        Some("smb_app_state_sync" | "history") => {
            Err(GraphError::new(2593108).details("The number was not onboarded from the WhatsApp Business app."))
        }
        _ => Err(GraphError::param("Param sync_type must be one of {history, smb_app_state_sync}.")),
    }
}

fn subscribed(sim: &Arc<Sim>, call: &Call) -> GraphResult<Response> {
    let data = sim.peek();
    let waba = data.wabas.get(&call.id).ok_or_else(|| GraphError::no_object(&call.id, "get"))?;
    let mut list = Vec::new();
    if waba.subscribed {
        let mut app = json!({"whatsapp_business_api_data": {"id": DEMO_APP, "link": "https://prosa.example/", "name": "Prosa Demo"}});
        if let Some(url) = &waba.webhook_override {
            app["override_callback_uri"] = json!(url);
        }
        list.push(app);
    }
    Ok(Json(json!({ "data": list })).into_response())
}

/// Checks an own callback address the way Meta does, with a verification GET.
async fn verified_override(sim: &Arc<Sim>, body: &Value) -> GraphResult<Option<String>> {
    let Some(url) = body["override_callback_uri"].as_str().filter(|u| !u.is_empty()) else { return Ok(None) };
    let url = http_url(url).map_err(GraphError::param)?;
    let Some(token) = body["verify_token"].as_str() else {
        return Err(GraphError::param("The parameter verify_token is required with override_callback_uri."));
    };
    let result = sim.verify(&url, token).await;
    if !result.ok {
        let mut error = GraphError::new(2200);
        error.message = Some("Callback verification failed".into());
        let why = result.error.unwrap_or_else(|| format!("HTTP {}", result.status.unwrap_or_default()));
        return Err(error.details(format!("The callback did not answer with the challenge: {why}")));
    }
    Ok(Some(url))
}

async fn subscribe(sim: &Arc<Sim>, call: &Call, body: &Value) -> GraphResult<Response> {
    let url = verified_override(sim, body).await?;
    if let Some(w) = sim.data().wabas.get_mut(&call.id) {
        (w.subscribed, w.webhook_override) = (true, url);
    }
    Ok(success())
}

async fn number_webhook(sim: &Arc<Sim>, call: &Call, body: &Value) -> GraphResult<Response> {
    let configuration = &body["webhook_configuration"];
    if !configuration.is_object() {
        return Err(GraphError::param("The parameter webhook_configuration is required."));
    }
    let url = verified_override(sim, configuration).await?;
    edit_number(sim, call, |n| n.webhook_override = url)
}

fn debug_token(sim: &Arc<Sim>, call: &Call) -> GraphResult<Response> {
    let token = call.query("input_token").ok_or_else(|| GraphError::param("The parameter input_token is required."))?;
    if token != sim.config.token {
        let error = json!({"code": 190, "message": "Invalid OAuth access token."});
        return Ok(Json(json!({"data": {"error": error, "is_valid": false, "scopes": []}})).into_response());
    }
    let wabas: Vec<String> = sim.peek().wabas.keys().cloned().collect();
    let scopes = ["whatsapp_business_management", "whatsapp_business_messaging"];
    let granular: Vec<Value> = scopes.iter().map(|s| json!({"scope": s, "target_ids": wabas})).collect();
    Ok(Json(json!({"data": {
        "app_id": DEMO_APP,
        "type": "SYSTEM_USER",
        "application": "Prosa Demo",
        "data_access_expires_at": 0,
        "expires_at": 0,
        "is_valid": true,
        "issued_at": sim.clock.now_s() - 3600,
        "scopes": scopes,
        "granular_scopes": granular,
        "user_id": "122100000000000001",
    }}))
    .into_response())
}
