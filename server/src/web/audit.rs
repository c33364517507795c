//! The audit as a table.

use super::refuse;
use super::session::Who;
use axum::body::{Body, Bytes};
use axum::extract::{Extension, Query};
use axum::response::{IntoResponse, Response};
use futures::stream;
use http::{HeaderValue, header};
use model::{AuditQuery, Fault, Wrong};
use serde::Deserialize;
use service::audit;

/// What the page's filter becomes as an address; what is empty asks nothing.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Asked {
    actor_id: String,
    actor: String,
    group: String,
    action: String,
    subject: String,
    from: String,
    until: String,
    text: String,
}

impl Asked {
    fn query(self) -> Result<AuditQuery, Fault> {
        fn part<T: std::str::FromStr>(text: &str, field: &str) -> Result<Option<T>, Fault> {
            if text.is_empty() { Ok(None) } else { text.parse().map(Some).map_err(|_| Fault::field(field, Wrong::Unknown)) }
        }
        Ok(AuditQuery {
            actor_id: part(&self.actor_id, "actor_id")?,
            actor: part(&self.actor, "actor")?,
            group: part(&self.group, "group")?,
            action: self.action,
            subject: self.subject,
            from: self.from,
            until: self.until,
            text: self.text,
            ..AuditQuery::default()
        })
    }
}

/// `GET /audit.csv`: what the page of the audit shows, as a stream; for admins.
pub async fn table(Extension(Who(cx)): Extension<Who>, asked: Result<Query<Asked>, axum::extract::rejection::QueryRejection>) -> Response {
    let Some(cx) = cx else { return refuse(Fault::SignedOut) };
    let Ok(Query(asked)) = asked else { return refuse(Fault::Invalid { fields: Vec::new() }) };
    let begun = match asked.query() {
        Ok(query) => audit::export(&cx, query).await,
        Err(fault) => return refuse(fault),
    };
    let export = match begun {
        Ok(export) => export,
        Err(e) => return refuse(e.into_fault()),
    };
    // What fails in the middle ends the body without its end: the browser sees that it is not whole.
    let pieces = stream::try_unfold(export, |mut export| async move {
        let piece = audit::take(&mut export).await.map_err(|e| std::io::Error::other(e.into_fault().to_string()))?;
        Ok::<_, std::io::Error>(piece.map(|piece| (Bytes::from(piece), export)))
    });
    let mut response = Body::from_stream(pieces).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"audit.csv\""));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
