//! Templates of a WhatsApp Business Account (20, section 3.4).

use super::{graph, wire};
use crate::{Link, Policy, SendError, TemplateRow};
use model::{ButtonKind, ChannelId, DeliveryProblem, HeaderKind, Template, TemplateButton, TemplateCategory, TemplateId, variables};
use reqwest::Url;
use serde_json::Value;

/// Pages that are followed; an account may have 6,000 templates.
const PAGES_MAX: usize = 100;
const PAGE: &str = "100";
const FIELDS: &str = "id,name,status,category,language,components,parameter_format";

/// All templates, page after page. An incomplete list is an error, because what is missing would count as deleted.
pub(super) async fn all(link: &Link) -> Result<Vec<TemplateRow>, SendError> {
    let first = graph::endpoint(link, &[&link.waba_id, "message_templates"])?;
    let mut rows = Vec::new();
    let mut after: Option<String> = None;
    for _ in 0..PAGES_MAX {
        let mut url = first.clone();
        url.query_pairs_mut().append_pair("fields", FIELDS).append_pair("limit", PAGE);
        if let Some(cursor) = &after {
            url.query_pairs_mut().append_pair("after", cursor);
        }
        let page = graph::call(link, link.http.get(url), true).await.map_err(graph::repeatable)?;
        rows.extend(wire::list(&page, "data").iter().filter_map(row));
        match next(&first, page.get("paging").unwrap_or(&Value::Null))? {
            None => return Ok(rows),
            Some(cursor) if after.as_ref() == Some(&cursor) => return Err(broken("the list of templates leads back to its own page")),
            cursor => after = cursor,
        }
    }
    Err(broken("the list of templates has too many pages"))
}

fn broken(detail: &str) -> SendError {
    SendError::new(Policy::Never, DeliveryProblem::Unknown, detail)
}

/// The cursor of the next page, if there is one. `next` itself is never fetched: only its cursor is used, with the
/// address that we know, so that the token goes nowhere else. Without a cursor it must at least be on the same host.
fn next(first: &Url, paging: &Value) -> Result<Option<String>, SendError> {
    let Some(next) = wire::word(paging, "next") else { return Ok(None) };
    if let Some(cursor) = paging.get("cursors").and_then(|c| wire::word(c, "after")) {
        return Ok(Some(cursor));
    }
    let url = Url::parse(&next).map_err(|_| broken("the next page of templates has no address"))?;
    if url.origin() != first.origin() {
        return Err(broken("the next page of templates is on another host"));
    }
    match url.query_pairs().find(|(k, _)| k == "after") {
        Some((_, cursor)) if !cursor.is_empty() => Ok(Some(cursor.into_owned())),
        _ => Err(broken("the next page of templates has no cursor")),
    }
}

/// A template as we model it; none for one without name or language, and for shapes that cannot be sent from here.
fn row(json: &Value) -> Option<TemplateRow> {
    let name = wire::word(json, "name")?;
    let mut template = Template {
        id: TemplateId(0),
        channel_id: ChannelId(0),
        // Webhooks write `en-US` where lists write `en_US`.
        language: wire::word(json, "language")?.replace('-', "_"),
        category: category(wire::text(json, "category")),
        header_kind: HeaderKind::None,
        header: String::new(),
        body: String::new(),
        footer: String::new(),
        buttons: Vec::new(),
        named: false,
        name,
    };
    for component in wire::list(json, "components") {
        match wire::text(component, "type").to_ascii_uppercase().as_str() {
            "HEADER" => {
                template.header_kind = header_kind(wire::text(component, "format"))?;
                template.header = wire::text(component, "text").to_owned();
            }
            "BODY" => template.body = wire::text(component, "text").to_owned(),
            "FOOTER" => template.footer = wire::text(component, "text").to_owned(),
            "BUTTONS" => template.buttons = wire::list(component, "buttons").iter().map(button).collect(),
            other => {
                tracing::info!(
                    template = template.name,
                    component = other,
                    "a template of a shape that cannot be sent from here is left out"
                );
                return None;
            }
        }
    }
    let format = wire::text(json, "parameter_format");
    let has_names = || [&template.body, &template.header].iter().any(|t| variables(t).iter().any(|v| v.parse::<u32>().is_err()));
    template.named = format.eq_ignore_ascii_case("named") || (format.is_empty() && has_names());
    Some(TemplateRow {
        external_id: wire::word(json, "id").unwrap_or_default(),
        status: wire::text(json, "status").to_ascii_uppercase(),
        template,
    })
}

