//! What the palette and the keys do with the open conversation. What is done with its composer or its contact's panel and
//! needs them stands there.

use super::super::bubble::{focused, may_answer, may_edit, may_react, recall_last};
use super::super::forward::can_go_on;
use super::super::head::may::Mode;
use super::super::layout::{PanelWish, use_panes};
use super::super::lightbox::is_viewable;
use super::super::panel::set_status;
use super::super::watch::{is_watched, may_watch, toggle_watch};
use super::super::{note, snooze};
use super::pane::{Pane, Sheet, Tab};
use crate::i18n::*;
use crate::live::{Item, Local};
use crate::part::*;
use crate::session::use_session;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::{Act, ContactStatus, Content, MediaState, Message, Permission};

/// Adds them.
pub(super) fn commands(pane: Pane) {
    acts(pane);
    conversation(pane);
    contact(pane);
    messages(pane);
    message(pane);
}

/// Adds one. `when` and `label` are asked when the palette, the sheet or a key needs them.
fn add(
    id: CommandId,
    label: impl Fn() -> String + Send + Sync + 'static,
    when: impl Fn() -> bool + Send + Sync + 'static,
    run: impl Fn() + Send + Sync + 'static,
) {
    use_commands().add(Command { id, label: Signal::derive(label), when: Signal::derive(when), run: Callback::new(move |()| run()) });
}

/// Whether an act is offered and free. Tracked.
fn free(pane: Pane, act: Act) -> bool {
    pane.offers.get().is_some_and(|o| {
        let offer = match act {
            Act::Assume => o.assume,
            Act::Transfer => o.transfer,
            Act::Conclude => o.conclude,
            _ => o.restart,
        };
        offer.is_shown() && offer.why().is_none()
    })
}

/// Whether the server has it.
fn is_stored(item: &Item) -> bool {
    item.local == Local::Stored
}

/// The acts of the head.
fn acts(pane: Pane) {
    let i18n = use_i18n();
    let sheet = move |sheet: Sheet| pane.sheet.set(Some(sheet));
    add(
        CommandId::Assume,
        move || t_string!(i18n, inbox.thread.key.assume).to_string(),
        move || free(pane, Act::Assume),
        move || pane.assume(),
    );
    add(
        CommandId::Transfer,
        move || t_string!(i18n, inbox.thread.key.transfer).to_string(),
        move || free(pane, Act::Transfer),
        move || sheet(Sheet::Transfer),
    );
    add(
        CommandId::Conclude,
        move || t_string!(i18n, inbox.thread.key.conclude).to_string(),
        move || free(pane, Act::Conclude),
        move || pane.conclude(false),
    );
    add(
        CommandId::ConcludeClassified,
        move || t_string!(i18n, closing.menu.classify).to_string(),
        move || free(pane, Act::Conclude) && pane.closing().is_some_and(|c| c.classify),
        move || pane.conclude_classified(),
    );
    add(
        CommandId::ConcludeSilent,
        move || t_string!(i18n, inbox.thread.head.conclude_silent).to_string(),
        move || free(pane, Act::Conclude) && pane.may_skip_message(),
        move || pane.conclude(true),
    );
    add(
        CommandId::Preference,
        move || t_string!(i18n, closing.preference.title).to_string(),
        move || pane.offers.get().is_some_and(|o| o.conclude.is_shown()),
        move || sheet(Sheet::Preference),
    );
    add(
        CommandId::Classify,
        move || t_string!(i18n, closing.dialog.edit).to_string(),
        move || pane.may_classify(),
        move || sheet(Sheet::Classify),
    );
    add(
        CommandId::Restart,
        move || t_string!(i18n, inbox.thread.key.restart).to_string(),
        move || free(pane, Act::Restart),
        move || sheet(Sheet::Restart),
    );
    add(
        CommandId::Template,
        move || t_string!(i18n, inbox.thread.composer.other_template).to_string(),
        move || pane.mode.get() == Some(Mode::Waiting),
        move || sheet(Sheet::Template),
    );
}

