//! Files beside the text: attached, pasted or dropped; how far each is, and how it will go.

use super::super::bubble::size_text;
use super::super::head::may::Mode;
use super::super::thread::pane::{Pane, Sheet, Tab, use_pane};
use super::quick::Quick;
use crate::i18n::*;
use crate::live::{Attached, Step, TrayId};
use crate::part::*;
use crate::prefs::is_phone;
use crate::{fault, language};
use leptos::ev::DragEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::{CAPTION_MAX, Delivery, FILES_MAX, FileKind, FileWish, STICKER_MOVING_MAX, Upload, WEBP_HEAD, Webp};
use wasm_bindgen::JsCast;

/// The tray of a tab.
pub fn tray_id(pane: Pane, tab: Tab) -> TrayId {
    TrayId { conversation: pane.id, note: tab == Tab::Note }
}

/// Attaches files, and says when some were too many. A picture that is a sticker already goes as one when no text stands
/// beside it.
pub fn attach(pane: Pane, tab: Tab, files: Vec<web_sys::File>, wish: FileWish) {
    let may_be = |f: &web_sys::File| f.type_() == "image/webp" && f.size() <= STICKER_MOVING_MAX as f64;
    let silent = || pane.store.draft(pane.id).with_untracked(|t| t.trim().is_empty());
    if wish != FileWish::Shown || tab != Tab::Message || !files.iter().any(may_be) || !silent() {
        return attach_wished(pane, tab, files.into_iter().map(|f| (f, wish)).collect());
    }
    spawn_local(async move {
        let mut wished = Vec::with_capacity(files.len());
        for file in files {
            let wish = if may_be(&file) && is_sticker(&file).await { FileWish::Sticker } else { wish };
            wished.push((file, wish));
        }
        attach_wished(pane, tab, wished);
    });
}

/// Whether a file is a sticker as it is.
async fn is_sticker(file: &web_sys::File) -> bool {
    let Ok(head) = file.slice_with_i32_and_i32(0, WEBP_HEAD as i32) else { return false };
    let Ok(bytes) = wasm_bindgen_futures::JsFuture::from(head.array_buffer()).await else { return false };
    Webp::read(&js_sys::Uint8Array::new(&bytes).to_vec()).is_some_and(|webp| webp.is_sticker(file.size() as i64))
}

fn attach_wished(pane: Pane, tab: Tab, files: Vec<(web_sys::File, FileWish)>) {
    if files.is_empty() {
        return;
    }
    let at = tray_id(pane, tab);
    let over: usize = files.into_iter().map(|(file, wish)| pane.store.attach(at, vec![file], wish)).sum();
    if over > 0 {
        let i18n = pane.i18n();
        pane.fail(untrack(|| t_string!(i18n, file.too_many, max = FILES_MAX, over = over).to_string()));
    }
    pane.focus(tab);
}

/// The files of a list that the browser gives.
pub fn listed(list: Option<web_sys::FileList>) -> Vec<web_sys::File> {
    let Some(list) = list else { return Vec::new() };
    (0..list.length()).filter_map(|i| list.get(i)).collect()
}

/// A pasted text of more bytes than this becomes a file.
pub const PASTE_MAX: usize = 40_000;

/// A text as a file.
pub fn text_file(text: &str) -> Option<web_sys::File> {
    let how = web_sys::FilePropertyBag::new();
    how.set_type("text/plain");
    web_sys::File::new_with_str_sequence_and_options(&js_sys::Array::of1(&text.into()), "texto.txt", &how).ok()
}

