//! The contact beside the conversation: who they are, what this conversation is, and what came before.

mod conflict;
pub mod edit;
mod field;
pub mod files;
pub mod history;
pub mod merge;
mod merged;
pub mod photo;
pub mod reveal;
pub mod tags;
mod values;
mod watchers;

use super::head::status_name;
use super::layout::{PanelWish, use_panes};
use super::thread::pane::Pane;
use crate::api::contact::{fields, set_contact_status};
use crate::area::{Area, Later, Part};
use crate::i18n::*;
use crate::live::{Store, use_store};
use crate::part::*;
use crate::session::use_session;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::I18nContext;
use model::*;
use wasm_bindgen::JsCast;

/// Id of the element that the tabs fill.
const TAB: &str = "contact-tab";

/// The contact panel: at the side, on narrower pages a sheet over the conversation, on phones the whole page.
#[component]
pub fn ContactPanel(#[prop(into)] id: Signal<ConversationId>) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let panes = use_panes();
    let id = Memo::new(move |_| id.get());
    let ready = Memo::new(move |_| store.workspace.with(Option::is_some));
    let node = NodeRef::<leptos::html::Div>::new();
    // The same for every contact.
    let fields = Fetched::new(fields);
    Effect::new(move |before: Option<u32>| {
        let now = store.fields_changed.get();
        if before.is_some_and(|b| b != now) {
            fields.refetch();
        }
        now
    });
    // A sheet takes the focus when it opens and gives it back when it closes.
    let before = StoredValue::new_local(None::<web_sys::HtmlElement>);
    effect(move || {
        if let Some(el) = node.get()
            && !panes.wide.get_untracked()
        {
            before.set_value(document().active_element().and_then(|el| el.dyn_into().ok()));
            let _ = el.focus();
        }
    });
    on_cleanup(move || {
        if let Some(el) = before.try_update_value(Option::take).flatten() {
            let _ = el.focus();
        }
    });
    let keys = move |event: KeyboardEvent| {
        // Dialogs and menus over the panel take the key for themselves.
        let target = event.target().and_then(|t| t.dyn_into::<web_sys::Element>().ok());
        let over = target.is_some_and(|t| t.closest("dialog, [popover]").ok().flatten().is_some());
        if event.key() == "Escape" && !over && !panes.wide.get_untracked() {
            event.prevent_default();
            panes.close_sheet();
        }
    };
    view! {
        <div class="contact-panel" node_ref=node tabindex="-1" on:keydown=keys>
            <header class="panel-head">
                <h2>{t!(i18n, inbox.thread.panel.title)}</h2>
                <IconButton icon="x" label=move || t_string!(i18n, inbox.thread.panel.close).to_string() press=move |()| panes.toggle_panel()/>
            </header>
            {move || {
                let id = id.get();
                ready.get().then(|| view! { <Facts id fields/> })
            }}
        </div>
    }
}

/// The contact that the panel shows; a context of its parts.
#[derive(Clone, Copy)]
pub struct Shown {
    pub pane: Pane,
    pub store: Store,
    /// None until it is here.
    pub contact: RwSignal<Option<Contact>>,
    /// Its form is open.
    pub editing: RwSignal<bool>,
    /// Its photo is shown and chosen.
    pub photo: RwSignal<bool>,
    /// What is hidden of it is asked for.
    pub revealing: RwSignal<bool>,
    /// The account's fields; none until they are here.
    pub fields: Fetched<Vec<CustomField>>,
}

impl Shown {
    fn open(id: ConversationId, fields: Fetched<Vec<CustomField>>) -> Shown {
        let pane = Pane::open(id);
        let shown = Shown {
            pane,
            store: pane.store,
            contact: pane.timeline().contact.clone().into(),
            editing: RwSignal::new(false),
            photo: RwSignal::new(false),
            revealing: RwSignal::new(false),
            fields,
        };
        provide_context(shown);
        shown
    }
}

