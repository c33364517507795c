//! My passkeys (AC-7).

use crate::api::passkey::{add_passkey, begin_passkey, my_passkeys, remove_passkey, rename_passkey};
use crate::fault;
use crate::i18n::*;
use crate::part::*;
use crate::session;
use crate::webauthn::{self, No};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use model::{Check, Fault, Passkey, PasskeyDraft, PasskeyId, Passkeys, Wrong, limit};

/// The field of a key's name: another form of the page has one called `name`.
const FIELD: &str = "key_name";

/// The list, and the ways to add, rename and remove.
#[component]
pub(super) fn PasskeysCard() -> impl IntoView {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let fetched = Fetched::new(my_passkeys);
    // What an act answered is newer than what was fetched.
    let newer = RwSignal::new(None::<Passkeys>);
    let all = move || newer.get().map(Ok).or_else(|| fetched.get());
    let (adding, naming, removing) = (RwSignal::new(false), RwSignal::new(None::<Passkey>), RwSignal::new(None::<PasskeyId>));
    let (asking, removal) = (RwSignal::new(false), RwSignal::new(false));
    let ask = move |id: PasskeyId| {
        removing.set(Some(id));
        asking.set(true);
    };
    let remove = move |()| {
        let Some(id) = removing.get_untracked() else { return };
        removal.set(true);
        leptos::task::spawn_local(async move {
            let answer = remove_passkey(id).await;
            if removal.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(left) => {
                    newer.set(Some(left));
                    asking.set(false);
                    toasts.say(tu_string!(i18n, keys.passkey.removed).to_string());
                }
                Err(refused) => {
                    if !session::ended_by(&refused.0) {
                        toasts.fail(untrack(|| fault::say(i18n, &refused.0)));
                    }
                }
            }
        });
    };
    let why = Signal::derive(move || {
        let available = all().and_then(Result::ok).is_some_and(|k| k.available);
        if !available {
            Some(t_string!(i18n, keys.passkey.unavailable).to_string())
        } else if cfg!(feature = "browser") && !webauthn::is_here() {
            Some(t_string!(i18n, keys.passkey.unsupported).to_string())
        } else {
            None
        }
    });
    view! {
        <section class="card" aria-labelledby="passkeys-title">
            <h2 id="passkeys-title">{t!(i18n, keys.passkey.title)}</h2>
            <p class="field-hint">{t!(i18n, keys.passkey.lead)}</p>
            {move || match all() {
                None => view! { <SkeletonRows count=1/> }.into_any(),
                Some(Err(fault)) => view! { <Trouble fault retry=move |()| fetched.refetch()/> }.into_any(),
                Some(Ok(found)) if found.keys.is_empty() => view! { <p class="field-hint">{t!(i18n, keys.passkey.none)}</p> }.into_any(),
                Some(Ok(found)) => view! {
                    <ul class="logins">{found.keys.into_iter().map(|key| view! { <Row key naming ask/> }).collect_view()}</ul>
                }.into_any(),
            }}
            <Button icon="plus" why press=move |()| adding.set(true)>{t!(i18n, keys.passkey.add)}</Button>
            <AddDialog open=adding newer/>
            <NameDialog naming newer/>
            <Confirm open=asking danger=true busy=removal press=remove
                title=move || t_string!(i18n, keys.passkey.remove_title).to_string()
                text=move || t_string!(i18n, keys.passkey.remove_text).to_string()
                label=move || t_string!(i18n, keys.passkey.remove_act).to_string()/>
        </section>
    }
}

#[component]
fn Row(key: Passkey, naming: RwSignal<Option<Passkey>>, #[prop(into)] ask: Callback<PasskeyId>) -> impl IntoView {
    let i18n = use_i18n();
    let id = key.id;
    let (name, spoken, whole) = (key.name.clone(), key.name.clone(), key.clone());
    let rename = key.name.clone();
    view! {
        <li class="login">
            <span class="entry-icon"><Icon name="lock"/></span>
            <span class="entry-texts">
                <span class="entry-title">
                    <bdi>{name}</bdi>
                    {key.synced.then(|| view! { <Chip>{t!(i18n, keys.passkey.synced)}</Chip> })}
                </span>
                <span class="entry-text">
                    {t!(i18n, keys.passkey.created)}" "<Time at=key.created_at style=TimeStyle::Day/>" · "
                    {match key.last_used_at {
                        Some(at) => view! { {t!(i18n, keys.passkey.used)}" "<Time at style=TimeStyle::Ago/> }.into_any(),
                        None => view! { {t!(i18n, keys.passkey.never)} }.into_any(),
                    }}
                </span>
            </span>
            <IconButton small=true icon="pencil" press=move |()| naming.set(Some(whole.clone()))
                label=move || t_string!(i18n, keys.passkey.rename, name = rename.as_str()).to_string()/>
            <IconButton small=true icon="trash" press=move |()| ask.run(id)
                label=move || t_string!(i18n, keys.passkey.remove, name = spoken.as_str()).to_string()/>
        </li>
    }
}

