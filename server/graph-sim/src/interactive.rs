//! Checks of interactive messages.

use serde_json::Value;

use crate::error::{GraphError, GraphResult};
use crate::wire::{self, MediaRef, need_text, optional_text};

/// Checks an `interactive` object and gives the files that its header wants.
pub fn check(object: &Value) -> GraphResult<Vec<MediaRef>> {
    let kind = object["type"].as_str().unwrap_or_default();
    let action = &object["action"];
    if !action.is_object() {
        return Err(GraphError::param("The parameter interactive['action'] is required."));
    }
    optional_text(&object["footer"], "text", "interactive['footer']['text']", 60)?;
    let body_limit = if kind == "list" { 4096 } else { 1024 };
    if !matches!(kind, "product" | "catalog_message") || !object["body"].is_null() {
        need_text(&object["body"], "text", "interactive['body']['text']", body_limit)?;
    }
    let files = header(kind, &object["header"])?;
    match kind {
        "button" => buttons(action)?,
        "list" => list(action)?,
        "cta_url" => cta_url(action)?,
        "flow" => flow(action)?,
        "location_request_message" => named(action, "send_location")?,
        "request_contact_info"
        | "product"
        | "product_list"
        | "catalog_message"
        | "carousel"
        | "voice_call"
        | "call_permission_request"
        | "address_message" => {}
        other => {
            return Err(GraphError::param(format!("Param interactive['type'] \"{other}\" is not supported.")));
        }
    }
    Ok(files)
}

fn header(kind: &str, header: &Value) -> GraphResult<Vec<MediaRef>> {
    if header.is_null() {
        if kind == "product_list" {
            return Err(GraphError::missing("The parameter interactive['header'] is required."));
        }
        return Ok(Vec::new());
    }
    match header["type"].as_str().unwrap_or_default() {
        "text" => {
            need_text(header, "text", "interactive['header']['text']", 60)?;
            Ok(Vec::new())
        }
        media @ ("image" | "video" | "document") if kind != "list" => Ok(vec![wire::media(media, &header[media])?]),
        other => Err(GraphError::value(format!("Header of type \"{other}\" is not supported for {kind}."))),
    }
}

/// Refuses two equal values in a list.
fn unique<'a>(what: &str, values: impl Iterator<Item = &'a str>) -> GraphResult<()> {
    let mut seen: Vec<&str> = Vec::new();
    for value in values {
        if seen.contains(&value) {
            return Err(GraphError::value(format!("Duplicated {what} \"{value}\".")));
        }
        seen.push(value);
    }
    Ok(())
}

fn buttons(action: &Value) -> GraphResult<()> {
    let list = action["buttons"].as_array().map_or(&[] as &[Value], Vec::as_slice);
    if list.is_empty() || list.len() > 3 {
        return Err(GraphError::value("Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3"));
    }
    for button in list {
        if button["type"].as_str() != Some("reply") {
            return Err(GraphError::value("Param interactive['action']['buttons'][]['type'] must be reply."));
        }
        need_text(&button["reply"], "id", "interactive['action']['buttons'][]['reply']['id']", 256)?;
        need_text(&button["reply"], "title", "interactive['action']['buttons'][]['reply']['title']", 20)?;
    }
    unique("button title", list.iter().filter_map(|b| b["reply"]["title"].as_str()))?;
    unique("button id", list.iter().filter_map(|b| b["reply"]["id"].as_str()))
}

fn list(action: &Value) -> GraphResult<()> {
    need_text(action, "button", "interactive['action']['button']", 20)?;
    let sections = action["sections"].as_array().map_or(&[] as &[Value], Vec::as_slice);
    if sections.is_empty() || sections.len() > 10 {
        return Err(GraphError::value("Invalid sections count. Min allowed: 1, Max allowed: 10"));
    }
    let mut rows = Vec::new();
    for section in sections {
        let title = optional_text(section, "title", "interactive['action']['sections'][]['title']", 24)?;
        if sections.len() > 1 && title.is_none_or(|t| t.trim().is_empty()) {
            return Err(GraphError::missing("A section needs a title when there is more than one."));
        }
        let own = section["rows"].as_array().map_or(&[] as &[Value], Vec::as_slice);
        if own.is_empty() {
            return Err(GraphError::missing("A section needs at least one row."));
        }
        rows.extend(own);
    }
    if rows.len() > 10 {
        return Err(GraphError::value("Total row count exceed max allowed count: 10"));
    }
    for row in &rows {
        need_text(row, "id", "interactive['action']['sections'][]['rows'][]['id']", 200)?;
        need_text(row, "title", "interactive['action']['sections'][]['rows'][]['title']", 24)?;
        optional_text(row, "description", "interactive['action']['sections'][]['rows'][]['description']", 72)?;
    }
    unique("row id", rows.iter().filter_map(|r| r["id"].as_str()))
}

