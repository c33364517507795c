//! My second factor (AC-7): setting it up, recovery codes, going back to one; and my password.

use super::tongue;
use crate::api::door::{begin_factor, change_password, confirm_factor, end_factor, factor_state, new_recovery_codes};
use crate::i18n::*;
use crate::part::*;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::{Check, FactorSetup, SecondFactor, Wrong};

/// The picture for the app, its first figures, then the recovery codes, which are shown this once.
#[component]
pub(super) fn SetUpFactor(#[prop(into)] done: Callback<()>) -> impl IntoView {
    let setup = Fetched::new(begin_factor);
    let codes = RwSignal::new(None::<Vec<String>>);
    move || match (codes.get(), setup.get()) {
        (Some(codes), _) => view! { <Recovery codes done/> }.into_any(),
        (_, None) => view! { <SkeletonRows count=2/> }.into_any(),
        (_, Some(Ok(setup))) => view! { <Confirm setup confirmed=move |c| codes.set(Some(c))/> }.into_any(),
        (_, Some(Err(fault))) => view! { <Trouble fault retry=move |()| setup.refetch()/> }.into_any(),
    }
}

#[component]
fn Confirm(setup: FactorSetup, #[prop(into)] confirmed: Callback<Vec<String>>) -> impl IntoView {
    let i18n = use_i18n();
    let code = RwSignal::new(String::new());
    let form = Form::new(move || code.get());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        form.save(
            |code| Check::default().that(!code.is_empty(), "code", Wrong::Required).done(),
            confirm_factor,
            move |codes| {
                form.keep();
                confirmed.run(codes);
            },
        );
    };
    let secret = setup.secret.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ");
    view! {
        <form class="form" method="post" novalidate on:submit=submit>
            <p>{t!(i18n, door.factor.scan)}</p>
            <svg class="factor-picture" role="img" aria-label=move || t_string!(i18n, door.factor.picture).to_string()
                viewBox=format!("0 0 {0} {0}", setup.side) shape-rendering="crispEdges">
                <path d=setup.picture></path>
            </svg>
            <CopyField name="secret" value=Signal::stored(secret) label=move || t_string!(i18n, door.factor.secret).to_string()/>
            <TextField name="code" value=code code=true max=10 autocomplete="one-time-code"
                label=move || t_string!(i18n, door.factor.first).to_string()/>
            <FormFoot form fresh=true label=move || t_string!(i18n, door.factor.confirm).to_string()/>
        </form>
    }
}

#[component]
fn Recovery(codes: Vec<String>, #[prop(into)] done: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <div class="form" role="status">
            <p>{t!(i18n, door.factor.recovery)}</p>
            <CopyField name="recovery" long=true value=Signal::stored(codes.join("\n")) label=move || t_string!(i18n, door.factor.codes).to_string()/>
            <Button kind=Kind::Primary press=move |()| done.run(())>{t!(i18n, door.factor.kept)}</Button>
        </div>
    }
}

/// The part of the profile.
#[component]
pub fn SecurityCard() -> impl IntoView {
    let i18n = use_i18n();
    let state = Fetched::new(factor_state);
    view! {
        <section class="card" id="security">
            <h2>{t!(i18n, door.security.title)}</h2>
            <h3>{t!(i18n, door.security.factor)}</h3>
            {move || match state.get() {
                None => view! { <SkeletonRows count=1/> }.into_any(),
                Some(Ok(now)) => view! { <Factor now changed=move |()| state.refetch()/> }.into_any(),
                Some(Err(fault)) => view! { <Trouble fault retry=move |()| state.refetch()/> }.into_any(),
            }}
            <h3>{t!(i18n, door.security.password)}</h3>
            <NewPassword/>
        </section>
    }
}

#[component]
fn Factor(now: SecondFactor, #[prop(into)] changed: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let setting_up = RwSignal::new(false);
    if !now.on {
        return (move || match setting_up.get() {
            true => view! { <SetUpFactor done=move |()| changed.run(())/> }.into_any(),
            false => view! {
                <p class="field-hint">{t!(i18n, door.security.off)}</p>
                <Button icon="lock" press=move |()| setting_up.set(true)>{t!(i18n, door.security.set_up)}</Button>
            }
            .into_any(),
        })
        .into_any();
    }
    let faults = Faults::provide();
    let (code, busy, codes) = (RwSignal::new(String::new()), RwSignal::new(false), RwSignal::new(None::<Vec<String>>));
    let renew = move |()| {
        faults.clear();
        busy.set(true);
        spawn_local(async move {
            let answer = new_recovery_codes(code.get_untracked()).await;
            busy.set(false);
            match answer {
                Ok(new) => codes.set(Some(new)),
                Err(refused) => faults.take(&refused.0),
            }
        });
    };
    let end = move |()| {
        faults.clear();
        busy.set(true);
        spawn_local(async move {
            let answer = end_factor(code.get_untracked()).await;
            busy.set(false);
            match answer {
                Ok(()) => changed.run(()),
                Err(refused) => faults.take(&refused.0),
            }
        });
    };
    let why = Signal::derive(move || now.required.then(|| t_string!(i18n, door.security.required).to_string()));
    (move || match codes.get() {
        Some(codes) => view! { <Recovery codes done=move |()| changed.run(())/> }.into_any(),
        None => view! {
            <div class="form">
                <p>
                    <Chip tone=Tone::Success>{t!(i18n, door.security.on)}</Chip>" "
                    {t!(i18n, door.security.left, count = move || now.recovery_left)}
                </p>
                <TextField name="code" value=code code=true max=40 autocomplete="one-time-code"
                    label=move || t_string!(i18n, door.second.label).to_string() hint=move || t_string!(i18n, door.security.code_hint).to_string()/>
                {move || faults.other().map(|f| crate::fault::view(i18n, &f))}
                <div class="form-foot">
                    <Button busy press=renew>{t!(i18n, door.security.renew)}</Button>
                    <Button kind=Kind::Danger busy why press=end>{t!(i18n, door.security.end)}</Button>
                </div>
            </div>
        }
        .into_any(),
    })
    .into_any()
}

#[component]
fn NewPassword() -> impl IntoView {
    let i18n = use_i18n();
    let (old, new) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let form = Form::new(move || (old.get(), new.get()));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        form.save(
            |(old, new)| Check::default().that(!old.is_empty(), "old", Wrong::Required).password(new, "new").done(),
            move |(old, new)| change_password(old, new, tongue(i18n)),
            move |()| {
                old.set(String::new());
                new.set(String::new());
                form.keep();
            },
        );
    };
    view! {
        <form class="form" method="post" novalidate on:submit=submit>
            <div class="form-pair">
                <PasswordField name="old" value=old label=move || t_string!(i18n, door.security.old).to_string()/>
                <PasswordField name="new" autocomplete="new-password" strength=true value=new
                    label=move || t_string!(i18n, door.security.new).to_string() hint=move || t_string!(i18n, auth.setup.password_hint).to_string()/>
            </div>
            <FormFoot form/>
        </form>
    }
}
