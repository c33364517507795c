//! Who can take work now, as SQL.

/// A condition on the alias `h` of a membership: the member can be given work now. They are available (DI-3) and neither away
/// (ST-3) nor offline by their own choice; with `online` an open page counts, too (DI-9).
macro_rules! takes_work {
    () => {
        "(h.active and h.availability = 'AVAILABLE' and not exists (select 1 from user_status s where s.account_id = h.account_id and s.user_id = h.user_id
          and (s.status = 'AWAY' or s.status = 'OFFLINE' and not s.by_itself)))"
    };
    (online) => {
        "(h.active and h.availability = 'AVAILABLE' and exists (select 1 from user_status s where s.account_id = h.account_id and s.user_id = h.user_id
          and s.status = 'ONLINE'))"
    };
}
pub(crate) use takes_work;
