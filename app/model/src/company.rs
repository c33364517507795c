//! The company behind an account (CF-1): its legal name, its number, who answers for it, how it is reached.

use crate::{Check, Fault, UserId, Wrong, limit, words};
use serde::{Deserialize, Serialize};

words! {
    /// What it is before the law.
    pub enum CompanyKind {
        /// Not said.
        Unknown = "",
        Individual = "MEI",
        Limited = "LTDA",
        Corporation = "SA",
        Nonprofit = "NONPROFIT",
        Public = "PUBLIC",
        Other = "OTHER",
    }
}

/// The company, as admins see and change it. The account's name is apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Company {
    pub kind: CompanyKind,
    pub legal_name: String,
    /// CNPJ, 14 characters without punctuation; empty = none.
    pub cnpj: String,
    /// An active admin.
    pub responsible_id: Option<UserId>,
    pub email: String,
    pub phone: String,
    pub address: String,
}

impl Default for Company {
    fn default() -> Self {
        let text = String::new;
        Company {
            kind: CompanyKind::Unknown,
            legal_name: text(),
            cnpj: text(),
            responsible_id: None,
            email: text(),
            phone: text(),
            address: text(),
        }
    }
}

impl Company {
    /// What the form and the server check; whether the responsible person is an admin is the server's to know.
    pub fn check(&self) -> Result<(), Fault> {
        let mut check = Check::default();
        let fits = |text: &str, most: usize| text.chars().count() <= most;
        check
            .that(fits(&self.legal_name, limit::NAME_MAX), "legal_name", Wrong::TooLong)
            .that(self.cnpj.trim().is_empty() || cnpj(&self.cnpj).is_some(), "cnpj", Wrong::NotRight)
            .that(self.phone.trim().is_empty() || is_phone(&self.phone), "phone", Wrong::NotAPhone)
            .that(fits(&self.address, 500), "address", Wrong::TooLong);
        if !self.email.trim().is_empty() {
            check.email(&self.email, "email");
        }
        check.done()
    }

    /// As it is stored: without blanks around, the number without punctuation.
    #[must_use]
    pub fn tidy(self) -> Company {
        let trim = |text: String| text.trim().to_owned();
        Company {
            kind: self.kind,
            legal_name: trim(self.legal_name),
            cnpj: cnpj(&self.cnpj).unwrap_or_default(),
            responsible_id: self.responsible_id,
            email: trim(self.email),
            phone: trim(self.phone),
            address: trim(self.address),
        }
    }
}

fn is_phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    (8..=15).contains(&digits) && text.chars().all(|c| c.is_ascii_digit() || " +-().".contains(c))
}

/// A CNPJ without punctuation, when its check digits are right. Since July 2026 the first twelve may be letters, too: each
/// counts by its place in ASCII, from `0` on.
pub fn cnpj(text: &str) -> Option<String> {
    let plain: String =
        text.chars().filter(|c| !matches!(c, '.' | '/' | '-') && !c.is_whitespace()).map(|c| c.to_ascii_uppercase()).collect();
    let (base, digits) = plain.is_ascii().then(|| plain.split_at_checked(12)).flatten()?;
    let is_base = base.chars().all(|c| c.is_ascii_digit() || c.is_ascii_uppercase());
    // Of one character over and over the digits are right, and yet there is no such company.
    let is_one = base.chars().all(|c| base.starts_with(c));
    if !is_base || is_one || digits.len() != 2 {
        return None;
    }
    let first = check_digit(base);
    let second = check_digit(&format!("{base}{first}"));
    (digits == format!("{first}{second}")).then_some(plain)
}

/// Weights 2 to 9 from the right, again and again; modulo 11.
fn check_digit(text: &str) -> u32 {
    let sum: u32 = text.bytes().rev().zip((2..=9).cycle()).map(|(byte, weight)| u32::from(byte - b'0') * weight).sum();
    match sum % 11 {
        0 | 1 => 0,
        rest => 11 - rest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cf_1_check_digits_of_numbers_and_of_letters() {
        for (right, plain) in [
            ("11.222.333/0001-81", "11222333000181"),
            ("00.000.000/0001-91", "00000000000191"),
            // The example of the Receita Federal.
            ("12.ABC.345/01DE-35", "12ABC34501DE35"),
            (" 12abc34501de35 ", "12ABC34501DE35"),
        ] {
            assert_eq!(cnpj(right).as_deref(), Some(plain), "{right}");
        }
        for wrong in [
            "",
            "11.222.333/0001-82",
            "12.ABC.345/01DE-36",
            "12ABC34501DEAB",
            "00000000000000",
            "11222333000181 1",
            "1122233300018",
            "12ÁBC34501DE35",
        ] {
            assert_eq!(cnpj(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn cf_1_each_wrong_field_is_named() {
        let wrong = Company { cnpj: "1".into(), email: "x".into(), phone: "abc".into(), ..Company::default() };
        let Err(Fault::Invalid { fields }) = wrong.check() else { panic!() };
        assert_eq!(fields.iter().map(|f| f.field.as_str()).collect::<Vec<_>>(), ["cnpj", "phone", "email"]);
        assert_eq!(Company::default().check(), Ok(()));
    }
}
