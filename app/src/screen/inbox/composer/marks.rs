//! Formatting what is written, by keys: WhatsApp's own marks are put around what is marked, or taken away.

use super::typed::cut;
use crate::i18n::*;
use crate::part::*;
use leptos::html::Textarea;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// A way to set a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    Bold,
    Italic,
    Strike,
    Code,
    Bullets,
    Numbers,
    Quote,
}

impl Mark {
    /// All, in the order of the menu.
    pub const ALL: [Mark; 7] = [Mark::Bold, Mark::Italic, Mark::Strike, Mark::Code, Mark::Bullets, Mark::Numbers, Mark::Quote];

    /// Its command.
    pub const fn id(self) -> CommandId {
        match self {
            Mark::Bold => CommandId::Bold,
            Mark::Italic => CommandId::Italic,
            Mark::Strike => CommandId::Strike,
            Mark::Code => CommandId::Code,
            Mark::Bullets => CommandId::Bullets,
            Mark::Numbers => CommandId::Numbers,
            Mark::Quote => CommandId::Quote,
        }
    }

    fn name(self, i18n: leptos_i18n::I18nContext<Locale>) -> String {
        match self {
            Mark::Bold => t_string!(i18n, command.bold),
            Mark::Italic => t_string!(i18n, command.italic),
            Mark::Strike => t_string!(i18n, command.strike),
            Mark::Code => t_string!(i18n, command.code),
            Mark::Bullets => t_string!(i18n, command.bullets),
            Mark::Numbers => t_string!(i18n, command.numbers),
            Mark::Quote => t_string!(i18n, command.quote),
        }
        .to_string()
    }

    /// The sign that stands on both sides; none for what is set by the line.
    fn sign(self) -> Option<u16> {
        let sign = match self {
            Mark::Bold => '*',
            Mark::Italic => '_',
            Mark::Strike => '~',
            Mark::Code => '`',
            _ => return None,
        };
        u16::try_from(u32::from(sign)).ok()
    }
}

/// A change of a text: what is replaced by what, and what is marked then. All places are in UTF-16 units, as browsers
/// count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    pub from: usize,
    pub to: usize,
    pub put: Vec<u16>,
    pub select: (usize, usize),
}

const BREAK: u16 = 0x0a;

fn is_space(unit: u16) -> bool {
    char::from_u32(u32::from(unit)).is_some_and(char::is_whitespace)
}

/// Sets what is marked in a text, or unsets it when it is set already.
pub fn toggle(text: &[u16], from: usize, to: usize, mark: Mark) -> Edit {
    let (from, to) = whole(text, from, to);
    match mark.sign() {
        Some(sign) => toggle_around(text, from, to, sign),
        None => toggle_lines(text, from, to, mark),
    }
}

/// The place within the text, with no sign of two units cut in half.
fn whole(text: &[u16], from: usize, to: usize) -> (usize, usize) {
    let is_second = |at: usize| at > 0 && at < text.len() && matches!(text[at], 0xdc00..=0xdfff) && matches!(text[at - 1], 0xd800..=0xdbff);
    let (from, to) = (from.min(to).min(text.len()), to.max(from).min(text.len()));
    (from - usize::from(is_second(from)), to + usize::from(is_second(to)))
}

/// The parts of a range that lie in one line each, without the blanks around them; none of blank lines.
fn parts(text: &[u16], from: usize, to: usize) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut start = from;
    for line in text[from..to].split(|u| *u == BREAK) {
        let end = start + line.len();
        if let (Some(first), Some(last)) = (line.iter().position(|u| !is_space(*u)), line.iter().rposition(|u| !is_space(*u))) {
            found.push((start + first, start + last + 1));
        }
        start = end + 1;
    }
    found
}

/// How deep the sign stands around a part: outside of it, or at its edges; other signs may stand between. The places of
/// both.
fn around(text: &[u16], (from, to): (usize, usize), sign: u16) -> Option<(usize, usize)> {
    let is_sign = |unit: u16| Mark::ALL.iter().any(|m| m.sign() == Some(unit));
    let pair = |a: usize, b: usize| text[a] == text[b] && is_sign(text[a]);
    let outside = (1..=from.min(text.len() - to)).map(|n| (from - n, to + n - 1)).take_while(|(a, b)| pair(*a, *b));
    let inside = (0..(to - from) / 2).map(|n| (from + n, to - n - 1)).take_while(|(a, b)| a < b && pair(*a, *b));
    outside.chain(inside).find(|(a, _)| text[*a] == sign)
}