/// What is done with the conversation besides.
fn conversation(pane: Pane) {
    let i18n = use_i18n();
    let panes = use_panes();
    let mine = move || pane.is_in_mine();
    add(CommandId::MarkUnread, move || t_string!(i18n, inbox.thread.key.unread).to_string(), mine, move || pane.mark_unread());
    add(CommandId::Snooze, move || t_string!(i18n, working.snooze.key).to_string(), mine, move || pane.sheet.set(Some(Sheet::Snooze)));
    add(
        CommandId::Wake,
        move || t_string!(i18n, working.snooze.wake).to_string(),
        move || mine() && pane.of(|c| c.snoozed_until.is_some()),
        move || snooze::wake(pane),
    );
    add(CommandId::Pin, move || t_string!(i18n, working.pin.key).to_string(), mine, move || snooze::toggle_pin(pane));
    let paused = move || pane.of(|c| c.paused);
    add(
        CommandId::Pause,
        move || if paused() { t_string!(i18n, archive.unpause) } else { t_string!(i18n, archive.pause) }.to_string(),
        move || pane.may_pause(),
        move || {
            let on = untrack(paused);
            pane.pause(!on);
        },
    );
    let watched = move || is_watched(pane);
    add(
        CommandId::Watch,
        move || if watched() { t_string!(i18n, working.watch.off) } else { t_string!(i18n, working.watch.on) }.to_string(),
        move || may_watch(pane),
        move || toggle_watch(pane),
    );
    add(
        CommandId::AskToWatch,
        move || t_string!(i18n, working.watch.ask).to_string(),
        move || may_watch(pane),
        move || panes.wish(PanelWish::Watch),
    );
    add(
        CommandId::Share,
        move || t_string!(i18n, talk.share).to_string(),
        move || pane.may_share(),
        move || pane.store.talks.share(pane.id),
    );
    let known = move || pane.row.with(Option::is_some);
    add(CommandId::CopyLink, move || t_string!(i18n, command.link).to_string(), known, move || pane.copy_link());
    add(CommandId::CopyProtocol, move || t_string!(i18n, inbox.thread.head.copy).to_string(), known, move || pane.copy_protocol());
    add(CommandId::Panel, move || t_string!(i18n, inbox.thread.key.panel).to_string(), || true, move || panes.toggle_panel());
}

/// What is done with the contact.
fn contact(pane: Pane) {
    let i18n = use_i18n();
    let panes = use_panes();
    let session = use_session();
    let status = move || pane.timeline().contact.with(|c| c.as_ref().map(|c| c.status));
    let known = move || status().is_some();
    let set = move |to: ContactStatus| spawn_local(set_status(pane, to));
    add(
        CommandId::Merge,
        move || t_string!(i18n, merge.key).to_string(),
        move || session.has(model::Module::Merging),
        move || {
            if !untrack(|| panes.panel_is_shown()) {
                panes.toggle_panel();
            }
            panes.merging.set(true);
        },
    );
    add(CommandId::EditContact, move || t_string!(i18n, command.edit_contact).to_string(), known, move || panes.wish(PanelWish::Edit));
    add(CommandId::AddTag, move || t_string!(i18n, contact.tags.add).to_string(), known, move || panes.wish(PanelWish::Tag));
    let archived = move || status() == Some(ContactStatus::Archived);
    add(
        CommandId::ArchiveContact,
        move || if archived() { t_string!(i18n, contact.unarchive) } else { t_string!(i18n, contact.archive) }.to_string(),
        move || matches!(status(), Some(ContactStatus::Active | ContactStatus::Archived)),
        move || set(if untrack(archived) { ContactStatus::Active } else { ContactStatus::Archived }),
    );
    let blocked = move || status() == Some(ContactStatus::Blocked);
    add(
        CommandId::BlockContact,
        move || if blocked() { t_string!(i18n, command.unblock) } else { t_string!(i18n, command.block) }.to_string(),
        move || session.may(Permission::Block) && known(),
        move || if untrack(blocked) { set(ContactStatus::Active) } else { panes.wish(PanelWish::Block) },
    );
}

