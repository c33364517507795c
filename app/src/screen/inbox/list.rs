//! The left pane: search, tabs, and the list of the chosen tab.

mod end;
mod rows;

use super::filter::{FilterMenu, OrderButton};
use super::layout::{tab_of, tab_word, use_panes};
use super::search::SearchField;
use super::select::use_selection;
use super::start::{Start, use_start};
use crate::area::{Area, Later, Part};
use crate::i18n::*;
use crate::live::{Store, use_store};
use crate::part::*;
use leptos::prelude::*;
use model::{ConversationId, Tab};
use rows::Rows;

/// Id of the element that the tabs fill.
const ROWS: &str = "inbox-rows";

/// Search, tabs and rows.
#[component]
pub fn ListPane() -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let panes = use_panes();
    let start = use_start();
    let selection = use_selection();
    let asleep = Asleep(RwSignal::new(false));
    provide_context(asleep);
    let search = store.search;
    search.set(String::new());
    let filter_open = RwSignal::new(false);
    let searching = Memo::new(move |_| search.with(|s| !s.trim().is_empty()));

    // What the address says is what is loaded.
    effect(move || store.show_tab(panes.tab.get()));
    effect(move || store.pin(panes.open.get()));
    follow_my_own();
    // What is chosen belongs to the tab.
    effect(move || {
        panes.tab.track();
        selection.end();
        asleep.0.set(false);
    });

    let label = move |tab: Tab| {
        Signal::derive(move || {
            match tab {
                Tab::New => t_string!(i18n, inbox.tab.new),
                Tab::Mine => t_string!(i18n, inbox.tab.mine),
                Tab::Others => t_string!(i18n, inbox.tab.others),
                Tab::Done => t_string!(i18n, inbox.tab.done),
            }
            .to_string()
        })
    };
    let items = Tab::ALL.iter().map(|tab| {
        let tab = *tab;
        TabItem { key: tab_word(tab), label: label(tab), count: Signal::derive(move || counted(store, tab)) }
    });
    let select = move |word: &'static str| {
        search.set(String::new());
        if let Some(tab) = tab_of(word) {
            panes.show_tab(tab);
        }
    };
    let commands = use_commands();
    let always = Signal::stored(true);
    for (tab, id) in [
        (Tab::New, CommandId::TabNew),
        (Tab::Mine, CommandId::TabMine),
        (Tab::Others, CommandId::TabOthers),
        (Tab::Done, CommandId::TabDone),
    ] {
        let name = label(tab);
        let label = Signal::derive(move || t_string!(i18n, inbox.key.tab, name = name.get()).to_string());
        let run = Callback::new(move |()| select(tab_word(tab)));
        commands.add(Command { id, label, when: always, run });
    }
    commands.add(Command {
        id: CommandId::Filter,
        label: Signal::derive(move || t_string!(i18n, inbox.key.filter).to_string()),
        when: always,
        run: Callback::new(move |()| filter_open.set(true)),
    });
    commands.add(Command {
        id: CommandId::Views,
        label: Signal::derive(move || t_string!(i18n, working.view.key).to_string()),
        when: always,
        run: Callback::new(move |()| filter_open.set(true)),
    });
    let selects = Signal::derive(move || panes.tab.get() != Tab::Done);
    let select_label = Signal::derive(move || t_string!(i18n, working.select.start).to_string());
    commands.add(Command { id: CommandId::Select, label: select_label, when: selects, run: Callback::new(move |()| selection.begin()) });
    // Whom one could write to is in the contacts.
    let session = crate::session::use_session();
    let may_start = Signal::derive(move || session.may(model::Permission::Contacts));
    commands.add(Command {
        id: CommandId::Start,
        label: Signal::derive(move || t_string!(i18n, inbox.key.start).to_string()),
        when: may_start,
        run: Callback::new(move |()| start.begin(Start::Empty)),
    });
    view! {
        <div class="list-head">
            <div class="list-tools">
                <SearchField text=search/>
                <FilterMenu open=filter_open/>
                <OrderButton/>
                <Show when=move || may_start.get()>
                    <IconButton icon="message-plus" label=move || t_string!(i18n, inbox.start.open).to_string() keys=CommandId::Start.keys()
                        class="start-button" press=move |()| start.begin(Start::Empty)/>
                </Show>
                <Menu icon="more-vertical" icon_only=true label=move || t_string!(i18n, working.menu).to_string() class="list-menu">
                    {move || may_start.get().then(|| view! {
                        <MenuItem icon="message-plus" keys=CommandId::Start.keys() press=move |()| start.begin(Start::Empty)>{t!(i18n, inbox.start.open)}</MenuItem>
                    })}
                    {move || selects.get().then(|| view! {
                        <MenuItem icon="check-circle" keys=CommandId::SelectOne.keys() press=move |()| selection.begin()>{move || select_label.get()}</MenuItem>
                    })}
                </Menu>
            </div>
            <Tabs label=move || t_string!(i18n, inbox.tab.label).to_string() items=items.collect()
                selected=Signal::derive(move || tab_word(panes.tab.get())) select=select controls=ROWS/>
        </div>
        <div class="list-body" id=ROWS role="tabpanel" aria-label=move || label(panes.tab.get()).get() class:searching=move || searching.get()>
            <AsleepStrip/>
            <Rows/>
            <Show when=move || searching.get()><Area part=Part::Results(search)/></Show>
            <Later part=Part::Several wanted=Signal::derive(move || selection.is_on())/>
        </div>
    }
}

