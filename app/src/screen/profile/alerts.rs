//! How I want to be told (NO-1 to NO-3): by kind and way, quiet hours, and this browser.

use crate::api::alert::{alert_setup, save_alert_settings, test_push};
use crate::i18n::*;
use crate::part::*;
use crate::screen::alert::kind_name;
use crate::screen::alert::push::{self, Allowed};
use crate::session::{self, use_session};
use crate::{api, fault};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::I18nContext;
use model::{AlertKind, AlertSettings, AlertSetup, AlertWay, PushOutcome, Quiet};

/// A night, for whoever switches quiet hours on.
const NIGHT: Quiet = Quiet { from: 22 * 60, to: 7 * 60 };

/// The card of the profile. Each choice is saved when it is made.
#[component]
pub(super) fn AlertsCard() -> impl IntoView {
    let i18n = use_i18n();
    let setup = Fetched::new(alert_setup);
    view! {
        <section class="card" id="alerts">
            <h2>{t!(i18n, alert.title)}</h2>
            <p class="field-hint">{t!(i18n, alert.set.hint)}</p>
            {move || match setup.get() {
                None => view! { <SkeletonRows count=3/> }.into_any(),
                Some(Ok(found)) => view! { <Choices setup=found/> }.into_any(),
                Some(Err(fault)) => view! { <Trouble fault retry=move |()| setup.refetch()/> }.into_any(),
            }}
        </section>
    }
}

fn way_name(i18n: I18nContext<Locale>, way: AlertWay) -> String {
    match way {
        AlertWay::Bell => t_string!(i18n, alert.set.bell),
        AlertWay::Desktop => t_string!(i18n, alert.set.desktop),
        AlertWay::Sound => t_string!(i18n, alert.set.sound),
    }
    .to_string()
}

/// Saves what `change` makes of the settings; what was refused is taken back.
#[derive(Clone, Copy)]
struct Keeper {
    settings: RwSignal<AlertSettings>,
    i18n: I18nContext<Locale>,
    toasts: Toasts,
    turn: StoredValue<u32>,
}

impl Keeper {
    fn change(self, change: impl FnOnce(&mut AlertSettings)) {
        let before = self.settings.get_untracked();
        self.settings.update(change);
        let now = self.settings.get_untracked();
        if now == before {
            return;
        }
        self.turn.update_value(|n| *n += 1);
        let turn = self.turn.get_value();
        spawn_local(async move {
            if let Err(api::Refused(refused)) = save_alert_settings(now).await {
                // What was chosen since is another question.
                if self.turn.try_get_value() == Some(turn) {
                    self.settings.set(before);
                }
                if !session::ended_by(&refused) {
                    self.toasts.fail(untrack(|| fault::say(self.i18n, &refused)));
                }
            }
        });
    }
}

#[component]
fn Choices(setup: AlertSetup) -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let settings = RwSignal::new(setup.settings.clone());
    let keeper = Keeper { settings, i18n, toasts: use_toasts(), turn: StoredValue::new(0) };
    let hide = RwSignal::new(setup.settings.hide_text);
    let quiet = RwSignal::new(setup.settings.quiet.is_some());
    effect(move || {
        let (h, q) = settings.with(|s| (s.hide_text, s.quiet.is_some()));
        hide.set(h);
        quiet.set(q);
    });
    view! {
        <table class="alert-table">
            <thead>
                <tr>
                    <th scope="col">{t!(i18n, alert.set.about)}</th>
                    {AlertWay::ALL.iter().map(|way| view! { <th scope="col">{move || way_name(i18n, *way)}</th> }).collect_view()}
                </tr>
            </thead>
            <tbody>
                {AlertKind::ALL.iter().filter(|kind| kind.setting() == **kind).map(|kind| view! {
                    <tr>
                        <th scope="row">{move || kind_name(i18n, *kind)}</th>
                        {AlertWay::ALL.iter().map(|way| view! { <Mark kind=*kind way=*way keeper/> }).collect_view()}
                    </tr>
                }).collect_view()}
            </tbody>
        </table>
        <Toggle name="hide_text" checked=hide changed=Callback::new(move |on| keeper.change(|s| s.hide_text = on))
            label=move || t_string!(i18n, alert.set.hide).to_string() hint=move || t_string!(i18n, alert.set.hide_hint).to_string()/>
        <Toggle name="quiet" checked=quiet changed=Callback::new(move |on: bool| keeper.change(|s| s.quiet = on.then_some(NIGHT)))
            label=move || t_string!(i18n, alert.set.quiet).to_string()
            hint=move || t_string!(i18n, alert.set.quiet_hint, zone = session.time_zone()).to_string()/>
        <Show when=move || quiet.get()><Hours keeper/></Show>
        <Here setup/>
    }
}

#[component]
fn Mark(kind: AlertKind, way: AlertWay, keeper: Keeper) -> impl IntoView {
    let i18n = use_i18n();
    let is_on = move || keeper.settings.with(|s| s.wants(kind, way));
    let label = move || t_string!(i18n, alert.set.choice, kind = kind_name(i18n, kind), way = way_name(i18n, way)).to_string();
    view! {
        <td>
            <label class="mark">
                <input type="checkbox" aria-label=label prop:checked=is_on
                    on:change=move |event| { let on = event_target_checked(&event); keeper.change(|s| s.set(kind, way, on)); }/>
            </label>
        </td>
    }
}

fn clock(minute: i64) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

