//! What people of a role do not see of contacts (03, section 3.9): which values are hidden, and how they look then.
//!
//! Hiding a value twice changes nothing, and nothing of what is hidden can be made out again. The server hides before
//! anything leaves it; screens only know what is hidden.

use crate::{Check, ContactId, Fault, Millis, Wrong, limit, words};
use serde::{Deserialize, Serialize};

mod number;
#[cfg(test)]
mod tests;

words! {
    /// One switch of a role (SV-1).
    pub enum Mask {
        Phone = "PHONE",
        Email = "EMAIL",
        /// CPF and CNPJ, wherever they stand beside messages.
        Document = "DOCUMENT",
        Name = "NAME",
        /// No search by CPF or CNPJ.
        SearchDocument = "SEARCH_DOCUMENT",
        SearchPhone = "SEARCH_PHONE",
        SearchName = "SEARCH_NAME",
        /// No exports.
        Export = "EXPORT",
        /// What is hidden may be shown for a reason (SV-4).
        Reveal = "REVEAL",
    }
}

impl Mask {
    /// What hides a value.
    pub const HIDING: [Mask; 4] = [Mask::Phone, Mask::Email, Mask::Document, Mask::Name];
}

/// Switches that are on, one bit for each; none at first (SV-4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Masks(pub u32);

impl Masks {
    /// Nothing is hidden, nothing is refused.
    pub const NONE: Masks = Masks(0);

    /// Whether it is on.
    pub fn has(self, mask: Mask) -> bool {
        self.0 & bit(mask) != 0
    }

    /// The same with one switch on or off.
    #[must_use]
    pub fn with(self, mask: Mask, on: bool) -> Masks {
        Masks(if on { self.0 | bit(mask) } else { self.0 & !bit(mask) })
    }

    /// True when nothing is on.
    pub fn is_none(&self) -> bool {
        self.0 == 0
    }

    /// Whether anything is hidden at all: who sees everything pays nothing.
    pub fn hide(self) -> bool {
        self.0 & 0b1111 != 0
    }

    /// Whether this may be shown for a reason.
    pub fn may_reveal(self, what: Mask) -> bool {
        self.has(Mask::Reveal) && Mask::HIDING.contains(&what) && self.has(what)
    }

    /// Without bits that mean nothing.
    #[must_use]
    pub fn tidy(self) -> Masks {
        Masks(self.0 & ((1 << Mask::ALL.len()) - 1))
    }
}

fn bit(mask: Mask) -> u32 {
    1 << mask as u32
}

words! {
    /// Whom switches are for. Admins see everything.
    pub enum MaskRole { Agent = "AGENT", Manager = "MANAGER", Restricted = "RESTRICTED" }
}

/// The switches of a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MaskRule {
    pub role: MaskRole,
    pub masks: Masks,
}

/// Asking to see what is hidden.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevealDraft {
    pub contact_id: ContactId,
    pub what: Mask,
    /// Kept with who asked, for what, and when.
    pub reason: String,
}

impl RevealDraft {
    /// What the form and the server check.
    pub fn check(&self) -> Result<(), Fault> {
        let length = self.reason.trim().chars().count();
        let mut check = Check::default();
        check.text(self.reason.trim(), "reason", limit::REVEAL_REASON_MAX);
        check.that(Mask::HIDING.contains(&self.what), "what", Wrong::NotAllowed);
        check.that(length == 0 || length >= limit::REVEAL_REASON_MIN, "reason", Wrong::TooShort).done()
    }
}

/// What was hidden, for who asked and for a short time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revealed {
    pub lines: Vec<String>,
    /// How long it is shown.
    pub for_millis: Millis,
}

/// What stands for a value, or a part of one, of which nothing is shown.
const HIDDEN: &str = "****";

/// A phone number: country, area, the ninth digit, and the last two.
pub fn phone(value: &str) -> String {
    if value.trim().is_empty() || is_shaped(value, &["+dd dd d****-**dd", "+dd dd ****-**dd", "+dd ****-**dd", "dd ****-**dd", HIDDEN]) {
        return value.to_owned();
    }
    let digits: Vec<char> = value.chars().filter(|c| c.is_numeric()).collect();
    let of = |from: usize, to: usize| digits[from..to].iter().collect::<String>();
    let n = digits.len();
    match n {
        0..8 => HIDDEN.to_owned(),
        12 if of(0, 2) == "55" => format!("+55 {} ****-**{}", of(2, 4), of(n - 2, n)),
        13 if of(0, 2) == "55" => format!("+55 {} {}****-**{}", of(2, 4), digits[4], of(n - 2, n)),
        _ => format!("{}{} ****-**{}", if value.trim_start().starts_with('+') { "+" } else { "" }, of(0, 2), of(n - 2, n)),
    }
}

/// A CPF or CNPJ: three characters out of its middle.
pub fn document(value: &str) -> String {
    if value.trim().is_empty() || is_shaped(value, &["***.ddd.***-**", "**.ddd.***/****-**", HIDDEN]) {
        return value.to_owned();
    }
    let signs: Vec<char> = value.chars().filter(|c| c.is_alphanumeric()).collect();
    let of = |from: usize, to: usize| signs[from..to].iter().collect::<String>();
    match signs.len() {
        11 => format!("***.{}.***-**", of(3, 6)),
        14 => format!("**.{}.***/****-**", of(2, 5)),
        _ => HIDDEN.to_owned(),
    }
}

