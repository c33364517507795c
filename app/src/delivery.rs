//! Why a message was not delivered, in the reader's language; the network's own code and words stay behind "details".

use crate::i18n::*;
use leptos::prelude::*;
use leptos_i18n::I18nContext;
use model::{DeliveryProblem, Problem};

/// The sentence for a problem. Tracks the language.
pub fn say(i18n: I18nContext<Locale>, problem: &Problem) -> String {
    use DeliveryProblem as P;
    match problem.reason {
        P::TokenExpired => t_string!(i18n, delivery.token_expired),
        P::PermissionMissing => t_string!(i18n, delivery.permission_missing),
        P::NetworkDown => t_string!(i18n, delivery.network_down),
        P::RateLimited => t_string!(i18n, delivery.rate_limited),
        P::PairLimited => t_string!(i18n, delivery.pair_limited),
        P::QualityLimited => t_string!(i18n, delivery.quality_limited),
        P::AccountBlocked => t_string!(i18n, delivery.account_blocked),
        P::NumberNotRegistered => t_string!(i18n, delivery.number_not_registered),
        P::Payment => t_string!(i18n, delivery.payment),
        P::Undeliverable => t_string!(i18n, delivery.undeliverable),
        P::WindowClosed => t_string!(i18n, delivery.window_closed),
        P::MarketingCap => t_string!(i18n, delivery.marketing_cap),
        P::OptedOut => t_string!(i18n, delivery.opted_out),
        P::Experiment => t_string!(i18n, delivery.experiment),
        P::ContactBlocked => t_string!(i18n, delivery.contact_blocked),
        P::CountryNotAllowed => t_string!(i18n, delivery.country_not_allowed),
        P::NotInTestList => t_string!(i18n, delivery.not_in_test_list),
        P::UnsupportedType => t_string!(i18n, delivery.unsupported_type),
        P::MediaRefused => t_string!(i18n, delivery.media_refused),
        P::MediaUnavailable => t_string!(i18n, delivery.media_unavailable),
        P::TemplateParameters => t_string!(i18n, delivery.template_parameters),
        P::TemplateMissing => t_string!(i18n, delivery.template_missing),
        P::TemplatePaused => t_string!(i18n, delivery.template_paused),
        P::TemplateDisabled => t_string!(i18n, delivery.template_disabled),
        P::ContentPolicy => t_string!(i18n, delivery.content_policy),
        P::TooLong => t_string!(i18n, delivery.too_long),
        P::BadParameter => t_string!(i18n, delivery.bad_parameter),
        P::Uncertain => t_string!(i18n, delivery.uncertain),
        P::ChannelDown => t_string!(i18n, delivery.channel_down),
        P::Unknown => t_string!(i18n, delivery.unknown),
    }
    .to_string()
}

/// The sentence, and the network's code and words in a disclosure when there are any (ER-1).
#[component]
pub fn DeliveryFault(problem: Problem) -> impl IntoView {
    let i18n = use_i18n();
    let raw = match (problem.code, problem.detail.trim()) {
        (None, "") => None,
        (code, detail) => Some((code, detail.to_owned())),
    };
    let reason = problem.clone();
    view! {
        <div class="delivery-fault">
            <span>{move || say(i18n, &reason)}</span>
            {raw.map(|(code, detail)| view! {
                <details>
                    <summary>{t!(i18n, common.word.details)}</summary>
                    {code.map(|code| view! { <code>{move || t_string!(i18n, common.word.code, code = code).to_string()}</code> })}
                    " "
                    <span dir="auto">{detail}</span>
                </details>
            })}
        </div>
    }
}
