//! My own name and e-mail (PR-1).

use crate::api::auth::save_profile;
use crate::i18n::*;
use crate::part::*;
use crate::session::use_session;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use model::ProfileDraft;

/// Name, nickname and e-mail; another e-mail asks for the password.
#[component]
pub(super) fn AboutMe() -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let text = |read: fn(&model::Me) -> &String| RwSignal::new(untrack(|| session.with(|me| read(me).clone())));
    let (name, nickname, email) = (text(|m| &m.name), text(|m| &m.nickname), text(|m| &m.email));
    let password = RwSignal::new(String::new());
    let form = Form::new(move || ProfileDraft { name: name.get(), nickname: nickname.get(), email: email.get(), password: password.get() });
    let other_email = Memo::new(move |_| session.with(|me| me.email.clone()) != email.get().trim().to_lowercase());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        form.save(ProfileDraft::check, save_profile, move |()| {
            session.change(|me| {
                me.name = name.get_untracked().trim().to_owned();
                me.nickname = nickname.get_untracked().trim().to_owned();
                me.email = email.get_untracked().trim().to_lowercase();
            });
            password.set(String::new());
            form.keep();
        });
    };
    view! {
        <section class="card">
            <h2>{t!(i18n, alert.me.edit)}</h2>
            <form class="form" method="post" novalidate on:submit=submit>
                <div class="form-pair">
                    <TextField name="name" value=name label=move || t_string!(i18n, alert.me.name).to_string()/>
                    <TextField name="nickname" value=nickname optional=true label=move || t_string!(i18n, alert.me.nickname).to_string()
                        hint=move || t_string!(i18n, alert.me.nickname_hint).to_string()/>
                </div>
                <div class="form-pair">
                    <TextField name="email" kind="email" value=email label=move || t_string!(i18n, alert.me.email).to_string()/>
                    <Show when=move || other_email.get()>
                        <PasswordField name="password" value=password label=move || t_string!(i18n, alert.me.password).to_string()
                            hint=move || t_string!(i18n, alert.me.password_hint).to_string()/>
                    </Show>
                </div>
                <FormFoot form/>
            </form>
        </section>
    }
}
