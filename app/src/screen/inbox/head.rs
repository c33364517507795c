//! The head of an open conversation: who, by which channel, how long the window stays open, and what can be done.

pub mod may;

use super::layout::use_panes;
use super::promise::{PriorityItems, SlaChips};
use super::snooze::{KeepItems, SnoozeChip};
use super::thread::BackButton;
use super::thread::pane::{Deed, Pane, Sheet, use_pane};
use super::wait::{WaitChip, waits};
use super::watch::{WatchChip, WatchItems};
use crate::i18n::*;
use crate::part::*;
use leptos::prelude::*;
use leptos_i18n::I18nContext;
use may::{Offer, Offers, Why};
use model::{Act, ConversationStatus, Window, text::phone_display, window_left};

/// Below this the countdown is amber, in seconds.
const SOON: i64 = 3600;

/// The head.
#[component]
pub fn Head() -> impl IntoView {
    let pane = use_pane();
    let known = Memo::new(move |_| pane.row.with(Option::is_some));
    view! {
        <header class="thread-head">
            <BackButton/>
            <Show when=move || known.get()>
                <Who/>
                <Actions/>
            </Show>
        </header>
    }
}

#[component]
fn Who() -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let panes = use_panes();
    let kind = Signal::derive(move || pane.channel().map(|c| c.kind));
    let waiting = Memo::new(move |_| pane.row.with(|r| r.as_ref().and_then(waits)));
    let number = move || match (pane.of(|c| c.contact_phone.clone()), pane.channel()) {
        (Some(phone), Some(channel)) => format!("{} · {}", phone_display(&phone), channel.name),
        (None, Some(channel)) => channel.name,
        (Some(phone), None) => phone_display(&phone),
        (None, None) => String::new(),
    };
    let protocol = move || {
        let number = pane.of(|c| c.protocol.clone());
        t_string!(i18n, inbox.thread.head.protocol, number = number.as_str()).to_string()
    };
    view! {
        <button type="button" class="thread-who" on:click=move |_| panes.toggle_panel()
            aria-expanded=move || if panes.panel_is_shown() { "true" } else { "false" }>
            <Avatar name=Signal::derive(move || pane.name()) id=Signal::derive(move || pane.of(|c| c.contact_id.0)) photo=Signal::derive(move || pane.photo()) channel=kind/>
            <span class="thread-names">
                <span class="thread-name" dir="auto">{move || pane.name()}</span>
                <Under number=Signal::derive(number)/>
            </span>
            <span class="visually-hidden">{t!(i18n, inbox.thread.key.panel)}</span>
        </button>
        <div class="thread-facts">
            <StatusChip/>
            {move || waiting.get().map(|waits| view! { <WaitChip waits/> })}
            <SlaChips/>
            <WindowChip/>
            <ClosedChip/>
            <SnoozeChip/>
            <WatchChip/>
            {move || pane.of(|c| c.paused).then(|| view! {
                <Chip icon="pause" tip=Signal::derive(move || t_string!(i18n, archive.paused).to_string())>{t!(i18n, archive.paused_chip)}</Chip>
            })}
            <button type="button" class="chip-button protocol" data-tip=move || t_string!(i18n, inbox.thread.head.copy).to_string() aria-label=move || format!("{}. {}", protocol(), t_string!(i18n, inbox.thread.head.copy))
                on:click=move |_| pane.copy_protocol()>
                {move || pane.of(|c| c.protocol.clone())}
                <Icon name="copy" small=true/>
            </button>
        </div>
    }
}

/// The line under the name: who looks or types, else channel and number.
#[component]
fn Under(number: Signal<String>) -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let typing: RwSignal<bool> = pane.store.contact_typing(pane.id).into();
    let present: RwSignal<Vec<model::Present>> = pane.store.presence(pane.id).into();
    let people = move || {
        present.with(|all| {
            let names = |writing: bool| -> Vec<String> {
                all.iter()
                    .filter(|p| p.writing == writing)
                    .map(|p| first_name(&pane.store.member_name(p.user_id)))
                    .filter(|n| !n.is_empty())
                    .collect()
            };
            let (writers, lookers) = (names(true), names(false));
            match (writers.len(), lookers.len()) {
                (0, 0) => None,
                (0, 1) => Some(t_string!(i18n, inbox.thread.head.looking, names = listed(i18n, &lookers)).to_string()),
                (0, _) => Some(t_string!(i18n, inbox.thread.head.looking_many, names = listed(i18n, &lookers)).to_string()),
                (1, _) => Some(t_string!(i18n, inbox.thread.head.writing, names = listed(i18n, &writers)).to_string()),
                _ => Some(t_string!(i18n, inbox.thread.head.writing_many, names = listed(i18n, &writers)).to_string()),
            }
        })
    };
    let writes = move || present.with(|all| all.iter().any(|p| p.writing));
    view! {
        <span class="thread-under" aria-live="polite">
            {move || if typing.get() {
                view! { <span class="thread-typing">{t!(i18n, inbox.thread.head.typing)}</span> }.into_any()
            } else if let Some(people) = people() {
                view! { <span class="thread-present" class:writing=writes><Icon name=Signal::derive(move || if writes() { "pencil" } else { "eye" }) small=true/>{people}</span> }.into_any()
            } else {
                view! { <span><bdi>{move || number.get()}</bdi></span> }.into_any()
            }}
        </span>
    }
}