fn minute(clock: &str) -> Option<i64> {
    let (hours, minutes) = clock.split_once(':')?;
    let (hours, minutes) = (hours.parse::<i64>().ok()?, minutes.get(..2)?.parse::<i64>().ok()?);
    ((0..24).contains(&hours) && (0..60).contains(&minutes)).then_some(hours * 60 + minutes)
}

/// From when until when.
#[component]
fn Hours(keeper: Keeper) -> impl IntoView {
    let i18n = use_i18n();
    let now = move || keeper.settings.with(|s| s.quiet.unwrap_or(NIGHT));
    let set = move |event: web_sys::Event, write: fn(&mut Quiet, i64)| {
        let Some(minute) = minute(&event_target_value(&event)) else { return };
        let mut quiet = keeper.settings.with_untracked(|s| s.quiet.unwrap_or(NIGHT));
        write(&mut quiet, minute);
        // A time of no length is none: it waits for the other end.
        if quiet.from != quiet.to {
            keeper.change(|s| s.quiet = Some(quiet));
        }
    };
    view! {
        <div class="quiet-hours">
            <label><span>{t!(i18n, alert.set.from)}</span>
                <input class="input" type="time" required prop:value=move || clock(now().from) on:change=move |e| set(e, |q, m| q.from = m)/></label>
            <label><span>{t!(i18n, alert.set.to)}</span>
                <input class="input" type="time" required prop:value=move || clock(now().to) on:change=move |e| set(e, |q, m| q.to = m)/></label>
        </div>
    }
}

/// This browser: allowed or not, subscribed or not, and a trial.
#[component]
fn Here(setup: AlertSetup) -> impl IntoView {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let allowed = RwSignal::new(Allowed::Unknown);
    let subscribed = RwSignal::new(setup.is_subscribed);
    let busy = RwSignal::new(false);
    let result = RwSignal::new(String::new());
    let key = StoredValue::new(setup.push_key);
    effect(move || allowed.set(push::allowed()));
    let enable = move |()| {
        busy.set(true);
        spawn_local(async move {
            allowed.set(push::ask().await);
            if allowed.get_untracked() == Allowed::Yes {
                subscribed.set(push::subscribe(&key.get_value(), i18n.get_locale_untracked()).await.is_ok());
            }
            busy.set(false);
        });
    };
    let disable = move |()| {
        busy.set(true);
        spawn_local(async move {
            match push::stop().await {
                Ok(()) => subscribed.set(false),
                Err(api::Refused(refused)) if !session::ended_by(&refused) => toasts.fail(untrack(|| fault::say(i18n, &refused))),
                Err(_) => {}
            }
            busy.set(false);
        });
    };
    let test = move |()| {
        busy.set(true);
        result.set(String::new());
        spawn_local(async move {
            let outcome = test_push().await;
            let shown = match &outcome {
                Ok(PushOutcome::None) => {
                    let (title, text) = untrack(|| (t_string!(i18n, alert.set.test_title), t_string!(i18n, alert.set.test_text)));
                    push::note(title, text, "trial", "/profile").await
                }
                _ => false,
            };
            let said = untrack(|| match outcome {
                Ok(PushOutcome::Sent) => t_string!(i18n, alert.set.sent).to_string(),
                Ok(PushOutcome::None) if shown => t_string!(i18n, alert.set.shown).to_string(),
                Ok(PushOutcome::None) => t_string!(i18n, alert.set.not_shown).to_string(),
                Ok(PushOutcome::Gone) => t_string!(i18n, alert.set.gone).to_string(),
                Ok(PushOutcome::Refused) => t_string!(i18n, alert.set.refused).to_string(),
                Ok(PushOutcome::Unreachable) => t_string!(i18n, alert.set.unreachable).to_string(),
                Err(api::Refused(refused)) => fault::say(i18n, &refused),
            });
            result.set(said);
            busy.set(false);
        });
    };
    view! {
        <div class="alert-here">
            <h3>{t!(i18n, alert.set.here)}</h3>
            {move || match allowed.get() {
                Allowed::Unknown => ().into_any(),
                Allowed::Never => view! { <p>{t!(i18n, alert.set.never)}</p> }.into_any(),
                Allowed::Denied => view! {
                    <p class="alert-denied"><Icon name="bell-off" small=true/><strong>{t!(i18n, alert.set.denied)}</strong></p>
                    <p>{t!(i18n, alert.set.denied_help)}</p>
                }.into_any(),
                Allowed::NotAsked => view! {
                    <p>{t!(i18n, alert.set.off)}</p>
                    <div class="alert-acts"><Button kind=Kind::Primary busy press=enable>{t!(i18n, alert.set.enable)}</Button></div>
                }.into_any(),
                Allowed::Yes => view! {
                    <p>{move || if subscribed.get() { t_string!(i18n, alert.set.on) } else { t_string!(i18n, alert.set.open_only) }.to_string()}</p>
                    <div class="alert-acts">
                        <Button busy press=test>{t!(i18n, alert.set.test)}</Button>
                        {move || if subscribed.get() {
                            view! { <Button kind=Kind::Ghost busy press=disable>{t!(i18n, alert.set.disable)}</Button> }.into_any()
                        } else {
                            view! { <Button kind=Kind::Ghost busy press=enable>{t!(i18n, alert.set.enable)}</Button> }.into_any()
                        }}
                    </div>
                }.into_any(),
            }}
            <p class="alert-result" role="status">{move || result.get()}</p>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_read_as_they_are_written() {
        for n in [0, 59, 60, 425, 1439] {
            assert_eq!(minute(&clock(n)), Some(n));
        }
        for bad in ["", "24:00", "7", "aa:bb", "10:60"] {
            assert_eq!(minute(bad), None);
        }
    }
}
