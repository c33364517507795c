//! A message that waits before it leaves: how long still, and the way to take it back (TS-2).

use super::super::thread::pane::{Pane, Tab, use_pane};
use crate::fault;
use crate::i18n::*;
use crate::live::{Item, Local, web};
use crate::part::*;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::{MessageId, MessageStatus, Millis};

/// How often the seconds are counted anew.
const TICK_MS: u32 = 200;

/// Until when a message waits, as long as it does.
pub fn leaves_at(item: &Item) -> Option<Millis> {
    item.message.leaves_at.filter(|_| item.local == Local::Stored && item.message.status == MessageStatus::Queued)
}

/// The countdown under a bubble, by the server's clock: this computer's may be wrong (TS-4).
#[component]
pub fn Leaving(item: RwSignal<Item>) -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let until = Memo::new(move |_| item.with(leaves_at));
    let seconds = RwSignal::new(0_i64);
    let busy = RwSignal::new(false);
    effect(move || {
        let Some(at) = until.get() else { return seconds.set(0) };
        let left = move || (at - pane.store.server_now() + 999).div_euclid(1000).max(0);
        seconds.set(left());
        spawn_local(async move {
            while until.try_get_untracked() == Some(Some(at)) && seconds.try_get_untracked().is_some_and(|s| s > 0) {
                web::sleep(TICK_MS).await;
                let now = left();
                if seconds.try_get_untracked().is_some_and(|s| s != now) {
                    let _ = seconds.try_set(now);
                }
            }
        });
    });
    let shown = Memo::new(move |_| seconds.get() > 0 && until.get().is_some());
    let mine = move || {
        let me = pane.store.my_id();
        me.is_some() && item.with(|i| i.message.author_id == me)
    };
    let press = move |()| {
        let id = item.with_untracked(|i| i.message.id);
        busy.set(true);
        spawn_local(async move {
            recall(pane, id).await;
            let _ = busy.try_set(false);
        });
    };
    view! {
        <Show when=move || shown.get()>
            <div class="bubble-after leaving">
                <Icon name="clock" small=true/>
                <span role="timer">{move || t_string!(i18n, message.delay.leaves, seconds = seconds.get()).to_string()}</span>
                <Show when=mine>
                    <Button small=true icon="undo" busy label=move || t_string!(i18n, message.delay.cancel_label).to_string() press>{t!(i18n, message.delay.cancel)}</Button>
                </Show>
            </div>
        </Show>
    }
}

/// Takes a message back; text, quote and file stand in the composer again.
async fn recall(pane: Pane, id: MessageId) {
    let i18n = pane.i18n();
    match pane.store.recall(pane.id, id).await {
        Ok((text, quote)) => {
            // Another conversation may be on the screen by now: the text waits in this one's draft all the same.
            if pane.reply.try_get_untracked() == Some(None) && quote.is_some() {
                let _ = pane.reply.try_set(quote);
            }
            if !text.is_empty() {
                pane.take_back(text, Tab::Message);
            }
            pane.say(untrack(|| t_string!(i18n, message.delay.cancelled).to_string()));
        }
        Err(refused) => pane.fail(untrack(|| fault::say(i18n, &refused))),
    }
}

/// Takes the newest message back that can be.
pub fn recall_last(pane: Pane) {
    if let Some(id) = pane.store.recallable(pane.id) {
        spawn_local(recall(pane, id));
    }
}

/// Whether a message by `me` could be changed at this time on this channel. Tracks the clock.
pub fn may_edit(pane: Pane, message: &model::Message) -> bool {
    let now: Millis = pane.store.tick.get().max(pane.store.server_now());
    let edits = pane.channel().is_some_and(|c| c.kind.edits());
    edits && pane.store.my_id().is_some_and(|me| message.can_be_edited(me, now))
}
