//! Files beside an unsent text: each is uploaded as soon as it is attached, and stays with the conversation until it is
//! sent or taken away. What is uploaded survives a reload; what is not needs its bytes, which the browser does not keep.

use super::recorder;
use super::store::Store;
use super::upload::{Under, upload};
use super::web;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::*;
use send_wrapper::SendWrapper;

/// Uploads of this tab at once.
const AT_ONCE: usize = 2;

/// Where a tray stands: beside the message to the contact, or beside the note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TrayId {
    pub conversation: ConversationId,
    pub note: bool,
}

/// How far a file is.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    Waiting,
    /// Percent.
    Going(u8),
    Ready(Upload),
    Failed(Fault),
}

/// An attached file.
#[derive(Clone)]
pub struct Attached {
    /// Its name in this tab.
    pub key: u32,
    pub name: String,
    /// Bytes.
    pub size: i64,
    pub wish: FileWish,
    pub step: ArcRwSignal<Step>,
    /// Address of a picture of it, when the browser can show one.
    pub picture: Option<String>,
    /// Address of a recording, to listen to it.
    pub sound: Option<String>,
    file: Option<SendWrapper<web_sys::File>>,
    under: StoredUnder,
}

type StoredUnder = std::sync::Arc<std::sync::Mutex<Option<SendWrapper<Under>>>>;

/// The files beside an unsent text.
#[derive(Clone, Default)]
pub struct Tray {
    pub files: ArcRwSignal<Vec<Attached>>,
    /// The text and the files leave together when the last file is there.
    pub leaves: ArcRwSignal<bool>,
}

impl Tray {
    /// Whether a file is on its way to the server. Tracked.
    pub fn is_busy(&self) -> bool {
        self.files.with(|files| files.iter().any(|f| matches!(f.step.get(), Step::Waiting | Step::Going(_))))
    }

    /// Whether all files arrived that stayed; none while one is on its way. Untracked.
    pub fn arrived(&self) -> Option<bool> {
        self.files.with_untracked(|files| {
            let steps: Vec<Step> = files.iter().map(|f| f.step.get_untracked()).collect();
            let is_busy = steps.iter().any(|step| matches!(step, Step::Waiting | Step::Going(_)));
            (!is_busy).then(|| !steps.iter().any(|step| matches!(step, Step::Failed(_))))
        })
    }

    /// What is there, when all of it is. Untracked.
    fn whole(&self) -> Option<Vec<Upload>> {
        self.files.with_untracked(|files| {
            files.iter().map(|f| if let Step::Ready(upload) = f.step.get_untracked() { Some(upload) } else { None }).collect()
        })
    }
}

impl Store {
    /// The tray of a conversation; the same one each time.
    pub fn tray(&self, id: TrayId) -> Tray {
        if let Some(tray) = self.acts.with_value(|a| a.trays.get(&id).cloned()) {
            return tray;
        }
        let tray = Tray::default();
        let now = self.server_now();
        let kept = self.tray_place(id).and_then(|place| web::read(&place)).and_then(|text| from_json::<Vec<Upload>>(text.as_bytes()).ok());
        let files: Vec<Attached> = kept.unwrap_or_default().into_iter().filter(|u| u.expires_at > now).map(|u| self.attached(u)).collect();
        tray.files.set(files);
        let spoken = files_have_voice(&tray);
        self.acts.update_value(|a| {
            a.trays.insert(id, tray.clone());
        });
        if !spoken {
            let store = *self;
            spawn_local(async move {
                // A reload interrupted the recording, or its upload.
                if let Some(recording) = recorder::kept(id).await {
                    store.attach(id, vec![recording], FileWish::Voice);
                }
            });
        }
        tray
    }

    fn next_key(&self) -> u32 {
        self.acts
            .try_update_value(|a| {
                a.attached += 1;
                a.attached
            })
            .unwrap_or(0)
    }

    /// A file that the server has.
    fn attached(&self, upload: Upload) -> Attached {
        Attached {
            key: self.next_key(),
            name: upload.file_name.clone(),
            size: upload.size,
            wish: upload.wish,
            picture: upload.small.then(|| format!("/media/{}/small", upload.id)),
            sound: (upload.kind == FileKind::Audio).then(|| format!("/media/{}", upload.id)),
            step: ArcRwSignal::new(Step::Ready(upload)),
            file: None,
            under: StoredUnder::default(),
        }
    }

