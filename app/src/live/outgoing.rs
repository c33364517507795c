//! Messages on their way to the server: one at a time per conversation, so that their order stays; kept in this browser
//! until the server has them, so that neither a lost connection nor a reload loses one. The client id makes repeats one
//! message.

use super::named::mention_name;
use super::store::{Connection, Store};
use super::thread::{Key, Local};
use super::tray::TrayId;
use super::web;
use crate::api;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::*;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
#[cfg(feature = "browser")]
use wasm_bindgen::JsCast;

/// Unsent messages that a browser keeps.
const KEPT_MAX: usize = 100;
/// After a reload, messages younger than this leave by themselves; older ones ask first.
#[cfg(feature = "browser")]
const FRESH_MS: i64 = 10 * 60_000;
/// Pause before a message is tried again while the live connection stands.
const PAUSE_MS: u32 = 3_000;

/// A message that the server does not have yet.
#[derive(Clone, Deserialize)]
pub struct Outgoing {
    #[cfg_attr(not(feature = "browser"), expect(dead_code, reason = "read back in the browser alone"))]
    conversation_id: ConversationId,
    pub draft: SendDraft,
    /// How it is shown meanwhile.
    pub shown: Message,
    /// Why it stays; none while it is to leave by itself.
    #[serde(default)]
    pub refused: Option<Fault>,
    /// What of it never changes, as it is kept: an object that is not closed. Written where messages are composed: the first
    /// load has no code that writes one.
    #[serde(skip)]
    kept: String,
}

#[derive(Serialize)]
struct Fixed<'a> {
    conversation_id: ConversationId,
    draft: &'a SendDraft,
    shown: &'a Message,
}

impl Outgoing {
    fn new(conversation_id: ConversationId, draft: SendDraft, shown: Message) -> Outgoing {
        let mut kept = serde_json::to_string(&Fixed { conversation_id, draft: &draft, shown: &shown }).unwrap_or_default();
        kept.pop();
        Outgoing { conversation_id, draft, shown, refused: None, kept }
    }

    fn written(&self) -> String {
        let refused = self.refused.as_ref().and_then(|fault| serde_json::to_string(fault).ok());
        format!("{},\"refused\":{}}}", self.kept, refused.as_deref().unwrap_or("null"))
    }

    /// From what [`Outgoing::written`] made of several.
    #[cfg(feature = "browser")]
    fn read(text: &str) -> Vec<Outgoing> {
        let Ok(mut all) = from_json::<Vec<Outgoing>>(text.as_bytes()) else { return Vec::new() };
        let Ok(raw) = js_sys::JSON::parse(text) else { return Vec::new() };
        for (o, raw) in all.iter_mut().zip(js_sys::Array::from(&raw)) {
            let _ = js_sys::Reflect::delete_property(raw.unchecked_ref::<js_sys::Object>(), &"refused".into());
            o.kept = js_sys::JSON::stringify(&raw).map(String::from).unwrap_or_default();
            o.kept.pop();
        }
        all
    }
}

impl Store {
    /// Sends a text. Answers the bubble's key.
    pub fn send(&self, id: ConversationId, text: String, reply_to: Option<Quote>) -> Key {
        let reply = reply_to.as_ref().and_then(|q| q.id);
        let message = self.shown(id, MessageKind::Text, text.clone(), Content::None, reply_to);
        self.put_outgoing(id, SendWhat::Text { text }, message, reply)
    }

    /// Writes an internal note.
    pub fn send_note(&self, id: ConversationId, text: String) -> Key {
        let mut message = self.shown(id, MessageKind::Note, text.clone(), Content::None, None);
        message.mentions = self.take_named(id, text.trim_end());
        self.put_outgoing(id, SendWhat::Note { text }, message, None)
    }

    /// Sends a template into an open conversation; shown with its values filled in.
    pub fn send_template(&self, id: ConversationId, template: &Template, fill: TemplateFill, file: Option<&Upload>) -> Key {
        let content = template.content(&fill, file.map(|up| up.media(Delivery::Native)));
        let message = self.shown(id, MessageKind::Template, template.body_filled(&fill), Content::Template(content), None);
        self.put_outgoing(id, SendWhat::Template(fill), message, None)
    }

    /// Sends an uploaded file, or puts it into a note.
    pub(super) fn send_file(&self, at: TrayId, upload: &Upload, channel: ChannelKind, caption: String, reply_to: Option<Quote>) -> Key {
        let delivery = if at.note { Delivery::Native } else { upload.delivery(channel).unwrap_or(Delivery::Link) };
        let kind = if at.note { MessageKind::Note } else { upload.message_kind(delivery) };
        let reply = reply_to.as_ref().and_then(|q| q.id);
        let mut message = self.shown(at.conversation, kind, caption.clone(), Content::Media(upload.media(delivery)), reply_to);
        if at.note && !caption.is_empty() {
            message.mentions = self.take_named(at.conversation, caption.trim_end());
        }
        self.put_outgoing(at.conversation, SendWhat::File { upload_id: upload.id, caption, note: at.note }, message, reply)
    }

