//! One policy: for which conversations, what is promised, and what happens before and after it is broken.

use super::duration::DurationField;
use super::list::use_go;
use super::sla::Known;
use crate::api::sla::{remove_sla, save_sla};
use crate::i18n::*;
use crate::part::*;
use crate::{fault, sla};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::{ChannelId, Fault, Priority, SlaPolicy, SlaTarget, TagId, TeamId, WarnUnit, limit};
use std::collections::BTreeSet;

/// A time that may be promised or not.
#[derive(Clone, Copy)]
struct Promised {
    on: RwSignal<bool>,
    minutes: RwSignal<i64>,
}

impl Promised {
    fn new(minutes: i64, usual: i64) -> Promised {
        Promised { on: RwSignal::new(minutes > 0), minutes: RwSignal::new(if minutes > 0 { minutes } else { usual }) }
    }

    /// What is no right length is refused, and not taken for not promised. Tracked.
    fn get(self) -> i64 {
        match (self.on.get(), self.minutes.get()) {
            (false, _) => 0,
            (true, 0) => -1,
            (true, minutes) => minutes,
        }
    }
}

type Chosen = RwSignal<BTreeSet<i64>>;

fn chosen(ids: impl IntoIterator<Item = i64>) -> Chosen {
    RwSignal::new(ids.into_iter().collect())
}

