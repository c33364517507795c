//! Filters and order of the list (AB-2, AB-3).

use crate::area::{Later, Part};
use crate::i18n::*;
use crate::live::use_store;
use crate::part::*;
use crate::sla;
use leptos::prelude::*;
use model::text::plain;
use model::{ChannelId, ChannelStatus, Filter, Priority, SlaMark, TagId, TeamId, UserId};

/// How many kinds of filter are set.
pub fn active(filter: &Filter) -> usize {
    let lists = [
        filter.channels.is_empty(),
        filter.teams.is_empty(),
        filter.assignees.is_empty(),
        filter.tags.is_empty(),
        filter.priorities.is_empty(),
        filter.sla.is_empty(),
    ];
    lists.into_iter().map(|empty| !empty).chain([filter.unread, filter.watched]).filter(|on| *on).count()
}

/// Sets one of a kind, or takes it away.
fn toggle<T: PartialEq>(all: &mut Vec<T>, one: T) {
    match all.iter().position(|x| *x == one) {
        Some(at) => {
            all.remove(at);
        }
        None => all.push(one),
    }
}

/// The one at this place of all, which are never none.
fn nth<T: Copy>(all: &[T], at: i64) -> T {
    all[usize::try_from(at).unwrap_or_default().min(all.len() - 1)]
}

/// The filter button and its panel; every tick applies at once.
#[component]
pub fn FilterMenu(open: RwSignal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let count = Memo::new(move |_| store.filter.with(active));
    let label = Signal::derive(move || match count.get() {
        0 => t_string!(i18n, inbox.filter.title).to_string(),
        count => t_string!(i18n, inbox.filter.active, count = count).to_string(),
    });
    view! {
        <Popover label icon="filter" icon_only=true marked=Signal::derive(move || count.get() > 0) open class="filter-button">
            <Later part=Part::Filter wanted=open/>
        </Popover>
    }
}

/// What the list can be filtered by.
#[component]
pub fn FilterPanel() -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let set = Callback::new(move |filter: Filter| store.sieve(filter, store.oldest_first.get_untracked()));
    let channels = Signal::derive(move || {
        store.workspace.with(|w| {
            let all = w.iter().flat_map(|w| &w.channels).filter(|c| c.status != ChannelStatus::Removed);
            all.map(|c| (c.id.0, c.name.clone())).collect::<Vec<_>>()
        })
    });
    let teams = Signal::derive(move || {
        store.workspace.with(|w| w.iter().flat_map(|w| &w.teams).map(|t| (t.id.0, t.name.clone())).collect::<Vec<_>>())
    });
    let people = Signal::derive(move || {
        let me = store.my_id().map(|id| id.0);
        store.workspace.with(|w| {
            let mut all: Vec<(i64, String)> =
                w.iter().flat_map(|w| &w.members).filter(|m| m.active).map(|m| (m.user_id.0, m.name.clone())).collect();
            all.sort_by_cached_key(|(id, name)| (Some(*id) != me, plain(name)));
            if let Some((id, name)) = all.first_mut()
                && Some(*id) == me
            {
                *name = t_string!(i18n, inbox.filter.me, name = name.clone()).to_string();
            }
            all
        })
    });
    let tags = Signal::derive(move || store.tags().into_iter().map(|t| (t.id.0, t.name)).collect::<Vec<_>>());
    // By their places among all of their kind.
    let priorities = Signal::derive(move || (0i64..).zip(Priority::ALL).map(|(at, p)| (at, sla::priority(i18n, *p))).collect::<Vec<_>>());
    let promises: Signal<Vec<(i64, String)>> = Signal::derive(move || {
        let promised = store.workspace.with(|w| w.as_ref().is_some_and(|w| w.promises));
        let all = [t_string!(i18n, sla.filter.warned).to_string(), t_string!(i18n, sla.filter.breached).to_string()];
        if promised { (0i64..).zip(all).collect() } else { Vec::new() }
    });
    view! {
        <div class="filter-panel">
            <super::view::Views/>
            <header class="filter-head">
                <h2>{t!(i18n, inbox.filter.title)}</h2>
                <Button small=true kind=Kind::Ghost press=move |()| set.run(Filter::default())
                    class="filter-clear">{t!(i18n, inbox.filter.clear)}</Button>
            </header>
            <Tick label=move || t_string!(i18n, inbox.filter.unread).to_string() on=move || store.filter.with(|f| f.unread)
                change=move || set.run({ let f = store.filter.get_untracked(); Filter { unread: !f.unread, ..f } })/>
            <Tick label=move || t_string!(i18n, working.watch.filter).to_string() on=move || store.filter.with(|f| f.watched)
                change=move || set.run({ let f = store.filter.get_untracked(); Filter { watched: !f.watched, ..f } })/>
            <Group set title=Signal::derive(move || t_string!(i18n, inbox.filter.channels).to_string()) items=channels
                on=|f, id| f.channels.contains(&ChannelId(id)) flip=|f, id| toggle(&mut f.channels, ChannelId(id))/>
            <Group set title=Signal::derive(move || t_string!(i18n, inbox.filter.teams).to_string()) items=teams
                on=|f, id| f.teams.contains(&TeamId(id)) flip=|f, id| toggle(&mut f.teams, TeamId(id))/>
            <Group set title=Signal::derive(move || t_string!(i18n, inbox.filter.assignees).to_string()) items=people
                on=|f, id| f.assignees.contains(&UserId(id)) flip=|f, id| toggle(&mut f.assignees, UserId(id))/>
            <Group set least=1 title=Signal::derive(move || t_string!(i18n, contact.tags.title).to_string()) items=tags
                on=|f, id| f.tags.contains(&TagId(id)) flip=|f, id| toggle(&mut f.tags, TagId(id))/>
            <Group set title=Signal::derive(move || t_string!(i18n, sla.filter.title).to_string()) items=promises
                on=|f, id| f.sla.contains(&nth(SlaMark::ALL, id)) flip=|f, id| toggle(&mut f.sla, nth(SlaMark::ALL, id))/>
            <Group set title=Signal::derive(move || t_string!(i18n, sla.priority.title).to_string()) items=priorities
                on=|f, id| f.priorities.contains(&nth(Priority::ALL, id)) flip=|f, id| toggle(&mut f.priorities, nth(Priority::ALL, id))/>
        </div>
    }
}