    /// Sends what another message holds, once more.
    pub fn forward(&self, to: ConversationId, message: &Message) -> Key {
        let (kind, content) = match &message.content {
            Content::Media(media) => (message.kind, Content::Media(Media { link_until: None, ..media.clone() })),
            Content::Location { .. } | Content::Contacts { .. } => (message.kind, message.content.clone()),
            _ => (MessageKind::Text, Content::None),
        };
        let shown = self.shown(to, kind, message.body.clone(), content, None);
        self.put_outgoing(to, SendWhat::Forward { message_id: message.id }, shown, None)
    }

    /// Tries a refused message again, with the same client id.
    pub fn resend(&self, id: ConversationId, key: &Key) {
        self.with_outgoing(id, |out| {
            if let Some(o) = out.iter_mut().find(|o| is_key(o, key)) {
                o.refused = None;
            }
        });
        self.local(id, key, Local::Sending);
        self.pump(id);
    }

    /// Takes an unsent message away; answers its text, so that a composer can have it back. A message that is on its
    /// way at this moment stays.
    pub fn discard(&self, id: ConversationId, key: &Key) -> Option<String> {
        let taken = self.with_outgoing(id, |out| {
            let at = out.iter().position(|o| is_key(o, key) && o.refused.is_some())?;
            out.remove(at)
        })?;
        self.change(|i| {
            if let Some(thread) = i.thread_mut(id) {
                thread.discard(key);
            }
        });
        for mention in &taken.draft.mentions {
            self.name_in_note(id, mention.user_id, &mention_name(taken.draft.what.text(), mention));
        }
        match taken.draft.what {
            SendWhat::Text { text } | SendWhat::Note { text } | SendWhat::Question { text, .. } => Some(text),
            SendWhat::Template(_) | SendWhat::Location { .. } | SendWhat::Contacts { .. } | SendWhat::Forward { .. } => None,
            SendWhat::File { caption, note, .. } => {
                if let Content::Media(media) = &taken.shown.content {
                    // The server forgets what was not sent after a day; if it has already, sending it says so.
                    let upload = Upload::of(media, taken.shown.kind, self.server_now() + 3_600_000);
                    self.put_back(TrayId { conversation: id, note }, upload);
                }
                (!caption.is_empty()).then_some(caption)
            }
        }
    }

    pub(super) fn shown(&self, id: ConversationId, kind: MessageKind, body: String, content: Content, quoted: Option<Quote>) -> Message {
        let awaiting = self.row(id).is_some_and(|r| r.with_untracked(|r| r.awaiting_reply));
        let status = match kind {
            MessageKind::Note => MessageStatus::Received,
            MessageKind::Template => MessageStatus::Queued,
            _ if awaiting => MessageStatus::WaitReply,
            _ => MessageStatus::Queued,
        };
        Message {
            id: MessageId(0),
            conversation_id: id,
            direction: Direction::Out,
            kind,
            status,
            body,
            content,
            author_id: self.my_id_now(),
            client_id: Some(web::client_id()),
            quoted,
            reactions: Vec::new(),
            problem: None,
            at: self.server_now(),
            sent_at: None,
            delivered_at: None,
            read_at: None,
            own_reaction: None,
            edited_at: None,
            leaves_at: None,
            mentions: Vec::new(),
            forwarded: None,
        }
    }

    pub(super) fn put_outgoing(&self, id: ConversationId, what: SendWhat, shown: Message, reply_to: Option<MessageId>) -> Key {
        let client_id = shown.client_id.clone().unwrap_or_default();
        let draft = SendDraft { client_id: client_id.clone(), what, reply_to, mentions: shown.mentions.clone() };
        self.with_outgoing(id, |out| out.push_back(Outgoing::new(id, draft, shown.clone())));
        self.change(|i| i.thread(id).sending(shown, Local::Sending));
        self.pump(id);
        Key::Client(client_id.into())
    }

    /// Shows what is unsent in a timeline that was just made.
    pub(super) fn show_outgoing(&self, id: ConversationId) {
        let waiting: Vec<Outgoing> = self.acts.with_value(|a| a.outgoing.get(&id).map(|o| o.iter().cloned().collect())).unwrap_or_default();
        if waiting.is_empty() {
            return;
        }
        let is_busy = self.acts.with_value(|a| a.sending.contains(&id));
        self.change(|i| {
            let thread = i.thread(id);
            for o in waiting {
                let local = match o.refused {
                    Some(fault) => Local::Refused(fault),
                    None if is_busy => Local::Sending,
                    None => Local::Waiting,
                };
                thread.sending(o.shown, local);
            }
        });
    }

