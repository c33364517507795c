//! Joining by an invitation (US-1).

use super::code::Second;
use super::door::Door;
use crate::api::door::{join, see_invitation};
use crate::i18n::*;
use crate::part::*;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use model::{Fault, InvitationSeen, JoinDraft};

/// What the link of an invitation opens.
#[component]
pub fn InviteScreen() -> impl IntoView {
    let i18n = use_i18n();
    let token = untrack(|| use_params_map().read().get("token").unwrap_or_default());
    let asked = token.clone();
    let seen = Fetched::new(move || see_invitation(asked.clone()));
    let lead = move || match seen.get() {
        Some(Ok(seen)) => t_string!(i18n, door.invite.lead, account = seen.account_name).to_string(),
        _ => String::new(),
    };
    let token = StoredValue::new(token);
    view! {
        <Title text=move || t_string!(i18n, door.invite.title).to_string()/>
        <Door title=move || t_string!(i18n, door.invite.title).to_string() lead>
            {move || match seen.get() {
                None => view! { <SkeletonRows count=2/> }.into_any(),
                Some(Ok(seen)) => view! { <Join token=token.get_value() seen/> }.into_any(),
                Some(Err(Fault::Missing)) => view! { <p class="form-fault" role="alert">{t!(i18n, door.invite.over)}</p> }.into_any(),
                Some(Err(fault)) => view! { <Trouble fault retry=move |()| seen.refetch()/> }.into_any(),
            }}
        </Door>
    }
}

#[component]
fn Join(token: String, seen: InvitationSeen) -> impl IntoView {
    let i18n = use_i18n();
    let faults = Faults::provide();
    let (known, token) = (seen.known, StoredValue::new(token));
    let email = StoredValue::new(seen.email.clone());
    let (name, nickname, phone, password) =
        (RwSignal::new(seen.name), RwSignal::new(String::new()), RwSignal::new(String::new()), RwSignal::new(String::new()));
    let (busy, ticket) = (RwSignal::new(false), RwSignal::new(None::<String>));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        faults.clear();
        let draft = JoinDraft {
            email: email.get_value(),
            name: name.get_untracked(),
            nickname: nickname.get_untracked(),
            phone: phone.get_untracked(),
            password: password.get_untracked(),
        };
        if let Err(fault) = draft.check(known) {
            return faults.take(&fault);
        }
        busy.set(true);
        spawn_local(async move {
            let second = Callback::new(move |t| ticket.set(Some(t)));
            let answer = join(token.get_value(), draft).await;
            busy.set(super::answered(answer, faults, second, || "/inbox".to_owned()));
        });
    };
    move || {
        match ticket.get() {
        Some(ticket) => {
            let next = Callback::new(|()| "/inbox".to_owned());
            view! { <Second ticket next over=move |()| crate::session::go("/login")/> }.into_any()
        }
        None => view! {
            <form class="form" method="post" novalidate on:submit=submit>
                <p class="field-label">{t!(i18n, auth.login.email)}</p>
                <p class="door-email"><bdi>{email.get_value()}</bdi></p>
                {known.then(|| view! { <p>{t!(i18n, door.invite.known)}</p> })}
                {(!known).then(|| view! {
                    <TextField name="name" autocomplete="name" max=120 value=name label=move || t_string!(i18n, auth.setup.name).to_string()/>
                    <TextField name="nickname" max=120 optional=true value=nickname label=move || t_string!(i18n, alert.me.nickname).to_string()
                        hint=move || t_string!(i18n, alert.me.nickname_hint).to_string()/>
                    <TextField name="phone" kind="tel" autocomplete="tel" max=40 optional=true value=phone
                        label=move || t_string!(i18n, door.invite.phone).to_string() hint=move || t_string!(i18n, door.invite.phone_hint).to_string()/>
                })}
                {if known {
                    view! { <PasswordField name="password" value=password label=move || t_string!(i18n, auth.login.password).to_string()/> }.into_any()
                } else {
                    view! {
                        <PasswordField name="password" autocomplete="new-password" strength=true value=password
                            label=move || t_string!(i18n, auth.setup.password).to_string() hint=move || t_string!(i18n, auth.setup.password_hint).to_string()/>
                    }.into_any()
                }}
                {move || faults.other().map(|f| view! { <p class="form-fault" role="alert">{crate::fault::say(i18n, &f)}</p> })}
                <Button kind=Kind::Primary submit=true busy>{t!(i18n, door.invite.submit)}</Button>
            </form>
        }
        .into_any(),
    }
    }
}
