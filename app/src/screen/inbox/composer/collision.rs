//! Two who answer at once: while a colleague writes in the conversation, a message asks once before it leaves.

use super::super::thread::pane::{Pane, Tab};
use crate::i18n::*;
use crate::part::*;
use leptos::prelude::*;
use model::UserId;

/// What is known of it beside one's own text.
#[derive(Clone, Copy)]
pub struct Collision {
    pane: Pane,
    /// Colleagues who write now.
    writers: Memo<Vec<UserId>>,
    asking: RwSignal<bool>,
    /// One has answered "all the same"; it holds until nobody else writes any more.
    agreed: RwSignal<bool>,
}

impl Collision {
    /// Watches the conversation.
    pub fn new(pane: Pane) -> Collision {
        let present = pane.store.presence(pane.id);
        let writers = Memo::new(move |_| present.with(|all| all.iter().filter(|p| p.writing).map(|p| p.user_id).collect::<Vec<_>>()));
        let (asking, agreed) = (RwSignal::new(false), RwSignal::new(false));
        // They stopped: the question is over, and the next one is a new one.
        effect(move || {
            if writers.with(Vec::is_empty) {
                asking.set(false);
                agreed.set(false);
            }
        });
        Collision { pane, writers, asking, agreed }
    }

    /// Whether a message may leave; otherwise it is asked, and the text stays.
    pub fn lets_pass(self) -> bool {
        let free = self.agreed.get_untracked() || self.writers.with_untracked(Vec::is_empty);
        self.asking.set(!free);
        free
    }

    /// It leaves all the same.
    pub fn agree(self) {
        self.agreed.set(true);
        self.asking.set(false);
    }
}

/// The question over the text.
#[component]
pub fn Collisions(collision: Collision, #[prop(into)] all_the_same: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let Collision { pane, writers, asking, .. } = collision;
    let text = move || {
        let names: Vec<String> = writers.with(|w| w.iter().map(|id| pane.store.member_name(*id)).collect());
        let names = names.join(", ");
        t_string!(i18n, talk.answer.writes, name = names.as_str()).to_string()
    };
    let wait = move |()| {
        asking.set(false);
        pane.focus(Tab::Message);
    };
    view! {
        <Show when=move || asking.get()>
            <div class="composer-note collision" role="alert">
                <Icon name="pencil" small=true/>
                <span>{text}</span>
                <Button small=true press=move |()| all_the_same.run(())>{t!(i18n, talk.answer.all_the_same)}</Button>
                <Button small=true kind=Kind::Ghost press=wait>{t!(i18n, talk.answer.wait)}</Button>
            </div>
        </Show>
    }
}