/// The button that attaches, and on a phone all that is not the text.
#[component]
pub fn AttachMenu(tab: Tab, emoji: RwSignal<bool>, marks: RwSignal<bool>, quick: Option<Quick>) -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let (shown, document) = (NodeRef::<leptos::html::Input>::new(), NodeRef::<leptos::html::Input>::new());
    let press = move |input: NodeRef<leptos::html::Input>| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    let chosen = move |event: web_sys::Event, wish: FileWish| {
        let Some(input) = event.target().and_then(|t| t.dyn_into::<web_sys::HtmlInputElement>().ok()) else { return };
        let files = listed(input.files());
        // The same file may be chosen again.
        input.set_value("");
        attach(pane, tab, files, wish);
    };
    let open = RwSignal::new(false);
    let narrow = RwSignal::new(false);
    effect(move || {
        if open.get() {
            narrow.set(is_phone());
        }
    });
    let sheet = move |sheet: Sheet| pane.sheet.set(Some(sheet));
    let (commands, always) = (use_commands(), Signal::stored(true));
    let add = move |id, label: Signal<String>, when, run: Callback<()>| commands.add(Command { id, label, when, run });
    let label = Signal::derive(move || format!("{}: {}", t_string!(i18n, file.attach), t_string!(i18n, file.attach_shown)));
    add(CommandId::AttachFile, label, always, Callback::new(move |()| press(shown)));
    let label = Signal::derive(move || format!("{}: {}", t_string!(i18n, file.attach), t_string!(i18n, file.attach_document)));
    add(CommandId::AttachDocument, label, always, Callback::new(move |()| press(document)));
    // After the palette has closed: it would take the panel along.
    let show = Callback::new(move |()| request_animation_frame(move || emoji.set(true)));
    add(CommandId::Emoji, Signal::derive(move || t_string!(i18n, message.emoji.open).to_string()), always, show);
    if let Some(quick) = quick {
        let run = Callback::new(move |()| quick.open());
        add(CommandId::QuickReply, Signal::derive(move || t_string!(i18n, reply.open).to_string()), always, run);
    }
    let asks = Signal::derive(move || pane.channel().is_some_and(|c| c.kind.asks()));
    if tab == Tab::Message {
        let run = Callback::new(move |()| sheet(Sheet::Sticker));
        add(CommandId::Sticker, Signal::derive(move || t_string!(i18n, sticker.title).to_string()), always, run);
        let run = Callback::new(move |()| sheet(Sheet::Card));
        add(CommandId::Card, Signal::derive(move || t_string!(i18n, message.card.title).to_string()), always, run);
        let run = Callback::new(move |()| sheet(Sheet::Place));
        add(CommandId::Place, Signal::derive(move || t_string!(i18n, message.place.title).to_string()), always, run);
        let run = Callback::new(move |()| sheet(Sheet::Question));
        add(CommandId::Question, Signal::derive(move || t_string!(i18n, message.question.title).to_string()), asks, run);
    }
    view! {
        <Menu icon="attach" icon_only=true class="attach" open label=move || t_string!(i18n, file.attach).to_string()>
            <MenuItem icon="image" press=move |()| press(shown)>{t!(i18n, file.attach_shown)}</MenuItem>
            <MenuItem icon="document" press=move |()| press(document)>{t!(i18n, file.attach_document)}</MenuItem>
            {(tab == Tab::Message).then(|| view! {
                <MenuItem icon="sticker" press=move |()| sheet(Sheet::Sticker)>{t!(i18n, sticker.menu)}</MenuItem>
                <MenuItem icon="contact" press=move |()| sheet(Sheet::Card)>{t!(i18n, message.menu.contact)}</MenuItem>
                <MenuItem icon="location" press=move |()| sheet(Sheet::Place)>{t!(i18n, message.menu.location)}</MenuItem>
                <Show when=move || asks.get()>
                    <MenuItem icon="list" press=move |()| sheet(Sheet::Question)>{t!(i18n, message.menu.question)}</MenuItem>
                </Show>
            })}
            <Show when=move || narrow.get()>
                {quick.map(|quick| view! { <MenuItem icon="bolt" press=move |()| quick.open()>{t!(i18n, message.menu.quick)}</MenuItem> })}
                <MenuItem icon="text-format" press=move |()| request_animation_frame(move || marks.set(true))>{t!(i18n, command.format)}</MenuItem>
                // This panel closes first, and would close the other with it.
                <MenuItem icon="emoji" press=move |()| request_animation_frame(move || emoji.set(true))>{t!(i18n, message.emoji.open)}</MenuItem>
            </Show>
        </Menu>
        <input node_ref=shown type="file" multiple hidden accept="image/*,video/*,audio/*" data-attach="shown"
            aria-label=move || t_string!(i18n, file.attach_shown).to_string() on:change=move |event| chosen(event, FileWish::Shown)/>
        <input node_ref=document type="file" multiple hidden data-attach="document"
            aria-label=move || t_string!(i18n, file.attach_document).to_string() on:change=move |event| chosen(event, FileWish::Document)/>
    }
}

