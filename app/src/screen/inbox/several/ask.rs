//! What is asked before several conversations are handed over or concluded.

use super::super::transfer::{Caution, Chooser, Goal, NoteField, TeamChoice, goals, lacks_note, needs_note, unconfirmed};
use super::{Acting, Deed};
use crate::api::closing::reasons;
use crate::i18n::*;
use crate::part::*;
use leptos::prelude::*;
use model::*;

/// To whom?
#[component]
pub fn AskTransfer(open: RwSignal<bool>, acting: Acting) -> impl IntoView {
    let i18n = acting.i18n;
    let store = acting.store;
    let chosen = RwSignal::new(None::<Goal>);
    let team = RwSignal::new(None::<TeamId>);
    let note = RwSignal::new(String::new());
    let anyway = RwSignal::new(false);
    let refused = RwSignal::new(None::<Fault>);
    let required = needs_note(store);
    let all = Memo::new(move |_| acting.chosen.with(|c| store.workspace.with(|w| w.as_ref().map(|w| goals(w, c)).unwrap_or_default())));
    let choices = Memo::new(move |_| {
        let current: Vec<TeamId> = acting.chosen.with(|c| c.iter().map(|c| c.team_id).collect());
        chosen.with(|g| g.as_ref().map(|g| g.choices(&current)).unwrap_or_default())
    });
    let why = Memo::new(move |_| match chosen.get() {
        None => Some(t_string!(i18n, inbox.thread.transfer.choose).to_string()),
        Some(_) if team.get().is_none() && !choices.with(Vec::is_empty) => {
            Some(t_string!(i18n, inbox.thread.transfer.choose_team).to_string())
        }
        Some(goal) => unconfirmed(i18n, store, &goal, anyway).or_else(|| lacks_note(i18n, required, note)),
    });
    let submit = move |()| {
        let Some(goal) = chosen.get_untracked().filter(|_| why.with_untracked(Option::is_none)) else { return };
        let draft = TransferDraft {
            to: goal.to(team.get_untracked()),
            note: note.get_untracked(),
            stop_bot: false,
            anyway: anyway.get_untracked(),
        };
        open.set(false);
        acting.go(Deed::Transfer(draft), acting.ids());
        note.set(String::new());
        chosen.set(None);
    };
    let footer = move || {
        view! {
            <Button press=move |()| open.set(false)>{t!(i18n, common.act.cancel)}</Button>
            <Button kind=Kind::Primary icon="transfer" why=why press=submit>
                {move || match chosen.with(|g| g.as_ref().map(|g| g.name.clone())) {
                    Some(name) => t_string!(i18n, inbox.thread.transfer.submit_to, name = name.as_str()).to_string(),
                    None => t_string!(i18n, inbox.thread.transfer.submit).to_string(),
                }}
            </Button>
        }
    };
    let title = move || t_string!(i18n, working.select.transfer_title, count = acting.chosen.with(Vec::len)).to_string();
    view! {
        <Dialog open title footer>
            <Chooser all chosen team refused/>
            <Caution chosen anyway/>
            {move || (!choices.with(Vec::is_empty)).then(|| view! { <TeamChoice choices team/> })}
            <NoteField name="several-note" note required/>
        </Dialog>
    }
}

/// With the closing message, and why?
#[component]
pub fn AskConclude(open: RwSignal<bool>, acting: Acting) -> impl IntoView {
    let i18n = acting.i18n;
    let store = acting.store;
    let with_message = RwSignal::new(true);
    let reason = RwSignal::new(String::new());
    let closing =
        Memo::new(move |_| store.workspace.with(|w| w.as_ref().map(|w| (w.me.account.closing, w.me.rights.may(Permission::Settings)))));
    let may_skip = move || closing.get().is_none_or(|(c, admin)| c.may_skip_message || admin);
    let classifies = Memo::new(move |_| closing.get().is_some_and(|(c, _)| c.classify));
    let required = move || closing.get().is_some_and(|(c, _)| c.requires_reason());
    let why = Memo::new(move |_| (required() && reason.with(String::is_empty)).then(|| crate::fault::say(i18n, &Fault::ReasonRequired)));
    let submit = move |()| {
        if why.with_untracked(Option::is_some) {
            return;
        }
        let silent = !with_message.get_untracked() && untrack(may_skip);
        let reason_id = reason.get_untracked().parse().ok().filter(|_| classifies.get_untracked());
        open.set(false);
        acting.go(Deed::Conclude(ConcludeDraft { silent, reason_id, amount_minor: None }), acting.ids());
    };
    let footer = move || {
        view! {
            <Button press=move |()| open.set(false)>{t!(i18n, common.act.cancel)}</Button>
            <Button kind=Kind::Primary icon="conclude" why=why press=submit>{t!(i18n, working.select.conclude)}</Button>
        }
    };
    let title = move || match acting.chosen.with(Vec::len) {
        1 => t_string!(i18n, working.select.conclude_title_one).to_string(),
        n => t_string!(i18n, working.select.conclude_title, count = n).to_string(),
    };
    view! {
        <Dialog open title footer>
            <p class="dialog-lead">{t!(i18n, working.select.conclude_text)}</p>
            {move || (open.get() && classifies.get()).then(|| view! { <Reasons acting reason/> })}
            {move || if may_skip() {
                view! { <Checkbox label=move || t_string!(i18n, working.select.with_message).to_string() checked=with_message/> }.into_any()
            } else {
                view! { <p class="field-hint">{t!(i18n, closing.dialog.always)}</p> }.into_any()
            }}
        </Dialog>
    }
}

/// Reasons that fit all of them and ask for no amount: an amount is each conversation's own.
#[component]
fn Reasons(acting: Acting, reason: RwSignal<String>) -> impl IntoView {
    let i18n = acting.i18n;
    let fetched = Fetched::new(|| async { reasons().await });
    let choices = Signal::derive(move || {
        let fits = |r: &&Reason| r.active && !r.has_monetary_value && acting.chosen.with(|c| c.iter().all(|c| r.fits(c.team_id)));
        let none = Choice::new("", t_string!(i18n, working.select.reason_none));
        let list = fetched.get().and_then(Result::ok).unwrap_or_default();
        std::iter::once(none).chain(list.iter().filter(fits).map(|r| Choice::new(r.id.to_string(), r.description.clone()))).collect()
    });
    move || match fetched.get() {
        None => view! { <Skeleton lines=1/> }.into_any(),
        Some(Err(fault)) => view! { <Trouble fault retry=move |()| fetched.refetch()/> }.into_any(),
        Some(Ok(_)) => {
            view! { <Select name="several-reason" value=reason choices label=move || t_string!(i18n, working.select.reason).to_string()/> }
                .into_any()
        }
    }
}
