//! The people of a team in the order of turns: who is next (DI-2), and who is there for work (DI-3).

use super::member::People;
use super::team::is_in;
use crate::api::distribution::set_availability;
use crate::fault;
use crate::i18n::*;
use crate::live::use_store;
use crate::part::*;
use crate::status;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::A;
use model::{Availability, Member, TeamId};

/// The list; it follows what is stored.
#[component]
pub(super) fn TeamPeople(team: TeamId, rows: Signal<People>, changed: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let (store, times) = (use_store(), use_times());
    let people = Memo::new(move |_| {
        rows.with(|(members, ..)| {
            let mut people: Vec<Member> = members.iter().filter(|m| is_in(m, team)).cloned().collect();
            // In the order in which they became users.
            people.sort_by_key(|m| m.user_id);
            people
        })
    });
    let here = Memo::new(move |_| {
        rows.with(|(.., setup)| setup.as_ref().and_then(|s| s.teams.iter().find(|t| t.team_id == team).cloned()).filter(|t| t.rule.enabled))
    });
    let next = move || here.with(|h| h.as_ref().and_then(|h| h.next));
    view! {
        <section class="team-people">
            <h3 class="field-label">{t!(i18n, settings.teams.people)}</h3>
            <Show when=move || people.read().is_empty()><p class="field-hint">{t!(i18n, settings.teams.nobody)}</p></Show>
            <Show when=move || !people.read().is_empty()>
                <p class="field-hint">
                    {move || here.with(Option::is_some).then(|| view! { {t!(i18n, distribution.order)}" " })}
                    {t!(i18n, distribution.available_hint)}
                </p>
            </Show>
            <ul>
                <For each=move || people.get() key=|m| (m.user_id, m.name.clone(), m.photo.clone(), m.availability) let:member>
                    {
                        let id = member.user_id;
                        let (name, photo) = (member.name.clone(), photo_of(id, &member.photo));
                        view! {
                            <li>
                                <A href=format!("/settings/members/{id}") attr:class="person" attr:aria-description=move || status::say(i18n, times, &store.status(id))>
                                    <Avatar name=name.clone() id=id.0 photo size=AvatarSize::Small
                                        status=status::dot(store, id)/>
                                    <bdi>{name}</bdi>
                                </A>
                                {move || (next() == Some(id)).then(|| view! {
                                    <span class="team-next"><Icon name="arrow-left" small=true/>{t!(i18n, distribution.next)}</span>
                                })}
                                <Available member changed/>
                            </li>
                        }
                    }
                </For>
            </ul>
        </section>
    }
}

/// Whether a person is there for work; has effect at once, not with the form around it.
#[component]
fn Available(member: Member, changed: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let Member { user_id, name, availability, .. } = member;
    let (on, busy) = (RwSignal::new(availability == Availability::Available), RwSignal::new(false));
    let switch = move |event: web_sys::Event| {
        let wanted = event_target_checked(&event);
        on.set(wanted);
        busy.set(true);
        spawn_local(async move {
            let availability = if wanted { Availability::Available } else { Availability::Unavailable };
            let done = set_availability(user_id, availability).await;
            // The screen may be gone by now.
            if busy.try_set(false).is_some() {
                return;
            }
            match done {
                Ok(()) => changed.run(()),
                Err(refused) if crate::session::ended_by(&refused.0) => {}
                Err(refused) => {
                    on.set(!wanted);
                    toasts.fail(untrack(|| fault::say(i18n, &refused.0)));
                }
            }
        });
    };
    view! {
        <label class="check toggle team-available">
            <input type="checkbox" role="switch" prop:checked=move || on.get() disabled=move || busy.get() on:change=switch
                aria-label=move || t_string!(i18n, distribution.available_of, name = name.as_str()).to_string()/>
            <span class="check-text" aria-hidden="true">{t!(i18n, distribution.available)}</span>
        </label>
    }
}