    /// Attaches files in their order. Answers how many were too many.
    pub fn attach(&self, id: TrayId, files: Vec<web_sys::File>, wish: FileWish) -> usize {
        let tray = self.tray(id);
        let room = FILES_MAX.saturating_sub(tray.files.with_untracked(Vec::len));
        let over = files.len().saturating_sub(room);
        let new: Vec<Attached> = files
            .into_iter()
            .take(room)
            .map(|file| {
                let size = file.size() as i64;
                let step = match size {
                    0 => Step::Failed(Fault::FileEmpty),
                    n if n > FILE_MAX => Step::Failed(Fault::FileTooLarge { megabytes: FILE_MAX / MB }),
                    _ => Step::Waiting,
                };
                let shows = matches!(file.type_().as_str(), "image/jpeg" | "image/png" | "image/webp" | "image/gif");
                Attached {
                    key: self.next_key(),
                    name: clean_file_name(&file.name()),
                    size,
                    wish,
                    step: ArcRwSignal::new(step),
                    picture: shows.then(|| web_sys::Url::create_object_url_with_blob(&file).ok()).flatten(),
                    sound: (wish == FileWish::Voice).then(|| web_sys::Url::create_object_url_with_blob(&file).ok()).flatten(),
                    file: Some(SendWrapper::new(file)),
                    under: StoredUnder::default(),
                }
            })
            .collect();
        tray.files.update(|all| all.extend(new));
        self.move_on(id);
        over
    }

    /// Puts back what was not sent after all.
    pub(super) fn put_back(&self, id: TrayId, upload: Upload) {
        let file = self.attached(upload);
        self.tray(id).files.update(|all| all.insert(0, file));
        self.keep_tray(id);
    }

    /// Puts a file that the server has beside the text; false when there is no room for it.
    pub fn attach_upload(&self, id: TrayId, upload: Upload) -> bool {
        let room = self.tray(id).files.with_untracked(Vec::len) < FILES_MAX;
        if room {
            let file = self.attached(upload);
            self.tray(id).files.update(|all| all.push(file));
            self.keep_tray(id);
        }
        room
    }

    /// Takes a file away: an upload under way ends, one that is there is forgotten.
    pub fn detach(&self, id: TrayId, key: u32) {
        let tray = self.tray(id);
        let gone = tray.files.try_update(|all| all.iter().position(|f| f.key == key).map(|at| all.remove(at))).flatten();
        let Some(gone) = gone else { return };
        gone.stop();
        gone.let_go();
        if gone.wish == FileWish::Voice {
            spawn_local(recorder::forget(id));
        }
        if let Step::Ready(upload) = gone.step.get_untracked() {
            spawn_local(async move {
                // What stays is forgotten by the server after a day.
                let _ = crate::api::act::discard_upload(upload.id).await;
            });
        }
        self.keep_tray(id);
        self.move_on(id);
    }

    /// Uploads a file again that failed.
    pub fn attach_again(&self, id: TrayId, key: u32) {
        self.tray(id).files.with_untracked(|all| {
            if let Some(file) = all.iter().find(|f| f.key == key && f.file.is_some()) {
                file.step.set(Step::Waiting);
            }
        });
        self.move_on(id);
    }

    /// Uploads a file once more as something else, such as a sticker; what was uploaded of it is forgotten.
    pub fn attach_as(&self, id: TrayId, key: u32, wish: FileWish) {
        let gone = self.tray(id).files.try_update(|all| {
            let file = all.iter_mut().find(|f| f.key == key && f.file.is_some() && f.wish != wish)?;
            let other = Attached {
                wish,
                step: ArcRwSignal::new(Step::Waiting),
                under: StoredUnder::default(),
                key: self.next_key(),
                ..file.clone()
            };
            Some(std::mem::replace(file, other))
        });
        let Some(gone) = gone.flatten() else { return };
        gone.stop();
        if let Step::Ready(upload) = gone.step.get_untracked() {
            spawn_local(async move {
                let _ = crate::api::act::discard_upload(upload.id).await;
            });
        }
        self.keep_tray(id);
        self.move_on(id);
    }

    /// Starts uploads while there is room, and sends a tray that is to leave and is whole.
    fn move_on(&self, id: TrayId) {
        let store = *self;
        let tray = self.tray(id);
        loop {
            let room = self.uploading.get_untracked() < AT_ONCE;
            let next = tray.files.with_untracked(|all| all.iter().find(|f| f.step.get_untracked() == Step::Waiting).cloned());
            let (true, Some(next)) = (room, next) else { break };
            let Some(file) = next.file.clone() else { break };
            self.uploading.update(|n| *n += 1);
            next.step.set(Step::Going(0));
            let going = next.step.clone();
            let (under, done) = upload(
                &file,
                next.wish,
                Box::new(move |percent| {
                    if matches!(going.get_untracked(), Step::Going(now) if now != percent) {
                        going.set(Step::Going(percent));
                    }
                }),
            );
            next.hold(Some(under));
            spawn_local(async move {
                let done = done.await;
                next.hold(None);
                store.uploading.update(|n| *n -= 1);
                let taken_away = store.tray(id).files.with_untracked(|all| all.iter().all(|f| f.key != next.key));
                match done {
                    Ok(upload) if taken_away => {
                        let _ = crate::api::act::discard_upload(upload.id).await;
                    }
                    Ok(upload) => next.step.set(Step::Ready(upload)),
                    Err(fault) => {
                        store.tray(id).leaves.set(false);
                        next.step.set(Step::Failed(fault));
                    }
                }
                store.keep_tray(id);
                store.move_on_everywhere(id);
            });
        }
        if tray.leaves.get_untracked() {
            let text = self.draft(id.conversation).get_untracked();
            if self.send_tray(id, text, tray_reply(self, id)) {
                self.save_draft(id.conversation, String::new());
            }
        }
    }

