//! Who accepted the documents, as a file.

use super::refuse;
use super::session::Who;
use axum::extract::Extension;
use axum::response::{IntoResponse, Response};
use http::header;
use model::Fault;

/// `GET /terms.csv`: the acceptances of the account's people; for admins.
pub async fn csv(Extension(Who(cx)): Extension<Who>) -> Response {
    let Some(cx) = cx else { return refuse(Fault::SignedOut) };
    match service::auth::terms_log(&cx).await {
        Ok(table) => {
            let headers = [
                (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
                (header::CONTENT_DISPOSITION, "attachment; filename=\"terms.csv\""),
                (header::CACHE_CONTROL, "no-store"),
            ];
            (headers, table).into_response()
        }
        Err(e) => refuse(e.into_fault()),
    }
}
