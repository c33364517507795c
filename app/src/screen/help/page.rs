//! The pages themselves, on the server only.

use super::more;
use super::tour::tour;
use crate::i18n::*;
use crate::language;
use leptos::prelude::*;
use leptos_i18n::I18nContext;
use leptos_meta::{Title, provide_meta_context};

pub(super) type Say = String;

/// The pages by their addresses: for every day, about the team, about the account.
const DAILY: &[&str] = &["tour", "inbox", "messages", "files", "windows", "shortcuts", "glossary"];
const TEAM: &[&str] = &["signin", "roles", "distribution", "deadlines", "board"];
const ACCOUNT: &[&str] = &["audit", "masks", "apps"];

fn title_of(i18n: I18nContext<Locale>, page: &str) -> Say {
    match page {
        "tour" => t_string!(i18n, help.tour.title),
        "messages" => t_string!(i18n, message.help.title),
        "files" => t_string!(i18n, help.files.title),
        "windows" => t_string!(i18n, help.window.title),
        "shortcuts" => t_string!(i18n, help.keys.title),
        "glossary" => t_string!(i18n, help.words.title),
        "signin" => t_string!(i18n, help.enter.title),
        "roles" => t_string!(i18n, help.roles.title),
        "distribution" => t_string!(i18n, help.hand.title),
        "deadlines" => t_string!(i18n, sla.help.title),
        "board" => t_string!(i18n, help.board.title),
        "audit" => t_string!(i18n, audit.title),
        "masks" => t_string!(i18n, mask.help.title),
        "apps" => t_string!(i18n, module.title),
        _ => t_string!(i18n, help.inbox.title),
    }
    .to_string()
}

fn content_of(i18n: I18nContext<Locale>, page: &str, address: &str) -> AnyView {
    match page {
        "tour" => tour(i18n, address).into_any(),
        "messages" => messages(i18n).into_any(),
        "files" => files(i18n).into_any(),
        "windows" => windows(i18n).into_any(),
        "shortcuts" => shortcuts(i18n).into_any(),
        "glossary" => more::words(i18n).into_any(),
        "signin" => more::enter(i18n).into_any(),
        "roles" => more::roles(i18n).into_any(),
        "distribution" => more::hand(i18n).into_any(),
        "deadlines" => more::deadlines(i18n).into_any(),
        "board" => more::board(i18n).into_any(),
        "audit" => more::audit(i18n).into_any(),
        "masks" => more::masks(i18n).into_any(),
        "apps" => more::apps(i18n).into_any(),
        _ => inbox(i18n).into_any(),
    }
}

/// The page at an address; one that does not exist is the inbox's. Steps of the tour are one page.
fn page_at(address: &str) -> &'static str {
    let asked = address.split('/').next().unwrap_or_default();
    [DAILY, TEAM, ACCOUNT].into_iter().flatten().copied().find(|page| *page == asked).unwrap_or("inbox")
}

/// A help page by its address; one that does not exist shows the inbox's.
pub fn plain_page(path: &str) -> impl IntoView + use<> {
    provide_meta_context();
    let i18n = language::provide();
    let address = path.strip_prefix("/help").unwrap_or_default().trim_matches('/').to_owned();
    let current = page_at(&address);
    let title = title_of(i18n, current);
    let groups = [
        ("daily", t_string!(i18n, help.groups.daily), DAILY),
        ("team", t_string!(i18n, help.groups.team), TEAM),
        ("account", t_string!(i18n, help.groups.account), ACCOUNT),
    ];
    let link = move |page: &'static str| {
        let is_open = page == current;
        view! { <li><a href=format!("/help/{page}") aria-current=is_open.then_some("page")>{title_of(i18n, page)}</a></li> }
    };
    view! {
        <Title text=format!("{title} · {} · Prosa", t_string!(i18n, help.title))/>
        <div class="help">
            <header class="help-head">
                <a class="help-home" href="/inbox"><svg class="logo" aria-hidden="true"><use href="#i-prosa"></use></svg><span>{t_string!(i18n, help.back)}</span></a>
                <nav aria-label=t_string!(i18n, help.pages).to_string()>
                    {groups.into_iter().map(|(id, name, pages)| view! {
                        <p id=format!("help-{id}") class="help-group">{name}</p>
                        <ul aria-labelledby=format!("help-{id}")>{pages.iter().copied().map(link).collect_view()}</ul>
                    }).collect_view()}
                </nav>
            </header>
            <main class="help-text"><h1>{title}</h1>{content_of(i18n, current, &address)}</main>
        </div>
    }
}

/// Names, each with what there is to say of it.
pub(super) fn facts(list: Vec<(Say, Say)>) -> impl IntoView {
    view! { <dl class="help-facts">{list.into_iter().map(|(name, text)| view! { <dt>{name}</dt><dd>{text}</dd> }).collect_view()}</dl> }
}

/// A heading with its text.
pub(super) fn section(title: &'static str, text: &'static str) -> impl IntoView {
    view! {
        <h2>{title}</h2>
        <p>{text}</p>
    }
}

