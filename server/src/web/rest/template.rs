//! Approved templates.

use super::error::{Answer, Common, OfOne};
use super::extract::{Asked, Caller};
use super::page::{Page, PageQuery, of_all};
use axum::Json;
use model::{ChannelId, Template};
use serde::Deserialize;
use utoipa::IntoParams;

/// Which templates.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TemplateQuery {
    /// The channel that they are for.
    pub channel_id: ChannelId,
    /// `next` of the page before.
    pub after: Option<String>,
    /// Rows in the page.
    #[param(minimum = 1, maximum = 100, default = 50)]
    pub limit: Option<i64>,
}

/// Approved templates of a channel
#[utoipa::path(
    get,
    path = "/templates",
    tag = "templates",
    params(TemplateQuery),
    responses((status = 200, description = "By id", body = Page<Template>), Common, OfOne)
)]
pub async fn list_templates(Caller(cx): Caller, Asked(query): Asked<TemplateQuery>) -> Answer<Json<Page<Template>>> {
    let all = service::template::list(&cx, query.channel_id, false).await?;
    let page = PageQuery { after: query.after, limit: query.limit };
    Ok(Json(of_all(all, |t: &Template| t.id.0, &page)?))
}
