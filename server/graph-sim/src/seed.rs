//! The demo world: one account, two numbers, a few people, templates in every state.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::config::{DEMO_NUMBER, DEMO_NUMBER_2, DEMO_WABA};
use crate::state::{Bubble, Contact, Data, Number, Thread, Waba};
use crate::template_model::Template;

/// The world as it is at the start.
pub fn world(subscribed: bool) -> Data {
    let mut data = Data::default();
    data.wabas.insert(DEMO_WABA.into(), waba(DEMO_WABA, "Prosa Demo", subscribed, templates()));
    for (id, shown, name) in [(DEMO_NUMBER, "+55 11 5550-0100", "Prosa Demo"), (DEMO_NUMBER_2, "+55 11 5550-0200", "Prosa Demo Loja")] {
        data.numbers.insert(id.into(), number(id, DEMO_WABA, shown, name));
    }
    let person = |name: &str, wa_id: &str| Contact { name: name.into(), wa_id: Some(wa_id.into()), pinned: true, ..Contact::default() };
    data.add_contact(person("Ana Souza", "5511987654321"));
    data.add_contact(person("Bruno Lima", "5521998765432"));
    data.add_contact(person("Carla Dias", "553198765432"));
    data.add_contact(Contact {
        name: "Joana Prado".into(),
        username: Some("joana.p".into()),
        user_id: "BR.13491208655302741918".into(),
        bsuid_only: true,
        pinned: true,
        ..Contact::default()
    });
    data.add_contact(person("Diego México", "5215512345678"));
    data
}

/// What people of the demo workspace said last, with minutes ago: name, number, text. The product's demo data has the same
/// open conversations, made at about the same time; without these threads its free replies would be outside the window.
const LAST_WORDS: &[(&str, &str, i64, &str)] = &[
    ("Ana Souza", DEMO_NUMBER, 3, "Queria duas, para presente 🎁"),
    ("Bruno Lima", DEMO_NUMBER, 2, "Pix. Pode mandar a chave?"),
    ("Joana Prado", DEMO_NUMBER, 180, "Boa tarde, vocês entregam no meu trabalho?"),
    ("Carla Dias", DEMO_NUMBER_2, 26, "O pedido é o 2210, recebi hoje cedo."),
    ("Bruno Lima", DEMO_NUMBER_2, 6, "Oi, aqui é o Bruno. Vocês abrem no sábado?"),
    ("Diego México", DEMO_NUMBER_2, 17, "Uso una o dos veces al día"),
    ("Joana Prado", DEMO_NUMBER_2, 270, "👍"),
    ("Ana Souza", DEMO_NUMBER_2, 420, "Segue o comprovante do Pix."),
];

/// Threads of the people of the demo workspace.
pub fn demo_threads(data: &mut Data, now_ms: i64) {
    for (place, (name, number, minutes, text)) in LAST_WORDS.iter().enumerate() {
        let Some(contact) = data.contacts.values().find(|c| c.name == *name).map(|c| c.key.clone()) else { continue };
        let (id, at_ms) = (format!("wamid.DEMO{place}"), now_ms - minutes * 60_000);
        data.record_inbound(&id, &Thread::key(number, &contact), LAST_WORDS.len());
        let thread = data.thread(number, &contact);
        thread.last_user_ms = Some(at_ms);
        thread.push(Bubble {
            id,
            business: false,
            at_ms,
            kind: "text".into(),
            content: json!({"body": text}),
            quote: None,
            status: "delivered".into(),
            error: None,
            user_reaction: None,
            business_reaction: None,
        });
    }
}

/// A number ready to send.
pub fn number(id: &str, waba_id: &str, shown: &str, name: &str) -> Number {
    Number {
        id: id.into(),
        waba_id: waba_id.into(),
        display_phone_number: shown.into(),
        verified_name: name.into(),
        registered: true,
        pin: None,
        quality_rating: "GREEN".into(),
        profile: BTreeMap::from([
            ("about".to_owned(), json!("Atendimento de segunda a sexta, das 8h às 18h")),
            ("vertical".to_owned(), json!("RETAIL")),
        ]),
        picture: None,
        webhook_override: None,
        this_second: (0, 0),
    }
}

/// An account.
pub fn waba(id: &str, name: &str, subscribed: bool, templates: Vec<Template>) -> Waba {
    Waba {
        id: id.into(),
        name: name.into(),
        subscribed,
        webhook_override: None,
        templates,
        deleted_names: std::collections::HashMap::new(),
    }
}

