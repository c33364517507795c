//! A text that grows to eight lines, counts near its limit, and leaves by Enter.

use super::super::thread::pane::{Pane, Tab, use_pane};
use super::emoji::EmojiButton;
use super::files::{AttachMenu, PASTE_MAX, attach, listed, text_file, tray_id};
use super::marks::MarkMenu;
use super::quick::{Quick, QuickButton, QuickPicker};
use super::suggest::{Suggest, SuggestBox};
use super::voice::VoiceButton;
use crate::i18n::*;
use crate::live::Step;
use crate::part::*;
use crate::prefs::use_prefs;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use model::FileWish;

/// The counter shows from here on.
const COUNT_FROM: usize = 300;
/// Without a keystroke for this long one is no longer writing.
const PAUSE_MS: u32 = 5_000;

/// A text area with its button.
#[component]
pub fn Editor(
    #[prop(into)] text: Signal<String>,
    #[prop(into)] save: Callback<String>,
    /// Called with a text that is not too long, and empty only beside files; true when it left, and the text area is
    /// empty then.
    #[prop(into)]
    send: Callback<String, bool>,
    /// Characters.
    max: usize,
    tab: Tab,
    placeholder: Signal<String>,
    /// What the button does.
    #[prop(into)]
    label: Signal<String>,
) -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let prefs = use_prefs();
    let node = NodeRef::<leptos::html::Textarea>::new();
    let used = Memo::new(move |_| text.with(|t| t.chars().count()));
    let empty = Memo::new(move |_| text.with(|t| t.trim().is_empty()));
    let over = Memo::new(move |_| used.get().checked_sub(max).filter(|n| *n > 0));

    // The signal is the truth; the text area follows when it changed elsewhere.
    effect(move || {
        let Some(el) = node.get() else { return };
        let now = text.get();
        if el.value() != now {
            el.set_value(&now);
        }
        fit(&el);
    });
    Effect::new(move |before: Option<u32>| {
        let now = pane.write.get();
        if before.is_some_and(|b| b != now)
            && pane.tab.get_untracked() == tab
            && let Some(el) = node.get_untracked()
        {
            let _ = el.focus();
        }
        now
    });
    // A tab that was chosen by a command is drawn after the command ran.
    effect(move || {
        if let Some(el) = node.get()
            && pane.write.get_untracked() > 0
        {
            let _ = el.focus();
            let end = u32::try_from(el.value().encode_utf16().count()).unwrap_or(0);
            let _ = el.set_selection_range(end, end);
        }
    });
    let writing = Writing::new(pane);
    let tray = StoredValue::new(pane.store.tray(tray_id(pane, tab)));
    let files = Memo::new(move |_| {
        tray.with_value(|tray| {
            let steps = |is: fn(&Step) -> bool| tray.files.with(|files| files.iter().any(|f| f.step.with(is)));
            match (tray.files.with(Vec::is_empty), steps(|s| matches!(s, Step::Failed(_))), tray.is_busy()) {
                (true, ..) => Files::None,
                (_, true, _) => Files::Failed,
                (_, _, true) => Files::Busy,
                _ => Files::Ready,
            }
        })
    });
    let held = Signal::derive(move || match files.get() {
        Files::Failed => Some(t_string!(i18n, file.fix_first).to_string()),
        // A note is kept in this browser alone, so it waits under one's eyes.
        Files::Busy if tab == Tab::Note => Some(t_string!(i18n, file.busy).to_string()),
        _ => None,
    });
    let has_replies = untrack(|| pane.has(model::Module::QuickReplies));
    let quick = (tab == Tab::Message && has_replies).then(|| Quick::new(node, save));
    let named = move |(user, name): (model::UserId, String)| pane.store.name_in_note(pane.id, user, &name);
    let suggest = Suggest::new(node, save, (tab == Tab::Note).then_some(pane.id), Callback::new(named));
    let (emoji, marks) = (RwSignal::new(false), RwSignal::new(false));
    let leave = move || {
        let bare = files.get_untracked() == Files::None;
        if (bare && empty.get_untracked()) || over.get_untracked().is_some() || held.with_untracked(Option::is_some) {
            return;
        }
        let value = text.with_untracked(|t| t.trim_end().to_owned());
        if !send.run(value) {
            return;
        }
        save.run(String::new());
        suggest.close();
        writing.stop();
        if let Some(el) = node.get_untracked() {
            let _ = el.focus();
        }
    };
    let typed = move |event| {
        let value = event_target_value(&event);
        if tab == Tab::Message {
            if value.is_empty() { writing.stop() } else { writing.go_on() }
        }
        save.run(value);
        if let Some(quick) = quick {
            quick.typed();
        }
        suggest.typed();
    };
    let pressed = move |event: KeyboardEvent| {
        if quick.is_some_and(|quick| quick.key(&event)) || suggest.key(&event) {
            return;
        }
        match event.key().as_str() {
            "Enter" if prefs.leaves(&event) => {
                event.prevent_default();
                leave();
            }
            "Escape" => {
                if pane.reply.get_untracked().is_some() {
                    event.prevent_default();
                    pane.reply.set(None);
                } else if let Some(el) = node.get_untracked() {
                    let _ = el.blur();
                }
            }
            _ => {}
        }
    };
    let pasted = move |event: web_sys::ClipboardEvent| {
        let files = listed(event.clipboard_data().and_then(|d| d.files()));
        if !files.is_empty() {
            event.prevent_default();
            attach(pane, tab, files, FileWish::Shown);
            return;
        }
        // No message holds so much, and a field with it is slow: it becomes a file beside what is written.
        let text = event.clipboard_data().and_then(|d| d.get_data("text/plain").ok()).unwrap_or_default();
        if text.len() > PASTE_MAX
            && let Some(file) = text_file(&text)
        {
            event.prevent_default();
            attach(pane, tab, vec![file], FileWish::Document);
            pane.say(untrack(|| t_string!(i18n, file.pasted).to_string()));
        }
    };
    let hint = move || {
        if prefs.enter_sends() {
            t_string!(i18n, inbox.thread.composer.hint_enter)
        } else {
            t_string!(i18n, inbox.thread.composer.hint_shift)
        }
    };
    let count = move || match (over.get(), max.saturating_sub(used.get())) {
        (Some(over), _) => Some((true, t_string!(i18n, inbox.thread.composer.over, count = over).to_string())),
        (None, left) if left <= COUNT_FROM => Some((false, t_string!(i18n, inbox.thread.composer.left, count = left).to_string())),
        _ => None,
    };
    view! {
        {quick.map(|quick| view! { <QuickPicker quick/> })}
        <SuggestBox suggest/>
        <div class="editor">
            <AttachMenu tab emoji marks quick/>
            {quick.map(|quick| view! { <QuickButton quick/> })}
            <EmojiButton suggest open=emoji/>
            <MarkMenu node save open=marks/>
            <textarea node_ref=node class="editor-text" rows="1" dir="auto" aria-label=move || placeholder.get() placeholder=move || placeholder.get()
                aria-invalid=move || over.get().map(|_| "true") enterkeyhint=move || if prefs.enter_sends() { "send" } else { "enter" }
                on:input=typed on:keydown=pressed on:paste=pasted on:blur=move |_| writing.stop()></textarea>
            <Show when=move || tab == Tab::Message && empty.get()><VoiceButton/></Show>
            <Button kind=Kind::Primary icon="send" class="editor-send" label
                why=Signal::derive(move || over.get().map(|n| t_string!(i18n, inbox.thread.composer.over, count = n).to_string()).or_else(|| held.get()))
                press=move |()| leave()>{move || label.get()}</Button>
        </div>
        <div class="editor-foot">
            <span class="editor-hint">{hint}</span>
            <span aria-live="polite">{move || count().map(|(over, text)| view! { <span class="editor-count" class:over=over>{text}</span> })}</span>
        </div>
    }
}

