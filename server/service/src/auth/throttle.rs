//! Waiting after failures, per e-mail and per address.

use crate::desk::Desk;
use crate::{Result, args, sql_system};
use model::{Fault, text};
use std::net::{IpAddr, Ipv6Addr};

/// Failures after which waiting begins, and the longest wait.
const FREE_FAILURES: i64 = 5;
const LONGEST_WAIT_MILLIS: i64 = 15 * 60_000;
const MEMORY_MILLIS: i64 = 30 * 60_000;

/// What one customer of a provider can choose from counts as one: a whole IPv6 network of 64 bits, an IPv4 address.
pub fn network(address: &str) -> String {
    match address.parse::<IpAddr>().map(|a| a.to_canonical()) {
        Ok(IpAddr::V6(six)) => format!("{}/64", Ipv6Addr::from_bits(six.to_bits() & !u128::from(u64::MAX))),
        Ok(four) => four.to_string(),
        Err(_) => text::shorten(address, 64),
    }
}

/// Fails while the key must wait.
pub(super) async fn refuse(desk: &Desk, key: &str) -> Result<()> {
    let until: Option<(i64,)> = desk.db.one(sql_system!("select until from throttle where key = $1"), args![key]).await?;
    match until {
        Some((until,)) if until > desk.now() => Err(Fault::Throttled { seconds: (until - desk.now() + 999) / 1000 }.into()),
        _ => Ok(()),
    }
}

/// Counts a failure; `factor` times as many are free.
pub(super) async fn count(desk: &Desk, key: &str, factor: i64) -> Result<()> {
    let now = desk.now();
    let mut tx = desk.db.begin().await?;
    // Counted by the database: two failures at once are two.
    let counted: Option<(i64,)> = tx
        .one(
            sql_system!(
                "insert into throttle (key, failures, until, expires_at) values ($1, 1, 0, $3)
                 on conflict (key) do update set failures = case when throttle.expires_at > $2 then throttle.failures + 1 else 1 end returning failures"
            ),
            args![key, now, now + MEMORY_MILLIS],
        )
        .await?;
    let over = counted.map_or(0, |(n,)| n) - FREE_FAILURES * factor;
    let wait = if over < 0 { 0 } else { (2_000i64 << over.min(12)).min(LONGEST_WAIT_MILLIS) };
    tx.run(
        sql_system!("update throttle set until = $2, expires_at = $3 where key = $1"),
        args![key, now + wait, now + wait + MEMORY_MILLIS],
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Forgets the failures of a key.
pub(super) async fn forget(desk: &Desk, key: &str) -> Result<()> {
    desk.db.run(sql_system!("delete from throttle where key = $1"), args![key]).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::network;

    #[test]
    fn ac_2_addresses_that_one_guesser_has_count_as_one() {
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
        assert_eq!(network("2001:0DB8:1:2::ffff"), network("2001:db8:1:2::1"));
        assert_ne!(network("2001:db8:1:3::1"), network("2001:db8:1:2::1"));
        assert_eq!(network("::ffff:203.0.113.5"), "203.0.113.5");
        assert_eq!(network("203.0.113.5"), "203.0.113.5");
        assert_eq!(network(""), "");
    }
}
