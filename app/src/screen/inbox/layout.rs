//! What the panes of the inbox share: which tab, which conversation, whether the contact panel is shown.

use crate::live::web;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map, use_query_map};
use model::{ConversationId, Place, Tab};

/// Where the panel's choice is kept in this browser.
const PANEL_KEY: &str = "prosa.panel";
/// From this width on the contact panel has a place of its own; below it is a sheet.
#[cfg(feature = "browser")]
const WIDE: &str = "(min-width: 68.75rem)";

/// What is to be done in the contact panel as soon as it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PanelWish {
    Edit,
    Tag,
    Block,
    /// A colleague is asked to watch.
    Watch,
}

/// The inbox's own state; a context of all its panes.
#[derive(Clone, Copy)]
pub struct Panes {
    /// The open conversation: it is in the address.
    pub open: Memo<Option<ConversationId>>,
    /// The tab of the list: it is in the address, too.
    pub tab: Memo<Tab>,
    /// A message that the conversation pane is to scroll to; it sets it back to none.
    pub goal: RwSignal<Option<Place>>,
    /// Whether the contact panel has a place of its own.
    pub wide: RwSignal<bool>,
    /// The dialog in which the contact is merged with another.
    pub merging: RwSignal<bool>,
    /// What the contact panel does next; it sets it back to none.
    pub wish: RwSignal<Option<PanelWish>>,
    panel: RwSignal<bool>,
    sheet: RwSignal<bool>,
    go: Callback<(String, bool)>,
}

/// Makes the panes' state and provides it.
pub fn provide_panes() -> Panes {
    let (params, query) = (use_params_map(), use_query_map());
    let open = Memo::new(move |_| params.with(|p| p.get("id").and_then(|id| id.parse().ok())));
    let tab = Memo::new(move |_| query.with(|q| q.get("tab").and_then(|t| tab_of(&t)).unwrap_or(Tab::New)));
    let navigate = use_navigate();
    let go = Callback::new(move |(path, replace): (String, bool)| {
        navigate(&path, NavigateOptions { replace, scroll: false, ..NavigateOptions::default() });
    });
    let panes = Panes {
        open,
        tab,
        goal: RwSignal::new(None),
        wide: RwSignal::new(true),
        panel: RwSignal::new(true),
        sheet: RwSignal::new(false),
        merging: RwSignal::new(false),
        wish: RwSignal::new(None),
        go,
    };
    provide_context(panes);
    #[cfg(feature = "browser")]
    crate::part::effect(move || panes.measure());
    panes
}

/// The panes' state.
pub fn use_panes() -> Panes {
    expect_context()
}

/// A tab's word in the address.
pub fn tab_word(tab: Tab) -> &'static str {
    match tab {
        Tab::New => "new",
        Tab::Mine => "mine",
        Tab::Others => "others",
        Tab::Done => "done",
    }
}

/// The tab that a word in the address means.
pub fn tab_of(word: &str) -> Option<Tab> {
    Tab::ALL.iter().copied().find(|t| tab_word(*t) == word)
}

impl Panes {
    /// The address of a conversation, with the tab that is shown beside it. Tracked (tab).
    pub fn href(&self, id: ConversationId) -> String {
        address(Some(id), self.tab.get())
    }

    /// Opens a conversation beside the same list.
    pub fn show(&self, id: ConversationId) {
        self.go.run((address(Some(id), self.tab.get_untracked()), false));
    }

    /// Opens a conversation at a message.
    pub fn show_at(&self, id: ConversationId, place: Place) {
        self.goal.set(Some(place));
        self.show(id);
    }

    /// Opens a conversation beside the list of another tab.
    pub fn show_in(&self, id: ConversationId, tab: Tab) {
        self.go.run((address(Some(id), tab), false));
    }

    /// Shows another tab; the open conversation stays.
    pub fn show_tab(&self, tab: Tab) {
        if self.tab.get_untracked() != tab {
            self.go.run((address(self.open.get_untracked(), tab), true));
        }
    }

    /// Back to the list alone, for phones.
    pub fn show_list(&self) {
        self.go.run((address(None, self.tab.get_untracked()), false));
    }

    /// The list's address. Tracked (tab).
    pub fn list_href(&self) -> String {
        address(None, self.tab.get())
    }

    /// Whether the contact panel is shown, in whichever form. Tracked.
    pub fn panel_is_shown(&self) -> bool {
        if self.wide.get() { self.panel.get() } else { self.sheet.get() }
    }

    /// Shows or hides the contact panel; on a wide page the choice is remembered.
    pub fn toggle_panel(&self) {
        if self.wide.get_untracked() {
            self.panel.update(|on| *on = !*on);
            web::keep(PANEL_KEY, Some(if self.panel.get_untracked() { "1" } else { "0" }));
        } else {
            self.sheet.update(|on| *on = !*on);
        }
    }

    /// Shows the contact panel, and does something there.
    pub fn wish(&self, wish: PanelWish) {
        if !untrack(|| self.panel_is_shown()) {
            self.toggle_panel();
        }
        self.wish.set(Some(wish));
    }

    /// Closes the sheet of a narrow page.
    pub fn close_sheet(&self) {
        if self.sheet.get_untracked() {
            self.sheet.set(false);
        }
    }

    #[cfg(feature = "browser")]
    fn measure(self) {
        use wasm_bindgen::{JsCast, closure::Closure};
        if web::read(PANEL_KEY).as_deref() == Some("0") {
            self.panel.set(false);
        }
        let Ok(Some(query)) = window().match_media(WIDE) else { return };
        self.wide.set(query.matches());
        let now = query.clone();
        let changed = Closure::<dyn FnMut()>::new(move || {
            let _ = self.wide.try_set(now.matches());
        });
        let _ = query.add_event_listener_with_callback("change", changed.as_ref().unchecked_ref());
        let held = send_wrapper::SendWrapper::new((query, changed));
        on_cleanup(move || {
            let (query, changed) = held.take();
            let _ = query.remove_event_listener_with_callback("change", changed.as_ref().unchecked_ref());
        });
    }
}

fn address(id: Option<ConversationId>, tab: Tab) -> String {
    let tab = tab_word(tab);
    match id {
        Some(id) => format!("/inbox/{id}?tab={tab}"),
        None => format!("/inbox?tab={tab}"),
    }
}