/// What the files beside the text allow.
#[derive(Clone, Copy, PartialEq)]
enum Files {
    None,
    Busy,
    Ready,
    Failed,
}

/// As high as its text, within what the style allows.
fn fit(el: &web_sys::HtmlTextAreaElement) {
    let style = web_sys::HtmlElement::style(el);
    let _ = style.set_property("height", "auto");
    let borders = el.offset_height() - el.client_height();
    let _ = style.set_property("height", &format!("{}px", el.scroll_height() + borders));
}

/// Tells colleagues that one writes, and when one stopped.
#[derive(Clone, Copy)]
struct Writing {
    pane: Pane,
    /// None while one does not write; changes with each keystroke.
    turn: StoredValue<Option<u32>>,
}

impl Writing {
    fn new(pane: Pane) -> Writing {
        Writing { pane, turn: StoredValue::new(None) }
    }

    fn go_on(self) {
        let turn = self.turn.get_value().map_or(0, |t| t.wrapping_add(1));
        self.turn.set_value(Some(turn));
        self.pane.store.looking(Some(self.pane.id), true);
        gloo_timers::callback::Timeout::new(PAUSE_MS, move || {
            if self.turn.try_get_value().flatten() == Some(turn) {
                self.stop();
            }
        })
        .forget();
    }

    fn stop(self) {
        if self.turn.try_update_value(Option::take).flatten().is_some() {
            self.pane.store.looking(Some(self.pane.id), false);
        }
    }
}
