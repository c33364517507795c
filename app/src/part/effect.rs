//! Effects, of which only the body is compiled for each use.

use leptos::prelude::Effect;

/// Runs the closure now and whenever something that it read has changed; in the browser only.
///
/// [`Effect::new`] compiles its own task for each closure that it is given. Use it where the last run's value is needed.
pub fn effect(act: impl FnMut() + 'static) {
    fn begin(mut act: Box<dyn FnMut()>) {
        Effect::new(move |_: Option<()>| act());
    }
    begin(Box::new(act));
}
