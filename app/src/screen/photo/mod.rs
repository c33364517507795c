//! A photo of a person or a contact (PR-2, PR-3): chosen, cut to a square here, and drawn anew by the server.

mod cut;

use crate::i18n::*;
use crate::part::*;
use crate::{fault, session};
use cut::{Cut, ZOOM_MAX};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::I18nContext;
use model::{Fault, FieldFault, Wrong, limit};
use send_wrapper::SendWrapper;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, CanvasRenderingContext2d, HtmlCanvasElement, HtmlImageElement, HtmlInputElement, PointerEvent, Url};

/// Pixels of a side, of what is shown and of what is sent.
const SIDE: f64 = 512.0;
/// What one press of an arrow key moves, in parts of the side.
const STEP: f64 = 0.03;

/// A photo on its way: from a file to a square to the server.
#[derive(Clone, Copy)]
pub struct Photo {
    /// A picture was chosen and its square is being looked for.
    pub cutting: RwSignal<bool>,
    /// The server is being asked.
    pub busy: RwSignal<bool>,
    picture: RwSignal<Option<SendWrapper<HtmlImageElement>>>,
    cut: RwSignal<Cut>,
    canvas: NodeRef<leptos::html::Canvas>,
    i18n: I18nContext<Locale>,
    toasts: Toasts,
}

impl Photo {
    /// Nothing chosen yet; call it in a component.
    pub fn begin() -> Photo {
        let photo = Photo {
            cutting: RwSignal::new(false),
            busy: RwSignal::new(false),
            picture: RwSignal::new(None),
            cut: RwSignal::new(Cut::MIDDLE),
            canvas: NodeRef::new(),
            i18n: use_i18n(),
            toasts: use_toasts(),
        };
        effect(move || {
            let (Some(canvas), Some(picture)) = (photo.canvas.get(), photo.picture.get()) else { return };
            paint(&canvas, &picture, photo.cut.get());
        });
        photo
    }

    /// Takes a file that somebody chose.
    fn take(self, file: web_sys::File) {
        if file.size() > limit::PHOTO_MAX as f64 {
            return self.tell(wrong(Wrong::TooLong));
        }
        if !["image/png", "image/jpeg", "image/webp"].contains(&file.type_().as_str()) {
            return self.tell(wrong(Wrong::NotAllowed));
        }
        spawn_local(async move {
            match load(&file).await {
                Some(loaded) => {
                    let _ = self.picture.try_set(Some(SendWrapper::new(loaded)));
                    let _ = self.cut.try_set(Cut::MIDDLE);
                    let _ = self.cutting.try_set(true);
                }
                None => self.tell(wrong(Wrong::NotAllowed)),
            }
        });
    }

    /// Sends the square to `address`, and calls `done` with the photo's new mark.
    pub fn send(self, address: String, done: impl FnOnce(String) + 'static) {
        let Some(canvas) = self.canvas.get_untracked() else { return };
        self.busy.set(true);
        spawn_local(async move {
            match upload(&canvas, &address).await {
                Ok(mark) => {
                    self.toasts.say(tu_string!(self.i18n, photo.saved).to_string());
                    let _ = self.cutting.try_set(false);
                    done(mark);
                }
                Err(fault) => self.tell(fault),
            }
            let _ = self.busy.try_set(false);
        });
    }

    /// Takes the photo away by `ask`, and calls `done`.
    pub fn remove(self, ask: impl Future<Output = crate::api::Answer<()>> + 'static, done: impl FnOnce() + 'static) {
        self.busy.set(true);
        spawn_local(async move {
            match ask.await {
                Ok(()) => {
                    self.toasts.say(tu_string!(self.i18n, photo.removed).to_string());
                    done();
                }
                Err(refused) => self.tell(refused.0),
            }
            let _ = self.busy.try_set(false);
        });
    }

    fn tell(self, fault: Fault) {
        if session::ended_by(&fault) {
            return;
        }
        let (i18n, is) = (self.i18n, |wrong| matches!(&fault, Fault::Invalid { fields } if fields.iter().any(|f| f.wrong == wrong)));
        self.toasts.fail(untrack(|| {
            if is(Wrong::NotAllowed) {
                t_string!(i18n, photo.bad).to_string()
            } else if is(Wrong::TooLong) {
                t_string!(i18n, photo.large).to_string()
            } else {
                fault::say(i18n, &fault)
            }
        }));
    }
}

/// Buttons to choose, change and remove the photo.
#[component]
pub fn PhotoButtons(
    photo: Photo,
    /// There is one.
    #[prop(into)]
    has: Signal<bool>,
    #[prop(into)] remove: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let file = NodeRef::<leptos::html::Input>::new();
    let chosen = move |event: web_sys::Event| {
        let Some(input) = event.target().and_then(|t| t.dyn_into::<HtmlInputElement>().ok()) else { return };
        let chosen = input.files().and_then(|f| f.item(0));
        input.set_value("");
        if let Some(chosen) = chosen {
            photo.take(chosen);
        }
    };
    view! {
        <div class="photo-buttons">
            <input node_ref=file class="visually-hidden" type="file" tabindex="-1" accept="image/png,image/jpeg,image/webp" on:change=chosen
                aria-label=move || t_string!(i18n, photo.choose).to_string()/>
            <Button icon="image" press=move |()| if let Some(file) = file.get_untracked() { file.click() }>
                {move || if has.get() { t_string!(i18n, photo.change) } else { t_string!(i18n, photo.choose) }.to_string()}
            </Button>
            <Show when=move || has.get()><Button kind=Kind::Ghost busy=photo.busy press=remove>{t!(i18n, photo.remove)}</Button></Show>
            <p class="field-hint">{t!(i18n, photo.hint)}</p>
        </div>
    }
}

/// What is below the square: back, or take it.
#[component]
pub fn CropButtons(photo: Photo, #[prop(into)] cancel: Callback<()>, #[prop(into)] send: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <Button press=cancel>{t!(i18n, common.act.cancel)}</Button>
        <Button kind=Kind::Primary busy=photo.busy press=send>{t!(i18n, photo.take)}</Button>
    }
}

/// The square over the picture: dragged, or moved by the arrow keys.
#[component]
pub fn Crop(photo: Photo) -> impl IntoView {
    let i18n = use_i18n();
    let Photo { canvas, cut, picture, .. } = photo;
    // It takes the place of what was pressed.
    canvas.on_load(|canvas| {
        request_animation_frame(move || {
            let _ = canvas.focus();
        });
    });
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
        <p class="field-hint">{t!(i18n, photo.crop_hint)}</p>
        <canvas node_ref=canvas class="photo-crop" width=SIDE.to_string() height=SIDE.to_string() tabindex="0" role="img"
            aria-label=move || t_string!(i18n, photo.crop).to_string()
            on:pointerdown=down on:pointermove=dragged on:pointerup=move |_| held.set_value(None) on:pointercancel=move |_| held.set_value(None) on:keydown=keys></canvas>
        <label class="photo-zoom">
            <span>{t!(i18n, photo.zoom)}</span>
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
async fn upload(canvas: &HtmlCanvasElement, address: &str) -> Result<String, Fault> {
    let blob = blob(canvas).await.ok_or_else(|| wrong(Wrong::NotAllowed))?;
    let init = web_sys::RequestInit::new();
    init.set_method("POST");
    init.set_body(&blob);
    let answer = JsFuture::from(window().fetch_with_str_and_init(address, &init)).await.map_err(|_| Fault::Offline)?;
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
