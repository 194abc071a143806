//! The little that the screens need of the browser itself: storage, the root element, files, focus, waiting.

use ipc::{Failure, FailureCode, PICTURE_BYTES_MAX};
use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, HtmlElement, HtmlInputElement, js_sys::Promise};

use crate::{
    route::Route,
    settings::{Settings, TextSize, Theme},
    words::Lang,
};

/// Milliseconds since 1970-01-01 UTC by the tablet's clock.
#[expect(clippy::cast_possible_truncation, reason = "the clock gives whole milliseconds")]
pub(crate) fn now_ms() -> i64 {
    web_sys::js_sys::Date::now() as i64
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

/// The preferences kept on this tablet; where none are, those of the browser.
pub(crate) fn load_settings() -> Settings {
    let kept = |key: &str| storage().and_then(|storage| storage.get_item(key).ok().flatten());
    let spoken = window()
        .navigator()
        .languages()
        .iter()
        .filter_map(|tag| tag.as_string())
        .collect::<Vec<_>>();
    Settings {
        lang: kept("lang")
            .and_then(|code| Lang::from_code(&code))
            .unwrap_or_else(|| Lang::best(spoken.iter().map(String::as_str))),
        theme: Theme::from_code(&kept("theme").unwrap_or_default()),
        text: TextSize::from_code(&kept("text").unwrap_or_default()),
    }
}

/// Puts the preferences into effect and keeps them.
pub(crate) fn apply_settings(settings: Settings) {
    if let Some(root) = document().document_element() {
        for (name, value) in [
            ("lang", settings.lang.code()),
            ("dir", settings.lang.direction()),
            ("data-theme", settings.theme.code()),
            ("data-text", settings.text.code()),
        ] {
            let _ = root.set_attribute(name, value);
        }
    }
    if let Some(storage) = storage() {
        let kept = [
            ("lang", settings.lang.code()),
            ("theme", settings.theme.code()),
            ("text", settings.text.code()),
        ];
        for (name, value) in kept {
            let _ = storage.set_item(name, value);
        }
    }
}

/// The part of the address after `#`.
pub(crate) fn hash() -> String {
    window().location().hash().unwrap_or_default()
}

/// Goes to a place.
pub(crate) fn go(route: &Route) {
    let _ = window().location().set_hash(&route.to_string());
}

fn element(id: &str) -> Option<HtmlElement> {
    document()
        .get_element_by_id(id)
        .and_then(|element| element.dyn_into().ok())
}

/// Gives an element the focus; the browser brings it into sight.
pub(crate) fn focus(id: &str) {
    if let Some(element) = element(id) {
        let _ = element.focus();
    }
}

/// Gives a part of the page the focus and shows it from its beginning, unless somebody is at work in it already: a slow
/// machine draws the page late, and must not take the field away from under the keys.
pub(crate) fn show(id: &str) {
    if let Some(element) = element(id) {
        if element.contains(document().active_element().as_deref()) {
            return;
        }
        let _ = element.focus();
        element.scroll_into_view_with_bool(true);
    }
}

/// Leaves the field that is being typed in, so that it is saved: the app goes into the background.
pub(crate) fn leave_field() {
    if let Some(active) = document()
        .active_element()
        .and_then(|element| element.dyn_into::<HtmlElement>().ok())
    {
        let _ = active.blur();
    }
}

/// Whether a key was pressed in a place where it types.
pub(crate) fn is_typing(event: &ev::KeyboardEvent) -> bool {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    target.is_some_and(|element| matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT"))
}

/// The font size of the root element, in pixels: one `rem`.
pub(crate) fn rem_px() -> f64 {
    const USUAL: f64 = 17.0;
    let root = document().document_element();
    let style = root.and_then(|root| window().get_computed_style(&root).ok().flatten());
    style
        .and_then(|style| style.get_property_value("font-size").ok())
        .and_then(|size| size.trim_end_matches("px").parse().ok())
        .unwrap_or(USUAL)
}

/// Waits.
pub(crate) async fn sleep(ms: i32) {
    let promise = Promise::new(&mut |resolve, _| {
        let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, ms);
    });
    let _ = JsFuture::from(promise).await;
}

/// The file chosen in a file input. `None` when none was chosen.
pub(crate) fn chosen(input: &HtmlInputElement) -> Option<web_sys::File> {
    input.files()?.get(0)
}

/// The picture chosen in a file input, base64. `None` when none was chosen.
pub(crate) async fn chosen_file(input: &HtmlInputElement) -> Option<Result<String, Failure>> {
    let file = chosen(input)?;
    let bytes_max = PICTURE_BYTES_MAX;
    if is_larger(&file, bytes_max) {
        return Some(Err(FailureCode::PictureTooLarge { bytes_max }.into()));
    }
    Some(read_base64(&file).await.map_err(|_| FailureCode::NotAPicture.into()))
}

/// Whether a file has more bytes than it may have.
#[expect(clippy::cast_precision_loss, reason = "the limits are far below 2^53")]
pub(crate) fn is_larger(file: &Blob, bytes_max: usize) -> bool {
    file.size() > bytes_max as f64
}

/// The bytes of a file, base64.
pub(crate) async fn read_base64(file: &Blob) -> Result<String, JsValue> {
    let reader = web_sys::FileReader::new()?;
    let promise = Promise::new(&mut |resolve, _| {
        let loaded = Closure::once_into_js(move || {
            let _ = resolve.call0(&JsValue::NULL);
        });
        reader.set_onloadend(Some(loaded.unchecked_ref()));
    });
    reader.read_as_data_url(file)?;
    JsFuture::from(promise).await?;
    let url = reader.result()?.as_string().unwrap_or_default();
    // An empty file is `data:` and nothing.
    Ok(url
        .split_once(";base64,")
        .map(|(_, data)| data.to_owned())
        .unwrap_or_default())
}

/// Bytes that are base64, as a file in memory.
pub(crate) fn blob(base64: &str, media_type: &str) -> Option<Blob> {
    let bytes: Vec<u8> = window()
        .atob(base64)
        .ok()?
        .chars()
        .filter_map(|c| u8::try_from(u32::from(c)).ok())
        .collect();
    let parts = web_sys::js_sys::Array::of1(&web_sys::js_sys::Uint8Array::from(bytes.as_slice()));
    blob_of(&parts, media_type)
}

/// A file in memory of several parts.
pub(crate) fn blob_of(parts: &web_sys::js_sys::Array, media_type: &str) -> Option<Blob> {
    let options = web_sys::BlobPropertyBag::new();
    options.set_type(media_type);
    Blob::new_with_u8_array_sequence_and_options(parts, &options).ok()
}
