//! A tour of the product, a page for each step (DB-7): plain like all help, and every step opens the screen that it is about.

use super::page::Say;
use crate::i18n::*;
use leptos::prelude::*;
use leptos_i18n::I18nContext;

/// The step at an address such as `tour/3`; what is none is the first.
pub(super) fn step_of(page: &str, all: usize) -> usize {
    let step = page.split_once('/').and_then(|(_, step)| step.parse::<usize>().ok()).unwrap_or(1);
    if (1..=all).contains(&step) { step } else { 1 }
}

/// Where each step looks, what it is called, and what there is to know.
fn steps(i18n: I18nContext<Locale>) -> Vec<(&'static str, Say, Say)> {
    vec![
        ("/profile", t_string!(i18n, help.tour.you).to_string(), t_string!(i18n, help.tour.you_text).to_string()),
        ("/inbox", t_string!(i18n, help.tour.queue).to_string(), t_string!(i18n, help.tour.queue_text).to_string()),
        ("/inbox", t_string!(i18n, help.tour.answer).to_string(), t_string!(i18n, help.tour.answer_text).to_string()),
        ("/inbox", t_string!(i18n, help.tour.contact).to_string(), t_string!(i18n, help.tour.contact_text).to_string()),
        ("/inbox", t_string!(i18n, help.tour.together).to_string(), t_string!(i18n, help.tour.together_text).to_string()),
        ("/archive", t_string!(i18n, help.tour.end_it).to_string(), t_string!(i18n, help.tour.end_it_text).to_string()),
        ("/inbox", t_string!(i18n, help.tour.fast).to_string(), t_string!(i18n, help.tour.fast_text).to_string()),
        ("/board", t_string!(i18n, help.tour.lead_it).to_string(), t_string!(i18n, help.tour.lead_it_text).to_string()),
        ("/settings", t_string!(i18n, help.tour.run_it).to_string(), t_string!(i18n, help.tour.run_it_text).to_string()),
    ]
}

/// The step at an address.
pub(super) fn tour(i18n: I18nContext<Locale>, page: &str) -> impl IntoView + use<> {
    let steps = steps(i18n);
    let all = steps.len();
    let now = step_of(page, all);
    let (href, title, text) = steps.get(now - 1).cloned().unwrap_or_default();
    let before = (now > 1).then(|| format!("/help/tour/{}", now - 1));
    let (after, onward) = if now < all {
        (format!("/help/tour/{}", now + 1), t_string!(i18n, help.tour.next).to_string())
    } else {
        ("/help/glossary".to_owned(), t_string!(i18n, help.tour.end).to_string())
    };
    let list = steps.into_iter().zip(1..).map(|((_, title, _), step)| {
        let is_now = step == now;
        view! { <li><a href=format!("/help/tour/{step}") aria-current=is_now.then_some("step")>{title}</a></li> }
    });
    view! {
        <p class="help-lead">{t_string!(i18n, help.tour.lead)}</p>
        <nav class="help-steps" aria-label=t_string!(i18n, help.tour.steps).to_string()><ol>{list.collect_view()}</ol></nav>
        <section class="help-step">
            <p>{t_string!(i18n, help.tour.step, now = now, all = all).to_string()}</p>
            <h2>{title}</h2>
            <p>{text}</p>
            <p><a class="button plain" href=href target="_blank" rel="noopener">{t_string!(i18n, help.tour.open)}</a></p>
        </section>
        <p class="help-onward">
            {before.map(|href| view! { <a class="button plain" href=href rel="prev">{t_string!(i18n, help.tour.back)}</a> })}
            <a class="button primary" href=after rel="next">{onward}</a>
        </p>
    }
}

#[cfg(test)]
mod tests {
    use super::step_of;

    #[test]
    fn db_7_a_step_that_does_not_exist_is_the_first() {
        let found: Vec<usize> =
            ["tour", "tour/1", "tour/9", "tour/10", "tour/0", "tour/x", "tour/3/4"].iter().map(|page| step_of(page, 9)).collect();
        assert_eq!(found, [1, 1, 9, 1, 1, 1, 1]);
    }
}
