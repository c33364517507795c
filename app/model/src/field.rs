//! Fields that an account adds to all of its contacts (CP-3), and the values that contacts have in them.
//!
//! A value is text in one form per kind, so that it can be stored, compared and shown without knowing more of it.

use crate::{Check, Fault, FieldId, Wrong, limit, words};
use serde::{Deserialize, Serialize};

words! {
    /// What a field holds.
    pub enum FieldKind {
        /// A heading over the fields that follow; holds nothing.
        Group = "GROUP",
        /// One line.
        String = "STRING",
        /// Several lines.
        Text = "TEXT",
        Integer = "INTEGER",
        Float = "FLOAT",
        /// One of the options.
        SingleSelect = "SINGLESELECT",
        /// Any of the options, one per line, in the order of the options.
        MultiSelect = "MULTISELECT",
        /// `2026-11-21`.
        Date = "DATE",
        /// `14:30`.
        Time = "TIME",
        /// `2026-11-21T14:30`, in the account's time zone.
        DateTime = "DATETIME",
        /// `true` or `false`.
        Boolean = "BOOLEAN",
    }
}

impl FieldKind {
    /// Whether it offers options.
    pub fn has_options(self) -> bool {
        matches!(self, FieldKind::SingleSelect | FieldKind::MultiSelect)
    }
}

/// A field of the account's contacts, in the order in which they are shown.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CustomField {
    pub id: FieldId,
    pub kind: FieldKind,
    pub name: String,
    /// The contact's form cannot be saved without a value.
    pub required: bool,
    /// Not shown any more; its values are kept.
    pub archived: bool,
    /// What can be chosen.
    pub options: Vec<String>,
}

/// A contact's value in a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldValue {
    pub field_id: FieldId,
    /// In the form of the field's kind: a whole number, a number with a point, `2026-11-21`, `14:30`, `2026-11-21T14:30`,
    /// `true` or `false`, an option, options one per line, or the text itself. Never empty.
    pub value: String,
}

/// What an admin types to create or change a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldDraft {
    /// `None` creates.
    pub id: Option<FieldId>,
    /// Fixed once a contact has a value in it.
    pub kind: FieldKind,
    pub name: String,
    pub required: bool,
    pub archived: bool,
    #[serde(default)]
    pub options: Vec<String>,
}

impl FieldDraft {
    /// The draft without spaces around and without empty or repeated options.
    pub fn tidy(mut self) -> FieldDraft {
        self.name = self.name.trim().to_owned();
        let mut kept: Vec<String> = Vec::new();
        if self.kind.has_options() {
            for option in self.options {
                let option = option.trim();
                if !option.is_empty() && !kept.iter().any(|k| k == option) {
                    kept.push(option.to_owned());
                }
            }
        }
        self.options = kept;
        self.required &= self.kind != FieldKind::Group;
        self
    }

    /// What the form and the server check, of a tidy draft.
    pub fn check(&self) -> Result<(), Fault> {
        Check::default()
            .text(&self.name, "name", limit::NAME_MAX)
            .that(!self.kind.has_options() || !self.options.is_empty(), "options", Wrong::Required)
            .that(self.options.len() <= limit::OPTIONS_MAX, "options", Wrong::TooMany)
            .that(self.options.iter().all(|o| o.chars().count() <= limit::NAME_MAX && !o.contains('\n')), "options", Wrong::TooLong)
            .done()
    }
}

impl CustomField {
    /// A typed value in the form in which it is stored; none when it is empty. `before` is what is stored now: an option
    /// that was taken away since may stay.
    pub fn read(&self, typed: &str, before: Option<&str>) -> Result<Option<String>, Wrong> {
        let text = typed.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let known = |option: &str, before: Option<&str>| {
            self.options.iter().any(|o| o == option) || before.is_some_and(|b| b.split('\n').any(|o| o == option))
        };
        let bounded = |max: usize| if text.chars().count() <= max { Ok(text.to_owned()) } else { Err(Wrong::TooLong) };
        let value = match self.kind {
            FieldKind::Group => return Err(Wrong::NotAllowed),
            FieldKind::String => bounded(limit::FIELD_LINE_MAX)?.split_whitespace().collect::<Vec<_>>().join(" "),
            FieldKind::Text => bounded(limit::FIELD_TEXT_MAX)?,
            FieldKind::Integer => text.parse::<i64>().map_err(|_| Wrong::NotANumber)?.to_string(),
            FieldKind::Float => number(text).ok_or(Wrong::NotANumber)?,
            FieldKind::SingleSelect if known(text, before) => text.to_owned(),
            FieldKind::SingleSelect => return Err(Wrong::Unknown),
            FieldKind::MultiSelect => {
                let mut chosen: Vec<&str> = text.split('\n').map(str::trim).filter(|o| !o.is_empty()).collect();
                if chosen.iter().any(|o| !known(o, before)) {
                    return Err(Wrong::Unknown);
                }
                chosen.sort_by_key(|o| (self.options.iter().position(|k| k == o).unwrap_or(usize::MAX), *o));
                chosen.dedup();
                chosen.join("\n")
            }
            FieldKind::Date => date(text).ok_or(Wrong::NotADate)?,
            FieldKind::Time => time(text).ok_or(Wrong::NotATime)?,
            FieldKind::DateTime => {
                let (day, clock) = text.split_once(['T', ' ']).ok_or(Wrong::NotADate)?;
                format!("{}T{}", date(day).ok_or(Wrong::NotADate)?, time(clock).ok_or(Wrong::NotATime)?)
            }
            FieldKind::Boolean if matches!(text, "true" | "false") => text.to_owned(),
            FieldKind::Boolean => return Err(Wrong::NotAllowed),
        };
        Ok(Some(value))
    }
}

