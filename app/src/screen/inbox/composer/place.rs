//! Sending a place: where one is, or by coordinates.

use super::super::thread::opened_by;
use super::super::thread::pane::{Sheet, use_pane};
use crate::i18n::*;
use crate::part::*;
use js_sys::Reflect;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use model::{Check, Wrong};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};

/// How long the browser may look for the position.
const LOOK_MS: f64 = 15_000.0;

#[derive(Clone, Copy, PartialEq)]
enum Looking {
    No,
    Yes,
    Denied,
    Failed,
}

/// A coordinate as people write it, with a comma or a point.
fn number(text: &str, most: f64) -> Option<f64> {
    text.trim().replace(',', ".").parse::<f64>().ok().filter(|n| n.abs() <= most)
}

/// The dialog.
#[component]
pub fn PlaceDialog() -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let open = opened_by(pane, |s| matches!(s, Sheet::Place));
    let faults = Faults::apart();
    let [latitude, longitude, name, address] = [(); 4].map(|()| RwSignal::new(String::new()));
    let looking = RwSignal::new(Looking::No);
    let clear = move || {
        for field in [latitude, longitude, name, address] {
            field.set(String::new());
        }
        faults.clear();
        looking.set(Looking::No);
    };
    let look = move |()| {
        looking.set(Looking::Yes);
        locate(move |found| match found {
            Ok((at, to)) => {
                if looking.try_set(Looking::No).is_none() {
                    let decimal = if untrack(|| i18n.get_locale()) == Locale::en { "." } else { "," };
                    latitude.set(format!("{at:.6}").replace('.', decimal));
                    longitude.set(format!("{to:.6}").replace('.', decimal));
                    faults.clear();
                }
            }
            Err(why) => drop(looking.try_set(why)),
        });
    };
    let send = move || {
        let of = |field: RwSignal<String>| field.with_untracked(|t| t.trim().to_owned());
        let (at, to) = (number(&of(latitude), 90.0), number(&of(longitude), 180.0));
        let why = |text: String| if text.is_empty() { Wrong::Required } else { Wrong::NotANumber };
        let mut check = Check::default();
        check.that(at.is_some(), "latitude", why(of(latitude))).that(to.is_some(), "longitude", why(of(longitude)));
        if let Err(fault) = check.done() {
            return faults.take(&fault);
        }
        if let (Some(at), Some(to)) = (at, to) {
            pane.store.send_place(pane.id, (at, to), of(name), of(address), pane.reply.get_untracked());
            pane.reply.set(None);
            pane.latest.update(|n| *n += 1);
            open.set(false);
        }
    };
    let footer = move || {
        view! {
            <Button press=move |()| open.set(false)>{t!(i18n, common.act.cancel)}</Button>
            <Button kind=Kind::Primary icon="send" press=move |()| send()>{t!(i18n, message.place.send)}</Button>
        }
    };
    let state = move || match looking.get() {
        Looking::No => None,
        Looking::Yes => Some(t_string!(i18n, message.place.asking).to_string()),
        Looking::Denied => Some(t_string!(i18n, message.place.denied).to_string()),
        Looking::Failed => Some(t_string!(i18n, message.place.failed).to_string()),
    };
    view! {
        <Dialog open title=move || t_string!(i18n, message.place.title).to_string() footer closed=move |()| clear()>
            {faults.lend()}
            <form class="form" novalidate on:submit=move |event: SubmitEvent| { event.prevent_default(); send() }>
                <Button icon="location" busy=Signal::derive(move || looking.get() == Looking::Yes) press=look>{t!(i18n, message.place.here)}</Button>
                <p class="place-state" role="status">{state}</p>
                <div class="place-numbers">
                    <TextField name="latitude" max=24 value=latitude label=move || t_string!(i18n, message.place.latitude).to_string()
                        hint=move || t_string!(i18n, message.place.latitude_hint).to_string()/>
                    <TextField name="longitude" max=24 value=longitude label=move || t_string!(i18n, message.place.longitude).to_string()
                        hint=move || t_string!(i18n, message.place.longitude_hint).to_string()/>
                </div>
                <TextField name="place_name" max=200 value=name optional=true label=move || t_string!(i18n, message.place.name).to_string()/>
                <TextField name="place_address" max=400 value=address optional=true label=move || t_string!(i18n, message.place.address).to_string()/>
                // Enter in a field sends.
                <button type="submit" hidden=true></button>
            </form>
        </Dialog>
    }
}

/// Asks the browser for the position; it asks the person first.
fn locate(done: impl Fn(Result<(f64, f64), Looking>) + Clone + 'static) {
    let of = |from: &JsValue, name: &str| Reflect::get(from, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED);
    let geolocation = of(window().navigator().as_ref(), "geolocation");
    let Ok(ask) = of(&geolocation, "getCurrentPosition").dyn_into::<js_sys::Function>() else { return done(Err(Looking::Failed)) };
    let told = done.clone();
    let found = Closure::once_into_js(move |position: JsValue| {
        let coords = of(&position, "coords");
        let place = of(&coords, "latitude").as_f64().zip(of(&coords, "longitude").as_f64());
        told(place.ok_or(Looking::Failed));
    });
    let refused = Closure::once_into_js(move |error: JsValue| {
        // 1: the person, or the page's permissions, said no.
        let denied = of(&error, "code").as_f64() == Some(1.0);
        done(Err(if denied { Looking::Denied } else { Looking::Failed }));
    });
    let options = js_sys::Object::new();
    let _ = Reflect::set(&options, &"timeout".into(), &LOOK_MS.into());
    let _ = Reflect::set(&options, &"enableHighAccuracy".into(), &JsValue::TRUE);
    let _ = ask.call3(&geolocation, &found, &refused, &options);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_are_read_with_comma_or_point_and_within_the_globe() {
        assert_eq!(number(" -23,5614 ", 90.0), Some(-23.5614));
        assert_eq!(number("-46.6559", 180.0), Some(-46.6559));
        for none in ["", "abc", "90,1", "1,2,3", "NaN", "inf"] {
            assert_eq!(number(none, 90.0), None, "{none}");
        }
    }
}
