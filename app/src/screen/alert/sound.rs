//! Two short tones, made by the browser itself.

use std::cell::RefCell;
use web_sys::{AudioContext, AudioContextState, OscillatorType};

/// Frequency and beginning of each tone, in hertz and seconds.
const TONES: [(f32, f64); 2] = [(659.3, 0.0), (880.0, 0.11)];
const LENGTH: f64 = 0.28;
const LOUDNESS: f32 = 0.12;

thread_local! {
    static CONTEXT: RefCell<Option<AudioContext>> = const { RefCell::new(None) };
}

/// Plays it. Before the person has touched the page the browser stays silent; that is its right.
pub fn play() {
    let context = CONTEXT.with_borrow_mut(|kept| {
        if kept.is_none() {
            *kept = AudioContext::new().ok();
        }
        kept.clone()
    });
    let Some(context) = context else { return };
    if context.state() == AudioContextState::Suspended {
        let _ = context.resume();
    }
    for (frequency, begin) in TONES {
        let (Ok(tone), Ok(volume)) = (context.create_oscillator(), context.create_gain()) else { return };
        let at = context.current_time() + begin;
        tone.set_type(OscillatorType::Sine);
        tone.frequency().set_value(frequency);
        let gain = volume.gain();
        // Up and down gently: a hard edge clicks.
        let _ = gain.set_value_at_time(0.0001, at);
        let _ = gain.exponential_ramp_to_value_at_time(LOUDNESS, at + 0.02);
        let _ = gain.exponential_ramp_to_value_at_time(0.0001, at + LENGTH);
        let _ = tone.connect_with_audio_node(&volume);
        let _ = volume.connect_with_audio_node(&context.destination());
        let _ = tone.start_with_when(at);
        let _ = tone.stop_with_when(at + LENGTH);
    }
}
