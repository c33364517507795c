//! What surrounds every signed-in page: navigation, connection bar, palette.

pub(crate) mod command;
pub(crate) mod me;
pub(crate) mod status;
mod talk;

use crate::area::{Later, Part};
use crate::i18n::*;
use crate::live::{Connection, provide_store, use_store};
use crate::part::*;
use crate::prefs::{Theme, use_prefs};
use crate::session::{self, use_session};
use js_sys::{Function, Reflect};
use leptos::prelude::*;
use leptos_i18n::I18nContext;
use leptos_router::components::{A, Outlet, Redirect};
use leptos_router::hooks::{use_location, use_navigate};
use wasm_bindgen::{JsCast, JsValue};

/// When the page has what it shows first, and the rest may come.
#[cfg(feature = "browser")]
const REST_AFTER_MS: u32 = 250;

/// The frame of all signed-in pages. Whoever is not signed in is sent to where they can be.
#[component]
pub fn Frame() -> impl IntoView {
    let session = use_session();
    if !session.signed_in() {
        let path = if session.needs_setup() { "/setup".to_owned() } else { login_path() };
        return view! { <Redirect path=path/> }.into_any();
    }
    view! { <Signed/> }.into_any()
}

/// The sign-in page that leads back here.
fn login_path() -> String {
    let location = use_location();
    match location.pathname.get_untracked().as_str() {
        "/" | "/inbox" | "" => "/login".to_owned(),
        path => format!("/login?next={path}"),
    }
}

#[component]
fn Signed() -> impl IntoView {
    let i18n = use_i18n();
    let uploading = provide_store().uploading;
    guard_reload(Signal::derive(move || uploading.get() > 0));
    commands();
    // What comes after the first sight.
    let rest = RwSignal::new(false);
    #[cfg(feature = "browser")]
    effect(move || {
        leptos::task::spawn_local(async move {
            crate::live::web::sleep(REST_AFTER_MS).await;
            crate::area::get_inbox().await;
            rest.set(true);
        });
    });
    // A colleague's eyes, an admin, another tab: what changes of me is seen here, too.
    let (store, session) = (use_store(), use_session());
    effect(move || {
        if let Some(me) = store.me()
            && untrack(|| session.me()).as_ref() != Some(&me)
        {
            session.change(|known| *known = me);
        }
    });
    let over = use_commands();
    let location = use_location();
    // On a phone an open conversation takes the whole screen.
    let deep = move || location.pathname.with(|p| p.strip_prefix("/inbox/").is_some_and(|rest| !rest.is_empty()));
    let docked = move || talk::is_shown(session, store);
    view! {
        <div class="app" class:deep=deep class:docked=docked>
            <a class="skip" href="#main" rel="external">{t!(i18n, common.nav.skip)}</a>
            <Rail/>
            <div class="app-main">
                <Bars/>
                <Later part=Part::Alerts wanted=rest/>
                <main id="main" class="app-page" tabindex="-1"><Outlet/></main>
            </div>
            <talk::TalkDock/>
            <Later part=Part::Palette wanted=move || over.palette.get() || over.sheet.get()/>
        </div>
    }
}

/// Thin bars over the page: no connection, a new version.
#[component]
fn Bars() -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let lost = move || match store.connection.get() {
        Connection::Connecting { retry_in_s } if retry_in_s > 0 => {
            Some(t_string!(i18n, common.connect.retrying, seconds = retry_in_s).to_string())
        }
        Connection::Offline => Some(t_string!(i18n, common.connect.offline).to_string()),
        _ => None,
    };
    effect(move || {
        if store.connection.get() == Connection::Ended {
            session::ended();
        }
    });
    view! {
        {move || lost().map(|text| {
            let waiting = match store.unsent.get() {
                0 => String::new(),
                count => format!(" {}", t_string!(i18n, alert.unsent, count = count)),
            };
            view! { <Banner tone=Tone::Warning icon="cloud-off">{text}{waiting}</Banner> }
        })}
        {move || store.is_outdated.get().then(|| view! {
            <Banner tone=Tone::Accent icon="refresh" action=t_string!(i18n, common.act.reload).to_string()
                press=|()| renew()>
                {t!(i18n, common.update.text)}
            </Banner>
        })}
    }
}