/// Where one writes, and the messages as a whole.
fn messages(pane: Pane) {
    let i18n = use_i18n();
    add(CommandId::Write, move || t_string!(i18n, inbox.thread.key.write).to_string(), || true, move || pane.focus(Tab::Message));
    add(CommandId::Note, move || t_string!(i18n, inbox.thread.key.note).to_string(), || true, move || pane.focus(Tab::Note));
    add(
        CommandId::Pick,
        move || t_string!(i18n, message.pick.key).to_string(),
        || true,
        move || match focused(pane) {
            Some(id) => pane.pick(id),
            None => pane.picked.update(|p| *p = Some(p.take().unwrap_or_default())),
        },
    );
    add(
        CommandId::Recall,
        move || t_string!(i18n, message.delay.key).to_string(),
        move || pane.store.workspace.with(|w| w.as_ref().is_some_and(|w| w.me.account.delay.enabled)),
        move || recall_last(pane),
    );
    add(CommandId::Latest, move || t_string!(i18n, inbox.thread.key.latest).to_string(), || true, move || pane.latest.update(|n| *n += 1));
}

/// What is done with the message that has the focus: all that its bar has.
fn message(pane: Pane) {
    let i18n = use_i18n();
    let session = use_session();
    let is = move |read: fn(Pane, &Item) -> bool| move || pane.focused_item(|i| read(pane, i)).unwrap_or(false);
    let of = move |read: fn(&Message) -> bool| move || pane.focused_item(|i| is_stored(i) && read(&i.message)).unwrap_or(false);
    let rights = move || {
        let stored = |i: &Item| is_stored(i).then(|| note::rights(pane, session, &i.message));
        pane.focused_item(stored).flatten().unwrap_or_default()
    };
    // What it acts on is what it was when the key was pressed.
    let with = move |run: fn(Pane, Message)| {
        move || {
            if let Some(message) = untrack(|| pane.focused_item(|i| i.message.clone())) {
                run(pane, message);
            }
        }
    };
    fn sheet(pane: Pane, sheet: Sheet) {
        pane.sheet.set(Some(sheet));
    }
    add(CommandId::Answer, move || t_string!(i18n, inbox.thread.bubble.reply).to_string(), is(may_answer), with(|pane, m| pane.answer(&m)));
    add(
        CommandId::React,
        move || t_string!(i18n, file.react).to_string(),
        is(may_react),
        // Its bar is drawn with the focus, which the palette has just given back.
        move || request_animation_frame(move || pane.react.update(|n| *n = n.wrapping_add(1))),
    );
    add(
        CommandId::Forward,
        move || t_string!(i18n, file.forward).to_string(),
        of(can_go_on),
        with(|pane, m| sheet(pane, Sheet::Forward(vec![m]))),
    );
    add(
        CommandId::Copy,
        move || t_string!(i18n, inbox.thread.bubble.copy).to_string(),
        of(|m| !m.body.trim().is_empty()),
        move || {
            if let Some(text) = untrack(|| pane.focused_item(|i| i.message.body.clone())) {
                pane.copy(text, untrack(|| t_string!(i18n, inbox.thread.bubble.copied).to_string()));
            }
        },
    );
    let edits = is(|pane, i| is_stored(i) && may_edit(pane, &i.message));
    add(
        CommandId::Edit,
        move || if rights().edit { t_string!(i18n, inbox.thread.note.edit) } else { t_string!(i18n, message.edit.act) }.to_string(),
        move || edits() || rights().edit,
        with(|pane, m| match m.kind {
            model::MessageKind::Note => sheet(pane, Sheet::EditNote(Box::new(m))),
            _ => sheet(pane, Sheet::EditMessage { id: m.id, text: m.body }),
        }),
    );
    let hides = of(Message::can_be_hidden);
    add(
        CommandId::Delete,
        move || if rights().delete { t_string!(i18n, inbox.thread.note.delete) } else { t_string!(i18n, message.hide.act) }.to_string(),
        move || hides() || rights().delete,
        move || {
            let Some(id) = untrack(|| pane.focused_item(|i| i.message.id)) else { return };
            if untrack(|| rights().delete) { sheet(pane, Sheet::DeleteNote(id)) } else { sheet(pane, Sheet::Hide(vec![id])) }
        },
    );
    add(
        CommandId::Details,
        move || t_string!(i18n, inbox.thread.bubble.info).to_string(),
        of(|_| true),
        with(|pane, m| sheet(pane, Sheet::Info(Box::new(m)))),
    );
    add(
        CommandId::View,
        move || t_string!(i18n, file.view).to_string(),
        of(|m| matches!(&m.content, Content::Media(media) if media.state == MediaState::Ready && is_viewable(media))),
        with(|pane, m| {
            if let Content::Media(media) = m.content {
                sheet(pane, Sheet::View(media.id));
            }
        }),
    );
}

