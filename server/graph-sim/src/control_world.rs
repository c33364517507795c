//! The part of the control surface that changes people, templates and numbers.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::control::Answer;
use crate::sim::Sim;
use crate::state::{Contact, Data};
use crate::template_model::{Template, upper};
use crate::webhook::Change;
use crate::{seed, templates};

/// Routes for people, templates, numbers and threads.
pub fn router() -> Router<Arc<Sim>> {
    Router::new()
        .route("/sim/contacts", get(contacts))
        .route("/sim/contact", post(contact))
        .route("/sim/templates", get(list_templates).post(template))
        .route("/sim/numbers", post(number))
        .route("/sim/thread", get(thread))
}

async fn contacts(State(sim): State<Arc<Sim>>) -> Json<Value> {
    let data = sim.peek();
    Json(json!({"items": data.contacts.values().take(10_000).collect::<Vec<_>>()}))
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct ContactOrder {
    /// Number, BSUID, `@username` or key of the person; made when not there.
    from: Option<String>,
    name: Option<String>,
    username: Option<String>,
    user_id: Option<String>,
    parent_user_id: Option<String>,
    /// The id that sends to this person answer with.
    wa_id: Option<String>,
    /// Other numbers that lead to this person.
    aliases: Option<Vec<String>>,
    bsuid_only: Option<bool>,
    not_on_whatsapp: Option<bool>,
    opted_out: Option<bool>,
    capped: Option<bool>,
    offline: Option<bool>,
    auto_read: Option<bool>,
    pinned: Option<bool>,
    /// Sends `user_preferences` when `opted_out` changes.
    notify: bool,
}

/// Makes or changes a person.
async fn contact(State(sim): State<Arc<Sim>>, Json(order): Json<ContactOrder>) -> Answer {
    let who = order.from.clone().or_else(|| order.wa_id.clone()).or_else(|| order.user_id.clone());
    let who = who.or_else(|| order.username.as_ref().map(|u| format!("@{}", u.trim_start_matches('@'))));
    let who = who.filter(|w| !w.trim().is_empty()).ok_or("name the person: from, wa_id, user_id or username")?;
    let (before, after) = {
        let mut data = sim.data();
        let key = data.contact_or_new(&who, order.name.as_deref());
        let before = data.contacts.get(&key).cloned().unwrap_or_default();
        let after = data.edit_contact(&key, |c| apply(c, &order)).unwrap_or_default();
        (before, after)
    };
    if before.offline && !after.offline {
        sim.deliver_waiting(&after.key);
    }
    if order.notify && before.opted_out != after.opted_out {
        let changes = preferences(&sim.peek(), &after, sim.clock.now_s());
        for change in changes {
            sim.emit(change);
        }
    }
    sim.publish(&json!({"kind": "contact", "contact": after}));
    Ok(Json(json!(after)))
}

fn apply(c: &mut Contact, order: &ContactOrder) {
    let set = |slot: &mut bool, value: Option<bool>| *slot = value.unwrap_or(*slot);
    if let Some(name) = &order.name {
        c.name = name.clone();
    }
    if let Some(username) = &order.username {
        c.username = Some(username.trim_start_matches('@').to_owned()).filter(|u| !u.is_empty());
    }
    if let Some(id) = &order.user_id {
        c.user_id = id.clone();
    }
    if order.parent_user_id.is_some() {
        c.parent_user_id = order.parent_user_id.clone();
    }
    if let Some(wa_id) = &order.wa_id {
        let new = crate::directory::digits(wa_id);
        // The number that was used so far still leads here.
        if let Some(old) = c.wa_id.replace(new.clone()).filter(|old| *old != new) {
            c.aliases.push(old);
        }
    }
    if let Some(aliases) = &order.aliases {
        c.aliases = aliases.iter().map(|a| crate::directory::digits(a)).collect();
    }
    set(&mut c.bsuid_only, order.bsuid_only);
    set(&mut c.not_on_whatsapp, order.not_on_whatsapp);
    set(&mut c.opted_out, order.opted_out);
    set(&mut c.capped, order.capped);
    set(&mut c.offline, order.offline);
    set(&mut c.pinned, order.pinned);
    if order.auto_read.is_some() {
        c.auto_read = order.auto_read;
    }
}

/// `user_preferences` for each number that the person has talked to.
fn preferences(data: &Data, contact: &Contact, now_s: i64) -> Vec<Change> {
    let mut one = json!({
        "detail": if contact.opted_out { "User requested to stop marketing messages" } else { "User requested to resume marketing messages" },
        "category": "marketing_messages",
        "value": if contact.opted_out { "stop" } else { "resume" },
        "timestamp": now_s,
        "user_id": contact.user_id,
    });
    let mut who = json!({"profile": {"name": contact.name}, "user_id": contact.user_id});
    if let Some(wa_id) = contact.visible_wa_id() {
        one["wa_id"] = json!(wa_id);
        who["wa_id"] = json!(wa_id);
    }
    data.threads
        .values()
        .filter(|t| t.contact == contact.key)
        .filter_map(|t| data.numbers.get(&t.number))
        .map(|n| Change {
            waba_id: n.waba_id.clone(),
            number_id: Some(n.id.clone()),
            field: "user_preferences".into(),
            value: json!({"messaging_product": "whatsapp", "metadata": n.metadata(), "contacts": [who], "user_preferences": [one]}),
        })
        .collect()
}

async fn list_templates(State(sim): State<Arc<Sim>>) -> Json<Value> {
    let data = sim.peek();
    let list: Vec<Value> = data
        .wabas
        .values()
        .flat_map(|w| w.templates.iter().map(move |t| (w, t)))
        .map(|(w, t)| {
            let mut item = json!(t);
            item["waba_id"] = json!(w.id);
            item
        })
        .collect();
    Json(json!({ "items": list }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TemplateOrder {
    name: String,
    language: Option<String>,
    category: Option<String>,
    status: Option<String>,
    /// Reason of a rejection.
    reason: Option<String>,
    quality: Option<String>,
    /// Adds the template, or replaces its components.
    components: Option<Vec<Value>>,
    waba_id: Option<String>,
}

/// Adds a template as it is, or changes status, category or quality of those with the name; tells the receiver of a new
/// status.
async fn template(State(sim): State<Arc<Sim>>, Json(order): Json<TemplateOrder>) -> Answer {
    let language = order.language.as_deref();
    let hit = |t: &Template| t.name == order.name && language.is_none_or(|l| t.language == l);
    {
        let mut data = sim.data();
        let waba = match &order.waba_id {
            Some(id) => data.wabas.get_mut(id),
            None => data.wabas.values_mut().next(),
        };
        let waba = waba.ok_or("there is no such account")?;
        if !waba.templates.iter().any(&hit) {
            let components = order.components.clone().ok_or("there is no such template: give its components to add it")?;
            let named = components.iter().any(|c| {
                crate::template_model::variables(c["text"].as_str().unwrap_or_default()).iter().any(|v| v.0.parse::<u32>().is_err())
            });
            let category = upper(order.category.as_deref().unwrap_or("UTILITY"));
            let mut t = Template::new(&order.name, language.unwrap_or("pt_BR"), &category, named, components);
            t.status = upper(order.status.as_deref().unwrap_or("APPROVED"));
            t.approved_once = t.status == "APPROVED";
            waba.templates.push(t);
        }
        for t in waba.templates.iter_mut().filter(|t| hit(t)) {
            if let Some(category) = &order.category {
                t.category = upper(category);
            }
            if let Some(quality) = &order.quality {
                t.quality = upper(quality);
                t.quality_since_s = crate::clock::real_ms() / 1000;
            }
            if let Some(components) = &order.components {
                t.components = components.clone();
            }
        }
    }
    if let Some(status) = &order.status {
        let status = upper(status);
        templates::set_status(&sim, |t| hit(t) && t.status != status, &status, order.reason.as_deref());
    }
    let data = sim.peek();
    let items: Vec<&Template> = data.wabas.values().flat_map(|w| &w.templates).filter(|t| hit(t)).collect();
    Ok(Json(json!({ "items": items })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NumberOrder {
    id: String,
    display_phone_number: Option<String>,
    verified_name: Option<String>,
    waba_id: Option<String>,
    quality_rating: Option<String>,
    registered: Option<bool>,
}

/// Adds a number, with its account when that is new, or changes one.
async fn number(State(sim): State<Arc<Sim>>, Json(order): Json<NumberOrder>) -> Answer {
    let mut data = sim.data();
    if !data.numbers.contains_key(&order.id) {
        let shown = order.display_phone_number.as_deref().ok_or("a new number needs display_phone_number")?;
        let waba_id = order.waba_id.clone().unwrap_or_else(|| crate::config::DEMO_WABA.into());
        let name = order.verified_name.as_deref().unwrap_or("Prosa Demo");
        data.wabas.entry(waba_id.clone()).or_insert_with(|| seed::waba(&waba_id, name, true, seed::templates()));
        data.numbers.insert(order.id.clone(), seed::number(&order.id, &waba_id, shown, name));
    }
    let number = data.numbers.get_mut(&order.id).ok_or("the number vanished")?;
    if let Some(shown) = order.display_phone_number {
        number.display_phone_number = shown;
    }
    if let Some(quality) = order.quality_rating {
        number.quality_rating = upper(&quality);
    }
    if let Some(registered) = order.registered {
        number.registered = registered;
    }
    let answer = json!(number);
    drop(data);
    sim.publish(&json!({"kind": "reset"}));
    Ok(Json(answer))
}

#[derive(Deserialize)]
struct ThreadQuery {
    from: String,
    phone_number_id: Option<String>,
}

/// What the person sees: the last messages with one number.
async fn thread(State(sim): State<Arc<Sim>>, Query(query): Query<ThreadQuery>) -> Answer {
    let data = sim.peek();
    let contact = data.find_contact(&query.from).ok_or("there is no such person")?;
    let number = query.phone_number_id.or_else(|| data.numbers.keys().next().cloned()).unwrap_or_default();
    Ok(Json(json!(data.threads.get(&crate::state::Thread::key(&number, contact)))))
}
