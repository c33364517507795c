//! Prices of orders: a JSON number becomes whole minor units, without a float in between.

use serde_json::Value;

/// How many decimals a currency has (ISO 4217).
fn decimals(currency: &str) -> i32 {
    match currency.to_ascii_uppercase().as_str() {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI" | "VND" | "VUV" | "XAF" | "XOF"
        | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    }
}

/// The price in minor units, half a unit rounded up; 0 when it is no number.
///
/// The number's shortest decimal text is what Meta wrote, so 19.99 is read as the digits 1999 and a scale.
pub(super) fn minor(price: Option<&Value>, currency: &str) -> i64 {
    let text = match price {
        Some(Value::Number(n)) => n.to_string(),
        Some(Value::String(s)) => s.trim().to_owned(),
        _ => return 0,
    };
    shifted(&text, decimals(currency)).unwrap_or(0)
}

/// The decimal text times ten to the power of `decimals`.
fn shifted(text: &str, decimals: i32) -> Option<i64> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((m, e)) => (m, e.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (negative, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, mantissa),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.len() + fraction.len() > 30
        || (whole.is_empty() && fraction.is_empty())
        || !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit())
    {
        return None;
    }
    let digits: i128 = format!("0{whole}{fraction}").parse().ok()?;
    let shift = decimals.checked_add(exponent)?.checked_sub(i32::try_from(fraction.len()).ok()?)?;
    let power = |n: u32| 10i128.checked_pow(n);
    let value = match shift {
        0.. => digits.checked_mul(power(shift.unsigned_abs())?)?,
        _ => match power(shift.unsigned_abs()) {
            Some(p) => digits.checked_add(p / 2)? / p,
            None => 0,
        },
    };
    i64::try_from(if negative { -value } else { value }).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn prices_become_minor_units_of_their_currency() {
        for (price, currency, want) in [
            (json!(19.99), "BRL", 1999),
            (json!(0.29), "USD", 29),
            (json!(1.1), "EUR", 110),
            (json!(100), "BRL", 10_000),
            (json!("7.5"), "BRL", 750),
            (json!(1500), "JPY", 1500),
            (json!(1990.0), "CLP", 1990),
            (json!(12000), "pyg", 12_000),
            (json!(1.234), "KWD", 1234),
            (json!(29.990000000000002), "BRL", 2999),
            (json!(0.005), "BRL", 1),
            (json!(1e3), "BRL", 100_000),
            (json!(-2.5), "BRL", -250),
            (json!(null), "BRL", 0),
            (json!("abc"), "BRL", 0),
            (json!(1e300), "BRL", 0),
            (json!(1e-300), "BRL", 0),
            (json!("."), "BRL", 0),
        ] {
            assert_eq!(minor(Some(&price), currency), want, "{price} {currency}");
        }
    }

    proptest! {
        #[test]
        fn no_price_drifts(cents in 0i64..10_000_000_000) {
            let price: Value = serde_json::from_str(&format!("{}.{:02}", cents / 100, cents % 100)).unwrap();
            prop_assert_eq!(minor(Some(&price), "BRL"), cents);
        }

        #[test]
        fn any_text_is_a_price_or_zero(text in "\\PC{0,40}") {
            minor(Some(&Value::String(text)), "BRL");
        }
    }
}
