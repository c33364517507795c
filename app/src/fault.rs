//! What went wrong, in the reader's language.

use crate::i18n::*;
use leptos::prelude::*;
use leptos_i18n::I18nContext;
use model::{Fault, FileWhy, MergeWhy, Wrong};

/// The sentence for a fault. Tracks the language.
pub fn say(i18n: I18nContext<Locale>, fault: &Fault) -> String {
    match fault {
        Fault::SignedOut => t_string!(i18n, fault.signed_out).to_string(),
        Fault::BadCredentials => t_string!(i18n, fault.bad_credentials).to_string(),
        // The sign-in takes it as a step.
        Fault::SecondFactor { .. } => t_string!(i18n, fault.signed_out).to_string(),
        Fault::Throttled { seconds } => t_string!(i18n, fault.throttled, seconds = *seconds).to_string(),
        Fault::Forbidden => t_string!(i18n, fault.forbidden).to_string(),
        Fault::Missing => t_string!(i18n, fault.missing).to_string(),
        Fault::SetupClosed => t_string!(i18n, fault.setup_closed).to_string(),
        // Where the note has no field of its own, such as after a choice on the board (TR-3).
        Fault::Invalid { fields } if matches!(fields.as_slice(), [f] if f.field == "note" && f.wrong == Wrong::Required) => {
            t_string!(i18n, fault.note_required).to_string()
        }
        Fault::Invalid { .. } => t_string!(i18n, fault.invalid).to_string(),
        Fault::AlreadyAssumed { name, .. } => t_string!(i18n, fault.already_assumed, name = name.as_str()).to_string(),
        Fault::NotYourTeam => t_string!(i18n, fault.not_your_team).to_string(),
        Fault::WrongState => t_string!(i18n, fault.wrong_state).to_string(),
        Fault::NotAssignee => t_string!(i18n, fault.not_assignee).to_string(),
        Fault::OnlyAssignee => t_string!(i18n, talk.answer.only).to_string(),
        Fault::WindowClosed => t_string!(i18n, fault.window_closed).to_string(),
        Fault::CategoryMismatch { category } => t_string!(i18n, fault.category_mismatch, category = category.as_str()).to_string(),
        Fault::TemplateMissing => t_string!(i18n, fault.template_missing).to_string(),
        Fault::TemplateValues { keys } => t_string!(i18n, fault.template_values, keys = keys.join(", ")).to_string(),
        Fault::CannotStart => t_string!(i18n, fault.cannot_start).to_string(),
        Fault::ServedBy { name, team } => t_string!(i18n, fault.served_by, name = name.as_str(), team = team.as_str()).to_string(),
        Fault::AlreadyOpen { .. } => t_string!(i18n, fault.already_open).to_string(),
        Fault::ContactBlocked => t_string!(i18n, fault.contact_blocked).to_string(),
        Fault::TooManyWaiting => t_string!(i18n, fault.too_many_waiting).to_string(),
        Fault::ChooseTeam => t_string!(i18n, fault.choose_team).to_string(),
        Fault::PersonUnavailable => t_string!(i18n, fault.person_unavailable).to_string(),
        Fault::PersonAbsent => t_string!(i18n, fault.person_absent).to_string(),
        Fault::SameTarget => t_string!(i18n, fault.same_target).to_string(),
        Fault::ReasonRequired => t_string!(i18n, fault.reason_required).to_string(),
        Fault::ReasonInUse => t_string!(i18n, fault.reason_in_use).to_string(),
        Fault::LastAdmin => t_string!(i18n, fault.last_admin).to_string(),
        Fault::OpenLeft { count } => t_string!(i18n, fault.open_left, count = *count).to_string(),
        Fault::Conflict => t_string!(i18n, fault.conflict).to_string(),
        Fault::InUse { count } => t_string!(i18n, fault.in_use, count = *count).to_string(),
        Fault::NotMerged { why } => match why {
            MergeWhy::Unlike => t_string!(i18n, fault.merge_unlike),
            MergeWhy::Merged => t_string!(i18n, fault.merge_merged),
            MergeWhy::Later => t_string!(i18n, fault.merge_later),
            MergeWhy::TooLong => t_string!(i18n, fault.merge_too_long),
        }
        .to_string(),
        Fault::ChannelDown => t_string!(i18n, fault.channel_down).to_string(),
        Fault::ModuleOff { module: model::Module::InternalChat } => t_string!(i18n, talk.off).to_string(),
        Fault::ModuleOff { .. } => t_string!(i18n, fault.module_off).to_string(),
        Fault::ColleagueGone => t_string!(i18n, talk.gone).to_string(),
        Fault::FileTooLarge { megabytes } => t_string!(i18n, fault.file_too_large, megabytes = *megabytes).to_string(),
        Fault::FileEmpty => t_string!(i18n, fault.file_empty).to_string(),
        Fault::FileRefused { why } => match why {
            FileWhy::Runs => t_string!(i18n, fault.file_runs),
            FileWhy::Unreadable => t_string!(i18n, fault.file_unreadable),
            FileWhy::TooManyPixels => t_string!(i18n, fault.file_too_many_pixels),
            FileWhy::Infected => t_string!(i18n, fault.file_infected),
            FileWhy::NotScanned => t_string!(i18n, fault.file_not_scanned),
            FileWhy::NotInHeader => t_string!(i18n, fault.file_not_in_header),
            FileWhy::NotAVoice => t_string!(i18n, fault.file_not_a_voice),
            FileWhy::NoPicture => t_string!(i18n, sticker.why.no_picture),
            FileWhy::Moves => t_string!(i18n, sticker.why.moves),
            FileWhy::StickerTooLarge => t_string!(i18n, sticker.why.large),
        }
        .to_string(),
        Fault::FilesFull => t_string!(i18n, fault.files_full).to_string(),
        Fault::RateLimited { seconds } => t_string!(i18n, fault.rate_limited, seconds = *seconds).to_string(),
        Fault::AlreadyLeft => t_string!(i18n, fault.already_left).to_string(),
        Fault::NotDeletable => t_string!(i18n, fault.not_deletable).to_string(),
        Fault::NotEditable => t_string!(i18n, fault.not_editable).to_string(),
        Fault::EditOver => t_string!(i18n, fault.edit_over).to_string(),
        Fault::KeyReused => t_string!(i18n, fault.key_reused).to_string(),
        Fault::StepUp { .. } => t_string!(i18n, fault.step_up).to_string(),
        Fault::NotDelivered => t_string!(i18n, fault.not_delivered).to_string(),
        Fault::TooManyUsers { max } => t_string!(i18n, fault.too_many_users, max = *max).to_string(),
        Fault::Unavailable => t_string!(i18n, fault.unavailable).to_string(),
        Fault::Internal { reference } => t_string!(i18n, fault.internal, reference = reference.as_str()).to_string(),
        Fault::Offline => t_string!(i18n, fault.offline).to_string(),
    }
}

