//! Messages out (20, sections 3.1 and 3.2).

use super::{graph, identity, wire};
use crate::{HeaderFile, Link, MediaKind, Outbound, OutboundBody, Policy, SendError, Sent};
use model::{
    ButtonKind, ContactCard, DeliveryProblem, HeaderKind, IdentityKind, Question, Template, TemplateCategory, clean_value, variables,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Characters of `biz_opaque_callback_data`.
const CALLBACK_MAX: usize = 512;

/// Sends one message; the network has no idempotency key, so nothing here ever tries twice.
pub(super) async fn send(link: &Link, out: &Outbound) -> Result<Sent, SendError> {
    let url = graph::endpoint(link, &[&link.external_id, "messages"])?;
    let body = message(out)?;
    let answer = graph::call(link, link.http.post(url).json(&body), false).await?;
    let sent = wire::list(&answer, "messages").first().and_then(|m| wire::word(m, "id"));
    // Taken, it seems, but without an id no status can be matched but by the callback.
    let external_id = sent.ok_or_else(|| SendError::uncertain("an answer without a message id"))?;
    let contact = wire::list(&answer, "contacts").first().unwrap_or(&Value::Null);
    Ok(Sent { external_id, address: identity::phone_at(contact, "wa_id").or_else(|| identity::bsuid_at(contact, "user_id")) })
}

/// Tells that a message of the contact was read; earlier ones of the thread follow.
pub(super) async fn mark_read(link: &Link, external_id: &str) -> Result<(), SendError> {
    let url = graph::endpoint(link, &[&link.external_id, "messages"])?;
    let body = json!({"messaging_product": "whatsapp", "status": "read", "message_id": external_id});
    graph::call(link, link.http.post(url).json(&body), true).await.map(|_| ()).map_err(graph::repeatable)
}

/// The JSON of a message; refuses what could only be refused by the network.
pub fn message(out: &Outbound) -> Result<Value, SendError> {
    let mut json = match &out.body {
        OutboundBody::Text { text } => json!({"type": "text", "text": {"body": text, "preview_url": false}}),
        OutboundBody::Template { template, values, header } => {
            json!({"type": "template", "template": filled(template, values, header.as_ref())?})
        }
        OutboundBody::Location { latitude, longitude, name, address } => {
            json!({"type": "location", "location": location(*latitude, *longitude, name, address)})
        }
        OutboundBody::Question { text, question } => json!({"type": "interactive", "interactive": asked(text, question)}),
        OutboundBody::Contacts { cards } => json!({"type": "contacts", "contacts": cards.iter().map(card).collect::<Vec<_>>()}),
        OutboundBody::Reaction { target, emoji } => json!({"type": "reaction", "reaction": {"message_id": target, "emoji": emoji}}),
        OutboundBody::File { kind, external_id, caption, file_name, voice } => {
            let name = kind.word();
            let mut file = json!({"id": external_id});
            if !caption.is_empty() && matches!(kind, MediaKind::Image | MediaKind::Video | MediaKind::Document) {
                file["caption"] = caption.as_str().into();
            }
            if *kind == MediaKind::Document && !file_name.is_empty() {
                file["filename"] = file_name.as_str().into();
            }
            if *voice && *kind == MediaKind::Audio {
                file["voice"] = true.into();
            }
            json!({"type": name, name: file})
        }
    };
    json["messaging_product"] = "whatsapp".into();
    json["recipient_type"] = "individual".into();
    match out.to.kind {
        // Without `+` and country code the network would put the business's own country code in front.
        IdentityKind::Phone => match identity::phone(&out.to.address) {
            Some(digits) => json["to"] = format!("+{digits}").into(),
            None => return Err(bad("the recipient's address is no phone number")),
        },
        IdentityKind::Bsuid => json["recipient"] = out.to.address.as_str().into(),
        IdentityKind::Visitor => return Err(bad("a visitor of a website has no WhatsApp address")),
    }
    if let Some(quoted) = &out.quoted {
        json["context"] = json!({"message_id": quoted});
    }
    if out.callback.chars().count() > CALLBACK_MAX {
        return Err(bad("the callback is too long"));
    }
    if !out.callback.is_empty() {
        json["biz_opaque_callback_data"] = out.callback.as_str().into();
    }
    Ok(json)
}

fn location(latitude: f64, longitude: f64, name: &str, address: &str) -> Value {
    let mut place = json!({"latitude": latitude, "longitude": longitude});
    for (key, value) in [("name", name), ("address", address)] {
        if !value.is_empty() {
            place[key] = value.into();
        }
    }
    place
}

/// A question with its answers: buttons, or a list behind one.
fn asked(text: &str, question: &Question) -> Value {
    let answers = question.answers.iter().enumerate();
    let mut json = if question.is_list() {
        let rows: Vec<Value> = answers
            .map(|(n, answer)| {
                let mut row = json!({"id": n.to_string(), "title": answer.title.trim()});
                if !answer.description.trim().is_empty() {
                    row["description"] = answer.description.trim().into();
                }
                row
            })
            .collect();
        json!({"type": "list", "action": {"button": question.button.trim(), "sections": [{"rows": rows}]}})
    } else {
        let buttons: Vec<Value> =
            answers.map(|(n, answer)| json!({"type": "reply", "reply": {"id": n.to_string(), "title": answer.title.trim()}})).collect();
        json!({"type": "button", "action": {"buttons": buttons}})
    };
    json["body"] = json!({"text": text});
    if !question.footer.trim().is_empty() {
        json["footer"] = json!({"text": question.footer.trim()});
    }
    json
}

/// A contact card: the network wants the whole name and one part of it at least.
fn card(card: &ContactCard) -> Value {
    let name = card.name.trim();
    let first = name.split_whitespace().next().unwrap_or(name);
    let mut json = json!({"name": {"formatted_name": name, "first_name": first}});
    if !card.phones.is_empty() {
        json["phones"] = card.phones.iter().map(|p| json!({"phone": p, "type": "CELL"})).collect();
    }
    if !card.emails.is_empty() {
        json["emails"] = card.emails.iter().map(|e| json!({"email": e, "type": "WORK"})).collect();
    }
    if !card.organisation.is_empty() {
        json["org"] = json!({"company": card.organisation});
    }
    json
}

fn bad(detail: &str) -> SendError {
    SendError::new(Policy::Never, DeliveryProblem::BadParameter, detail)
}

/// Looks values up by slot key; what is missing is never sent literally (TM-11).
struct Values<'a>(&'a BTreeMap<String, String>);