fn toggle_around(text: &[u16], from: usize, to: usize, sign: u16) -> Edit {
    let parts = parts(text, from, to);
    let (Some(first), Some(last)) = (parts.first(), parts.last()) else {
        // Nothing is marked: an empty pair, with the cursor in it; pressed once more, it goes.
        let empty = from == to && from > 0 && to < text.len() && text[from - 1] == sign && text[to] == sign;
        return if empty {
            Edit { from: from - 1, to: to + 1, put: Vec::new(), select: (from - 1, from - 1) }
        } else {
            Edit { from: to, to, put: vec![sign, sign], select: (to + 1, to + 1) }
        };
    };
    let set: Vec<Option<(usize, usize)>> = parts.iter().map(|part| around(text, *part, sign)).collect();
    let (mut gone, mut new) = (Vec::new(), Vec::new());
    if set.iter().all(Option::is_some) {
        gone = set.iter().flatten().flat_map(|(a, b)| [*a, *b]).collect();
    } else {
        new = parts.iter().zip(&set).filter(|(_, set)| set.is_none()).map(|(part, _)| *part).collect();
    }
    let start = gone.iter().copied().chain([first.0]).min().unwrap_or(first.0);
    let end = gone.iter().map(|at| at + 1).chain([last.1]).max().unwrap_or(last.1);
    let mut put = Vec::with_capacity(end - start + 2 * parts.len());
    let mut select = (start, start);
    for at in start..=end {
        // What ends here is closed before what begins here is opened.
        if new.iter().any(|(_, e)| *e == at) {
            put.push(sign);
        }
        if at == last.1 {
            select.1 = start + put.len() - usize::from(new.iter().any(|(_, e)| *e == at));
        }
        if new.iter().any(|(s, _)| *s == at) {
            put.push(sign);
        }
        if at == first.0 {
            select.0 = start + put.len();
        }
        if at < end && !gone.contains(&at) {
            put.extend(text.get(at));
        }
    }
    // Of several lines the signs are marked, too: the same key finds them all again.
    if parts.len() > 1 {
        select.0 -= usize::from(new.contains(first));
        select.1 += usize::from(new.contains(last));
    }
    Edit { from: start, to: end, put, select: (select.0.min(select.1), select.1) }
}

/// What a line begins with, of lists or of a quote; and how long that is.
fn line_mark(line: &[u16]) -> Option<(Mark, usize)> {
    let is = |at: usize, c: char| line.get(at).is_some_and(|u| u32::from(*u) == u32::from(c));
    let digits = line.iter().take_while(|u| (0x30..=0x39).contains(*u)).count();
    if is(1, ' ') && (is(0, '-') || is(0, '*')) {
        Some((Mark::Bullets, 2))
    } else if is(1, ' ') && is(0, '>') {
        Some((Mark::Quote, 2))
    } else {
        let numbered = (1..=3).contains(&digits) && is(digits, '.') && is(digits + 1, ' ');
        numbered.then_some((Mark::Numbers, digits + 2))
    }
}

fn toggle_lines(text: &[u16], from: usize, to: usize, mark: Mark) -> Edit {
    let start = text[..from].iter().rposition(|u| *u == BREAK).map_or(0, |at| at + 1);
    // A range that ends at a line's beginning does not reach into it.
    let to = if to > from && text[to - 1] == BREAK { to - 1 } else { to };
    let end = text[to..].iter().position(|u| *u == BREAK).map_or(text.len(), |at| to + at);
    let lines: Vec<&[u16]> = text[start..end].split(|u| *u == BREAK).collect();
    let blank = |line: &[u16]| line.iter().all(|u| is_space(*u));
    let alone = lines.len() == 1;
    let is_set = |line: &[u16]| line_mark(line).is_some_and(|(m, _)| m == mark);
    let unset = lines.iter().any(|l| is_set(l)) && lines.iter().all(|l| is_set(l) || blank(l));
    let (mut put, mut number) = (Vec::new(), 0_usize);
    for (n, line) in lines.iter().enumerate() {
        if n > 0 {
            put.push(BREAK);
        }
        let had = line_mark(line);
        let bare = match had {
            // Bullets and numbers take each other's place; a quote stays what it is about.
            Some((m, long)) if m == mark || (m != Mark::Quote && mark != Mark::Quote) => &line[long..],
            _ => line,
        };
        if !unset && (alone || !blank(line)) {
            number += 1;
            match mark {
                Mark::Numbers => put.extend(format!("{number}. ").encode_utf16()),
                Mark::Quote => put.extend("> ".encode_utf16()),
                _ => put.extend("- ".encode_utf16()),
            }
        }
        put.extend(bare);
    }
    let after = start + put.len();
    // A cursor stays one, at the end of its line.
    let select = if from == to { (after, after) } else { (start, after) };
    Edit { from: start, to: end, put, select }
}

