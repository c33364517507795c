//! Phone numbers: what people type, what networks send, and the one key under which a contact is found (NX-1).
//!
//! Brazilian mobile numbers exist with and without the ninth digit, Mexican ones with and without a 1 after the country
//! code. The key is the long Brazilian and the short Mexican form; landlines are never touched.

use model::{Fault, Wrong};
use phonenumber::country::Id as Country;

/// A number that was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phone {
    /// E.164 with `+`, in its key form.
    pub e164: String,
}

impl Phone {
    /// Digits without `+`.
    pub fn digits(&self) -> &str {
        &self.e164[1..]
    }
}

/// What a person typed, in any format; without a country code it is read as Brazilian (IN-1, IN-7).
///
/// # Errors
/// [`Wrong::NotAPhone`] on the field `phone`.
pub fn typed(text: &str) -> Result<Phone, Fault> {
    let bad = || Fault::field("phone", Wrong::NotAPhone);
    let text = text.trim();
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    if !(8..=15).contains(&digits.len()) || text.chars().any(|c| c.is_alphabetic()) {
        return Err(bad());
    }
    // A Brazilian number typed with its country code but without the plus.
    let with_code = digits.starts_with("55") && (12..=13).contains(&digits.len());
    let text = if text.starts_with('+') || with_code || text.starts_with("00") {
        format!("+{}", digits.trim_start_matches("00"))
    } else {
        text.to_owned()
    };
    let national = digits.trim_start_matches('0');
    let old_mobile = !text.starts_with('+') && national.len() == 10 && is_mobile_start(national.as_bytes()[2]);
    let text = if old_mobile { format!("+55{}9{}", &national[..2], &national[2..]) } else { text };
    let text = text.strip_prefix('+').map(|digits| format!("+{}", key(digits))).unwrap_or(text);
    let number = phonenumber::parse(Some(Country::BR), &text).map_err(|_| bad())?;
    let e164 = number.format().mode(phonenumber::Mode::E164).to_string();
    let brazilian = e164.starts_with("+55");
    if !phonenumber::is_valid(&number) && (brazilian || !(9..=16).contains(&e164.len())) {
        return Err(bad());
    }
    Ok(Phone { e164: format!("+{}", key(&e164[1..])) })
}

/// What a network sent as a `wa_id`: digits with the country code.
pub fn network(wa_id: &str) -> Option<Phone> {
    let digits = wa_id.strip_prefix('+').unwrap_or(wa_id);
    ((7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())).then(|| Phone { e164: format!("+{}", key(digits)) })
}

fn is_mobile_start(b: u8) -> bool {
    (b'6'..=b'9').contains(&b)
}

/// The key form of digits with a country code: all variants of one number have the same.
pub fn key(digits: &str) -> String {
    let b = digits.as_bytes();
    // 55, area code, eight digits of which the first is a mobile's: the ninth digit is missing.
    if b.len() == 12 && digits.starts_with("55") && is_mobile_start(b[4]) && b[2] != b'0' {
        return format!("{}9{}", &digits[..4], &digits[4..]);
    }
    if b.len() == 13 && digits.starts_with("521") {
        return format!("52{}", &digits[3..]);
    }
    digits.to_owned()
}

/// All forms under which the number is known, the key first.
pub fn variants(digits: &str) -> Vec<String> {
    let key = key(digits);
    let mut all = vec![key.clone()];
    if key.len() == 13 && key.starts_with("55") && key.as_bytes()[4] == b'9' && is_mobile_start(key.as_bytes()[5]) {
        all.push(format!("{}{}", &key[..4], &key[5..]));
    }
    if key.len() == 12 && key.starts_with("52") {
        all.push(format!("521{}", &key[2..]));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn in_7_numbers_are_understood_in_any_format() {
        for text in [
            "11 98765-4321",
            "(11) 98765-4321",
            "+55 11 98765-4321",
            "5511987654321",
            "011987654321",
            "1187654321",
            "+551187654321",
            "005511987654321",
        ] {
            assert_eq!(typed(text).map(|p| p.e164), Ok("+5511987654321".to_owned()), "{text}");
        }
        assert_eq!(typed("11 3333-4444").unwrap().e164, "+551133334444");
        assert_eq!(typed("+1 415 555 2671").unwrap().e164, "+14155552671");
        for bad in ["", "abc", "123", "11 9876", "+55 11 98765-43210000", "Ana 11 98765-4321"] {
            assert!(typed(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn nx_1_landlines_and_service_numbers_are_not_touched() {
        for digits in ["551133334444", "552125550100", "558001234567", "5508001234567", "14155552671"] {
            assert_eq!(key(digits), digits);
        }
    }

    #[test]
    fn nx_1_mexico_has_one_key_too() {
        assert_eq!(key("5215512345678"), "525512345678");
        assert_eq!(variants("525512345678"), ["525512345678", "5215512345678"]);
    }

    proptest! {
        #[test]
        fn nx_1_both_variants_of_a_brazilian_mobile_have_one_key(area in 11u32..=99, rest in 60_000_000_u32..=99_999_999) {
            prop_assume!(area % 10 != 0);
            let short = format!("55{area}{rest}");
            let long = format!("55{area}9{rest}");
            prop_assert_eq!(key(&short), key(&long));
            prop_assert_eq!(key(&long), long.clone());
            let all = variants(&short);
            prop_assert!(all.contains(&short) && all.contains(&long));
        }

        #[test]
        fn nx_1_a_brazilian_landline_keeps_its_digits(area in 11u32..=99, rest in 20_000_000_u32..=59_999_999) {
            prop_assume!(area % 10 != 0);
            let digits = format!("55{area}{rest}");
            prop_assert_eq!(key(&digits), digits.clone());
            prop_assert_eq!(variants(&digits), vec![digits]);
        }

        #[test]
        fn the_key_of_a_key_is_itself(digits in "[0-9]{7,15}") {
            prop_assert_eq!(key(&key(&digits)), key(&digits));
        }

        #[test]
        fn nothing_typed_panics(text in "\\PC{0,40}") {
            let _ = typed(&text);
            let _ = network(&text);
        }
    }
}
