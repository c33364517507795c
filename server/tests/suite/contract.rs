//! The OpenAPI document is true: every operation is called, and every answer has the shape that the document promises.

use crate::http::Answer;
use crate::world::{SHOP, World, both};
use model::{FieldDraft, FieldKind, TagColour, TagDraft};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The document, and which operations have been called.
struct Contract {
    document: Value,
    /// With additional members refused, so that an answer cannot say more than is documented.
    strict: Value,
    succeeded: BTreeSet<String>,
}

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

impl Contract {
    fn new(document: Value) -> Contract {
        let mut strict = document["components"].clone();
        let mut parts = BTreeSet::new();
        parts_of(&strict, &mut parts);
        for (name, schema) in strict["schemas"].as_object_mut().unwrap() {
            if !parts.contains(name) {
                close(schema);
            }
        }
        Contract { document, strict, succeeded: BTreeSet::new() }
    }

    /// Every operation as `METHOD path`.
    fn operations(&self) -> BTreeMap<String, &Value> {
        let mut all = BTreeMap::new();
        for (path, item) in self.document["paths"].as_object().unwrap() {
            for method in METHODS {
                if let Some(operation) = item.get(method) {
                    all.insert(format!("{} {path}", method.to_uppercase()), operation);
                }
            }
        }
        all
    }

    /// Fails with what is wrong when the value does not have the shape.
    #[track_caller]
    fn fits(&self, schema: &Value, value: &Value, what: &str) {
        let mut root = schema.clone();
        root["components"] = self.strict.clone();
        let validator = jsonschema::draft202012::new(&root).unwrap();
        let wrong: Vec<String> = validator.iter_errors(value).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(wrong.is_empty(), "{what} is not as documented: {wrong:#?}\n{value:#}");
    }

    /// Calls an operation and holds request and answer against the document.
    async fn call(&mut self, w: &World, name: &str, id: &str, query: &str, token: &str, body: &Value) -> Answer {
        let operations = self.operations();
        let operation = operations.get(name).unwrap_or_else(|| panic!("{name} is not in the document"));
        let (method, path) = name.split_once(' ').unwrap();
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        for pair in query.split('&').filter(|p| !p.is_empty()) {
            let asked = pair.split('=').next().unwrap();
            assert!(parameters.iter().any(|p| p["name"] == asked && p["in"] == "query"), "{name}: the parameter {asked} is not documented");
        }
        let path = path.replace("{id}", id);
        let address = if query.is_empty() { path } else { format!("{path}?{query}") };
        let answer = w.client.rest(method, &address, token, body).await;
        let what = format!("{name} → {}", answer.status);
        let described = &operation["responses"][answer.status.to_string()];
        assert!(described.is_object(), "{what}: this status is not documented: {}", answer.text());
        match described["content"]["application/json"].get("schema") {
            Some(schema) => {
                assert_eq!(answer.header("content-type"), "application/json", "{what}");
                self.fits(schema, &answer.json(), &what);
            }
            None => assert!(answer.body.is_empty(), "{what}: no body is documented"),
        }
        if answer.status < 300 {
            if let Some(schema) = operation["requestBody"]["content"]["application/json"].get("schema") {
                self.fits(schema, body, &format!("the body of {name}"));
            }
            self.succeeded.insert(name.to_owned());
        }
        answer
    }
}

/// Names of schemas that are parts of others by `allOf`: they cannot refuse what the whole adds.
fn parts_of(value: &Value, parts: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for part in map.get("allOf").and_then(Value::as_array).into_iter().flatten() {
                parts.extend(part["$ref"].as_str().and_then(|r| r.rsplit('/').next()).map(str::to_owned));
            }
            map.values().for_each(|v| parts_of(v, parts));
        }
        Value::Array(list) => list.iter().for_each(|v| parts_of(v, parts)),
        _ => {}
    }
}

/// Refuses what is not documented.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            if map.contains_key("allOf") {
                map.insert("unevaluatedProperties".into(), false.into());
                return;
            }
            if map.contains_key("properties") && !map.contains_key("additionalProperties") {
                map.insert("additionalProperties".into(), false.into());
            }
            map.values_mut().for_each(close);
        }
        Value::Array(list) => list.iter_mut().for_each(close),
        _ => {}
    }
}

