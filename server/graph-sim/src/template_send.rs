//! A template inside a send: are the parameters those that the template wants, and what does the person see.

use serde_json::{Value, json};

use crate::error::{GraphError, GraphResult};
use crate::template_model::{Template, distinct, fill, upper};

/// Text of the fixed body of authentication templates.
const AUTH_BODY: &str = "*{{1}}* é o seu código de verificação.";

/// Finds the template of a send and refuses what may not be sent: unknown or unapproved (132001), paused, disabled.
pub fn find<'a>(templates: &'a [Template], request: &Value) -> GraphResult<&'a Template> {
    let name = request["name"].as_str().unwrap_or_default();
    if name.is_empty() {
        return Err(GraphError::param("The parameter template['name'] is required."));
    }
    let Some(code) = request["language"]["code"].as_str().filter(|c| !c.is_empty()) else {
        return Err(GraphError::param("The parameter template['language']['code'] is required."));
    };
    let language = code.replace('-', "_");
    let absent = || GraphError::new(132001).details(format!("template name ({name}) does not exist in {code}"));
    let template = templates.iter().find(|t| t.name == name && t.language == language).ok_or_else(absent)?;
    match template.status.as_str() {
        "APPROVED" => Ok(template),
        "PAUSED" => {
            Err(GraphError::new(132015).details("Template is paused due to low quality so it cannot be sent in a template message."))
        }
        "DISABLED" => {
            Err(GraphError::new(132016)
                .details("Template has been paused too many times due to low quality and is now permanently disabled."))
        }
        _ => Err(absent()),
    }
}

/// Checks the components of a send against the template and gives what the person sees:
/// `{name, language, category, header?, body, footer?, buttons:[{type,text,payload?|url?|code?|phone_number?}]}`.
pub fn render(template: &Template, request: &Value) -> GraphResult<Value> {
    let none = Vec::new();
    let components = match &request["components"] {
        Value::Null => &none,
        Value::Array(list) => list,
        _ => return Err(GraphError::param("Param template['components'] must be an array.")),
    };
    for c in components {
        match c["type"].as_str().unwrap_or_default().to_ascii_lowercase().as_str() {
            "header" | "body" | "button" => {}
            other => {
                return Err(GraphError::param(format!(
                    "Param template['components'][]['type'] must be one of {{HEADER, BODY, BUTTON}} - got \"{other}\"."
                )));
            }
        }
    }
    let of = |kind: &str| components.iter().find(|c| c["type"].as_str().is_some_and(|t| t.eq_ignore_ascii_case(kind)));
    let mut out = json!({
        "name": template.name,
        "language": template.language,
        "category": template.category,
    });
    if let Some(header) = header(template, of("header"))? {
        out["header"] = header;
    }
    let mut body_text = template.text("BODY");
    if template.category == "AUTHENTICATION" && body_text.is_empty() {
        body_text = AUTH_BODY;
    }
    let body = text_part("body", body_text, template.named, parameters(of("body")))?;
    if body.chars().count() > 4096 {
        return Err(GraphError::new(132005).details("The body is too long after its parameters were filled in."));
    }
    out["body"] = json!(body);
    if let Some(footer) = template.component("FOOTER") {
        out["footer"] = footer["text"].clone();
    }
    out["buttons"] = buttons(template, components)?;
    Ok(out)
}

fn parameters(component: Option<&Value>) -> &[Value] {
    component.and_then(|c| c["parameters"].as_array()).map_or(&[], Vec::as_slice)
}

fn count_error(part: &str, given: usize, wanted: usize) -> GraphError {
    GraphError::new(132000)
        .details(format!("{part}: number of localizable_params ({given}) does not match the expected number of params ({wanted})"))
}

