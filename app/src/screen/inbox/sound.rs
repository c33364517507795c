//! Sound in a bubble: a player with the shape of what is heard, or the browser's own where that shape cannot be had
//! (AUD-3).

use crate::i18n::*;
use crate::live::web;
use crate::part::*;
use js_sys::{ArrayBuffer, Float32Array, Reflect};
use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::Media;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Speeds, one after the other.
const SPEEDS: [f64; 3] = [1.0, 1.5, 2.0];
/// Larger files are not opened for their shape: it would cost more than it tells.
const LARGEST: i64 = 2 << 20;
const BARS: usize = 48;
/// Samples in a second that are enough for a shape.
const RATE: f64 = 8_000.0;
/// What an arrow key moves by, in seconds.
const STEP: f64 = 5.0;

/// How loud it is from its beginning to its end, and how long that takes.
#[derive(Clone, Debug, PartialEq)]
struct Shape {
    /// From 0 to 1.
    peaks: Vec<f32>,
    seconds: f64,
}

/// The player.
#[component]
pub fn Sound(media: Media, broken: RwSignal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let player = NodeRef::<leptos::html::Audio>::new();
    let frame = NodeRef::<leptos::html::Div>::new();
    let speed = RwSignal::new(0usize);
    let shape = RwSignal::new(None::<Shape>);
    let (playing, now) = (RwSignal::new(false), RwSignal::new(0.0_f64));
    let faster = move |()| {
        speed.update(|s| *s = (*s + 1) % SPEEDS.len());
        if let Some(player) = player.get_untracked() {
            player.set_playback_rate(SPEEDS[speed.get_untracked()]);
        }
    };
    let number = move || {
        let text = SPEEDS[speed.get()].to_string();
        if i18n.get_locale() == Locale::en { text } else { text.replace('.', ",") }
    };
    let voice = media.voice;
    let address = format!("/media/{}", media.id);
    let wanted = (1..=LARGEST).contains(&media.size).then(|| address.clone());
    // Looked at only when it comes into sight: a long conversation may hold hundreds.
    let asked = StoredValue::new(false);
    effect(move || {
        let (Some(el), Some(address)) = (frame.get(), wanted.clone()) else { return };
        web::watch(&el, ".feed", "200px", move |near| {
            if !near || asked.try_get_value() != Some(false) {
                return;
            }
            asked.set_value(true);
            let address = address.clone();
            spawn_local(async move {
                if let Some(found) = shape_of(&address).await {
                    let _ = shape.try_set(Some(found));
                }
            });
        });
    });
    let toggle = move || {
        let Some(player) = player.get_untracked() else { return };
        if player.paused() {
            player.set_playback_rate(SPEEDS[speed.get_untracked()]);
            let _ = player.play();
        } else {
            let _ = player.pause();
        }
    };
    let moved = move |_: web_sys::Event| {
        if let Some(player) = player.get_untracked() {
            now.set(player.current_time());
            playing.set(!player.paused());
        }
    };
    let name = move || if voice { t_string!(i18n, inbox.thread.media.voice) } else { t_string!(i18n, inbox.thread.media.audio) };
    view! {
        <div class="media-audio" node_ref=frame>
            <span class="content-kind">
                <Icon name=if voice { "mic" } else { "audio" } small=true/>
                {name}
            </span>
            <div class="media-player">
                {move || shape.with(Option::is_some).then(|| view! {
                    <button type="button" class="button ghost icon-button wave-play" on:click=move |_| toggle()
                        aria-label=move || if playing.get() { t_string!(i18n, message.audio.pause) } else { t_string!(i18n, message.audio.play) }>
                        {move || view! { <Icon name=if playing.get() { "pause" } else { "play" }/> }}
                    </button>
                    <Wave shape now player toggle=Callback::new(move |()| toggle())/>
                })}
                <audio node_ref=player controls=move || shape.with(Option::is_none) preload="none" src=address.clone() aria-label=name
                    on:error=move |_| broken.set(true) on:timeupdate=moved on:play=moved on:pause=moved on:ended=moved on:seeked=moved></audio>
                <Button small=true kind=Kind::Ghost class="media-speed" press=faster
                    label=Signal::derive(move || { let speed = number(); t_string!(i18n, inbox.thread.media.speed, speed = speed.as_str()).to_string() })>
                    {number} "×"
                </Button>
            </div>
        </div>
    }
}

