//! Pages: the rows, and where the next page begins.

use super::error::Refusal;
use model::limit;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Pass it as `after` to read on; null on the last page.
    #[schema(required)]
    pub next: Option<String>,
}

/// Which page.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// `next` of the page before.
    pub after: Option<String>,
    /// Rows in the page.
    #[param(minimum = 1, maximum = 100, default = 50)]
    pub limit: Option<i64>,
}

/// Rows of a page when nothing else is asked for.
pub const PAGE: i64 = 50;

/// A page size within its bounds.
pub fn size(asked: Option<i64>, default: i64) -> Result<i64, Refusal> {
    match asked {
        None => Ok(default),
        Some(n) if (1..=limit::PAGE_MAX).contains(&n) => Ok(n),
        Some(_) => Err(Refusal::field("limit", model::Wrong::NotAllowed.word(), format!("1 to {}", limit::PAGE_MAX))),
    }
}

/// An id in `after`.
pub fn place<T: std::str::FromStr>(after: Option<&str>) -> Result<Option<T>, Refusal> {
    after.map(|a| a.parse().map_err(|_| Refusal::field("after", model::Wrong::Unknown.word(), "not the next of a page"))).transpose()
}

/// A page of a list that is short enough to be held whole, by id.
pub fn of_all<T>(mut all: Vec<T>, id: fn(&T) -> i64, query: &PageQuery) -> Result<Page<T>, Refusal> {
    let size = size(query.limit, PAGE)? as usize;
    let after: Option<i64> = place(query.after.as_deref())?;
    all.sort_by_key(id);
    let mut items: Vec<T> = all.into_iter().filter(|x| after.is_none_or(|a| id(x) > a)).take(size + 1).collect();
    let more = items.len() > size;
    items.truncate(size);
    let next = items.last().filter(|_| more).map(|x| id(x).to_string());
    Ok(Page { items, next })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_hold_every_row_once() {
        let mut seen = Vec::new();
        let mut query = PageQuery { after: None, limit: Some(3) };
        loop {
            let page = of_all(vec![5, 1, 4, 2, 3, 7, 6], |x| *x, &query).unwrap();
            seen.extend(page.items);
            match page.next {
                Some(next) => query.after = Some(next),
                None => break,
            }
        }
        assert_eq!(seen, [1, 2, 3, 4, 5, 6, 7]);
        assert!(of_all(vec![1], |x| *x, &PageQuery { after: Some("' or 1=1".into()), limit: None }).is_err());
        for limit in [0, -1, 101, i64::MAX, i64::MIN] {
            assert!(size(Some(limit), PAGE).is_err(), "{limit}");
        }
    }
}
