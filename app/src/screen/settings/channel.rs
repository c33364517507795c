//! Channels of the account.

use super::channel_form::{ChannelEdit, KindChoice};
use super::list::{Entry, NothingOpen, Open, Split, use_entry, use_open, when_here};
use super::member::follow;
use crate::api::settings::{channel_forms, teams};
use crate::i18n::*;
use crate::part::*;
use leptos::prelude::*;
use leptos_i18n::I18nContext;
use leptos_meta::Title;
use leptos_router::components::A;
use model::{ChannelForm, ChannelKind, ChannelStatus, Team};

/// Channels and teams.
type Channels = (Vec<ChannelForm>, Vec<Team>);

/// All channels, and the form of the one that is open.
#[component]
pub fn ChannelsScreen() -> impl IntoView {
    let i18n = use_i18n();
    let open = use_open();
    let all = Fetched::new(|| async { Ok((channel_forms().await?, teams().await?)) });
    follow(all);
    let list = when_here(all, move |rows| view! { <ChannelList rows/> }.into_any());
    let form = when_here(all, move |rows| view! { <OpenChannel open rows changed=move |()| all.refetch()/> }.into_any());
    view! {
        <Title text=move || t_string!(i18n, settings.channels.title).to_string()/>
        <Split title=move || t_string!(i18n, settings.channels.title).to_string() lead=move || t_string!(i18n, settings.channels.lead).to_string()
            new=("/settings/channels/new", Signal::derive(move || t_string!(i18n, settings.channels.new).to_string()))
            home="/settings/channels" open list form/>
    }
}

/// The name of a channel's kind.
pub(super) fn kind_name(i18n: I18nContext<Locale>, kind: ChannelKind) -> String {
    match kind {
        ChannelKind::WhatsApp => t_string!(i18n, settings.channels.whatsapp),
        ChannelKind::WebChat => t_string!(i18n, settings.channels.webchat),
    }
    .to_string()
}

/// Icon of a channel's kind.
pub(super) fn kind_icon(kind: ChannelKind) -> &'static str {
    match kind {
        ChannelKind::WhatsApp => "whatsapp",
        ChannelKind::WebChat => "globe",
    }
}

/// Says whether the channel works.
#[component]
pub(super) fn StatusChip(status: ChannelStatus) -> impl IntoView {
    let i18n = use_i18n();
    let tone = match status {
        ChannelStatus::Connected => Tone::Success,
        ChannelStatus::Disconnected | ChannelStatus::TokenExpired => Tone::Danger,
        ChannelStatus::Removed => Tone::Neutral,
    };
    let text = move || match status {
        ChannelStatus::Connected => t_string!(i18n, settings.channels.connected).to_string(),
        ChannelStatus::Disconnected => t_string!(i18n, settings.channels.disconnected).to_string(),
        ChannelStatus::TokenExpired => t_string!(i18n, settings.channels.token_expired).to_string(),
        ChannelStatus::Removed => t_string!(i18n, settings.channels.removed).to_string(),
    };
    view! { <Chip tone>{text}</Chip> }
}

#[component]
fn ChannelList(rows: Signal<Channels>) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <Show when=move || rows.with(|(channels, _)| channels.is_empty())>
            <EmptyState icon="plug" title=move || t_string!(i18n, settings.channels.none).to_string()
                text=move || t_string!(i18n, settings.channels.none_text).to_string()/>
        </Show>
        <ul class="entries">
            <For each=move || rows.get().0 key=|f| (f.channel.id, f.channel.name.clone(), f.channel.display.clone(), f.channel.status) let:form>
                {
                    let channel = form.channel;
                    let kind = channel.kind;
                    view! {
                        <li>
                            <A href=format!("/settings/channels/{}", channel.id) attr:class="entry" scroll=false>
                                <span class="entry-icon"><Icon name=kind_icon(kind)/></span>
                                <span class="entry-texts">
                                    <span class="entry-title"><bdi>{channel.name.clone()}</bdi></span>
                                    <span class="entry-text">
                                        {move || kind_name(i18n, kind)}
                                        {(!channel.display.is_empty()).then(|| format!(" · {}", channel.display))}
                                    </span>
                                </span>
                                <StatusChip status=channel.status/>
                            </A>
                        </li>
                    }
                }
            </For>
        </ul>
    }
}

#[component]
fn OpenChannel(open: Memo<Open>, rows: Signal<Channels>, #[prop(into)] changed: Callback<()>) -> impl IntoView {
    let kind = RwSignal::new(None::<ChannelKind>);
    let entry = use_entry(open, move |id| rows.with(|(channels, _)| channels.iter().any(|c| c.channel.id.0 == id)));
    let teams = move || rows.with_untracked(|(_, teams)| teams.clone());
    move || match entry.get() {
        Entry::Nothing => view! { <NothingOpen icon="plug" missing=false/> }.into_any(),
        Entry::Unknown => view! { <NothingOpen icon="plug" missing=true/> }.into_any(),
        Entry::New => match kind.get() {
            None => view! { <KindChoice choose=move |k| kind.set(Some(k))/> }.into_any(),
            Some(chosen) => {
                let stored = Signal::stored(None);
                view! { <ChannelEdit stored kind=chosen teams=teams() changed back=move |()| kind.set(None)/> }.into_any()
            }
        },
        Entry::Known(id) => {
            kind.set(None);
            let stored = Signal::derive(move || rows.with(|(channels, _)| channels.iter().find(|c| c.channel.id.0 == id).cloned()));
            let kind = stored.with_untracked(|s| s.as_ref().map_or(ChannelKind::WebChat, |s| s.channel.kind));
            view! { <ChannelEdit stored kind teams=teams() changed back=|()| ()/> }.into_any()
        }
    }
}
