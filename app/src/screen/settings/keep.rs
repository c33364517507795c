//! How long concluded conversations are kept (AR-3).

use super::list::when_here;
use crate::api::closing::{retention, save_retention};
use crate::i18n::*;
use crate::part::*;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use model::{Check, Retention, Wrong};

/// Months that are offered.
const MONTHS: [i64; 9] = [0, 1, 3, 6, 12, 24, 36, 60, 120];

/// The choice, and what was purged.
#[component]
pub(super) fn Keeping() -> impl IntoView {
    let stored = Fetched::new(|| async { retention().await });
    when_here(stored, move |rows| view! { <KeepForm rows changed=move |()| stored.refetch()/> }.into_any())
}

#[component]
fn KeepForm(rows: Signal<Retention>, #[prop(into)] changed: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let start = rows.with_untracked(|r| r.months);
    let months = RwSignal::new(start.to_string());
    let password = RwSignal::new(String::new());
    let form = Form::new(move || (months.get().parse::<i64>().unwrap_or(0), password.get()));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        form.save(
            |(_, password)| Check::default().that(!password.is_empty(), "password", Wrong::Required).done(),
            |(months, password)| save_retention(months, password),
            move |_| {
                password.set(String::new());
                form.keep();
                changed.run(());
            },
        );
    };
    let span = move |n: i64| match n {
        0 => t_string!(i18n, closing.keep.never).to_string(),
        1 => t_string!(i18n, closing.keep.month_one).to_string(),
        n => t_string!(i18n, closing.keep.month_many, count = n).to_string(),
    };
    let choices = Signal::derive(move || {
        let mut all = MONTHS.to_vec();
        if !all.contains(&start) {
            all.push(start);
        }
        all.into_iter().map(|n| Choice::new(n.to_string(), span(n))).collect::<Vec<_>>()
    });
    let is_new = move || months.get() != rows.with(|r| r.months).to_string();
    view! {
        <form class="form card" method="post" novalidate on:submit=submit>
            <h3>{t!(i18n, closing.keep.title)}</h3>
            <p class="field-hint">{t!(i18n, closing.keep.lead)}</p>
            <Select name="months" value=months choices label=move || t_string!(i18n, closing.keep.months).to_string()/>
            <Show when=is_new>
                <Show when=move || months.get() != "0"><p class="reasons-off keep-warning" role="status">{t!(i18n, closing.keep.warning)}</p></Show>
                <PasswordField name="password" value=password label=move || t_string!(i18n, closing.keep.password).to_string()/>
            </Show>
            <FormFoot form/>
            <h4>{t!(i18n, closing.keep.log)}</h4>
            {move || {
                let log = rows.with(|r| r.purges.clone());
                if log.is_empty() {
                    return view! { <p class="field-hint">{t!(i18n, closing.keep.log_none)}</p> }.into_any();
                }
                view! {
                    <ul class="keep-log">
                        {log.into_iter().map(|p| view! {
                            <li>
                                <Time at=p.at style=TimeStyle::Full/>
                                <span>{move || t_string!(i18n, closing.keep.line, conversations = p.conversations, messages = p.messages, files = p.files).to_string()}</span>
                            </li>
                        }).collect_view()}
                    </ul>
                }.into_any()
            }}
        </form>
    }
}
