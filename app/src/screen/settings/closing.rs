//! The closing message, and other texts with tokens, with a preview.

use crate::i18n::*;
use crate::part::*;
use crate::session::use_session;
use leptos::prelude::*;

/// Tokens that the server replaces (CO-6).
const TOKENS: [&str; 3] = ["[NOME]", "[ATENDENTE]", "[PROTOCOLO]"];

/// A text with buttons that insert tokens where the cursor is, and the text as the contact reads it.
#[component]
pub(super) fn ClosingMessage(
    value: RwSignal<String>,
    #[prop(into)] label: Signal<String>,
    #[prop(into)] hint: Signal<String>,
    /// The draft's field.
    #[prop(default = "closing_message")]
    name: &'static str,
    #[prop(default = 1024)] max: u32,
    #[prop(default = true)] optional: bool,
    /// It may say when it opens again.
    #[prop(optional)]
    opening: bool,
    /// It may name the team that goes on.
    #[prop(optional)]
    team: bool,
) -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let node = NodeRef::<leptos::html::Textarea>::new();
    let insert = move |token: &'static str| {
        let Some(area) = node.get_untracked() else { return };
        // In UTF-16 units, as browsers count.
        let text: Vec<u16> = value.get_untracked().encode_utf16().collect();
        let at = |place: Option<u32>| place.map_or(text.len(), |p| (p as usize).min(text.len()));
        let (from, to) = (at(area.selection_start().ok().flatten()), at(area.selection_end().ok().flatten()));
        let (head, tail) = (String::from_utf16_lossy(&text[..from]), String::from_utf16_lossy(&text[to.max(from)..]));
        value.set(format!("{head}{token}{tail}"));
        #[expect(clippy::cast_possible_truncation, reason = "the text is bounded by its field")]
        let after = (from + token.len()) as u32;
        request_animation_frame(move || {
            let _ = area.focus();
            let _ = area.set_selection_range(after, after);
        });
    };
    let preview = move || {
        let name = session.with(|me| if me.nickname.is_empty() { me.name.clone() } else { me.nickname.clone() });
        let filled = value.read().replace("[NOME]", t_string!(i18n, settings.account.sample_contact)).replace("[ATENDENTE]", &name);
        let filled = if team { filled.replace("[EQUIPE]", t_string!(i18n, settings.account.sample_team)) } else { filled };
        filled.replace("[PROTOCOLO]", "2026112100042").replace("[ABERTURA]", "07/12 08:00")
    };
    let name_of = move |token: &str| match token {
        "[NOME]" => t_string!(i18n, settings.account.token_name).to_string(),
        "[ATENDENTE]" => t_string!(i18n, settings.account.token_agent).to_string(),
        "[ABERTURA]" => t_string!(i18n, hours.token_opening).to_string(),
        "[EQUIPE]" => t_string!(i18n, settings.account.token_team).to_string(),
        _ => t_string!(i18n, settings.account.token_protocol).to_string(),
    };
    view! {
        <div class="closing">
            <TextArea name label hint value max optional node_ref=node/>
            <div class="closing-tokens">
                <span>{t!(i18n, settings.account.tokens)}</span>
                {TOKENS.into_iter().chain(opening.then_some("[ABERTURA]")).chain(team.then_some("[EQUIPE]")).map(|token| view! {
                    <Button small=true press=move |()| insert(token)>{move || name_of(token)}</Button>
                }).collect_view()}
            </div>
            <figure class="closing-preview">
                <figcaption>{t!(i18n, settings.account.preview)}</figcaption>
                {move || if value.read().trim().is_empty() {
                    view! { <p class="closing-none">{t!(i18n, settings.account.preview_empty)}</p> }.into_any()
                } else {
                    view! { <p class="closing-bubble" dir="auto">{preview()}</p> }.into_any()
                }}
            </figure>
        </div>
    }
}