/// Makes or changes a policy.
#[component]
pub(super) fn SlaForm(policy: SlaPolicy, known: Known, changed: Callback<()>, retake: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let go = use_go();
    let (id, is_new) = (policy.id, policy.id.is_none());
    let version = RwSignal::new(policy.version);
    let name = RwSignal::new(policy.name.clone());
    let active = RwSignal::new(policy.active);
    let (teams, channels) = (chosen(policy.teams.iter().map(|t| t.0)), chosen(policy.channels.iter().map(|c| c.0)));
    let tags = chosen(policy.tags.iter().map(|t| t.0));
    let priorities = RwSignal::new(policy.priorities.iter().copied().collect::<BTreeSet<Priority>>());
    let times = [
        Promised::new(policy.minutes(SlaTarget::First), 15),
        Promised::new(policy.minutes(SlaTarget::Next), 30),
        Promised::new(policy.minutes(SlaTarget::Resolve), 24 * 60),
    ];
    let in_hours = RwSignal::new(policy.in_hours);
    let (warn_unit, warn_value) = (RwSignal::new(policy.warn_unit.word().to_owned()), RwSignal::new(policy.warn_value.to_string()));
    let (warn_server, warn_leads) = (RwSignal::new(policy.warn_server), RwSignal::new(policy.warn_leads));
    let (breach_server, breach_leads) = (RwSignal::new(policy.breach_server), RwSignal::new(policy.breach_leads));
    let requeue = RwSignal::new(policy.requeue);
    let form = Form::new(move || SlaPolicy {
        id,
        // Not what a person changes: it goes along when this is saved.
        version: 0,
        name: name.get(),
        active: active.get(),
        teams: teams.get().into_iter().map(TeamId).collect(),
        channels: channels.get().into_iter().map(ChannelId).collect(),
        tags: tags.get().into_iter().map(TagId).collect(),
        priorities: priorities.get().into_iter().collect(),
        first_minutes: times[0].get(),
        next_minutes: times[1].get(),
        resolve_minutes: times[2].get(),
        in_hours: in_hours.get(),
        warn_unit: warn_unit.get().parse().unwrap_or(WarnUnit::Percent),
        warn_value: warn_value.get().trim().parse().unwrap_or(-1),
        warn_server: warn_server.get(),
        warn_leads: warn_leads.get(),
        breach_server: breach_server.get(),
        breach_leads: breach_leads.get(),
        requeue: requeue.get(),
    });
    let submit = {
        let go = go.clone();
        move |event: SubmitEvent| {
            event.prevent_default();
            let (go, at) = (go.clone(), version.get_untracked());
            let done = move |all: Vec<SlaPolicy>| {
                let saved = if is_new { all.iter().max_by_key(|p| p.id) } else { all.iter().find(|p| p.id == id) };
                let Some(saved) = saved else { return };
                version.set(saved.version);
                changed.run(());
                if is_new {
                    toasts.say(tu_string!(i18n, sla.added).to_string());
                    go(format!("/settings/sla/{}", saved.id.unwrap_or_default()));
                }
            };
            form.save(SlaPolicy::check, move |draft| save_sla(SlaPolicy { version: at, ..draft }), done);
        }
    };
    let (asking, removing) = (RwSignal::new(false), RwSignal::new(false));
    let remove = move |()| {
        let (Some(id), false) = (id, removing.get_untracked()) else { return };
        removing.set(true);
        let go = go.clone();
        spawn_local(async move {
            let gone = remove_sla(id).await;
            if removing.try_set(false).is_some() {
                return;
            }
            asking.set(false);
            match gone {
                Ok(_) => {
                    form.keep();
                    toasts.say(tu_string!(i18n, sla.removed).to_string());
                    changed.run(());
                    go("/settings/sla".to_owned());
                }
                Err(refused) => form.faults().take(&refused.0),
            }
        });
    };
    let units = Signal::derive(move || {
        vec![
            Choice::new(WarnUnit::Percent.word(), t_string!(i18n, sla.warn.percent)),
            Choice::new(WarnUnit::Minutes.word(), t_string!(i18n, sla.warn.minutes)),
        ]
    });
    let wrong = move |field: &'static str| move || form.faults().of(field).map(|wrong| fault::say_wrong(i18n, wrong));
    let conflict = move || form.faults().other() == Some(Fault::Conflict);
    let Known { teams: all_teams, channels: all_channels, tags: all_tags, .. } = known;
    view! {
        <form class="form" method="post" novalidate on:submit=submit>
            <h2>{move || match name.get() { n if n.trim().is_empty() => t_string!(i18n, sla.new).to_string(), n => n }}</h2>
            <TextField name="name" max=120 value=name autofocus=is_new label=move || t_string!(i18n, sla.name).to_string()/>
            <Toggle name="active" checked=active label=move || t_string!(i18n, sla.active).to_string()/>
            <fieldset class="form-group">
                <legend>{t!(i18n, sla.whom.title)}</legend>
                <p class="field-hint">{t!(i18n, sla.whom.hint)}</p>
                <Marks title=move || t_string!(i18n, sla.whom.teams).to_string() items=all_teams chosen=teams/>
                <Marks title=move || t_string!(i18n, sla.whom.channels).to_string() items=all_channels chosen=channels/>
                <Marks title=move || t_string!(i18n, sla.whom.tags).to_string() items=all_tags chosen=tags/>
                <p class="field-fault" aria-live="polite">{move || wrong("teams")().or_else(wrong("channels")).or_else(wrong("tags"))}</p>
                <fieldset class="marks">
                    <legend class="field-label">{t!(i18n, sla.priority.title)}</legend>
                    {Priority::ALL.iter().map(|priority| {
                        let priority = *priority;
                        view! {
                            <label class="check">
                                <input type="checkbox" prop:checked=move || priorities.read().contains(&priority)
                                    on:change=move |event| priorities.update(|all| {
                                        if event_target_checked(&event) { all.insert(priority); } else { all.remove(&priority); }
                                    })/>
                                <span class="check-text">{move || sla::priority(i18n, priority)}</span>
                            </label>
                        }
                    }).collect_view()}
                </fieldset>
            </fieldset>
            <fieldset class="form-group">
                <legend>{t!(i18n, sla.times.title)}</legend>
                <Promise at=times[0] name="first_minutes" label=move || t_string!(i18n, sla.times.first).to_string()
                    hint=move || t_string!(i18n, sla.times.first_hint).to_string()/>
                <Promise at=times[1] name="next_minutes" label=move || t_string!(i18n, sla.times.next).to_string()
                    hint=move || t_string!(i18n, sla.times.next_hint).to_string()/>
                <Promise at=times[2] name="resolve_minutes" label=move || t_string!(i18n, sla.times.resolve).to_string()
                    hint=move || t_string!(i18n, sla.times.resolve_hint).to_string()/>
                <Show when=move || !times.iter().any(|t| t.on.get())><p class="field-fault" aria-live="polite">{wrong("first_minutes")}</p></Show>
                <Toggle name="in_hours" checked=in_hours label=move || t_string!(i18n, sla.times.in_hours).to_string()
                    hint=move || t_string!(i18n, sla.times.in_hours_hint).to_string()/>
            </fieldset>
            <fieldset class="form-group">
                <legend>{t!(i18n, sla.warn.title)}</legend>
                <div class="duration">
                    <TextField name="warn_value" kind="number" max=6 value=warn_value label=move || t_string!(i18n, sla.warn.value).to_string()
                        hint=move || t_string!(i18n, sla.warn.hint).to_string()/>
                    <Select name="warn_unit" quiet=true value=warn_unit choices=units label=move || t_string!(i18n, sla.warn.unit).to_string()/>
                </div>
                <Toggle name="warn_server" checked=warn_server label=move || t_string!(i18n, sla.tell.server).to_string()
                    hint=move || t_string!(i18n, sla.tell.server_hint).to_string()/>
                <Toggle name="warn_leads" checked=warn_leads label=move || t_string!(i18n, sla.tell.leads).to_string()/>
            </fieldset>
            <fieldset class="form-group">
                <legend>{t!(i18n, sla.breach.title)}</legend>
                <Toggle name="breach_server" checked=breach_server label=move || t_string!(i18n, sla.tell.server).to_string()/>
                <Toggle name="breach_leads" checked=breach_leads label=move || t_string!(i18n, sla.tell.leads).to_string()/>
                <Toggle name="requeue" checked=requeue label=move || t_string!(i18n, sla.breach.requeue).to_string()
                    hint=move || t_string!(i18n, sla.breach.requeue_hint).to_string()/>
            </fieldset>
            <Show when=conflict>
                <Button icon="refresh" press=retake>{t!(i18n, hours.take_theirs)}</Button>
            </Show>
            <FormFoot form fresh=is_new>
                {(!is_new).then(|| view! {
                    <span class="form-gap"></span>
                    <Button kind=Kind::Ghost icon="trash" press=move |()| asking.set(true)>{t!(i18n, sla.remove)}</Button>
                })}
            </FormFoot>
        </form>
        <Confirm open=asking danger=true busy=removing press=remove
            title=move || { let name = name.get(); t_string!(i18n, sla.remove_title, name = name.as_str()).to_string() }
            text=move || t_string!(i18n, sla.remove_text).to_string() label=move || t_string!(i18n, sla.remove).to_string()/>
    }
}