/// The attached files.
#[component]
pub fn TrayView(tab: Tab) -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let at = tray_id(pane, tab);
    let tray = pane.store.tray(at);
    let files = tray.files.clone();
    let is_empty = Memo::new({
        let files = files.clone();
        move |_| files.with(Vec::is_empty)
    });
    let leaves = tray.leaves.clone();
    let long = Memo::new({
        let (files, text) = (files.clone(), pane.store.draft(pane.id));
        move |_| {
            let kind = pane.channel().map(|c| c.kind);
            let silent = files.with(|f| match (f.first().map(|f| f.step.get()), kind) {
                (Some(Step::Ready(upload)), Some(kind)) if !upload.takes_caption(kind) => Some(upload.wish),
                _ => None,
            });
            let count = if at.note || files.with(Vec::is_empty) { 0 } else { text.with(|t| t.trim_end().chars().count()) };
            match count {
                0 => None,
                _ if silent == Some(FileWish::Sticker) => Some(Apart::Sticker),
                _ if silent.is_some() => Some(Apart::NoCaption),
                n if n > CAPTION_MAX => Some(Apart::TooLong),
                _ => None,
            }
        }
    });
    view! {
        <Show when=move || !is_empty.get()>
            <ul class="tray" aria-label=move || t_string!(i18n, file.tray).to_string()>
                <For each={ let files = files.clone(); move || files.get() } key=|f| f.key let:file><FileChip at file/></For>
            </ul>
            {move || long.get().map(|apart| view! {
                <p class="composer-note" role="status">{move || match apart {
                    Apart::Sticker => t_string!(i18n, sticker.no_caption).to_string(),
                    Apart::NoCaption => t_string!(i18n, file.caption_none).to_string(),
                    Apart::TooLong => t_string!(i18n, file.caption_long, max = CAPTION_MAX).to_string(),
                }}</p>
            })}
            {
                let leaves = leaves.clone();
                move || {
                    let stop = leaves.clone();
                    leaves.get().then(|| view! {
                        <div class="composer-note" role="status">
                            <Icon name="hourglass" small=true/>
                            <span>{t!(i18n, file.leaves)}</span>
                            <Button small=true kind=Kind::Ghost press=move |()| stop.set(false)>{t!(i18n, file.stop)}</Button>
                        </div>
                    })
                }
            }
        </Show>
    }
}

/// Why the text is no caption.
#[derive(Clone, Copy, PartialEq)]
enum Apart {
    Sticker,
    NoCaption,
    TooLong,
}

/// One file: what it is, how far, and how it will go.
#[component]
fn FileChip(at: TrayId, file: Attached) -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let (makes_sticker, is_sticker) = (!at.note && file.can_be_sticker(), file.wish == FileWish::Sticker);
    let Attached { key, name, size, step, picture, sound, wish, .. } = file;
    let step: RwSignal<Step> = step.into();
    // The browser cannot show it.
    let broken = RwSignal::new(false);
    let spoken = sound.is_some();
    let name = StoredValue::new(name);
    let called = move || {
        let name = name.get_value();
        if wish == FileWish::Voice {
            t_string!(i18n, file.voice_name).to_string()
        } else if name.is_empty() {
            t_string!(i18n, file.no_name).to_string()
        } else {
            name
        }
    };
    let facts = move || {
        let size = size_text(language::code(i18n.get_locale()), size);
        match step.get() {
            Step::Waiting => format!("{} · {size}", t_string!(i18n, file.waiting)),
            Step::Going(percent) => format!("{} · {size}", t_string!(i18n, file.going, percent = percent)),
            Step::Ready(upload) => {
                let size = size_text(language::code(i18n.get_locale()), upload.size);
                format!("{size} · {}", way(i18n, pane, at, &upload))
            }
            Step::Failed(why) => fault::say(i18n, &why),
        }
    };
    let failed = Memo::new(move |_| step.with(|s| matches!(s, Step::Failed(_))));
    // What was refused for what it is would be refused again.
    let again = move || step.with(|s| matches!(s, Step::Failed(why) if why.status() >= 500 || why.status() == 429 || why.status() == 401));
    view! {
        <li class="tray-file" class:failed=move || failed.get()>
            <span class="tray-picture">
                {move || match picture.clone().filter(|_| !broken.get()) {
                    None if spoken => view! { <Icon name="mic"/> }.into_any(),
                    Some(address) => view! { <img src=address alt="" on:error=move |_| broken.set(true)/> }.into_any(),
                    None => view! { <Icon name="file"/> }.into_any(),
                }}
            </span>
            <span class="tray-text">
                <strong dir="auto">{called}</strong>
                <span class="tray-facts" role=move || failed.get().then_some("alert")>{facts}</span>
                {move || if let Step::Going(percent) = step.get() {
                    Some(view! { <progress max="100" value=i32::from(percent)
                        aria-label=move || { let name = called(); t_string!(i18n, file.progress, name = name.as_str()).to_string() }></progress> })
                } else { None }}
                {makes_sticker.then(|| view! {
                    <label class="tray-sticker">
                        <input type="checkbox" prop:checked=is_sticker on:change=move |event| {
                            pane.store.attach_as(at, key, if event_target_checked(&event) { FileWish::Sticker } else { FileWish::Shown });
                            pane.focus(Tab::Message);
                        }/>
                        {t!(i18n, sticker.toggle)}
                    </label>
                })}
                {sound.map(|address| view! {
                    <audio controls preload="metadata" src=address aria-label=move || t_string!(i18n, file.record_listen).to_string()></audio>
                })}
            </span>
            {move || again().then(|| view! {
                <IconButton icon="refresh" small=true label=move || t_string!(i18n, file.retry).to_string() press=move |()| pane.store.attach_again(at, key)/>
            })}
            <IconButton icon="x" small=true label=move || { let name = called(); t_string!(i18n, file.remove, name = name.as_str()).to_string() }
                press=move |()| { pane.store.detach(at, key); pane.focus(if at.note { Tab::Note } else { Tab::Message }) }/>
        </li>
    }
}

