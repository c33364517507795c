//! One reason: what it is called, which category, for whom.

use super::list::use_go;
use crate::api::closing::{delete_reason, save_reason};
use crate::closing;
use crate::i18n::*;
use crate::part::*;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::{Reason, ReasonCategory, ReasonDraft, Team};

/// Creates (`reason` is none) or changes a reason.
#[component]
pub(super) fn ReasonForm(reason: Option<Reason>, teams: Vec<Team>, changed: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let go = use_go();
    let is_new = reason.is_none();
    let id = reason.as_ref().map(|r| r.id);
    let description = RwSignal::new(reason.as_ref().map(|r| r.description.clone()).unwrap_or_default());
    let category = RwSignal::new(reason.as_ref().map_or(ReasonCategory::Won, |r| r.category).word().to_owned());
    let value = RwSignal::new(reason.as_ref().is_some_and(|r| r.has_monetary_value));
    let team = RwSignal::new(reason.as_ref().and_then(|r| r.team_id).map(|t| t.to_string()).unwrap_or_default());
    let active = RwSignal::new(reason.is_none_or(|r| r.active));
    let form = Form::new(move || ReasonDraft {
        id,
        description: description.get(),
        category: category.get().parse().unwrap_or(ReasonCategory::Won),
        has_monetary_value: value.get(),
        team_id: team.get().parse().ok(),
        active: active.get(),
    });
    let submit = {
        let go = go.clone();
        move |event: SubmitEvent| {
            event.prevent_default();
            let go = go.clone();
            form.save(ReasonDraft::check, save_reason, move |saved: Reason| {
                changed.run(());
                if is_new {
                    toasts.say(tu_string!(i18n, closing.list.added).to_string());
                    go(format!("/settings/reasons/{}", saved.id));
                }
            });
        }
    };
    // With what is on screen; shown as done when it is.
    let switching = RwSignal::new(false);
    let switch = move |()| {
        if switching.get_untracked() {
            return;
        }
        let on = !active.get_untracked();
        let draft = ReasonDraft { active: on, ..form.now() };
        form.faults().clear();
        if let Err(wrong) = draft.check() {
            return form.faults().take(&wrong);
        }
        switching.set(true);
        spawn_local(async move {
            let saved = save_reason(draft).await;
            if switching.try_set(false).is_some() {
                return;
            }
            match saved {
                Ok(_) => {
                    active.set(on);
                    form.keep();
                    toasts.say(
                        if on { tu_string!(i18n, closing.list.reactivated) } else { tu_string!(i18n, closing.list.deactivated) }
                            .to_string(),
                    );
                    changed.run(());
                }
                Err(refused) => form.faults().take(&refused.0),
            }
        });
    };
    let (asking, deleting) = (RwSignal::new(false), RwSignal::new(false));
    let delete = move |()| {
        let (Some(id), false) = (id, deleting.get_untracked()) else { return };
        deleting.set(true);
        let go = go.clone();
        spawn_local(async move {
            let gone = delete_reason(id).await;
            if deleting.try_set(false).is_some() {
                return;
            }
            asking.set(false);
            match gone {
                Ok(()) => {
                    form.keep();
                    toasts.say(tu_string!(i18n, closing.list.deleted).to_string());
                    changed.run(());
                    go("/settings/reasons".to_owned());
                }
                Err(refused) => form.faults().take(&refused.0),
            }
        });
    };
    let categories =
        Signal::derive(move || ReasonCategory::ALL.iter().map(|c| Choice::new(c.word(), closing::category(i18n, *c))).collect::<Vec<_>>());
    let teams = Signal::derive(move || {
        let all = Choice::new("", t_string!(i18n, closing.list.team_all));
        std::iter::once(all).chain(teams.iter().map(|t| Choice::new(t.id.to_string(), t.name.clone()))).collect::<Vec<_>>()
    });
    view! {
        <form class="form" method="post" novalidate on:submit=submit>
            <h2>{move || match description.get() { n if n.trim().is_empty() => t_string!(i18n, closing.list.new).to_string(), n => n }}</h2>
            <TextField name="description" max=120 value=description autofocus=is_new label=move || t_string!(i18n, closing.list.description).to_string()/>
            <Radios name="category" value=category choices=categories label=move || t_string!(i18n, closing.list.category).to_string()/>
            <Select name="team_id" value=team choices=teams label=move || t_string!(i18n, closing.list.team).to_string()/>
            <Toggle name="has_monetary_value" checked=value label=move || t_string!(i18n, closing.list.value).to_string()
                hint=move || t_string!(i18n, closing.list.value_hint).to_string()/>
            <FormFoot form fresh=is_new>
                {(!is_new).then(|| view! {
                    <span class="form-gap"></span>
                    {move || if active.get() {
                        view! { <Button kind=Kind::Ghost icon="block" busy=switching press=switch>{t!(i18n, closing.list.deactivate)}</Button> }.into_any()
                    } else {
                        view! { <Button icon="undo" busy=switching press=switch>{t!(i18n, closing.list.reactivate)}</Button> }.into_any()
                    }}
                    <Button kind=Kind::Ghost icon="trash" press=move |()| asking.set(true)>{t!(i18n, closing.list.delete)}</Button>
                })}
            </FormFoot>
        </form>
        <Confirm open=asking danger=true busy=deleting press=delete
            title=move || { let name = description.get(); t_string!(i18n, closing.list.delete_title, name = name.as_str()).to_string() }
            text=move || t_string!(i18n, closing.list.delete_text).to_string()
            label=move || t_string!(i18n, closing.list.delete).to_string()/>
    }
}