/// An e-mail address: its first letter, and where it is.
pub fn email(value: &str) -> String {
    let value = value.trim();
    if value.is_empty() {
        return String::new();
    }
    let Some((local, host)) = value.rsplit_once('@') else { return HIDDEN.to_owned() };
    // One letter would be all of it.
    let first = local.chars().next().filter(|c| c.is_alphabetic() && local.chars().count() > 1);
    let digits = host.chars().filter(|c| c.is_numeric()).count();
    let is_host = host.contains('.') && digits < 7 && host.chars().all(|c| c.is_alphanumeric() || c == '.' || c == '-');
    format!("{}{HIDDEN}@{}", first.map(String::from).unwrap_or_default(), if is_host { host } else { HIDDEN })
}

/// A name: the first letters of its first words. Many a name is a phone number or an e-mail address.
pub fn name(value: &str, masks: Masks) -> String {
    let clear = text(value, masks);
    if !masks.has(Mask::Name) || !clear.chars().any(char::is_alphabetic) {
        return clear;
    }
    let word = |word: &str| {
        let first = word.chars().find(|c| c.is_alphabetic()).map(String::from).unwrap_or_default();
        format!("{first}{HIDDEN}")
    };
    clear.split_whitespace().take(4).map(word).collect::<Vec<_>>().join(" ")
}

/// A text about a contact: what looks like an e-mail address, a CPF, a CNPJ or a phone number in it.
pub fn text(value: &str, masks: Masks) -> String {
    let addresses = if masks.has(Mask::Email) { without_emails(value) } else { value.to_owned() };
    number::hidden(&addresses, masks)
}

fn without_emails(value: &str) -> String {
    let letters: Vec<char> = value.chars().collect();
    let local = |c: char| c.is_alphanumeric() || "._%+-*'".contains(c);
    let host = |c: char| c.is_alphanumeric() || c == '.' || c == '-';
    let mut out = String::with_capacity(value.len());
    // What is written already, in characters.
    let mut done = 0;
    for at in (0..letters.len()).filter(|i| letters[*i] == '@') {
        if at < done {
            continue;
        }
        let from = (done..at).rev().take_while(|i| local(letters[*i])).last();
        let mut end = (at + 1..letters.len()).take_while(|i| host(letters[*i])).last().map_or(at + 1, |i| i + 1);
        while end > at + 1 && !letters[end - 1].is_alphanumeric() {
            end -= 1;
        }
        let Some(from) = from.filter(|_| letters[at + 1..end].contains(&'.')) else { continue };
        out.extend(&letters[done..from]);
        out.push_str(&email(&letters[from..end].iter().collect::<String>()));
        done = end;
    }
    out.extend(&letters[done..]);
    out
}

fn is_shaped(value: &str, shapes: &[&str]) -> bool {
    shapes.iter().any(|shape| {
        let (mut signs, mut wanted) = (value.chars(), shape.chars());
        loop {
            match (signs.next(), wanted.next()) {
                (None, None) => return true,
                (Some(c), Some('d')) if c.is_alphanumeric() => {}
                (Some(c), Some(want)) if c == want && want != 'd' => {}
                _ => return false,
            }
        }
    })
}

/// Whether a typed value holds something that a mask left: it says nothing about what is behind it.
pub fn is_masked(value: &str) -> bool {
    value.contains("**")
}

/// What somebody means who saw `shown` of `stored` and typed this: what they left alone is what it was, line by line. A new
/// value that holds a part of a mask is no value.
///
/// # Errors
/// [`Wrong::NotAllowed`].
pub fn meant(typed: &str, stored: &str, shown: &str) -> Result<String, Wrong> {
    if shown == stored {
        return Ok(typed.to_owned());
    }
    if typed.trim() == shown.trim() {
        return Ok(stored.to_owned());
    }
    let before: Vec<(&str, &str)> = shown.lines().map(str::trim).zip(stored.lines()).collect();
    let same_lines = shown.lines().count() == stored.lines().count();
    let mut said: Vec<&str> = Vec::new();
    let mut lines = Vec::new();
    for line in typed.lines().map(str::trim_end) {
        let wanted = line.trim();
        let hidden: Vec<&str> = before.iter().filter(|(shown, _)| same_lines && *shown == wanted).map(|(_, stored)| *stored).collect();
        match hidden[..] {
            [] if is_masked(line) => return Err(Wrong::NotAllowed),
            [] => lines.push(line),
            // Several look alike and are not: which is meant is known only while all of them are there.
            [first, ..] if hidden.iter().all(|h| *h == first) => lines.push(first),
            _ if typed.lines().filter(|l| l.trim() == wanted).count() != hidden.len() => return Err(Wrong::NotAllowed),
            _ => {
                lines.push(hidden[said.iter().filter(|s| **s == wanted).count()]);
                said.push(wanted);
            }
        }
    }
    Ok(lines.join("\n"))
}

/// Whether a search may not be made because of the number in it. A few digits are part of many a text.
pub fn is_blocked_number(text: &str, masks: Masks) -> bool {
    (masks.has(Mask::SearchPhone) || masks.has(Mask::SearchDocument)) && number::longest(text) >= limit::SEARCH_DIGITS_FREE
}
