//! Meta's error table (20, section 5): code to policy and reason, for answers and for `failed` statuses alike.

use crate::{Policy, SendError};
use model::DeliveryProblem;
use serde_json::Value;

use super::wire;

/// What an error of Meta means. The code decides, for Messenger and Instagram with the subcode; the HTTP status is a
/// weak signal and counts only for codes that the table does not know, which keep their code and text (ER-1).
pub fn classify(code: i64, subcode: Option<i64>, http_status: Option<u16>, detail: &str) -> SendError {
    let (policy, problem) = by_subcode(code, subcode).or_else(|| by_code(code)).unwrap_or_else(|| by_status(http_status));
    SendError::new(policy, problem, detail).with_code(code)
}

/// The same for an error object `{code, title?, message?, error_data?:{details}, error_subcode?, error_user_msg?}`.
pub(super) fn read(error: &Value, http_status: Option<u16>) -> SendError {
    let detail = detail(error);
    match wire::int(error, "code") {
        Some(code) => classify(code, wire::int(error, "error_subcode"), http_status, detail),
        None => {
            let (policy, problem) = by_status(http_status);
            SendError::new(policy, problem, detail)
        }
    }
}

/// The most telling words of an error object.
pub(super) fn detail(error: &Value) -> &str {
    let data = error.get("error_data").unwrap_or(&Value::Null);
    [
        wire::text(data, "details"),
        wire::text(error, "details"),
        wire::text(error, "error_user_msg"),
        wire::text(error, "message"),
        wire::text(error, "title"),
    ]
    .into_iter()
    .find(|t| !t.trim().is_empty())
    .unwrap_or_default()
}

/// Errors in one line, for placeholders: `131051: Message type unknown`.
pub(super) fn describe(errors: &[Value]) -> String {
    let one = |e: &Value| match (wire::int(e, "code"), detail(e)) {
        (Some(code), "") => code.to_string(),
        (Some(code), text) => format!("{code}: {text}"),
        (None, text) => text.to_owned(),
    };
    errors.iter().map(one).filter(|t| !t.is_empty()).collect::<Vec<_>>().join("; ")
}

fn by_status(http_status: Option<u16>) -> (Policy, DeliveryProblem) {
    match http_status {
        Some(429) => (Policy::Retry, DeliveryProblem::RateLimited),
        Some(500..=599) => (Policy::Retry, DeliveryProblem::NetworkDown),
        _ => (Policy::Never, DeliveryProblem::Unknown),
    }
}

/// Messenger and Instagram say the reason in the subcode.
fn by_subcode(code: i64, subcode: Option<i64>) -> Option<(Policy, DeliveryProblem)> {
    use DeliveryProblem::*;
    Some(match (code, subcode?) {
        (10, 2018278 | 2534022) => (Policy::Transform, WindowClosed),
        (10, 1893063) => (Policy::Account, AccountBlocked),
        (200, 1545041) | (_, 2018001 | 2018108) => (Policy::Never, Undeliverable),
        (_, 2534013 | 2534014 | 2534029 | 2534041) => (Policy::Never, Undeliverable),
        (100, 2534037 | 2534025) => (Policy::Never, BadParameter),
        _ => return None,
    })
}

