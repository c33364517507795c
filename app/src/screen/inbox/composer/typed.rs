//! A list that opens over a text area while one types: what was typed, which line is chosen, and what is put in its place.

pub mod lines;

use crate::part::effect;
use leptos::ev::KeyboardEvent;
use leptos::html::Textarea;
use leptos::prelude::*;

/// The list of one text area. `Q` is what is asked for, `T` what can be taken.
pub struct Typed<Q: Send + Sync + 'static, T: Send + Sync + 'static> {
    /// What is typed; none while the list is closed.
    pub asked: RwSignal<Option<Q>>,
    /// What the list shows; it is the list that sets it.
    pub found: RwSignal<Vec<T>>,
    /// Which line is chosen.
    pub chosen: RwSignal<usize>,
    name: &'static str,
    node: NodeRef<Textarea>,
    save: Callback<String>,
    /// What is replaced, in UTF-16 units: from the sign that opens the list to the cursor.
    range: StoredValue<(u32, u32)>,
    /// The sign that Escape has closed: it stays closed.
    closed: StoredValue<Option<u32>>,
}

impl<Q: Send + Sync + 'static, T: Send + Sync + 'static> Clone for Typed<Q, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Q: Send + Sync + 'static, T: Send + Sync + 'static> Copy for Typed<Q, T> {}

/// What a key did to the list.
pub enum Pressed<T> {
    /// It was not for the list.
    Other,
    /// Another line is chosen.
    Moved,
    Taken(T),
    Escaped,
}

impl<Q: Send + Sync + 'static, T: Clone + PartialEq + Send + Sync + 'static> Typed<Q, T> {
    /// For a text area; `save` keeps its text. `name` begins the ids of the list and its lines.
    pub fn new(name: &'static str, node: NodeRef<Textarea>, save: Callback<String>) -> Typed<Q, T> {
        let typed = Typed {
            asked: RwSignal::new(None),
            found: RwSignal::new(Vec::new()),
            chosen: RwSignal::new(0),
            name,
            node,
            save,
            range: StoredValue::new((0, 0)),
            closed: StoredValue::new(None),
        };
        // Screen readers hear the chosen line while the cursor stays in the text. Two lists share a text area: each takes
        // away only what it has set.
        let was = StoredValue::new(false);
        effect(move || {
            let Some(el) = node.get() else { return };
            let open = typed.is_open() && typed.found.with(|f| !f.is_empty());
            let (list, line) = (typed.list_id(), typed.line_id(typed.chosen.get()));
            if !open && !was.get_value() {
                return;
            }
            was.set_value(open);
            for (name, value) in [("aria-autocomplete", "list"), ("aria-controls", list.as_str()), ("aria-activedescendant", line.as_str())]
            {
                let _ = if open { el.set_attribute(name, value) } else { el.remove_attribute(name) };
            }
        });
        typed
    }

    /// Id of the list.
    pub fn list_id(self) -> String {
        format!("{}-list", self.name)
    }

    /// Id of a line of the list.
    pub fn line_id(self, n: usize) -> String {
        format!("{}-{n}", self.name)
    }

    /// Whether something is asked for. Tracked.
    pub fn is_open(self) -> bool {
        self.asked.with(Option::is_some)
    }

    /// Shows what was found.
    pub fn show(self, found: Vec<T>) {
        if self.found.with_untracked(|have| *have != found) {
            self.found.set(found);
        }
    }

    /// The text and where its cursor is.
    pub fn caret(self) -> Option<(String, u32)> {
        let el = self.node.get_untracked()?;
        let text = el.value();
        let caret = el.selection_start().ok().flatten().unwrap_or_else(|| utf16(&text));
        Some((text, caret))
    }

