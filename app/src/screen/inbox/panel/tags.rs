//! The contact's tags: put on, taken off and made where they stand (CP-4).

use super::super::layout::{PanelWish, use_panes};
use super::super::thread::pane::{Pane, use_pane};
use super::Shown;
use crate::api::contact::{change_tags, save_tag};
use crate::i18n::*;
use crate::live::use_store;
use crate::part::*;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::text::plain;
use model::{Contact, ContactId, Tag, TagChange, TagColour, TagDraft, TagId, limit};

/// The tags of the contact on screen, each with a button that takes it off, and the way to more.
#[component]
pub fn Tags(shown: Shown) -> impl IntoView {
    let (panes, open) = (use_panes(), RwSignal::new(false));
    effect(move || {
        if panes.wish.get() == Some(PanelWish::Tag) {
            panes.wish.set(None);
            // After the palette has given the focus back.
            request_animation_frame(move || {
                let _ = open.try_set(true);
            });
        }
    });
    view! { <TagRow contact=shown.contact change=Changes::new(shown.pane) open/> }
}

/// Tags in a row; `open` shows the way to more.
#[component]
fn TagRow(contact: RwSignal<Option<Contact>>, change: Changes, open: RwSignal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let on = Memo::new(move |_| contact.with(|c| c.as_ref().map(|c| c.tags.clone()).unwrap_or_default()));
    let tags = move || {
        let mut all: Vec<Tag> = on.get().into_iter().filter_map(|id| store.tag(id)).collect();
        all.sort_by_cached_key(|t| plain(&t.name));
        all
    };
    view! {
        <div class="panel-tags">
            <For each=tags key=Tag::clone let:tag>
                {
                    let Tag { id, name, colour } = tag;
                    let label = name.clone();
                    view! {
                        <span class=tag_class(colour)>
                            <bdi>{name}</bdi>
                            <button type="button" class="tag-off" aria-label=move || t_string!(i18n, contact.tags.remove, name = label.as_str()).to_string()
                                disabled=move || change.busy.get() on:click=move |_| change.run(TagChange::Delete, id)>
                                <Icon name="x" small=true/>
                            </button>
                        </span>
                    }
                }
            </For>
            <Popover label=move || t_string!(i18n, contact.tags.add).to_string() icon="plus" icon_only=true small=true open class="tag-add">
                <Adder on change/>
            </Popover>
        </div>
    }
}

/// The tags of the conversation's contact beside something else that is asked, such as why it is concluded (CO-3). A change
/// is made at once, as in the panel.
#[component]
pub fn TagsToo() -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let contact: RwSignal<Option<Contact>> = pane.timeline().contact.clone().into();
    let known = Memo::new(move |_| contact.with(Option::is_some));
    view! {
        <Show when=move || known.get()>
            <div class="tags-too">
                <span class="field-label">{t!(i18n, contact.tags.title)}</span>
                <TagRow contact change=Changes::new(pane) open=RwSignal::new(false)/>
            </div>
        </Show>
    }
}

/// Changes of the contact's tags, one after the other.
#[derive(Clone, Copy)]
struct Changes {
    pane: Pane,
    busy: RwSignal<bool>,
    toasts: Toasts,
    i18n: leptos_i18n::I18nContext<Locale>,
}

impl Changes {
    fn new(pane: Pane) -> Changes {
        Changes { pane, busy: RwSignal::new(false), toasts: use_toasts(), i18n: use_i18n() }
    }

    fn contact(self) -> Option<ContactId> {
        self.pane.timeline().contact.with_untracked(|c| c.as_ref().map(|c| c.id))
    }

    fn run(self, how: TagChange, tag: TagId) {
        let Some(contact) = self.contact().filter(|_| !self.busy.get_untracked()) else { return };
        self.busy.set(true);
        spawn_local(async move {
            let answer = change_tags(contact, how, vec![tag]).await;
            let _ = self.busy.try_set(false);
            match answer {
                Ok(contact) => self.pane.store.learn_contact(&contact),
                Err(refused) => self.fail(refused),
            }
        });
    }

