//! One request over HTTP to where the page came from.

use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answered {
    /// The status.
    pub(crate) status: u16,
    /// For how many seconds to wait, where it says so.
    pub(crate) retry_after_s: Option<i64>,
    /// The body, as text.
    pub(crate) body: String,
}

impl Answered {
    /// Whether what was asked was done.
    pub(crate) fn is_good(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// Asks; with JSON in the body, and no longer than so many milliseconds, where it is said. `None` where nothing came back.
pub(crate) async fn fetch(method: &str, path: &str, json: Option<&str>, at_most_ms: Option<u32>) -> Option<Answered> {
    let options = web_sys::RequestInit::new();
    options.set_method(method);
    if let Some(json) = json {
        options.set_body(&json.into());
    }
    if let Some(ms) = at_most_ms {
        options.set_signal(Some(&web_sys::AbortSignal::timeout_with_u32(ms)));
    }
    let request = web_sys::Request::new_with_str_and_init(path, &options).ok()?;
    if json.is_some() {
        request.headers().set("content-type", "application/json").ok()?;
    }
    let answer = JsFuture::from(web_sys::window()?.fetch_with_request(&request));
    let answer: web_sys::Response = answer.await.ok()?.dyn_into().ok()?;
    let retry_after = answer.headers().get("retry-after").ok().flatten();
    let body = JsFuture::from(answer.text().ok()?).await.ok()?;
    Some(Answered {
        status: answer.status(),
        retry_after_s: retry_after.and_then(|seconds| seconds.parse().ok()),
        body: body.as_string().unwrap_or_default(),
    })
}
