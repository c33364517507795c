//! My profile: own data, how I work, this browser, my logins.

mod alerts;
mod logins;
mod passkeys;
mod you;

use crate::api::auth::remove_photo;
use crate::area::{Area, Part};
use crate::frame::theme_name;
use crate::i18n::*;
use crate::language;
use crate::part::*;
use crate::prefs::{Theme, use_prefs};
use crate::screen::photo::{Crop, CropButtons, Photo, PhotoButtons};
use crate::screen::preference::ClosingPreference;
use crate::session::use_session;
use alerts::AlertsCard;
use leptos::prelude::*;
use leptos_meta::Title;
use logins::Logins;
use passkeys::PasskeysCard;
use you::AboutMe;

/// Everything about me. Each choice is saved when it is made.
#[component]
pub fn ProfileScreen() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <Title text=move || t_string!(i18n, settings.profile.title).to_string()/>
        <div class="settings-page profile">
            <You/>
            <AboutMe/>
            <Work/>
            <AlertsCard/>
            <Browser/>
            <Area part=Part::Security/>
            <PasskeysCard/>
            <Logins/>
            <Begin/>
        </div>
    }
}

#[component]
fn You() -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let name = Signal::derive(move || session.with(|me| me.name.clone()));
    let id = Signal::derive(move || session.with(|me| me.user_id.0));
    let photo = Signal::derive(move || session.with(|me| photo_of(me.user_id, &me.photo)));
    let has_photo = Signal::derive(move || session.with(|me| !me.photo.is_empty()));
    let new = Photo::begin();
    let remove = move |()| new.remove(remove_photo(), move || session.change(|me| me.photo.clear()));
    let send = move |()| new.send("/photo".to_owned(), move |mark| session.change(|me| me.photo = mark));
    let role = move || {
        let role = session.me().map_or(model::Role::Agent, |me| me.role);
        crate::screen::settings::role_name(i18n, role)
    };
    view! {
        <header class="profile-you">
            <Avatar name id photo size=AvatarSize::Large/>
            <div class="profile-texts">
                <h1><bdi>{name}</bdi></h1>
                <p><bdi>{move || session.with(|me| me.email.clone())}</bdi></p>
                <p>{role}" · "<bdi>{move || session.with(|me| me.account.name.clone())}</bdi></p>
            </div>
            <PhotoButtons photo=new has=has_photo remove/>
        </header>
        <Dialog open=new.cutting locked=new.busy title=move || t_string!(i18n, photo.crop).to_string() footer=move || view! {
            <CropButtons photo=new cancel=move |()| new.cutting.set(false) send/>
        }.into_any()>
            <Crop photo=new/>
        </Dialog>
    }
}

#[component]
fn Work() -> impl IntoView {
    let i18n = use_i18n();
    let (session, prefs) = (use_session(), use_prefs());
    let settings = Signal::derive(move || session.me().map(|me| me.account.closing));
    let enter = RwSignal::new(untrack(|| prefs.enter_sends()));
    let enter_hint = move || {
        if enter.get() { t_string!(i18n, settings.profile.enter_on) } else { t_string!(i18n, settings.profile.enter_off) }.to_string()
    };
    view! {
        <section class="card">
            <h2>{t!(i18n, settings.profile.work)}</h2>
            <ClosingPreference settings/>
            <Toggle name="enter" checked=enter changed=Callback::new(move |on| prefs.set_enter_sends(on)) hint=enter_hint
                label=move || t_string!(i18n, settings.profile.enter).to_string()/>
        </section>
    }
}

#[component]
fn Browser() -> impl IntoView {
    let i18n = use_i18n();
    let prefs = use_prefs();
    let theme = RwSignal::new(untrack(|| prefs.theme()).word().to_owned());
    effect(move || theme.set(prefs.theme().word().to_owned()));
    const THEMES: [Theme; 3] = [Theme::System, Theme::Light, Theme::Dark];
    let themes = Signal::derive(move || THEMES.map(|t| Choice::new(t.word(), theme_name(i18n, t))).to_vec());
    let choose_theme = move |word: String| {
        if let Some(theme) = THEMES.into_iter().find(|t| t.word() == word) {
            prefs.set_theme(theme);
        }
    };
    let tongue = RwSignal::new(language::code(i18n.get_locale_untracked()).to_owned());
    effect(move || tongue.set(language::code(i18n.get_locale()).to_owned()));
    let tongues = Signal::stored(language::ALL.map(|(locale, name)| Choice::new(language::code(locale), name)).to_vec());
    let choose_tongue = move |code: String| {
        if let Some((locale, _)) = language::ALL.into_iter().find(|(l, _)| language::code(*l) == code) {
            language::choose(i18n, locale);
        }
    };
    view! {
        <section class="card">
            <h2>{t!(i18n, settings.profile.looks)}</h2>
            <Radios name="theme" inline=true value=theme choices=themes changed=Callback::new(choose_theme)
                label=move || t_string!(i18n, common.theme.title).to_string()/>
            <Radios name="language" inline=true value=tongue choices=tongues changed=Callback::new(choose_tongue)
                label=move || t_string!(i18n, common.language.title).to_string()/>
        </section>
    }
}

/// The ways to the tour and the words of the product (DB-7): plain pages, in tabs of their own.
#[component]
fn Begin() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <section class="card">
            <h2>{t!(i18n, help.tour.card)}</h2>
            <p>{t!(i18n, help.tour.card_text)}</p>
            <p class="profile-begin">
                <a class="button plain" href="/help/tour" rel="external" target="_blank">{t!(i18n, help.tour.title)}</a>
                <a class="button plain" href="/help/glossary" rel="external" target="_blank">{t!(i18n, help.words.title)}</a>
            </p>
        </section>
    }
}
