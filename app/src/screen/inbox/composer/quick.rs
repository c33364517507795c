//! Quick replies in the composer (QR-2): `/` at a word's beginning lists them, what follows filters, the chosen one is put
//! where the cursor is, to be changed before it is sent.

pub mod list;

use super::super::thread::pane::{Pane, Tab, use_pane};
use super::files::tray_id;
use super::typed::{Pressed, Typed, cut, utf16};
use crate::api::reply::take_reply_file;
use crate::area::{Area, Part};
use crate::i18n::*;
use crate::part::*;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::{FILES_MAX, QuickReply, ReplyId, asked_parameters, fill_parameters, slash};

/// The quick replies of one editor; a context of their list.
#[derive(Clone, Copy)]
pub struct Quick {
    pub pane: Pane,
    /// What is typed behind the `/`, and what the list shows.
    pub list: Typed<String, QuickReply>,
    /// A reply whose parameters are being asked for.
    pub asking: RwSignal<Option<QuickReply>>,
    /// The text before the button put a `/` into it.
    before: StoredValue<Option<(String, u32)>>,
}

impl Quick {
    /// For the editor of this text area; `save` keeps its text.
    pub fn new(node: NodeRef<leptos::html::Textarea>, save: Callback<String>) -> Quick {
        let quick =
            Quick { pane: use_pane(), list: Typed::new("quick", node, save), asking: RwSignal::new(None), before: StoredValue::new(None) };
        provide_context(quick);
        quick
    }

    /// The text or the cursor changed by typing.
    pub fn typed(self) {
        if !self.list.typed(|before| slash(before).map(|(at, typed)| (at, typed.to_owned()))) {
            self.before.set_value(None);
        }
    }

    /// A key in the text area; true when it was for the list.
    pub fn key(self, event: &KeyboardEvent) -> bool {
        match self.list.key(event) {
            Pressed::Other => return false,
            Pressed::Moved => {}
            Pressed::Taken(reply) => self.pick(reply),
            Pressed::Escaped => match self.before.try_update_value(Option::take).flatten() {
                // The button's own `/` goes with the list.
                Some((text, caret)) => {
                    self.list.close();
                    self.list.set(text, caret);
                }
                None => self.list.dismiss(),
            },
        }
        true
    }

    /// Opens the list by a `/` where the cursor is.
    pub(super) fn open(self) {
        let Some((text, caret)) = self.list.caret() else { return };
        let (head, tail) = cut(&text, caret);
        let gap = if head.chars().next_back().is_none_or(char::is_whitespace) { "" } else { " " };
        let with = format!("{head}{gap}/");
        // A `/` that was closed here before is another one.
        self.list.close();
        self.list.set(format!("{with}{tail}"), utf16(&with));
        self.typed();
        self.before.set_value(Some((text, caret)));
    }

    /// Takes a reply: parameters that nobody knows are asked for first.
    pub fn pick(self, reply: QuickReply) {
        self.list.asked.set(None);
        self.before.set_value(None);
        if asked_parameters(&reply.text).is_empty() { self.insert(&reply, &[]) } else { self.asking.set(Some(reply)) }
    }

    /// The text with everything filled in that is known, and with what was asked for.
    pub fn filled(self, reply: &QuickReply, asked: &[(String, String)]) -> String {
        let (name, protocol) =
            self.pane.row.with_untracked(|r| r.as_ref().map(|c| (c.contact_name.clone(), c.protocol.clone()))).unwrap_or_default();
        // Contacts see an agent's nickname, never the name.
        let nickname = untrack(|| self.pane.store.me()).map(|me| me.nickname).unwrap_or_default();
        let mut values = vec![("NOME", name.as_str()), ("ATENDENTE", nickname.as_str()), ("PROTOCOLO", protocol.as_str())];
        values.extend(asked.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        fill_parameters(&reply.text, &values)
    }

    /// Puts the reply in the place of what was typed.
    pub fn insert(self, reply: &QuickReply, asked: &[(String, String)]) {
        self.list.replace(&self.filled(reply, asked));
        if reply.file.is_some() {
            self.attach(reply.id);
        }
    }

    /// Puts the reply's file beside the text.
    fn attach(self, id: ReplyId) {
        let (pane, i18n) = (self.pane, self.pane.i18n());
        spawn_local(async move {
            match take_reply_file(id).await {
                Ok(upload) => {
                    if !pane.store.attach_upload(tray_id(pane, Tab::Message), upload) {
                        pane.fail(untrack(|| t_string!(i18n, file.too_many, max = FILES_MAX, over = 1).to_string()));
                    }
                }
                Err(refused) => {
                    let why = pane.store.hear(refused);
                    pane.fail(untrack(|| t_string!(i18n, reply.file_failed, why = crate::fault::say(i18n, &why)).to_string()));
                }
            }
        });
    }
}

/// The way to the quick replies without typing.
#[component]
pub fn QuickButton(quick: Quick) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <IconButton icon="bolt" label=move || t_string!(i18n, reply.open).to_string() keys="/" class="quick-button" press=move |()| quick.open()/>
    }
}

/// The list over the editor, once it is wanted.
#[component]
pub fn QuickPicker(quick: Quick) -> impl IntoView {
    let ever = Memo::new(move |before| before == Some(&true) || quick.list.is_open());
    view! { <Show when=move || ever.get()><Area part=Part::Quick/></Show> }
}
