//! Recording a voice message: press, stop, listen, then send or discard (AUD-1).

use super::super::thread::pane::{Tab, use_pane};
use super::files::tray_id;
use crate::i18n::*;
use crate::live::recorder::{NoSound, Recorder};
use crate::live::web;
use crate::part::*;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::{FileWish, Millis};

/// It stops by itself after this long.
const LONGEST_MS: Millis = 15 * 60_000;
const TICK_MS: u32 = 250;

#[derive(Clone, Copy, PartialEq)]
enum State {
    Idle,
    Asking,
    /// Since when.
    Going(Millis),
    Refused(NoSound),
}

/// The button, and what takes its place while it records. Leaving the conversation ends the recording, which then waits
/// among its files.
#[component]
pub fn VoiceButton() -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let at = tray_id(pane, Tab::Message);
    let state = RwSignal::new(State::Idle);
    let now = RwSignal::new(0);
    let under = StoredValue::new_local(None::<Recorder>);
    let stop = move || {
        let Some(recorder) = under.try_update_value(Option::take).flatten() else { return };
        let _ = state.try_set(State::Idle);
        spawn_local(async move {
            if let Some(recording) = recorder.end().await {
                pane.store.attach(at, vec![recording], FileWish::Voice);
            }
        });
    };
    let discard = move |()| {
        if let Some(recorder) = under.try_update_value(Option::take).flatten() {
            spawn_local(recorder.discard(at));
        }
        state.set(State::Idle);
        pane.focus(Tab::Message);
    };
    let begin = move |()| {
        if matches!(state.get_untracked(), State::Asking | State::Going(_)) {
            return;
        }
        state.set(State::Asking);
        spawn_local(async move {
            match Recorder::begin(at).await {
                Err(why) => {
                    let _ = state.try_set(State::Refused(why));
                }
                Ok(recorder) => {
                    // The conversation may have been left while the browser asked.
                    if state.try_get_untracked() != Some(State::Asking) {
                        recorder.discard(at).await;
                        return;
                    }
                    let since = web::clock();
                    under.set_value(Some(recorder));
                    now.set(since);
                    state.set(State::Going(since));
                    while state.try_get_untracked() == Some(State::Going(since)) {
                        web::sleep(TICK_MS).await;
                        if now.try_set(web::clock()).is_some() {
                            break;
                        }
                        if web::clock() - since > LONGEST_MS {
                            stop();
                        }
                    }
                }
            }
        });
    };
    on_cleanup(stop);
    use_commands().add(Command {
        id: CommandId::Record,
        label: Signal::derive(move || t_string!(i18n, file.record).to_string()),
        when: Signal::derive(move || matches!(state.get(), State::Idle | State::Refused(_))),
        run: Callback::new(begin),
    });
    let time = move || match state.get() {
        State::Going(since) => {
            let seconds = (now.get() - since).max(0) / 1000;
            format!("{}:{:02}", seconds / 60, seconds % 60)
        }
        _ => String::new(),
    };
    view! {
        <div class="voice">
            {move || match state.get() {
                State::Going(_) => view! {
                    <span class="voice-time" role="timer" aria-label=move || { let time = time(); t_string!(i18n, file.recording, time = time.as_str()).to_string() }>{time}</span>
                    <IconButton icon="trash" label=move || t_string!(i18n, file.record_discard).to_string() press=discard/>
                    <Button icon="check" press=move |()| stop()>{t!(i18n, file.record_stop)}</Button>
                }.into_any(),
                other => view! {
                    <IconButton icon="mic" busy=Signal::stored(other == State::Asking) label=move || t_string!(i18n, file.record).to_string() press=begin/>
                }.into_any(),
            }}
        </div>
        {move || match state.get() {
            State::Refused(why) => Some(view! {
                <p class="composer-note warning voice-fault" role="alert">
                    <Icon name="mic" small=true/>
                    <span>{move || match why {
                        NoSound::Denied => t_string!(i18n, file.no_sound_denied),
                        NoSound::NoMicrophone => t_string!(i18n, file.no_sound_none),
                        NoSound::Unsupported => t_string!(i18n, file.no_sound_unsupported),
                    }}</span>
                    <IconButton small=true icon="x" label=move || t_string!(i18n, common.act.dismiss).to_string() press=move |()| state.set(State::Idle)/>
                </p>
            }),
            _ => None,
        }}
    }
}
