//! Quick replies in the composer (QR-2): `/` at a word's beginning lists them, what follows filters, the chosen one is put
//! where the cursor is, to be changed before it is sent.

pub mod list;

use super::super::thread::pane::{Pane, Tab, use_pane};
use super::files::tray_id;
use crate::api::reply::take_reply_file;
use crate::area::{Area, Part};
use crate::i18n::*;
use crate::part::*;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::{FILES_MAX, QuickReply, ReplyId, asked_parameters, fill_parameters, slash};

/// Id of the list.
pub const LIST: &str = "quick-list";

/// The id of a line of the list.
pub fn line_id(n: usize) -> String {
    format!("quick-{n}")
}

/// The quick replies of one editor; a context of their list.
#[derive(Clone, Copy)]
pub struct Quick {
    pub pane: Pane,
    node: NodeRef<leptos::html::Textarea>,
    save: Callback<String>,
    /// What is typed behind the `/`; none while the list is closed.
    pub query: RwSignal<Option<String>>,
    /// What the list shows; it is the list that sets it.
    pub found: RwSignal<Vec<QuickReply>>,
    /// Which line is chosen.
    pub chosen: RwSignal<usize>,
    /// A reply whose parameters are being asked for.
    pub asking: RwSignal<Option<QuickReply>>,
    /// What is replaced, in UTF-16 units: from the `/` to the cursor.
    range: StoredValue<(u32, u32)>,
    /// The `/` that Escape has closed: it stays closed.
    closed: StoredValue<Option<u32>>,
    /// The text before the button put a `/` into it.
    before: StoredValue<Option<(String, u32)>>,
}

pub(super) fn utf16(text: &str) -> u32 {
    u32::try_from(text.encode_utf16().count()).unwrap_or(0)
}

/// The text around a place in UTF-16 units, as browsers count.
pub(super) fn cut(text: &str, at: u32) -> (String, String) {
    let units: Vec<u16> = text.encode_utf16().collect();
    let at = (at as usize).min(units.len());
    (String::from_utf16_lossy(&units[..at]), String::from_utf16_lossy(&units[at..]))
}

impl Quick {
    /// For the editor of this text area; `save` keeps its text.
    pub fn new(node: NodeRef<leptos::html::Textarea>, save: Callback<String>) -> Quick {
        let quick = Quick {
            pane: use_pane(),
            node,
            save,
            query: RwSignal::new(None),
            found: RwSignal::new(Vec::new()),
            chosen: RwSignal::new(0),
            asking: RwSignal::new(None),
            range: StoredValue::new((0, 0)),
            closed: StoredValue::new(None),
            before: StoredValue::new(None),
        };
        provide_context(quick);
        // Screen readers hear the chosen line while the cursor stays in the text.
        effect(move || {
            let (Some(el), open) = (node.get(), quick.is_open()) else { return };
            let line = line_id(quick.chosen.get());
            for (name, value) in [("aria-autocomplete", "list"), ("aria-controls", LIST), ("aria-activedescendant", line.as_str())] {
                let _ = if open { el.set_attribute(name, value) } else { el.remove_attribute(name) };
            }
        });
        quick
    }

    /// Whether the list is open with something to choose. Tracked.
    fn is_open(self) -> bool {
        self.query.with(Option::is_some) && self.found.with(|f| !f.is_empty())
    }

    /// The text or the cursor changed by typing.
    pub fn typed(self) {
        let Some(el) = self.node.get_untracked() else { return };
        let caret = el.selection_start().ok().flatten().unwrap_or(0);
        let (before, _) = cut(&el.value(), caret);
        match slash(&before) {
            Some((at, typed)) => {
                let from = utf16(&before[..at]);
                if self.closed.get_value() == Some(from) {
                    return;
                }
                self.range.set_value((from, caret));
                self.chosen.set(0);
                self.query.set(Some(typed.to_owned()));
            }
            None => self.close(None),
        }
    }

    fn close(self, closed: Option<u32>) {
        self.closed.set_value(closed);
        self.before.set_value(None);
        if self.query.with_untracked(Option::is_some) {
            self.query.set(None);
        }
    }

    /// A key in the text area; true when it was for the list.
    pub fn key(self, event: &KeyboardEvent) -> bool {
        if event.is_composing() || self.query.with_untracked(Option::is_none) {
            return false;
        }
        let count = self.found.with_untracked(Vec::len);
        let now = self.chosen.get_untracked().min(count.saturating_sub(1));
        match event.key().as_str() {
            "ArrowDown" if count > 0 => self.chosen.set((now + 1) % count),
            "ArrowUp" if count > 0 => self.chosen.set((now + count - 1) % count),
            "Enter" | "Tab" if count > 0 && !event.ctrl_key() && !event.meta_key() && !event.shift_key() => {
                if let Some(reply) = self.found.with_untracked(|f| f.get(now).cloned()) {
                    self.pick(reply);
                }
            }
            "Escape" => match self.before.try_update_value(Option::take).flatten() {
                // The button's own `/` goes with the list.
                Some((text, caret)) => {
                    self.close(None);
                    self.put(text, caret);
                }
                None => self.close(Some(self.range.get_value().0)),
            },
            _ => return false,
        }
        event.prevent_default();
        event.stop_propagation();
        true
    }

    /// Opens the list by a `/` where the cursor is.
    pub(super) fn open(self) {
        let Some(el) = self.node.get_untracked() else { return };
        let text = el.value();
        let caret = el.selection_start().ok().flatten().unwrap_or_else(|| utf16(&text));
        let (head, tail) = cut(&text, caret);
        let gap = if head.chars().next_back().is_none_or(char::is_whitespace) { "" } else { " " };
        let with = format!("{head}{gap}/");
        self.put(format!("{with}{tail}"), utf16(&with));
        self.closed.set_value(None);
        self.typed();
        self.before.set_value(Some((text, caret)));
    }

    /// Takes a reply: parameters that nobody knows are asked for first.
    pub fn pick(self, reply: QuickReply) {
        self.query.set(None);
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
        let Some(el) = self.node.get_untracked() else { return };
        let (from, to) = self.range.get_value();
        let text = el.value();
        let (head, _) = cut(&text, from);
        let (_, tail) = cut(&text, to);
        let with = head + &self.filled(reply, asked);
        let caret = utf16(&with);
        self.put(with + &tail, caret);
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

    /// Shows and keeps a text, with the cursor at a place.
    fn put(self, text: String, caret: u32) {
        if let Some(el) = self.node.get_untracked() {
            el.set_value(&text);
            let _ = el.focus();
            let _ = el.set_selection_range(caret, caret);
        }
        self.save.run(text);
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
    let ever = Memo::new(move |before| before == Some(&true) || quick.query.with(Option::is_some));
    view! { <Show when=move || ever.get()><Area part=Part::Quick/></Show> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_as_browsers_do() {
        assert_eq!(utf16("é🙂"), 3);
        assert_eq!(cut("é🙂/x", 3), ("é🙂".to_owned(), "/x".to_owned()));
        assert_eq!(cut("ab", 9), ("ab".to_owned(), String::new()));
    }
}