/// How a file will reach the contact.
fn way(i18n: leptos_i18n::I18nContext<Locale>, pane: Pane, at: TrayId, upload: &Upload) -> String {
    let delivery = pane.channel().and_then(|c| upload.delivery(c.kind));
    match (delivery, upload.wish, upload.kind) {
        _ if at.note => t_string!(i18n, file.in_note),
        (Some(Delivery::Link), ..) => t_string!(i18n, file.as_link),
        (_, FileWish::Document, _) => t_string!(i18n, file.as_document),
        (Some(Delivery::File), _, FileKind::Document) => t_string!(i18n, file.as_document),
        (Some(Delivery::File), ..) => t_string!(i18n, file.as_file),
        (_, FileWish::Voice, _) => t_string!(i18n, file.as_voice),
        (_, FileWish::Sticker, _) => t_string!(i18n, sticker.as_sticker),
        (_, _, FileKind::Image) => t_string!(i18n, file.as_image),
        (_, _, FileKind::Video) => t_string!(i18n, file.as_video),
        (_, _, FileKind::Audio) => t_string!(i18n, file.as_audio),
        (_, _, FileKind::Document) => t_string!(i18n, file.as_document),
    }
    .to_string()
}

/// Files over the conversation, held by the pointer.
#[derive(Clone, Copy)]
pub struct Drop {
    pane: Pane,
    /// Parts of the conversation that the pointer is over.
    depth: RwSignal<u32>,
}

impl Drop {
    /// Takes drops, and keeps the browser from leaving the page for a file that misses.
    pub fn new(pane: Pane) -> Drop {
        let over = window_event_listener(leptos::ev::dragover, |event| {
            if has_files(&event) {
                event.prevent_default();
            }
        });
        let missed = window_event_listener(leptos::ev::drop, |event| {
            if has_files(&event) {
                event.prevent_default();
            }
        });
        on_cleanup(move || {
            over.remove();
            missed.remove();
        });
        Drop { pane, depth: RwSignal::new(0) }
    }

    /// Where the files would go; none where nothing can be written.
    fn tab(self) -> Option<Tab> {
        let tab = self.pane.tab.get_untracked();
        let writes = matches!(self.pane.mode.get_untracked(), Some(Mode::Write | Mode::Waiting));
        (tab == Tab::Note || writes).then_some(tab)
    }

    pub fn enter(self, event: &DragEvent) {
        if has_files(event) && self.tab().is_some() {
            self.depth.update(|d| *d += 1);
        }
    }

    pub fn leave(self) {
        self.depth.update(|d| *d = d.saturating_sub(1));
    }

    pub fn drop(self, event: &DragEvent) {
        self.depth.set(0);
        let files = listed(event.data_transfer().and_then(|d| d.files()));
        if let Some(tab) = self.tab().filter(|_| !files.is_empty()) {
            event.prevent_default();
            attach(self.pane, tab, files, FileWish::Shown);
        }
    }

    /// Whether files are held over it. Tracked.
    pub fn is_over(self) -> bool {
        self.depth.get() > 0
    }
}

fn has_files(event: &DragEvent) -> bool {
    event.data_transfer().is_some_and(|d| d.types().includes(&"Files".into(), 0))
}