fn first_name(name: &str) -> String {
    name.split_whitespace().next().unwrap_or_default().to_owned()
}

/// `Ana, Bia e Carla`.
pub fn listed(i18n: I18nContext<Locale>, names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => t_string!(i18n, inbox.thread.head.and, first = most.join(", "), last = last.as_str()).to_string(),
    }
}

#[component]
fn StatusChip() -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let tone = Signal::derive(move || match pane.row.with(|r| r.as_ref().map(|c| c.status)) {
        Some(ConversationStatus::Pending) => Tone::Accent,
        Some(ConversationStatus::InProgress) => Tone::Success,
        _ => Tone::Neutral,
    });
    let served = move || {
        let who = pane.of(|c| c.assignee_id).filter(|_| !pane.is_mine()).map(|id| pane.store.member_name(id)).filter(|n| !n.is_empty())?;
        Some(t_string!(i18n, inbox.thread.head.served_by, name = who.as_str()).to_string())
    };
    view! { <Chip tone tip=Signal::derive(move || served().unwrap_or_default())>{move || status_name(i18n, pane)}</Chip> }
}

/// The status in words.
pub fn status_name(i18n: I18nContext<Locale>, pane: Pane) -> String {
    match pane.row.with(|r| r.as_ref().map(|c| c.status)) {
        Some(ConversationStatus::Pending) => t_string!(i18n, inbox.thread.head.status_pending).to_string(),
        Some(ConversationStatus::InProgress) => t_string!(i18n, inbox.thread.head.status_in_progress).to_string(),
        Some(ConversationStatus::Completed) => t_string!(i18n, inbox.thread.head.status_completed).to_string(),
        None => String::new(),
    }
}

/// Says that the team is closed, while somebody still waits for an answer; nothing while it is open.
#[component]
fn ClosedChip() -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let times = use_times();
    let closed = Memo::new(move |_| {
        let team = pane.row.with(|r| r.as_ref().filter(|c| c.status.is_open()).map(|c| c.team_id))?;
        pane.store.opening(Some(team)).filter(|s| !s.open)
    });
    let tip = Signal::derive(move || t_string!(i18n, hours.chip.tip).to_string());
    let words = move || match closed.get()?.changes_at.map(|at| times.text(at, TimeStyle::Ahead)).filter(|t| !t.is_empty()) {
        Some(time) => Some(t_string!(i18n, hours.chip.closed_until, time = time).to_string()),
        None => Some(t_string!(i18n, hours.chip.closed).to_string()),
    };
    move || words().map(|text| view! { <Chip icon="moon" tip>{text}</Chip> })
}

/// The 24-hour window as a quiet countdown, amber in its last hour; nothing where there is none.
#[component]
fn WindowChip() -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let times = use_times();
    let window = Memo::new(move |_| pane.row.with(|r| r.as_ref().map(|c| pane.store.window(c))));
    let left = Memo::new(move |_| {
        pane.row.with(|r| window_left(r.as_ref()?.window_expires_at, pane.store.tick.get().max(pane.store.server_now())))
    });
    let tone = Signal::derive(move || match window.get() {
        Some(Window::Expired) => Tone::Warning,
        Some(Window::Active) if left.get().is_some_and(|s| s < SOON) => Tone::Warning,
        _ => Tone::Neutral,
    });
    let words = move || match window.get()? {
        Window::Unlimited => None,
        Window::NotStarted | Window::Expired if pane.of(|c| c.awaiting_reply) => {
            Some(t_string!(i18n, inbox.thread.head.awaiting).to_string())
        }
        Window::NotStarted => Some(t_string!(i18n, inbox.thread.head.window_none).to_string()),
        Window::Expired => Some(t_string!(i18n, inbox.thread.head.window_closed).to_string()),
        Window::Active => Some(times.span(left.get().unwrap_or(0) / 60 * 60_000)),
    };
    // The word before the countdown goes first when there is little room.
    let active = move || window.get() == Some(Window::Active);
    let tip = move || match window.get()? {
        Window::Unlimited => None,
        Window::NotStarted => Some(t_string!(i18n, inbox.thread.head.window_none_title).to_string()),
        Window::Expired => Some(t_string!(i18n, inbox.thread.head.window_closed_title).to_string()),
        Window::Active => {
            let end = times.text(pane.of(|c| c.window_expires_at)? - model::limit::WINDOW_MARGIN_MILLIS, TimeStyle::Full);
            Some(t_string!(i18n, inbox.thread.head.window_left_title, time = end.as_str()).to_string())
        }
    };
    move || {
        words().map(|text| {
            view! { <Chip tone icon="clock" tip=Signal::derive(move || tip().unwrap_or_default())>
                {move || active().then(|| view! { <span class="window-word">{t!(i18n, inbox.thread.head.window_word)}" "</span> })}
                {text}
            </Chip> }
        })
    }
}

