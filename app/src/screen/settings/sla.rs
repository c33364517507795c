//! Promises of service (NX-21): the policies in their order, and the form of the one that is open.

use super::duration::minutes_text;
use super::list::{Entry, NothingOpen, Open, Split, use_entry, use_open, when_here};
use super::member::follow;
use super::sla_form::SlaForm;
use crate::api::Refused;
use crate::api::contact::tags;
use crate::api::settings::{channel_forms, teams};
use crate::api::sla::{arrange_sla, sla_policies};
use crate::i18n::*;
use crate::part::*;
use crate::{fault, session};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::I18nContext;
use leptos_meta::Title;
use leptos_router::components::A;
use model::{SlaPolicy, SlaPolicyId};

/// What a policy can be for: ids and names.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Known {
    pub policies: Vec<SlaPolicy>,
    pub teams: Vec<(i64, String)>,
    pub channels: Vec<(i64, String)>,
    pub tags: Vec<(i64, String)>,
}

async fn all() -> Result<Known, Refused> {
    Ok(Known {
        policies: sla_policies().await?,
        teams: teams().await?.into_iter().map(|t| (t.id.0, t.name)).collect(),
        channels: channel_forms().await?.into_iter().map(|c| (c.channel.id.0, c.channel.name)).collect(),
        tags: tags().await?.into_iter().map(|t| (t.id.0, t.name)).collect(),
    })
}

/// All policies, and the form of the one that is open.
#[component]
pub fn SlaScreen() -> impl IntoView {
    let i18n = use_i18n();
    let open = use_open();
    let known = Fetched::new(all);
    follow(known);
    let list = when_here(known, move |rows| view! { <PolicyList rows changed=move |()| known.refetch()/> }.into_any());
    let form = when_here(known, move |rows| view! { <OpenPolicy open rows changed=move |()| known.refetch()/> }.into_any());
    view! {
        <Title text=move || t_string!(i18n, sla.title).to_string()/>
        <Split title=move || t_string!(i18n, sla.title).to_string() lead=move || t_string!(i18n, sla.lead).to_string()
            new=("/settings/sla/new", Signal::derive(move || t_string!(i18n, sla.new).to_string())) home="/settings/sla" open list form/>
    }
}

/// `1ª resposta 15 minutos · Solução 2 dias`.
fn promised(i18n: I18nContext<Locale>, policy: &SlaPolicy) -> String {
    let parts = [
        (t_string!(i18n, sla.target.first).to_string(), policy.first_minutes),
        (t_string!(i18n, sla.target.next).to_string(), policy.next_minutes),
        (t_string!(i18n, sla.target.resolve).to_string(), policy.resolve_minutes),
    ];
    let parts = parts.into_iter().filter(|(_, minutes)| *minutes > 0);
    parts.map(|(name, minutes)| format!("{name}: {}", minutes_text(i18n, minutes))).collect::<Vec<_>>().join(" · ")
}

#[component]
fn PolicyList(rows: Signal<Known>, #[prop(into)] changed: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    let shift = move |id: Option<SlaPolicyId>, by: isize| {
        let mut order: Vec<SlaPolicyId> = rows.with_untracked(|k| k.policies.iter().filter_map(|p| p.id).collect());
        let Some(at) = order.iter().position(|o| Some(*o) == id) else { return };
        let Some(to) = at.checked_add_signed(by).filter(|to| *to < order.len() && !busy.get_untracked()) else { return };
        order.swap(at, to);
        busy.set(true);
        spawn_local(async move {
            let done = arrange_sla(order).await;
            let _ = busy.try_set(false);
            if let Err(Refused(refused)) = done
                && !session::ended_by(&refused)
            {
                toasts.fail(untrack(|| fault::say(i18n, &refused)));
            }
            changed.run(());
        });
    };
    view! {
        <Show when=move || rows.with(|k| k.policies.is_empty())>
            <EmptyState icon="calendar-clock" title=move || t_string!(i18n, sla.none).to_string() text=move || t_string!(i18n, sla.none_text).to_string()/>
        </Show>
        <Show when=move || rows.with(|k| k.policies.len() > 1)><p class="field-hint">{t!(i18n, sla.order_hint)}</p></Show>
        <ul class="entries">
            <For each=move || rows.get().policies key=|policy| format!("{policy:?}") let:policy>
                {
                    let (id, active) = (policy.id, policy.active);
                    let href = format!("/settings/sla/{}", id.unwrap_or_default());
                    let (name, whose) = (policy.name.clone(), StoredValue::new(policy.name.clone()));
                    view! {
                        <li class="entry-row">
                            <A href attr:class=if active { "entry" } else { "entry past" } scroll=false>
                                <span class="entry-texts">
                                    <span class="entry-title"><bdi>{name}</bdi></span>
                                    <span class="entry-text">{move || promised(i18n, &policy)}</span>
                                </span>
                                {(!active).then(|| view! { <Chip>{t!(i18n, sla.inactive)}</Chip> })}
                            </A>
                            <span class="entry-move">
                                <IconButton small=true icon="arrow-up" label=move || t_string!(i18n, sla.up, name = whose.get_value()).to_string()
                                    press=move |()| shift(id, -1)/>
                                <IconButton small=true icon="arrow-down" label=move || t_string!(i18n, sla.down, name = whose.get_value()).to_string()
                                    press=move |()| shift(id, 1)/>
                            </span>
                        </li>
                    }
                }
            </For>
        </ul>
    }
}

#[component]
fn OpenPolicy(open: Memo<Open>, rows: Signal<Known>, #[prop(into)] changed: Callback<()>) -> impl IntoView {
    let entry = use_entry(open, move |id| rows.with(|k| k.policies.iter().any(|p| p.id == Some(SlaPolicyId(id)))));
    // Made anew when what somebody else saved is taken over.
    let (again, wanted) = (RwSignal::new(0u32), StoredValue::new(false));
    let retake = Callback::new(move |()| {
        wanted.set_value(true);
        again.update(|n| *n += 1);
        changed.run(());
    });
    // What is newer than what was here comes a moment later.
    Effect::new(move |_| {
        rows.track();
        if wanted.get_value() {
            wanted.set_value(false);
            again.update(|n| *n += 1);
        }
    });
    move || {
        again.track();
        let known = rows.get_untracked();
        let policy = match entry.get() {
            Entry::Nothing => return view! { <NothingOpen icon="calendar-clock" missing=false/> }.into_any(),
            Entry::Unknown => return view! { <NothingOpen icon="calendar-clock" missing=true/> }.into_any(),
            Entry::New => SlaPolicy::default(),
            Entry::Known(id) => known.policies.iter().find(|p| p.id == Some(SlaPolicyId(id))).cloned().unwrap_or_default(),
        };
        view! { <SlaForm policy known changed retake/> }.into_any()
    }
}