both! {
    async fn every_documented_operation_answers_as_documented(w) {
        let p = w.people();
        let document = w.client.get("/api/v1/openapi.json", &[]).await.is(200);
        assert_eq!(document.header("content-type"), "application/json");
        assert_eq!(document.text(), server::web::rest::document_json());
        let mut c = Contract::new(document.json());
        let (admin, agent) = (p.admin.token.clone(), p.agent.token.clone());
        let none = Value::Null;

        // Without a token and with one that is none of ours, nothing is learnt.
        let all: Vec<String> = c.operations().keys().cloned().collect();
        assert!(all.len() >= 17, "{all:?}");
        for name in &all {
            for token in ["", "prosa_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
                let answer = c.call(w, name, "1", "", token, &none).await.is(401);
                assert!(answer.header("www-authenticate").starts_with("Bearer"));
            }
            if name.contains("{id}") {
                let body = match name.rsplit('/').next().unwrap() {
                    "messages" => json!({"type": "text", "text": "x"}),
                    "transfer" => json!({"team_id": p.team}),
                    "tags" => json!({"operation": "ReplaceAll", "tag_ids": []}),
                    "{id}" => json!({"name": "x"}),
                    "restart" => json!({"template": {"template_id": p.template}}),
                    _ => none.clone(),
                };
                for id in ["1", "x", "-1", "99999999999999999999", "%00", "1%27%20or%201=1"] {
                    let body = if name.starts_with("GET") { &none } else { &body };
                    c.call(w, name, id, "", &admin, body).await.is(404);
                }
            }
        }

        c.call(w, "GET /me", "", "", &agent, &none).await.is(200);
        let users = c.call(w, "GET /users", "", "limit=2", &agent, &none).await.is(200).json();
        assert_eq!(users["items"][0]["status"], "ONLINE");
        c.call(w, "GET /teams", "", "", &agent, &none).await.is(200);
        for token in [&agent, &admin] {
            c.call(w, "GET /channels", "", "", token, &none).await.is(200);
        }
        let hours = c.call(w, "GET /hours", "", "", &agent, &none).await.is(200).json();
        assert_eq!((&hours["limited"], &hours["open"], &hours["changes_at"], &hours["teams"]), (&json!(false), &json!(true), &json!(null), &json!([])));
        c.call(w, "GET /templates", "", &format!("channel_id={}", p.whatsapp), &agent, &none).await.is(200);
        c.call(w, "GET /templates", "", "", &agent, &none).await.is(422);
        c.call(w, "GET /templates", "", "channel_id=1", &agent, &none).await.is(404);
        for list in ["/users", "/teams", "/channels", "/reasons", "/contacts"] {
            c.call(w, &format!("GET {list}"), "", "limit=0", &agent, &none).await.is(422);
            c.call(w, &format!("GET {list}"), "", "after=x", &agent, &none).await.is(422);
        }

        let waiting = w.says("primeira").await;
        let id = waiting.id.to_string();
        c.call(w, "GET /contacts", "", "", &agent, &none).await.is(200);
        c.call(w, "GET /contacts", "", "query=zuleica&limit=1", &agent, &none).await.is(200);
        c.call(w, "GET /contacts/{id}", &waiting.contact_id.to_string(), "", &agent, &none).await.is(200);
        let contact = waiting.contact_id.to_string();
        let tag = TagDraft { id: None, name: "VIP".into(), colour: TagColour::Red };
        let tag = service::tag::save(&p.admin.cx, tag).await.unwrap();
        let draft = FieldDraft { id: None, kind: FieldKind::Date, name: "Desde".into(), required: false, archived: false, options: Vec::new() };
        let field = service::field::save(&p.admin.cx, draft).await.unwrap();
        assert_eq!(c.call(w, "GET /tags", "", "", &agent, &none).await.is(200).json()["items"], json!([tag]));
        assert_eq!(c.call(w, "GET /contact-fields", "", "", &agent, &none).await.is(200).json()["items"], json!([field]));
        for list in ["/tags", "/contact-fields"] {
            c.call(w, &format!("GET {list}"), "", "limit=0", &agent, &none).await.is(422);
        }
        let change = json!({"version": 1, "name": "Zuleica Reis", "email": "z@x.example", "fields": [{"field_id": field.id, "value": "2026-11-21"}]});
        let changed = c.call(w, "PATCH /contacts/{id}", &contact, "", &agent, &change).await.is(200).json();
        assert_eq!((&changed["name"], &changed["version"], &changed["fields"]), (&json!("Zuleica Reis"), &json!(2), &change["fields"]));
        let conflict = c.call(w, "PATCH /contacts/{id}", &contact, "", &agent, &change).await.is(409).json();
        assert_eq!(conflict["error"]["code"], "conflict");
        let wrong = json!({"fields": [{"field_id": field.id, "value": "amanhã"}]});
        let wrong = c.call(w, "PATCH /contacts/{id}", &contact, "", &agent, &wrong).await.is(422).json();
        assert_eq!(wrong["error"]["fields"], json!({format!("field_{}", field.id): "not_a_date"}));
        let emptied = json!({"email": "", "fields": [{"field_id": field.id, "value": ""}]});
        let emptied = c.call(w, "PATCH /contacts/{id}", &contact, "", &agent, &emptied).await.is(200).json();
        assert_eq!((&emptied["name"], &emptied["email"], &emptied["fields"]), (&json!("Zuleica Reis"), &json!(null), &json!([])));
        c.call(w, "PATCH /contacts/{id}", &contact, "", &agent, &json!({"status": "BLOCKED"})).await.is(422);
        for (operation, after) in [("InsertIfNotExists", json!([tag.id])), ("DeleteIfExists", json!([])), ("ReplaceAll", json!([tag.id]))] {
            let body = json!({"operation": operation, "tag_ids": [tag.id]});
            assert_eq!(c.call(w, "POST /contacts/{id}/tags", &contact, "", &agent, &body).await.is(200).json()["tags"], after, "{operation}");
        }
        let unknown = json!({"operation": "ReplaceAll", "tag_ids": ["1"]});
        c.call(w, "POST /contacts/{id}/tags", &contact, "", &agent, &unknown).await.is(422);
        c.call(w, "POST /contacts/{id}/tags", &contact, "", &agent, &json!({"operation": "INSERT", "tag_ids": []})).await.is(422);
        let by_tag = c.call(w, "GET /conversations", "", &format!("tab=new&tag={}", tag.id), &agent, &none).await.is(200).json();
        assert_eq!((&by_tag["items"][0]["id"], &by_tag["items"][0]["contact_tags"]), (&json!(id), &json!([tag.id])));
        assert_eq!(c.call(w, "GET /conversations", "", "tab=new&tag=1", &agent, &none).await.is(200).json()["items"], json!([]));
        let query = format!("tab=new&channel={}&team={},{}&unread=true&order=oldest&limit=5", p.whatsapp, p.team, p.sibling_team);
        let list = c.call(w, "GET /conversations", "", &query, &agent, &none).await.is(200).json();
        assert_eq!(list["items"][0]["id"], id.as_str());
        c.call(w, "GET /conversations", "", "tab=all", &agent, &none).await.is(422);
        c.call(w, "GET /conversations/{id}", &id, "", &agent, &none).await.is(200);

        // What the queue does not allow yet.
        let text = json!({"type": "text", "text": "olá"});
        c.call(w, "POST /conversations/{id}/messages", &id, "", &agent, &text).await.is(403);
        c.call(w, "POST /conversations/{id}/assume", &id, "", &admin, &none).await.is(200);
        let taken = c.call(w, "POST /conversations/{id}/assume", &id, "", &agent, &none).await.is(409).json();
        assert_eq!(taken["error"]["details"], json!({"user_id": p.admin.cx.user, "name": "Alice Admin"}));
        c.call(w, "POST /conversations/{id}/transfer", &id, "", &admin, &json!({"user_id": p.agent.cx.user})).await.is(200);
        // A take-over names whom it takes from.
        c.call(w, "POST /conversations/{id}/assume", &id, "", &admin, &none).await.is(409);
        c.call(w, "POST /conversations/{id}/assume", &id, "", &admin, &json!({"from_user_id": p.agent.cx.user})).await.is(200);
        c.call(w, "POST /conversations/{id}/transfer", &id, "", &admin, &json!({"user_id": p.agent.cx.user})).await.is(200);
        c.call(w, "POST /conversations/{id}/read", &id, "", &agent, &none).await.is(204);
        let sent = c.call(w, "POST /conversations/{id}/messages", &id, "", &agent, &text).await.is(201).json();
        let note = json!({"type": "note", "text": "só para nós"});
        c.call(w, "POST /conversations/{id}/messages", &id, "", &agent, &note).await.is(201);
        let reply = json!({"type": "text", "text": "e mais", "reply_to": sent["id"]});
        c.call(w, "POST /conversations/{id}/messages", &id, "", &agent, &reply).await.is(201);
        let filled = json!({"template_id": p.template, "values": {"body.1": "João"}});
        c.call(w, "POST /conversations/{id}/messages", &id, "", &agent, &json!({"type": "template", "template": filled})).await.is(201);
        let empty = json!({"type": "template", "template": {"template_id": p.template}});
        let missing = c.call(w, "POST /conversations/{id}/messages", &id, "", &agent, &empty).await.is(422).json();
        assert_eq!(missing["error"]["fields"], json!({"template.values.body.1": "required"}));
        c.call(w, "POST /conversations/{id}/messages", &id, "", &agent, &json!({"type": "image"})).await.is(422);

        // Every kind of content that a contact can send.
        every_kind(w, &waiting).await;
        let page = c.call(w, "GET /conversations/{id}/messages", &id, "limit=100", &agent, &none).await.is(200).json();
        let kinds: BTreeSet<&str> = page["items"].as_array().unwrap().iter().filter_map(|m| m["kind"].as_str()).collect();
        for kind in ["TEXT", "IMAGE", "LOCATION", "CONTACT", "ANSWER", "TEMPLATE", "NOTE", "TRANSITION", "UNSUPPORTED", "ORDER"] {
            assert!(kinds.contains(kind), "no {kind} among {kinds:?}");
        }
        c.call(w, "GET /conversations/{id}/messages", &id, &format!("before={}&limit=2", sent["id"].as_str().unwrap()), &agent, &none).await.is(200);
        c.call(w, "GET /conversations/{id}/messages", &id, "after=1", &agent, &none).await.is(422);

        c.call(w, "POST /conversations/{id}/transfer", &id, "", &agent, &json!({})).await.is(422);
        c.call(w, "POST /conversations/{id}/transfer", &id, "", &agent, &json!({"team_id": "1"})).await.is(422);
        let to_me = json!({"user_id": p.agent.cx.user, "note": "fica comigo", "stop_bot": true});
        c.call(w, "POST /conversations/{id}/transfer", &id, "", &admin, &to_me).await.is(409);
        c.call(w, "POST /conversations/{id}/transfer", &id, "", &admin, &json!({"team_id": p.team, "note": "à fila"})).await.is(200);
        c.call(w, "POST /conversations/{id}/transfer", &id, "", &admin, &to_me).await.is(200);
        let reason = reasons(w).await;
        let listed = c.call(w, "GET /reasons", "", "", &agent, &none).await.is(200).json();
        assert_eq!((&listed["items"][0]["id"], &listed["items"][0]["category"]), (&json!(reason), &json!("WON")));
        let missing = c.call(w, "POST /conversations/{id}/conclude", &id, "", &agent, &json!({"silent": true})).await.is(422).json();
        assert_eq!(missing["error"]["code"], "reason_required");
        let unpriced = c.call(w, "POST /conversations/{id}/conclude", &id, "", &agent, &json!({"reason_id": reason})).await.is(422).json();
        assert_eq!(unpriced["error"]["fields"], json!({"amount_minor": "required"}));
        let why = json!({"silent": true, "reason_id": reason, "amount_minor": 123_456});
        let done = c.call(w, "POST /conversations/{id}/conclude", &id, "", &agent, &why).await.is(200).json();
        let said = json!({"reason_id": reason, "category": "WON", "description": "Venda", "amount": {"minor": 123_456, "currency": "BRL"}});
        assert_eq!((&done["classification"], &done["closed_by"]), (&said, &json!(p.agent.cx.user)));
        let shown = c.call(w, "GET /conversations/{id}", &id, "", &agent, &none).await.is(200).json();
        assert_eq!(shown["classification"], said);
        c.call(w, "GET /conversations/{id}/messages", &id, "limit=5", &agent, &none).await.is(200);
        c.call(w, "POST /conversations/{id}/conclude", &id, "", &agent, &none).await.is(409);
        let again = json!({"template": {"template_id": p.template, "values": {"body.1": "João"}}});
        c.call(w, "POST /conversations/{id}/restart", &id, "", &agent, &json!({"template": {"template_id": "1"}})).await.is(409);
        c.call(w, "POST /conversations/{id}/restart", &id, "", &agent, &again).await.is(200);

        let start = json!({"phone": "(11) 98888-7777", "name": "Novo", "channel_id": p.whatsapp, "team_id": p.team, "template": again["template"]});
        let made = c.call(w, "POST /conversations", "", "", &agent, &start).await.is(201).json();
        let open = c.call(w, "POST /conversations", "", "", &agent, &start).await.is(409).json();
        assert_eq!((&open["error"]["code"], &open["error"]["details"]["conversation_id"]), (&json!("already_open"), &made["id"]));
        let mut elsewhere = start.clone();
        elsewhere["channel_id"] = "1".into();
        c.call(w, "POST /conversations", "", "", &agent, &elsewhere).await.is(404);
        c.call(w, "POST /conversations", "", "", &agent, &json!({"channel_id": p.whatsapp})).await.is(422);

        let never: Vec<&String> = all.iter().filter(|name| !c.succeeded.contains(*name)).collect();
        assert!(never.is_empty(), "no successful call of {never:?}");
    }
}