/// Names the new one, then asks the device.
#[component]
fn AddDialog(open: RwSignal<bool>, newer: RwSignal<Option<Passkeys>>) -> impl IntoView {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let faults = Faults::apart();
    let (name, password) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let (busy, asks) = (RwSignal::new(false), RwSignal::new(false));
    let failed = RwSignal::new(None::<No>);
    let create = move || {
        faults.clear();
        failed.set(None);
        let typed = name.get_untracked();
        if let Err(fault) = Check::default().text(&typed, FIELD, limit::NAME_MAX).done() {
            return faults.take(&fault);
        }
        busy.set(true);
        leptos::task::spawn_local(async move {
            let made = async {
                let call = begin_passkey(password.get_untracked()).await.map_err(|refused| Ok::<Fault, No>(refused.0))?;
                let answer = webauthn::make(&call.options).await.map_err(Err::<Fault, No>)?;
                let draft = PasskeyDraft { token: call.token, answer, name: typed };
                add_passkey(draft).await.map_err(|refused| Ok::<Fault, No>(refused.0))
            };
            let made: Result<Passkeys, Result<Fault, No>> = made.await;
            if busy.try_set(false).is_some() {
                return;
            }
            match made {
                Ok(all) => {
                    newer.set(Some(all));
                    name.set(String::new());
                    password.set(String::new());
                    asks.set(false);
                    open.set(false);
                    toasts.say(tu_string!(i18n, keys.passkey.added).to_string());
                }
                Err(Err(no)) => failed.set(Some(no)),
                Err(Ok(fault)) => {
                    if let Fault::Invalid { fields } = &fault
                        && fields.iter().any(|f| f.field == "password")
                    {
                        // The first time the field only appears.
                        let first = !asks.get_untracked() && fields.iter().any(|f| f.wrong == Wrong::Required);
                        asks.set(true);
                        if first {
                            return;
                        }
                    }
                    faults.take(&fault);
                }
            }
        });
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if !busy.get_untracked() {
            create();
        }
    };
    let trouble = move || {
        let known = |no| match no {
            No::Known => t_string!(i18n, keys.passkey.known).to_string(),
            _ => t_string!(i18n, keys.passkey.failed).to_string(),
        };
        failed
            .get()
            .map(known)
            .or_else(|| faults.of("answer").map(|_| known(No::Refused)))
            .or_else(|| faults.other().map(|f| fault::say(i18n, &f)))
    };
    view! {
        <Dialog open locked=busy title=move || t_string!(i18n, keys.passkey.add_title).to_string()>
            {faults.lend()}
            <form class="form" method="post" novalidate on:submit=submit>
                <TextField name=FIELD max=120 value=name autofocus=true label=move || t_string!(i18n, keys.passkey.name).to_string()
                    hint=move || t_string!(i18n, keys.passkey.name_hint).to_string()/>
                <Show when=move || asks.get()>
                    <PasswordField name="password" value=password label=move || t_string!(i18n, keys.passkey.password).to_string()
                        hint=move || t_string!(i18n, keys.passkey.password_hint).to_string()/>
                </Show>
                {move || trouble().map(|text| view! { <p class="form-fault" role="alert">{text}</p> })}
                <div class="form-foot">
                    <Button kind=Kind::Primary submit=true busy>{t!(i18n, keys.passkey.create)}</Button>
                </div>
            </form>
        </Dialog>
    }
}

/// Another name for the one that is being named.
#[component]
fn NameDialog(naming: RwSignal<Option<Passkey>>, newer: RwSignal<Option<Passkeys>>) -> impl IntoView {
    let i18n = use_i18n();
    let faults = Faults::apart();
    let (open, busy, name) = (RwSignal::new(false), RwSignal::new(false), RwSignal::new(String::new()));
    effect(move || {
        if let Some(key) = naming.get() {
            name.set(key.name);
            faults.clear();
            open.set(true);
        }
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(id) = naming.get_untracked().map(|k| k.id).filter(|_| !busy.get_untracked()) else { return };
        let typed = name.get_untracked();
        if let Err(fault) = Check::default().text(&typed, FIELD, limit::NAME_MAX).done() {
            return faults.take(&fault);
        }
        busy.set(true);
        leptos::task::spawn_local(async move {
            let answer = rename_passkey(id, typed).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(all) => {
                    newer.set(Some(all));
                    open.set(false);
                }
                Err(refused) => faults.take(&refused.0),
            }
        });
    };
    view! {
        <Dialog open locked=busy title=move || t_string!(i18n, keys.passkey.rename_title).to_string() closed=move |()| naming.set(None)>
            {faults.lend()}
            <form class="form" method="post" novalidate on:submit=submit>
                <TextField name=FIELD max=120 value=name autofocus=true label=move || t_string!(i18n, keys.passkey.name).to_string()/>
                {move || faults.other().map(|f| view! { <p class="form-fault" role="alert">{fault::say(i18n, &f)}</p> })}
                <div class="form-foot">
                    <Button kind=Kind::Primary submit=true busy>{t!(i18n, keys.passkey.save)}</Button>
                </div>
            </form>
        </Dialog>
    }
}
