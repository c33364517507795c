//! What contacts see of the company on a channel (PR-4): read from the network when somebody asks for it, and changed there.

use super::list::when_here;
use crate::api::settings::{channel_profile, save_channel_profile};
use crate::i18n::*;
use crate::part::*;
use crate::screen::photo::{Crop, CropButtons, Photo, PhotoButtons};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_i18n::I18nContext;
use model::{BusinessProfile, ChannelId, Fault, Vertical, Wrong};

/// Below the channel's own form. It is opened by hand: every look asks the network.
#[component]
pub(super) fn PublicProfile(id: ChannelId) -> impl IntoView {
    let i18n = use_i18n();
    let open = RwSignal::new(false);
    view! {
        <section class="form" aria-labelledby="public-profile">
            <h2 id="public-profile">{t!(i18n, company.profile.title)}</h2>
            <p class="field-hint">{t!(i18n, company.profile.lead)}</p>
            {move || if open.get() {
                view! { <Asked id/> }.into_any()
            } else {
                view! { <div><Button icon="contact" press=move |()| open.set(true)>{t!(i18n, company.profile.open)}</Button></div> }.into_any()
            }}
        </section>
    }
}

#[component]
fn Asked(id: ChannelId) -> impl IntoView {
    let stored = Fetched::new(move || async move { channel_profile(id).await.map(Some) });
    when_here(stored, move |profile| {
        profile.get_untracked().map(|profile| view! { <Face id profile=profile.clone()/><ProfileForm id profile/> }).into_any()
    })
}

/// The photo, and the name that only the network changes.
#[component]
fn Face(id: ChannelId, profile: BusinessProfile) -> impl IntoView {
    let i18n = use_i18n();
    let mark = RwSignal::new(profile.photo);
    let name = Signal::stored(profile.name);
    let number = Signal::stored(id.0);
    let photo = Signal::derive(move || {
        let mark = mark.get();
        if mark.is_empty() { String::new() } else { format!("/photo/channel/{id}?v={mark}") }
    });
    let new = Photo::begin();
    let send = move |()| {
        new.send(format!("/photo/channel/{id}"), move |now| {
            let _ = mark.try_set(now);
        })
    };
    let called = move || match name.get() {
        name if name.is_empty() => t_string!(i18n, company.profile.unnamed).to_string(),
        name => name,
    };
    view! {
        <div class="profile-you">
            <Avatar name id=number photo size=AvatarSize::Large/>
            <div class="profile-texts">
                <p>{t!(i18n, company.profile.name)}</p>
                <strong><bdi>{called}</bdi></strong>
            </div>
            // The network keeps the last photo: there is no way to take it away.
            <PhotoButtons photo=new has=Signal::stored(false) remove=|()| ()/>
        </div>
        <p class="field-hint">{t!(i18n, company.profile.photo_hint)}</p>
        <p class="field-hint">{t!(i18n, company.profile.name_hint)}</p>
        <Dialog open=new.cutting locked=new.busy title=move || t_string!(i18n, photo.crop).to_string() footer=move || view! {
            <CropButtons photo=new cancel=move |()| new.cutting.set(false) send/>
        }.into_any()>
            <Crop photo=new/>
        </Dialog>
    }
}

