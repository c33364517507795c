//! The hours of the account, or those of a team.

use super::Known;
use super::dates::Dates;
use super::sheet::Sheet;
use super::week::Week;
use crate::api::hours::save_hours;
use crate::fault;
use crate::i18n::*;
use crate::part::*;
use crate::screen::settings::closing::ClosingMessage;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::{Fault, Hours, HoursSettings, TeamId, limit};

/// What is stored for it; a team without hours of its own begins with the account's.
fn stored(all: &HoursSettings, team: Option<TeamId>) -> Hours {
    let of = |team| all.hours.iter().find(|h| h.team_id == team);
    of(team).cloned().unwrap_or_else(|| {
        let week = of(None).map(|h| h.week.clone());
        let usual = Hours::of(team);
        Hours { limited: true, week: week.unwrap_or_else(|| usual.week.clone()), ..usual }
    })
}

/// The form. `dropped` is told when a team has the account's hours again.
#[component]
pub(super) fn HoursForm(known: Known, team: Option<TeamId>, #[prop(into)] dropped: Callback<TeamId>) -> impl IntoView {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let start = untrack(|| known.stored.with(|all| stored(all, team)));
    let version = RwSignal::new(start.version);
    let limited = RwSignal::new(start.limited);
    let sheet = Sheet::new(&start, team.is_none());
    let (reply, text) = (RwSignal::new(start.reply), RwSignal::new(start.reply_text));
    let form = Form::new(move || Hours {
        team_id: team,
        // Not what a person changes: it goes along when this is saved.
        version: 0,
        limited: limited.get(),
        week: sheet.week(),
        dates: sheet.special(),
        reply: reply.get(),
        reply_text: text.get(),
    });
    let fill = move |hours: Hours| {
        version.set(hours.version);
        limited.set(hours.limited);
        sheet.fill(&hours);
        reply.set(hours.reply);
        text.set(hours.reply_text);
        form.keep();
    };
    effect(move || {
        let newest = known.stored.with(|all| stored(all, team));
        if newest.version != version.get_untracked() && untrack(|| !form.dirty() && !form.saving().get()) {
            fill(newest);
        }
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let done = move |all: HoursSettings| {
            version.set(stored(&all, team).version);
            known.stored.set(all);
        };
        let at = version.get_untracked();
        form.save(Hours::check, move |draft| save_hours(Hours { version: at, ..draft }, false), done);
    };
    // Somebody else was faster: what they saved takes the place of what is here, by one's own choice.
    let conflict = move || form.faults().other() == Some(Fault::Conflict);
    let take_theirs = move |()| {
        known.ask(move || {
            form.faults().clear();
            fill(untrack(|| known.stored.with(|all| stored(all, team))));
        });
    };
    let (asking, removing) = (RwSignal::new(false), RwSignal::new(false));
    let remove = move |()| {
        let Some(id) = team else { return };
        if removing.get_untracked() {
            return;
        }
        removing.set(true);
        // Only its place counts: what is typed may be anything.
        let gone = Hours { version: version.get_untracked(), ..Hours::of(team) };
        spawn_local(async move {
            let answer = save_hours(gone, true).await;
            if removing.try_set(false).is_some() {
                return;
            }
            asking.set(false);
            match answer {
                Ok(all) => {
                    form.keep();
                    known.stored.set(all);
                    dropped.run(id);
                }
                Err(refused) if crate::session::ended_by(&refused.0) => {}
                Err(refused) => toasts.fail(untrack(|| fault::say(i18n, &refused.0))),
            }
        });
    };
    let is_new = move || version.get() == 0;
    let fresh = team.is_some() && untrack(is_new);
    // What is wrong must be seen, also where it would not count.
    let shown = move || limited.get() || form.faults().any();
    view! {
        <form class="form card" method="post" novalidate on:submit=submit>
            <Toggle name="limited" checked=limited label=move || t_string!(i18n, hours.limited).to_string()
                hint=move || t_string!(i18n, hours.limited_hint).to_string()/>
            <Show when=shown><Week sheet/></Show>
            {match team {
                None => view! {
                    <Show when=shown>
                        <Dates sheet/>
                        <Toggle name="reply" checked=reply label=move || t_string!(i18n, hours.reply).to_string()
                            hint=move || t_string!(i18n, hours.reply_hint).to_string()/>
                        <Show when=move || reply.get()>
                            <ClosingMessage name="reply_text" max=reply_max() optional=false opening=true value=text
                                label=move || t_string!(i18n, hours.reply_text).to_string()
                                hint=move || t_string!(i18n, hours.reply_text_hint).to_string()/>
                        </Show>
                    </Show>
                }.into_any(),
                Some(_) => view! { <Show when=shown><TeamReply text/></Show> }.into_any(),
            }}
            <Show when=conflict>
                <Button icon="refresh" press=take_theirs>{t!(i18n, hours.take_theirs)}</Button>
            </Show>
            <FormFoot form fresh>
                {team.map(|_| view! {
                    <span class="form-gap"></span>
                    <Show when=move || !is_new()>
                        <Button kind=Kind::Ghost icon="trash" press=move |()| asking.set(true)>{t!(i18n, hours.team.remove)}</Button>
                    </Show>
                })}
            </FormFoot>
        </form>
        <Confirm open=asking danger=true busy=removing press=remove title=move || t_string!(i18n, hours.team.remove_title).to_string()
            text=move || t_string!(i18n, hours.team.remove_text).to_string() label=move || t_string!(i18n, hours.team.remove).to_string()/>
    }
}

/// Characters of an answer, as fields count them.
fn reply_max() -> u32 {
    u32::try_from(limit::TEXT_MAX).unwrap_or(u32::MAX)
}

/// The team's own answer. Several of these are on one page: the label holds its field.
#[component]
fn TeamReply(text: RwSignal<String>) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <label class="field">
            <span class="field-label">
                <span>{t!(i18n, hours.team.reply_text)}</span>
                <span class="field-optional">{t!(i18n, common.word.optional)}</span>
            </span>
            <textarea class="input" rows="2" dir="auto" maxlength=reply_max() prop:value=move || text.get()
                on:input=move |event| text.set(event_target_value(&event))></textarea>
            <span class="field-hint">{t!(i18n, hours.team.reply_text_hint)}</span>
        </label>
    }
}
