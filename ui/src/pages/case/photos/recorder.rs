//! The microphone and the web view's recorder. What is recorded stays in memory, in pieces of a second.

use std::{cell::RefCell, rc::Rc};

use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, BlobEvent, MediaRecorder, MediaRecorderOptions, MediaStream, MediaStreamConstraints, MediaStreamTrack,
    js_sys::{Array, Reflect},
};

use crate::browser;

/// What the device can keep; the first that the web view can record.
const KINDS: [&str; 3] = [
    "audio/webm;codecs=opus",
    "audio/ogg;codecs=opus",
    "audio/mp4;codecs=opus",
];
/// A voice is well understood with this, and a minute has 180 kB.
const BITS_PER_SECOND: u32 = 24_000;
/// How often the web view hands over what it has.
const PIECE_MS: i32 = 1_000;

/// Why there is no recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoSound {
    /// Somebody, or a setting, said no.
    Denied,
    /// There is no microphone.
    NoMicrophone,
    /// This web view cannot record, or not what the device keeps.
    Cannot,
}

/// A recording on its way. Dropped, the microphone is off and nothing is kept.
pub(super) struct Recorder {
    engine: MediaRecorder,
    stream: MediaStream,
    pieces: Rc<RefCell<Vec<Blob>>>,
    kind: &'static str,
    _told: Closure<dyn FnMut(BlobEvent)>,
    _stopped: Closure<dyn FnMut()>,
}

impl Recorder {
    /// Asks for the microphone and begins. `stopped` is called once, when the last piece is there, whether the recording
    /// was stopped or broke off.
    pub(super) async fn start(stopped: impl FnMut() + 'static) -> Result<Self, NoSound> {
        let kind = kind().ok_or(NoSound::Cannot)?;
        let devices = window().navigator().media_devices().map_err(|_| NoSound::Cannot)?;
        if devices.is_undefined() {
            return Err(NoSound::Cannot);
        }
        let wanted = MediaStreamConstraints::new();
        wanted.set_audio(&JsValue::TRUE);
        let asked = devices
            .get_user_media_with_constraints(&wanted)
            .map_err(|error| why(&error))?;
        let stream: MediaStream = JsFuture::from(asked)
            .await
            .map_err(|error| why(&error))?
            .unchecked_into();
        let options = MediaRecorderOptions::new();
        options.set_mime_type(kind);
        options.set_audio_bits_per_second(BITS_PER_SECOND);
        let recorder = MediaRecorder::new_with_media_stream_and_media_recorder_options(&stream, &options);
        let recorder = recorder.map_err(|_| {
            release(&stream);
            NoSound::Cannot
        })?;
        let pieces = Rc::new(RefCell::new(Vec::new()));
        let told = {
            let pieces = Rc::clone(&pieces);
            Closure::new(move |event: BlobEvent| pieces.borrow_mut().extend(event.data()))
        };
        let ended = Closure::new(stopped);
        recorder.set_ondataavailable(Some(told.as_ref().unchecked_ref()));
        recorder.set_onstop(Some(ended.as_ref().unchecked_ref()));
        let made = Self {
            engine: recorder,
            stream,
            pieces,
            kind,
            _told: told,
            _stopped: ended,
        };
        made.engine
            .start_with_time_slice(PIECE_MS)
            .map_err(|_| NoSound::Cannot)?;
        Ok(made)
    }

    pub(super) fn pause(&self) {
        let _ = self.engine.pause();
    }

    pub(super) fn go_on(&self) {
        let _ = self.engine.resume();
    }

    pub(super) fn stop(&self) {
        let _ = self.engine.stop();
    }

    /// Bytes so far.
    pub(super) fn bytes(&self) -> f64 {
        self.pieces.borrow().iter().map(Blob::size).sum()
    }

    /// What was recorded, in one piece.
    pub(super) fn sound(&self) -> Option<Blob> {
        let parts: Array = self.pieces.borrow().iter().collect();
        browser::blob_of(&parts, self.kind)
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.engine.set_ondataavailable(None);
        self.engine.set_onstop(None);
        let _ = self.engine.stop();
        release(&self.stream);
    }
}

/// The microphone is off, and the sign that it is on goes.
fn release(stream: &MediaStream) {
    for track in stream.get_tracks() {
        track.unchecked_into::<MediaStreamTrack>().stop();
    }
}

/// What this web view can record of what the device keeps.
fn kind() -> Option<&'static str> {
    Reflect::has(&window(), &"MediaRecorder".into())
        .ok()
        .filter(|has| *has)?;
    KINDS.into_iter().find(|kind| MediaRecorder::is_type_supported(kind))
}

fn why(error: &JsValue) -> NoSound {
    let name = Reflect::get(error, &"name".into())
        .ok()
        .and_then(|name| name.as_string());
    match name.unwrap_or_default().as_str() {
        "NotAllowedError" | "SecurityError" => NoSound::Denied,
        "NotFoundError" | "OverconstrainedError" | "NotReadableError" => NoSound::NoMicrophone,
        _ => NoSound::Cannot,
    }
}
