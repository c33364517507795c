//! How server functions travel: JSON by POST, both ways.

use super::Refused;
use serde::{Serialize, de::DeserializeOwned};
use server_fn::codec::Json;
use server_fn::error::{FromServerFnError, IntoAppError, ServerFnErrorErr};
use server_fn::request::ClientReq;
use server_fn::response::ClientRes;
use server_fn::{Bytes, Http, Protocol, client::Client, server::Server};
use std::pin::Pin;

type Told = Result<Bytes, Refused>;

/// The protocol of every server function. For the server it is `server_fn`'s own; in the browser only what depends on the
/// function's types is made for each function: its arguments' text and reading its answer.
pub struct Wire;

impl<I, O, C, S> Protocol<I, O, C, S, Refused> for Wire
where
    Http<Json, Json>: Protocol<I, O, C, S, Refused>,
    I: Serialize,
    O: DeserializeOwned,
    C: Client<Refused>,
    S: Server<Refused>,
{
    const METHOD: http::Method = <Http<Json, Json> as Protocol<I, O, C, S, Refused>>::METHOD;

    fn run_server<F, Fut>(request: S::Request, server_fn: F) -> impl Future<Output = Result<S::Response, Refused>> + Send
    where
        F: Fn(I) -> Fut + Send,
        Fut: Future<Output = Result<O, Refused>> + Send,
    {
        <Http<Json, Json> as Protocol<I, O, C, S, Refused>>::run_server(request, server_fn)
    }

    fn run_client(path: &str, input: I) -> impl Future<Output = Result<O, Refused>> + Send {
        let told = match serde_json::to_vec(&input) {
            Ok(json) => ask::<C>(path, json),
            Err(e) => Box::pin(std::future::ready(Err(ServerFnErrorErr::Serialization(e.to_string()).into_app_error()))),
        };
        async {
            let json = told.await?;
            model::from_json(&json).map_err(|e| ServerFnErrorErr::Deserialization(e.to_string()).into_app_error())
        }
    }
}

/// Posts the arguments of a server function.
fn ask<C: Client<Refused>>(path: &str, json: Vec<u8>) -> Pin<Box<dyn Future<Output = Told> + Send>> {
    const JSON: &str = "application/json";
    let request = C::Request::try_new_post_bytes(path, JSON, JSON, Bytes::from(json));
    Box::pin(async {
        let answer = C::send(request?).await?;
        let is_refused = answer.status() >= 400;
        let json = answer.try_into_bytes().await?;
        if is_refused { Err(Refused::de(json)) } else { Ok(json) }
    })
}