#[component]
fn Facts(id: ConversationId, fields: Fetched<Vec<CustomField>>) -> impl IntoView {
    let i18n = use_i18n();
    let shown = Shown::open(id, fields);
    let (pane, contact) = (shown.pane, shown.contact);
    let kind = Signal::derive(move || pane.channel().map(|c| c.kind));
    let tab = RwSignal::new("details");
    let item = move |key, label: Signal<String>| TabItem { key, label, count: Signal::stored(None) };
    let tabs = vec![
        item("details", Signal::derive(move || t_string!(i18n, contact.tab.details).to_string())),
        item("history", Signal::derive(move || t_string!(i18n, contact.tab.history).to_string())),
        item("files", Signal::derive(move || t_string!(i18n, contact.tab.files).to_string())),
    ];
    // Tags and those who watch stand among the details.
    let panes = use_panes();
    effect(move || {
        if matches!(panes.wish.get(), Some(PanelWish::Tag | PanelWish::Watch)) && tab.get_untracked() != "details" {
            tab.set("details");
        }
    });
    let contact_id = Memo::new(move |_| contact.with(|c| c.as_ref().map(|c| c.id)));
    view! {
        <div class="panel-top">
            <div class="panel-who">
                <button type="button" class="panel-photo" on:click=move |_| shown.photo.set(true) data-tip=move || t_string!(i18n, photo.contact).to_string()
                    aria-label=move || t_string!(i18n, photo.contact).to_string()>
                    <Avatar name=Signal::derive(move || pane.name()) id=Signal::derive(move || pane.of(|c| c.contact_id.0)) photo=Signal::derive(move || pane.photo())
                        size=AvatarSize::Large channel=kind/>
                    <span class="panel-photo-mark" aria-hidden="true"><Icon name="pencil" small=true/></span>
                </button>
                <p class="panel-name" dir="auto">{move || pane.name()}</p>
                {move || match contact.with(|c| c.as_ref().map(|c| c.status)) {
                    Some(ContactStatus::Blocked) => Some(view! { <Chip tone=Tone::Danger icon="block">{t!(i18n, inbox.thread.panel.blocked)}</Chip> }.into_any()),
                    Some(ContactStatus::Archived) => Some(view! { <Chip icon="archive">{t!(i18n, inbox.thread.panel.archived)}</Chip> }.into_any()),
                    _ => None,
                }}
                <Actions shown/>
            </div>
            <Tabs label=move || t_string!(i18n, inbox.thread.panel.title).to_string() items=tabs selected=tab select=move |key| tab.set(key) controls=TAB/>
        </div>
        <div class="panel-body" id=TAB role="tabpanel">
            {move || match (tab.get(), contact_id.get()) {
                ("history", Some(_)) => view! { <Area part=Part::History/> }.into_any(),
                ("files", Some(_)) => view! { <Area part=Part::Files/> }.into_any(),
                _ => view! { <DetailsTab shown/> }.into_any(),
            }}
        </div>
        <Later part=Part::EditContact wanted=shown.editing/>
        <Later part=Part::ContactPhoto wanted=shown.photo/>
        <Later part=Part::MergeContact wanted=panes.merging/>
        <Later part=Part::Reveal wanted=shown.revealing/>
    }
}

#[component]
fn DetailsTab(shown: Shown) -> impl IntoView {
    let i18n = use_i18n();
    let contact = shown.contact;
    view! {
        <section class="panel-part" aria-label=move || t_string!(i18n, contact.tags.title).to_string()>
            <h3>{t!(i18n, contact.tags.title)}</h3>
            <tags::Tags shown/>
        </section>
        <section class="panel-part" aria-label=move || t_string!(i18n, working.watch.title).to_string()>
            <h3>{t!(i18n, working.watch.title)}</h3>
            <watchers::Watchers pane=shown.pane/>
        </section>
        <super::promise::Promises pane=shown.pane/>
        <section class="panel-part">
            <h3>{t!(i18n, inbox.thread.panel.details)}</h3>
            {move || match contact.get() {
                None => view! { <Skeleton lines=4/> }.into_any(),
                Some(contact) => view! { <Details contact/> }.into_any(),
            }}
            {move || (!reveal::revealable(shown).is_empty()).then(|| view! {
                <Button small=true icon="eye" press=move |()| shown.revealing.set(true)>{t!(i18n, mask.reveal.open)}</Button>
            })}
        </section>
        <values::Values shown/>
        <section class="panel-part">
            <h3>{t!(i18n, inbox.thread.panel.current)}</h3>
            <Current pane=shown.pane/>
        </section>
    }
}

/// Archives or blocks the contact of a conversation, or takes that back.
pub(super) async fn set_status(pane: Pane, to: ContactStatus) {
    let Some(id) = pane.timeline().contact.with_untracked(|c| c.as_ref().map(|c| c.id)) else { return };
    match set_contact_status(id, to).await {
        Ok(contact) => pane.store.learn_contact(&contact),
        Err(refused) => {
            let fault = pane.store.hear(refused);
            pane.fail(untrack(|| crate::fault::say(pane.i18n(), &fault)));
        }
    }
}

