//! A text that another app shared with the installed one: it waits until its conversation is chosen, and goes into the
//! draft there.

use crate::i18n::*;
use crate::live::{use_store, web};
use crate::part::*;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_location;
use model::ConversationId;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

/// Where the service worker hands the text over, once.
const TAKE: &str = "/share/taken";
/// Where it waits in this browser.
const KEPT: &str = "prosa.shared";

/// The notice that a conversation is to be chosen.
#[component]
pub fn Shared() -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let location = use_location();
    let text = RwSignal::new(None::<String>);
    effect(move || {
        text.set(web::read(KEPT));
        // Only after a share: otherwise nobody is there to answer.
        if location.search.with_untracked(|q| q.contains("shared")) {
            spawn_local(async move {
                if let Some(taken) = take().await.filter(|t| !t.trim().is_empty()) {
                    web::keep(KEPT, Some(&taken));
                    text.set(Some(taken));
                }
            });
        }
    });
    let drop = move || {
        web::keep(KEPT, None);
        text.set(None);
    };
    // Which conversation is open when the text comes is chance: only one that is opened then is chosen.
    let chosen = Memo::new(move |_| location.pathname.with(|p| p.strip_prefix("/inbox/").and_then(|id| id.parse::<ConversationId>().ok())));
    Effect::new(move |before: Option<(Option<ConversationId>, bool)>| {
        let (now, waits) = (chosen.get(), text.read().is_some());
        if let (Some((was, true)), Some(id)) = (before, now)
            && was != now
            && let Some(shared) = text.get_untracked()
        {
            store.add_to_draft(id, &shared);
            drop();
            return (now, false);
        }
        (now, waits)
    });
    view! {
        {move || text.get().map(|shared| view! {
            <div class="banner accent" role="status">
                <Icon name="forward" small=true/>
                <span class="banner-text">{t!(i18n, alert.share.choose)}" "<q class="shared-text"><bdi>{model::text::shorten(&shared, 80)}</bdi></q></span>
                <Button kind=Kind::Ghost small=true press=move |()| drop()>{t!(i18n, alert.share.drop)}</Button>
            </div>
        })}
    }
}

async fn take() -> Option<String> {
    let answer = JsFuture::from(window().fetch_with_str(TAKE)).await.ok()?.dyn_into::<web_sys::Response>().ok()?;
    if !answer.ok() || answer.redirected() {
        return None;
    }
    JsFuture::from(answer.text().ok()?).await.ok()?.as_string()
}
