//! Sizes and prices as the reader writes them, by the browser's own `Intl`.

use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// Bytes for people: `840 KB`, `1,2 MB`.
pub fn size_text(language: &str, bytes: i64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
    let bytes = bytes.max(0) as f64;
    let (value, unit, digits) = match bytes {
        b if b < 1024.0 => (b, "B", 0),
        b if b < 1024.0 * 1024.0 => (b / 1024.0, "KB", 0),
        b => (b / (1024.0 * 1024.0), "MB", 1),
    };
    let options = [("maximumFractionDigits", JsValue::from(digits))];
    format!(
        "{} {unit}",
        number_format(language, &options).and_then(|f| f.write(value)).unwrap_or_else(|| format!("{value:.*}", digits as usize))
    )
}

/// An amount of money given in minor units of its currency: `R$ 12,50`. An unknown currency is written with its code.
pub fn money_text(language: &str, minor: i64, currency: &str) -> String {
    let options = [("style", JsValue::from("currency")), ("currency", JsValue::from(currency))];
    #[expect(clippy::cast_precision_loss, reason = "amounts of an order are far below 2^53")]
    let written = number_format(language, &options).and_then(|f| f.write(minor as f64 / 10f64.powi(f.digits())));
    written.unwrap_or_else(|| format!("{}.{:02} {currency}", minor / 100, (minor % 100).abs()))
}

struct Format(JsValue);

fn number_format(language: &str, options: &[(&str, JsValue)]) -> Option<Format> {
    let given = Object::new();
    for (name, value) in options {
        Reflect::set(&given, &JsValue::from_str(name), value).ok()?;
    }
    let intl = Reflect::get(&js_sys::global(), &"Intl".into()).ok()?;
    let make = Reflect::get(&intl, &"NumberFormat".into()).ok()?.dyn_into::<Function>().ok()?;
    Reflect::construct(&make, &Array::of2(&language.into(), &given)).ok().map(Format)
}

impl Format {
    fn call(&self, name: &str, args: &Array) -> Option<JsValue> {
        Reflect::get(&self.0, &name.into()).ok()?.dyn_into::<Function>().ok()?.apply(&self.0, args).ok()
    }

    fn write(&self, value: f64) -> Option<String> {
        self.call("format", &Array::of1(&value.into()))?.as_string()
    }

    /// Decimal places of the currency.
    fn digits(&self) -> i32 {
        let resolved = self.call("resolvedOptions", &Array::new());
        let digits = resolved.and_then(|r| Reflect::get(&r, &"maximumFractionDigits".into()).ok()).and_then(|d| d.as_f64());
        #[expect(clippy::cast_possible_truncation, reason = "0 to 4")]
        digits.map_or(2, |d| d as i32)
    }
}
