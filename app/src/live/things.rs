//! Sending what is neither text nor file: contacts and places.

use super::store::Store;
use super::thread::Key;
use model::*;

impl Store {
    /// Sends a contact's card.
    pub fn send_card(&self, id: ConversationId, card: ContactCard, reply_to: Option<Quote>) -> Key {
        let reply = reply_to.as_ref().and_then(|q| q.id);
        let cards = vec![card];
        let name = cards.iter().map(|c| c.name.trim().to_owned()).collect::<Vec<_>>().join(", ");
        let shown = self.shown(id, MessageKind::Contact, name, Content::Contacts { cards: cards.clone() }, reply_to);
        self.put_outgoing(id, SendWhat::Contacts { cards }, shown, reply)
    }

    /// Sends a text with answers to choose from.
    pub fn send_question(&self, id: ConversationId, text: String, question: Question, reply_to: Option<Quote>) -> Key {
        let reply = reply_to.as_ref().and_then(|q| q.id);
        let shown = self.shown(id, MessageKind::Text, text.clone(), Content::Question(question.clone()), reply_to);
        self.put_outgoing(id, SendWhat::Question { text, question }, shown, reply)
    }

    /// Sends a place.
    pub fn send_place(&self, id: ConversationId, at: (f64, f64), name: String, address: String, reply_to: Option<Quote>) -> Key {
        let reply = reply_to.as_ref().and_then(|q| q.id);
        let (latitude, longitude) = at;
        let body = [name.trim(), address.trim()].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join("\n");
        let content = Content::Location { latitude, longitude, name: name.clone(), address: address.clone() };
        let shown = self.shown(id, MessageKind::Location, body, content, reply_to);
        self.put_outgoing(id, SendWhat::Location { latitude, longitude, name, address }, shown, reply)
    }
}
