//! Files out (20, section 3.3): their bytes go first, as a stream, and the message names the id that comes back.

use super::{graph, wire};
use crate::{Link, OutFile, Policy, SendError};
use model::DeliveryProblem;
use reqwest::multipart::{Form, Part};
use reqwest::{Body, Client};
use std::sync::OnceLock;
use std::time::Duration;

/// Without a bound on the whole call: a large file on a slow line takes minutes, and the caller bounds that.
fn client() -> Result<&'static Client, SendError> {
    static CLIENT: OnceLock<Result<Client, String>> = OnceLock::new();
    let made = CLIENT.get_or_init(|| {
        let builder = Client::builder().redirect(reqwest::redirect::Policy::none()).connect_timeout(Duration::from_secs(10));
        builder.pool_max_idle_per_host(0).build().map_err(|e| e.to_string())
    });
    made.as_ref().map_err(|e| SendError::new(Policy::Retry, DeliveryProblem::NetworkDown, e))
}

/// Gives a file to the network; answers its id, which lives for thirty days.
pub(super) async fn upload(link: &Link, file: OutFile) -> Result<String, SendError> {
    let url = graph::endpoint(link, &[&link.external_id, "media"])?;
    let unfit = |e: reqwest::Error| SendError::new(Policy::Never, DeliveryProblem::BadParameter, e.to_string());
    let part =
        Part::stream_with_length(Body::wrap_stream(file.bytes), file.size).file_name(file.file_name).mime_str(&file.mime).map_err(unfit)?;
    let form = Form::new().text("messaging_product", "whatsapp").text("type", file.mime).part("file", part);
    let answer = graph::call(link, client()?.post(url).multipart(form), true).await.map_err(graph::repeatable)?;
    wire::word(&answer, "id").ok_or_else(|| SendError::new(Policy::Retry, DeliveryProblem::NetworkDown, "an upload without an id"))
}
