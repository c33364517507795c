//! What another app shared with the installed one, a text or files: it waits in this browser until its conversation is
//! chosen, and goes there beside what is being written.

use super::kept;
use crate::i18n::*;
use crate::live::{Connection, Store, TrayId, use_store, web};
use crate::part::*;
use js_sys::Reflect;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_location;
use model::{ConversationId, FILES_MAX, FileWish, Millis, from_json};
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File, FilePropertyBag};

/// Where the service worker puts what was shared.
const CACHE: &str = "prosa-shared";
const NOTE: &str = "/share/note";
/// How long it waits; the service worker knows the same.
const KEPT_MS: Millis = 24 * 3_600_000;
/// How often it is looked whether the files have arrived.
const LOOK_MS: u32 = 1_000;

/// What waits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Waiting {
    text: String,
    files: Vec<WaitingFile>,
    /// Files that were empty, too large or too many.
    dropped: i64,
    at: Millis,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct WaitingFile {
    path: String,
    name: String,
    mime: String,
}

/// The notice that a conversation is to be chosen.
#[component]
pub fn Shared() -> impl IntoView {
    let i18n = use_i18n();
    let (store, toasts) = (use_store(), use_toasts());
    let location = use_location();
    let waiting = RwSignal::new(None::<Waiting>);
    effect(move || {
        spawn_local(async move {
            let found = look().await;
            if found.is_some() {
                let _ = waiting.try_set(found);
            }
        });
    });
    let drop = move || {
        waiting.set(None);
        spawn_local(forget());
    };
    // Which conversation is open when it comes is chance: only one that is opened then is chosen.
    let chosen = Memo::new(move |_| location.pathname.with(|p| p.strip_prefix("/inbox/").and_then(|id| id.parse::<ConversationId>().ok())));
    Effect::new(move |before: Option<(Option<ConversationId>, bool)>| {
        let (now, waits) = (chosen.get(), waiting.read().is_some());
        if let (Some((was, true)), Some(id)) = (before, now)
            && was != now
            && let Some(shared) = waiting.get_untracked()
        {
            waiting.set(None);
            let too_many = move |over: usize| t_string!(i18n, file.too_many, max = FILES_MAX, over = over).to_string();
            spawn_local(async move {
                let over = hand_over(store, id, shared).await;
                if over > 0 {
                    toasts.fail(untrack(|| too_many(over)));
                }
            });
            return (now, false);
        }
        (now, waits)
    });
    let told = move |shared: &Waiting| match (shared.files.is_empty(), shared.text.is_empty()) {
        (true, _) => t_string!(i18n, alert.share.choose).to_string(),
        (false, true) => t_string!(i18n, alert.share.choose_files, count = shared.files.len()).to_string(),
        (false, false) => t_string!(i18n, alert.share.choose_both, count = shared.files.len()).to_string(),
    };
    let left_out =
        move |shared: &Waiting| (shared.dropped > 0).then(|| t_string!(i18n, alert.share.dropped, count = shared.dropped).to_string());
    view! {
        {move || waiting.get().map(|shared| view! {
            <div class="banner accent" role="status">
                <Icon name="forward" small=true/>
                <span class="banner-text">
                    {(!shared.text.is_empty() || !shared.files.is_empty()).then(|| view! {
                        {told(&shared)}" "<q class="shared-text"><bdi>{model::text::shorten(&what(&shared), 80)}</bdi></q>" "
                    })}
                    {left_out(&shared)}
                </span>
                <Button kind=Kind::Ghost small=true press=move |()| drop()>{t!(i18n, alert.share.drop)}</Button>
            </div>
        })}
    }
}

/// By what it is recognised.
fn what(shared: &Waiting) -> String {
    let names = shared.files.iter().map(|f| f.name.as_str());
    Some(shared.text.as_str()).filter(|t| !t.is_empty()).into_iter().chain(names).collect::<Vec<_>>().join(", ")
}

/// Puts it beside what is being written; what does not fit into the tray is counted. The browser keeps the files until
/// the server has them.
async fn hand_over(store: Store, id: ConversationId, shared: Waiting) -> usize {
    if !shared.text.is_empty() {
        store.add_to_draft(id, &shared.text);
    }
    let mut files = Vec::with_capacity(shared.files.len());
    for file in &shared.files {
        files.extend(read(file).await);
    }
    if files.is_empty() {
        forget().await;
        return 0;
    }
    // The text is a draft now; the files may still be asked for.
    remember(&Waiting { text: String::new(), dropped: 0, ..shared }).await;
    let at = TrayId { conversation: id, note: false };
    let over = store.attach(at, files, FileWish::Shown);
    let tray = store.tray(at);
    let arrived = loop {
        if let Some(arrived) = tray.arrived() {
            break arrived;
        }
        // Who signs out takes what waits along: the service worker forgets it.
        if store.connection.try_get_untracked().is_none_or(|c| c == Connection::Ended) {
            return over;
        }
        web::sleep(LOOK_MS).await;
    };
    // What did not arrive is offered again after a reload.
    if arrived {
        forget().await;
    }
    over
}

/// What waits, unless it is too old.
async fn look() -> Option<Waiting> {
    if Reflect::get(&window(), &"caches".into()).map_or(true, |c| c.is_undefined()) {
        return None;
    }
    let text = kept::text(CACHE, NOTE).await?;
    let waiting = from_json::<Waiting>(text.as_bytes()).ok().filter(|w| web::clock() - w.at < KEPT_MS);
    if waiting.is_none() {
        forget().await;
    }
    waiting
}

async fn read(file: &WaitingFile) -> Option<File> {
    let blob: Blob = JsFuture::from(kept::found(CACHE, &file.path).await?.blob().ok()?).await.ok()?.dyn_into().ok()?;
    let bag = FilePropertyBag::new();
    bag.set_type(&file.mime);
    File::new_with_blob_sequence_and_options(&js_sys::Array::of1(&blob), &file.name, &bag).ok()
}

async fn remember(waiting: &Waiting) {
    if let Ok(note) = serde_json::to_string(waiting) {
        kept::put(CACHE, NOTE, &note).await;
    }
}

async fn forget() {
    if let Ok(caches) = window().caches() {
        let _ = JsFuture::from(caches.delete(CACHE)).await;
    }
}

#[cfg(test)]
mod tests {
    use crate::live::shelf::SHELF_MAX;
    use model::{FILE_MAX, FILES_MAX};

    #[test]
    fn the_service_worker_has_the_same_bounds() {
        let worker = include_str!("../../../../public/sw.js");
        assert!(worker.contains(&format!("const filesMost = {FILES_MAX}\n")));
        assert!(worker.contains(&format!("const fileMost = {} * 1024 * 1024\n", FILE_MAX / 1024 / 1024)));
        assert!(worker.contains(&format!("open: {SHELF_MAX},")));
    }
}