/// Edit, archive, and for admins block.
#[component]
fn Actions(shown: Shown) -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let panes = use_panes();
    let busy = RwSignal::new(false);
    let status = Memo::new(move |_| shown.contact.with(|c| c.as_ref().map(|c| c.status)));
    let set = move |to: ContactStatus| {
        if !busy.get_untracked() {
            busy.set(true);
            spawn_local(async move {
                set_status(shown.pane, to).await;
                let _ = busy.try_set(false);
            });
        }
    };
    let asking = RwSignal::new(false);
    effect(move || {
        let there = status.with(Option::is_some);
        match panes.wish.get().filter(|_| there) {
            Some(PanelWish::Edit) => shown.editing.set(true),
            Some(PanelWish::Block) => asking.set(true),
            _ => return,
        }
        panes.wish.set(None);
    });
    let block_text = move || {
        let name = shown.pane.name();
        t_string!(i18n, contact.block_text, name = name.as_str()).to_string()
    };
    view! {
        <div class="panel-actions">
            <Button small=true icon="edit" press=move |()| shown.editing.set(true)
                why=Signal::derive(move || status.get().is_none().then(|| t_string!(i18n, common.word.loading).to_string()))>{t!(i18n, contact.edit)}</Button>
            <Show when=move || session.has(Module::Merging)>
                <IconButton small=true icon="merge" label=move || t_string!(i18n, merge.open).to_string() press=move |()| panes.merging.set(true)
                    why=Signal::derive(move || status.get().is_none().then(|| t_string!(i18n, common.word.loading).to_string()))/>
            </Show>
            {move || match status.get() {
                Some(ContactStatus::Active) => Some(view! {
                    <IconButton small=true icon="archive" label=move || t_string!(i18n, contact.archive).to_string() press=move |()| set(ContactStatus::Archived)/>
                }.into_any()),
                Some(ContactStatus::Archived) => Some(view! {
                    <IconButton small=true icon="undo" label=move || t_string!(i18n, contact.unarchive).to_string() press=move |()| set(ContactStatus::Active)/>
                }.into_any()),
                _ => None,
            }}
            {move || match status.get().filter(|_| session.may(Permission::Block)) {
                None => None,
                Some(ContactStatus::Blocked) => Some(view! {
                    <Button small=true icon="block" press=move |()| set(ContactStatus::Active)>{t!(i18n, contact.unblock)}</Button>
                }.into_any()),
                Some(_) => Some(view! {
                    <IconButton small=true icon="block" label=move || t_string!(i18n, contact.block).to_string() press=move |()| asking.set(true)/>
                }.into_any()),
            }}
            <Confirm open=asking danger=true title=move || t_string!(i18n, contact.block_title).to_string() text=block_text
                label=move || t_string!(i18n, contact.block).to_string() press=move |()| { asking.set(false); set(ContactStatus::Blocked) }/>
        </div>
    }
}

#[component]
fn Details(contact: Contact) -> impl IntoView {
    let i18n = use_i18n();
    let unknown = move || view! { <span class="panel-none">{t!(i18n, inbox.thread.panel.unknown)}</span> };
    let text = move |value: Option<String>| match value.filter(|v| !v.trim().is_empty()) {
        Some(value) => view! { <span dir="auto">{value}</span> }.into_any(),
        None => unknown().into_any(),
    };
    view! {
        <dl class="facts">
            <dt>{t!(i18n, inbox.thread.panel.name)}</dt><dd dir="auto">{text(Some(contact.name))}</dd>
            <dt>{t!(i18n, inbox.thread.panel.phone)}</dt><dd>{text(contact.phone.map(|p| text::phone_display(&p)))}</dd>
            <dt>{t!(i18n, inbox.thread.panel.email)}</dt><dd>{text(contact.email)}</dd>
            <dt>{t!(i18n, inbox.thread.panel.identities)}</dt>
            <dd>
                <ul class="panel-identities">
                    {contact.identities.into_iter().map(|identity| view! {
                        <li>
                            <span class="panel-kind">{move || identity_name(i18n, identity.kind)}</span>
                            <span class="code" dir="auto">{identity.username.map(|u| format!("@{u}")).unwrap_or(identity.address)}</span>
                        </li>
                    }).collect_view()}
                </ul>
            </dd>
            {contact.page.map(|page| view! { <dt>{t!(i18n, inbox.thread.panel.page)}</dt><dd><Visited page/></dd> })}
            <dt>{t!(i18n, inbox.thread.panel.since)}</dt><dd><Time at=contact.created_at style=TimeStyle::Day/></dd>
            <dt>{t!(i18n, inbox.thread.panel.annotation)}</dt>
            <dd>{if contact.annotation.trim().is_empty() {
                view! { <span class="panel-none">{t!(i18n, inbox.thread.panel.no_annotation)}</span> }.into_any()
            } else {
                view! { <p class="panel-annotation" dir="auto">{contact.annotation}</p> }.into_any()
            }}</dd>
        </dl>
    }
}