    /// A free place may be another tray's.
    fn move_on_everywhere(&self, first: TrayId) {
        self.move_on(first);
        let others: Vec<TrayId> = self.acts.with_value(|a| a.trays.keys().copied().filter(|id| *id != first).collect());
        for id in others {
            self.move_on(id);
        }
    }

    /// Lets text and files leave when the last file is there; the text stays the draft until then.
    pub fn leave_when_whole(&self, id: TrayId, reply: Option<Quote>) {
        self.acts.update_value(|a| {
            a.tray_replies.insert(id, reply);
        });
        self.tray(id).leaves.set(true);
        self.move_on(id);
    }

    /// Sends a text and the files of a tray, in order; false while a file is not there. The text is the caption of the first
    /// file when it can be, else a message before it.
    pub fn send_tray(&self, id: TrayId, text: String, reply: Option<Quote>) -> bool {
        let tray = self.tray(id);
        let Some(uploads) = tray.whole() else { return false };
        let channel = self.row(id.conversation).and_then(|row| self.channel_now(row.with_untracked(|r| r.channel_id)));
        let Some(channel) = channel else { return false };
        let max = if id.note { limit::NOTE_MAX } else { CAPTION_MAX };
        let text = text.trim_end().to_owned();
        let (mut caption, mut reply) = (Some(text).filter(|t| !t.is_empty()), reply);
        let fits = |text: &String| text.chars().count() <= max && uploads.first().is_some_and(|u| id.note || u.takes_caption(channel.kind));
        if caption.as_ref().is_some_and(|text| !fits(text))
            && let Some(text) = caption.take()
        {
            if id.note {
                self.send_note(id.conversation, text)
            } else {
                self.send(id.conversation, text, reply.take())
            };
        }
        for upload in uploads {
            self.send_file(id, &upload, channel.kind, caption.take().unwrap_or_default(), reply.take());
        }
        let spoken = files_have_voice(&tray);
        tray.files.with_untracked(|all| all.iter().for_each(Attached::let_go));
        if spoken {
            spawn_local(recorder::forget(id));
        }
        tray.files.set(Vec::new());
        tray.leaves.set(false);
        self.keep_tray(id);
        true
    }

    fn tray_place(&self, id: TrayId) -> Option<String> {
        let what = if id.note { "tray.note" } else { "tray" };
        self.own_key(what).map(|key| format!("{key}.{}", id.conversation))
    }

    /// Keeps what is uploaded, for a reload.
    fn keep_tray(&self, id: TrayId) {
        let Some(place) = self.tray_place(id) else { return };
        let there: Vec<Upload> = self.tray(id).files.with_untracked(|all| {
            all.iter().filter_map(|f| if let Step::Ready(upload) = f.step.get_untracked() { Some(upload) } else { None }).collect()
        });
        let text = if there.is_empty() { None } else { serde_json::to_string(&there).ok() };
        web::keep(&place, text.as_deref());
    }
}

fn files_have_voice(tray: &Tray) -> bool {
    tray.files.with_untracked(|all| all.iter().any(|f| f.wish == FileWish::Voice))
}

fn tray_reply(store: &Store, id: TrayId) -> Option<Quote> {
    store.acts.try_update_value(|a| a.tray_replies.remove(&id)).flatten().flatten()
}

impl Attached {
    /// Whether it can be made a sticker, or a picture again: its bytes are here, and they are a picture.
    pub fn can_be_sticker(&self) -> bool {
        let is_picture =
            |file: &SendWrapper<web_sys::File>| matches!(file.type_().as_str(), "image/jpeg" | "image/png" | "image/webp" | "image/gif");
        matches!(self.wish, FileWish::Shown | FileWish::Sticker) && self.file.as_ref().is_some_and(is_picture)
    }

    fn hold(&self, under: Option<Under>) {
        if let Ok(mut held) = self.under.lock() {
            *held = under.map(SendWrapper::new);
        }
    }

    fn stop(&self) {
        if let Ok(held) = self.under.lock()
            && let Some(under) = held.as_ref()
        {
            under.stop();
        }
    }

    /// A file of this browser that can be looked at is kept in memory until it is let go.
    fn let_go(&self) {
        for address in [&self.picture, &self.sound].into_iter().flatten().filter(|a| a.starts_with("blob:")) {
            let _ = web_sys::Url::revoke_object_url(address);
        }
    }
}
