//! The values that a template asks for.

use super::file::HeaderFile;
use super::preview::Preview;
use super::{Picked, category_name};
use crate::i18n::*;
use crate::part::*;
use crate::screen::replies::file::Carried;
use leptos::prelude::*;
use model::{Fault, Slot, SlotPlace, Template, TemplateFill, Wants};
use wasm_bindgen::JsCast;

/// Longest value; Meta's own bound is on the whole text.
pub(super) const VALUE_MAX: i32 = 1024;

/// The chosen template: its values beside what they lead to.
#[component]
pub fn FillIn(
    template: Template,
    on_send: Callback<Picked>,
    busy: Signal<bool>,
    fault: Signal<Option<Fault>>,
    #[prop(into)] back: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let slots = template.slots();
    let has_slots = !slots.is_empty();
    let facts = (template.name.replace('_', " "), template.category);
    let fill = RwSignal::new(TemplateFill { template_id: template.id, ..TemplateFill::default() });
    let header = template.header_kind;
    let template = StoredValue::new(template);
    let carried = Carried::new(None);
    // Missing values are marked once somebody tried to send, not while they fill in.
    let tried = RwSignal::new(false);
    let missing = Memo::new(move |_| template.with_value(|t| fill.with(|f| t.missing(f))));
    let form = NodeRef::<leptos::html::Form>::new();

    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() || carried.is_busy() {
            return;
        }
        tried.set(true);
        match missing.with_untracked(|m| m.first().cloned()) {
            Some(key) => {
                let field = form.get_untracked().and_then(|f| f.query_selector(&format!("[data-slot='{key}']")).ok().flatten());
                if let Some(field) = field.and_then(|f| f.dyn_into::<web_sys::HtmlElement>().ok()) {
                    let _ = field.focus();
                }
            }
            None => {
                let fill = fill.get_untracked();
                let file = carried.file.get_untracked().filter(|f| fill.header_file == Some(f.id));
                on_send.run(Picked { template: template.get_value(), fill, file });
            }
        }
    };
    view! {
        <form class="template-fill" node_ref=form on:submit=submit novalidate>
            <div class="template-fill-head">
                <Button kind=Kind::Ghost small=true icon="chevron-left" press=back>{t!(i18n, inbox.thread.template.back)}</Button>
                <span class="template-name">{facts.0}</span>
                <span class="template-facts">{move || category_name(i18n, facts.1)}</span>
            </div>
            <div class="template-fill-body">
                <div class="template-slots">
                    {slots.into_iter().enumerate().map(|(i, slot)| {
                        if template.with_value(|t| t.wants(&slot.key)) == Wants::Link {
                            let wrong = Memo::new(move |_| tried.get() && missing.with(|m| m.contains(&slot.key)));
                            return view! { <HeaderFile header carried fill wrong/> }.into_any();
                        }
                        view! { <Value asked=slot template fill missing tried first={i == 0}/> }.into_any()
                    }).collect_view()}
                    {(!has_slots).then(|| view! { <p class="template-none">{t!(i18n, inbox.thread.template.none)}</p> })}
                </div>
                <Preview template fill file=carried.file/>
            </div>
            {move || fault.get().map(|f| crate::fault::view(i18n, &f))}
            <div class="template-fill-foot">
                <Button kind=Kind::Primary icon="send" submit=true busy
                    why=Signal::derive(move || carried.percent.get().is_some().then(|| t_string!(i18n, file.busy).to_string()))>
                    {move || if busy.get() { t_string!(i18n, inbox.thread.template.sending) } else { t_string!(i18n, inbox.thread.template.send) }}
                </Button>
            </div>
        </form>
    }
}

/// One value.
#[component]
fn Value(
    asked: Slot,
    template: StoredValue<Template>,
    fill: RwSignal<TemplateFill>,
    missing: Memo<Vec<String>>,
    tried: RwSignal<bool>,
    first: bool,
) -> impl IntoView {
    let i18n = use_i18n();
    let slot = asked;
    let wants = template.with_value(|t| t.wants(&slot.key));
    let button = || slot.name.parse::<usize>().ok().and_then(|i| template.with_value(|t| t.buttons.get(i).map(|b| b.text.clone())));
    let name = if slot.place == SlotPlace::Button { button().unwrap_or_default() } else { slot.name.clone() };
    let place = slot.place;
    let label = move || match place {
        SlotPlace::Header if wants == Wants::Degrees(90) => t_string!(i18n, message.place.latitude).to_string(),
        SlotPlace::Header if matches!(wants, Wants::Degrees(_)) => t_string!(i18n, message.place.longitude).to_string(),
        SlotPlace::Header if wants == Wants::Optional && name == "name" => t_string!(i18n, message.place.name).to_string(),
        SlotPlace::Header if wants == Wants::Optional => t_string!(i18n, message.place.address).to_string(),
        SlotPlace::Header => t_string!(i18n, inbox.thread.template.slot_header, name = name.as_str()).to_string(),
        SlotPlace::Body => t_string!(i18n, inbox.thread.template.slot_body, name = name.as_str()).to_string(),
        SlotPlace::Button => t_string!(i18n, inbox.thread.template.slot_button, name = name.as_str()).to_string(),
    };
    let key = slot.key.clone();
    let wrong = Memo::new(move |_| tried.get() && missing.with(|m| m.contains(&key)));
    let id = format!("slot-{}", slot.key.replace('.', "-"));
    let fault_id = format!("{id}-fault");
    let key = slot.key.clone();
    view! {
        <div class="field" class:wrong=move || wrong.get()>
            <label class="field-label" for=id.clone()>
                <span>{label}</span>
                {(wants == Wants::Optional).then(|| view! { <span class="field-optional">{t!(i18n, common.word.optional)}</span> })}
            </label>
            <input id=id class="input" data-slot=slot.key dir="auto" autocomplete="off" autofocus=first maxlength=VALUE_MAX
                type="text" aria-describedby=fault_id.clone()
                aria-invalid=move || wrong.get().then_some("true")
                on:input=move |event| {
                    let value = event_target_value(&event);
                    fill.update(|f| { f.values.insert(key.clone(), value); });
                }/>
            <div class="field-fault" id=fault_id aria-live="polite">{move || wrong.get().then(|| match wants {
                Wants::Degrees(90) => t_string!(i18n, message.place.latitude_hint),
                Wants::Degrees(_) => t_string!(i18n, message.place.longitude_hint),
                _ => t_string!(i18n, inbox.thread.template.missing),
            })}</div>
        </div>
    }
}