/// Fills a text with its parameters.
fn text_part(part: &str, text: &str, named: bool, given: &[Value]) -> GraphResult<String> {
    let wanted = distinct(text);
    if given.len() != wanted.len() {
        return Err(count_error(part, given.len(), wanted.len()));
    }
    let mut values: Vec<(String, String)> = Vec::with_capacity(given.len());
    for (i, p) in given.iter().enumerate() {
        let name = match (named, p["parameter_name"].as_str()) {
            (true, Some(name)) if wanted.iter().any(|w| w == name) => name.to_owned(),
            (true, name) => {
                return Err(GraphError::new(132012).details(format!(
                    "{part}: parameter_name ({}) is missing or is not one of {}",
                    name.unwrap_or_default(),
                    wanted.join(", ")
                )));
            }
            (false, Some(name)) => {
                return Err(
                    GraphError::new(132012).details(format!("{part}: parameter_name ({name}) is not expected in a positional template"))
                );
            }
            (false, None) => wanted.get(i).cloned().unwrap_or_default(),
        };
        if values.iter().any(|(n, _)| *n == name) {
            return Err(count_error(part, values.len(), wanted.len()));
        }
        values.push((name, text_value(part, p)?));
    }
    Ok(fill(text, |name| values.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone())))
}

/// The text of one parameter of type text, currency or date_time.
fn text_value(part: &str, p: &Value) -> GraphResult<String> {
    let kind = p["type"].as_str().unwrap_or_default();
    let text = match kind.to_ascii_lowercase().as_str() {
        "text" => p["text"].as_str(),
        "currency" => {
            let c = &p["currency"];
            if !c["code"].is_string() || !c["amount_1000"].is_number() {
                return Err(GraphError::missing(format!("{part}: currency needs fallback_value, code and amount_1000")));
            }
            c["fallback_value"].as_str()
        }
        "date_time" => p["date_time"]["fallback_value"].as_str(),
        _ => {
            return Err(GraphError::new(132012).details(format!("{part}: Format mismatch, expected TEXT, received {}", received(kind))));
        }
    };
    let Some(text) = text.filter(|t| !t.is_empty()) else {
        return Err(GraphError::missing(format!("{part}: Parameter of type {kind} is missing text value")));
    };
    if text.contains(['\n', '\r', '\t']) || text.contains("     ") {
        return Err(GraphError::new(132018).details("Param text cannot have new-line/tab characters or more than 4 consecutive spaces"));
    }
    Ok(text.to_owned())
}

fn received(kind: &str) -> String {
    if kind.is_empty() { "UNKNOWN".into() } else { upper(kind) }
}

/// The header as the person sees it, none for a template without one.
fn header(template: &Template, given: Option<&Value>) -> GraphResult<Option<Value>> {
    let params = parameters(given);
    let Some(format) = template.header_format() else {
        return if params.is_empty() { Ok(None) } else { Err(count_error("header", params.len(), 0)) };
    };
    if format == "TEXT" {
        let text = text_part("header", template.text("HEADER"), template.named, params)?;
        return Ok(Some(json!({"type": "text", "text": text})));
    }
    let key = format.to_ascii_lowercase();
    let kind = params.first().and_then(|p| p["type"].as_str()).unwrap_or_default();
    if params.len() != 1 || !kind.eq_ignore_ascii_case(&format) {
        return Err(GraphError::new(132012).details(format!("header: Format mismatch, expected {format}, received {}", received(kind))));
    }
    let object = &params[0][&key];
    if format == "LOCATION" {
        crate::wire::check_location(object)?;
    } else if object["id"].as_str().is_none() && object["link"].as_str().is_none() {
        return Err(GraphError::missing(format!("header: Parameter of type {key} needs id or link")));
    }
    Ok(Some(json!({"type": key, key: object})))
}