#[component]
fn ProfileForm(id: ChannelId, profile: BusinessProfile) -> impl IntoView {
    let i18n = use_i18n();
    // What was read: only what differs from it is sent.
    let base = StoredValue::new(profile.clone());
    let website = |place: usize| RwSignal::new(profile.websites.get(place).cloned().unwrap_or_default());
    let (first, second) = (website(0), website(1));
    let vertical = RwSignal::new(profile.vertical.word().to_owned());
    let (about, description) = (RwSignal::new(profile.about), RwSignal::new(profile.description));
    let (address, email) = (RwSignal::new(profile.address), RwSignal::new(profile.email));
    let form = Form::new(move || BusinessProfile {
        about: about.get(),
        description: description.get(),
        address: address.get(),
        email: email.get(),
        websites: vec![first.get(), second.get()],
        vertical: vertical.get().parse().unwrap_or_default(),
        ..BusinessProfile::default()
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        form.save(
            move |now: &BusinessProfile| base.with_value(|base| now.changes(base).check()),
            move |now: BusinessProfile| save_channel_profile(id, base.with_value(|base| now.changes(base))),
            move |saved: BusinessProfile| base.set_value(saved),
        );
    };
    let is_refused = move |name: &str| form.faults().of(name) == Some(Wrong::NotAllowed);
    let refused =
        move |name: &'static str| Signal::derive(move || is_refused(name).then(|| t_string!(i18n, company.profile.refused).to_string()));
    let no_website = move |name: &'static str| {
        Signal::derive(move || is_refused(name).then(|| t_string!(i18n, company.profile.website_wrong).to_string()))
    };
    let verticals =
        Signal::derive(move || Vertical::ALL.iter().map(|v| Choice::new(v.word(), vertical_name(i18n, *v))).collect::<Vec<_>>());
    // What to do about it, above what went wrong.
    let advice = move || {
        let text = match form.faults().other()? {
            Fault::ChannelDown => t_string!(i18n, company.profile.down),
            Fault::Unavailable => t_string!(i18n, company.profile.later),
            Fault::Invalid { .. } => t_string!(i18n, company.profile.invalid),
            _ => return None,
        };
        Some(view! { <p class="field-hint">{text.to_string()}</p> })
    };
    view! {
        <form class="form" method="post" novalidate on:submit=submit>
            <TextField name="about" max=139 value=about fault=refused("about") label=move || t_string!(i18n, company.profile.about).to_string()
                hint=move || t_string!(i18n, company.profile.about_hint).to_string()/>
            <TextArea name="description" rows=4 max=512 optional=true value=description fault=refused("description")
                label=move || t_string!(i18n, company.profile.description).to_string()/>
            <div class="form-pair">
                <Select name="vertical" value=vertical choices=verticals fault=refused("vertical")
                    label=move || t_string!(i18n, company.profile.vertical).to_string()/>
                <TextField name="email" kind="email" max=128 optional=true value=email fault=refused("email")
                    label=move || t_string!(i18n, company.profile.email).to_string()/>
            </div>
            <TextField name="address" max=256 optional=true value=address fault=refused("address")
                label=move || t_string!(i18n, company.profile.address).to_string()/>
            <div class="form-pair">
                <TextField name="website_1" kind="url" max=256 optional=true value=first fault=no_website("website_1")
                    placeholder="https://" label=move || t_string!(i18n, company.profile.website_1).to_string()
                    hint=move || t_string!(i18n, company.profile.website_hint).to_string()/>
                <TextField name="website_2" kind="url" max=256 optional=true value=second fault=no_website("website_2")
                    placeholder="https://" label=move || t_string!(i18n, company.profile.website_2).to_string()/>
            </div>
            {advice}
            <FormFoot form/>
        </form>
    }
}

/// The name of what a company does.
fn vertical_name(i18n: I18nContext<Locale>, vertical: Vertical) -> String {
    match vertical {
        Vertical::Undefined => t_string!(i18n, company.vertical.undefined),
        Vertical::Other => t_string!(i18n, company.vertical.other),
        Vertical::Auto => t_string!(i18n, company.vertical.auto),
        Vertical::Beauty => t_string!(i18n, company.vertical.beauty),
        Vertical::Apparel => t_string!(i18n, company.vertical.apparel),
        Vertical::Edu => t_string!(i18n, company.vertical.edu),
        Vertical::Entertain => t_string!(i18n, company.vertical.entertain),
        Vertical::EventPlan => t_string!(i18n, company.vertical.event_plan),
        Vertical::Finance => t_string!(i18n, company.vertical.finance),
        Vertical::Grocery => t_string!(i18n, company.vertical.grocery),
        Vertical::Govt => t_string!(i18n, company.vertical.govt),
        Vertical::Hotel => t_string!(i18n, company.vertical.hotel),
        Vertical::Health => t_string!(i18n, company.vertical.health),
        Vertical::Nonprofit => t_string!(i18n, company.vertical.nonprofit),
        Vertical::ProfServices => t_string!(i18n, company.vertical.prof_services),
        Vertical::Retail => t_string!(i18n, company.vertical.retail),
        Vertical::Travel => t_string!(i18n, company.vertical.travel),
        Vertical::Restaurant => t_string!(i18n, company.vertical.restaurant),
        Vertical::NotABiz => t_string!(i18n, company.vertical.not_a_biz),
    }
    .to_string()
}
