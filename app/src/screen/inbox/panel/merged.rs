//! Merges of a contact and of its conversations that can still be undone (NX-2, NX-3), and merging conversations.

use super::Shown;
use crate::api::act::merge_conversations;
use crate::api::contact::{merges, undo_merge};
use crate::i18n::*;
use crate::live::Store;
use crate::part::*;
use crate::screen::inbox::layout::use_panes;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::I18nContext;
use model::*;

/// Tells of a merge that was just made, with the way back.
pub async fn offer_undo(i18n: I18nContext<Locale>, toasts: Toasts, store: Store, contact: ContactId, said: String) {
    // The newest merge of the contact, asked for now: a later one must not be undone in its place.
    let Some(id) = merges(contact).await.ok().and_then(|all| all.first().map(|merge| merge.id)) else { return toasts.say(said) };
    toasts.undo(i18n, said, move || {
        spawn_local(async move {
            if let Err(refused) = undo_merge(id).await {
                let fault = store.hear(refused);
                toasts.fail(untrack(|| crate::fault::say(i18n, &fault)));
            }
        });
    });
}

/// The list; nothing where there is none.
#[component]
pub fn Merges(shown: Shown) -> impl IntoView {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let store = shown.store;
    let id = Memo::new(move |_| shown.contact.with(|c| c.as_ref().map(|c| c.id)));
    let list = Fetched::new(move || {
        let id = id.get_untracked();
        async move {
            match id {
                Some(id) => merges(id).await,
                None => Ok(Vec::new()),
            }
        }
    });
    // A merge, and undoing one, change the contact or its conversations.
    let others: RwSignal<Vec<Conversation>> = shown.pane.timeline().others.clone().into();
    let changes = Memo::new(move |_| {
        let merged = others.with(|all| all.iter().filter(|c| c.merged_into.is_some()).count());
        (shown.contact.with(|c| c.as_ref().map(|c| (c.id, c.version))), merged)
    });
    Effect::new(move |before: Option<_>| {
        let now = changes.get();
        if before.is_some_and(|b| b != now) {
            list.refetch();
        }
        now
    });
    let busy = RwSignal::new(false);
    let undo = move |id: MergeId| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let answer = undo_merge(id).await;
            let _ = busy.try_set(false);
            match answer {
                Ok(()) => list.refetch(),
                Err(refused) => {
                    let fault = store.hear(refused);
                    toasts.fail(untrack(|| crate::fault::say(i18n, &fault)));
                }
            }
        });
    };
    move || {
        list.get().and_then(Result::ok).filter(|all| !all.is_empty()).map(|all| {
            view! {
                <section class="panel-part">
                    <h3>{t!(i18n, merge.list)}</h3>
                    <ul class="merge-list">
                        {all.into_iter().map(|merge| {
                            let Merge { id, kind, label, at, by, .. } = merge;
                            let what = move || match kind {
                                MergeKind::Contact => t_string!(i18n, merge.contact, name = label.as_str()).to_string(),
                                MergeKind::Conversation => t_string!(i18n, merge.conversation, protocol = label.as_str()).to_string(),
                            };
                            view! {
                                <li>
                                    <span class="merge-what">
                                        <span dir="auto">{what}</span>
                                        <small class="field-hint"><bdi>{move || store.member_name(by)}</bdi>" · "<Time at style=TimeStyle::Full/></small>
                                    </span>
                                    <Button small=true icon="undo" busy press=move |()| undo(id)>{t!(i18n, common.act.undo)}</Button>
                                </li>
                            }
                        }).collect_view()}
                    </ul>
                </section>
            }
        })
    }
}

/// Offers to merge a conversation of the list with the one that is open beside it.
#[component]
pub fn MergeButton(row: RwSignal<Conversation>) -> impl IntoView {
    let i18n = use_i18n();
    let shown: Shown = expect_context();
    let (panes, toasts, store) = (use_panes(), use_toasts(), shown.store);
    let pane = shown.pane;
    let offered = Memo::new(move |_| {
        let alike = pane.row.with(|open| {
            open.as_ref().is_some_and(|open| {
                let fits = |c: &Conversation| c.merged_into.is_none();
                row.with(|r| r.id != open.id && r.channel_id == open.channel_id && fits(r) && fits(open))
            })
        });
        let may = |c: &Conversation| !c.status.is_open() || store.may(Act::Conclude, c);
        alike && pane.has(Module::Merging) && row.with(may) && pane.row.with(|open| open.as_ref().is_some_and(may))
    });
    let asking = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let merge = move || {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let (other, here) = (row.with_untracked(|r| r.clone()), pane.id);
        spawn_local(async move {
            let answer = merge_conversations(other.id, here).await;
            let _ = busy.try_set(false);
            match answer {
                Ok(one) => {
                    if one.id != here {
                        panes.show(one.id);
                    }
                    let said = untrack(|| t_string!(i18n, merge.merged).to_string());
                    offer_undo(i18n, toasts, store, one.contact_id, said).await;
                }
                Err(refused) => {
                    let fault = store.hear(refused);
                    toasts.fail(untrack(|| crate::fault::say(i18n, &fault)));
                }
            }
        });
    };
    let label = move || t_string!(i18n, merge.join).to_string();
    view! {
        {move || row.with(|r| r.merged_into).map(|_| view! { <Chip icon="merge">{t!(i18n, merge.chip)}</Chip> })}
        <Show when=move || offered.get()>
            <IconButton small=true icon="merge" label busy press=move |()| asking.set(true)/>
        </Show>
        <Confirm open=asking title=label text=move || t_string!(i18n, merge.join_text).to_string() label=move || t_string!(i18n, merge.go).to_string()
            press=move |()| { asking.set(false); merge() }/>
    }
}
