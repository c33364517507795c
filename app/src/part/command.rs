//! Commands: what the palette lists, the sheet explains, and keys run.

mod table;

use leptos::prelude::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
pub use table::CommandId;

/// Under which heading a command stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CommandGroup {
    Conversation,
    Message,
    Writing,
    Go,
    View,
    /// Saved views.
    Views,
    Account,
    /// What the search of the settings finds.
    Settings,
}

/// Something that a person can do from the palette or by keys.
#[derive(Clone)]
pub struct Command {
    /// The later one of two wins while both live.
    pub id: CommandId,
    pub label: Signal<String>,
    /// False hides it and its keys do nothing.
    pub when: Signal<bool>,
    pub run: Callback<()>,
}

/// All commands of what is on screen; a context.
#[derive(Clone, Copy)]
pub struct Commands {
    list: RwSignal<Vec<(u32, Command)>>,
    /// Whether the palette is open.
    pub palette: RwSignal<bool>,
    /// Whether the sheet of shortcuts is open.
    pub sheet: RwSignal<bool>,
    last: StoredValue<Arc<AtomicU32>>,
    /// First of two keys that come one after the other, and when.
    #[cfg_attr(not(feature = "browser"), expect(dead_code, reason = "keys are pressed in the browser"))]
    begun: StoredValue<Option<(String, f64)>>,
}

impl Commands {
    /// Adds a command for as long as the calling component lives.
    pub fn add(self, command: Command) {
        let key = self.last.with_value(|n| n.fetch_add(1, Ordering::Relaxed));
        self.list.update(|all| all.push((key, command)));
        let list = self.list;
        on_cleanup(move || {
            list.try_update(|all| all.retain(|(k, _)| *k != key));
        });
    }

    /// Opens or closes the palette, in the place of the sheet.
    pub fn toggle_palette(self) {
        self.sheet.set(false);
        self.palette.update(|open| *open = !*open);
    }

    /// What can be done now, by group.
    pub fn now(self) -> Vec<Command> {
        let mut found: Vec<Command> = Vec::new();
        for (_, command) in self.list.get().into_iter().rev() {
            if command.when.get() && !found.iter().any(|c| c.id == command.id) {
                let at = found.partition_point(|c| c.id.group() < command.id.group());
                found.insert(at, command);
            }
        }
        found
    }
}

/// Provides [`Commands`] to everything below and listens to the keyboard.
pub fn provide_commands() -> Commands {
    let commands = Commands {
        list: RwSignal::new(Vec::new()),
        palette: RwSignal::new(false),
        sheet: RwSignal::new(false),
        last: StoredValue::new(Arc::default()),
        begun: StoredValue::new(None),
    };
    provide_context(commands);
    #[cfg(feature = "browser")]
    {
        let handle = window_event_listener(leptos::ev::keydown, move |event| keys::pressed(commands, &event));
        on_cleanup(move || handle.remove());
    }
    commands
}

/// The commands of this page.
pub fn use_commands() -> Commands {
    expect_context()
}

#[cfg(feature = "browser")]
mod keys {
    use super::{Command, Commands};
    use leptos::prelude::*;
    use wasm_bindgen::JsCast;
    use web_sys::KeyboardEvent;

    /// The second of two keys must come within this time, in milliseconds.
    const PAUSE: f64 = 1200.0;

    pub fn pressed(commands: Commands, event: &KeyboardEvent) {
        if event.default_prevented() || event.is_composing() || event.repeat() && event.key() != "ArrowDown" && event.key() != "ArrowUp" {
            return;
        }
        let Some(chord) = chord(event) else { return };
        let with_mod = chord.starts_with("mod+");
        if !with_mod && types(event) || !commands.palette.get_untracked() && in_dialog() {
            return;
        }
        let now = js_sys::Date::now();
        let begun = commands.begun.try_update_value(Option::take).flatten().filter(|(_, at)| now - at < PAUSE);
        let all = untrack(|| commands.now());
        let wanted = |keys: &str| all.iter().find(|c| c.id.keys() == keys).cloned();
        let sequence = begun.map(|(first, _)| format!("{first} {chord}"));
        if let Some(command) = sequence.as_deref().and_then(wanted).or_else(|| wanted(&chord)) {
            event.prevent_default();
            run(&command);
        } else if all.iter().any(|c| c.id.keys().split_once(' ').is_some_and(|(first, _)| first == chord)) {
            commands.begun.set_value(Some((chord, now)));
        }
    }

    fn run(command: &Command) {
        command.run.run(());
    }

    /// The pressed keys in the form of [`CommandId::keys`](super::CommandId::keys).
    fn chord(event: &KeyboardEvent) -> Option<String> {
        let key = event.key();
        if matches!(key.as_str(), "Control" | "Meta" | "Shift" | "Alt" | "AltGraph" | "Dead" | "Process") {
            return None;
        }
        let name = match key.as_str() {
            "Escape" => "escape".to_owned(),
            "Enter" => "enter".to_owned(),
            "ArrowUp" => "up".to_owned(),
            "ArrowDown" => "down".to_owned(),
            // Our keys are letters without accents.
            other => other.to_ascii_lowercase(),
        };
        let mut chord = String::new();
        if event.ctrl_key() || event.meta_key() {
            chord.push_str("mod+");
        }
        if event.alt_key() {
            chord.push_str("alt+");
        }
        // Signs such as `?` need Shift on some keyboards and not on others: only letters and named keys tell it.
        let letter = name.chars().count() > 1 || name.chars().all(char::is_alphabetic);
        if event.shift_key() && letter {
            chord.push_str("shift+");
        }
        chord.push_str(&name);
        Some(chord)
    }

    /// Whether the keys go into a text.
    fn types(event: &KeyboardEvent) -> bool {
        let Some(el) = event.target().and_then(|t| t.dyn_into::<web_sys::HtmlElement>().ok()) else { return false };
        let quiet = ["checkbox", "radio", "button", "submit"];
        match el.tag_name().as_str() {
            "INPUT" => !el.get_attribute("type").is_some_and(|t| quiet.contains(&t.as_str())),
            "TEXTAREA" | "SELECT" => true,
            _ => el.is_content_editable(),
        }
    }

    fn in_dialog() -> bool {
        document().query_selector("dialog[open]").is_ok_and(|d| d.is_some())
    }
}
