//! Sites that may carry a website chat.

use crate::fault;
use crate::i18n::*;
use crate::part::*;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use model::Wrong;

/// A list of origins with a field for one more. A whole address is cut down to its origin.
#[component]
pub(super) fn Origins(value: RwSignal<Vec<String>>) -> impl IntoView {
    let i18n = use_i18n();
    let faults = use_context::<Faults>();
    let text = RwSignal::new(String::new());
    let wrong = RwSignal::new(false);
    let fault = Signal::derive(move || {
        let refused = faults.and_then(|f| f.of("origins"));
        wrong.get().then_some(Wrong::NotAnOrigin).or(refused).map(|w| fault::say_wrong(i18n, w))
    });
    let add = move || {
        let typed = text.get_untracked();
        match origin_of(&typed) {
            Some(origin) => {
                value.update(|all| {
                    if !all.contains(&origin) {
                        all.push(origin);
                    }
                });
                text.set(String::new());
                wrong.set(false);
                if let Some(faults) = faults {
                    faults.touched("origins");
                }
            }
            None => wrong.set(!typed.trim().is_empty()),
        }
    };
    let on_key = move |event: KeyboardEvent| {
        // Enter adds, and does not send the form around it.
        if event.key() == "Enter" {
            event.prevent_default();
            add();
        }
    };
    effect(move || {
        text.track();
        wrong.set(false);
    });
    view! {
        <div class="origins">
            <div class="origins-new" on:keydown=on_key>
                <TextField name="origins" kind="url" max=300 value=text fault placeholder="https://"
                    label=move || t_string!(i18n, settings.channels.origins).to_string()
                    hint=move || t_string!(i18n, settings.channels.origins_hint).to_string()/>
                <Button icon="plus" press=move |()| add()>{t!(i18n, settings.channels.origin_add)}</Button>
            </div>
            <ul>
                <For each=move || value.get() key=Clone::clone let:origin>
                    <li>
                        <code>{origin.clone()}</code>
                        <IconButton icon="x" small=true
                            label={let origin = origin.clone(); move || t_string!(i18n, settings.channels.origin_remove, origin = origin.clone()).to_string()}
                            press=move |()| value.update(|all| all.retain(|o| *o != origin))/>
                    </li>
                </For>
            </ul>
        </div>
    }
}

/// `https://shop.example` of whatever part of an address was typed; `https` when none was.
fn origin_of(text: &str) -> Option<String> {
    let text = text.trim();
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) => (scheme.to_ascii_lowercase(), rest),
        None => ("https".to_owned(), text),
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default().to_lowercase();
    let (name, port) = host.split_once(':').map_or((host.as_str(), None), |(n, p)| (n, Some(p)));
    let fine = matches!(scheme.as_str(), "http" | "https")
        && (name.contains('.') || name == "localhost")
        && !name.starts_with('.')
        && !name.ends_with('.')
        && name.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '.')
        && port.is_none_or(|p| p.parse::<u16>().is_ok());
    fine.then(|| format!("{scheme}://{host}"))
}

#[cfg(test)]
mod tests {
    use super::origin_of;

    #[test]
    fn addresses_are_cut_down_to_their_origin() {
        assert_eq!(origin_of(" shop.example/cart?x=1 ").as_deref(), Some("https://shop.example"));
        assert_eq!(origin_of("HTTP://Localhost:8080").as_deref(), Some("http://localhost:8080"));
        for bad in ["", "shop", "ftp://shop.example", "https://a b.example", "https://shop.example:99999", "https://.example"] {
            assert_eq!(origin_of(bad), None, "{bad}");
        }
    }
}