/// The buttons as the person sees them; checks that each wanted parameter is there and no other.
fn buttons(template: &Template, components: &[Value]) -> GraphResult<Value> {
    let defined = template.buttons();
    let given: Vec<&Value> = components.iter().filter(|c| c["type"].as_str().is_some_and(|t| t.eq_ignore_ascii_case("button"))).collect();
    let index = |c: &Value| match &c["index"] {
        Value::String(s) => s.parse::<usize>().ok(),
        Value::Number(n) => n.as_u64().and_then(|n| usize::try_from(n).ok()),
        _ => None,
    };
    for c in &given {
        let Some(button) = index(c).and_then(|i| defined.get(i)) else {
            return Err(GraphError::value(format!("buttons: Button index invalid ({})", c["index"])));
        };
        let kind = upper(button["type"].as_str().unwrap_or_default());
        let sub_type = upper(c["sub_type"].as_str().unwrap_or_default());
        let fits = sub_type == kind || (kind == "OTP" && sub_type == "URL");
        if !fits {
            return Err(GraphError::new(132018).details(format!("buttons: sub_type {sub_type} does not match the button's type {kind}")));
        }
    }
    let mut out = Vec::with_capacity(defined.len());
    for (i, button) in defined.iter().enumerate() {
        let kind = upper(button["type"].as_str().unwrap_or_default());
        let params = parameters(given.iter().find(|c| index(c) == Some(i)).copied());
        let text = button["text"].as_str().unwrap_or_default();
        let mut shown = json!({"type": kind, "text": text});
        match kind.as_str() {
            "QUICK_REPLY" => {
                let payload = params.first().and_then(|p| p["payload"].as_str());
                if payload.is_some_and(|p| p.chars().count() > 256) {
                    return Err(GraphError::value(format!("buttons: payload of button {i} is longer than 256 characters")));
                }
                shown["payload"] = json!(payload.unwrap_or(text));
            }
            "URL" | "OTP" => {
                let url = button["url"].as_str().unwrap_or("https://www.whatsapp.com/otp/code/?code={{1}}");
                let wanted = distinct(url).len();
                if wanted > 0 && params.is_empty() {
                    return Err(GraphError::missing(format!("buttons: Button at index {i} of type Url requires a parameter")));
                }
                shown["url"] = json!(text_part("buttons", url, false, params)?);
            }
            "COPY_CODE" => {
                let code = params.first().and_then(|p| p["coupon_code"].as_str()).unwrap_or_default();
                if code.is_empty() {
                    return Err(GraphError::missing(format!("buttons: Button at index {i} of type copy_code requires a parameter")));
                }
                if code.chars().count() > 15 {
                    return Err(GraphError::value("buttons: coupon_code is longer than 15 characters"));
                }
                shown["code"] = json!(code);
            }
            "PHONE_NUMBER" => shown["phone_number"] = button["phone_number"].clone(),
            _ => {}
        }
        out.push(shown);
    }
    Ok(Value::Array(out))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed;

    fn code(request: Value) -> Result<Value, u32> {
        let templates = seed::templates();
        find(&templates, &request).and_then(|t| render(t, &request)).map_err(|e| e.code)
    }

    fn texts(kind: &str, values: &[&str]) -> Value {
        let params: Vec<Value> = values.iter().map(|v| json!({"type": "text", "text": v})).collect();
        json!({"type": kind, "parameters": params})
    }

    fn request(name: &str, language: &str, components: Value) -> Value {
        json!({"name": name, "language": {"code": language}, "components": components})
    }

    #[test]
    fn status_and_language() {
        let params = json!([texts("body", &["Ana", "Prosa"])]);
        assert!(code(request("retomar_atendimento", "pt_BR", params.clone())).is_ok());
        assert!(code(request("retomar_atendimento", "pt-BR", params.clone())).is_ok());
        assert_eq!(code(request("retomar_atendimento", "es", params.clone())), Err(132001));
        assert_eq!(code(request("nada", "pt_BR", params)), Err(132001));
        assert_eq!(code(request("aviso_pausado", "pt_BR", json!([]))), Err(132015));
        assert_eq!(code(request("oferta_rejeitada", "pt_BR", json!([]))), Err(132001));
        assert_eq!(code(request("boas_vindas_em_analise", "pt_BR", json!([]))), Err(132001));
        assert_eq!(code(request("aviso_desativado", "pt_BR", json!([]))), Err(132016));
    }

    #[test]
    fn counts_and_texts() {
        let body = |v: &[&str]| request("retomar_atendimento", "pt_BR", json!([texts("body", v)]));
        assert_eq!(code(body(&["Ana"])), Err(132000));
        assert_eq!(code(body(&["Ana", "Prosa", "x"])), Err(132000));
        assert_eq!(code(body(&["A\nna", "Prosa"])), Err(132018));
        assert_eq!(code(body(&["A     na", "Prosa"])), Err(132018));
        assert_eq!(code(body(&["", "Prosa"])), Err(131008));
        let shown = code(body(&["Ana", "Prosa"])).unwrap();
        assert_eq!(shown["body"], "Olá Ana, aqui é da Prosa. Podemos continuar o seu atendimento?");
        assert_eq!(shown["buttons"][0]["payload"], "Sim, continuar");
    }

    #[test]
    fn named_parameters() {
        let with = |params: Value| request("lembrete_pedido", "pt_BR", json!([{"type": "body", "parameters": params}]));
        let p = |name: &str, text: &str| json!({"type": "text", "parameter_name": name, "text": text});
        let shown = code(with(json!([p("pedido", "42"), p("nome", "Ana")]))).unwrap();
        assert!(shown["body"].as_str().unwrap().contains("Ana"), "the order does not matter");
        assert_eq!(code(with(json!([p("pedido", "42"), p("outro", "Ana")]))), Err(132012));
        assert_eq!(code(with(json!([p("pedido", "42"), {"type": "text", "text": "Ana"}]))), Err(132012));
        assert_eq!(code(with(json!([p("pedido", "42"), p("pedido", "43")]))), Err(132000));
    }

    #[test]
    fn headers_and_buttons() {
        let media = |kind: &str| json!({"type": "header", "parameters": [{"type": kind, kind: {"id": "1"}}]});
        let boleto = |h: Value| request("boleto_disponivel", "pt_BR", json!([h, texts("body", &["Ana", "10/05"])]));
        assert!(code(boleto(media("document"))).is_ok());
        assert_eq!(code(boleto(media("image"))), Err(132012));
        assert_eq!(code(request("boleto_disponivel", "pt_BR", json!([texts("body", &["Ana", "10/05"])]))), Err(132012));
        let shop = |place: Value| {
            let header = json!({"type": "header", "parameters": [{"type": "location", "location": place}]});
            code(request("nossa_loja", "pt_BR", json!([header, texts("body", &["Ana"])])))
        };
        let shown = shop(json!({"latitude": -23.55, "longitude": -46.63, "name": "Loja"})).unwrap();
        assert_eq!(shown["header"]["location"]["name"], "Loja");
        assert_eq!(shop(json!({"latitude": 91, "longitude": 0})), Err(131009));
        assert_eq!(shop(json!({"name": "Loja"})), Err(131008));
        let promo = |extra: Value| {
            let mut c = vec![texts("header", &["50%"]), texts("body", &["Ana", "café"])];
            c.extend(extra.as_array().unwrap().iter().cloned());
            request("promocao_semana", "pt_BR", json!(c))
        };
        let url =
            |i: u32| json!({"type": "button", "sub_type": "url", "index": i.to_string(), "parameters": [{"type": "text", "text": "cafe"}]});
        let shown = code(promo(json!([url(0)]))).unwrap();
        assert_eq!(shown["header"]["text"], "Semana de 50%");
        assert!(shown["buttons"][0]["url"].as_str().unwrap().ends_with("/cafe"));
        assert_eq!(code(promo(json!([]))), Err(131008));
        assert_eq!(code(promo(json!([url(7)]))), Err(131009));
    }
}
