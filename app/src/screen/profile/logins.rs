//! Where I am signed in.

use crate::api::auth::{logins, revoke_login};
use crate::fault;
use crate::i18n::*;
use crate::part::*;
use crate::session;
use leptos::prelude::*;
use model::{LoginId, LoginView};

/// Own logins, each but this one with a way to end it.
#[component]
pub(super) fn Logins() -> impl IntoView {
    let i18n = use_i18n();
    let all = Fetched::new(logins);
    view! {
        <section class="card">
            <h2>{t!(i18n, settings.profile.logins)}</h2>
            <p class="field-hint">{t!(i18n, settings.profile.logins_hint)}</p>
            {move || match all.get() {
                None => view! { <SkeletonRows count=2/> }.into_any(),
                Some(Ok(list)) => view! { <ul class="logins">{list.into_iter().map(|login| view! { <Login login all/> }).collect_view()}</ul> }.into_any(),
                Some(Err(fault)) => view! { <Trouble fault retry=move |()| all.refetch()/> }.into_any(),
            }}
        </section>
    }
}

#[component]
fn Login(login: LoginView, all: Fetched<Vec<LoginView>>) -> impl IntoView {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    let device = Device::of(&login.agent);
    let name = device.name.clone();
    let shown = move || if name.is_empty() { t_string!(i18n, settings.profile.unknown).to_string() } else { name.clone() };
    let spoken = shown.clone();
    let end = move |id: LoginId| {
        busy.set(true);
        leptos::task::spawn_local(async move {
            match revoke_login(id).await {
                Ok(()) => {
                    toasts.say(tu_string!(i18n, settings.profile.revoked).to_string());
                    all.refetch();
                }
                Err(refused) => {
                    let _ = busy.try_set(false);
                    if !session::ended_by(&refused.0) {
                        toasts.fail(untrack(|| fault::say(i18n, &refused.0)));
                    }
                }
            }
        });
    };
    view! {
        <li class="login">
            <span class="entry-icon"><Icon name=device.icon/></span>
            <span class="entry-texts">
                <span class="entry-title" data-tip=login.agent.clone()>
                    {shown}
                    {login.current.then(|| view! { <Chip tone=Tone::Success>{t!(i18n, settings.profile.this)}</Chip> })}
                </span>
                <span class="entry-text">
                    {login.address.clone()}" · "
                    {t!(i18n, settings.profile.since)}" "<Time at=login.created_at style=TimeStyle::Day/>" · "
                    {t!(i18n, settings.profile.last)}" "<Time at=login.last_seen_at style=TimeStyle::Ago/>
                </span>
            </span>
            {(!login.current).then(|| view! {
                <Button small=true busy press=move |()| end(login.id)
                    label=move || t_string!(i18n, settings.profile.revoke_of, agent = spoken()).to_string()>
                    {t!(i18n, settings.profile.revoke)}
                </Button>
            })}
        </li>
    }
}

/// A browser and its system, as far as its self-description is well known.
struct Device {
    name: String,
    icon: &'static str,
}

impl Device {
    fn of(agent: &str) -> Device {
        let first = |known: &[(&str, &'static str)]| known.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name);
        // The order matters: nearly all of them also call themselves Safari.
        let browser = first(&[
            ("Edg/", "Edge"),
            ("OPR/", "Opera"),
            ("SamsungBrowser", "Samsung Internet"),
            ("Firefox/", "Firefox"),
            ("FxiOS", "Firefox"),
            ("CriOS", "Chrome"),
            ("Chrome/", "Chrome"),
            ("Safari/", "Safari"),
        ]);
        let system = first(&[
            ("iPhone", "iPhone"),
            ("iPad", "iPad"),
            ("Android", "Android"),
            ("Windows", "Windows"),
            ("Mac OS X", "macOS"),
            ("CrOS", "ChromeOS"),
            ("Linux", "Linux"),
        ]);
        let icon = if matches!(system, Some("iPhone" | "iPad" | "Android")) { "phone" } else { "device" };
        Device { name: browser.into_iter().chain(system).collect::<Vec<_>>().join(" · "), icon }
    }
}

#[cfg(test)]
mod tests {
    use super::Device;

    #[test]
    fn devices_are_told_by_what_they_call_themselves() {
        let of = |agent| Device::of(agent).name;
        assert_eq!(
            of("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"),
            "Chrome · Linux"
        );
        assert_eq!(
            of("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1"),
            "Safari · iPhone"
        );
        assert_eq!(of("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0 Safari/537.36 Edg/140.0"), "Edge · Windows");
        assert_eq!(of("curl/8"), "");
    }
}
