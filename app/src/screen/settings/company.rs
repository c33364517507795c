//! The company behind the account (CF-1), and who accepted the documents (CF-2).

use super::list::when_here;
use crate::api::company::{company, save_company};
use crate::i18n::*;
use crate::live::use_store;
use crate::part::*;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_i18n::I18nContext;
use leptos_meta::Title;
use model::{Company, CompanyKind, Role, UserId};

/// The page.
#[component]
pub fn CompanyScreen() -> impl IntoView {
    let i18n = use_i18n();
    let stored = Fetched::new(|| async { company().await.map(Some) });
    view! {
        <Title text=move || t_string!(i18n, company.title).to_string()/>
        <section class="settings-page">
            <header class="settings-head">
                <h2>{t!(i18n, company.title)}</h2>
                <p>{t!(i18n, company.lead)}</p>
            </header>
            {when_here(stored, |company| company.get_untracked().map(|company| view! { <CompanyForm company/> }).into_any())}
            <section class="card">
                <h3>{t!(i18n, company.terms.title)}</h3>
                <p class="field-hint">{t!(i18n, company.terms.lead)}</p>
                <p><a href="/terms" target="_blank" rel="noopener external">{t!(i18n, company.terms.page)}</a></p>
                <a class="button small plain" href="/terms.csv" download="terms.csv" rel="external">
                    <Icon name="download" small=true/><span>{t!(i18n, company.terms.log)}</span>
                </a>
            </section>
        </section>
    }
}

fn kind_name(i18n: I18nContext<Locale>, kind: CompanyKind) -> String {
    match kind {
        CompanyKind::Unknown => t_string!(i18n, company.kinds.unknown),
        CompanyKind::Individual => t_string!(i18n, company.kinds.individual),
        CompanyKind::Limited => t_string!(i18n, company.kinds.limited),
        CompanyKind::Corporation => t_string!(i18n, company.kinds.corporation),
        CompanyKind::Nonprofit => t_string!(i18n, company.kinds.nonprofit),
        CompanyKind::Public => t_string!(i18n, company.kinds.public),
        CompanyKind::Other => t_string!(i18n, company.kinds.other),
    }
    .to_string()
}

#[component]
fn CompanyForm(company: Company) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let kind = RwSignal::new(company.kind.word().to_owned());
    let responsible = RwSignal::new(company.responsible_id.map(|id| id.to_string()).unwrap_or_default());
    let (legal_name, cnpj) = (RwSignal::new(company.legal_name), RwSignal::new(company.cnpj));
    let (email, phone, address) = (RwSignal::new(company.email), RwSignal::new(company.phone), RwSignal::new(company.address));
    let form = Form::new(move || Company {
        kind: kind.get().parse().unwrap_or(CompanyKind::Unknown),
        legal_name: legal_name.get(),
        cnpj: cnpj.get(),
        responsible_id: responsible.get().parse::<UserId>().ok(),
        email: email.get(),
        phone: phone.get(),
        address: address.get(),
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        form.save(Company::check, save_company, |_| ());
    };
    let kinds = Signal::derive(move || CompanyKind::ALL.iter().map(|k| Choice::new(k.word(), kind_name(i18n, *k))).collect::<Vec<_>>());
    let admins = Signal::derive(move || {
        let admins = store.workspace.with(|w| {
            let admins = w.iter().flat_map(|w| &w.members).filter(|m| m.active && m.role == Role::Admin);
            admins.map(|m| Choice::new(m.user_id.to_string(), m.name.clone())).collect()
        });
        [vec![Choice::new("", t_string!(i18n, company.nobody))], admins].concat()
    });
    view! {
        <form class="form" method="post" novalidate on:submit=submit>
            <TextField name="legal_name" max=120 optional=true value=legal_name label=move || t_string!(i18n, company.legal_name).to_string()/>
            <div class="form-pair">
                <Select name="kind" value=kind choices=kinds label=move || t_string!(i18n, company.kind).to_string()/>
                <TextField name="cnpj" max=18 optional=true code=true value=cnpj label=move || t_string!(i18n, company.number).to_string()
                    hint=move || t_string!(i18n, company.number_hint).to_string()/>
            </div>
            <Select name="responsible_id" value=responsible choices=admins label=move || t_string!(i18n, company.responsible).to_string()
                hint=move || t_string!(i18n, company.responsible_hint).to_string()/>
            <div class="form-pair">
                <TextField name="email" kind="email" max=254 optional=true value=email label=move || t_string!(i18n, company.email).to_string()/>
                <TextField name="phone" kind="tel" max=30 optional=true value=phone label=move || t_string!(i18n, company.phone).to_string()/>
            </div>
            <TextArea name="address" max=500 optional=true value=address label=move || t_string!(i18n, company.address).to_string()/>
            <FormFoot form/>
        </form>
    }
}
