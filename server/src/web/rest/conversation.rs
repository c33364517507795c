//! Conversations: lists and one.

use super::error::{Answer, Common, OfOne};
use super::extract::{Asked, Caller, Id, List};
use super::page::{Page, size};
use axum::Json;
use model::{ChannelId, Conversation, ConversationId, ConversationQuery, Filter, Tab, TagId, TeamId, UserId, limit};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

/// A tab of the inbox.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TabName {
    /// Waiting in their team's queue.
    New,
    /// Served by the token's user.
    Mine,
    /// Served by others.
    Others,
    /// Concluded.
    Done,
}

impl From<TabName> for Tab {
    fn from(name: TabName) -> Tab {
        match name {
            TabName::New => Tab::New,
            TabName::Mine => Tab::Mine,
            TabName::Others => Tab::Others,
            TabName::Done => Tab::Done,
        }
    }
}

/// By last interaction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    #[default]
    Newest,
    Oldest,
}

/// Which conversations, in which order.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Which tab of the inbox.
    #[param(inline)]
    pub tab: TabName,
    /// Only these channels, separated by commas.
    #[serde(default)]
    #[param(value_type = Option<Vec<String>>, style = Form, explode = false)]
    pub channel: List<ChannelId>,
    /// Only these teams, separated by commas.
    #[serde(default)]
    #[param(value_type = Option<Vec<String>>, style = Form, explode = false)]
    pub team: List<TeamId>,
    /// Only these assignees, separated by commas.
    #[serde(default)]
    #[param(value_type = Option<Vec<String>>, style = Form, explode = false)]
    pub assignee: List<UserId>,
    /// Only contacts with any of these tags, separated by commas.
    #[serde(default)]
    #[param(value_type = Option<Vec<String>>, style = Form, explode = false)]
    pub tag: List<TagId>,
    /// Only those with unread messages.
    #[serde(default)]
    #[param(value_type = Option<bool>)]
    pub unread: bool,
    /// The latest or the oldest interaction first.
    #[serde(default)]
    #[param(inline, value_type = Option<Order>)]
    pub order: Order,
    /// `next` of the page before, with everything else the same.
    pub after: Option<String>,
    /// Rows in the page.
    #[param(minimum = 1, maximum = 100, default = 40)]
    pub limit: Option<i64>,
}

/// Conversations that the token's user sees
#[utoipa::path(
    get,
    path = "/conversations",
    tag = "conversations",
    params(ListQuery),
    responses((status = 200, description = "By last interaction", body = Page<Conversation>), Common)
)]
pub async fn list_conversations(Caller(cx): Caller, Asked(query): Asked<ListQuery>) -> Answer<Json<Page<Conversation>>> {
    let query = ConversationQuery {
        tab: query.tab.into(),
        filter: Filter {
            channels: query.channel.0,
            teams: query.team.0,
            assignees: query.assignee.0,
            tags: query.tag.0,
            unread: query.unread,
            ..Filter::default()
        },
        oldest_first: query.order == Order::Oldest,
        after: query.after,
        limit: Some(size(query.limit, limit::CONVERSATION_PAGE)?),
    };
    let page = service::conversation::list(&cx, &query).await?;
    Ok(Json(Page { items: page.items, next: page.next }))
}

/// A conversation
#[utoipa::path(
    get,
    path = "/conversations/{id}",
    tag = "conversations",
    params(("id" = ConversationId, Path, description = "The conversation")),
    responses((status = 200, description = "The conversation", body = Conversation), Common, OfOne)
)]
pub async fn get_conversation(Caller(cx): Caller, Id(id): Id<ConversationId>) -> Answer<Json<Conversation>> {
    Ok(Json(service::conversation::visible(&cx, id).await?))
}
