//! What forms have in common: which field is wrong, and not losing what was typed.

use super::effect;
use crate::i18n::*;
use leptos::prelude::*;
use model::{Fault, FieldFault, Wrong};
use std::cell::{Cell, RefCell};
use wasm_bindgen::{JsCast, closure::Closure};

/// Which fields are wrong; a context that fields look themselves up in by `name`.
#[derive(Clone, Copy)]
pub struct Faults {
    fields: RwSignal<Vec<FieldFault>>,
    other: RwSignal<Option<Fault>>,
}

impl Faults {
    /// Makes one and provides it to the fields below.
    pub fn provide() -> Faults {
        let faults = Faults::apart();
        faults.lend();
        faults
    }

    /// Makes one that nobody finds until it is lent: of several dialogs beside each other each has its own.
    pub fn apart() -> Faults {
        Faults { fields: RwSignal::new(Vec::new()), other: RwSignal::new(None) }
    }

    /// Provides it to the fields that are drawn after this, such as the others in a dialog's body.
    pub fn lend(self) {
        provide_context(self);
    }

    /// What is wrong with the field.
    pub fn of(self, name: &str) -> Option<Wrong> {
        self.fields.with(|all| all.iter().find(|f| f.field == name).map(|f| f.wrong))
    }

    /// A fault that is about no field of the form.
    pub fn other(self) -> Option<Fault> {
        self.other.get()
    }

    /// Whether any field is wrong.
    pub fn any(self) -> bool {
        self.fields.with(|all| !all.is_empty())
    }

    /// Shows a fault: beside its fields, or above the buttons. The first wrong field gets the focus.
    pub fn take(self, fault: &Fault) {
        if crate::session::ended_by(fault) {
            return;
        }
        let fields = if let Fault::Invalid { fields } = fault { fields.clone() } else { Vec::new() };
        self.other.set(fields.is_empty().then(|| fault.clone()));
        let first = fields.first().map(|f| f.field.clone());
        self.fields.set(fields);
        if let Some(first) = first {
            request_animation_frame(move || {
                let found = document().query_selector(&format!("[name='{first}']")).ok().flatten();
                if let Some(el) = found.and_then(|el| el.dyn_into::<web_sys::HtmlElement>().ok()) {
                    let _ = el.focus();
                }
            });
        }
    }

    /// Nothing is wrong any more.
    pub fn clear(self) {
        self.fields.set(Vec::new());
        self.other.set(None);
    }

    /// The field was changed: its fault no longer applies.
    pub fn touched(self, name: &str) {
        if self.fields.with_untracked(|all| all.iter().any(|f| f.field == name)) {
            self.fields.update(|all| all.retain(|f| f.field != name));
        }
    }
}

/// A form over a draft: what is stored, what is on screen, and the way between them.
pub struct Form<D: Send + Sync + 'static> {
    stored: RwSignal<D>,
    now: Signal<D>,
    saving: RwSignal<bool>,
    saved: RwSignal<bool>,
    faults: Faults,
}

impl<D: Send + Sync + 'static> Clone for Form<D> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<D: Send + Sync + 'static> Copy for Form<D> {}

impl<D: Clone + PartialEq + Send + Sync + 'static> Form<D> {
    /// A form whose fields make up `now`. Provides [`Faults`], and warns before unsaved changes are left.
    pub fn new(now: impl Fn() -> D + Send + Sync + 'static) -> Form<D> {
        let now = Signal::derive(now);
        let form = Form {
            stored: RwSignal::new(now.get_untracked()),
            now,
            saving: RwSignal::new(false),
            saved: RwSignal::new(false),
            faults: Faults::provide(),
        };
        guard_leaving(Signal::derive(move || form.dirty() && !form.saving.get()));
        // "Saved" stays until the next change.
        effect(move || {
            if form.dirty() && form.saved.get_untracked() {
                form.saved.set(false);
            }
        });
        form
    }

    /// Whether something is not saved.
    pub fn dirty(self) -> bool {
        self.now.with(|now| self.stored.with(|stored| now != stored))
    }

    /// What is on screen. Untracked.
    pub fn now(self) -> D {
        self.now.get_untracked()
    }

    /// Whether a save is under way.
    pub fn saving(self) -> Signal<bool> {
        self.saving.into()
    }

    /// Whether the last save went well and nothing has changed since.
    pub fn saved(self) -> Signal<bool> {
        self.saved.into()
    }

    /// What is wrong.
    pub fn faults(self) -> Faults {
        self.faults
    }

    /// What is on screen counts as stored.
    pub fn keep(self) {
        self.stored.set(self.now.get_untracked());
    }

    /// Checks and saves what is on screen; `done` gets the answer.
    pub fn save<T: 'static, F: Future<Output = Result<T, crate::api::Refused>> + 'static>(
        self,
        check: impl FnOnce(&D) -> Result<(), Fault>,
        save: impl FnOnce(D) -> F,
        done: impl FnOnce(T) + 'static,
    ) {
        if self.saving.get_untracked() {
            return;
        }
        self.faults.clear();
        let draft = self.now.get_untracked();
        if let Err(fault) = check(&draft) {
            return self.faults.take(&fault);
        }
        self.saving.set(true);
        let saving = save(draft.clone());
        leptos::task::spawn_local(async move {
            let answer = saving.await;
            // The screen may be gone by now.
            if self.saving.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(answer) => {
                    self.stored.set(draft);
                    self.saved.set(true);
                    done(answer);
                }
                Err(refused) => self.faults.take(&refused.0),
            }
        });
    }
}

