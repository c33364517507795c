//! The lines of a list over a text area.

use super::Typed;
use crate::part::*;
use leptos::prelude::*;

/// The lines. A press takes one and leaves the cursor in the text; the chosen one stays in sight.
#[component]
pub fn TypedLines<Q, T>(
    typed: Typed<Q, T>,
    /// Further classes of a line.
    #[prop(optional)]
    class: &'static str,
    #[prop(into)] label: Signal<String>,
    /// What a line shows.
    face: fn(T) -> AnyView,
    #[prop(into)] take: Callback<T>,
) -> impl IntoView
where
    Q: Send + Sync + 'static,
    T: Clone + PartialEq + Send + Sync + 'static,
{
    effect(move || id_into_sight(typed.line_id(typed.chosen.get())));
    let chosen = typed.chosen;
    view! {
        <ul class="quick-list" id=typed.list_id() role="listbox" aria-label=move || label.get()>
            {move || typed.found.get().into_iter().enumerate().map(|(n, one)| {
                let shown = face(one.clone());
                view! {
                    <li class=format!("quick-line {class}") id=typed.line_id(n) role="option" aria-selected=move || if chosen.get() == n { "true" } else { "false" }
                        on:pointermove=move |_| if chosen.get_untracked() != n { chosen.set(n) }
                        on:click=move |_| take.run(one.clone())>{shown}</li>
                }
            }).collect_view()}
        </ul>
    }
}
