//! Saying why a conversation is, or was, concluded (CO-3, CO-4).

use super::panel::tags::TagsToo;
use super::thread::opened_by;
use super::thread::pane::{Pane, Sheet, use_pane};
use crate::api::closing::reasons;
use crate::closing;
use crate::fault;
use crate::i18n::*;
use crate::part::*;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::*;

/// A reason and an amount on their way.
#[derive(Clone, Copy)]
pub struct Chosen {
    pub reason: RwSignal<Option<ReasonId>>,
    amount: RwSignal<String>,
    /// What can be chosen; none until it is here.
    list: RwSignal<Option<Vec<Reason>>>,
}

impl Default for Chosen {
    fn default() -> Chosen {
        Chosen { reason: RwSignal::new(None), amount: RwSignal::new(String::new()), list: RwSignal::new(None) }
    }
}

impl Chosen {
    /// What is said already.
    fn begin(self, pane: Pane, said: Option<Classification>) {
        let mark = closing::decimal(pane.i18n());
        let amount = said.as_ref().and_then(|s| s.amount).map(|m| amount_display(m.minor, m.currency, mark));
        self.amount.set(amount.unwrap_or_default());
        self.reason.set(said.map(|s| s.reason_id));
    }

    /// Whether the reason asks for an amount.
    fn asks_amount(self) -> bool {
        let id = self.reason.get();
        self.list.with(|list| list.iter().flatten().any(|r| Some(r.id) == id && r.has_monetary_value))
    }

    /// What is chosen, with the amount as a number.
    pub fn read(self, pane: Pane) -> Result<(Option<ReasonId>, Option<i64>), Fault> {
        let settings = untrack(|| pane.closing());
        let reason = self.reason.get_untracked();
        if reason.is_none() && settings.is_some_and(|s| s.requires_reason()) {
            return Err(Fault::ReasonRequired);
        }
        if !untrack(|| self.asks_amount()) {
            return Ok((reason, None));
        }
        let (typed, mark) = (self.amount.get_untracked(), untrack(|| closing::decimal(pane.i18n())));
        if typed.trim().is_empty() {
            return Err(Fault::field("amount_minor", Wrong::Required));
        }
        match amount_typed(&typed, settings.map_or(Currency::Brl, |s| s.currency), mark) {
            Some(minor) => Ok((reason, Some(minor))),
            None => Err(Fault::field("amount_minor", Wrong::NotAnAmount)),
        }
    }
}