    /// Sends what waits in a conversation, one after the other. Runs once per conversation at a time.
    fn pump(&self, id: ConversationId) {
        let store = *self;
        let starts = store.acts.try_update_value(|a| a.sending.insert(id)).unwrap_or(false);
        if !starts {
            return;
        }
        spawn_local(async move {
            loop {
                let next = store.acts.with_value(|a| a.outgoing.get(&id).and_then(|o| o.iter().find(|o| o.refused.is_none()).cloned()));
                let Some(next) = next else { break };
                let key = Key::Client(next.draft.client_id.as_str().into());
                store.local(id, &key, Local::Sending);
                match api::act::send(id, next.draft).await {
                    Ok(message) => {
                        store.with_outgoing(id, |out| out.retain(|o| !is_key(o, &key)));
                        store.change(|i| {
                            if let Some(thread) = i.thread_mut(id) {
                                thread.answered(&message);
                            }
                        });
                    }
                    Err(refused) => match store.heard(refused) {
                        Fault::SignedOut => break,
                        Fault::Offline | Fault::Unavailable => {
                            store.local(id, &key, Local::Waiting);
                            if store.connection.get_untracked() != Connection::Online {
                                break;
                            }
                            web::sleep(PAUSE_MS).await;
                        }
                        Fault::RateLimited { seconds } => {
                            store.local(id, &key, Local::Waiting);
                            web::sleep(u32::try_from(seconds.clamp(1, 60)).unwrap_or(1) * 1000).await;
                        }
                        fault => {
                            store.with_outgoing(id, |out| {
                                if let Some(o) = out.iter_mut().find(|o| is_key(o, &key)) {
                                    o.refused = Some(fault.clone());
                                }
                            });
                            store.local(id, &key, Local::Refused(fault));
                        }
                    },
                }
            }
            store.acts.update_value(|a| {
                a.sending.remove(&id);
            });
        });
    }

    /// The connection is back: what waited leaves.
    #[cfg(feature = "browser")]
    pub(super) fn pump_all(&self) {
        let waiting: Vec<ConversationId> = self.acts.with_value(|a| a.outgoing.keys().copied().collect());
        for id in waiting {
            self.pump(id);
        }
    }

    fn local(&self, id: ConversationId, key: &Key, local: Local) {
        self.change(|i| {
            if let Some(thread) = i.thread_mut(id) {
                thread.set_local(key, local);
            }
        });
    }

    fn with_outgoing<R>(&self, id: ConversationId, act: impl FnOnce(&mut VecDeque<Outgoing>) -> R) -> R {
        let (answer, all) = {
            let mut acts = self.acts.write_value();
            let answer = act(acts.outgoing.entry(id).or_default());
            if acts.outgoing.get(&id).is_some_and(VecDeque::is_empty) {
                acts.outgoing.remove(&id);
            }
            let all: Vec<Outgoing> = acts.outgoing.values().flatten().take(KEPT_MAX).cloned().collect();
            (answer, all)
        };
        self.count_unsent();
        if let Some(key) = self.own_key("out") {
            let text = all.iter().map(Outgoing::written).collect::<Vec<_>>().join(",");
            web::keep(&key, (!all.is_empty()).then(|| format!("[{text}]")).as_deref());
        }
        answer
    }

    /// Tells how many messages wait for the connection by themselves.
    fn count_unsent(&self) {
        let n = self.acts.with_value(|a| a.outgoing.values().flatten().filter(|o| o.refused.is_none()).count());
        if self.unsent.get_untracked() != n {
            self.unsent.set(n);
        }
    }

    /// Takes up what a reload or a closed tab left unsent.
    #[cfg(feature = "browser")]
    pub(super) fn restore_outgoing(&self) {
        let Some(kept) = self.own_key("out").and_then(|key| web::read(&key)) else { return };
        let now = self.server_now();
        self.acts.update_value(|acts| {
            for mut o in Outgoing::read(&kept) {
                if o.refused.is_none() && now - o.shown.at > FRESH_MS {
                    o.refused = Some(Fault::Offline);
                }
                let waiting = acts.outgoing.entry(o.conversation_id).or_default();
                if !waiting.iter().any(|w| w.draft.client_id == o.draft.client_id) {
                    waiting.push_back(o);
                }
            }
        });
        self.count_unsent();
        let about: Vec<ConversationId> = self.acts.with_value(|a| a.outgoing.keys().copied().collect());
        for id in about {
            if self.change(|i| i.thread_mut(id).is_some()) {
                self.show_outgoing(id);
            }
            self.pump(id);
        }
    }

    /// A key in this browser's storage that no other user or account shares.
    pub(super) fn own_key(&self, what: &str) -> Option<String> {
        self.workspace.with_untracked(|w| w.as_ref().map(|w| format!("prosa.{what}.{}.{}", w.me.account.id, w.me.user_id)))
    }
}

fn is_key(o: &Outgoing, key: &Key) -> bool {
    matches!(key, Key::Client(client_id) if **client_id == *o.draft.client_id)
}
