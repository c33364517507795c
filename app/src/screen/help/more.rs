//! Pages about the team and the account: how one comes in, who sees and gets what, what is promised, counted, kept and hidden.

use super::page::{facts, section};
use crate::i18n::*;
use leptos::prelude::*;
use leptos_i18n::I18nContext;

/// How one signs in and is invited.
pub(super) fn enter(i18n: I18nContext<Locale>) -> impl IntoView {
    view! {
        <p class="help-lead">{t_string!(i18n, help.enter.lead)}</p>
        {facts(vec![
            (t_string!(i18n, help.enter.password).to_string(), t_string!(i18n, help.enter.password_text).to_string()),
            (t_string!(i18n, help.enter.code).to_string(), t_string!(i18n, help.enter.code_text).to_string()),
            (t_string!(i18n, help.enter.factor).to_string(), t_string!(i18n, help.enter.factor_text).to_string()),
            (t_string!(i18n, help.enter.invite).to_string(), t_string!(i18n, help.enter.invite_text).to_string()),
            (t_string!(i18n, help.enter.first).to_string(), t_string!(i18n, help.enter.first_text).to_string()),
            (t_string!(i18n, help.enter.logins).to_string(), t_string!(i18n, help.enter.logins_text).to_string()),
            (t_string!(i18n, help.enter.confirm).to_string(), t_string!(i18n, help.enter.confirm_text).to_string()),
        ])}
        {section(t_string!(i18n, keys.help.title), t_string!(i18n, keys.help.text))}
    }
}

/// Roles, and what each sees.
pub(super) fn roles(i18n: I18nContext<Locale>) -> impl IntoView {
    view! {
        <p class="help-lead">{t_string!(i18n, help.roles.lead)}</p>
        {facts(vec![
            (t_string!(i18n, help.roles.admin).to_string(), t_string!(i18n, help.roles.admin_text).to_string()),
            (t_string!(i18n, help.roles.manager).to_string(), t_string!(i18n, help.roles.manager_text).to_string()),
            (t_string!(i18n, help.roles.agent).to_string(), t_string!(i18n, help.roles.agent_text).to_string()),
            (t_string!(i18n, help.roles.restricted).to_string(), t_string!(i18n, help.roles.restricted_text).to_string()),
            (t_string!(i18n, help.roles.own).to_string(), t_string!(i18n, help.roles.own_text).to_string()),
            (t_string!(i18n, help.roles.lead_team).to_string(), t_string!(i18n, help.roles.lead_team_text).to_string()),
            (t_string!(i18n, help.roles.rule).to_string(), t_string!(i18n, help.roles.rule_text).to_string()),
            (t_string!(i18n, help.roles.leave).to_string(), t_string!(i18n, help.roles.leave_text).to_string()),
        ])}
    }
}

/// Who gets what waits, and who is here.
pub(super) fn hand(i18n: I18nContext<Locale>) -> impl IntoView {
    view! {
        <p class="help-lead">{t_string!(i18n, help.hand.lead)}</p>
        {facts(vec![
            (t_string!(i18n, help.hand.on).to_string(), t_string!(i18n, help.hand.on_text).to_string()),
            (t_string!(i18n, help.hand.who).to_string(), t_string!(i18n, help.hand.who_text).to_string()),
            (t_string!(i18n, help.hand.tags).to_string(), t_string!(i18n, help.hand.tags_text).to_string()),
            (t_string!(i18n, help.hand.overflow).to_string(), t_string!(i18n, help.hand.overflow_text).to_string()),
            (t_string!(i18n, help.hand.nobody).to_string(), t_string!(i18n, help.hand.nobody_text).to_string()),
            (t_string!(i18n, help.hand.available).to_string(), t_string!(i18n, help.hand.available_text).to_string()),
        ])}
        {section(t_string!(i18n, status.help.title), t_string!(i18n, status.help.text))}
        {section(t_string!(i18n, hours.help.title), t_string!(i18n, hours.help.text))}
    }
}