/// Loads the new version: first the service worker takes over that keeps it, then the page starts again. Whoever would lose
/// something is asked before: the old worker's files are gone with it.
fn renew() {
    if !may_reload() {
        return;
    }
    leptos::task::spawn_local(async {
        let _ = take_over().await;
        let _ = window().location().reload();
    });
}

async fn take_over() -> Result<(), JsValue> {
    let container = Reflect::get(&window().navigator(), &"serviceWorker".into())?;
    if container.is_undefined() {
        return Ok(());
    }
    let found = container.unchecked_into::<web_sys::ServiceWorkerContainer>().get_registration();
    let registration = wasm_bindgen_futures::JsFuture::from(found).await?;
    let waiting = Reflect::get(&registration, &"waiting".into())?;
    if !waiting.is_falsy() {
        Reflect::get(&waiting, &"postMessage".into())?.dyn_into::<Function>()?.call1(&waiting, &"update".into())?;
    }
    Ok(())
}

/// Navigation: a rail at the side, on phones a bar at the bottom.
#[component]
fn Rail() -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let store = use_store();
    let unread = Signal::derive(move || store.counts.get().mine_unread);
    let leads = Memo::new(move |_| store.workspace.with(|w| w.as_ref().is_some_and(|w| w.seen.leads())));
    let unread_words = Signal::derive(move || t_string!(i18n, common.nav.unread, count = unread.get()).to_string());
    view! {
        <nav class="rail" aria-label=move || t_string!(i18n, common.nav.main).to_string()>
            <a class="rail-logo" href="/inbox" aria-hidden="true" tabindex="-1"><svg class="logo"><use href="#i-prosa"></use></svg></a>
            <RailLink href="/inbox" icon="inbox" label=move || t_string!(i18n, common.nav.inbox).to_string()>
                <Badge count=unread tone=Tone::Accent label=unread_words/>
            </RailLink>
            <talk::TalkButton class="rail-talk"/>
            <Show when=move || leads.get()>
                <RailLink href="/board" icon="panel" label=move || t_string!(i18n, board.title).to_string()>""</RailLink>
            </Show>
            <Show when=move || session.has_settings()>
                <RailLink href="/settings" icon="settings" label=move || t_string!(i18n, common.nav.settings).to_string()>""</RailLink>
            </Show>
            <span class="rail-gap"></span>
            <a class="rail-item" href="/help" rel="external" target="_blank" aria-label=move || t_string!(i18n, common.nav.help).to_string()
                data-tip=move || t_string!(i18n, common.nav.help).to_string()>
                <Icon name="help"/>
                <span class="rail-label" aria-hidden="true">{t!(i18n, common.nav.help)}</span>
            </a>
            <BellButton/>
            <ThemeButton/>
            <AccountMenu/>
        </nav>
    }
}

#[component]
fn RailLink(href: &'static str, icon: &'static str, #[prop(into)] label: Signal<String>, children: Children) -> impl IntoView {
    view! {
        <A href=href attr:class="rail-item" attr:data-tip=move || label.get()>
            <span class="rail-icon"><Icon name=icon/>{children()}</span>
            <span class="rail-label">{move || label.get()}</span>
        </A>
    }
}

/// The name of a theme.
pub(crate) fn theme_name(i18n: I18nContext<Locale>, theme: Theme) -> String {
    match theme {
        Theme::System => t_string!(i18n, common.theme.system),
        Theme::Light => t_string!(i18n, common.theme.light),
        Theme::Dark => t_string!(i18n, common.theme.dark),
    }
    .to_string()
}

#[component]
fn ThemeButton() -> impl IntoView {
    let i18n = use_i18n();
    let prefs = use_prefs();
    let label = move || format!("{}: {}", t_string!(i18n, common.theme.title), theme_name(i18n, prefs.theme()));
    let icon = move || match prefs.theme() {
        Theme::System => "theme",
        Theme::Light => "sun",
        Theme::Dark => "moon",
    };
    view! {
        <button type="button" class="rail-item rail-theme" aria-label=label data-tip=label on:click=move |_| prefs.set_theme(untrack(|| prefs.theme()).next())>
            <Icon name=Signal::derive(icon)/>
        </button>
    }
}