/// A time to be switched on.
#[component]
fn Promise(at: Promised, name: &'static str, #[prop(into)] label: Signal<String>, #[prop(into)] hint: Signal<String>) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <Toggle checked=at.on label hint/>
        <Show when=move || at.on.get()>
            <DurationField name value=at.minutes min=1 max=limit::SLA_MINUTES_MAX label=move || t_string!(i18n, sla.times.within).to_string()
                hint=move || t_string!(i18n, sla.times.limits).to_string()/>
        </Show>
    }
}

/// Several of a list; not shown where there is nothing to choose.
#[component]
fn Marks(#[prop(into)] title: Signal<String>, items: Vec<(i64, String)>, chosen: Chosen) -> impl IntoView {
    (!items.is_empty()).then(|| {
        view! {
            <fieldset class="marks">
                <legend class="field-label">{move || title.get()}</legend>
                {items.into_iter().map(|(id, name)| view! {
                    <label class="check">
                        <input type="checkbox" prop:checked=move || chosen.read().contains(&id)
                            on:change=move |event| chosen.update(|all| { if event_target_checked(&event) { all.insert(id); } else { all.remove(&id); } })/>
                        <span class="check-text" dir="auto">{name}</span>
                    </label>
                }).collect_view()}
            </fieldset>
        }
    })
}
