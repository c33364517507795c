//! Sending a message on to other conversations (MS-1).

use super::thread::opened_by;
use super::thread::pane::{Sheet, use_pane};
use crate::api;
use crate::i18n::*;
use crate::part::*;
use leptos::prelude::*;
use model::{Conversation, ConversationId, ConversationQuery, Filter, Message, Page, Tab, limit, text};

/// Conversations that one message goes to at once.
const AT_ONCE: usize = 5;

/// Whether a message can be sent on.
pub fn can_go_on(m: &Message) -> bool {
    m.kind.forwards() && !matches!(m.status, model::MessageStatus::Deleted)
}

/// The dialog: one's own open conversations that can take it now.
#[component]
pub fn ForwardDialog() -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let open = opened_by(pane, |s| matches!(s, Sheet::Forward(_)));
    let chosen = RwSignal::new(Vec::<ConversationId>::new());
    let send = move |()| {
        let Some(Sheet::Forward(messages)) = pane.sheet.get_untracked() else { return };
        for to in chosen.get_untracked() {
            for message in &messages {
                pane.store.forward(to, message);
            }
        }
        pane.picked.set(None);
        chosen.set(Vec::new());
        open.set(false);
        pane.say(untrack(|| t_string!(i18n, file.forward_done).to_string()));
    };
    let why = Signal::derive(move || chosen.with(Vec::is_empty).then(|| t_string!(i18n, file.forward_some, max = AT_ONCE).to_string()));
    let footer = move || {
        view! {
            <Button press=move |()| open.set(false)>{t!(i18n, common.act.cancel)}</Button>
            <Button kind=Kind::Primary icon="forward" why press=send>
                {move || { let count = chosen.with(Vec::len); t_string!(i18n, file.forward_send, count = count).to_string() }}
            </Button>
        }
    };
    view! {
        <Dialog open title=move || t_string!(i18n, file.forward_title).to_string() footer closed=move |()| chosen.set(Vec::new())>
            <Choices chosen/>
        </Dialog>
    }
}

#[component]
fn Choices(chosen: RwSignal<Vec<ConversationId>>) -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let query =
        || ConversationQuery { tab: Tab::Mine, filter: Filter::default(), oldest_first: false, after: None, limit: Some(limit::PAGE_MAX) };
    let fetched = Fetched::<Page<Conversation>>::new(move || api::inbox::conversations(query()));
    let wanted = RwSignal::new(String::new());
    let name = move |c: &Conversation| {
        if c.contact_name.is_empty() { c.contact_phone.clone().unwrap_or_default() } else { c.contact_name.clone() }
    };
    let found = Memo::new(move |_| {
        let page = fetched.get()?;
        let wanted = text::plain(wanted.get().trim());
        Some(page.map(|page| {
            let takes = |c: &Conversation| c.id != pane.id && pane.store.window(c).is_open() && text::plain(&name(c)).contains(&wanted);
            page.items.into_iter().filter(takes).collect::<Vec<_>>()
        }))
    });
    let toggle = move |id: ConversationId| {
        chosen.update(|all| match all.iter().position(|c| *c == id) {
            Some(at) => {
                all.remove(at);
            }
            None if all.len() < AT_ONCE => all.push(id),
            None => {}
        })
    };
    let row = move |c: Conversation| {
        let id = c.id;
        let shown = name(&c);
        let (contact, photo) = (c.contact_id.0, contact_photo(c.contact_id, &c.contact_photo));
        let channel = pane.store.channel(c.channel_id).map(|c| c.name).unwrap_or_default();
        let is_chosen = move || chosen.with(|all| all.contains(&id));
        view! {
            <li>
                <button type="button" class="forward-choice" role="checkbox" aria-checked=move || if is_chosen() { "true" } else { "false" }
                    on:click=move |_| toggle(id)>
                    <span class="forward-mark"><Show when=is_chosen><Icon name="check" small=true/></Show></span>
                    <Avatar name=shown.clone() id=contact photo size=AvatarSize::Small/>
                    <strong dir="auto">{shown}</strong>
                    <span class="forward-channel" dir="auto">{channel}</span>
                </button>
            </li>
        }
    };
    view! {
        <input type="search" class="input forward-find" autofocus aria-label=move || t_string!(i18n, file.forward_find).to_string()
            placeholder=move || t_string!(i18n, file.forward_find).to_string() prop:value=move || wanted.get()
            on:input=move |event| wanted.set(event_target_value(&event))/>
        {move || match found.get() {
            None => view! { <SkeletonRows/> }.into_any(),
            Some(Err(fault)) => view! { <Trouble fault=Signal::stored(fault) retry=move |()| fetched.refetch()/> }.into_any(),
            Some(Ok(rows)) if rows.is_empty() => view! { <p class="forward-none">{t!(i18n, file.forward_none)}</p> }.into_any(),
            Some(Ok(rows)) => view! { <ul class="forward-list">{rows.into_iter().map(row).collect_view()}</ul> }.into_any(),
        }}
    }
}
