//! The microphone, for recordings. The web view of Linux gives none to a page unless its window says so, and asks the
//! window each time; the others ask the person by themselves.

/// Lets the page ask for the microphone, and for nothing else.
///
/// The page is the app's own and loads nothing from elsewhere, and the screens ask only when an officer presses to record;
/// so the window's answer is yes. A camera, a place or a notice the page never asks for, and would not get.
#[cfg(target_os = "linux")]
pub(crate) fn offer(window: &tauri::WebviewWindow) -> tauri::Result<()> {
    use webkit2gtk::{
        PermissionRequestExt as _, SettingsExt as _, UserMediaPermissionRequest, UserMediaPermissionRequestExt as _,
        WebViewExt as _, glib::Cast as _,
    };

    window.with_webview(|webview| {
        let webview = webview.inner();
        if let Some(settings) = webview.settings() {
            settings.set_enable_media_stream(true);
        }
        webview.connect_permission_request(|_, request| {
            match request.downcast_ref::<UserMediaPermissionRequest>() {
                Some(media) if media.is_for_audio_device() && !media.is_for_video_device() => request.allow(),
                _ => request.deny(),
            }
            true
        });
    })
}

/// Nothing to do: the web view asks the person.
#[cfg(not(target_os = "linux"))]
#[expect(clippy::unnecessary_wraps, reason = "it may fail elsewhere")]
pub(crate) fn offer(_: &tauri::WebviewWindow) -> tauri::Result<()> {
    Ok(())
}
