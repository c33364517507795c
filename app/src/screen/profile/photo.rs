//! My own photo (PR-2): chosen, cut to a square here, and drawn anew by the server.

use crate::api::auth::remove_photo;
use crate::i18n::*;
use crate::part::*;
use crate::session::{self, use_session};
use crate::{api::Refused, fault};
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::{Fault, FieldFault, Wrong, limit};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, CanvasRenderingContext2d, HtmlCanvasElement, HtmlImageElement, HtmlInputElement, PointerEvent, Url};

/// Pixels of a side, of what is shown and of what is sent.
const SIDE: f64 = 512.0;
const ZOOM_MAX: f64 = 4.0;
/// What one press of an arrow key moves, in parts of the side.
const STEP: f64 = 0.03;

/// How the picture lies under the square: its middle in parts of the picture, and how near it is.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Cut {
    x: f64,
    y: f64,
    zoom: f64,
}

impl Cut {
    const MIDDLE: Cut = Cut { x: 0.5, y: 0.5, zoom: 1.0 };

    /// The square's left and upper edge and its side, in pixels of the picture; it never leaves the picture.
    fn square(self, width: f64, height: f64) -> (f64, f64, f64) {
        let side = width.min(height) / self.zoom.clamp(1.0, ZOOM_MAX);
        let edge = |middle: f64, length: f64| (middle * length - side / 2.0).clamp(0.0, length - side);
        (edge(self.x, width), edge(self.y, height), side)
    }

    /// Moved by parts of the square, and held inside.
    fn moved(self, dx: f64, dy: f64, width: f64, height: f64) -> Cut {
        let (left, top, side) = self.square(width, height);
        let (x, y) = ((left + side / 2.0 - dx * side) / width, (top + side / 2.0 - dy * side) / height);
        let (left, top, _) = Cut { x, y, ..self }.square(width, height);
        Cut { x: (left + side / 2.0) / width, y: (top + side / 2.0) / height, ..self }
    }
}

/// Buttons to choose, change and remove the photo, and the dialog that cuts it.
#[component]
pub(super) fn PhotoEditor() -> impl IntoView {
    let i18n = use_i18n();
    let (session, toasts) = (use_session(), use_toasts());
    let file = NodeRef::<leptos::html::Input>::new();
    let has = Signal::derive(move || session.with(|me| !me.photo.is_empty()));
    let open = RwSignal::new(false);
    let picture = RwSignal::new(None::<send_wrapper::SendWrapper<HtmlImageElement>>);
    let busy = RwSignal::new(false);
    let tell = move |fault: Fault| {
        if session::ended_by(&fault) {
            return;
        }
        let is = |wrong| matches!(&fault, Fault::Invalid { fields } if fields.iter().any(|f| f.wrong == wrong));
        toasts.fail(untrack(|| {
            if is(Wrong::NotAllowed) {
                t_string!(i18n, alert.me.bad).to_string()
            } else if is(Wrong::TooLong) {
                t_string!(i18n, alert.me.large).to_string()
            } else {
                fault::say(i18n, &fault)
            }
        }));
    };
    let chosen = move |event: web_sys::Event| {
        let Some(input) = event.target().and_then(|t| t.dyn_into::<HtmlInputElement>().ok()) else { return };
        let Some(chosen) = input.files().and_then(|f| f.item(0)) else { return };
        input.set_value("");
        if chosen.size() > limit::PHOTO_MAX as f64 {
            return tell(wrong(Wrong::TooLong));
        }
        if !["image/png", "image/jpeg", "image/webp"].contains(&chosen.type_().as_str()) {
            return tell(wrong(Wrong::NotAllowed));
        }
        spawn_local(async move {
            match load(&chosen).await {
                Some(loaded) => {
                    picture.set(Some(send_wrapper::SendWrapper::new(loaded)));
                    open.set(true);
                }
                None => tell(wrong(Wrong::NotAllowed)),
            }
        });
    };
    let remove = move |()| {
        busy.set(true);
        spawn_local(async move {
            match remove_photo().await {
                Ok(()) => {
                    session.change(|me| me.photo.clear());
                    toasts.say(tu_string!(i18n, alert.me.removed).to_string());
                }
                Err(Refused(fault)) => tell(fault),
            }
            busy.set(false);
        });
    };
    let cut = RwSignal::new(Cut::MIDDLE);
    let canvas = NodeRef::<leptos::html::Canvas>::new();
    effect(move || {
        if open.get() {
            cut.set(Cut::MIDDLE);
        }
    });
    effect(move || {
        let (Some(canvas), Some(picture)) = (canvas.get(), picture.get()) else { return };
        paint(&canvas, &picture, cut.get());
    });
    let send = move |()| {
        let Some(canvas) = canvas.get_untracked() else { return };
        busy.set(true);
        spawn_local(async move {
            match upload(&canvas).await {
                Ok(mark) => {
                    session.change(|me| me.photo = mark);
                    toasts.say(tu_string!(i18n, alert.me.saved).to_string());
                    open.set(false);
                }
                Err(fault) => tell(fault),
            }
            busy.set(false);
        });
    };
    view! {
        <div class="photo-buttons">
            <input node_ref=file class="visually-hidden" type="file" tabindex="-1" accept="image/png,image/jpeg,image/webp" on:change=chosen
                aria-label=move || t_string!(i18n, alert.me.choose).to_string()/>
            <Button icon="image" press=move |()| if let Some(file) = file.get_untracked() { file.click() }>
                {move || if has.get() { t_string!(i18n, alert.me.change) } else { t_string!(i18n, alert.me.choose) }.to_string()}
            </Button>
            <Show when=move || has.get()><Button kind=Kind::Ghost busy press=remove>{t!(i18n, alert.me.remove)}</Button></Show>
            <p class="field-hint">{t!(i18n, alert.me.photo_hint)}</p>
        </div>
        <Dialog open locked=busy title=move || t_string!(i18n, alert.me.crop).to_string() footer=move || view! {
            <Button press=move |()| open.set(false)>{t!(i18n, common.act.cancel)}</Button>
            <Button kind=Kind::Primary busy press=send>{t!(i18n, alert.me.take)}</Button>
        }.into_any()>
            <Crop canvas cut picture/>
        </Dialog>
    }
}

