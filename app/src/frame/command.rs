//! What the palette has for every page besides what keys do.

use super::theme_name;
use crate::api::auth::sign_out;
use crate::i18n::*;
use crate::language;
use crate::live::use_store;
use crate::part::*;
use crate::prefs::{Theme, use_prefs};
use crate::session;
use leptos::prelude::*;
use leptos_i18n::I18nContext;
use leptos_router::hooks::use_navigate;

/// Adds them; they come with the palette.
#[component]
pub fn MoreCommands() -> impl IntoView {
    let i18n = use_i18n();
    let (commands, prefs, toasts) = (use_commands(), use_prefs(), use_toasts());
    let add = |id, label: Signal<String>, when, run| commands.add(Command { id, label, when, run });
    for (id, theme) in [(CommandId::ThemeLight, Theme::Light), (CommandId::ThemeDark, Theme::Dark), (CommandId::ThemeSystem, Theme::System)]
    {
        let label = Signal::derive(move || format!("{}: {}", t_string!(i18n, common.theme.title), theme_name(i18n, theme)));
        let run = Callback::new(move |()| prefs.set_theme(theme));
        add(id, label, Signal::derive(move || prefs.theme() != theme), run);
    }
    for (locale, name) in language::ALL {
        let label = Signal::derive(move || format!("{}: {name}", t_string!(i18n, common.language.title)));
        let run = Callback::new(move |()| language::choose(i18n, locale));
        let id = match locale {
            Locale::pt_BR => CommandId::LanguagePt,
            Locale::en => CommandId::LanguageEn,
            Locale::es => CommandId::LanguageEs,
        };
        add(id, label, Signal::derive(move || i18n.get_locale() != locale), run);
    }
    let (store, navigate) = (use_store(), use_navigate());
    let leads = Signal::derive(move || store.workspace.with(|w| w.as_ref().is_some_and(|w| w.seen.leads())));
    let go = Callback::new(move |()| {
        if may_leave() {
            navigate("/board", leptos_router::NavigateOptions::default());
        }
    });
    add(CommandId::GoBoard, Signal::derive(move || t_string!(i18n, board.title).to_string()), leads, go);
    let label = Signal::derive(move || t_string!(i18n, common.nav.sign_out).to_string());
    add(CommandId::SignOut, label, Signal::stored(true), Callback::new(move |()| leave(toasts, i18n)));
}

/// Signs out, and leads to where one signs in.
pub(super) fn leave(toasts: Toasts, i18n: I18nContext<Locale>) {
    leptos::task::spawn_local(async move {
        match sign_out().await {
            Ok(()) => session::go("/login"),
            Err(e) if e.0 == model::Fault::SignedOut => session::go("/login"),
            Err(e) => toasts.fail(untrack(|| crate::fault::say(i18n, &e.0))),
        }
    });
}