/// An unknown category counts as marketing: the strictest and dearest of them.
fn category(word: &str) -> TemplateCategory {
    match word.to_ascii_uppercase().as_str() {
        "UTILITY" => TemplateCategory::Utility,
        "AUTHENTICATION" => TemplateCategory::Authentication,
        _ => TemplateCategory::Marketing,
    }
}

fn header_kind(format: &str) -> Option<HeaderKind> {
    match format.to_ascii_uppercase().as_str() {
        "" | "TEXT" => Some(HeaderKind::Text),
        "IMAGE" => Some(HeaderKind::Image),
        "VIDEO" => Some(HeaderKind::Video),
        "DOCUMENT" => Some(HeaderKind::Document),
        "LOCATION" => Some(HeaderKind::Location),
        _ => None,
    }
}

fn button(json: &Value) -> TemplateButton {
    let kind = match wire::text(json, "type").to_ascii_uppercase().as_str() {
        "QUICK_REPLY" => ButtonKind::QuickReply,
        "URL" => ButtonKind::Url,
        "PHONE_NUMBER" => ButtonKind::Phone,
        "COPY_CODE" => ButtonKind::CopyCode,
        _ => ButtonKind::Other,
    };
    TemplateButton { kind, text: wire::text(json, "text").to_owned(), url: wire::text(json, "url").to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn components_become_a_template() {
        let r = row(&json!({
            "id": 594425479261596u64, "name": "pedido_pronto", "status": "approved", "category": "UTILITY", "language": "pt-BR", "parameter_format": "POSITIONAL",
            "components": [
                {"type": "HEADER", "format": "TEXT", "text": "Pedido {{1}}", "example": {"header_text": ["7"]}},
                {"type": "BODY", "text": "Olá {{1}}, chegou {{2}}.", "example": {"body_text": [["Ana", "hoje"]]}},
                {"type": "FOOTER", "text": "Loja"},
                {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Sim"}, {"type": "URL", "text": "Abrir", "url": "https://x/{{1}}", "example": ["https://x/1"]},
                    {"type": "PHONE_NUMBER", "text": "Ligar", "phone_number": "+551155500100"}, {"type": "COPY_CODE", "example": "X"}, {"type": "FLOW", "text": "Form"}]}
            ]
        }))
        .unwrap();
        assert_eq!((r.external_id.as_str(), r.status.as_str()), ("594425479261596", "APPROVED"));
        let t = r.template;
        assert_eq!(
            (t.language.as_str(), t.category, t.header_kind, t.named),
            ("pt_BR", TemplateCategory::Utility, HeaderKind::Text, false)
        );
        assert_eq!(
            t.buttons.iter().map(|b| b.kind).collect::<Vec<_>>(),
            [ButtonKind::QuickReply, ButtonKind::Url, ButtonKind::Phone, ButtonKind::CopyCode, ButtonKind::Other]
        );
        assert_eq!(t.slots().into_iter().map(|s| s.key).collect::<Vec<_>>(), ["header.1", "body.1", "body.2", "button.1", "button.3"]);
    }

    #[test]
    fn names_are_known_by_the_format_or_by_the_variables() {
        let named = |format: Value, body: &str| {
            row(&json!({"name": "a", "language": "en", "parameter_format": format, "components": [{"type": "body", "text": body}]}))
                .unwrap()
                .template
                .named
        };
        assert!(named(json!("NAMED"), "{{nome}}"));
        assert!(named(json!(null), "{{nome}}"));
        assert!(!named(json!(null), "{{1}}"));
        assert!(!named(json!("positional"), "{{1}}"));
    }

    #[test]
    fn shapes_that_cannot_be_sent_are_left_out() {
        assert!(row(&json!({"name": "a", "language": "en", "components": [{"type": "CAROUSEL", "cards": []}]})).is_none());
        assert!(row(&json!({"name": "a", "language": "en", "components": [{"type": "HEADER", "format": "PRODUCT"}]})).is_none());
        assert!(row(&json!({"language": "en"})).is_none());
        assert!(row(&json!(3)).is_none());
    }
}
