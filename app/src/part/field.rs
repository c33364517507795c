//! Form fields. Each is bound to a signal, says what is wrong beside itself, and keeps what was typed before the page
//! came alive.

use super::{Button, Faults, IconButton, use_toasts};
use crate::fault;
use crate::i18n::*;
use leptos::prelude::*;

/// One of several values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub value: String,
    pub label: String,
}

impl Choice {
    /// A value and what people read.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Choice {
        Choice { value: value.into(), label: label.into() }
    }
}

/// What is wrong with a field: said by the caller, else found in the form's [`Faults`].
fn fault_of(name: &'static str, given: Signal<Option<String>>) -> Signal<Option<String>> {
    let (faults, i18n) = (use_context::<Faults>(), use_i18n());
    Signal::derive(move || given.get().or_else(|| faults?.of(name).map(|wrong| fault::say_wrong(i18n, wrong))))
}

fn touched(name: &'static str) -> impl Fn() + Copy {
    let faults = use_context::<Faults>();
    move || {
        if let Some(faults) = faults {
            faults.touched(name);
        }
    }
}

/// Nothing instead of an empty text.
fn some(text: Signal<String>) -> Option<String> {
    Some(text.get()).filter(|t| !t.is_empty())
}

/// Label, control, fault and hint, in this order.
#[component]
fn Around(
    name: &'static str,
    label: Signal<String>,
    hint: Signal<String>,
    fault: Signal<Option<String>>,
    optional: bool,
    /// The label is for screen readers only.
    quiet: bool,
    children: Children,
) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <div class="field" class:wrong=move || fault.with(Option::is_some)>
            <label class="field-label" class:visually-hidden=quiet for=format!("f-{name}")>
                <span>{move || label.get()}</span>
                {optional.then(|| view! { <span class="field-optional">{t!(i18n, common.word.optional)}</span> })}
            </label>
            {children()}
            <div class="field-fault" id=format!("f-{name}-fault") aria-live="polite">{move || fault.get()}</div>
            <div class="field-hint" id=format!("f-{name}-hint")>{move || some(hint)}</div>
        </div>
    }
}

fn described(name: &str) -> String {
    format!("f-{name}-fault f-{name}-hint")
}

/// Follows the signal into the control; what was typed before the page came alive goes the other way, once.
macro_rules! bind {
    ($node:ident, $value:ident) => {
        Effect::new(move |before: Option<()>| {
            let Some(el) = $node.get() else { return };
            let now = $value.get();
            if before.is_none() && now.is_empty() && !el.value().is_empty() {
                $value.set(el.value());
            } else if el.value() != now {
                el.set_value(&now);
            }
        });
    };
}

/// One line of text.
#[component]
pub fn TextField(
    name: &'static str,
    #[prop(into)] label: Signal<String>,
    value: RwSignal<String>,
    #[prop(optional, into)] hint: Signal<String>,
    /// What is wrong, when it is not in the form's [`Faults`].
    #[prop(optional, into)]
    fault: Signal<Option<String>>,
    #[prop(optional, into)] placeholder: Signal<String>,
    /// `email`, `tel`, `url`, `search` …
    #[prop(default = "text")]
    kind: &'static str,
    #[prop(default = "off")] autocomplete: &'static str,
    /// Longest text, in UTF-16 units as browsers count.
    #[prop(default = 300)]
    max: u32,
    /// Says "optional" beside the label.
    #[prop(optional)]
    optional: bool,
    #[prop(optional)] autofocus: bool,
    #[prop(optional)] quiet: bool,
    /// Id of a `<datalist>`.
    #[prop(optional)]
    list: Option<&'static str>,
    /// Numbers, keys and codes: no spelling, no capital letters, figures of one width.
    #[prop(optional)]
    code: bool,
    #[prop(optional)] node_ref: NodeRef<leptos::html::Input>,
) -> impl IntoView {
    let fault = fault_of(name, fault);
    let touched = touched(name);
    bind!(node_ref, value);
    let code = code || matches!(kind, "email" | "url");
    view! {
        <Around name label hint fault optional quiet>
            <input node_ref=node_ref id=format!("f-{name}") name=name type=kind class="input" class:code=code value=value.get_untracked()
                autocomplete=autocomplete maxlength=max placeholder=move || some(placeholder) list=list
                autocapitalize=code.then_some("none") spellcheck=code.then_some("false") dir="auto" autofocus=autofocus
                aria-describedby=described(name) aria-invalid=move || fault.with(Option::is_some).then_some("true")
                on:input=move |event| { value.set(event_target_value(&event)); touched() }/>
        </Around>
    }
}

