//! Reasons for concluding.

use super::error::{Answer, Common};
use super::extract::{Asked, Caller};
use super::page::{Page, PageQuery, of_all};
use axum::Json;
use model::Reason;

/// Reasons for concluding, those that are no longer offered included
#[utoipa::path(get, path = "/reasons", tag = "account", params(PageQuery), responses((status = 200, description = "By id", body = Page<Reason>), Common))]
pub async fn list_reasons(Caller(cx): Caller, Asked(query): Asked<PageQuery>) -> Answer<Json<Page<Reason>>> {
    Ok(Json(of_all(service::closing::reasons(&cx).await?, |r: &Reason| r.id.0, &query)?))
}
