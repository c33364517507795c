//! Notifications: what they do when they come, and the list under the bell.
//!
//! * [`Alerts`]: stands in the frame and draws only its bars. [`BellList`]: the list.
//! * [`push`]: this browser's permission and subscription. `sound`: the tone. `share`: what another app shares. `shelf`: what
//!   can be read without a network.

mod kept;
pub mod list;
pub mod push;
pub mod share;
mod shelf;
mod sound;

pub use list::BellList;

use crate::api::alert::{alert_setup, alerts};
use crate::api::talk::talk_state;
use crate::i18n::*;
use crate::live::{use_store, web};
use crate::part::*;
use crate::session::use_session;
use js_sys::{Function, Reflect};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::I18nContext;
use model::{Alert, AlertKind, AlertSettings, AlertWay};
use push::Allowed;
use wasm_bindgen::JsCast;

/// Several changes at once are one question.
const PAUSE_MS: u32 = 150;
/// Where this browser remembers that its person does not want to be asked.
const NOT_NOW: &str = "prosa.alerts.later";
/// Which notification was heard last, by whichever tab was first.
const HEARD: &str = "prosa.alerts.heard";

/// What a notification is called.
pub fn kind_name(i18n: I18nContext<Locale>, kind: AlertKind) -> String {
    match kind {
        AlertKind::Queue => t_string!(i18n, alert.kind.queue),
        AlertKind::Message => t_string!(i18n, alert.kind.message),
        AlertKind::Transfer => t_string!(i18n, alert.kind.transfer),
        AlertKind::Mention => t_string!(i18n, alert.kind.mention),
        AlertKind::Failed => t_string!(i18n, alert.kind.failed),
        AlertKind::Snooze => t_string!(i18n, working.alert),
        AlertKind::Internal => t_string!(i18n, talk.alert),
        AlertKind::Owed => t_string!(i18n, alert.kind.owed),
        AlertKind::Returned => t_string!(i18n, alert.kind.returned),
        AlertKind::Sla => t_string!(i18n, sla.alert.warned),
        AlertKind::SlaBreached => t_string!(i18n, sla.alert.breached),
        AlertKind::Watch => t_string!(i18n, alert.kind.watch),
        AlertKind::WatchTransfer => t_string!(i18n, alert.kind.watch_transfer),
        AlertKind::WatchEnd => t_string!(i18n, alert.kind.watch_end),
        AlertKind::WatchAsk => t_string!(i18n, alert.kind.watch_ask),
    }
    .to_string()
}

/// What a notification says that it is: who asked, where a colleague did.
pub fn alert_name(i18n: I18nContext<Locale>, told: &Alert) -> String {
    match told.by.as_str() {
        "" => kind_name(i18n, told.kind),
        name => t_string!(i18n, alert.kind.watch_asked, name = name).to_string(),
    }
}