fn inbox(i18n: I18nContext<Locale>) -> impl IntoView {
    view! {
        <p class="help-lead">{t_string!(i18n, help.inbox.lead)}</p>
        <p><a href="/help/tour">{t_string!(i18n, help.tour.title)}</a></p>
        <h2>{t_string!(i18n, help.inbox.tabs)}</h2>
        {facts(vec![
            (t_string!(i18n, help.inbox.tab_new).to_string(), t_string!(i18n, help.inbox.tab_new_text).to_string()),
            (t_string!(i18n, help.inbox.tab_mine).to_string(), t_string!(i18n, help.inbox.tab_mine_text).to_string()),
            (t_string!(i18n, help.inbox.tab_others).to_string(), t_string!(i18n, help.inbox.tab_others_text).to_string()),
            (t_string!(i18n, help.inbox.tab_done).to_string(), t_string!(i18n, help.inbox.tab_done_text).to_string()),
        ])}
        <h2>{t_string!(i18n, help.inbox.acts)}</h2>
        {facts(vec![
            (t_string!(i18n, help.inbox.assume).to_string(), t_string!(i18n, help.inbox.assume_text).to_string()),
            (t_string!(i18n, help.inbox.transfer).to_string(), t_string!(i18n, help.inbox.transfer_text).to_string()),
            (t_string!(i18n, help.inbox.conclude).to_string(), t_string!(i18n, help.inbox.conclude_text).to_string()),
            (t_string!(i18n, help.inbox.note).to_string(), t_string!(i18n, help.inbox.note_text).to_string()),
        ])}
        <h2>{t_string!(i18n, working.help.title)}</h2>
        {facts(vec![
            (t_string!(i18n, working.help.several).to_string(), t_string!(i18n, working.help.several_text).to_string()),
            (t_string!(i18n, working.help.snooze).to_string(), t_string!(i18n, working.help.snooze_text).to_string()),
            (t_string!(i18n, working.help.pin).to_string(), t_string!(i18n, working.help.pin_text).to_string()),
            (t_string!(i18n, working.help.watch).to_string(), t_string!(i18n, working.help.watch_text).to_string()),
            (t_string!(i18n, working.help.view).to_string(), t_string!(i18n, working.help.view_text).to_string()),
            (t_string!(i18n, working.help.search).to_string(), t_string!(i18n, working.help.search_text).to_string()),
        ])}
        <h2>{t_string!(i18n, help.inbox.talk)}</h2>
        <p>{t_string!(i18n, help.inbox.talk_text)}</p>
        <h2>{t_string!(i18n, help.inbox.two)}</h2>
        <p>{t_string!(i18n, help.inbox.two_text)}</p>
        <h2>{t_string!(i18n, photo.help.title)}</h2>
        <p>{t_string!(i18n, photo.help.text)}</p>
        <h2>{t_string!(i18n, help.inbox.archive)}</h2>
        <p>{t_string!(i18n, help.inbox.archive_text)}</p>
        <h2>{t_string!(i18n, merge.help)}</h2>
        <p>{t_string!(i18n, merge.help_text)}</p>
        <h2>{t_string!(i18n, help.inbox.safe)}</h2>
        <p>{t_string!(i18n, help.inbox.safe_text)}</p>
    }
}

fn windows(i18n: I18nContext<Locale>) -> impl IntoView {
    view! {
        <p class="help-lead">{t_string!(i18n, help.window.lead)}</p>
        <h2>{t_string!(i18n, help.window.open)}</h2>
        <p>{t_string!(i18n, help.window.open_text)}</p>
        <h2>{t_string!(i18n, help.window.closed)}</h2>
        <p>{t_string!(i18n, help.window.closed_text)}</p>
        <h2>{t_string!(i18n, help.window.category)}</h2>
        <p>{t_string!(i18n, help.window.category_text)}</p>
        <h2>{t_string!(i18n, help.window.webchat)}</h2>
        <p>{t_string!(i18n, help.window.webchat_text)}</p>
        <h2>{t_string!(i18n, help.window.ticks)}</h2>
        <p>{t_string!(i18n, help.window.ticks_text)}</p>
    }
}

fn files(i18n: I18nContext<Locale>) -> impl IntoView {
    view! {
        <p class="help-lead">{t_string!(i18n, help.files.lead)}</p>
        {facts(vec![
            (t_string!(i18n, help.files.attach).to_string(), t_string!(i18n, help.files.attach_text).to_string()),
            (t_string!(i18n, help.files.voice).to_string(), t_string!(i18n, help.files.voice_text).to_string()),
            (t_string!(i18n, help.files.view).to_string(), t_string!(i18n, help.files.view_text).to_string()),
            (t_string!(i18n, help.files.kept).to_string(), t_string!(i18n, help.files.kept_text).to_string()),
        ])}
        <h2>{t_string!(i18n, sticker.help.title)}</h2>
        <p>{t_string!(i18n, sticker.help.text)}</p>
        <h2>{t_string!(i18n, help.files.ways)}</h2>
        {facts(vec![
            (t_string!(i18n, help.files.native).to_string(), t_string!(i18n, help.files.native_text).to_string()),
            (t_string!(i18n, help.files.file).to_string(), t_string!(i18n, help.files.file_text).to_string()),
            (t_string!(i18n, help.files.link).to_string(), t_string!(i18n, help.files.link_text).to_string()),
        ])}
    }
}