#[cfg(test)]
mod tests {
    /// The part of a source that is not its tests.
    fn code(source: &'static str) -> &'static str {
        source.split("#[cfg(test)]").next().unwrap()
    }

    /// The sources of the conversation's menus.
    fn menus() -> Vec<&'static str> {
        let all =
            [include_str!("../head.rs"), include_str!("../snooze.rs"), include_str!("../watch.rs"), include_str!("../composer/files.rs")];
        all.into_iter().map(code).collect()
    }

    /// All that commands of the conversation run, without blanks: what follows a `CommandId` here, in its composer and in its
    /// panel.
    fn runs() -> String {
        let all = [
            include_str!("command.rs"),
            include_str!("../composer/files.rs"),
            include_str!("../composer/editor.rs"),
            include_str!("../composer/marks.rs"),
            include_str!("../composer/voice.rs"),
        ];
        let mut out = String::new();
        for source in all.map(code) {
            // Items of a menu are no commands.
            for part in source.split("<MenuItem") {
                let rest = part.split_once("</MenuItem>").map_or(part, |(_, rest)| rest);
                out.extend(rest.chars().filter(|c| !c.is_whitespace()));
            }
        }
        out
    }

    /// What each item of a menu does when it is pressed.
    fn presses(source: &str) -> Vec<String> {
        let items = source.split("<MenuItem").skip(1);
        let press = |item: &str| {
            let (_, deed) = item.split_once("press=move |()| ").unwrap_or_else(|| panic!("an item without a deed: {item}"));
            let mut depth = 0;
            let end = deed
                .char_indices()
                .find(|(_, c)| {
                    depth += match c {
                        '(' | '[' | '{' => 1,
                        ')' | ']' | '}' => -1,
                        _ => 0,
                    };
                    depth == 0 && *c == '>'
                })
                .unwrap()
                .0;
            deed[..end].chars().filter(|c| !c.is_whitespace()).collect()
        };
        items.map(press).collect()
    }

    #[test]
    fn every_item_of_the_conversations_menus_is_a_command() {
        let runs = runs();
        for item in menus().into_iter().flat_map(presses) {
            // The same deed by a shorter name; a panel that is only opened for a hand on a phone has its own commands.
            let deed = item
                .replace("pane.sheet.set(Some(", "sheet((")
                .replace("request_animation_frame(move||marks.set(true))", "apply(node,save,mark)");
            let found = [item.clone(), deed.replace("sheet((", "sheet(").replace("))", ")"), deed.clone()];
            assert!(found.iter().any(|deed| runs.contains(deed)), "no command does: {item}");
        }
    }

    #[test]
    fn every_dialog_of_the_conversation_has_a_command() {
        let pane = code(include_str!("pane.rs"));
        let body = pane.split_once("pub enum Sheet {").unwrap().1;
        let body = body.split_once("\n}\n").unwrap().0;
        let kinds = body.lines().filter_map(|line| line.strip_prefix("    ")).filter(|line| line.starts_with(char::is_uppercase));
        let kinds: Vec<&str> = kinds.map(|line| line.split(|c: char| !c.is_alphanumeric()).next().unwrap()).collect();
        assert!(kinds.len() > 15, "{kinds:?}");
        let runs = runs();
        for kind in kinds {
            // Two ways to conclude that the pane itself chooses between.
            let asked = if kind == "Conclude" { "pane.conclude(".to_owned() } else { format!("Sheet::{kind}") };
            let is_whole = |at: usize| !runs[at + asked.len()..].starts_with(|c: char| c.is_alphanumeric());
            assert!(runs.match_indices(&asked).any(|(at, _)| is_whole(at) || asked.ends_with('(')), "no command opens {kind}");
        }
    }
}