/// The square over the picture: dragged, or moved by the arrow keys.
#[component]
fn Crop(
    canvas: NodeRef<leptos::html::Canvas>,
    cut: RwSignal<Cut>,
    picture: RwSignal<Option<send_wrapper::SendWrapper<HtmlImageElement>>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let held = StoredValue::new(None::<(f64, f64)>);
    let shift = move |dx: f64, dy: f64| {
        let Some((width, height)) = picture.with_untracked(|p| p.as_ref().map(|p| size(p))) else { return };
        cut.update(|c| *c = c.moved(dx, dy, width, height));
    };
    let down = move |event: PointerEvent| {
        held.set_value(Some((f64::from(event.client_x()), f64::from(event.client_y()))));
        if let Some(canvas) = canvas.get_untracked() {
            let _ = canvas.set_pointer_capture(event.pointer_id());
        }
    };
    let dragged = move |event: PointerEvent| {
        let (Some((x, y)), Some(canvas)) = (held.get_value(), canvas.get_untracked()) else { return };
        let (now_x, now_y, side) = (f64::from(event.client_x()), f64::from(event.client_y()), f64::from(canvas.client_width()).max(1.0));
        held.set_value(Some((now_x, now_y)));
        shift((now_x - x) / side, (now_y - y) / side);
    };
    let keys = move |event: web_sys::KeyboardEvent| {
        let (dx, dy) = match event.key().as_str() {
            "ArrowLeft" => (STEP, 0.0),
            "ArrowRight" => (-STEP, 0.0),
            "ArrowUp" => (0.0, STEP),
            "ArrowDown" => (0.0, -STEP),
            _ => return,
        };
        event.prevent_default();
        shift(dx, dy);
    };
    let zoomed = move |event: web_sys::Event| {
        if let Ok(zoom) = event_target_value(&event).parse::<f64>() {
            cut.update(|c| c.zoom = zoom);
        }
    };
    view! {
        <p class="field-hint">{t!(i18n, alert.me.crop_hint)}</p>
        <canvas node_ref=canvas class="photo-crop" width=SIDE.to_string() height=SIDE.to_string() tabindex="0" role="img"
            aria-label=move || t_string!(i18n, alert.me.crop).to_string()
            on:pointerdown=down on:pointermove=dragged on:pointerup=move |_| held.set_value(None) on:pointercancel=move |_| held.set_value(None) on:keydown=keys></canvas>
        <label class="photo-zoom">
            <span>{t!(i18n, alert.me.zoom)}</span>
            <input type="range" min="1" max=ZOOM_MAX.to_string() step="0.05" prop:value=move || cut.get().zoom.to_string() on:input=zoomed/>
        </label>
    }
}

