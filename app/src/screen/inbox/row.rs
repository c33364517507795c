//! One conversation in the list, on two lines, and what of it deserves a chip.

use super::layout::use_panes;
use super::wait::{WaitChip, Waits, waits};
use crate::i18n::*;
use crate::live::use_store;
use crate::part::*;
use crate::sla;
use leptos::prelude::*;
use leptos_i18n::I18nContext;
use model::{
    Conversation, ConversationStatus, Direction, MessageKind, MessageStatus, Millis, Preview, Priority, SlaMark, Tab, Tag as ContactTag,
    Window, window_left,
};
use std::sync::Arc;

const MINUTE: Millis = 60_000;
/// From here on a waiting contact is shown in amber …
const WAIT_WARN: Millis = 10 * MINUTE;
/// … and from here on in red.
const WAIT_ALARM: Millis = 30 * MINUTE;
/// Less than this of the window is worth a chip; in seconds.
const WINDOW_WARN: i64 = 3600;

/// How pressing a contact's wait is; none while it is not worth a word.
pub fn wait_tone(waited: Millis) -> Option<Tone> {
    match waited {
        ..MINUTE => None,
        MINUTE..WAIT_WARN => Some(Tone::Neutral),
        WAIT_WARN..WAIT_ALARM => Some(Tone::Warning),
        _ => Some(Tone::Danger),
    }
}

/// The icon and word of a kind of message whose text says nothing by itself.
pub fn kind_mark(i18n: I18nContext<Locale>, kind: MessageKind) -> Option<(&'static str, String)> {
    let (icon, word) = match kind {
        MessageKind::Text => return None,
        MessageKind::Image => ("image", t_string!(i18n, inbox.row.image)),
        MessageKind::Video => ("video", t_string!(i18n, inbox.row.video)),
        MessageKind::Audio => ("mic", t_string!(i18n, inbox.row.audio)),
        MessageKind::Document => ("file", t_string!(i18n, inbox.row.document)),
        MessageKind::Sticker => ("sticker", t_string!(i18n, inbox.row.sticker)),
        MessageKind::Contact => ("contact", t_string!(i18n, inbox.row.contact)),
        MessageKind::Location => ("location", t_string!(i18n, inbox.row.location)),
        MessageKind::Answer => ("reply", t_string!(i18n, inbox.row.answer)),
        MessageKind::Order => ("cart", t_string!(i18n, inbox.row.order)),
        MessageKind::Template => ("template", t_string!(i18n, inbox.row.template)),
        MessageKind::Unsupported => ("question", t_string!(i18n, inbox.row.unsupported)),
        MessageKind::Note => ("note", t_string!(i18n, inbox.row.note)),
        MessageKind::Transition => ("info", t_string!(i18n, inbox.row.transition)),
    };
    Some((icon, word.to_string()))
}

/// The name under which a contact is shown.
pub fn name_of(i18n: I18nContext<Locale>, name: &str, phone: Option<&str>) -> String {
    match (name.trim(), phone) {
        ("", Some(phone)) => model::text::phone_display(phone),
        ("", None) => t_string!(i18n, inbox.row.no_name).to_string(),
        (name, _) => name.to_owned(),
    }
}

/// Shows a name.
pub type Naming = Arc<dyn Fn(String) -> AnyView + Send + Sync>;

/// A row's content; the link around it belongs to the list that shows it.
#[component]
pub fn RowContent(
    row: RwSignal<Conversation>,
    /// Where it is shown: decides which chips tell something.
    #[prop(into)]
    tab: Signal<Option<Tab>>,
    /// How a search shows the name; plain without it.
    #[prop(optional)]
    named: Option<Naming>,
) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let panes = use_panes();
    let name = Memo::new(move |_| row.with(|r| name_of(i18n, &r.contact_name, r.contact_phone.as_deref())));
    let avatar_id = Memo::new(move |_| row.with(|r| r.contact_id.0));
    let photo = Signal::derive(move || row.with(|r| contact_photo(r.contact_id, &r.contact_photo)));
    let kind = Memo::new(move |_| store.channel(row.with(|r| r.channel_id)).map(|c| c.kind));
    let at = Memo::new(move |_| row.with(|r| r.last_at));
    let unread = Memo::new(move |_| row.with(|r| r.unread));
    let unread_words = Signal::derive(move || t_string!(i18n, inbox.row.unread, count = unread.get()).to_string());
    let preview = Memo::new(move |_| row.with(|r| r.preview.clone()));
    let draft = Memo::new(move |_| {
        let id = row.with(|r| r.id);
        // What is open is visible in its composer.
        if panes.open.get() == Some(id) || !store.has_draft(id) { None } else { Some(store.draft(id).get()) }
    });
    view! {
        <Avatar name id=avatar_id photo channel=Signal::derive(move || kind.get())/>
        <span class="row-text">
            <span class="row-top">
                <bdi class="row-name" class:unread=move || { unread.get() > 0 }>{move || match &named {
                    Some(named) => named(name.get()),
                    None => name.get().into_any(),
                }}</bdi>
                <Time at style=TimeStyle::List/>
            </span>
            <span class="row-bottom">
                {move || match draft.get() {
                    Some(draft) => view! {
                        <span class="row-preview row-draft">
                            <em>{t!(i18n, inbox.row.draft)}</em>" "<bdi>{draft}</bdi>
                        </span>
                    }.into_any(),
                    None => preview.with(|p| preview_line(i18n, p)),
                }}
                <Badge count=unread tone=Tone::Accent label=unread_words/>
            </span>
            <Chips row tab/>
        </span>
    }
}

