//! Conversations that close by themselves: the account's rule, and those of teams and channels instead of it.

use super::duration::{DurationField, minutes_text};
use super::ending::Ending;
use crate::api::closing::save_auto_rule;
use crate::fault;
use crate::i18n::*;
use crate::part::*;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::I18nContext;
use model::{AutoClose, ChannelId, TeamId, limit};

/// Whom a rule is for: `a`, `t` and the team, `c` and the channel.
fn key(rule: &AutoClose) -> String {
    match (rule.channel_id, rule.team_id) {
        (Some(channel), _) => format!("c{channel}"),
        (None, Some(team)) => format!("t{team}"),
        (None, None) => "a".to_owned(),
    }
}

/// How long, while it is switched on. What is no right length is refused, and not taken for switched off.
fn length(on: RwSignal<bool>, minutes: RwSignal<i64>) -> i64 {
    match (on.get(), minutes.get()) {
        (false, _) => 0,
        (true, 0) => -1,
        (true, minutes) => minutes,
    }
}

fn name(i18n: I18nContext<Locale>, all: &Ending, key: &str) -> String {
    let of = |list: &[(i64, String)]| list.iter().find(|(id, _)| key[1..] == id.to_string()).map(|(_, n)| n.clone()).unwrap_or_default();
    let (team, channel) = (of(&all.teams), of(&all.channels));
    match &key[..1] {
        "t" => t_string!(i18n, closing.auto.team, name = team.as_str()).to_string(),
        "c" => t_string!(i18n, closing.auto.channel, name = channel.as_str()).to_string(),
        _ => t_string!(i18n, closing.auto.account).to_string(),
    }
}

/// The rules.
#[component]
pub(super) fn AutoRules(rows: Signal<Ending>, #[prop(into)] changed: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    // An exception that was begun and is not saved yet.
    let begun = RwSignal::new(Vec::<String>::new());
    let add = RwSignal::new(String::new());
    let keys = Memo::new(move |_| {
        let mut keys: Vec<String> = rows.with(|all| all.rules.iter().map(key).collect());
        keys.extend(begun.get().into_iter().filter(|k| !rows.with(|all| all.rules.iter().any(|r| key(r) == *k))));
        keys
    });
    let free = Signal::derive(move || {
        let first = Choice::new("", t_string!(i18n, closing.auto.choose));
        rows.with(|all| {
            let teams = all.teams.iter().map(|(id, _)| format!("t{id}"));
            let channels = all.channels.iter().map(|(id, _)| format!("c{id}"));
            let rest = teams.chain(channels).filter(|k| !keys.read().contains(k)).map(|k| Choice::new(k.clone(), name(i18n, all, &k)));
            std::iter::once(first).chain(rest).collect::<Vec<_>>()
        })
    });
    effect(move || {
        let chosen = add.get();
        if !chosen.is_empty() {
            begun.update(|all| all.push(chosen));
            add.set(String::new());
        }
    });
    let dropped = move |key: String| begun.update(|all| all.retain(|k| *k != key));
    let exceptions = move || keys.get().into_iter().filter(|k| k != "a").collect::<Vec<_>>();
    view! {
        <section class="form card auto-rules">
            <h3>{t!(i18n, closing.auto.title)}</h3>
            <p class="field-hint">{t!(i18n, closing.auto.lead)}</p>
            <Rule rows key="a".to_owned() changed dropped/>
            <h4>{t!(i18n, closing.auto.exceptions)}</h4>
            <p class="field-hint">{t!(i18n, closing.auto.exceptions_text)}</p>
            <For each=exceptions key=|k| k.clone() let:key>
                <Rule rows key changed dropped/>
            </For>
            <Show when=move || free.with(|f| f.len() > 1)>
                <Select name="auto_add" value=add choices=free label=move || t_string!(i18n, closing.auto.add).to_string()/>
            </Show>
        </section>
    }
}

