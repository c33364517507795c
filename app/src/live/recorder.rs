//! Recording a voice message. What was recorded so far is kept in this browser every few seconds, so that neither leaving
//! the conversation nor a reload loses it.

use super::tray::TrayId;
use js_sys::{Array, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, BlobEvent, BlobPropertyBag, Cache, File, FilePropertyBag, MediaRecorder, MediaRecorderOptions, MediaStream,
    MediaStreamConstraints, MediaStreamTrack, Response,
};

/// Containers that browsers can make, the best for us first.
const CONTAINERS: [&str; 4] = ["audio/ogg;codecs=opus", "audio/webm;codecs=opus", "audio/mp4", "audio/webm"];
/// How often a part is handed over and kept.
const PART_MS: i32 = 2_000;
const KEPT_IN: &str = "recordings";

/// Why there is no recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoSound {
    /// The person or the browser's settings refused the microphone.
    Denied,
    /// There is none.
    NoMicrophone,
    /// The browser cannot record, or the page is not served encrypted.
    Unsupported,
}

/// A recording under way.
pub struct Recorder {
    recorder: MediaRecorder,
    stream: MediaStream,
    parts: Array,
    mime: String,
}

impl Recorder {
    /// Asks for the microphone and begins; `part` hears that something more was recorded.
    pub async fn begin(at: TrayId) -> Result<Recorder, NoSound> {
        let devices = web_sys::window().and_then(|w| w.navigator().media_devices().ok()).ok_or(NoSound::Unsupported)?;
        let wanted = js_sys::Object::new();
        for (what, how) in [("channelCount", JsValue::from(1)), ("echoCancellation", true.into()), ("noiseSuppression", true.into())] {
            let _ = Reflect::set(&wanted, &what.into(), &how);
        }
        let constraints = MediaStreamConstraints::new();
        constraints.set_audio(&wanted);
        let asked = devices.get_user_media_with_constraints(&constraints).map_err(|_| NoSound::Unsupported)?;
        let stream: MediaStream = JsFuture::from(asked).await.map_err(why)?.unchecked_into();
        let options = MediaRecorderOptions::new();
        let mime = CONTAINERS.into_iter().find(|c| MediaRecorder::is_type_supported(c)).ok_or(NoSound::Unsupported)?;
        options.set_mime_type(mime);
        options.set_audio_bits_per_second(32_000);
        let made = MediaRecorder::new_with_media_stream_and_media_recorder_options(&stream, &options);
        let recorder = made.map_err(|_| NoSound::Unsupported)?;
        let parts = Array::new();
        let heard = Closure::<dyn FnMut(BlobEvent)>::new({
            let (parts, mime) = (parts.clone(), mime.to_owned());
            move |event: BlobEvent| {
                if let Some(part) = event.data().filter(|p| p.size() > 0.0) {
                    parts.push(&part);
                    if let Some(whole) = joined(&parts, &mime) {
                        wasm_bindgen_futures::spawn_local(async move { keep(at, &whole).await });
                    }
                }
            }
        });
        recorder.set_ondataavailable(Some(heard.as_ref().unchecked_ref()));
        // It lives as long as the recorder.
        heard.forget();
        recorder.start_with_time_slice(PART_MS).map_err(|_| NoSound::Unsupported)?;
        Ok(Recorder { recorder, stream, parts, mime: mime.to_owned() })
    }

    /// Ends it, and nothing of it remains.
    pub async fn discard(self, at: TrayId) {
        self.recorder.set_ondataavailable(None);
        let _ = self.recorder.stop();
        self.let_go();
        forget(at).await;
    }

    /// Ends it; answers the file, none when nothing was recorded.
    pub async fn end(self) -> Option<File> {
        if self.recorder.state() != web_sys::RecordingState::Inactive {
            let ended = Promise::new(&mut |resolve, _| self.recorder.set_onstop(Some(&resolve)));
            if self.recorder.stop().is_ok() {
                let _ = JsFuture::from(ended).await;
            }
        }
        self.let_go();
        joined(&self.parts, &self.mime).and_then(|blob| as_file(&blob, &self.mime))
    }

    /// The microphone's light goes out.
    fn let_go(&self) {
        for track in self.stream.get_tracks() {
            track.unchecked_into::<MediaStreamTrack>().stop();
        }
    }
}

fn why(error: JsValue) -> NoSound {
    let name = Reflect::get(&error, &"name".into()).ok().and_then(|n| n.as_string()).unwrap_or_default();
    match name.as_str() {
        "NotAllowedError" | "SecurityError" => NoSound::Denied,
        "NotFoundError" | "NotReadableError" | "OverconstrainedError" => NoSound::NoMicrophone,
        _ => NoSound::Unsupported,
    }
}

fn joined(parts: &Array, mime: &str) -> Option<Blob> {
    if parts.length() == 0 {
        return None;
    }
    let bag = BlobPropertyBag::new();
    bag.set_type(mime);
    Blob::new_with_blob_sequence_and_options(parts, &bag).ok()
}

fn as_file(blob: &Blob, mime: &str) -> Option<File> {
    let ending = if mime.contains("ogg") {
        "ogg"
    } else if mime.contains("mp4") {
        "m4a"
    } else {
        "webm"
    };
    let bag = FilePropertyBag::new();
    bag.set_type(mime);
    File::new_with_blob_sequence_and_options(&Array::of1(blob), &format!("voice.{ending}"), &bag).ok()
}

fn address(at: TrayId) -> String {
    format!("/recording/{}{}", at.conversation, if at.note { "/note" } else { "" })
}

async fn shelf() -> Option<Cache> {
    let caches = web_sys::window()?.caches().ok()?;
    JsFuture::from(caches.open(KEPT_IN)).await.ok().map(JsCast::unchecked_into)
}

/// Keeps a recording in this browser.
async fn keep(at: TrayId, recording: &Blob) {
    if let (Some(shelf), Ok(response)) = (shelf().await, Response::new_with_opt_blob(Some(recording))) {
        let _ = JsFuture::from(shelf.put_with_str(&address(at), &response)).await;
    }
}

/// Forgets it: it was sent or discarded.
pub(super) async fn forget(at: TrayId) {
    if let Some(shelf) = shelf().await {
        let _ = JsFuture::from(shelf.delete_with_str(&address(at))).await;
    }
}

/// What an earlier visit recorded and did not send.
pub(super) async fn kept(at: TrayId) -> Option<File> {
    let found = JsFuture::from(shelf().await?.match_with_str(&address(at))).await.ok()?;
    let response: Response = found.dyn_into().ok()?;
    let blob: Blob = JsFuture::from(response.blob().ok()?).await.ok()?.unchecked_into();
    as_file(&blob, &blob.type_())
}
