//! Sending a text with answers to choose from: buttons, or a list behind one.

use super::super::thread::opened_by;
use super::super::thread::pane::{Sheet, use_pane};
use crate::fault;
use crate::i18n::*;
use crate::part::*;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use model::{BUTTON_MAX, BUTTONS_MAX, Check, QUESTION_FOOTER_MAX, QUESTION_MAX, Question, QuestionAnswer, ROW_MAX, ROW_TEXT_MAX, ROWS_MAX};

/// What is typed for one answer.
#[derive(Clone, Copy, PartialEq)]
struct Typed {
    key: u32,
    title: RwSignal<String>,
    description: RwSignal<String>,
}

/// The dialog.
#[component]
pub fn QuestionDialog() -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let open = opened_by(pane, |s| matches!(s, Sheet::Question));
    let faults = Faults::apart();
    let (text, button, footer) = (RwSignal::new(String::new()), RwSignal::new(String::new()), RwSignal::new(String::new()));
    let kind = RwSignal::new("buttons".to_owned());
    let is_list = Memo::new(move |_| kind.with(|k| k == "list"));
    let made = StoredValue::new(0_u32);
    let another = move || {
        made.update_value(|n| *n += 1);
        Typed { key: made.get_value(), title: RwSignal::new(String::new()), description: RwSignal::new(String::new()) }
    };
    let answers = RwSignal::new(vec![another(), another()]);
    let clear = move || {
        for field in [text, button, footer] {
            field.set(String::new());
        }
        answers.set(vec![another(), another()]);
        faults.clear();
    };
    let most = move || if is_list.get() { ROWS_MAX } else { BUTTONS_MAX };
    let send = move || {
        let list = is_list.get_untracked();
        let of = |field: RwSignal<String>| field.with_untracked(|t| t.trim().to_owned());
        let given = answers.with_untracked(|all| {
            let each = all
                .iter()
                .map(|a| QuestionAnswer { title: of(a.title), description: if list { of(a.description) } else { String::new() } });
            each.filter(|a| !a.title.is_empty() || !a.description.is_empty()).collect::<Vec<_>>()
        });
        let question = Question { button: if list { of(button) } else { String::new() }, footer: of(footer), answers: given };
        let mut check = Check::default();
        check.text(&of(text), "text", QUESTION_MAX);
        if list {
            check.text(&of(button), "button", BUTTON_MAX);
        }
        question.check(&mut check);
        if let Err(fault) = check.done() {
            return faults.take(&fault);
        }
        pane.store.send_question(pane.id, of(text), question, pane.reply.get_untracked());
        pane.reply.set(None);
        pane.latest.update(|n| *n += 1);
        open.set(false);
    };
    let kinds = Signal::derive(move || {
        vec![
            Choice::new("buttons", t_string!(i18n, message.question.buttons).to_string()),
            Choice::new("list", t_string!(i18n, message.question.list).to_string()),
        ]
    });
    let foot = move || {
        view! {
            <Button press=move |()| open.set(false)>{t!(i18n, common.act.cancel)}</Button>
            <Button kind=Kind::Primary icon="send" press=move |()| send()>{t!(i18n, message.question.send)}</Button>
        }
    };
    let full = Signal::derive(move || {
        let most = most();
        (answers.with(Vec::len) >= most).then(|| t_string!(i18n, message.question.most, max = most).to_string())
    });
    let wrong = move || faults.of("answers").map(|wrong| fault::say_wrong(i18n, wrong));
    let row = move |typed: Typed| {
        let place = move || answers.with(|all| all.iter().position(|a| a.key == typed.key).map_or(0, |n| n + 1));
        let label = move || {
            let n = place();
            t_string!(i18n, message.question.answer, n = n).to_string()
        };
        let long = move || if is_list.get() { ROW_MAX } else { BUTTON_MAX }.to_string();
        view! {
            <li class="question-answer">
                <input class="input" dir="auto" aria-label=label placeholder=label maxlength=long prop:value=move || typed.title.get()
                    on:input=move |event| { typed.title.set(event_target_value(&event)); faults.touched("answers") }/>
                <Show when=move || is_list.get()>
                    <input class="input" dir="auto" maxlength=ROW_TEXT_MAX.to_string() aria-label=move || t_string!(i18n, message.question.description).to_string()
                        placeholder=move || t_string!(i18n, message.question.description).to_string() prop:value=move || typed.description.get()
                        on:input=move |event| typed.description.set(event_target_value(&event))/>
                </Show>
                <IconButton icon="x" label=move || { let n = place(); t_string!(i18n, message.question.remove, n = n).to_string() }
                    press=move |()| answers.update(|all| all.retain(|a| a.key != typed.key))/>
            </li>
        }
    };
    view! {
        <Dialog open title=move || t_string!(i18n, message.question.title).to_string() footer=foot closed=move |()| clear()>
            {faults.lend()}
            <form class="form" novalidate on:submit=move |event: SubmitEvent| { event.prevent_default(); send() }>
                <TextArea name="text" label=move || t_string!(i18n, message.question.text).to_string() value=text rows=3 max=QUESTION_MAX as u32/>
                <Radios name="question_kind" inline=true label=move || t_string!(i18n, message.question.kind).to_string() value=kind choices=kinds/>
                <Show when=move || is_list.get()>
                    <TextField name="button" max=BUTTON_MAX as u32 value=button label=move || t_string!(i18n, message.question.button).to_string()/>
                </Show>
                <fieldset class="question-answers">
                    <legend class="field-label">{t!(i18n, message.question.answers)}</legend>
                    <ul><For each=move || answers.get() key=|a| a.key let:typed>{row(typed)}</For></ul>
                    <p class="field-fault" aria-live="polite">{wrong}</p>
                    <Button small=true icon="plus" why=full press=move |()| answers.update(|all| all.push(another()))>{t!(i18n, message.question.add)}</Button>
                </fieldset>
                <TextField name="footer" max=QUESTION_FOOTER_MAX as u32 value=footer optional=true label=move || t_string!(i18n, message.question.footer).to_string()/>
                // Enter in a field sends.
                <button type="submit" hidden=true></button>
            </form>
        </Dialog>
    }
}