/// One rule, folded to its summary.
#[component]
fn Rule(rows: Signal<Ending>, key: String, changed: Callback<()>, #[prop(into)] dropped: Callback<String>) -> impl IntoView {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let me = StoredValue::new(key.clone());
    let title = Signal::derive(move || rows.with(|all| me.with_value(|k| name(i18n, all, k))));
    let stored = untrack(|| rows.with(|all| all.rules.iter().find(|r| self::key(r) == key).cloned()));
    let is_new = stored.is_none();
    let (team_id, channel_id) = match &key[..1] {
        "t" => (key[1..].parse().ok().map(TeamId), None),
        "c" => (None, key[1..].parse().ok().map(ChannelId)),
        _ => (None, None),
    };
    let start = stored.unwrap_or(AutoClose { team_id, channel_id, ..AutoClose::default() });
    let enabled = RwSignal::new(start.enabled);
    let idle = RwSignal::new(start.idle_minutes);
    let warns = RwSignal::new(start.warn_minutes > 0);
    let stored_or = |minutes: i64, usual: i64| RwSignal::new(if minutes > 0 { minutes } else { usual });
    let warn = stored_or(start.warn_minutes, 60);
    let in_hours = RwSignal::new(start.in_hours);
    let (reminds, remind) = (RwSignal::new(start.remind_minutes > 0), stored_or(start.remind_minutes, 15));
    let (returns, give_back) = (RwSignal::new(start.return_minutes > 0), stored_or(start.return_minutes, 45));
    let (warn_text, text) = (RwSignal::new(start.warn_text), RwSignal::new(start.closing_text));
    let reason = RwSignal::new(start.reason_id.map(|r| r.to_string()).unwrap_or_default());
    let form = Form::new(move || AutoClose {
        team_id,
        channel_id,
        enabled: enabled.get(),
        idle_minutes: idle.get(),
        warn_minutes: length(warns, warn),
        warn_text: warn_text.get(),
        closing_text: text.get(),
        reason_id: reason.get().parse().ok(),
        in_hours: in_hours.get(),
        remind_minutes: length(reminds, remind),
        return_minutes: length(returns, give_back),
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        form.save(AutoClose::check, |draft| save_auto_rule(draft, false), move |_| changed.run(()));
    };
    let reasons = Signal::derive(move || {
        let none = Choice::new("", t_string!(i18n, closing.auto.reason_none));
        rows.with(|all| {
            let fits = |r: &&model::Reason| r.active && !r.has_monetary_value && (r.team_id.is_none() || r.team_id == team_id);
            let rest = all.reasons.iter().filter(fits).map(|r| Choice::new(r.id.to_string(), r.description.clone()));
            std::iter::once(none).chain(rest).collect::<Vec<_>>()
        })
    });
    let classifies = move || rows.with(|all| all.account.as_ref().is_some_and(|a| a.closing.classify));
    let missing = move || {
        let required = rows.with(|all| all.account.as_ref().is_some_and(|a| a.closing.requires_reason()));
        required && enabled.get() && reason.read().is_empty()
    };
    let summary = move || match enabled.get() {
        true => {
            let time = minutes_text(i18n, idle.get());
            t_string!(i18n, closing.auto.summary_on, time = time.as_str()).to_string()
        }
        false => t_string!(i18n, closing.auto.summary_off).to_string(),
    };
    let (asking, removing) = (RwSignal::new(false), RwSignal::new(false));
    let remove = move |()| {
        if removing.get_untracked() {
            return;
        }
        removing.set(true);
        spawn_local(async move {
            let gone = save_auto_rule(form.now(), true).await;
            if removing.try_set(false).is_some() {
                return;
            }
            asking.set(false);
            match gone {
                Ok(_) => {
                    form.keep();
                    toasts.say(tu_string!(i18n, closing.auto.removed).to_string());
                    dropped.run(me.get_value());
                    changed.run(());
                }
                Err(refused) if crate::session::ended_by(&refused.0) => {}
                Err(refused) => toasts.fail(untrack(|| fault::say(i18n, &refused.0))),
            }
        });
    };
    view! {
        <details class="auto-rule" open=is_new>
            <summary><span class="auto-rule-name" dir="auto">{move || title.get()}</span><span class="auto-rule-text">{summary}</span></summary>
            <form class="form" method="post" novalidate on:submit=submit aria-label=move || title.get()>
                <Toggle name="enabled" checked=enabled label=move || t_string!(i18n, closing.auto.enabled).to_string()/>
                <DurationField name="idle_minutes" value=idle min=limit::IDLE_MINUTES_MIN max=limit::IDLE_MINUTES_MAX
                    label=move || t_string!(i18n, closing.auto.idle).to_string() hint=move || t_string!(i18n, closing.auto.idle_hint).to_string()/>
                <Toggle name="in_hours" checked=in_hours label=move || t_string!(i18n, hours.auto_close).to_string()
                    hint=move || t_string!(i18n, hours.auto_close_hint).to_string()/>
                <Toggle name="warns" checked=warns label=move || t_string!(i18n, closing.auto.warn).to_string()/>
                <Show when=move || warns.get()>
                    <DurationField name="warn_minutes" value=warn min=1 max=limit::IDLE_MINUTES_MAX
                        label=move || t_string!(i18n, closing.auto.warn).to_string() hint=move || t_string!(i18n, closing.auto.warn_hint).to_string()/>
                    <TextArea name="warn_text" value=warn_text label=move || t_string!(i18n, closing.auto.warn_text).to_string()/>
                </Show>
                <TextArea name="closing_text" value=text optional=true label=move || t_string!(i18n, closing.auto.text).to_string()
                    hint=move || t_string!(i18n, closing.auto.text_hint).to_string()/>
                <Show when=classifies>
                    <Select name="reason_id" value=reason choices=reasons label=move || t_string!(i18n, closing.auto.reason).to_string()
                        hint=move || if missing() { t_string!(i18n, closing.auto.reason_missing).to_string() } else { t_string!(i18n, closing.auto.reason_hint).to_string() }/>
                </Show>
                <Toggle name="reminds" checked=reminds label=move || t_string!(i18n, closing.auto.remind).to_string()
                    hint=move || t_string!(i18n, closing.auto.remind_hint).to_string()/>
                <Show when=move || reminds.get()>
                    <DurationField name="remind_minutes" value=remind min=1 max=limit::OWED_MINUTES_MAX
                        label=move || t_string!(i18n, closing.auto.remind_after).to_string()
                        hint=move || t_string!(i18n, closing.auto.remind_after_hint).to_string()/>
                </Show>
                <Toggle name="returns" checked=returns label=move || t_string!(i18n, closing.auto.give_back).to_string()
                    hint=move || t_string!(i18n, closing.auto.give_back_hint).to_string()/>
                <Show when=move || returns.get()>
                    <DurationField name="return_minutes" value=give_back min=1 max=limit::OWED_MINUTES_MAX
                        label=move || t_string!(i18n, closing.auto.give_back_after).to_string()
                        hint=move || t_string!(i18n, closing.auto.give_back_after_hint).to_string()/>
                </Show>
                <FormFoot form fresh=is_new>
                    {(team_id.is_some() || channel_id.is_some()).then(|| view! {
                        <span class="form-gap"></span>
                        <Button kind=Kind::Ghost icon="trash" press=move |()| asking.set(true)>{t!(i18n, closing.auto.remove)}</Button>
                    })}
                </FormFoot>
            </form>
        </details>
        <Confirm open=asking danger=true busy=removing press=remove
            title=move || { let name = title.get(); t_string!(i18n, closing.auto.remove_title, name = name.as_str()).to_string() }
            text=move || t_string!(i18n, closing.auto.remove_text).to_string()
            label=move || t_string!(i18n, closing.auto.remove).to_string()/>
    }
}