/// What is promised.
pub(super) fn deadlines(i18n: I18nContext<Locale>) -> impl IntoView {
    view! {
        <p class="help-lead">{t_string!(i18n, sla.help.text)}</p>
        {facts(vec![
            (t_string!(i18n, help.deadline.which).to_string(), t_string!(i18n, help.deadline.which_text).to_string()),
            (t_string!(i18n, help.deadline.warn).to_string(), t_string!(i18n, help.deadline.warn_text).to_string()),
            (t_string!(i18n, help.deadline.missed).to_string(), t_string!(i18n, help.deadline.missed_text).to_string()),
            (t_string!(i18n, help.deadline.seen).to_string(), t_string!(i18n, help.deadline.seen_text).to_string()),
        ])}
    }
}

/// The live board and reports.
pub(super) fn board(i18n: I18nContext<Locale>) -> impl IntoView {
    view! {
        <p class="help-lead">{t_string!(i18n, help.board.lead)}</p>
        {facts(vec![
            (t_string!(i18n, help.board.live).to_string(), t_string!(i18n, help.board.live_text).to_string()),
            (t_string!(i18n, help.board.usual).to_string(), t_string!(i18n, help.board.usual_text).to_string()),
            (t_string!(i18n, help.board.queue).to_string(), t_string!(i18n, help.board.queue_text).to_string()),
            (t_string!(i18n, help.board.wall).to_string(), t_string!(i18n, help.board.wall_text).to_string()),
            (t_string!(i18n, help.board.times).to_string(), t_string!(i18n, help.board.times_text).to_string()),
            (t_string!(i18n, help.board.report).to_string(), t_string!(i18n, help.board.report_text).to_string()),
            (t_string!(i18n, help.board.file).to_string(), t_string!(i18n, help.board.file_text).to_string()),
        ])}
        <h2>{t_string!(i18n, help.board.measures)}</h2>
        {facts(vec![
            (t_string!(i18n, board.wait).to_string(), t_string!(i18n, board.wait_tip).to_string()),
            (t_string!(i18n, board.answer).to_string(), t_string!(i18n, board.answer_tip).to_string()),
            (t_string!(i18n, board.serve).to_string(), t_string!(i18n, board.serve_tip).to_string()),
            (t_string!(i18n, board.begun).to_string(), t_string!(i18n, board.begun_tip).to_string()),
            (t_string!(i18n, board.closed).to_string(), t_string!(i18n, board.closed_tip).to_string()),
            (t_string!(i18n, board.fresh).to_string(), t_string!(i18n, board.fresh_tip).to_string()),
            (t_string!(i18n, board.received).to_string(), t_string!(i18n, board.received_tip).to_string()),
            (t_string!(i18n, board.sent).to_string(), t_string!(i18n, board.sent_tip).to_string()),
        ])}
    }
}

/// Who did what.
pub(super) fn audit(i18n: I18nContext<Locale>) -> impl IntoView {
    view! {
        <p class="help-lead">{t_string!(i18n, audit.lead)}</p>
        {facts(vec![
            (t_string!(i18n, help.audit.who).to_string(), t_string!(i18n, help.audit.who_text).to_string()),
            (t_string!(i18n, help.audit.what).to_string(), t_string!(i18n, help.audit.what_text).to_string()),
            (t_string!(i18n, help.audit.find).to_string(), t_string!(i18n, help.audit.find_text).to_string()),
            (t_string!(i18n, help.audit.kept).to_string(), t_string!(i18n, help.audit.kept_text).to_string()),
            (t_string!(i18n, help.audit.file).to_string(), t_string!(i18n, help.audit.file_text).to_string()),
        ])}
        <p>{t_string!(i18n, audit.hidden)}</p>
    }
}