/// Sets what is marked in a text area. The browser puts the text there itself where it can, so that its own undo knows
/// of it.
fn apply(node: NodeRef<Textarea>, save: Callback<String>, mark: Mark) {
    let Some(el) = node.get_untracked() else { return };
    let text: Vec<u16> = el.value().encode_utf16().collect();
    let place = |at: Result<Option<u32>, wasm_bindgen::JsValue>| at.ok().flatten().map_or(text.len(), |at| at as usize);
    let edit = toggle(&text, place(el.selection_start()), place(el.selection_end()), mark);
    let unit = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let _ = el.focus();
    let _ = el.set_selection_range(unit(edit.from), unit(edit.to));
    let put = String::from_utf16_lossy(&edit.put);
    let by_browser = document().dyn_into::<web_sys::HtmlDocument>().is_ok_and(|page| {
        let done = match put.is_empty() {
            true => page.exec_command("delete"),
            false => page.exec_command_with_show_ui_and_value("insertText", false, &put),
        };
        done.unwrap_or(false)
    });
    if !by_browser {
        let now = el.value();
        let ((head, _), (_, tail)) = (cut(&now, unit(edit.from)), cut(&now, unit(edit.to)));
        el.set_value(&format!("{head}{put}{tail}"));
        save.run(el.value());
    }
    let _ = el.set_selection_range(unit(edit.select.0), unit(edit.select.1));
}

