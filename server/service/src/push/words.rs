//! What a note on the screen says, in the browser's language. The service worker shows it as it is.

use model::{Alert, AlertKind, Language, MessageKind, text};
use serde::Serialize;

/// A note as the service worker gets it.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Note {
    pub title: String,
    pub text: String,
    /// The page that a tap opens.
    pub path: String,
    /// A later note with the same tag takes the place of the earlier one.
    pub tag: String,
    /// How many notifications wait to be read, for the number on the app's icon; none: it stays as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unread: Option<i64>,
}

/// The note of a notification; hidden ones tell only that there is something.
pub(crate) fn note(alert: &Alert, hide: bool, language: Language) -> Note {
    let what = match alert.kind {
        AlertKind::WatchAsk if !hide && !alert.by.is_empty() => asked(alert.by.trim(), language),
        kind => kind_words(kind, language).to_owned(),
    };
    let (title, text) = if hide {
        ("Prosa".to_owned(), what)
    } else {
        let title = text::shorten(alert.contact_name.trim(), 80);
        let said = said(alert, language);
        let text = match alert.kind {
            AlertKind::Message | AlertKind::Internal if alert.count > 1 && !said.is_empty() => format!("({}) {said}", alert.count),
            AlertKind::Message | AlertKind::Internal if !said.is_empty() => said,
            AlertKind::Message => said,
            _ if said.is_empty() => what,
            _ => format!("{what}: {said}"),
        };
        (if title.is_empty() { "Prosa".to_owned() } else { title }, text)
    };
    Note { title, text, path: alert.path(), tag: tag(alert), unread: None }
}

/// That a colleague asked, by name.
fn asked(name: &str, language: Language) -> String {
    let name = text::shorten(name, 80);
    match language {
        Language::PtBr => format!("{name} pediu que você acompanhe"),
        Language::En => format!("{name} asked you to watch"),
        Language::Es => format!("{name} te pidió que sigas la conversación"),
    }
}

/// The trial note.
pub(crate) fn trial(language: Language) -> Note {
    let text = match language {
        Language::PtBr => "As notificações estão funcionando neste navegador.",
        Language::En => "Notifications work in this browser.",
        Language::Es => "Las notificaciones funcionan en este navegador.",
    };
    Note { title: "Prosa".into(), text: text.into(), path: "/profile".into(), tag: "trial".into(), unread: None }
}

/// By what notes of one conversation or talk and kind are known to browsers and push services.
fn tag(alert: &Alert) -> String {
    format!("{}.{}", alert.subject(), alert.kind)
}

fn kind_words(kind: AlertKind, language: Language) -> &'static str {
    use AlertKind::*;
    match (language, kind) {
        (Language::PtBr, Queue) => "Nova conversa na fila",
        (Language::PtBr, Message) => "Nova mensagem",
        (Language::PtBr, Transfer) => "Conversa transferida para você",
        (Language::PtBr, Mention) => "Mencionaram você",
        (Language::PtBr, Failed) => "Mensagem não enviada",
        (Language::PtBr, Snooze) => "A conversa adiada voltou",
        (Language::PtBr, Internal) => "Mensagem no chat interno",
        (Language::PtBr, Owed) => "Contato à espera da sua resposta",
        (Language::PtBr, Returned) => "Voltou para a fila sem resposta",
        (Language::PtBr, Sla) => "Prazo de atendimento perto do fim",
        (Language::PtBr, SlaBreached) => "Prazo de atendimento estourado",
        (Language::PtBr, Watch) => "Conversa que você acompanha",
        (Language::PtBr, WatchTransfer) => "A conversa que você acompanha foi transferida",
        (Language::PtBr, WatchEnd) => "A conversa que você acompanha foi concluída",
        (Language::PtBr, WatchAsk) => "Pedido para acompanhar",
        (Language::En, Queue) => "New conversation in the queue",
        (Language::En, Message) => "New message",
        (Language::En, Transfer) => "Conversation handed to you",
        (Language::En, Mention) => "You were mentioned",
        (Language::En, Failed) => "Message not sent",
        (Language::En, Snooze) => "A snoozed conversation is back",
        (Language::En, Internal) => "Message in the internal chat",
        (Language::En, Owed) => "A contact waits for your answer",
        (Language::En, Returned) => "Back in the queue without an answer",
        (Language::En, Sla) => "A service deadline is near",
        (Language::En, SlaBreached) => "A service deadline was missed",
        (Language::En, Watch) => "Conversation that you watch",
        (Language::En, WatchTransfer) => "A conversation that you watch was transferred",
        (Language::En, WatchEnd) => "A conversation that you watch was concluded",
        (Language::En, WatchAsk) => "You were asked to watch",
        (Language::Es, Queue) => "Nueva conversación en la cola",
        (Language::Es, Message) => "Nuevo mensaje",
        (Language::Es, Transfer) => "Te transfirieron una conversación",
        (Language::Es, Mention) => "Te mencionaron",
        (Language::Es, Failed) => "Mensaje no enviado",
        (Language::Es, Snooze) => "Volvió una conversación pospuesta",
        (Language::Es, Internal) => "Mensaje en el chat interno",
        (Language::Es, Owed) => "Un contacto espera tu respuesta",
        (Language::Es, Returned) => "Volvió a la cola sin respuesta",
        (Language::Es, Sla) => "Plazo de atención por vencer",
        (Language::Es, SlaBreached) => "Plazo de atención vencido",
        (Language::Es, Watch) => "Conversación que sigues",
        (Language::Es, WatchTransfer) => "Se transfirió una conversación que sigues",
        (Language::Es, WatchEnd) => "Se concluyó una conversación que sigues",
        (Language::Es, WatchAsk) => "Te pidieron que sigas una conversación",
    }
}