/// Hears notifications: the bell's number, the badge of the installed app, the tone, a note of the system; and asks once
/// whether they may be shown (NO-1).
#[component]
pub fn Alerts() -> impl IntoView {
    let i18n = use_i18n();
    let (store, session) = (use_store(), use_session());
    let settings = RwSignal::new(AlertSettings::default());
    let allowed = RwSignal::new(Allowed::Unknown);
    let later = RwSignal::new(true);
    let is_subscribed = StoredValue::new(false);

    effect(move || {
        allowed.set(push::allowed());
        later.set(web::read(NOT_NOW).is_some());
        spawn_local(async move {
            let Ok(setup) = alert_setup().await else { return };
            let _ = settings.try_set(setup.settings.clone());
            is_subscribed.set_value(push::renew(&setup, i18n.get_locale_untracked()).await);
        });
    });
    effect(move || {
        let turn = store.bell.stale.get();
        spawn_local(async move {
            web::sleep(PAUSE_MS).await;
            if store.bell.stale.get_untracked() == turn
                && let Ok(page) = alerts(None).await
            {
                store.bell.unread.set(page.unread);
            }
        });
    });
    // The same for the internal chat, after a connection that was lost.
    effect(move || {
        let turn = store.talks.stale.get();
        spawn_local(async move {
            web::sleep(PAUSE_MS).await;
            if turn > 0
                && store.talks.stale.get_untracked() == turn
                && let Ok(state) = talk_state().await
            {
                store.talks.take(state);
            }
        });
    });
    effect(move || badge(store.bell.unread.get()));
    effect(move || shelf::keep(store));
    effect(move || {
        let Some((_, alert)) = store.bell.heard.get() else { return };
        let quiet = is_quiet(&settings.read_untracked(), &untrack(|| session.time_zone()));
        // What comes in the talk on screen is seen.
        let is_seen = alert.talk_id.is_some() && alert.talk_id == store.talks.on_screen.get_untracked() && store.talks.open.get_untracked();
        if quiet || is_seen && !web::is_hidden() || was_heard(&alert) {
            return;
        }
        let wants = |way| settings.with_untracked(|s| s.wants(alert.kind, way));
        if wants(AlertWay::Sound) {
            sound::play();
        }
        // A subscribed browser gets its note from the push service, also when no page is open.
        if wants(AlertWay::Desktop) && web::is_hidden() && !is_subscribed.get_value() {
            let hide = settings.with_untracked(|s| s.hide_text);
            let (title, text) = match hide {
                true => (tu_string!(i18n, common.product).to_string(), untrack(|| kind_name(i18n, alert.kind))),
                false if alert.preview.text.is_empty() || !alert.by.is_empty() => {
                    (alert.contact_name.clone(), untrack(|| alert_name(i18n, &alert)))
                }
                false => (alert.contact_name.clone(), alert.preview.text.clone()),
            };
            spawn_local(async move {
                let tag = format!("{}.{}", alert.subject(), alert.kind);
                push::note(&title, &text, &tag, &alert.path()).await;
            });
        }
    });
    // A note of the system was tapped: the page goes there by itself, nothing is loaded again.
    let navigate = leptos_router::hooks::use_navigate();
    effect(move || push::hear_where_to_go(navigate.clone()));
    let enable = move |()| {
        spawn_local(async move {
            let now = push::ask().await;
            allowed.set(now);
            if now == Allowed::Yes
                && let Ok(setup) = alert_setup().await
            {
                is_subscribed.set_value(push::subscribe(&setup.push_key, i18n.get_locale_untracked()).await.is_ok());
            }
        });
    };
    let not_now = move |()| {
        web::keep(NOT_NOW, Some("1"));
        later.set(true);
    };
    view! {
        {move || (allowed.get() == Allowed::NotAsked && !later.get()).then(|| view! {
            <div class="banner accent" role="status">
                <Icon name="bell" small=true/>
                <span class="banner-text">{t!(i18n, alert.ask.text)}</span>
                <Button kind=Kind::Plain small=true press=enable>{t!(i18n, alert.ask.agree)}</Button>
                <Button kind=Kind::Ghost small=true press=not_now>{t!(i18n, alert.ask.later)}</Button>
            </div>
        })}
        <share::Shared/>
    }
}

/// The number on the installed app's icon.
fn badge(unread: i64) {
    let navigator = window().navigator();
    let call = |name: &str, with: Option<f64>| {
        let found = Reflect::get(&navigator, &name.into()).ok().and_then(|f| f.dyn_into::<Function>().ok());
        let answer = found.map(|f| match with {
            Some(n) => f.call1(&navigator, &n.into()),
            None => f.call0(&navigator),
        });
        // A refusal comes later, and means nothing to anybody.
        if let Some(Ok(promise)) = answer
            && let Ok(promise) = promise.dyn_into::<js_sys::Promise>()
        {
            spawn_local(async move {
                let _ = wasm_bindgen_futures::JsFuture::from(promise).await;
            });
        }
    };
    #[expect(clippy::cast_precision_loss, reason = "a small number")]
    if unread > 0 { call("setAppBadge", Some(unread as f64)) } else { call("clearAppBadge", None) }
}

/// Whether it is a quiet hour, in the account's time.
fn is_quiet(settings: &AlertSettings, zone: &str) -> bool {
    let Some(quiet) = settings.quiet else { return false };
    let options = js_sys::Object::new();
    for (name, value) in [("timeZone", zone), ("hour", "2-digit"), ("minute", "2-digit"), ("hourCycle", "h23")] {
        let _ = Reflect::set(&options, &name.into(), &value.into());
    }
    let clock = String::from(js_sys::Date::new_0().to_locale_time_string_with_options("en-GB", &options));
    let minute = clock.split_once(':').and_then(|(h, m)| Some(h.trim().parse::<i64>().ok()? * 60 + m.trim().parse::<i64>().ok()?));
    minute.is_some_and(|minute| quiet.covers(minute))
}

/// Of several tabs one tells.
fn was_heard(alert: &Alert) -> bool {
    let mark = format!("{}.{}.{}.{}", alert.subject(), alert.kind, alert.at, alert.count);
    let before = web::read(HEARD).is_some_and(|heard| heard == mark);
    web::keep(HEARD, Some(&mark));
    before
}
