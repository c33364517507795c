//! The file that goes with a quick reply: chosen, on its way, there, or taken away.

use super::super::inbox::bubble::size_text;
use crate::api::reply::take_reply_file;
use crate::i18n::*;
use crate::live::{Under, upload, use_store};
use crate::part::*;
use crate::{fault, language};
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::{FILE_MAX, Fault, FileKind, FileWish, MB, ReplyId, Upload};
use send_wrapper::SendWrapper;
use wasm_bindgen::JsCast;

/// The file of one form; [`Carried::is_busy`] while it is on its way.
#[derive(Clone, Copy)]
pub(crate) struct Carried {
    pub file: RwSignal<Option<Upload>>,
    /// How much of it is there while it is on its way.
    pub percent: RwSignal<Option<u8>>,
    pub failed: RwSignal<Option<Fault>>,
    under: StoredValue<Option<SendWrapper<Under>>>,
}

impl Carried {
    pub fn new(file: Option<Upload>) -> Carried {
        let carried =
            Carried { file: RwSignal::new(file), percent: RwSignal::new(None), failed: RwSignal::new(None), under: StoredValue::new(None) };
        on_cleanup(move || carried.stop());
        carried
    }

    /// Whether a file is on its way. Untracked.
    pub fn is_busy(self) -> bool {
        self.percent.with_untracked(Option::is_some)
    }

    /// Takes a copy of another reply's file.
    pub fn copy(self, from: ReplyId) {
        self.percent.set(Some(0));
        let store = use_store();
        spawn_local(async move {
            let answer = take_reply_file(from).await;
            self.done(answer.map_err(|refused| store.hear(refused)));
        });
    }

    fn stop(self) {
        if let Some(under) = self.under.try_update_value(Option::take).flatten() {
            under.stop();
        }
    }

    fn done(self, answer: Result<Upload, Fault>) {
        let _ = self.under.try_update_value(Option::take);
        if self.percent.try_set(None).is_some() {
            return;
        }
        match answer {
            Ok(upload) => self.file.set(Some(upload)),
            Err(why) => self.failed.set(Some(why)),
        }
    }

    fn send(self, file: web_sys::File) {
        self.send_as(file, FILE_MAX, |_| Ok(()));
    }

    /// Brings a file here, unless it is too large or `fits` refuses what came of it.
    pub fn send_as(self, file: web_sys::File, most: i64, fits: impl Fn(&Upload) -> Result<(), Fault> + 'static) {
        self.failed.set(match file.size() as i64 {
            0 => Some(Fault::FileEmpty),
            n if n > most => Some(Fault::FileTooLarge { megabytes: most / MB }),
            _ => None,
        });
        if self.failed.with_untracked(Option::is_some) {
            return;
        }
        self.percent.set(Some(0));
        let tell = Box::new(move |percent| {
            let _ = self.percent.try_update(|p| *p = p.is_some().then_some(percent));
        });
        let (under, done) = upload(&file, FileWish::Shown, tell);
        self.under.set_value(Some(SendWrapper::new(under)));
        spawn_local(async move {
            let answer = done.await.and_then(|up| fits(&up).map(|()| up));
            self.done(answer);
        });
    }
}

/// Chooses, shows and takes away the file.
#[component]
pub(super) fn FileOf(carried: Carried) -> impl IntoView {
    let i18n = use_i18n();
    let input = NodeRef::<leptos::html::Input>::new();
    let choose = move |()| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    let chosen = move |event: web_sys::Event| {
        let Some(input) = event.target().and_then(|t| t.dyn_into::<web_sys::HtmlInputElement>().ok()) else { return };
        let file = input.files().and_then(|f| f.item(0));
        input.set_value("");
        if let Some(file) = file {
            carried.send(file);
        }
    };
    let there = move |file: Upload| {
        let name = StoredValue::new(file.file_name.clone());
        let facts = move || size_text(language::code(i18n.get_locale()), file.size);
        let icon = match file.kind {
            FileKind::Audio => "mic",
            _ => "file",
        };
        view! {
            <div class="tray-file">
                <span class="tray-picture">
                    {match file.small {
                        true => view! { <img src=format!("/media/{}/small", file.id) alt=""/> }.into_any(),
                        false => view! { <Icon name=icon/> }.into_any(),
                    }}
                </span>
                <span class="tray-text">
                    <a href=format!("/media/{}", file.id) target="_blank" rel="noopener"><bdi>{name.get_value()}</bdi></a>
                    <span class="tray-facts">{facts}</span>
                </span>
                <IconButton icon="x" small=true label=move || { let name = name.get_value(); t_string!(i18n, file.remove, name = name.as_str()).to_string() }
                    press=move |()| carried.file.set(None)/>
            </div>
        }
    };
    view! {
        <div class="field" role="group" aria-labelledby="reply-file">
            <span class="field-label" id="reply-file">{t!(i18n, reply.file)}</span>
            {move || match (carried.percent.get(), carried.file.get()) {
                (Some(percent), _) => view! {
                    <div class="reply-going" role="status">
                        <progress max="100" value=i32::from(percent) aria-label=move || t_string!(i18n, reply.file).to_string()></progress>
                        <span>{move || t_string!(i18n, file.going, percent = percent).to_string()}</span>
                    </div>
                }.into_any(),
                (None, Some(file)) => there(file).into_any(),
                (None, None) => view! {
                    <div><Button small=true icon="attach" press=choose>{t!(i18n, reply.file_choose)}</Button></div>
                }.into_any(),
            }}
            <input node_ref=input type="file" hidden name="file_id" aria-label=move || t_string!(i18n, reply.file_choose).to_string() on:change=chosen/>
            <div class="field-hint">{t!(i18n, reply.file_hint)}</div>
            <div class="field-fault" aria-live="polite">{move || carried.failed.get().map(|why| fault::say(i18n, &why))}</div>
        </div>
    }
}