/// One kind of filter: ids and names; not shown when there is nothing to choose.
#[component]
fn Group(
    title: Signal<String>,
    items: Signal<Vec<(i64, String)>>,
    /// Whether the filter has it.
    on: fn(&Filter, i64) -> bool,
    /// Sets it, or takes it away.
    flip: fn(&mut Filter, i64),
    set: Callback<Filter>,
    /// With fewer there is nothing to choose.
    #[prop(default = 2)]
    least: usize,
) -> impl IntoView {
    let store = use_store();
    let change = move |id| {
        let mut filter = store.filter.get_untracked();
        flip(&mut filter, id);
        set.run(filter);
    };
    view! {
        <fieldset class="filter-group" hidden=move || items.with(|i| i.len() < least)>
            <legend>{move || title.get()}</legend>
            <For each=move || items.get() key=|item| item.clone() let((id, name))>
                <Tick label=move || name.clone() on=move || store.filter.with(|f| on(f, id)) change=move || change(id)/>
            </For>
        </fieldset>
    }
}

#[component]
fn Tick(
    label: impl Fn() -> String + Send + Sync + 'static,
    on: impl Fn() -> bool + Copy + Send + Sync + 'static,
    change: impl Fn() + Send + Sync + 'static,
) -> impl IntoView {
    view! {
        <label class="check">
            <input type="checkbox" prop:checked=on on:change=move |_| change()/>
            <span class="check-text"><bdi>{label}</bdi></span>
        </label>
    }
}

/// Latest or oldest first (AB-3).
#[component]
pub fn OrderButton() -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let turn = Callback::new(move |()| store.sieve(store.filter.get_untracked(), !store.oldest_first.get_untracked()));
    use_commands().add(Command {
        id: CommandId::Order,
        label: Signal::derive(move || t_string!(i18n, command.order).to_string()),
        when: Signal::stored(true),
        run: turn,
    });
    let label = Signal::derive(move || {
        if store.oldest_first.get() { t_string!(i18n, inbox.list.order_oldest) } else { t_string!(i18n, inbox.list.order_newest) }
            .to_string()
    });
    view! {
        <IconButton icon="sort" label keys=CommandId::Order.keys() pressed=Signal::derive(move || store.oldest_first.get()) class="order-button"
            press=move |()| turn.run(())/>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ab_2_each_kind_counts_once() {
        assert_eq!(active(&Filter::default()), 0);
        let filter = Filter { channels: vec![ChannelId(1), ChannelId(2)], unread: true, ..Filter::default() };
        assert_eq!(active(&filter), 2);
        assert_eq!(active(&Filter { tags: vec![TagId(1)], watched: true, ..Filter::default() }), 2);
        let mut channels = filter.channels;
        toggle(&mut channels, ChannelId(1));
        assert_eq!(channels, [ChannelId(2)]);
        toggle(&mut channels, ChannelId(3));
        assert_eq!(channels, [ChannelId(2), ChannelId(3)]);
    }
}