/// The sentence for a wrong field. Tracks the language.
pub fn say_wrong(i18n: I18nContext<Locale>, wrong: Wrong) -> String {
    match wrong {
        Wrong::Required => t_string!(i18n, common.wrong.required),
        Wrong::TooShort => t_string!(i18n, common.wrong.too_short),
        Wrong::TooLong => t_string!(i18n, common.wrong.too_long),
        Wrong::Taken => t_string!(i18n, common.wrong.taken),
        Wrong::NotAnEmail => t_string!(i18n, common.wrong.not_an_email),
        Wrong::NotAPhone => t_string!(i18n, common.wrong.not_a_phone),
        Wrong::NotATimeZone => t_string!(i18n, common.wrong.not_a_time_zone),
        Wrong::NotAnOrigin => t_string!(i18n, common.wrong.not_an_origin),
        Wrong::NotRight => t_string!(i18n, common.wrong.not_right),
        Wrong::NotTheCode => t_string!(i18n, common.wrong.not_the_code),
        Wrong::NotAnAmount => t_string!(i18n, common.wrong.not_an_amount),
        Wrong::NotAllowed => t_string!(i18n, common.wrong.not_allowed),
        Wrong::NotANumber => t_string!(i18n, common.wrong.not_a_number),
        Wrong::NotADate => t_string!(i18n, common.wrong.not_a_date),
        Wrong::NotATime => t_string!(i18n, common.wrong.not_a_time),
        Wrong::Overlap => t_string!(i18n, common.wrong.overlap),
        Wrong::EndBeforeStart => t_string!(i18n, common.wrong.end_before_start),
        Wrong::TooMany => t_string!(i18n, common.wrong.too_many),
        Wrong::Unknown => t_string!(i18n, common.wrong.unknown),
    }
    .to_string()
}

/// What a form tells about a fault that names none of its fields.
pub fn view(i18n: I18nContext<Locale>, fault: &Fault) -> impl IntoView + use<> {
    let text = say(i18n, fault);
    view! { <p class="form-fault" role="alert">{text}</p> }
}