    /// Makes a tag and puts it on.
    fn make(self, name: String, colour: TagColour, done: impl FnOnce() + 'static) {
        let Some(contact) = self.contact().filter(|_| !self.busy.get_untracked()) else { return };
        self.busy.set(true);
        spawn_local(async move {
            let made = async {
                let tag = save_tag(TagDraft { id: None, name, colour }).await?;
                change_tags(contact, TagChange::Insert, vec![tag.id]).await
            };
            let answer = made.await;
            let _ = self.busy.try_set(false);
            match answer {
                Ok(contact) => {
                    self.pane.store.learn_contact(&contact);
                    done();
                }
                Err(refused) => self.fail(refused),
            }
        });
    }

    fn fail(self, refused: crate::api::Refused) {
        let fault = self.pane.store.hear(refused);
        self.toasts.fail(untrack(|| crate::fault::say(self.i18n, &fault)));
    }
}

/// Finds a tag by its name; one that is not there yet is made.
#[component]
fn Adder(on: Memo<Vec<TagId>>, change: Changes) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let text = RwSignal::new(String::new());
    let colour = RwSignal::new(TagColour::Teal);
    let found = Memo::new(move |_| {
        let wanted = text.with(|t| plain(t.trim()));
        let mut found = store.tags();
        found.retain(|t| on.with(|on| !on.contains(&t.id)) && plain(&t.name).contains(&wanted));
        found
    });
    // Names are unique whatever their capital letters.
    let is_new = Memo::new(move |_| {
        let wanted = text.with(|t| t.trim().to_lowercase());
        !wanted.is_empty() && !store.tags().iter().any(|t| t.name.to_lowercase() == wanted)
    });
    let make =
        move || change.make(text.get_untracked().trim().to_owned(), colour.get_untracked(), move || drop(text.try_set(String::new())));
    let keys = move |event: KeyboardEvent| {
        if event.key() == "Enter" && !event.is_composing() {
            event.prevent_default();
            let wanted = text.with_untracked(|t| t.trim().to_lowercase());
            let same = |f: &Vec<Tag>| f.iter().find(|t| t.name.to_lowercase() == wanted).or(f.first()).map(|t| t.id);
            match found.with_untracked(same) {
                _ if text.with_untracked(|t| t.trim().is_empty()) => {}
                Some(id) => {
                    change.run(TagChange::Insert, id);
                    text.set(String::new());
                }
                None if is_new.get_untracked() => make(),
                None => {}
            }
        }
    };
    view! {
        <div class="tag-adder" on:keydown=keys>
            <TextField name="tag-name" label=move || t_string!(i18n, contact.tags.find).to_string() quiet=true value=text
                placeholder=move || t_string!(i18n, contact.tags.find).to_string() max=limit::TAG_NAME_MAX as u32/>
            <ul class="tag-choices">
                <For each=move || found.get() key=Tag::clone let:tag>
                    {
                        let id = tag.id;
                        view! {
                            <li><button type="button" class="tag-choice" disabled=move || change.busy.get()
                                on:click=move |_| change.run(TagChange::Insert, id)><TagMark tag/></button></li>
                        }
                    }
                </For>
            </ul>
            <Show when=move || is_new.get() fallback=move || view! {
                <p class="tag-none">{move || (found.with(Vec::is_empty)).then(|| t_string!(i18n, contact.tags.none).to_string())}</p>
            }>
                <div class="tag-make">
                    <ColourChoice colour/>
                    <Button small=true icon="plus" busy=change.busy press=move |()| make()>
                        {move || { let name = text.get(); t_string!(i18n, contact.tags.create, name = name.trim()).to_string() }}
                    </Button>
                </div>
            </Show>
        </div>
    }
}
