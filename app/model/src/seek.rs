//! What is typed into the search: words, and operators such as `de:ana` or `antes:"ontem"`.
//!
//! All languages' spellings are understood at once. What is not an operator, or has no value yet, is plain text: nothing
//! that can be typed is wrong.

use crate::{text::plain, words};
use serde::{Deserialize, Serialize};
use std::fmt::{Display, Formatter};

words! {
    /// What a search can be narrowed by.
    pub enum Operator {
        /// A contact or a colleague, by name; `mim` is the asker.
        From = "FROM",
        /// A team.
        In = "IN",
        /// A channel, by name or kind.
        Channel = "CHANNEL",
        /// A tag of the contact.
        Tag = "TAG",
        /// Before this day begins.
        Before = "BEFORE",
        /// From the beginning of this day on.
        After = "AFTER",
    }
}

impl Operator {
    /// Its spellings: Portuguese, English, Spanish, then others.
    pub fn spellings(self) -> &'static [&'static str] {
        match self {
            Operator::From => &["de", "from", "de"],
            Operator::In => &["em", "in", "en"],
            Operator::Channel => &["canal", "channel", "canal"],
            Operator::Tag => &["etiqueta", "tag", "etiqueta"],
            Operator::Before => &["antes", "before", "antes"],
            Operator::After => &["depois", "after", "después", "despues"],
        }
    }

    fn of(word: &str) -> Option<Operator> {
        let word = plain(word);
        Operator::ALL.iter().copied().find(|o| o.spellings().iter().any(|s| plain(s) == word))
    }
}

/// An operator with its value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Term {
    pub operator: Operator,
    /// Without quotes and never blank.
    pub value: String,
}

impl Display for Term {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let word = self.operator.spellings()[0];
        if self.value.contains(char::is_whitespace) { write!(f, "{word}:\"{}\"", self.value) } else { write!(f, "{word}:{}", self.value) }
    }
}

/// A search as it was meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seek {
    pub terms: Vec<Term>,
    /// The plain words, one space between them.
    pub text: String,
}

impl Seek {
    /// Reads what was typed.
    pub fn read(typed: &str) -> Seek {
        let mut seek = Seek::default();
        let mut rest = typed.trim_start();
        while !rest.is_empty() {
            let (token, after) = token(rest);
            match token {
                Token::Term(term) => {
                    if !seek.terms.contains(&term) {
                        seek.terms.push(term);
                    }
                }
                Token::Plain(text) => {
                    for word in text.split_whitespace() {
                        if !seek.text.is_empty() {
                            seek.text.push(' ');
                        }
                        seek.text.push_str(word);
                    }
                }
            }
            rest = after.trim_start();
        }
        seek
    }

    /// True when it looks for nothing.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty() && self.text.is_empty()
    }

    /// Values of one operator.
    pub fn of(&self, operator: Operator) -> impl Iterator<Item = &str> {
        self.terms.iter().filter(move |t| t.operator == operator).map(|t| t.value.as_str())
    }
}

impl Display for Seek {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        for (i, term) in self.terms.iter().enumerate() {
            write!(f, "{}{term}", if i > 0 { " " } else { "" })?;
        }
        if !self.text.is_empty() {
            write!(f, "{}{}", if self.terms.is_empty() { "" } else { " " }, self.text)?;
        }
        Ok(())
    }
}

enum Token<'a> {
    Term(Term),
    Plain(&'a str),
}

/// The first token of a text that begins with none of white space, and what follows it.
fn token(rest: &str) -> (Token<'_>, &str) {
    let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
    let plain = (Token::Plain(&rest[..end]), &rest[end..]);
    let Some((word, value)) = rest.split_once(':').filter(|(word, _)| word.len() < end) else { return plain };
    let Some(operator) = Operator::of(word) else { return plain };
    let (value, after) = match value.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
        None => value.split_at(value.find(char::is_whitespace).unwrap_or(value.len())),
    };
    let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
    if value.is_empty() { plain } else { (Token::Term(Term { operator, value }), after) }
}

/// What is being typed at the end of a text: an operator whose value comes, or a word that may become an operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Typing {
    /// The value so far, and where its token begins in the text, in bytes.
    Value {
        operator: Operator,
        value: String,
        from: usize,
    },
    /// The word so far.
    Word {
        word: String,
        from: usize,
    },
    Nothing,
}

/// What is being typed at the end.
pub fn typing(typed: &str) -> Typing {
    let mut rest = typed.trim_start();
    loop {
        let from = typed.len() - rest.len();
        if rest.is_empty() {
            return Typing::Nothing;
        }
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let begun = rest.split_once(':').filter(|(word, _)| word.len() < end).and_then(|(word, value)| Some((Operator::of(word)?, value)));
        if let Some((operator, value)) = begun {
            let open = match value.strip_prefix('"') {
                Some(quoted) => (!quoted.contains('"')).then_some(quoted),
                None => (!value.contains(char::is_whitespace)).then_some(value),
            };
            if let Some(value) = open {
                return Typing::Value { operator, value: value.to_owned(), from };
            }
        } else if end == rest.len() {
            return Typing::Word { word: rest.to_owned(), from };
        }
        rest = token(rest).1.trim_start();
    }
}