/// Whether the snoozed conversations are shown in the place of the others; a context of the list.
#[derive(Clone, Copy)]
pub struct Asleep(pub RwSignal<bool>);

/// The number on a tab: what is snoozed is not at work. Tracked.
pub fn counted(store: Store, tab: Tab) -> Option<i64> {
    let asleep = if tab == Tab::Mine { store.snoozed().with(Vec::len) } else { 0 };
    store.counts.with(|c| c.of(tab)).map(|n| (n - i64::try_from(asleep).unwrap_or(0)).max(0))
}

/// The ids that the list of a tab shows, pinned ones first. Tracked.
pub fn shown_order(store: Store, tab: Tab) -> Vec<ConversationId> {
    let is_asleep = use_context::<Asleep>().is_some_and(|a| a.0.get());
    match tab {
        Tab::Mine if is_asleep => store.snoozed().get(),
        Tab::Mine => store.pinned().get().into_iter().chain(store.tab_list(tab).order.get()).collect(),
        tab => store.tab_list(tab).order.get(),
    }
}

/// Above my own conversations: how many are snoozed, and the way to them and back.
#[component]
fn AsleepStrip() -> impl IntoView {
    let i18n = use_i18n();
    let (store, panes) = (use_store(), use_panes());
    let Asleep(shown) = expect_context();
    let count = Memo::new(move |_| store.snoozed().with(Vec::len));
    effect(move || {
        if count.get() == 0 {
            shown.set(false);
        }
    });
    let says = move || match (shown.get(), count.get()) {
        (true, _) => t_string!(i18n, working.snooze.back).to_string(),
        (false, 1) => t_string!(i18n, working.snooze.one).to_string(),
        (false, count) => t_string!(i18n, working.snooze.count, count = count).to_string(),
    };
    view! {
        <Show when=move || panes.tab.get() == Tab::Mine && count.get() != 0>
            <button type="button" class="asleep-strip" aria-pressed=move || if shown.get() { "true" } else { "false" }
                on:click=move |_| shown.update(|s| *s = !*s)>
                <Icon name=Signal::derive(move || if shown.get() { "arrow-left" } else { "calendar-clock" }) small=true/>
                <span>{says}</span>
            </button>
        </Show>
    }
}

/// When the open conversation becomes mine under my eyes, the list goes along to the tab where it is now.
fn follow_my_own() {
    let (store, panes) = (use_store(), use_panes());
    let place = Memo::new(move |_| {
        let id = panes.open.get()?;
        let seen = store.workspace.with(|w| w.as_ref().map(|w| w.seen.clone()))?;
        store.known_row(id).with(|row| row.as_ref().and_then(|row| seen.tab(&row.access()))).map(|tab| (id, tab))
    });
    Effect::new(move |before: Option<Option<(ConversationId, Tab)>>| {
        let now = place.get();
        if let (Some(Some((old, from))), Some((id, Tab::Mine))) = (before, now)
            && old == id
            && from != Tab::Mine
            && from == panes.tab.get_untracked()
        {
            panes.show_tab(Tab::Mine);
        }
        now
    });
}