/// The conversation's last message in one line.
fn said(alert: &Alert, language: Language) -> String {
    let words = |pt: &str, en: &str, es: &str| {
        let word = match language {
            Language::PtBr => pt,
            Language::En => en,
            Language::Es => es,
        };
        let text = alert.preview.text.trim();
        if text.is_empty() { word.to_owned() } else { format!("{word}: {text}") }
    };
    let line = match alert.preview.kind {
        MessageKind::Image => words("📷 Foto", "📷 Photo", "📷 Foto"),
        MessageKind::Video => words("🎬 Vídeo", "🎬 Video", "🎬 Video"),
        MessageKind::Audio => words("🎤 Áudio", "🎤 Audio", "🎤 Audio"),
        MessageKind::Document => words("📄 Documento", "📄 Document", "📄 Documento"),
        MessageKind::Sticker => words("Figurinha", "Sticker", "Sticker"),
        MessageKind::Location => words("📍 Localização", "📍 Location", "📍 Ubicación"),
        MessageKind::Contact => words("👤 Contato", "👤 Contact", "👤 Contacto"),
        MessageKind::Order => words("🛒 Pedido", "🛒 Order", "🛒 Pedido"),
        MessageKind::Unsupported => words("Mensagem", "Message", "Mensaje"),
        _ => alert.preview.text.trim().to_owned(),
    };
    // Lines of a customer's text would push the note apart.
    text::shorten(&line.split_whitespace().collect::<Vec<_>>().join(" "), 160)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{ConversationId, Direction, MessageStatus, Preview};

    fn alert(kind: AlertKind, message: MessageKind, text: &str, count: i64) -> Alert {
        let preview =
            Preview { kind: message, direction: Direction::In, status: MessageStatus::Received, text: text.into(), author_id: None };
        Alert {
            kind,
            conversation_id: ConversationId(7),
            talk_id: None,
            contact_name: "Maria Lima".into(),
            preview,
            by: String::new(),
            count,
            at: 1,
            is_read: false,
        }
    }

    #[test]
    fn no_2_a_note_says_who_and_what_in_the_browsers_language() {
        let told = note(&alert(AlertKind::Message, MessageKind::Text, "oi\n\n tudo  bem?", 1), false, Language::PtBr);
        assert_eq!((told.title.as_str(), told.text.as_str(), told.path.as_str()), ("Maria Lima", "oi tudo bem?", "/inbox/7"));
        assert_eq!(note(&alert(AlertKind::Message, MessageKind::Image, "", 3), false, Language::En).text, "(3) 📷 Photo");
        assert_eq!(
            note(&alert(AlertKind::Queue, MessageKind::Text, "hola", 1), false, Language::Es).text,
            "Nueva conversación en la cola: hola"
        );
    }

    #[test]
    fn nx_11_a_note_says_who_asked_and_that_one_watches() {
        let ask = Alert { by: "Ana Souza".into(), ..alert(AlertKind::WatchAsk, MessageKind::Text, "oi", 1) };
        assert_eq!(note(&ask, false, Language::PtBr).text, "Ana Souza pediu que você acompanhe: oi");
        assert_eq!(note(&ask, true, Language::En).text, "You were asked to watch");
        assert_eq!(note(&alert(AlertKind::Watch, MessageKind::Text, "oi", 1), false, Language::En).text, "Conversation that you watch: oi");
    }

    #[test]
    fn hidden_notes_name_nobody_and_nothing() {
        for kind in AlertKind::ALL {
            let told = note(&alert(*kind, MessageKind::Text, "segredo", 2), true, Language::PtBr);
            assert_eq!(told.title, "Prosa");
            assert!(!format!("{told:?}").contains("Maria") && !format!("{told:?}").contains("segredo"));
        }
    }
}