/// The page on which the visitor was. A visitor's browser told its address: no more than a link to the web comes of it.
#[component]
fn Visited(page: VisitedPage) -> impl IntoView {
    let VisitedPage { url, title, at } = page;
    let shown = if title.is_empty() { text::shorten(&url, 80) } else { title };
    let web = url.starts_with("https://") || url.starts_with("http://");
    let link = match web {
        true => view! { <a href=url.clone() title=url target="_blank" rel="noopener noreferrer" dir="auto">{shown}</a> }.into_any(),
        false => view! { <span dir="auto">{shown}</span> }.into_any(),
    };
    view! { {link}" · "<Time at=at style=TimeStyle::Full/> }
}

fn identity_name(i18n: I18nContext<Locale>, kind: IdentityKind) -> String {
    match kind {
        IdentityKind::Phone => t_string!(i18n, inbox.thread.panel.identity_phone),
        IdentityKind::Bsuid => t_string!(i18n, inbox.thread.panel.identity_bsuid),
        IdentityKind::Visitor => t_string!(i18n, inbox.thread.panel.identity_visitor),
    }
    .to_string()
}

/// This conversation in facts.
#[component]
fn Current(pane: Pane) -> impl IntoView {
    let i18n = use_i18n();
    let times = use_times();
    let store = pane.store;
    let channel = move || pane.channel().map(|c| if c.display.is_empty() { c.name } else { format!("{} · {}", c.name, c.display) });
    let assignee = move || match pane.of(|c| c.assignee_id) {
        Some(id) => store.member_name(id),
        None => t_string!(i18n, inbox.thread.panel.nobody).to_string(),
    };
    let window = move || {
        let end = pane.of(|c| c.window_expires_at).unwrap_or_default();
        match pane.row.with(|r| r.as_ref().map(|c| store.window(c)))? {
            Window::Unlimited => Some(t_string!(i18n, inbox.thread.panel.window_unlimited).to_string()),
            Window::NotStarted => Some(t_string!(i18n, inbox.thread.head.window_none).to_string()),
            Window::Expired => Some(t_string!(i18n, inbox.thread.panel.window_closed).to_string()),
            Window::Active => {
                let time = times.text(end, TimeStyle::Full);
                Some(t_string!(i18n, inbox.thread.panel.window_until, time = time.as_str()).to_string())
            }
        }
    };
    let waiting = move || {
        pane.of(|c| c.waiting_since)
            .map(|since| store.tick.get() - since)
            .filter(|waited| *waited >= 60_000)
            .map(|waited| times.span(waited))
    };
    let started = Signal::derive(move || pane.of(|c| c.started_at));
    let completed = Memo::new(move |_| pane.of(|c| c.completed_at).filter(|_| pane.of(|c| c.status == ConversationStatus::Completed)));
    view! {
        <dl class="facts">
            <dt>{t!(i18n, inbox.thread.panel.status)}</dt><dd>{move || status_name(i18n, pane)}</dd>
            <dt>{t!(i18n, inbox.thread.panel.channel)}</dt><dd><bdi>{channel}</bdi></dd>
            <dt>{t!(i18n, inbox.thread.panel.team)}</dt><dd dir="auto">{move || store.team_name(pane.of(|c| c.team_id))}</dd>
            <dt>{t!(i18n, inbox.thread.panel.assignee)}</dt><dd dir="auto">{assignee}</dd>
            <dt>{t!(i18n, inbox.thread.panel.started)}</dt><dd><Time at=started style=TimeStyle::Full/></dd>
            {move || completed.get().map(|at| view! { <dt>{t!(i18n, inbox.thread.panel.concluded)}</dt><dd><Time at=at style=TimeStyle::Full/></dd> })}
            {move || waiting().map(|span| view! { <dt>{t!(i18n, inbox.thread.panel.waiting)}</dt><dd>{span}</dd> })}
            <dt>{t!(i18n, inbox.thread.panel.window)}</dt><dd>{window}</dd>
        </dl>
    }
}