/// The reasons by category, with a search; and the amount, when the reason asks for one. What the conversation is
/// classified as already stays on offer.
#[component]
pub fn ReasonPicker(chosen: Chosen, faults: Faults) -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let fetched = Fetched::new(|| async { reasons().await });
    let search = RwSignal::new(String::new());
    effect(move || {
        if let Some(Ok(list)) = fetched.get() {
            chosen.list.set(Some(list));
        }
    });
    let team = Memo::new(move |_| pane.row.with(|r| r.as_ref().map(|c| c.team_id)));
    let before = Memo::new(move |_| pane.row.with(|r| r.as_ref().and_then(|c| c.classification.as_ref().map(|s| s.reason_id))));
    let offered = Memo::new(move |_| {
        let (team, before) = (team.get(), before.get());
        let fits = |r: &&Reason| team.is_some_and(|t| r.fits(t)) || Some(r.id) == before;
        chosen.list.with(|list| list.iter().flatten().filter(fits).cloned().collect::<Vec<_>>())
    });
    let found = Memo::new(move |_| {
        let wanted = text::plain(search.read().trim());
        offered.with(|all| all.iter().filter(|r| text::plain(&r.description).contains(&wanted)).cloned().collect::<Vec<_>>())
    });
    let groups = move || {
        let of = |category: ReasonCategory| found.with(|all| all.iter().filter(|r| r.category == category).cloned().collect::<Vec<_>>());
        ReasonCategory::ALL.iter().map(|c| (*c, of(*c))).filter(|(_, list)| !list.is_empty()).collect::<Vec<_>>()
    };
    let may_leave_out = move || pane.closing().is_some_and(|s| !s.requires_reason());
    let wrong = move || faults.of("reason_id").map(|wrong| fault::say_wrong(i18n, wrong));
    let currency = Memo::new(move |_| pane.closing().map_or(Currency::Brl, |s| s.currency));
    let amount_label = move || {
        let currency = closing::symbol(currency.get());
        t_string!(i18n, closing.reason.amount, currency = currency).to_string()
    };
    let example = move || {
        let example = amount_display(123_456, currency.get(), closing::decimal(i18n));
        t_string!(i18n, closing.reason.example, example = example.as_str()).to_string()
    };
    let amount_fault = Signal::derive(move || faults.of("amount_minor").map(|wrong| fault::say_wrong(i18n, wrong)));
    view! {
        <fieldset class="reasons">
            <legend class="field-label">{t!(i18n, closing.reason.legend)}</legend>
            {move || match fetched.get() {
                None => view! { <Skeleton lines=4/> }.into_any(),
                Some(Err(fault)) => view! { <Trouble fault retry=move |()| fetched.refetch()/> }.into_any(),
                Some(Ok(_)) if offered.with(Vec::is_empty) => view! { <p class="reasons-none">{t!(i18n, closing.reason.none)}</p> }.into_any(),
                Some(Ok(_)) => view! {
                    <TextField name="reason_search" kind="search" quiet=true autofocus=true value=search max=limit::NAME_MAX as u32
                        label=move || t_string!(i18n, closing.reason.search).to_string()
                        placeholder=move || t_string!(i18n, closing.reason.search).to_string()/>
                    <div class="reasons-list">
                        {move || (may_leave_out() && search.read().trim().is_empty()).then(|| view! {
                            <label class="check">
                                <input type="radio" name="reason_id" prop:checked=move || chosen.reason.get().is_none() on:change=move |_| chosen.reason.set(None)/>
                                <span class="check-text">{t!(i18n, closing.reason.nothing)}</span>
                            </label>
                        })}
                        <For each=groups key=|(category, list)| (*category, list.iter().map(|r| (r.id, r.description.clone())).collect::<Vec<_>>()) let((category, list))>
                            <div class="reasons-group" role="group" aria-label=move || closing::category(i18n, category)>
                                <p class=format!("reasons-category {}", category.word().to_lowercase()) aria-hidden="true">{move || closing::category(i18n, category)}</p>
                                {list.into_iter().map(|r| {
                                    let id = r.id;
                                    view! {
                                        <label class="check">
                                            <input type="radio" name="reason_id" prop:checked=move || chosen.reason.get() == Some(id)
                                                on:change=move |_| { chosen.reason.set(Some(id)); faults.clear() }/>
                                            <span class="check-text">
                                                <span dir="auto">{r.description}</span>
                                                {(!r.active).then(|| view! { <small class="field-hint">{t!(i18n, closing.reason.gone)}</small> })}
                                            </span>
                                        </label>
                                    }
                                }).collect_view()}
                            </div>
                        </For>
                        {move || found.with(Vec::is_empty).then(|| view! {
                            <p class="reasons-none">{move || { let text = search.get(); t_string!(i18n, closing.reason.found_none, text = text.as_str()).to_string() }}</p>
                        })}
                    </div>
                }.into_any(),
            }}
            <div class="field-fault" aria-live="polite">{wrong}</div>
        </fieldset>
        {move || chosen.asks_amount().then(|| view! {
            <div class="reasons-amount">
                <TextField name="amount_minor" value=chosen.amount label=amount_label hint=example fault=amount_fault max=30 code=true/>
            </div>
        })}
        {move || faults.other().map(|f| fault::view(i18n, &f))}
    }
}

/// Changes why a concluded conversation was concluded (CO-4).
#[component]
pub fn ClassifyDialog() -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let open = opened_by(pane, |s| *s == Sheet::Classify);
    let chosen = Chosen::default();
    let faults = Faults::provide();
    let busy = RwSignal::new(false);
    effect(move || {
        if open.get() {
            faults.clear();
            untrack(|| chosen.begin(pane, pane.of(|c| c.classification.clone())));
        }
    });
    let submit = move |()| {
        if busy.get_untracked() {
            return;
        }
        faults.clear();
        let (reason, amount) = match chosen.read(pane) {
            Ok(read) => read,
            Err(wrong) => return faults.take(&wrong),
        };
        busy.set(true);
        spawn_local(async move {
            let done = pane.store.classify(pane.id, reason, amount).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match done {
                Ok(_) => open.set(false),
                Err(fault) => faults.take(&fault),
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
        <Dialog open title=move || t_string!(i18n, closing.dialog.edit).to_string() locked=busy footer>
            <p class="dialog-lead">{t!(i18n, closing.dialog.edit_text)}</p>
            <ReasonPicker chosen faults/>
            {move || open.get().then(|| view! { <TagsToo/> })}
        </Dialog>
    }
}
