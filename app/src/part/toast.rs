//! Short news at the lower edge, with a way back where there is one.

use super::{Button, Icon, IconButton, Kind, Tone};
use crate::i18n::*;
use leptos::prelude::*;

/// How long news stay, in milliseconds; longer with an undo.
const STAY: u32 = 5_000;
const STAY_WITH_UNDO: u32 = 9_000;
/// More than this at once nobody reads: the oldest go.
const MOST: usize = 3;

#[derive(Clone)]
struct Toast {
    id: u32,
    tone: Tone,
    text: String,
    action: Option<(String, Callback<()>)>,
}

/// Where news are put; a context.
#[derive(Clone, Copy)]
pub struct Toasts {
    shown: RwSignal<Vec<Toast>>,
    last: StoredValue<u32>,
}

impl Toasts {
    /// Something went well.
    pub fn say(self, text: impl Into<String>) {
        self.put(Tone::Success, text.into(), None);
    }

    /// Something failed; say what happened, what was kept, and what to do next.
    pub fn fail(self, text: impl Into<String>) {
        self.put(Tone::Danger, text.into(), None);
    }

    /// Something was done that can be taken back for some seconds.
    pub fn undo(self, i18n: leptos_i18n::I18nContext<Locale>, text: impl Into<String>, undo: impl Into<Callback<()>>) {
        let label = tu_string!(i18n, common.act.undo).to_string();
        self.put(Tone::Neutral, text.into(), Some((label, undo.into())));
    }

    /// News with a button of any kind.
    pub fn offer(self, text: impl Into<String>, label: impl Into<String>, press: impl Into<Callback<()>>) {
        self.put(Tone::Neutral, text.into(), Some((label.into(), press.into())));
    }

    fn put(self, tone: Tone, text: String, action: Option<(String, Callback<()>)>) {
        let id = self.last.get_value().wrapping_add(1);
        self.last.set_value(id);
        let stay = if action.is_some() { STAY_WITH_UNDO } else { STAY };
        self.shown.update(|all| {
            all.push(Toast { id, tone, text, action });
            if all.len() > MOST {
                all.remove(0);
            }
        });
        self.leave_after(id, stay);
    }

    fn leave_after(self, id: u32, millis: u32) {
        gloo_timers::callback::Timeout::new(millis, move || {
            // A pointer or the focus on it: it is being read.
            let read = document().query_selector(&format!("#toast-{id}:is(:hover, :focus-within)")).is_ok_and(|found| found.is_some());
            if read { self.leave_after(id, STAY) } else { self.drop(id) }
        })
        .forget();
    }

    fn drop(self, id: u32) {
        self.shown.try_update(|all| all.retain(|t| t.id != id));
    }
}

/// Provides [`Toasts`] to everything below.
pub fn provide_toasts() -> Toasts {
    let toasts = Toasts { shown: RwSignal::new(Vec::new()), last: StoredValue::new(0) };
    provide_context(toasts);
    toasts
}

/// Where news are put.
pub fn use_toasts() -> Toasts {
    expect_context()
}

/// Shows the news; once, at the end of the page.
#[component]
pub fn ToastHost() -> impl IntoView {
    let i18n = use_i18n();
    let toasts = use_toasts();
    view! {
        <div class="toasts" role="status" aria-live="polite">
            <For each=move || toasts.shown.get() key=|t| t.id let:toast>
                <div class=format!("toast {}", toast.tone.class()) id=format!("toast-{}", toast.id)>
                    <Icon name=if toast.tone == Tone::Danger { "alert" } else { "check" } small=true/>
                    <span class="toast-text">{toast.text.clone()}</span>
                    {toast.action.clone().map(|(label, run)| {
                        let id = toast.id;
                        let press = move |()| { toasts.drop(id); run.run(()) };
                        view! { <Button kind=Kind::Ghost small=true press=press>{label}</Button> }
                    })}
                    <IconButton icon="x" small=true label=move || t_string!(i18n, common.act.dismiss).to_string()
                        press={ let id = toast.id; move |()| toasts.drop(id) }/>
                </div>
            </For>
        </div>
    }
}