fn named(action: &Value, name: &str) -> GraphResult<()> {
    if action["name"].as_str() == Some(name) {
        return Ok(());
    }
    Err(GraphError::value(format!("Param interactive['action']['name'] must be {name}.")))
}

fn cta_url(action: &Value) -> GraphResult<()> {
    named(action, "cta_url")?;
    let parameters = &action["parameters"];
    need_text(parameters, "display_text", "interactive['action']['parameters']['display_text']", 20)?;
    let url = need_text(parameters, "url", "interactive['action']['parameters']['url']", 2000)?;
    crate::config::http_url(url).map_err(|_| GraphError::value("Param interactive['action']['parameters']['url'] is not a valid URL."))?;
    Ok(())
}

fn flow(action: &Value) -> GraphResult<()> {
    named(action, "flow")?;
    let parameters = &action["parameters"];
    if parameters["flow_message_version"].as_str() != Some("3") {
        return Err(GraphError::value("flow_message_version must be \"3\"."));
    }
    need_text(parameters, "flow_cta", "interactive['action']['parameters']['flow_cta']", 20)?;
    if parameters["flow_id"].is_null() == parameters["flow_name"].is_null() {
        return Err(GraphError::missing("One of flow_id and flow_name is required."));
    }
    match parameters["flow_action"].as_str() {
        None | Some("navigate" | "data_exchange") => Ok(()),
        Some(other) => Err(GraphError::value(format!("flow_action \"{other}\" is not navigate or data_exchange."))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn code(object: Value) -> u32 {
        check(&object).err().map_or(0, |e| e.code)
    }

    fn with_buttons(buttons: Vec<Value>) -> Value {
        json!({"type": "button", "body": {"text": "Escolha"}, "action": {"buttons": buttons}})
    }

    fn button(id: &str, title: &str) -> Value {
        json!({"type": "reply", "reply": {"id": id, "title": title}})
    }

    #[test]
    fn reply_buttons() {
        assert_eq!(code(with_buttons(vec![button("1", "a"), button("2", "b"), button("3", "c")])), 0);
        let four = (0..4).map(|i| button(&i.to_string(), &format!("t{i}"))).collect();
        assert_eq!(code(with_buttons(four)), 131009);
        assert_eq!(code(with_buttons(vec![])), 131009);
        assert_eq!(code(with_buttons(vec![button("1", "a"), button("2", "a")])), 131009);
        assert_eq!(code(with_buttons(vec![button("1", "a"), button("1", "b")])), 131009);
        assert_eq!(code(with_buttons(vec![button("1", &"x".repeat(21))])), 131009);
        assert_eq!(code(with_buttons(vec![button(&"x".repeat(257), "a")])), 131009);
    }

    #[test]
    fn lists() {
        let rows = |n: usize| (0..n).map(|i| json!({"id": i.to_string(), "title": format!("t{i}")})).collect::<Vec<_>>();
        let list =
            |sections: Value| json!({"type": "list", "body": {"text": "Escolha"}, "action": {"button": "Ver", "sections": sections}});
        assert_eq!(code(list(json!([{"rows": rows(10)}]))), 0);
        assert_eq!(code(list(json!([{"rows": rows(11)}]))), 131009);
        assert_eq!(code(list(json!([{"rows": rows(1)}, {"title": "b", "rows": rows(1)}]))), 131008);
        assert_eq!(code(list(json!([{"rows": [{"id": "1", "title": "x".repeat(25)}]}]))), 131009);
        assert_eq!(code(list(json!([{"rows": [{"id": "1", "title": "x", "description": "x".repeat(73)}]}]))), 131009);
        let mut long = list(json!([{"rows": rows(1)}]));
        long["body"]["text"] = json!("x".repeat(4096));
        assert_eq!(code(long.clone()), 0);
        long["body"]["text"] = json!("x".repeat(4097));
        assert_eq!(code(long), 131009);
    }

    #[test]
    fn links_flows_and_headers() {
        let cta = |url: &str| json!({"type": "cta_url", "body": {"text": "x"}, "action": {"name": "cta_url", "parameters": {"display_text": "Abrir", "url": url}}});
        assert_eq!(code(cta("https://x.test")), 0);
        assert_eq!(code(cta("javascript:alert(1)")), 131009);
        let mut headed = with_buttons(vec![button("1", "a")]);
        headed["header"] = json!({"type": "image", "image": {"id": "9"}});
        assert_eq!(check(&headed).unwrap(), [MediaRef { kind: "image".into(), id: Some("9".into()), link: None }]);
        headed["footer"] = json!({"text": "x".repeat(61)});
        assert_eq!(code(headed), 131009);
        let flow = json!({"type": "flow", "body": {"text": "x"}, "action": {"name": "flow", "parameters":
            {"flow_message_version": "3", "flow_token": "t", "flow_id": "1", "flow_cta": "Abrir"}}});
        assert_eq!(code(flow), 0);
    }
}