/// The templates of the demo account.
pub fn templates() -> Vec<Template> {
    let make = |name: &str, language: &str, category: &str, status: &str, components: Value| {
        let components = components.as_array().cloned().unwrap_or_default();
        let named = components.iter().any(|c| c["example"]["body_text_named_params"].is_array());
        let mut t = Template::new(name, language, category, named, components);
        t.status = status.into();
        t.approved_once = matches!(status, "APPROVED" | "PAUSED" | "DISABLED");
        t.quality = match status {
            "APPROVED" => "GREEN",
            "PAUSED" | "DISABLED" => "RED",
            _ => "UNKNOWN",
        }
        .into();
        if status == "REJECTED" {
            t.rejected_reason = "PROMOTIONAL".into();
        }
        t
    };
    let body = |text: &str, example: &[&str]| {
        if example.is_empty() {
            json!({"type": "BODY", "text": text})
        } else {
            json!({"type": "BODY", "text": text, "example": {"body_text": [example]}})
        }
    };
    vec![
        make(
            "retomar_atendimento",
            "pt_BR",
            "UTILITY",
            "APPROVED",
            json!([
                body("Olá {{1}}, aqui é da {{2}}. Podemos continuar o seu atendimento?", &["Ana", "Prosa"]),
                {"type": "BUTTONS", "buttons": [
                    {"type": "QUICK_REPLY", "text": "Sim, continuar"},
                    {"type": "QUICK_REPLY", "text": "Agora não"}]},
            ]),
        ),
        make(
            "retomar_atendimento",
            "en_US",
            "UTILITY",
            "APPROVED",
            json!([
                body("Hello {{1}}, this is {{2}}. May we go on with your request?", &["Ana", "Prosa"]),
                {"type": "BUTTONS", "buttons": [
                    {"type": "QUICK_REPLY", "text": "Yes, go on"},
                    {"type": "QUICK_REPLY", "text": "Not now"}]},
            ]),
        ),
        make(
            "lembrete_pedido",
            "pt_BR",
            "UTILITY",
            "APPROVED",
            json!([
                {"type": "BODY", "text": "Olá {{nome}}, o seu pedido {{pedido}} está pronto para retirada.",
                 "example": {"body_text_named_params": [
                    {"param_name": "nome", "example": "Ana"}, {"param_name": "pedido", "example": "1042"}]}},
            ]),
        ),
        make(
            "promocao_semana",
            "pt_BR",
            "MARKETING",
            "APPROVED",
            json!([
                {"type": "HEADER", "format": "TEXT", "text": "Semana de {{1}}", "example": {"header_text": ["ofertas"]}},
                body("Oi {{1}}! Nesta semana, {{2}} com preço especial para você. Aproveite enquanto dura.", &["Ana", "café"]),
                {"type": "FOOTER", "text": "Para não receber mais, responda SAIR"},
                {"type": "BUTTONS", "buttons": [
                    {"type": "URL", "text": "Ver ofertas", "url": "https://loja.example/ofertas/{{1}}",
                     "example": ["https://loja.example/ofertas/cafe"]}]},
            ]),
        ),
        make(
            "boleto_disponivel",
            "pt_BR",
            "UTILITY",
            "APPROVED",
            json!([
                {"type": "HEADER", "format": "DOCUMENT", "example": {"header_handle": ["4::seed"]}},
                body("Olá {{1}}, o seu boleto com vencimento em {{2}} está disponível.", &["Ana", "10/05"]),
            ]),
        ),
        make(
            "foto_produto",
            "pt_BR",
            "MARKETING",
            "APPROVED",
            json!([
                {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::seed"]}},
                body("Chegou na loja: {{1}}. Quer reservar o seu?", &["caneca azul"]),
                {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Quero reservar"}]},
            ]),
        ),
        make(
            "nossa_loja",
            "pt_BR",
            "UTILITY",
            "APPROVED",
            json!([
                {"type": "HEADER", "format": "LOCATION"},
                body("Olá {{1}}, o seu pedido espera por você na nossa loja.", &["Ana"]),
            ]),
        ),
        make(
            "codigo_acesso",
            "pt_BR",
            "AUTHENTICATION",
            "APPROVED",
            json!([
                {"type": "BODY", "add_security_recommendation": true},
                {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE", "text": "Copiar código"}]},
            ]),
        ),
        make("order_update", "en_US", "UTILITY", "APPROVED", json!([body("Your order {{1}} is on its way.", &["1042"]),])),
        make("aviso_pausado", "pt_BR", "MARKETING", "PAUSED", json!([body("Temos novidades esperando por você.", &[])])),
        make("aviso_desativado", "pt_BR", "MARKETING", "DISABLED", json!([body("Última chance para aproveitar.", &[])])),
        make("oferta_rejeitada", "pt_BR", "UTILITY", "REJECTED", json!([body("Compre agora e ganhe um prêmio.", &[])])),
        make("boas_vindas_em_analise", "pt_BR", "MARKETING", "PENDING", json!([body("Boas-vindas à nossa loja!", &[])])),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template_check::{check_components, check_identity};

    #[test]
    fn everybody_of_the_demo_workspace_can_be_answered_freely() {
        let mut data = world(true);
        let now = 1_784_000_000_000;
        demo_threads(&mut data, now);
        assert_eq!(data.threads.len(), LAST_WORDS.len());
        assert!(data.contacts.values().all(|c| data.threads.values().any(|t| t.contact == c.key)));
        assert!(data.threads.values().all(|t| t.last_user_ms.is_some_and(|at| (now - 8 * 3_600_000..now).contains(&at))));
    }

    #[test]
    fn every_seeded_template_is_one_that_meta_would_take() {
        for t in templates() {
            check_identity(&t.name, &t.language, &t.category).unwrap();
            check_components(&t.category, t.named, &t.components, |_| true).unwrap_or_else(|e| panic!("{}: {e:?}", t.name));
        }
    }
}