/// Who wrote last, how far it came, and what.
fn preview_line(i18n: I18nContext<Locale>, preview: &Preview) -> AnyView {
    let store = use_store();
    let author = (preview.direction == Direction::Out)
        .then(|| {
            preview.author_id.map(|id| {
                if store.my_id() == Some(id) { t_string!(i18n, inbox.row.you).to_string() } else { first_name(&store.member_name(id)) }
            })
        })
        .flatten()
        .filter(|name| !name.is_empty());
    let is_note = preview.kind == MessageKind::Note;
    let tick = (preview.direction == Direction::Out && !is_note).then(|| tick(i18n, preview.status)).flatten();
    let mark = kind_mark(i18n, preview.kind);
    let text = match (&mark, preview.text.trim()) {
        (Some((_, word)), "") => word.clone(),
        (None, "") => t_string!(i18n, inbox.row.empty).to_string(),
        (_, text) => text.to_owned(),
    };
    view! {
        <span class="row-preview" class:row-note=is_note>
            {tick.map(|(icon, class, word)| view! {
                <span class=class><Icon name=icon small=true/><span class="visually-hidden">{word}</span></span>
            })}
            {author.map(|name| view! { <span class="row-author"><bdi>{name}</bdi>": "</span> })}
            {mark.map(|(icon, _)| view! { <Icon name=icon small=true/> })}
            <bdi>{text}</bdi>
        </span>
    }
    .into_any()
}

/// A delivery tick: icon, class, word.
fn tick(i18n: I18nContext<Locale>, status: MessageStatus) -> Option<(&'static str, &'static str, String)> {
    let (icon, class, word) = match status {
        MessageStatus::WaitReply => ("hourglass", "tick", t_string!(i18n, inbox.row.status_waiting)),
        MessageStatus::Queued => ("clock", "tick", t_string!(i18n, inbox.row.status_queued)),
        MessageStatus::Sent => ("check", "tick", t_string!(i18n, inbox.row.status_sent)),
        MessageStatus::Delivered => ("check-double", "tick", t_string!(i18n, inbox.row.status_delivered)),
        MessageStatus::Read | MessageStatus::Played => ("check-double", "tick read", t_string!(i18n, inbox.row.status_read)),
        MessageStatus::Failed => ("alert", "tick failed", t_string!(i18n, inbox.row.status_failed)),
        MessageStatus::Received | MessageStatus::Deleted => return None,
    };
    Some((icon, class, word.to_string()))
}

fn first_name(name: &str) -> String {
    name.split_whitespace().next().unwrap_or_default().to_owned()
}

/// What the chips say, as plain facts.
#[derive(Clone, Debug, Default, PartialEq)]
struct Facts {
    waits: Option<Waits>,
    assignee: Option<String>,
    team: Option<String>,
    /// Waited so many minutes, since then.
    wait: Option<(Millis, Millis, Tone)>,
    window: Option<Windowed>,
    /// Out of its assignee's list until then.
    snoozed: Option<Millis>,
    priority: Priority,
    sla: Option<SlaMark>,
    tags: Vec<ContactTag>,
}

#[derive(Clone, Debug, PartialEq)]
enum Windowed {
    /// Closes in so many seconds, at that time.
    Closing(i64, Millis),
    Closed,
    Awaiting,
}