/// A password that can be looked at.
#[component]
pub fn PasswordField(
    name: &'static str,
    #[prop(into)] label: Signal<String>,
    value: RwSignal<String>,
    #[prop(optional, into)] hint: Signal<String>,
    #[prop(optional, into)] fault: Signal<Option<String>>,
    #[prop(optional, into)] placeholder: Signal<String>,
    /// `new-password` for a new one.
    #[prop(default = "current-password")]
    autocomplete: &'static str,
    #[prop(optional)] optional: bool,
    /// Shows how strong it is; for new passwords.
    #[prop(optional)]
    strength: bool,
) -> impl IntoView {
    let i18n = use_i18n();
    let fault = fault_of(name, fault);
    let touched = touched(name);
    let shown = RwSignal::new(false);
    let node = NodeRef::<leptos::html::Input>::new();
    bind!(node, value);
    let toggle =
        move || if shown.get() { t_string!(i18n, common.act.hide).to_string() } else { t_string!(i18n, common.act.show).to_string() };
    let level = move || strength_of(&value.read());
    view! {
        <Around name label hint fault optional quiet=false>
            <div class="input-group">
                <input node_ref=node id=format!("f-{name}") name=name type=move || if shown.get() { "text" } else { "password" } class="input"
                    autocomplete=autocomplete maxlength="256" autocapitalize="none" spellcheck="false" placeholder=move || some(placeholder)
                    aria-describedby=described(name) aria-invalid=move || fault.with(Option::is_some).then_some("true")
                    on:input=move |event| { value.set(event_target_value(&event)); touched() }/>
                <IconButton icon="eye" label=Signal::derive(toggle) pressed=shown press=move |()| shown.update(|s| *s = !*s)/>
            </div>
            {strength.then(|| view! {
                <div class=move || format!("strength level-{}", level()) aria-hidden="true"><span></span><span></span><span></span><span></span></div>
            })}
        </Around>
    }
}

/// How hard a password is to guess, 0 to 4: length counts most, then variety.
fn strength_of(password: &str) -> u8 {
    let length = password.chars().count();
    if length == 0 {
        return 0;
    }
    let kinds = [char::is_lowercase as fn(char) -> bool, char::is_uppercase, char::is_numeric, |c| !c.is_alphanumeric()];
    let variety = kinds.iter().filter(|k| password.chars().any(**k)).count();
    let distinct = password.chars().collect::<std::collections::BTreeSet<_>>().len();
    let points = length.min(24) + 2 * variety + distinct.min(14);
    match points {
        _ if length < model::limit::PASSWORD_MIN || distinct < 5 => 1,
        0..=24 => 2,
        25..=34 => 3,
        _ => 4,
    }
}

/// Several lines of text that grow with it.
#[component]
pub fn TextArea(
    name: &'static str,
    #[prop(into)] label: Signal<String>,
    value: RwSignal<String>,
    #[prop(optional, into)] hint: Signal<String>,
    #[prop(optional, into)] fault: Signal<Option<String>>,
    #[prop(optional, into)] placeholder: Signal<String>,
    #[prop(default = 3)] rows: u32,
    #[prop(default = 1024)] max: u32,
    #[prop(optional)] optional: bool,
    #[prop(optional)] quiet: bool,
    #[prop(optional)] node_ref: NodeRef<leptos::html::Textarea>,
) -> impl IntoView {
    let fault = fault_of(name, fault);
    let touched = touched(name);
    bind!(node_ref, value);
    view! {
        <Around name label hint fault optional quiet>
            <textarea node_ref=node_ref id=format!("f-{name}") name=name class="input" rows=rows maxlength=max dir="auto"
                placeholder=move || some(placeholder) aria-describedby=described(name)
                aria-invalid=move || fault.with(Option::is_some).then_some("true")
                on:input=move |event| { value.set(event_target_value(&event)); touched() }>{value.get_untracked()}</textarea>
        </Around>
    }
}

/// One of a list.
#[component]
pub fn Select(
    name: &'static str,
    #[prop(into)] label: Signal<String>,
    value: RwSignal<String>,
    #[prop(into)] choices: Signal<Vec<Choice>>,
    #[prop(optional, into)] hint: Signal<String>,
    #[prop(optional, into)] fault: Signal<Option<String>>,
    #[prop(optional)] optional: bool,
    #[prop(optional)] quiet: bool,
) -> impl IntoView {
    let fault = fault_of(name, fault);
    let touched = touched(name);
    view! {
        <Around name label hint fault optional quiet>
            <div class="select">
                <select id=format!("f-{name}") name=name class="input" aria-describedby=described(name)
                    aria-invalid=move || fault.with(Option::is_some).then_some("true")
                    on:change=move |event| { value.set(event_target_value(&event)); touched() }>
                    <For each=move || choices.get() key=|c| (c.value.clone(), c.label.clone()) let:choice>
                        {
                            let mine = choice.value.clone();
                            view! { <option value=choice.value selected=move || value.read() == mine>{choice.label}</option> }
                        }
                    </For>
                </select>
                <super::Icon name="chevron-down" small=true/>
            </div>
        </Around>
    }
}

