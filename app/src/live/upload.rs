//! One file on its way to the server, with its progress. `fetch` tells no progress of what it sends; the older way does.

use js_sys::Promise;
use model::{Fault, FileWish, Upload, from_json};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, ProgressEvent, XmlHttpRequest};

/// An upload under way.
pub struct Under(XmlHttpRequest);

impl Under {
    /// Ends it; its future answers a fault.
    pub fn stop(&self) {
        let _ = self.0.abort();
    }
}

/// Sends a file; `tell` hears the percent that are there.
pub fn upload(file: &File, wish: FileWish, tell: Box<dyn Fn(u8)>) -> (Under, impl Future<Output = Result<Upload, Fault>> + use<>) {
    let request = begin(file, wish, tell);
    let ended = request.as_ref().ok().cloned();
    let under = Under(ended.clone().map_or_else(|| JsValue::UNDEFINED.unchecked_into(), |(request, _)| request));
    (under, async move {
        let (request, promise) = ended.ok_or(Fault::Offline)?;
        let _ = JsFuture::from(promise).await;
        request.set_onloadend(None);
        if let Ok(upload) = request.upload() {
            upload.set_onprogress(None);
        }
        let text = request.response_text().ok().flatten().unwrap_or_default();
        match request.status().unwrap_or(0) {
            200 => from_json(text.as_bytes()).map_err(|_| Fault::Unavailable),
            // No answer, or one of a proxy.
            _ => Err(from_json(text.as_bytes()).unwrap_or(Fault::Offline)),
        }
    })
}

type Begun = (XmlHttpRequest, Promise);

fn begin(file: &File, wish: FileWish, tell: Box<dyn Fn(u8)>) -> Result<Begun, JsValue> {
    let request = XmlHttpRequest::new()?;
    let name = String::from(js_sys::encode_uri_component(&file.name()));
    request.open("POST", &format!("/upload?wish={}&name={name}", wish.word()))?;
    request.set_request_header("content-type", "application/octet-stream")?;
    let told = Closure::<dyn FnMut(ProgressEvent)>::new(move |event: ProgressEvent| {
        if event.length_computable() && event.total() > 0.0 {
            tell(crate::within(event.loaded() * 100.0 / event.total(), 0.0, 100.0) as u8);
        }
    });
    request.upload()?.set_onprogress(Some(told.as_ref().unchecked_ref()));
    // The request holds it as long as it may be called.
    told.forget();
    let promise = Promise::new(&mut |resolve, _| request.set_onloadend(Some(&resolve)));
    request.send_with_opt_blob(Some(file))?;
    Ok((request, promise))
}