/// Why an action is refused, in words.
pub fn say_why(i18n: I18nContext<Locale>, pane: Pane, why: Why) -> String {
    let team = pane.row.with(|r| r.as_ref().map(|c| c.team_id)).map(|id| pane.store.team_name(id)).unwrap_or_default();
    let name = pane.of(|c| c.assignee_id).map(|id| pane.store.member_name(id)).unwrap_or_default();
    match why {
        Why::NotYourTeam => t_string!(i18n, inbox.thread.why.not_your_team, team = team.as_str()).to_string(),
        Why::NotYours => t_string!(i18n, inbox.thread.why.not_yours, name = name.as_str(), team = team.as_str()).to_string(),
        Why::VisitorFirst => t_string!(i18n, inbox.thread.why.visitor_first).to_string(),
    }
}

/// What can be done; the one that makes sense now stands out.
#[component]
fn Actions() -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let panes = use_panes();
    let classifies = Memo::new(move |_| pane.closing().is_some_and(|c| c.classify));
    let may_skip = Memo::new(move |_| pane.may_skip_message());
    // Buttons are made anew only when what is offered changes, not with every message.
    let offers = pane.offers;
    let kind = move |o: &Offers, act: Act| if o.primary == act { Kind::Primary } else { Kind::Plain };
    let why = move |offer: Offer| Signal::derive(move || offer.why().map(|w| say_why(i18n, pane, w)));
    // In a narrow pane the buttons have no words: the tip says them, and the key.
    let other = |o: &Offers, act: Act, offer: Offer| offer.is_shown() && o.primary != act;
    let tip = |text: Signal<String>, id: CommandId| move || format!("{} ({})", text.get(), keys_text(id.keys()));
    view! {
        <div class="thread-actions">
            {move || offers.get().map(|o| {
                let assume = Signal::derive(move || if pane.of(|c| c.assignee_id).is_some() {
                    t_string!(i18n, inbox.thread.head.take_over).to_string()
                } else {
                    t_string!(i18n, inbox.thread.head.assume).to_string()
                });
                let (transfer, conclude, restart) = (
                    Signal::derive(move || t_string!(i18n, inbox.thread.head.transfer).to_string()),
                    Signal::derive(move || t_string!(i18n, inbox.thread.head.conclude).to_string()),
                    Signal::derive(move || t_string!(i18n, inbox.thread.head.restart).to_string()),
                );
                view! {
                    {o.assume.is_shown().then(|| view! {
                        <span class="act" class:main={o.primary == Act::Assume} data-tip=tip(assume, CommandId::Assume)>
                            <Button kind=kind(&o, Act::Assume) icon="assume" why=why(o.assume) label=assume
                                busy=Signal::derive(move || pane.doing.get() == Some(Deed::Assume)) press=move |()| pane.assume()>{move || assume.get()}</Button>
                        </span>
                    })}
                    {o.transfer.is_shown().then(|| view! {
                        <span class="act" class:main={o.primary == Act::Transfer} data-tip=tip(transfer, CommandId::Transfer)>
                            <Button kind=kind(&o, Act::Transfer) icon="transfer" why=why(o.transfer) label=transfer
                                press=move |()| pane.sheet.set(Some(Sheet::Transfer))>{move || transfer.get()}</Button>
                        </span>
                    })}
                    {o.restart.is_shown().then(|| view! {
                        <span class="act" class:main={o.primary == Act::Restart} data-tip=tip(restart, CommandId::Restart)>
                            <Button kind=kind(&o, Act::Restart) icon="restart" why=why(o.restart) label=restart
                                press=move |()| pane.sheet.set(Some(Sheet::Restart))>{move || restart.get()}</Button>
                        </span>
                    })}
                    {o.conclude.is_shown().then(|| view! {
                        <span class="act joined" class:main={o.primary == Act::Conclude} data-tip=tip(conclude, CommandId::Conclude)>
                            <Button kind=kind(&o, Act::Conclude) icon="conclude" why=why(o.conclude) label=conclude
                                busy=Signal::derive(move || matches!(pane.doing.get(), Some(Deed::Conclude(_)))) press=move |()| pane.conclude(false)>{move || conclude.get()}</Button>
                            {(o.conclude == Offer::Free).then(|| view! {
                                <Menu icon="chevron-down" icon_only=true kind=kind(&o, Act::Conclude) label=move || t_string!(i18n, inbox.thread.head.conclude_how).to_string()>
                                    {move || classifies.get().then(|| view! {
                                        <MenuItem icon="flag" press=move |()| pane.conclude_classified()>{t!(i18n, closing.menu.classify)}</MenuItem>
                                    })}
                                    <MenuItem icon="message" press=move |()| pane.conclude(false)>{t!(i18n, inbox.thread.head.conclude_with)}</MenuItem>
                                    {move || may_skip.get().then(|| view! {
                                        <MenuItem icon="conclude" press=move |()| pane.conclude(true)>{t!(i18n, inbox.thread.head.conclude_silent)}</MenuItem>
                                    })}
                                    <MenuItem icon="settings" press=move |()| pane.sheet.set(Some(Sheet::Preference))>{t!(i18n, closing.menu.preference)}</MenuItem>
                                </Menu>
                            })}
                        </span>
                    })}
                }
            })}
            <Menu icon="more-vertical" icon_only=true label=move || t_string!(i18n, inbox.thread.head.more).to_string()>
                // On a phone there is room for one button: the others are here.
                <div class="narrow-only">
                    {move || offers.get().map(|o| view! {
                        {other(&o, Act::Transfer, o.transfer).then(|| view! {
                            <MenuItem icon="transfer" why=why(o.transfer) press=move |()| pane.sheet.set(Some(Sheet::Transfer))>{t!(i18n, inbox.thread.head.transfer)}</MenuItem>
                        })}
                        {other(&o, Act::Assume, o.assume).then(|| view! {
                            <MenuItem icon="assume" why=why(o.assume) press=move |()| pane.assume()>{t!(i18n, inbox.thread.head.take_over)}</MenuItem>
                        })}
                        {other(&o, Act::Restart, o.restart).then(|| view! {
                            <MenuItem icon="restart" why=why(o.restart) press=move |()| pane.sheet.set(Some(Sheet::Restart))>{t!(i18n, inbox.thread.head.restart)}</MenuItem>
                        })}
                        {other(&o, Act::Conclude, o.conclude).then(|| view! {
                            <MenuItem icon="conclude" why=why(o.conclude) press=move |()| pane.conclude(false)>{t!(i18n, inbox.thread.head.conclude)}</MenuItem>
                        })}
                        {o.conclude.is_shown().then(|| view! {
                            {may_skip.get().then(|| view! {
                                <MenuItem icon="conclude" why=why(o.conclude) press=move |()| pane.conclude(true)>{t!(i18n, inbox.thread.head.conclude_silent)}</MenuItem>
                            })}
                            {classifies.get().then(|| view! {
                                <MenuItem icon="flag" why=why(o.conclude) press=move |()| pane.conclude_classified()>{t!(i18n, closing.menu.classify)}</MenuItem>
                            })}
                            <MenuItem icon="settings" press=move |()| pane.sheet.set(Some(Sheet::Preference))>{t!(i18n, closing.menu.preference)}</MenuItem>
                        })}
                    })}
                </div>
                {move || pane.is_in_mine().then(|| view! {
                    <MenuItem icon="mail" keys=CommandId::MarkUnread.keys() press=move |()| pane.mark_unread()>{t!(i18n, inbox.thread.head.mark_unread)}</MenuItem>
                })}
                <KeepItems/>
                <WatchItems/>
                <PriorityItems/>
                {move || pane.may_pause().then(|| {
                    let on = pane.of(|c| c.paused);
                    view! {
                        <MenuItem icon=if on { "play" } else { "pause" } press=move |()| pane.pause(!on)>
                            {move || if on { t_string!(i18n, archive.unpause) } else { t_string!(i18n, archive.pause) }}
                        </MenuItem>
                    }
                })}
                <Show when=move || pane.may_share()>
                    <MenuItem icon="chat" press=move |()| pane.store.talks.share(pane.id)>{t!(i18n, talk.share)}</MenuItem>
                </Show>
                <MenuItem icon="copy" press=move |()| pane.copy_protocol()>{t!(i18n, inbox.thread.head.copy)}</MenuItem>
                <MenuItem icon="link" keys=CommandId::CopyLink.keys() press=move |()| pane.copy_link()>{t!(i18n, command.link)}</MenuItem>
                <MenuItem icon="panel" keys=CommandId::Panel.keys() press=move |()| panes.toggle_panel()>{move || if panes.panel_is_shown() {
                    t_string!(i18n, inbox.thread.head.panel_hide)
                } else {
                    t_string!(i18n, inbox.thread.head.panel_show)
                }}</MenuItem>
            </Menu>
        </div>
    }
}