fn wrong(wrong: Wrong) -> Fault {
    Fault::Invalid { fields: vec![FieldFault { field: "photo".to_owned(), wrong }] }
}

fn size(picture: &HtmlImageElement) -> (f64, f64) {
    (f64::from(picture.natural_width()).max(1.0), f64::from(picture.natural_height()).max(1.0))
}

/// Decodes the file, upright.
async fn load(file: &Blob) -> Option<HtmlImageElement> {
    let address = Url::create_object_url_with_blob(file).ok()?;
    let picture = HtmlImageElement::new().ok()?;
    picture.set_src(&address);
    let decoded = JsFuture::from(picture.decode()).await;
    let _ = Url::revoke_object_url(&address);
    (decoded.is_ok() && picture.natural_width() > 0).then_some(picture)
}

fn paint(canvas: &HtmlCanvasElement, picture: &HtmlImageElement, cut: Cut) {
    let Some(context) = canvas.get_context("2d").ok().flatten().and_then(|c| c.dyn_into::<CanvasRenderingContext2d>().ok()) else { return };
    let (width, height) = size(picture);
    let (left, top, side) = cut.square(width, height);
    context.set_fill_style_str("#fff");
    context.fill_rect(0.0, 0.0, SIDE, SIDE);
    let _ = context
        .draw_image_with_html_image_element_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(picture, left, top, side, side, 0.0, 0.0, SIDE, SIDE);
}

/// Sends the square; answers the photo's new mark.
async fn upload(canvas: &HtmlCanvasElement) -> Result<String, Fault> {
    let blob = blob(canvas).await.ok_or_else(|| wrong(Wrong::NotAllowed))?;
    let init = web_sys::RequestInit::new();
    init.set_method("POST");
    init.set_body(&blob);
    let answer = JsFuture::from(window().fetch_with_str_and_init("/photo", &init)).await.map_err(|_| Fault::Offline)?;
    let answer: web_sys::Response = answer.dyn_into().map_err(|_| Fault::Offline)?;
    let text = match answer.text() {
        Ok(text) => JsFuture::from(text).await.ok().and_then(|t| t.as_string()).unwrap_or_default(),
        Err(_) => String::new(),
    };
    if answer.ok() {
        model::from_json(text.as_bytes()).map_err(|_| Fault::Unavailable)
    } else {
        Err(model::from_json(text.as_bytes()).unwrap_or(Fault::Unavailable))
    }
}

async fn blob(canvas: &HtmlCanvasElement) -> Option<Blob> {
    let canvas = canvas.clone();
    let promise = js_sys::Promise::new(&mut move |done, failed| {
        let made = Closure::once_into_js(move |blob: JsValue| {
            let _ = done.call1(&JsValue::UNDEFINED, &blob);
        });
        if canvas.to_blob_with_type_and_encoder_options(made.unchecked_ref(), "image/jpeg", &0.9.into()).is_err() {
            let _ = failed.call0(&JsValue::UNDEFINED);
        }
    });
    JsFuture::from(promise).await.ok()?.dyn_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_square_stays_inside_the_picture() {
        assert_eq!(Cut::MIDDLE.square(400.0, 200.0), (100.0, 0.0, 200.0));
        let near = Cut { zoom: 2.0, ..Cut::MIDDLE };
        assert_eq!(near.square(400.0, 200.0), (150.0, 50.0, 100.0));
        assert_eq!(near.moved(100.0, 100.0, 400.0, 200.0).square(400.0, 200.0), (0.0, 0.0, 100.0));
        assert_eq!(near.moved(-100.0, -100.0, 400.0, 200.0).square(400.0, 200.0), (300.0, 100.0, 100.0));
        // Back from an edge at once, however far beyond it was pulled.
        let back = near.moved(100.0, 0.0, 400.0, 200.0).moved(-0.1, 0.0, 400.0, 200.0);
        assert!((back.square(400.0, 200.0).0 - 10.0).abs() < 1e-9);
    }
}