/// Yes or no, as part of a list or a consent.
#[component]
pub fn Checkbox(
    #[prop(into)] label: Signal<String>,
    checked: RwSignal<bool>,
    #[prop(optional)] name: Option<&'static str>,
    #[prop(optional, into)] hint: Signal<String>,
    #[prop(optional, into)] disabled: Signal<bool>,
) -> impl IntoView {
    view! {
        <label class="check">
            <input type="checkbox" name=name prop:checked=move || checked.get() checked=checked.get_untracked() disabled=move || disabled.get()
                on:change=move |event| checked.set(event_target_checked(&event))/>
            <span class="check-text">
                <span>{move || label.get()}</span>
                {move || some(hint).map(|hint| view! { <small class="field-hint">{hint}</small> })}
            </span>
        </label>
    }
}

/// On or off, with effect on saving.
#[component]
pub fn Toggle(
    #[prop(into)] label: Signal<String>,
    checked: RwSignal<bool>,
    #[prop(optional)] name: Option<&'static str>,
    #[prop(optional, into)] hint: Signal<String>,
    #[prop(optional, into)] disabled: Signal<bool>,
    /// Called with the new state after a person changed it.
    #[prop(optional, into)]
    changed: Option<Callback<bool>>,
) -> impl IntoView {
    let on_change = move |event| {
        let on = event_target_checked(&event);
        checked.set(on);
        if let Some(changed) = changed {
            changed.run(on);
        }
    };
    view! {
        <label class="check toggle">
            <input type="checkbox" role="switch" name=name prop:checked=move || checked.get() checked=checked.get_untracked()
                disabled=move || disabled.get() on:change=on_change/>
            <span class="check-text">
                <span>{move || label.get()}</span>
                {move || some(hint).map(|hint| view! { <small class="field-hint">{hint}</small> })}
            </span>
        </label>
    }
}

/// One of a few, all visible, each with an explanation.
#[component]
pub fn Radios(
    name: &'static str,
    #[prop(into)] label: Signal<String>,
    value: RwSignal<String>,
    #[prop(into)] choices: Signal<Vec<Choice>>,
    /// Explains each value.
    #[prop(optional, into)]
    explain: Option<Callback<String, String>>,
    /// Called with the new value after a person changed it.
    #[prop(optional, into)]
    changed: Option<Callback<String>>,
    /// Side by side, for short labels.
    #[prop(optional)]
    inline: bool,
) -> impl IntoView {
    view! {
        <fieldset class="radios" class:inline=inline>
            <legend class="field-label">{move || label.get()}</legend>
            <For each=move || choices.get() key=|c| (c.value.clone(), c.label.clone()) let:choice>
                {
                    let Choice { value: mine, label } = choice;
                    let (is, put, why) = (mine.clone(), mine.clone(), mine.clone());
                    view! {
                        <label class="check">
                            <input type="radio" name=name value=mine prop:checked={let is = is.clone(); move || value.read() == is}
                                checked={value.with_untracked(|v| *v == is)}
                                on:change=move |_| { value.set(put.clone()); if let Some(changed) = changed { changed.run(put.clone()) } }/>
                            <span class="check-text">
                                <span>{label}</span>
                                {explain.map(|explain| view! { <small class="field-hint">{explain.run(why)}</small> })}
                            </span>
                        </label>
                    }
                }
            </For>
        </fieldset>
    }
}

/// Something to copy and take elsewhere.
#[component]
pub fn CopyField(
    name: &'static str,
    #[prop(into)] label: Signal<String>,
    #[prop(into)] value: Signal<String>,
    #[prop(optional, into)] hint: Signal<String>,
    /// Several lines.
    #[prop(optional)]
    long: bool,
) -> impl IntoView {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let copy = move |()| {
        let text = value.get_untracked();
        leptos::task::spawn_local(async move {
            let done = wasm_bindgen_futures::JsFuture::from(window().navigator().clipboard().write_text(&text)).await;
            if done.is_ok() {
                toasts.say(tu_string!(i18n, common.act.copied).to_string());
            }
        });
    };
    let id = format!("f-{name}");
    view! {
        <Around name label hint fault=Signal::stored(None) optional=false quiet=false>
            <div class="copy-field" class:long=long>
                <output id=id class="input code" tabindex="0">{move || value.get()}</output>
                <Button icon="copy" press=copy>{t!(i18n, common.act.copy)}</Button>
            </div>
        </Around>
    }
}