/// The bars, as a slider of the place.
#[component]
fn Wave(shape: RwSignal<Option<Shape>>, now: RwSignal<f64>, player: NodeRef<leptos::html::Audio>, toggle: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let all = move || shape.with(|s| s.as_ref().map_or(0.0, |s| s.seconds));
    let part = Memo::new(move |_| {
        let all = all();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to the number of bars")]
        let bars = crate::within((now.get() / all.max(0.001) * BARS as f64).round(), 0.0, BARS as f64) as usize;
        bars
    });
    let go = move |to: f64| {
        let to = crate::within(to, 0.0, untrack(all));
        now.set(to);
        if let Some(player) = player.get_untracked() {
            player.set_current_time(to);
        }
    };
    let pressed = move |event: MouseEvent| {
        let Some(el) = event.current_target().and_then(|t| t.dyn_into::<web_sys::Element>().ok()) else { return };
        let at = el.get_bounding_client_rect();
        go((f64::from(event.client_x()) - at.left()) / at.width().max(1.0) * untrack(all));
    };
    let keys = move |event: KeyboardEvent| {
        let from = now.get_untracked();
        match event.key().as_str() {
            "ArrowRight" | "ArrowUp" => go(from + STEP),
            "ArrowLeft" | "ArrowDown" => go(from - STEP),
            "Home" => go(0.0),
            "End" => go(untrack(all)),
            " " | "Enter" => toggle.run(()),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let spoken = move || {
        let (now, all) = (clock(now.get()), clock(all()));
        t_string!(i18n, message.audio.at, now = now.as_str(), all = all.as_str()).to_string()
    };
    let time = move || clock(if now.get() > 0.0 { now.get() } else { all() });
    let bars = shape.with_untracked(|s| s.as_ref().map(|s| s.peaks.clone())).unwrap_or_default();
    view! {
        <div class="wave" role="slider" tabindex="0" aria-label=move || t_string!(i18n, message.audio.place).to_string()
            aria-valuemin="0" aria-valuemax=move || all().round().to_string() aria-valuenow=move || now.get().round().to_string() aria-valuetext=spoken
            on:click=pressed on:keydown=keys>
            <svg viewBox=format!("0 0 {} 32", BARS * 4) preserveAspectRatio="none" aria-hidden="true">
                {bars.into_iter().enumerate().map(|(n, peak)| {
                    let high = (peak * 30.0).max(2.0);
                    view! {
                        <rect x=(n * 4 + 1).to_string() y=format!("{:.1}", (32.0 - high) / 2.0) width="2.4" height=format!("{high:.1}") rx="1.2"
                            class:played=move || n < part.get()></rect>
                    }
                }).collect_view()}
            </svg>
        </div>
        <span class="wave-time" aria-hidden="true">{time}</span>
    }
}

/// `75.4` as `1:15`.
pub(super) fn clock(seconds: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "sound of a bubble is shorter than that")]
    let whole = seconds.max(0.0).round() as i64;
    format!("{}:{:02}", whole / 60, whole % 60)
}

/// The loudest of each of as many stretches as there are bars, as parts of the loudest of all.
fn peaks(samples: &[f32], bars: usize) -> Vec<f32> {
    let each = samples.len().div_ceil(bars).max(1);
    let mut found: Vec<f32> = samples.chunks(each).map(|part| part.iter().fold(0.0_f32, |most, s| most.max(s.abs()))).collect();
    found.resize(bars, 0.0);
    let most = found.iter().fold(0.0_f32, |most, p| most.max(*p));
    if most > 0.0 {
        found.iter_mut().for_each(|p| *p /= most);
    }
    found
}

/// Fetches and opens a sound; none when the browser cannot.
async fn shape_of(address: &str) -> Option<Shape> {
    let answer = JsFuture::from(window().fetch_with_str(address)).await.ok()?.dyn_into::<web_sys::Response>().ok()?;
    if !answer.ok() {
        return None;
    }
    let bytes: ArrayBuffer = JsFuture::from(answer.array_buffer().ok()?).await.ok()?.dyn_into().ok()?;
    // A context that plays nothing, so that no permission and no device is needed.
    let make: js_sys::Function = Reflect::get(&js_sys::global(), &"OfflineAudioContext".into()).ok()?.dyn_into().ok()?;
    let context = Reflect::construct(&make, &js_sys::Array::of3(&1.into(), &1.into(), &RATE.into())).ok()?;
    let decode: js_sys::Function = Reflect::get(&context, &"decodeAudioData".into()).ok()?.dyn_into().ok()?;
    let decoded: js_sys::Promise = decode.call1(&context, &bytes).ok()?.dyn_into().ok()?;
    let buffer = JsFuture::from(decoded).await.ok()?;
    let seconds = Reflect::get(&buffer, &"duration".into()).ok()?.as_f64()?;
    let channel: js_sys::Function = Reflect::get(&buffer, &"getChannelData".into()).ok()?.dyn_into().ok()?;
    let samples: Float32Array = channel.call1(&buffer, &JsValue::from(0)).ok()?.dyn_into().ok()?;
    Some(Shape { peaks: peaks(&samples.to_vec(), BARS), seconds })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loudest_of_each_stretch_is_a_bar() {
        assert_eq!(peaks(&[0.1, -0.5, 0.25, 0.0, 0.0, 0.2], 3), [1.0, 0.5, 0.4]);
        assert_eq!(peaks(&[], 2), [0.0, 0.0]);
        assert_eq!(peaks(&[0.5], 3), [1.0, 0.0, 0.0]);
    }

    #[test]
    fn times_are_minutes_and_seconds() {
        assert_eq!((clock(0.0), clock(75.4), clock(-1.0)), ("0:00".into(), "1:15".into(), "0:00".into()));
    }
}