/// A decimal number, with a comma or a point.
fn number(text: &str) -> Option<String> {
    let text = if text.contains('.') { text.to_owned() } else { text.replacen(',', ".", 1) };
    let plain = text.chars().all(|c| c.is_ascii_digit() || c == '.' || c == '-');
    let value: f64 = text.parse().ok().filter(|v: &f64| plain && v.is_finite())?;
    Some(value.to_string())
}

fn digits<const N: usize>(text: &str, between: char, sizes: [usize; N]) -> Option<[u32; N]> {
    let mut parts = text.split(between);
    let mut out = [0; N];
    for (place, size) in out.iter_mut().zip(sizes) {
        let part = parts.next().filter(|p| p.len() == size && p.bytes().all(|b| b.is_ascii_digit()))?;
        *place = part.parse().ok()?;
    }
    parts.next().is_none().then_some(out)
}

/// A day of the calendar.
fn date(text: &str) -> Option<String> {
    let [year, month, day] = digits(text, '-', [4, 2, 2])?;
    let leap = year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
    let last = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    (year >= 1 && (1..=last).contains(&day)).then(|| text.to_owned())
}

/// A minute of the day; seconds are left away.
fn time(text: &str) -> Option<String> {
    let [hour, minute] = digits(text.get(..5)?, ':', [2, 2])?;
    let rest = text.get(5..).unwrap_or_default();
    let seconds = rest.is_empty() || rest.starts_with(':') && rest.len() <= 7;
    (hour < 24 && minute < 60 && seconds).then(|| format!("{hour:02}:{minute:02}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(kind: FieldKind) -> CustomField {
        let options = vec!["Ouro".to_owned(), "Prata".to_owned()];
        CustomField { id: FieldId(1), kind, name: "x".into(), required: false, archived: false, options }
    }

    #[test]
    fn cp_3_each_kind_reads_its_own_values_only() {
        use FieldKind::*;
        for (kind, typed, stored) in [
            (String, "  São   Paulo ", Ok(Some("São Paulo"))),
            (Text, "a\n b ", Ok(Some("a\n b"))),
            (Integer, "-042", Ok(Some("-42"))),
            (Integer, "4.2", Err(Wrong::NotANumber)),
            (Float, "1,50", Ok(Some("1.5"))),
            (Float, "1e9", Err(Wrong::NotANumber)),
            (Float, "NaN", Err(Wrong::NotANumber)),
            (Float, "1.234,5", Err(Wrong::NotANumber)),
            (SingleSelect, "Ouro", Ok(Some("Ouro"))),
            (SingleSelect, "Bronze", Err(Wrong::Unknown)),
            (MultiSelect, "Prata\nOuro\nPrata", Ok(Some("Ouro\nPrata"))),
            (MultiSelect, "Ouro\nBronze", Err(Wrong::Unknown)),
            (Date, "2028-02-29", Ok(Some("2028-02-29"))),
            (Date, "2026-02-29", Err(Wrong::NotADate)),
            (Date, "21/11/2026", Err(Wrong::NotADate)),
            (Time, "23:59", Ok(Some("23:59"))),
            (Time, "09:05:30", Ok(Some("09:05"))),
            (Time, "24:00", Err(Wrong::NotATime)),
            (Time, "é9:00", Err(Wrong::NotATime)),
            (DateTime, "2026-11-21T14:30", Ok(Some("2026-11-21T14:30"))),
            (DateTime, "2026-11-21", Err(Wrong::NotADate)),
            (Boolean, "true", Ok(Some("true"))),
            (Boolean, "sim", Err(Wrong::NotAllowed)),
            (Group, "x", Err(Wrong::NotAllowed)),
            (Integer, "  ", Ok(None)),
        ] {
            let read = field(kind).read(typed, None);
            assert_eq!(read.as_ref().map(|v| v.as_deref()).map_err(|e| *e), stored, "{kind} {typed:?}");
            // What is stored is read as itself.
            if let Ok(Some(stored)) = &read {
                assert_eq!(field(kind).read(stored, None).as_ref(), Ok(&Some(stored.clone())), "{kind}");
            }
        }
    }

    #[test]
    fn an_option_that_was_taken_away_may_stay() {
        assert_eq!(field(FieldKind::SingleSelect).read("Bronze", Some("Bronze")), Ok(Some("Bronze".into())));
        assert_eq!(field(FieldKind::MultiSelect).read("Bronze\nOuro", Some("Bronze\nPrata")), Ok(Some("Ouro\nBronze".into())));
    }

    #[test]
    fn a_tidy_draft_has_no_empty_options_and_no_group_is_required() {
        let draft = |kind, options: &[&str]| {
            let options = options.iter().map(|o| (*o).to_owned()).collect();
            FieldDraft { id: None, kind, name: " VIP ".into(), required: true, archived: false, options }.tidy()
        };
        let tidy = draft(FieldKind::SingleSelect, &[" a ", "", "a", "b"]);
        assert_eq!((tidy.name.as_str(), tidy.options.join(",").as_str(), tidy.required), ("VIP", "a,b", true));
        assert_eq!(tidy.check(), Ok(()));
        assert_eq!(draft(FieldKind::MultiSelect, &[" "]).check(), Err(Fault::field("options", Wrong::Required)));
        let group = draft(FieldKind::Group, &["a"]);
        assert_eq!((group.required, group.options.len()), (false, 0));
    }
}