/// The commands of a text area, and the menu that has them for hands.
#[component]
pub fn MarkMenu(
    node: NodeRef<Textarea>,
    save: Callback<String>,
    /// Follows and steers whether the menu is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let i18n = use_i18n();
    let commands = use_commands();
    for mark in Mark::ALL {
        let run = Callback::new(move |()| {
            // Keys in another field are not for this one.
            let elsewhere = document().active_element().is_some_and(|active| {
                let is_ours = node.get_untracked().is_some_and(|el| active.is_same_node(Some(&el)));
                !is_ours && matches!(active.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
            });
            if !elsewhere {
                apply(node, save, mark);
            }
        });
        let label = Signal::derive(move || mark.name(i18n));
        commands.add(Command { id: mark.id(), label, when: Signal::stored(true), run });
    }
    view! {
        <Menu icon="text-format" icon_only=true open class="mark-menu" label=move || t_string!(i18n, command.format).to_string()>
            {Mark::ALL.into_iter().map(|mark| view! {
                <MenuItem keys=mark.id().keys() press=move |()| apply(node, save, mark)>{move || mark.name(i18n)}</MenuItem>
            }).collect_view()}
        </Menu>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Applies a mark to a text in which `[` and `]` stand for what is marked; answers the same way.
    fn on(text: &str, mark: Mark) -> String {
        let units: Vec<u16> = text.encode_utf16().filter(|u| *u != '[' as u16 && *u != ']' as u16).collect();
        let from = text.encode_utf16().position(|u| u == '[' as u16).unwrap();
        let to = text.encode_utf16().position(|u| u == ']' as u16).unwrap() - 1;
        let edit = toggle(&units, from, to, mark);
        let mut after: Vec<u16> = units[..edit.from].to_vec();
        after.extend(&edit.put);
        after.extend(&units[edit.to..]);
        after.insert(edit.select.1, ']' as u16);
        after.insert(edit.select.0, '[' as u16);
        String::from_utf16(&after).unwrap()
    }

    #[test]
    fn what_is_marked_is_set_and_unset() {
        for (before, mark, after) in [
            ("oi [Ana]!", Mark::Bold, "oi *[Ana]*!"),
            ("oi *[Ana]*!", Mark::Bold, "oi [Ana]!"),
            ("oi [*Ana*]!", Mark::Bold, "oi [Ana]!"),
            ("oi[ Ana ]!", Mark::Italic, "oi _[Ana]_ !"),
            ("*_[x]_*", Mark::Bold, "_[x]_"),
            ("*[_x_]*", Mark::Italic, "*[x]*"),
            ("_[x]_", Mark::Bold, "_*[x]*_"),
            ("[🙂 é]", Mark::Strike, "~[🙂 é]~"),
            ("[a]", Mark::Code, "`[a]`"),
            ("[a\n\n b]", Mark::Bold, "[*a*\n\n *b*]"),
            ("[*a*\nb]", Mark::Bold, "[*a*\n*b*]"),
            ("[*a*\n*b*]", Mark::Bold, "[a\nb]"),
            ("oi []", Mark::Bold, "oi *[]*"),
            ("oi *[]*", Mark::Bold, "oi []"),
            ("oi[ ]", Mark::Bold, "oi *[]*"),
        ] {
            // Blanks at the edges are not marked any more.
            assert_eq!(on(before, mark), after, "{before} {mark:?}");
        }
    }

    #[test]
    fn lines_are_set_and_unset() {
        for (before, mark, after) in [
            ("[a\nb]", Mark::Bullets, "[- a\n- b]"),
            ("[- a\n* b]", Mark::Bullets, "[a\nb]"),
            ("x\n[a\n\nb]\ny", Mark::Numbers, "x\n[1. a\n\n2. b]\ny"),
            ("[1. a\n2. b]", Mark::Bullets, "[- a\n- b]"),
            ("[- a\nb]", Mark::Bullets, "[- a\n- b]"),
            ("a[]b", Mark::Quote, "> ab[]"),
            ("> ab[]", Mark::Quote, "ab[]"),
            ("[- a]", Mark::Quote, "[> - a]"),
            ("[]", Mark::Bullets, "- []"),
            ("[a\n]b", Mark::Quote, "[> a]\nb"),
        ] {
            assert_eq!(on(before, mark), after, "{before} {mark:?}");
        }
    }

    /// What is left of a text without marks, blanks and numbers.
    fn core(text: &str) -> String {
        text.chars().filter(|c| !"*_~`-> 0123456789.".contains(*c)).collect()
    }

    proptest::proptest! {
        #[test]
        fn nothing_written_is_lost(text in "[ab*_~`>. \\-1🙂é\n]{0,24}", from in 0_usize..30, to in 0_usize..30, n in 0_usize..7) {
            let units: Vec<u16> = text.encode_utf16().collect();
            let edit = toggle(&units, from, to, Mark::ALL[n]);
            proptest::prop_assert!(edit.from <= edit.to && edit.to <= units.len());
            let after: Vec<u16> = units[..edit.from].iter().chain(&edit.put).chain(&units[edit.to..]).copied().collect();
            proptest::prop_assert!(edit.select.0 <= edit.select.1 && edit.select.1 <= after.len());
            // No sign of two units is cut.
            let after = String::from_utf16(&after).unwrap();
            String::from_utf16(&units[edit.from..edit.to]).unwrap();
            proptest::prop_assert_eq!(core(&after), core(&text));
        }

        #[test]
        fn what_was_set_is_unset_by_the_same_key(text in "[ab é🙂]{1,12}", n in 0_usize..4) {
            let units: Vec<u16> = text.encode_utf16().collect();
            proptest::prop_assume!(!text.trim().is_empty());
            let set = toggle(&units, 0, units.len(), Mark::ALL[n]);
            let after: Vec<u16> = units[..set.from].iter().chain(&set.put).chain(&units[set.to..]).copied().collect();
            let unset = toggle(&after, set.select.0, set.select.1, Mark::ALL[n]);
            let back: Vec<u16> = after[..unset.from].iter().chain(&unset.put).chain(&after[unset.to..]).copied().collect();
            proptest::prop_assert_eq!(back, units);
        }
    }
}