    /// The text or the cursor changed by typing. `read` finds in what stands before the cursor the place of the sign, in
    /// bytes, and what is asked for. True when it did.
    pub fn typed(self, read: impl FnOnce(&str) -> Option<(usize, Q)>) -> bool {
        let Some((text, caret)) = self.caret() else { return false };
        let (before, _) = cut(&text, caret);
        let Some((at, what)) = read(&before) else {
            self.close();
            return false;
        };
        let from = utf16(&before[..at]);
        if self.closed.get_value() != Some(from) {
            self.range.set_value((from, caret));
            self.chosen.set(0);
            self.asked.set(Some(what));
        }
        true
    }

    /// Nothing is asked for any more.
    pub fn close(self) {
        self.end(None);
    }

    /// Closes the list; the sign that opened it stays a sign.
    pub fn dismiss(self) {
        self.end(Some(self.range.get_value().0));
    }

    fn end(self, closed: Option<u32>) {
        self.closed.set_value(closed);
        if self.asked.with_untracked(Option::is_some) {
            self.asked.set(None);
        }
    }

    /// A key in the text area. What is for the list goes no further.
    pub fn key(self, event: &KeyboardEvent) -> Pressed<T> {
        if event.is_composing() || self.asked.with_untracked(Option::is_none) {
            return Pressed::Other;
        }
        let count = self.found.with_untracked(Vec::len);
        let now = self.chosen.get_untracked().min(count.saturating_sub(1));
        let bare = !event.ctrl_key() && !event.meta_key() && !event.shift_key();
        let pressed = match event.key().as_str() {
            "ArrowDown" if count > 0 => self.choose((now + 1) % count),
            "ArrowUp" if count > 0 => self.choose((now + count - 1) % count),
            "Enter" | "Tab" if bare => self.found.with_untracked(|f| f.get(now).cloned()).map_or(Pressed::Other, Pressed::Taken),
            "Escape" => Pressed::Escaped,
            _ => Pressed::Other,
        };
        if !matches!(pressed, Pressed::Other) {
            event.prevent_default();
            event.stop_propagation();
        }
        pressed
    }

    fn choose(self, n: usize) -> Pressed<T> {
        self.chosen.set(n);
        Pressed::Moved
    }

    /// Puts what was taken in the place of what was typed.
    pub fn replace(self, what: &str) {
        let (from, to) = self.range.get_value();
        self.put(from, to, what);
    }

    /// Puts a text where the cursor is, in the place of what is marked.
    pub fn insert(self, what: &str) {
        let Some((_, from)) = self.caret() else { return };
        let to = self.node.get_untracked().and_then(|el| el.selection_end().ok().flatten()).unwrap_or(from).max(from);
        self.put(from, to, what);
    }

    fn put(self, from: u32, to: u32, what: &str) {
        let Some((text, _)) = self.caret() else { return };
        let ((head, _), (_, tail)) = (cut(&text, from), cut(&text, to));
        let with = head + what;
        let caret = utf16(&with);
        self.set(with + &tail, caret);
    }

    /// Shows and keeps a text, with the cursor at a place.
    pub fn set(self, text: String, caret: u32) {
        if let Some(el) = self.node.get_untracked() {
            el.set_value(&text);
            let _ = el.focus();
            let _ = el.set_selection_range(caret, caret);
        }
        self.save.run(text);
    }
}

/// How many UTF-16 units a text has: places in a text area are counted so.
pub fn utf16(text: &str) -> u32 {
    u32::try_from(text.encode_utf16().count()).unwrap_or(0)
}

/// The text around a place in UTF-16 units, as browsers count.
pub fn cut(text: &str, at: u32) -> (String, String) {
    let units: Vec<u16> = text.encode_utf16().collect();
    let at = (at as usize).min(units.len());
    (String::from_utf16_lossy(&units[..at]), String::from_utf16_lossy(&units[at..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_as_browsers_do() {
        assert_eq!(utf16("é🙂"), 3);
        assert_eq!(cut("é🙂/x", 3), ("é🙂".to_owned(), "/x".to_owned()));
        assert_eq!(cut("ab", 9), ("ab".to_owned(), String::new()));
    }
}
