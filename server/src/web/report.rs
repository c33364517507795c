//! A report as a file.

use super::refuse;
use super::session::Who;
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Extension, Query};
use axum::response::{IntoResponse, Response};
use http::header;
use model::{Fault, ReportQuery};

/// What OOXML calls a workbook.
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// `GET /report.csv?from=<day>&to=<day>&by=<word>&team_id=<id>`.
pub async fn csv(Extension(Who(cx)): Extension<Who>, query: Result<Query<ReportQuery>, QueryRejection>) -> Response {
    let Some(cx) = cx else { return refuse(Fault::SignedOut) };
    let Ok(Query(query)) = query else { return refuse(Fault::Invalid { fields: Vec::new() }) };
    match service::tally::csv(&cx, &query).await {
        Ok(text) => file(&query, "csv", "text/csv; charset=utf-8", text.into()),
        Err(e) => refuse(e.into_fault()),
    }
}

/// `GET /report.xlsx`, with the same questions.
pub async fn xlsx(Extension(Who(cx)): Extension<Who>, query: Result<Query<ReportQuery>, QueryRejection>) -> Response {
    let Some(cx) = cx else { return refuse(Fault::SignedOut) };
    let Ok(Query(query)) = query else { return refuse(Fault::Invalid { fields: Vec::new() }) };
    match service::tally::xlsx(&cx, &query).await {
        Ok(bytes) => file(&query, "xlsx", XLSX, bytes.into()),
        Err(e) => refuse(e.into_fault()),
    }
}

fn file(query: &ReportQuery, kind: &str, media: &'static str, body: Body) -> Response {
    let name = format!("attachment; filename=\"prosa-{}-{}-{}.{kind}\"", query.by.word().to_lowercase(), query.from, query.to);
    let headers = [
        (header::CONTENT_TYPE, media.to_owned()),
        (header::CONTENT_DISPOSITION, name),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox; frame-ancestors 'none'".to_owned()),
    ];
    (headers, body).into_response()
}