/// Small facts, each only when it says something.
#[component]
fn Chips(row: RwSignal<Conversation>, tab: Signal<Option<Tab>>) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let times = use_times();
    let facts = Memo::new(move |_| {
        row.with(|r| {
            let open = r.status.is_open();
            // Concluded ones do not change with time, and there are thousands of them.
            let now = if open { store.tick.get() } else { 0 };
            let served = matches!(tab.get(), Some(Tab::Others | Tab::Done) | None) && r.status != ConversationStatus::Pending;
            let several_teams = store.workspace.with(|w| w.as_ref().is_some_and(|w| w.teams.len() > 1));
            Facts {
                waits: waits(r),
                assignee: r.assignee_id.filter(|_| served).map(|id| first_name(&store.member_name(id))),
                team: (several_teams && r.status == ConversationStatus::Pending).then(|| store.team_name(r.team_id)),
                wait: r.waiting_since.filter(|_| open).and_then(|since| {
                    let waited = now - since;
                    // In whole minutes, so that a tick within one redraws nothing.
                    wait_tone(waited).map(|tone| (waited / MINUTE * MINUTE, since, tone))
                }),
                window: if open { windowed(r, store.window(r), now) } else { None },
                snoozed: r.snoozed_until,
                priority: r.priority,
                sla: r.sla,
                tags: r.contact_tags.iter().filter_map(|id| store.tag(*id)).collect(),
            }
        })
    });
    view! {
        {move || {
            let Facts { waits, assignee, team, wait, window, snoozed, priority, sla, tags } = facts.get();
            let pressing = sla::priority_tone(priority).filter(|_| priority > Priority::Normal);
            (waits.is_some() || assignee.is_some() || team.is_some() || wait.is_some() || window.is_some() || snoozed.is_some() || pressing.is_some() || sla.is_some() || !tags.is_empty()).then(|| view! {
                <span class="row-chips">
                    {waits.map(|waits| view! { <WaitChip waits/> })}
                    {pressing.map(|tone| view! { <Chip tone icon="flag">{sla::priority(i18n, priority)}</Chip> })}
                    {sla.map(|mark| {
                        let (tone, icon, text) = sla::mark(i18n, mark);
                        view! { <Chip tone icon>{text}</Chip> }
                    })}
                    {snoozed.map(|at| view! {
                        <Chip icon="calendar-clock">
                            {move || { let time = times.text(at, TimeStyle::Full); t_string!(i18n, working.snooze.chip, time = time.as_str()).to_string() }}
                        </Chip>
                    })}
                    {wait.map(|(waited, since, tone)| view! {
                        <Chip tone icon="clock" tip=Signal::derive(move || t_string!(i18n, inbox.row.waiting_tip, time = times.text(since, TimeStyle::Full)).to_string())>
                            {move || t_string!(i18n, inbox.row.waiting, time = times.span(waited)).to_string()}
                        </Chip>
                    })}
                    {window.map(|window| window_chip(i18n, times, &window))}
                    {assignee.map(|name| {
                        let tip = t_string!(i18n, inbox.row.served, name = name.clone()).to_string();
                        view! { <Chip icon="user" tip=tip><bdi>{name}</bdi></Chip> }
                    })}
                    {team.map(|name| {
                        let tip = t_string!(i18n, inbox.row.team, name = name.clone()).to_string();
                        view! { <Chip icon="team" tip=tip><bdi>{name}</bdi></Chip> }
                    })}
                    {tags.into_iter().map(|tag| view! { <TagMark tag/> }).collect_view()}
                </span>
            })
        }}
    }
}

fn windowed(row: &Conversation, window: Window, now: Millis) -> Option<Windowed> {
    match window {
        _ if row.awaiting_reply => Some(Windowed::Awaiting),
        Window::Active => {
            let left = window_left(row.window_expires_at, now).filter(|s| *s < WINDOW_WARN)?;
            Some(Windowed::Closing(left / 60 * 60, row.window_expires_at.unwrap_or(now) - model::limit::WINDOW_MARGIN_MILLIS))
        }
        Window::Expired | Window::NotStarted => Some(Windowed::Closed),
        Window::Unlimited => None,
    }
}

fn window_chip(i18n: I18nContext<Locale>, times: Times, window: &Windowed) -> AnyView {
    match *window {
        Windowed::Closing(left, until) => view! {
            <Chip tone=Tone::Warning icon="hourglass"
                tip=Signal::derive(move || t_string!(i18n, inbox.row.window_left_tip, time = times.text(until, TimeStyle::Clock)).to_string())>
                {move || t_string!(i18n, inbox.row.window_left, time = times.span(left.max(60) * 1000)).to_string()}
            </Chip>
        }
        .into_any(),
        Windowed::Closed => view! {
            <Chip icon="lock" tip=t_string!(i18n, inbox.row.window_closed_tip).to_string()>{t!(i18n, inbox.row.window_closed)}</Chip>
        }
        .into_any(),
        Windowed::Awaiting => view! {
            <Chip icon="hourglass" tip=t_string!(i18n, inbox.row.awaiting_tip).to_string()>{t!(i18n, inbox.row.awaiting)}</Chip>
        }
        .into_any(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ab_9_waiting_turns_amber_then_red() {
        assert_eq!(wait_tone(59_999), None);
        assert_eq!(wait_tone(MINUTE), Some(Tone::Neutral));
        assert_eq!(wait_tone(WAIT_WARN), Some(Tone::Warning));
        assert_eq!(wait_tone(WAIT_ALARM), Some(Tone::Danger));
    }
}