impl Values<'_> {
    fn get(&self, key: &str) -> Result<String, SendError> {
        let value = self.0.get(key).map(|v| clean_value(v)).filter(|v| !v.is_empty());
        value.ok_or_else(|| SendError::new(Policy::Never, DeliveryProblem::TemplateParameters, format!("no value for {key}")))
    }

    /// Text parameters of a text with variables: positional ones in the order of their numbers, whatever the order in the text.
    fn texts(&self, named: bool, prefix: &str, text: &str) -> Result<Vec<Value>, SendError> {
        let mut names = variables(text);
        if !named {
            names.sort_by_key(|n| n.parse::<u32>().unwrap_or(u32::MAX));
        }
        let one = |name: String| {
            let mut parameter = json!({"type": "text", "text": self.get(&format!("{prefix}.{name}"))?});
            if named {
                parameter["parameter_name"] = name.into();
            }
            Ok(parameter)
        };
        names.into_iter().map(one).collect()
    }
}

fn filled(template: &Template, values: &BTreeMap<String, String>, file: Option<&HeaderFile>) -> Result<Value, SendError> {
    let values = Values(values);
    let mut components = Vec::new();
    let header = header(template, &values, file)?;
    if !header.is_empty() {
        components.push(json!({"type": "header", "parameters": header}));
    }
    let body = values.texts(template.named, "body", &template.body)?;
    let code = body.first().map(|p| p["text"].clone());
    if !body.is_empty() {
        components.push(json!({"type": "body", "parameters": body}));
    }
    for (i, button) in template.buttons.iter().enumerate() {
        let key = format!("button.{i}");
        let (sub_type, parameter) = match button.kind {
            ButtonKind::Url if button.url.contains("{{") => ("url", json!({"type": "text", "text": url_suffix(&values.get(&key)?)})),
            ButtonKind::CopyCode => ("copy_code", json!({"type": "coupon_code", "coupon_code": values.get(&key)?})),
            // The button of a one-time code repeats the code of the body.
            ButtonKind::Other if template.category == TemplateCategory::Authentication => match &code {
                Some(code) => ("url", json!({"type": "text", "text": code})),
                None => continue,
            },
            _ => continue,
        };
        components.push(json!({"type": "button", "sub_type": sub_type, "index": i.to_string(), "parameters": [parameter]}));
    }
    let mut json = json!({"name": template.name, "language": {"code": template.language}});
    if !components.is_empty() {
        json["components"] = components.into();
    }
    Ok(json)
}

