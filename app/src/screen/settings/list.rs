//! A list beside a form: what people, teams and channels have in common.

use crate::i18n::*;
use crate::part::*;
use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::{use_navigate, use_params_map};
use model::Fault;

/// What the address says is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::screen) enum Open {
    Nothing,
    New,
    Id(i64),
}

/// The last part of the address: nothing, `new`, or an id.
pub(in crate::screen) fn use_open() -> Memo<Open> {
    let params = use_params_map();
    Memo::new(move |_| match params.read().get("id").as_deref() {
        None | Some("") => Open::Nothing,
        Some("new") => Open::New,
        Some(id) => id.parse().map_or(Open::Nothing, Open::Id),
    })
}

/// Goes to another entry without asking: it was just saved.
pub(in crate::screen) fn use_go() -> impl Fn(String) + Clone + 'static {
    let navigate = use_navigate();
    move |path: String| navigate(&path, leptos_router::NavigateOptions { scroll: false, replace: true, ..Default::default() })
}

/// Head, list and form of a section.
#[component]
pub(in crate::screen) fn Split(
    #[prop(into)] title: Signal<String>,
    #[prop(into)] lead: Signal<String>,
    /// Where "new" leads, and what it says.
    new: (&'static str, Signal<String>),
    /// The section's own address.
    home: &'static str,
    open: Memo<Open>,
    list: AnyView,
    form: AnyView,
) -> impl IntoView {
    let i18n = use_i18n();
    let (new_href, new_label) = new;
    view! {
        <div class="split" class:detail=move || open.get() != Open::Nothing>
            <section class="split-list" aria-label=move || title.get()>
                <header class="split-head">
                    <div>
                        <h2>{move || title.get()}</h2>
                        <p>{move || lead.get()}</p>
                    </div>
                    <LinkButton href=new_href kind=Kind::Primary small=true icon="plus">{move || new_label.get()}</LinkButton>
                </header>
                {list}
            </section>
            <div class="split-form">
                <A href=home attr:class="split-back"><Icon name="arrow-left" small=true/>{t!(i18n, settings.back)}</A>
                {form}
            </div>
        </div>
    }
}

#[derive(Clone, PartialEq)]
enum Phase {
    Waiting,
    Here,
    Failed(Fault),
}

/// Shows what a server function answers: a skeleton, then `show` once, or what went wrong with a retry.
///
/// `show` gets the newest good answer as a signal, so that a form is not made anew whenever the list is fetched again.
pub(in crate::screen) fn when_here<T: Clone + Default + PartialEq + Send + Sync + 'static>(
    fetched: Fetched<T>,
    show: impl Fn(Signal<T>) -> AnyView + Send + 'static,
) -> AnyView {
    let rows = Memo::new(move |before: Option<&T>| match fetched.get() {
        Some(Ok(rows)) => rows,
        _ => before.cloned().unwrap_or_default(),
    });
    let phase = Memo::new(move |before: Option<&Phase>| match fetched.get() {
        Some(Ok(_)) => Phase::Here,
        // What is on screen stays there.
        _ if before == Some(&Phase::Here) => Phase::Here,
        Some(Err(fault)) => Phase::Failed(fault),
        None => Phase::Waiting,
    });
    let shown = move || match phase.get() {
        Phase::Waiting => view! { <SkeletonRows/> }.into_any(),
        Phase::Here => show(rows.into()),
        Phase::Failed(fault) => view! { <NotHere fault retry=move |()| fetched.refetch()/> }.into_any(),
    };
    shown.into_any()
}

/// What went wrong; a login that ended leads to a new one.
#[component]
fn NotHere(fault: Fault, #[prop(into)] retry: Callback<()>) -> impl IntoView {
    let ended = fault.clone();
    effect(move || {
        crate::session::ended_by(&ended);
    });
    view! { <Trouble fault=fault retry=move |()| retry.run(())/> }
}

/// Which entry's form is on screen: changes only when another one is opened or it comes or goes, not when it changes.
pub(in crate::screen) fn use_entry(open: Memo<Open>, knows: impl Fn(i64) -> bool + Send + Sync + 'static) -> Memo<Entry> {
    Memo::new(move |_| match open.get() {
        Open::Nothing => Entry::Nothing,
        Open::New => Entry::New,
        Open::Id(id) if knows(id) => Entry::Known(id),
        Open::Id(_) => Entry::Unknown,
    })
}

/// The form beside the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::screen) enum Entry {
    Nothing,
    New,
    Known(i64),
    Unknown,
}

/// Nothing is open: says what to do.
#[component]
pub(in crate::screen) fn NothingOpen(icon: &'static str, missing: bool) -> impl IntoView {
    let i18n = use_i18n();
    let title =
        move || if missing { t_string!(i18n, common.missing.title).to_string() } else { t_string!(i18n, settings.choose).to_string() };
    view! { <EmptyState icon=if missing { "compass" } else { icon } title/> }
}