/// The button over the list of notifications.
#[component]
fn BellButton() -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let open = RwSignal::new(false);
    let unread = Signal::derive(move || store.bell.unread.get());
    let label = move || match unread.get() {
        0 => t_string!(i18n, alert.title).to_string(),
        count => format!("{}: {}", t_string!(i18n, alert.title), t_string!(i18n, common.nav.unread, count = count)),
    };
    use_commands().add(Command {
        id: CommandId::Bell,
        label: Signal::derive(move || t_string!(i18n, alert.title).to_string()),
        when: Signal::stored(true),
        run: Callback::new(move |()| open.set(true)),
    });
    let badge = move || match unread.get() {
        ..=0 => None,
        n if n > 99 => Some("99+".to_owned()),
        n => Some(n.to_string()),
    };
    view! {
        <Popover label=Signal::derive(label) class="rail-item rail-bell" open trigger=move || view! {
            // The number is the style's: as a text it would stand in the button's name a second time.
            <span class="rail-icon"><Icon name="bell"/>{move || badge().map(|n| view! { <span class="badge accent bell-count" data-count=n></span> })}</span>
            <span class="rail-label" aria-hidden="true">{t!(i18n, alert.title)}</span>
        }>
            <Later part=Part::Bell wanted=open/>
        </Popover>
    }
}

/// The button of [`me::MyMenu`].
#[component]
fn AccountMenu() -> impl IntoView {
    let i18n = use_i18n();
    let (session, store) = (use_session(), use_store());
    let open = RwSignal::new(false);
    let status = Signal::derive(move || store.my_id().map(|id| store.status(id).kind));
    let name = Signal::derive(move || session.with(|me| me.name.clone()));
    let id = Signal::derive(move || session.with(|me| me.user_id.0));
    let photo = Signal::derive(move || session.with(|me| photo_of(me.user_id, &me.photo)));
    let label = move || {
        let who = session.with(|me| t_string!(i18n, common.nav.me, name = me.name.clone(), account = me.account.name.clone()).to_string());
        let now = status.get().map(|kind| format!(", {}", crate::status::word(i18n, kind))).unwrap_or_default();
        format!("{}: {who}{now}", t_string!(i18n, common.nav.more))
    };
    view! {
        <Menu label=Signal::derive(label) class="rail-item rail-account" open trigger=move || view! {
            <Avatar name id photo size=AvatarSize::Small status/>
            <span class="rail-label" aria-hidden="true">{t!(i18n, common.nav.more)}</span>
        }>
            <Later part=Part::Me wanted=open/>
        </Menu>
    }
}

/// What can be done from every page by keys; the palette has more.
fn commands() {
    let i18n = use_i18n();
    let (commands, session) = (use_commands(), use_session());
    let navigate = use_navigate();
    let go = move |path: &'static str| {
        let navigate = navigate.clone();
        Callback::new(move |()| {
            if may_leave() {
                navigate(path, leptos_router::NavigateOptions::default());
            }
        })
    };
    let always = Signal::stored(true);
    let admin = Signal::derive(move || session.has_settings());
    let replies = Signal::derive(move || session.has(model::Module::QuickReplies));
    let add = |id, label: Signal<String>, when, run| commands.add(Command { id, label, when, run });
    add(CommandId::GoInbox, Signal::derive(move || t_string!(i18n, common.nav.inbox).to_string()), always, go("/inbox"));
    add(CommandId::GoSettings, Signal::derive(move || t_string!(i18n, common.nav.settings).to_string()), admin, go("/settings/account"));
    add(CommandId::GoArchive, Signal::derive(move || t_string!(i18n, archive.title).to_string()), always, go("/archive"));
    add(CommandId::GoReplies, Signal::derive(move || t_string!(i18n, reply.title).to_string()), replies, go("/replies"));
    add(CommandId::GoProfile, Signal::derive(move || t_string!(i18n, common.nav.profile).to_string()), always, go("/profile"));
    add(
        CommandId::GoHelp,
        Signal::derive(move || t_string!(i18n, common.nav.help).to_string()),
        always,
        Callback::new(|()| {
            let _ = window().open_with_url_and_target("/help", "_blank");
        }),
    );
    add(
        CommandId::Palette,
        Signal::derive(move || t_string!(i18n, common.palette.open).to_string()),
        always,
        Callback::new(move |()| commands.toggle_palette()),
    );
    add(
        CommandId::Shortcuts,
        Signal::derive(move || t_string!(i18n, common.palette.shortcuts).to_string()),
        always,
        Callback::new(move |()| commands.sheet.set(true)),
    );
}
