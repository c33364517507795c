//! Numbers in a text: phone numbers, CPF and CNPJ as people write them.

use super::{HIDDEN, Mask, Masks, document, phone};

/// Between two digits of one number, at most so many other signs.
const BETWEEN: usize = 3;

/// Signs that stand between the digits of a number; those that turn the direction of writing are not even seen.
fn is_between(c: char) -> bool {
    matches!(c, ' ' | '.' | '-' | '/' | '(' | ')' | '\u{a0}' | '\u{2010}'..='\u{2013}' | '\u{202f}')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// The end of the number that begins at a digit, and how many digits it has.
fn run(letters: &[char], from: usize) -> (usize, usize) {
    let (mut end, mut digits, mut at) = (from, 0, from);
    while let Some(c) = letters.get(at) {
        if c.is_numeric() {
            digits += 1;
            end = at + 1;
        } else if !is_between(*c) || at - end >= BETWEEN {
            break;
        }
        at += 1;
    }
    (end, digits)
}

/// Digits of the longest number in a text.
pub(super) fn longest(text: &str) -> usize {
    let letters: Vec<char> = text.chars().collect();
    let (mut at, mut most) = (0, 0);
    while at < letters.len() {
        if letters[at].is_numeric() {
            let (end, digits) = run(&letters, at);
            most = most.max(digits);
            at = end;
        } else {
            at += 1;
        }
    }
    most
}

/// The text without the numbers that the masks hide.
pub(super) fn hidden(text: &str, masks: Masks) -> String {
    let (phones, documents) = (masks.has(Mask::Phone), masks.has(Mask::Document));
    if !phones && !documents {
        return text.to_owned();
    }
    let letters: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < letters.len() {
        if documents && let Some(length) = lettered(&letters, at) {
            out.push_str(&document(&letters[at..at + length].iter().collect::<String>()));
            at += length;
            continue;
        }
        // The plus and the bracket belong to the number.
        let from = at + letters[at..].iter().take(2).take_while(|c| matches!(c, '+' | '(')).count();
        if !letters.get(from).is_some_and(|c| c.is_numeric()) {
            out.push(letters[at]);
            at += 1;
            continue;
        }
        let (end, digits) = run(&letters, from);
        let number: String = letters[at..end].iter().collect();
        out.push_str(&one(&number, digits, phones, documents).unwrap_or(number));
        at = end;
    }
    out
}

/// How a number is shown; none as it is.
fn one(number: &str, digits: usize, phones: bool, documents: bool) -> Option<String> {
    let has = |c: char| number.contains(c);
    let international = number.starts_with('+');
    let dotted = has('.') || has('/');
    let is_document = documents && digits >= 11 && !international;
    let is_phone = phones && is_phone(number, digits, international, dotted);
    match (is_document, is_phone) {
        (false, false) => None,
        // What belongs to one of the two and may be shown of it would give the other away.
        (true, true) if digits == 11 && !dotted && !has('(') => Some(HIDDEN.to_owned()),
        (true, true) if digits == 11 && !dotted => Some(phone(number)),
        (true, _) if digits == 11 || digits == 14 => Some(document(number)),
        (true, _) => Some(HIDDEN.to_owned()),
        (false, true) if digits <= 15 => Some(phone(number)),
        (false, true) => Some(HIDDEN.to_owned()),
    }
}

fn is_phone(number: &str, digits: usize, international: bool, dotted: bool) -> bool {
    if international {
        return digits >= 7;
    }
    // A CPF or CNPJ as it is written.
    if dotted && (digits == 11 && number.matches('.').count() == 2 || digits == 14 && number.contains('/')) {
        return false;
    }
    let groups: Vec<usize> = number.split(|c: char| !c.is_numeric()).map(|g| g.chars().count()).filter(|n| *n > 0).collect();
    match groups[..] {
        // A day, perhaps with the hour behind it.
        [4, 2, 2, ..] | [1..=2, 1..=2, 4, ..] if digits <= 10 => false,
        [4, 4] | [5, 4] => true,
        [9] => number.trim_start_matches('(').starts_with('9'),
        _ => digits >= 10,
    }
}

/// The length of a CNPJ with letters in it that begins here: as it is written, or fourteen signs that check out.
fn lettered(letters: &[char], at: usize) -> Option<usize> {
    if at > 0 && letters[at - 1].is_ascii_alphanumeric() {
        return None;
    }
    let is_end = |length: usize| letters.get(at + length).is_none_or(|c| !c.is_alphanumeric());
    let written = letters.get(at..at + 18).filter(|_| is_end(18));
    let points = [(2, '.'), (6, '.'), (10, '/'), (15, '-')];
    let fits = |signs: &[char]| {
        let point = |i: usize| points.iter().find(|(place, _)| *place == i).map(|(_, c)| *c);
        signs.iter().enumerate().all(|(i, c)| point(i).map_or(c.is_ascii_alphanumeric(), |p| p == *c))
            && signs[16..].iter().all(char::is_ascii_digit)
            && signs.iter().any(char::is_ascii_alphabetic)
    };
    if written.is_some_and(fits) {
        return Some(18);
    }
    let bare = letters.get(at..at + 14).filter(|_| is_end(14))?;
    let is_one = bare.iter().all(char::is_ascii_alphanumeric) && bare.iter().any(char::is_ascii_alphabetic) && checks_out(bare);
    is_one.then_some(14)
}

/// The two digits at the end of a CNPJ follow from the signs before them.
fn checks_out(signs: &[char]) -> bool {
    let value = |c: &char| u32::from(c.to_ascii_uppercase()).wrapping_sub(48);
    let digit = |before: &[char]| {
        let sum: u32 = before.iter().rev().zip((2..=9).cycle()).map(|(c, weight)| value(c) * weight).sum();
        match sum % 11 {
            0 | 1 => 0,
            rest => 11 - rest,
        }
    };
    signs.len() == 14 && digit(&signs[..12]) == value(&signs[12]) && digit(&signs[..13]) == value(&signs[13])
}