/// A day as it was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Day {
    Today,
    Yesterday,
    /// Not checked against a calendar; without a year: of this one.
    Date {
        year: Option<i16>,
        month: i8,
        day: i8,
    },
}

/// Reads `hoje`, `ontem`, `21/11/2026`, `21/11` or `2026-11-21`.
pub fn day(value: &str) -> Option<Day> {
    match plain(value.trim()).as_str() {
        "hoje" | "today" | "hoy" => return Some(Day::Today),
        "ontem" | "yesterday" | "ayer" => return Some(Day::Yesterday),
        _ => {}
    }
    let digits = |text: &str, least: usize, most: usize| -> Option<i16> {
        ((least..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten()
    };
    let small = |text: &str| digits(text, 1, 2).and_then(|n| i8::try_from(n).ok());
    if let [year, month, day] = value.trim().split('-').collect::<Vec<_>>()[..] {
        return Some(Day::Date { year: Some(digits(year, 4, 4)?), month: small(month)?, day: small(day)? });
    }
    match value.trim().split('/').collect::<Vec<_>>()[..] {
        [day, month] => Some(Day::Date { year: None, month: small(month)?, day: small(day)? }),
        [day, month, year] => Some(Day::Date { year: Some(digits(year, 4, 4)?), month: small(month)?, day: small(day)? }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn term(operator: Operator, value: &str) -> Term {
        Term { operator, value: value.into() }
    }

    #[test]
    fn ab_8_operators_are_read_in_three_languages() {
        let seek = Seek::read("  boleto de:ana EM:Vendas canal:whatsapp etiqueta:\"muito  urgente\" antes:hoje depois:01/11/2026 vencido ");
        assert_eq!(seek.text, "boleto vencido");
        assert_eq!(
            seek.terms,
            [
                term(Operator::From, "ana"),
                term(Operator::In, "Vendas"),
                term(Operator::Channel, "whatsapp"),
                term(Operator::Tag, "muito urgente"),
                term(Operator::Before, "hoje"),
                term(Operator::After, "01/11/2026"),
            ]
        );
        let english = Seek::read("from:ana in:Vendas channel:whatsapp tag:x before:today after:yesterday");
        let spanish = Seek::read("de:ana en:Vendas canal:whatsapp etiqueta:x antes:today después:yesterday");
        assert_eq!(english, spanish);
        assert_eq!(english.terms.len(), 6);
        assert_eq!(Seek::read("DESPUES:ayer").terms, [term(Operator::After, "ayer")]);
    }

    #[test]
    fn ab_8_what_is_no_operator_is_plain_text() {
        for text in ["https://loja.example", "12:30", "nota: fiscal", "de:", "de: ana", ":", "de:\"\"", "xde:ana"] {
            assert_eq!(Seek::read(text), Seek { terms: vec![], text: text.into() }, "{text}");
        }
        assert_eq!(Seek::read("de:\"ana mar").terms, [term(Operator::From, "ana mar")], "a quote that is still open");
        assert_eq!(Seek::read("de:ana de:ana").terms.len(), 1);
    }

    #[test]
    fn what_is_being_typed_is_known() {
        assert_eq!(typing("boleto de:an"), Typing::Value { operator: Operator::From, value: "an".into(), from: 7 });
        assert_eq!(typing("em:\"sup "), Typing::Value { operator: Operator::In, value: "sup ".into(), from: 0 });
        assert_eq!(typing("em:"), Typing::Value { operator: Operator::In, value: String::new(), from: 0 });
        assert_eq!(typing("em:vendas eti"), Typing::Word { word: "eti".into(), from: 10 });
        assert_eq!(typing("em:\"a b\" "), Typing::Nothing);
        assert_eq!(typing(""), Typing::Nothing);
    }

    #[test]
    fn days_are_read_as_people_write_them() {
        let date = |year, month, day| Some(Day::Date { year, month, day });
        assert_eq!(day("21/11/2026"), date(Some(2026), 11, 21));
        assert_eq!(day("1/2"), date(None, 2, 1));
        assert_eq!(day("2026-11-21"), date(Some(2026), 11, 21));
        assert_eq!((day("Ontem"), day("today"), day("hoy")), (Some(Day::Yesterday), Some(Day::Today), Some(Day::Today)));
        for wrong in ["", "amanhã", "21", "21/11/26", "a/b", "2026-11", "99999999/1", "1/2/3/4", "-1/2"] {
            assert_eq!(day(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn ab_8_reading_never_fails_and_what_is_written_reads_the_same(typed in "\\PC*|([a-zé]{0,3}|de|em|canal|antes|tag)(:|: |:\"|\")?.{0,12}( (de|in|tag):\"?.{0,6}\"?){0,3}") {
            let seek = Seek::read(&typed);
            prop_assert_eq!(Seek::read(&seek.to_string()), seek);
            let _ = (typing(&typed), day(&typed));
        }
    }
}
