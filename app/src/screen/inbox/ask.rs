//! What dialogs over a message have in common: a text is changed, or somebody is sure.

use super::thread::pane::use_pane;
use crate::fault;
use crate::i18n::*;
use crate::part::*;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::{Fault, Wrong};
use std::pin::Pin;

/// Something that the server is asked to do.
pub type Doing = Pin<Box<dyn Future<Output = Result<(), Fault>>>>;

/// A text is changed. An empty one is refused, an unchanged one is not sent; what was typed stays when it was refused.
#[component]
pub fn TextDialog(
    open: RwSignal<bool>,
    #[prop(into)] title: Signal<String>,
    /// The text as it is; none while the dialog is closed.
    #[prop(into)]
    before: Signal<Option<String>>,
    /// The text as it is typed.
    text: RwSignal<String>,
    #[prop(into)] save: Callback<String, Doing>,
    /// The field.
    children: ChildrenFn,
) -> impl IntoView {
    let i18n = use_i18n();
    let busy = RwSignal::new(false);
    let faults = Faults::apart();
    effect(move || {
        if let Some(now) = before.get() {
            text.set(now);
            faults.clear();
        }
    });
    let submit = move |()| {
        let Some(before) = before.get_untracked() else { return };
        let now = text.with_untracked(|t| t.trim_end().to_owned());
        if now == before.trim_end() {
            return open.set(false);
        }
        if now.is_empty() {
            return faults.take(&Fault::field("text", Wrong::Required));
        }
        busy.set(true);
        let doing = save.run(now);
        spawn_local(async move {
            let done = doing.await;
            if busy.try_set(false).is_some() {
                return;
            }
            match done {
                Ok(()) => open.set(false),
                Err(why) => faults.take(&why),
            }
        });
    };
    let footer = move || {
        view! {
            <Button press=move |()| open.set(false)>{t!(i18n, common.act.cancel)}</Button>
            <Button kind=Kind::Primary busy press=submit>{t!(i18n, common.act.save)}</Button>
        }
    };
    view! {
        <Dialog open title locked=busy footer>
            {faults.lend()}
            {children()}
            {move || faults.other().map(|why| fault::view(i18n, &why))}
        </Dialog>
    }
}

/// The question before something goes for good, and doing it.
#[component]
pub fn SureDialog(
    open: RwSignal<bool>,
    #[prop(into)] title: Signal<String>,
    #[prop(into)] text: Signal<String>,
    /// What the deciding button says.
    #[prop(into)]
    label: Signal<String>,
    /// Begins it; nothing when there is nothing to do.
    #[prop(into)]
    act: Callback<(), Option<Doing>>,
    /// Called when it is done.
    #[prop(optional, into)]
    done: Option<Callback<()>>,
) -> impl IntoView {
    let pane = use_pane();
    let i18n = use_i18n();
    let busy = RwSignal::new(false);
    let press = move |()| {
        let Some(doing) = act.run(()) else { return };
        busy.set(true);
        spawn_local(async move {
            let answer = doing.await;
            if busy.try_set(false).is_some() {
                return;
            }
            open.set(false);
            match (answer, done) {
                (Ok(()), Some(done)) => done.run(()),
                (Ok(()), None) => {}
                (Err(why), _) => pane.fail(untrack(|| fault::say(i18n, &why))),
            }
        });
    };
    view! { <Confirm open busy danger=true title text label press/> }
}