fn header(template: &Template, values: &Values, file: Option<&HeaderFile>) -> Result<Vec<Value>, SendError> {
    let wrong = |what: &str| SendError::new(Policy::Never, DeliveryProblem::TemplateParameters, what);
    let kind = match template.header_kind {
        HeaderKind::None => return Ok(Vec::new()),
        HeaderKind::Text => return values.texts(template.named, "header", &template.header),
        HeaderKind::Location => {
            let place = template.place(values.0).ok_or_else(|| wrong("the header is no place"))?;
            return Ok(vec![
                json!({"type": "location", "location": location(place.latitude, place.longitude, &place.name, &place.address)}),
            ]);
        }
        HeaderKind::Image => "image",
        HeaderKind::Video => "video",
        HeaderKind::Document => "document",
    };
    if let Some(file) = file {
        let mut object = json!({"id": file.external_id});
        if template.header_kind == HeaderKind::Document && !file.file_name.is_empty() {
            object["filename"] = file.file_name.as_str().into();
        }
        return Ok(vec![json!({"type": kind, kind: object})]);
    }
    let link = values.get("header.link")?;
    let is_link = reqwest::Url::parse(&link).is_ok_and(|u| matches!(u.scheme(), "https" | "http") && u.has_host());
    if !is_link {
        return Err(wrong("header.link is no address"));
    }
    Ok(vec![json!({"type": kind, kind: {"link": link}})])
}