/// What is hidden from whom.
pub(super) fn masks(i18n: I18nContext<Locale>) -> impl IntoView {
    view! {
        <p class="help-lead">{t_string!(i18n, mask.help.text)}</p>
        {facts(vec![
            (t_string!(i18n, help.mask.whom).to_string(), t_string!(i18n, help.mask.whom_text).to_string()),
            (t_string!(i18n, help.mask.place).to_string(), t_string!(i18n, help.mask.place_text).to_string()),
            (t_string!(i18n, help.mask.work).to_string(), t_string!(i18n, help.mask.work_text).to_string()),
            (t_string!(i18n, help.mask.search).to_string(), t_string!(i18n, help.mask.search_text).to_string()),
            (t_string!(i18n, help.mask.reveal).to_string(), t_string!(i18n, help.mask.reveal_text).to_string()),
        ])}
    }
}

/// What can be switched off.
pub(super) fn apps(i18n: I18nContext<Locale>) -> impl IntoView {
    view! {
        <p class="help-lead">{t_string!(i18n, module.lead)}</p>
        {facts(vec![
            (t_string!(i18n, talk.features.chat).to_string(), t_string!(i18n, talk.features.chat_hint).to_string()),
            (t_string!(i18n, distribution.feature).to_string(), t_string!(i18n, distribution.feature_hint).to_string()),
            (t_string!(i18n, message.delay.title).to_string(), t_string!(i18n, message.delay.lead).to_string()),
            (t_string!(i18n, reply.title).to_string(), t_string!(i18n, module.replies_hint).to_string()),
            (t_string!(i18n, module.merging).to_string(), t_string!(i18n, module.merging_hint).to_string()),
            (t_string!(i18n, module.watching).to_string(), t_string!(i18n, module.watching_hint).to_string()),
        ])}
        {section(t_string!(i18n, module.answer), t_string!(i18n, talk.features.only_hint))}
        <p>{t_string!(i18n, help.apps.who)}</p>
    }
}

/// The words of the product (DB-7).
pub(super) fn words(i18n: I18nContext<Locale>) -> impl IntoView {
    view! {
        <p class="help-lead">{t_string!(i18n, help.words.lead)}</p>
        {facts(vec![
            (t_string!(i18n, help.words.conversation).to_string(), t_string!(i18n, help.words.conversation_text).to_string()),
            (t_string!(i18n, help.words.contact).to_string(), t_string!(i18n, help.words.contact_text).to_string()),
            (t_string!(i18n, help.words.channel).to_string(), t_string!(i18n, help.words.channel_text).to_string()),
            (t_string!(i18n, help.words.team).to_string(), t_string!(i18n, help.words.team_text).to_string()),
            (t_string!(i18n, help.words.queue).to_string(), t_string!(i18n, help.words.queue_text).to_string()),
            (t_string!(i18n, help.words.assume).to_string(), t_string!(i18n, help.words.assume_text).to_string()),
            (t_string!(i18n, help.words.supervisor).to_string(), t_string!(i18n, help.words.supervisor_text).to_string()),
            (t_string!(i18n, help.words.window).to_string(), t_string!(i18n, help.words.window_text).to_string()),
            (t_string!(i18n, help.words.template).to_string(), t_string!(i18n, help.words.template_text).to_string()),
            (t_string!(i18n, help.words.note).to_string(), t_string!(i18n, help.words.note_text).to_string()),
            (t_string!(i18n, help.words.tag).to_string(), t_string!(i18n, help.words.tag_text).to_string()),
            (t_string!(i18n, help.words.reason).to_string(), t_string!(i18n, help.words.reason_text).to_string()),
            (t_string!(i18n, help.words.protocol).to_string(), t_string!(i18n, help.words.protocol_text).to_string()),
            (t_string!(i18n, help.words.overflow).to_string(), t_string!(i18n, help.words.overflow_text).to_string()),
            (t_string!(i18n, help.words.snooze).to_string(), t_string!(i18n, help.words.snooze_text).to_string()),
            (t_string!(i18n, help.words.watch).to_string(), t_string!(i18n, help.words.watch_text).to_string()),
            (t_string!(i18n, help.words.deadline).to_string(), t_string!(i18n, help.words.deadline_text).to_string()),
        ])}
    }
}
