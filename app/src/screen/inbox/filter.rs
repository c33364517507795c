//! Filters and order of the list (AB-2, AB-3).

use crate::i18n::*;
use crate::live::use_store;
use crate::part::*;
use leptos::prelude::*;
use model::text::plain;
use model::{ChannelId, ChannelStatus, Filter, TeamId, UserId};

/// How many kinds of filter are set.
pub fn active(filter: &Filter) -> usize {
    [!filter.channels.is_empty(), !filter.teams.is_empty(), !filter.assignees.is_empty(), filter.unread]
        .into_iter()
        .filter(|on| *on)
        .count()
}

fn toggled<T: PartialEq + Copy>(all: &[T], one: T) -> Vec<T> {
    let mut all = all.to_vec();
    match all.iter().position(|x| *x == one) {
        Some(at) => {
            all.remove(at);
        }
        None => all.push(one),
    }
    all
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
    let set = move |change: &dyn Fn(&mut Filter)| {
        let mut filter = store.filter.get_untracked();
        change(&mut filter);
        store.sieve(filter, store.oldest_first.get_untracked());
    };
    let channels = Signal::derive(move || {
        store.workspace.with(|w| {
            let all = w.iter().flat_map(|w| &w.channels).filter(|c| c.status != ChannelStatus::Removed);
            all.map(|c| (c.id, c.name.clone())).collect::<Vec<(ChannelId, String)>>()
        })
    });
    let teams = Signal::derive(move || {
        store.workspace.with(|w| w.iter().flat_map(|w| &w.teams).map(|t| (t.id, t.name.clone())).collect::<Vec<(TeamId, String)>>())
    });
    let people = Signal::derive(move || {
        let me = store.my_id();
        store.workspace.with(|w| {
            let mut all: Vec<(UserId, String)> =
                w.iter().flat_map(|w| &w.members).filter(|m| m.active).map(|m| (m.user_id, m.name.clone())).collect();
            all.sort_by_key(|(id, name)| (Some(*id) != me, plain(name)));
            if let Some((id, name)) = all.first_mut()
                && Some(*id) == me
            {
                *name = t_string!(i18n, inbox.filter.me, name = name.clone()).to_string();
            }
            all
        })
    });
    view! {
        <Popover label icon="filter" icon_only=true marked=Signal::derive(move || count.get() > 0) open class="filter-button">
            <div class="filter-panel">
                <header class="filter-head">
                    <h2>{t!(i18n, inbox.filter.title)}</h2>
                    <Button small=true kind=Kind::Ghost press=move |()| set(&|f| *f = Filter::default())
                        class="filter-clear">{t!(i18n, inbox.filter.clear)}</Button>
                </header>
                <Tick label=move || t_string!(i18n, inbox.filter.unread).to_string()
                    on=move || store.filter.with(|f| f.unread) change=move || set(&|f| f.unread = !f.unread)/>
                <Group title=move || t_string!(i18n, inbox.filter.channels).to_string() items=channels
                    on=move |id| store.filter.with(|f| f.channels.contains(&id))
                    change=move |id| set(&|f| f.channels = toggled(&f.channels, id))/>
                <Group title=move || t_string!(i18n, inbox.filter.teams).to_string() items=teams
                    on=move |id| store.filter.with(|f| f.teams.contains(&id))
                    change=move |id| set(&|f| f.teams = toggled(&f.teams, id))/>
                <Group title=move || t_string!(i18n, inbox.filter.assignees).to_string() items=people
                    on=move |id| store.filter.with(|f| f.assignees.contains(&id))
                    change=move |id| set(&|f| f.assignees = toggled(&f.assignees, id))/>
            </div>
        </Popover>
    }
}

/// One kind of filter; not shown when there is nothing to choose.
#[component]
fn Group<K: Copy + Eq + std::hash::Hash + Send + Sync + 'static>(
    title: impl Fn() -> String + Send + Sync + 'static,
    items: Signal<Vec<(K, String)>>,
    on: impl Fn(K) -> bool + Copy + Send + Sync + 'static,
    change: impl Fn(K) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    view! {
        <fieldset class="filter-group" hidden=move || items.with(|i| i.len() < 2)>
            <legend>{title}</legend>
            <For each=move || items.get() key=|item| item.clone() let((id, name))>
                <Tick label=move || name.clone() on=move || on(id) change=move || change(id)/>
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
    let label = Signal::derive(move || {
        if store.oldest_first.get() { t_string!(i18n, inbox.list.order_oldest) } else { t_string!(i18n, inbox.list.order_newest) }
            .to_string()
    });
    view! {
        <IconButton icon="sort" label pressed=Signal::derive(move || store.oldest_first.get()) class="order-button"
            press=move |()| store.sieve(store.filter.get_untracked(), !store.oldest_first.get_untracked())/>
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
        assert_eq!(toggled(&filter.channels, ChannelId(1)), [ChannelId(2)]);
        assert_eq!(toggled(&filter.channels, ChannelId(3)).len(), 3);
    }
}