fn by_code(code: i64) -> Option<(Policy, DeliveryProblem)> {
    use DeliveryProblem::*;
    Some(match code {
        0 | 190 => (Policy::Account, TokenExpired),
        3 | 10 | 200..=299 | 131005 => (Policy::Account, PermissionMissing),
        1 | 2 | 131000 | 131016 | 131057 | 133004 => (Policy::Retry, NetworkDown),
        4 | 613 | 80006 | 80007 | 130429 | 132069 => (Policy::Retry, RateLimited),
        33 | 131045 | 133000 | 133005 | 133006 | 133008 | 133009 | 133010 | 133015 => (Policy::Account, NumberNotRegistered),
        100 | 131008 | 131009 | 131021 | 131062 | 132008 | 132012 | 132018 | 134100 | 137000 => (Policy::Never, BadParameter),
        368 | 131031 | 131037 => (Policy::Account, AccountBlocked),
        470 | 131047 => (Policy::Transform, WindowClosed),
        551 | 1013 | 1026 | 131026 => (Policy::Never, Undeliverable),
        130403 => (Policy::Never, ContactBlocked),
        130472 => (Policy::Never, Experiment),
        130497 => (Policy::Never, CountryNotAllowed),
        131030 => (Policy::Never, NotInTestList),
        131042 | 131044 => (Policy::Account, Payment),
        131048 => (Policy::Wait, QualityLimited),
        131049 => (Policy::Wait, MarketingCap),
        131050 => (Policy::Never, OptedOut),
        131051 | 131055 | 131060 => (Policy::Never, UnsupportedType),
        131052 => (Policy::Never, MediaUnavailable),
        131053 => (Policy::Transform, MediaRefused),
        131056 => (Policy::RetryPair, PairLimited),
        131063 | 134011 => (Policy::Never, PermissionMissing),
        131064 | 133016 => (Policy::Wait, RateLimited),
        132000 | 135000 => (Policy::Never, TemplateParameters),
        132001 | 134101 | 134102 => (Policy::Never, TemplateMissing),
        132005 => (Policy::Never, TooLong),
        132007 => (Policy::Never, ContentPolicy),
        132015 => (Policy::Wait, TemplatePaused),
        132016 => (Policy::Never, TemplateDisabled),
        // A blocked flow, history that was refused, usernames, on-premises leftovers: final, and told in Meta's words.
        132068 | 147001..=147005 | 1014..=1025 | 2593107..=2593109 => (Policy::Never, Unknown),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use DeliveryProblem::*;
    use serde_json::json;

    #[test]
    fn er_2_every_code_of_the_table_has_its_policy_and_reason() {
        let rows: &[(&[i64], Policy, DeliveryProblem)] = &[
            (&[0, 190], Policy::Account, TokenExpired),
            (&[3, 10, 200, 201, 230, 299], Policy::Account, PermissionMissing),
            (&[1, 2, 131000, 131016, 133004], Policy::Retry, NetworkDown),
            (&[4, 80007, 130429], Policy::Retry, RateLimited),
            (&[131056], Policy::RetryPair, PairLimited),
            (&[131048], Policy::Wait, QualityLimited),
            (&[131064], Policy::Wait, RateLimited),
            (&[131057], Policy::Retry, NetworkDown),
            (&[133016], Policy::Wait, RateLimited),
            (&[33], Policy::Account, NumberNotRegistered),
            (&[100], Policy::Never, BadParameter),
            (&[368, 131031], Policy::Account, AccountBlocked),
            (&[130497], Policy::Never, CountryNotAllowed),
            (&[130403], Policy::Never, ContactBlocked),
            (&[130472], Policy::Never, Experiment),
            (&[131005], Policy::Account, PermissionMissing),
            (&[131008, 131009, 131021], Policy::Never, BadParameter),
            (&[131026], Policy::Never, Undeliverable),
            (&[131030], Policy::Never, NotInTestList),
            (&[131037], Policy::Account, AccountBlocked),
            (&[131042, 131044], Policy::Account, Payment),
            (&[131045], Policy::Account, NumberNotRegistered),
            (&[131047, 470], Policy::Transform, WindowClosed),
            (&[131049], Policy::Wait, MarketingCap),
            (&[131050], Policy::Never, OptedOut),
            (&[131051, 131055, 131060], Policy::Never, UnsupportedType),
            (&[131062], Policy::Never, BadParameter),
            (&[131063], Policy::Never, PermissionMissing),
            (&[131052], Policy::Never, MediaUnavailable),
            (&[131053], Policy::Transform, MediaRefused),
            (&[132000], Policy::Never, TemplateParameters),
            (&[132001], Policy::Never, TemplateMissing),
            (&[132005], Policy::Never, TooLong),
            (&[132007], Policy::Never, ContentPolicy),
            (&[132008, 132012, 132018], Policy::Never, BadParameter),
            (&[132015], Policy::Wait, TemplatePaused),
            (&[132016], Policy::Never, TemplateDisabled),
            (&[132068], Policy::Never, Unknown),
            (&[132069], Policy::Retry, RateLimited),
            (&[133000, 133005, 133006, 133008, 133009, 133010, 133015], Policy::Account, NumberNotRegistered),
            (&[134011], Policy::Never, PermissionMissing),
            (&[134100], Policy::Never, BadParameter),
            (&[134101, 134102], Policy::Never, TemplateMissing),
            (&[135000], Policy::Never, TemplateParameters),
            (&[137000], Policy::Never, BadParameter),
            (&[2593107, 2593108, 2593109], Policy::Never, Unknown),
            (&[147001, 147002, 147003, 147004, 147005], Policy::Never, Unknown),
            (&[1013, 1026], Policy::Never, Undeliverable),
            (&[1014, 1020, 1025], Policy::Never, Unknown),
            (&[551], Policy::Never, Undeliverable),
            (&[613, 80006], Policy::Retry, RateLimited),
        ];
        for (codes, policy, problem) in rows {
            for code in *codes {
                // A misleading HTTP status does not change the meaning of a known code.
                for status in [None, Some(400), Some(503)] {
                    let e = classify(*code, None, status, "words");
                    assert_eq!((e.policy, e.problem, e.code, e.detail.as_str()), (*policy, *problem, Some(*code), "words"), "{code}");
                }
            }
        }
    }

    #[test]
    fn subcodes_tell_messenger_and_instagram_reasons() {
        let rows = [
            (10, 2018278, Policy::Transform, WindowClosed),
            (10, 2534022, Policy::Transform, WindowClosed),
            (10, 1893063, Policy::Account, AccountBlocked),
            (200, 1545041, Policy::Never, Undeliverable),
            (100, 2534037, Policy::Never, BadParameter),
            (100, 2534025, Policy::Never, BadParameter),
            (100, 2018001, Policy::Never, Undeliverable),
            (100, 2018108, Policy::Never, Undeliverable),
            (100, 2534014, Policy::Never, Undeliverable),
            (190, 463, Policy::Account, TokenExpired),
        ];
        for (code, subcode, policy, problem) in rows {
            let e = classify(code, Some(subcode), Some(400), "");
            assert_eq!((e.policy, e.problem), (policy, problem), "{code}/{subcode}");
        }
    }

    #[test]
    fn er_1_unknown_codes_keep_their_code_and_text() {
        let e = classify(999_999, None, Some(400), "Something new");
        assert_eq!((e.policy, e.problem, e.code, e.detail.as_str()), (Policy::Never, Unknown, Some(999_999), "Something new"));
        assert_eq!(classify(999_999, None, None, "").policy, Policy::Never);
        assert_eq!(classify(-5, None, Some(500), "").policy, Policy::Retry);
        assert_eq!(classify(999_999, None, Some(503), "").problem, NetworkDown);
        let limited = classify(999_999, None, Some(429), "");
        assert_eq!((limited.policy, limited.problem), (Policy::Retry, RateLimited));
    }

    #[test]
    fn details_win_over_message_and_title_and_are_bounded() {
        let e = read(&json!({"code": 131047, "title": "t", "message": "m", "error_data": {"details": "d"}}), None);
        assert_eq!((e.problem, e.detail.as_str()), (WindowClosed, "d"));
        assert_eq!(read(&json!({"code": 1, "title": "t", "details": "old"}), None).detail, "old");
        assert_eq!(read(&json!({"code": "131026", "title": "t"}), None).problem, Undeliverable);
        assert_eq!(read(&json!({"title": "no code"}), None).code, None);
        assert!(read(&json!({"code": 1, "message": "x".repeat(10_000)}), None).detail.chars().count() <= 501);
    }
}