/// The lower edge of a form: what went wrong, save, and whether it is saved.
#[component]
pub fn FormFoot<D: Clone + PartialEq + Send + Sync + 'static>(
    form: Form<D>,
    /// What the button says; "save" when empty.
    #[prop(optional, into)]
    label: Signal<String>,
    /// It can be sent although nothing was changed: something new.
    #[prop(optional)]
    fresh: bool,
    /// That somebody else changed it is told elsewhere in the form.
    #[prop(optional)]
    told: bool,
    /// Further buttons.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let i18n = use_i18n();
    let why =
        Signal::derive(move || (!fresh && !form.dirty() && !form.saving.get()).then(|| t_string!(i18n, common.act.unchanged).to_string()));
    view! {
        {move || form.faults.other().filter(|f| !told || *f != Fault::Conflict).map(|fault| crate::fault::view(i18n, &fault))}
        <div class="form-foot">
            <super::Button kind=super::Kind::Primary submit=true busy=form.saving() why=why>
                {move || if label.read().is_empty() { t_string!(i18n, common.act.save).to_string() } else { label.get() }}
            </super::Button>
            <super::Saved saving=form.saving() saved=form.saved()/>
            {children.map(|children| children())}
        </div>
    }
}

thread_local! {
    /// The forms on screen: whether one has unsaved changes, and what to ask then.
    static LEAVING: RefCell<Vec<Leaving>> = const { RefCell::new(Vec::new()) };
}

#[derive(Clone, Copy)]
struct Leaving {
    dirty: Signal<bool>,
    question: Signal<String>,
    /// Other screens take it away, too; else only loading the page again does.
    by_links: bool,
}

thread_local! {
    /// The person was asked and the page is about to be loaded again.
    static AGREED: Cell<bool> = const { Cell::new(false) };
}

/// Asks whether unsaved changes may be left, if there are any. In the browser only.
pub fn may_leave() -> bool {
    // A form that is gone has nothing to lose.
    unsaved(|l| l.by_links).is_none_or(Leaving::ask)
}

/// Asks the same before the page is loaded again, which takes more away; the browser then does not ask a second time.
pub fn may_reload() -> bool {
    let agreed = unsaved(|_| true).is_none_or(Leaving::ask);
    AGREED.set(agreed);
    agreed
}

fn unsaved(counts: impl Fn(&Leaving) -> bool) -> Option<Leaving> {
    LEAVING.with_borrow(|all| all.iter().find(|l| counts(l) && l.dirty.try_get_untracked() == Some(true)).copied())
}

impl Leaving {
    fn ask(self) -> bool {
        window().confirm_with_message(&self.question.get_untracked()).unwrap_or(true)
    }
}

/// Warns before the page or the screen is left while `dirty` is true.
///
/// Covers closing and reloading the tab, and links; for ways that are no links ask [`may_leave`]. Lives as long as the
/// caller.
pub fn guard_leaving(dirty: Signal<bool>) {
    guard(dirty, true);
}

/// Warns before the page is loaded again or closed while `dirty` is true: for what stays when another screen is shown.
pub fn guard_reload(dirty: Signal<bool>) {
    guard(dirty, false);
}

fn guard(dirty: Signal<bool>, by_links: bool) {
    let i18n = use_i18n();
    let question = Signal::derive(move || format!("{}\n{}", t_string!(i18n, common.leave.title), t_string!(i18n, common.leave.text)));
    effect(move || {
        let leaving = Leaving { dirty, question, by_links };
        LEAVING.with_borrow_mut(|all| {
            all.retain(|l| l.dirty.try_get_untracked().is_some());
            all.push(leaving);
        });
        let unloading = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
            if dirty.try_get_untracked() == Some(true) && !AGREED.get() {
                event.prevent_default();
            }
        });
        // In the capturing phase: before the router takes the click.
        let clicked = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
            let link = event.target().and_then(|t| t.dyn_into::<web_sys::Element>().ok()).and_then(|t| t.closest("a[href]").ok().flatten());
            let leaves = by_links && link.is_some_and(|a| a.get_attribute("target").is_none() && !a.has_attribute("download"));
            if leaves && dirty.try_get_untracked() == Some(true) && !leaving.ask() {
                event.prevent_default();
                event.stop_immediate_propagation();
            }
        });
        let (window, document) = (window(), document());
        let _ = window.add_event_listener_with_callback("beforeunload", unloading.as_ref().unchecked_ref());
        let _ = document.add_event_listener_with_callback_and_bool("click", clicked.as_ref().unchecked_ref(), true);
        let held = send_wrapper::SendWrapper::new((unloading, clicked));
        on_cleanup(move || {
            let (unloading, clicked) = held.take();
            let _ = leptos::prelude::window().remove_event_listener_with_callback("beforeunload", unloading.as_ref().unchecked_ref());
            let _ =
                leptos::prelude::document().remove_event_listener_with_callback_and_bool("click", clicked.as_ref().unchecked_ref(), true);
        });
    });
}