/// Conclusions demand a reason from now on; answers one that asks for an amount.
async fn reasons(w: &World) -> model::ReasonId {
    use model::{ClosingSettings, Currency, ReasonCategory, ReasonDraft};
    let admin = &w.people().admin.cx;
    let settings = ClosingSettings { classify: true, classify_required: true, may_skip_message: true, currency: Currency::Brl };
    service::closing::save_settings(admin, settings).await.unwrap();
    let draft = ReasonDraft {
        id: None,
        description: "Venda".into(),
        category: ReasonCategory::Won,
        has_monetary_value: true,
        team_id: None,
        active: true,
    };
    service::closing::save_reason(admin, draft).await.unwrap().id
}

/// One message of each kind that carries more than a text.
async fn every_kind(w: &World, c: &model::Conversation) {
    let from = c.contact_phone.as_deref().unwrap().trim_start_matches('+').to_owned();
    let one = |more: Value| {
        let mut m = json!({"from": from, "id": format!("wamid.K{}", w.fresh()), "timestamp": (w.desk.now() / 1000).to_string()});
        m.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        m
    };
    let order = json!({"catalog_id": "1", "text": "por favor", "product_items": [{"product_retailer_id": "sku", "quantity": "2", "item_price": "9.90", "currency": "BRL"}]});
    let messages = vec![
        one(json!({"type": "image", "image": {"id": "1", "mime_type": "image/jpeg", "sha256": "", "caption": "uma foto"}})),
        one(json!({"type": "location", "location": {"latitude": -23.5, "longitude": -46.6, "name": "Loja", "address": "Rua A"}})),
        one(
            json!({"type": "contacts", "contacts": [{"name": {"formatted_name": "Bia"}, "phones": [{"phone": "+55 11 1"}], "emails": [{"email": "b@x.com"}], "org": {"company": "X"}}]}),
        ),
        one(json!({"type": "interactive", "interactive": {"type": "button_reply", "button_reply": {"id": "sim", "title": "Sim"}}})),
        one(json!({"type": "order", "order": order})),
        one(json!({"type": "hologram", "hologram": {}})),
    ];
    w.inbound(&crate::world::body(crate::world::NUMBER, messages)).await;
}

#[test]
fn the_document_names_the_api_and_how_to_sign_in() {
    let document: Value = serde_json::from_str(&server::web::rest::document_json()).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["servers"][0]["url"], "/api/v1");
    assert_eq!(document["components"]["securitySchemes"]["token"]["scheme"], "bearer");
    let text = document.to_string();
    assert!(!text.contains(SHOP) && !text.contains("schemas/i64"));
    // Clients are made from it: each operation has a name of its own, and every reference leads somewhere.
    let contract = Contract::new(document.clone());
    let mut names = BTreeSet::new();
    for (name, operation) in contract.operations() {
        assert!(names.insert(operation["operationId"].as_str().unwrap().to_owned()), "{name}");
        assert!(operation["summary"].as_str().is_some_and(|s| !s.is_empty() && !s.ends_with('.')), "{name}");
    }
    for part in text.split("\"#/components/schemas/").skip(1) {
        let name = part.split('"').next().unwrap();
        assert!(document["components"]["schemas"].get(name).is_some(), "{name} is referred to but not there");
    }
}