fn messages(i18n: I18nContext<Locale>) -> impl IntoView {
    view! {
        <p class="help-lead">{t_string!(i18n, message.help.lead)}</p>
        <h2>{t_string!(i18n, message.help.write)}</h2>
        {facts(vec![
            (t_string!(i18n, message.help.mention).to_string(), t_string!(i18n, message.help.mention_text).to_string()),
            (t_string!(i18n, message.help.emoji).to_string(), t_string!(i18n, message.help.emoji_text).to_string()),
            (t_string!(i18n, message.help.more).to_string(), t_string!(i18n, message.help.more_text).to_string()),
        ])}
        <h2>{t_string!(i18n, message.help.after)}</h2>
        {facts(vec![
            (t_string!(i18n, message.help.delay).to_string(), t_string!(i18n, message.help.delay_text).to_string()),
            (t_string!(i18n, message.help.edit).to_string(), t_string!(i18n, message.help.edit_text).to_string()),
            (t_string!(i18n, message.help.hide).to_string(), t_string!(i18n, message.help.hide_text).to_string()),
            (t_string!(i18n, message.help.pick).to_string(), t_string!(i18n, message.help.pick_text).to_string()),
        ])}
    }
}

fn shortcuts(i18n: I18nContext<Locale>) -> impl IntoView {
    let row = |keys: &'static [&'static str], text: &'static str| {
        view! {
            <div class="sheet-row">
                <dt>{text}</dt>
                <dd>{keys.iter().map(|k| view! { <kbd class="kbd-cap">{*k}</kbd>" " }).collect_view()}</dd>
            </div>
        }
    };
    view! {
        <p class="help-lead">{t_string!(i18n, help.keys.lead)}</p>
        <h2>{t_string!(i18n, help.keys.anywhere)}</h2>
        <dl class="help-keys">
            {row(&["Ctrl K"], t_string!(i18n, help.keys.commands))}
            {row(&["?"], t_string!(i18n, help.keys.sheet))}
            {row(&["G", "I"], t_string!(i18n, help.keys.go_inbox))}
            {row(&["G", "T"], t_string!(i18n, help.inbox.talk))}
            {row(&["G", "A"], t_string!(i18n, help.inbox.archive))}
            {row(&["G", "P"], t_string!(i18n, help.keys.go_profile))}
            {row(&["G", "S"], t_string!(i18n, help.keys.go_settings))}
            {row(&["Y O", "Y A", "Y F"], t_string!(i18n, status.title))}
        </dl>
        <h2>{t_string!(i18n, help.keys.in_inbox)}</h2>
        <dl class="help-keys">
            {row(&["/"], t_string!(i18n, help.keys.search))}
            {row(&["J", "K"], t_string!(i18n, help.keys.next))}
            {row(&["G N", "G M", "G O", "G C"], t_string!(i18n, help.keys.tabs))}
            {row(&["F"], t_string!(i18n, help.keys.filter))}
            {row(&["V"], t_string!(i18n, working.view.key))}
            {row(&["X"], t_string!(i18n, working.select.key))}
            {row(&["Shift N"], t_string!(i18n, help.keys.start))}
        </dl>
        <h2>{t_string!(i18n, help.keys.in_open)}</h2>
        <dl class="help-keys">
            {row(&["I"], t_string!(i18n, help.keys.assume))}
            {row(&["R"], t_string!(i18n, help.keys.write))}
            {row(&["N"], t_string!(i18n, help.keys.note))}
            {row(&["T"], t_string!(i18n, help.keys.transfer))}
            {row(&["E"], t_string!(i18n, help.keys.conclude))}
            {row(&["U"], t_string!(i18n, help.keys.unread))}
            {row(&["S"], t_string!(i18n, working.snooze.key))}
            {row(&["B"], t_string!(i18n, working.pin.key))}
            {row(&["Shift W"], t_string!(i18n, working.watch.key))}
            {row(&["P"], t_string!(i18n, help.keys.panel))}
            {row(&["M"], t_string!(i18n, message.pick.key))}
            {row(&["Z"], t_string!(i18n, message.delay.key))}
            {row(&["Shift G"], t_string!(i18n, help.keys.latest))}
        </dl>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_has_an_address_and_others_are_the_inbox() {
        for page in [DAILY, TEAM, ACCOUNT].into_iter().flatten() {
            assert_eq!(page_at(page), *page);
        }
        assert_eq!((page_at(""), page_at("nothing"), page_at("tour/4")), ("inbox", "inbox", "tour"));
    }
}