/// The end of an address, percent-encoded where a browser would have to guess; escapes that are there stay.
fn url_suffix(value: &str) -> String {
    let bytes = value.as_bytes();
    let mut out = String::with_capacity(value.len());
    for (i, byte) in bytes.iter().enumerate() {
        let escape = || bytes.get(i + 1..i + 3).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit));
        match byte {
            b'%' if escape() => out.push('%'),
            b'%' | b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' => out.push_str(&format!("%{byte:02X}")),
            b if b.is_ascii_graphic() => out.push(char::from(*b)),
            b => out.push_str(&format!("%{b:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Recipient;
    use model::{ChannelId, TemplateButton, TemplateId};

    fn template() -> Template {
        Template {
            id: TemplateId(0),
            channel_id: ChannelId(0),
            name: "pedido".into(),
            language: "pt_BR".into(),
            category: TemplateCategory::Utility,
            header_kind: HeaderKind::None,
            header: String::new(),
            body: "Olá {{1}}".into(),
            footer: "rodapé".into(),
            buttons: vec![],
            named: false,
        }
    }

    fn built(template: Template, values: &[(&str, &str)]) -> Result<Value, SendError> {
        with_file(template, values, None)
    }

    fn with_file(template: Template, values: &[(&str, &str)], header: Option<HeaderFile>) -> Result<Value, SendError> {
        let values = values.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect();
        let to = Recipient { kind: IdentityKind::Phone, address: "5511987654321".into() };
        message(&Outbound {
            to,
            callback: "77".into(),
            quoted: None,
            body: OutboundBody::Template { template: Box::new(template), values, header },
        })
        .map(|m| m["template"].clone())
    }

    #[test]
    fn positional_values_go_by_number_and_named_ones_by_name() {
        let t = Template { body: "{{2}} antes de {{1}}, {{2}}".into(), ..template() };
        let parameters = json!([{"type": "text", "text": "um"}, {"type": "text", "text": "dois"}]);
        assert_eq!(
            built(t, &[("body.1", " um\n"), ("body.2", "dois")]).unwrap(),
            json!({"name": "pedido", "language": {"code": "pt_BR"}, "components": [{"type": "body", "parameters": parameters}]})
        );
        let t =
            Template { header_kind: HeaderKind::Text, header: "Oi {{nome}}".into(), body: "{{pedido}}".into(), named: true, ..template() };
        assert_eq!(
            built(t, &[("header.nome", "Ana"), ("body.pedido", "7")]).unwrap()["components"],
            json!([
                {"type": "header", "parameters": [{"type": "text", "text": "Ana", "parameter_name": "nome"}]},
                {"type": "body", "parameters": [{"type": "text", "text": "7", "parameter_name": "pedido"}]}
            ])
        );
    }

    #[test]
    fn media_headers_and_buttons_become_components() {
        let b = |kind, url: &str| TemplateButton { kind, text: "x".into(), url: url.into() };
        let t = Template {
            header_kind: HeaderKind::Document,
            body: "sem variável".into(),
            buttons: vec![
                b(ButtonKind::QuickReply, ""),
                b(ButtonKind::Url, "https://x/{{1}}"),
                b(ButtonKind::Url, "https://x/"),
                b(ButtonKind::CopyCode, ""),
            ],
            ..template()
        };
        assert_eq!(
            built(t, &[("header.link", "https://x/nota.pdf"), ("button.1", "a b/ç?x=%20&y=50%"), ("button.3", "VERAO")]).unwrap()["components"],
            json!([
                {"type": "header", "parameters": [{"type": "document", "document": {"link": "https://x/nota.pdf"}}]},
                {"type": "button", "sub_type": "url", "index": "1", "parameters": [{"type": "text", "text": "a%20b/%C3%A7?x=%20&y=50%25"}]},
                {"type": "button", "sub_type": "copy_code", "index": "3", "parameters": [{"type": "coupon_code", "coupon_code": "VERAO"}]}
            ])
        );
    }

    #[test]
    fn a_header_shows_an_uploaded_file_by_its_id_or_a_place() {
        let file = HeaderFile { external_id: "998".into(), file_name: "nota.pdf".into() };
        for (header_kind, parameter) in [
            (HeaderKind::Image, json!({"type": "image", "image": {"id": "998"}})),
            (HeaderKind::Video, json!({"type": "video", "video": {"id": "998"}})),
            (HeaderKind::Document, json!({"type": "document", "document": {"id": "998", "filename": "nota.pdf"}})),
        ] {
            let t = Template { header_kind, body: "oi".into(), ..template() };
            // The file wins over an address.
            let sent = with_file(t, &[("header.link", "https://x/y")], Some(file.clone())).unwrap();
            assert_eq!(sent["components"], json!([{"type": "header", "parameters": [parameter]}]));
        }
        let t = Template { header_kind: HeaderKind::Location, body: "oi".into(), ..template() };
        let values = [("header.latitude", "-23,55"), ("header.longitude", "-46.63"), ("header.name", "Loja"), ("header.address", " ")];
        let place = json!({"type": "location", "location": {"latitude": -23.55, "longitude": -46.63, "name": "Loja"}});
        assert_eq!(built(t.clone(), &values).unwrap()["components"], json!([{"type": "header", "parameters": [place]}]));
        let e = built(t, &values[1..]).unwrap_err();
        assert_eq!((e.policy, e.problem), (Policy::Never, DeliveryProblem::TemplateParameters));
    }

    #[test]
    fn a_template_without_parameters_has_no_components() {
        assert_eq!(
            built(Template { body: "oi".into(), ..template() }, &[]).unwrap(),
            json!({"name": "pedido", "language": {"code": "pt_BR"}})
        );
    }

    #[test]
    fn the_button_of_a_one_time_code_repeats_the_code() {
        let t = Template {
            category: TemplateCategory::Authentication,
            buttons: vec![TemplateButton { kind: ButtonKind::Other, text: "Copiar".into(), url: String::new() }],
            ..template()
        };
        assert_eq!(
            built(t, &[("body.1", "123456")]).unwrap()["components"][1],
            json!({"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "123456"}]})
        );
    }

    #[test]
    fn tm_11_a_missing_value_is_refused_here_and_never_sent_literally() {
        for values in [&[][..], &[("body.1", " \n\t ")]] {
            let e = built(template(), values).unwrap_err();
            assert_eq!(
                (e.policy, e.problem, e.detail.as_str()),
                (Policy::Never, DeliveryProblem::TemplateParameters, "no value for body.1")
            );
        }
        let media = Template { header_kind: HeaderKind::Image, body: "x".into(), ..template() };
        assert!(built(media.clone(), &[("header.link", "javascript:alert(1)")]).is_err());
        assert!(built(media, &[("header.link", "ftp://x/y.png")]).is_err());
        assert!(built(Template { header_kind: HeaderKind::Location, body: "x".into(), ..template() }, &[]).is_err());
    }

    fn file(kind: MediaKind, caption: &str, file_name: &str, voice: bool) -> Value {
        let to = Recipient { kind: IdentityKind::Phone, address: "5511987654321".into() };
        let body = OutboundBody::File { kind, external_id: "77".into(), caption: caption.into(), file_name: file_name.into(), voice };
        let json = message(&Outbound { to, callback: String::new(), quoted: None, body }).unwrap();
        let kind = json["type"].as_str().unwrap().to_owned();
        json!({"type": kind, "file": json[kind]})
    }

    #[test]
    fn files_have_a_caption_or_a_name_where_the_network_takes_one() {
        assert_eq!(file(MediaKind::Image, "oi", "a.jpg", false), json!({"type": "image", "file": {"id": "77", "caption": "oi"}}));
        assert_eq!(file(MediaKind::Video, "", "a.mp4", false), json!({"type": "video", "file": {"id": "77"}}));
        assert_eq!(
            file(MediaKind::Document, "oi", "a.pdf", false),
            json!({"type": "document", "file": {"id": "77", "caption": "oi", "filename": "a.pdf"}})
        );
        assert_eq!(file(MediaKind::Audio, "oi", "a.ogg", true), json!({"type": "audio", "file": {"id": "77", "voice": true}}));
        assert_eq!(file(MediaKind::Sticker, "oi", "a.webp", true), json!({"type": "sticker", "file": {"id": "77"}}));
    }

    #[test]
    fn places_cards_and_reactions_are_written_as_the_network_reads_them() {
        let of = |body| {
            let to = Recipient { kind: IdentityKind::Phone, address: "5511987654321".into() };
            message(&Outbound { to, callback: String::new(), quoted: None, body }).unwrap()
        };
        let place = of(OutboundBody::Location { latitude: -23.5, longitude: 0.0, name: "Loja".into(), address: String::new() });
        assert_eq!(place["location"], json!({"latitude": -23.5, "longitude": 0.0, "name": "Loja"}));
        let card = ContactCard { name: " Ana Souza ".into(), phones: vec!["+55 11 98765-4321".into()], ..ContactCard::default() };
        assert_eq!(
            of(OutboundBody::Contacts { cards: vec![card] })["contacts"],
            json!([{"name": {"formatted_name": "Ana Souza", "first_name": "Ana"}, "phones": [{"phone": "+55 11 98765-4321", "type": "CELL"}]}])
        );
        let reaction = of(OutboundBody::Reaction { target: "wamid.A".into(), emoji: String::new() });
        assert_eq!(reaction["reaction"], json!({"message_id": "wamid.A", "emoji": ""}));
    }

    #[test]
    fn questions_are_buttons_or_a_list() {
        let of = |body| {
            let to = Recipient { kind: IdentityKind::Phone, address: "5511987654321".into() };
            message(&Outbound { to, callback: String::new(), quoted: None, body }).unwrap()
        };
        let answer = |title: &str, description: &str| model::QuestionAnswer { title: title.into(), description: description.into() };
        let mut question =
            Question { button: String::new(), footer: "Até as 18h".into(), answers: vec![answer("Sim ", ""), answer("Não", "")] };
        assert_eq!(
            of(OutboundBody::Question { text: "Confirma?".into(), question: question.clone() })["interactive"],
            json!({"type": "button", "body": {"text": "Confirma?"}, "footer": {"text": "Até as 18h"}, "action": {"buttons": [
                {"type": "reply", "reply": {"id": "0", "title": "Sim"}}, {"type": "reply", "reply": {"id": "1", "title": "Não"}}]}})
        );
        question = Question { button: "Ver".into(), footer: String::new(), answers: vec![answer("Centro", "Rua A, 1"), answer("Sul", "")] };
        assert_eq!(
            of(OutboundBody::Question { text: "Qual loja?".into(), question })["interactive"],
            json!({"type": "list", "body": {"text": "Qual loja?"}, "action": {"button": "Ver", "sections": [{"rows": [
                {"id": "0", "title": "Centro", "description": "Rua A, 1"}, {"id": "1", "title": "Sul"}]}]}})
        );
    }

    #[test]
    fn recipients_are_phones_with_plus_or_bsuids() {
        let to = |kind, address: &str, quoted: Option<&str>| {
            let to = Recipient { kind, address: address.into() };
            message(&Outbound { to, callback: "9".into(), quoted: quoted.map(Into::into), body: OutboundBody::Text { text: "oi".into() } })
        };
        assert_eq!(
            to(IdentityKind::Phone, "5511987654321", Some("wamid.A=")).unwrap(),
            json!({"messaging_product": "whatsapp", "recipient_type": "individual", "to": "+5511987654321", "type": "text", "text": {"body": "oi", "preview_url": false},
                   "context": {"message_id": "wamid.A="}, "biz_opaque_callback_data": "9"})
        );
        let bsuid = to(IdentityKind::Bsuid, "BR.1", None).unwrap();
        assert_eq!((bsuid["recipient"].as_str(), bsuid.get("to"), bsuid.get("context")), (Some("BR.1"), None, None));
        assert_eq!(to(IdentityKind::Phone, "BR.1", None).unwrap_err().problem, DeliveryProblem::BadParameter);
        assert_eq!(to(IdentityKind::Visitor, "v", None).unwrap_err().problem, DeliveryProblem::BadParameter);
    }
}
