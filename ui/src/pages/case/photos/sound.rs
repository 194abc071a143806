//! A new recording: recorded, heard, then kept or discarded; or chosen as a file.
//!
//! Nothing that was recorded is lost by going elsewhere: what was neither kept nor discarded when the page is left, goes
//! into the background or lies idle is kept.

use std::time::Duration;

use casework::Compartment;
use ipc::{FileKind, RECORDING_BYTES_MAX, RECORDING_MINUTES_MAX};
use leptos::{ev, html, prelude::*, task::spawn_local};
use web_sys::Blob;

use super::{
    add::{Caption, Readers, done},
    recorder::{NoSound, Recorder},
};
use crate::{
    backend, browser,
    components::{Icon, Player, Problem, Source, failure_text, icon},
    pages::case::{OpenCase, open_case},
    state::{app, words},
    time,
};

const MS_MAX: u64 = RECORDING_MINUTES_MAX as u64 * 60_000;
/// The recorder stops here, so that its last second still fits.
const STOP_AT_MS: u64 = MS_MAX - 2_000;
#[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
const STOP_AT_BYTES: f64 = (RECORDING_BYTES_MAX - 64 * 1024) as f64;
const TICK: Duration = Duration::from_millis(250);
/// After how long nobody decides what was recorded is kept: the tablet would lock itself.
const UNDECIDED_MS: u64 = 45_000;

#[derive(Clone)]
enum Stage {
    Ready,
    Asking,
    Recording {
        paused: bool,
    },
    Heard {
        sound: StoredValue<Option<Blob>, LocalStorage>,
        source: Option<Source>,
        ms: u64,
    },
    Keeping,
}

#[derive(Clone, Copy)]
struct Desk {
    open: OpenCase,
    stage: RwSignal<Stage, LocalStorage>,
    recorder: StoredValue<Option<Recorder>, LocalStorage>,
    /// How long was recorded, and when the clock was looked at last.
    ms: RwSignal<u64>,
    looked_ms: StoredValue<i64>,
    idle_ms: StoredValue<u64>,
    caption: RwSignal<String>,
    readers: RwSignal<Compartment>,
    problem: RwSignal<Option<String>>,
    note: RwSignal<Option<&'static str>>,
}

impl Desk {
    fn start(self) {
        let words = words();
        self.problem.set(None);
        self.note.set(None);
        self.stage.set(Stage::Asking);
        self.ms.set(0);
        spawn_local(async move {
            let started = Recorder::start(move || self.stopped()).await;
            match started {
                // The page was left meanwhile; the recorder ends with its value.
                Ok(_) if self.stage.try_get_untracked().is_none() => {}
                Ok(recorder) => {
                    self.recorder.set_value(Some(recorder));
                    self.looked_ms.set_value(browser::now_ms());
                    self.stage.set(Stage::Recording { paused: false });
                }
                Err(why) => {
                    let said = match why {
                        NoSound::Denied => words.sound_denied(),
                        NoSound::NoMicrophone => words.sound_none(),
                        NoSound::Cannot => words.sound_cannot(),
                    };
                    self.problem.try_set(Some(said.to_owned()));
                    self.stage.try_set(Stage::Ready);
                }
            }
        });
    }

    /// Looks at the clock, and stops where a limit is reached.
    fn tick(self) {
        let now_ms = browser::now_ms();
        let gone = u64::try_from(now_ms - self.looked_ms.get_value())
            .unwrap_or(0)
            .min(5_000);
        self.looked_ms.set_value(now_ms);
        match self.stage.get_untracked() {
            Stage::Recording { paused } => {
                // Whoever speaks does not touch the tablet.
                app().is_active();
                if !paused {
                    self.ms.update(|ms| *ms += gone);
                }
                let bytes = self
                    .recorder
                    .with_value(|recorder| recorder.as_ref().map_or(0.0, Recorder::bytes));
                if self.ms.get_untracked() >= STOP_AT_MS || bytes >= STOP_AT_BYTES {
                    self.note.set(Some(words().sound_ended()));
                    self.stop();
                }
            }
            Stage::Heard { .. } => {
                self.idle_ms.update_value(|idle| *idle += gone);
                if self.idle_ms.get_value() >= UNDECIDED_MS {
                    self.keep();
                }
            }
            _ => {}
        }
    }

    fn pause(self, paused: bool) {
        self.recorder.with_value(|recorder| match recorder {
            Some(recorder) if paused => recorder.pause(),
            Some(recorder) => recorder.go_on(),
            None => {}
        });
        self.stage.set(Stage::Recording { paused });
    }

    fn stop(self) {
        self.recorder.with_value(|recorder| {
            if let Some(recorder) = recorder {
                recorder.stop();
            }
        });
    }

    /// The last piece is there.
    fn stopped(self) {
        let sound = self
            .recorder
            .try_with_value(|recorder| recorder.as_ref().and_then(Recorder::sound))
            .flatten();
        // The recorder calls this from inside itself, so it is dropped a moment later.
        set_timeout(
            move || drop(self.recorder.try_update_value(Option::take)),
            Duration::ZERO,
        );
        if let Some(sound) = sound {
            self.hear(sound, self.ms.get_untracked());
        }
    }

    fn hear(self, sound: Blob, ms: u64) {
        self.idle_ms.set_value(0);
        let source = Source::new(&sound);
        let sound = StoredValue::new_local(Some(sound));
        self.stage.set(Stage::Heard { sound, source, ms });
    }

    fn discard(self) {
        self.stage.set(Stage::Ready);
        self.note.set(None);
        self.ms.set(0);
    }

    /// Hands the recording to the device. On failure it is still here.
    fn keep(self) {
        let stage = self.stage.get_untracked();
        let Stage::Heard { sound, .. } = &stage else { return };
        let Some(sound) = sound.get_value() else { return };
        self.stage.set(Stage::Keeping);
        self.problem.set(None);
        let caption = self.caption.get_untracked().trim().to_owned();
        let kept = send(self.open, sound, caption, self.readers.get_untracked());
        spawn_local(async move {
            match kept.await {
                Ok(()) => {
                    self.caption.try_set(String::new());
                    self.note.try_set(None);
                    self.stage.try_set(Stage::Ready);
                }
                Err(problem) => {
                    self.problem.try_set(Some(problem));
                    self.idle_ms.try_set_value(0);
                    self.stage.try_set(stage);
                }
            }
        });
    }

    /// The page is left, or goes out of sight: what was recorded is kept.
    fn leave(self) {
        let (caption, readers) = (
            self.caption.get_untracked().trim().to_owned(),
            self.readers.get_untracked(),
        );
        let sound = match self.stage.get_untracked() {
            Stage::Recording { .. } => {
                let taken = self.recorder.try_update_value(Option::take).flatten();
                taken.as_ref().and_then(Recorder::sound)
            }
            Stage::Heard { sound, .. } => sound.get_value(),
            _ => None,
        };
        self.stage.set(Stage::Ready);
        if let Some(sound) = sound {
            let kept = send(self.open, sound, caption, readers);
            let app = app();
            spawn_local(async move {
                if let Err(problem) = kept.await {
                    app.announce(&problem);
                }
            });
        }
    }

    fn choose(self, input: &web_sys::HtmlInputElement) {
        let Some(file) = browser::chosen(input) else { return };
        input.set_value("");
        self.problem.set(None);
        if browser::is_larger(&file, RECORDING_BYTES_MAX) {
            let bytes_max = RECORDING_BYTES_MAX;
            let failure = ipc::FailureCode::FileTooLarge { bytes_max }.into();
            return self.problem.set(Some(failure_text(&failure)));
        }
        self.hear(file.into(), 0);
    }
}

/// Gives a recording to the device.
fn send(
    open: OpenCase,
    sound: Blob,
    caption: String,
    readers: Compartment,
) -> impl Future<Output = Result<(), String>> {
    let words = words();
    async move {
        let file = browser::read_base64(&sound).await;
        let file = file.map_err(|_| words.failure_not_a_recording().to_owned())?;
        let answer = backend::add_file(open.case, readers, caption, FileKind::Recording, file).await;
        done(open, answer)
    }
}

/// The form.
#[component]
pub(super) fn NewSound(readers: Vec<Compartment>) -> impl IntoView {
    let words = words();
    let desk = Desk {
        open: open_case(),
        stage: RwSignal::new_local(Stage::Ready),
        recorder: StoredValue::new_local(None),
        ms: RwSignal::new(0),
        looked_ms: StoredValue::new(browser::now_ms()),
        idle_ms: StoredValue::new(0),
        caption: RwSignal::new(String::new()),
        readers: RwSignal::new(readers.first().copied().unwrap_or(Compartment::Identity)),
        problem: RwSignal::new(None),
        note: RwSignal::new(None),
    };
    let ticking = set_interval_with_handle(move || desk.tick(), TICK).ok();
    let hidden = window_event_listener(ev::visibilitychange, move |_| {
        if document().hidden() {
            desk.leave();
        }
    });
    let touched = window_event_listener(ev::pointerdown, move |_| desk.idle_ms.set_value(0));
    let typed = window_event_listener(ev::keydown, move |_| desk.idle_ms.set_value(0));
    on_cleanup(move || {
        if let Some(ticking) = ticking {
            ticking.clear();
        }
        hidden.remove();
        touched.remove();
        typed.remove();
        desk.leave();
    });
    view! {
        <p class="hint">{words.sound_help(RECORDING_MINUTES_MAX)}</p>
        <Caption id="sound-caption" label=words.sound_caption() text=desk.caption />
        <Readers of=readers chosen=desk.readers />
        {move || match desk.stage.get() {
            Stage::Ready => view! { <Ready desk=desk /> }.into_any(),
            Stage::Asking => view! { <p role="status">{words.sound_asking()}</p> }.into_any(),
            Stage::Recording { paused } => view! { <Running desk=desk paused=paused /> }.into_any(),
            Stage::Heard { source, ms, .. } => view! { <Heard desk=desk source=source ms=ms /> }.into_any(),
            Stage::Keeping => view! { <p class="muted" role="status">{words.photos_keeping()}</p> }.into_any(),
        }}
        <Problem text=desk.problem />
    }
}

#[component]
fn Ready(desk: Desk) -> impl IntoView {
    let words = words();
    let input: NodeRef<html::Input> = NodeRef::new();
    let choose = move |_| {
        if let Some(input) = input.get_untracked() {
            // In a task of its own: what is heard outlives the button, and whatever the button's owner owns does not.
            spawn_local(async move { desk.choose(&input) });
        }
    };
    view! {
        <div class="actions">
            <button type="button" class="button primary" data-test="sound-start" on:click=move |_| desk.start()>
                {icon(Icon::Sound)}
                <span>{words.sound_record()}</span>
            </button>
            <label class="button file">
                <span>{words.sound_file()}</span>
                <input
                    type="file"
                    accept="audio/*,.opus,.ogg,.oga,.webm"
                    node_ref=input
                    data-test="sound-file"
                    on:change=choose
                />
            </label>
        </div>
    }
}

#[component]
fn Running(desk: Desk, paused: bool) -> impl IntoView {
    let words = words();
    let state = if paused {
        words.sound_paused()
    } else {
        words.sound_recording()
    };
    let left = move || words.sound_left(time::minutes(STOP_AT_MS.saturating_sub(desk.ms.get())));
    view! {
        <div class="recording" data-test="sound-running" data-paused=paused.to_string()>
            <span class="recording-dot" aria-hidden="true"></span>
            <strong role="status">{state}</strong>
            <span class="recording-time" role="timer">{move || time::minutes(desk.ms.get())}</span>
            <span class="muted">{left}</span>
        </div>
        <div class="actions">
            <button type="button" class="button primary" data-test="sound-stop" on:click=move |_| desk.stop()>
                {icon(Icon::Stop)}
                <span>{words.sound_stop()}</span>
            </button>
            <button type="button" class="button" data-test="sound-pause" on:click=move |_| desk.pause(!paused)>
                {icon(if paused { Icon::Sound } else { Icon::Pause })}
                <span>{if paused { words.sound_go_on() } else { words.sound_pause() }}</span>
            </button>
        </div>
    }
}

#[component]
fn Heard(desk: Desk, source: Option<Source>, ms: u64) -> impl IntoView {
    let words = words();
    let asking = RwSignal::new(false);
    view! {
        {move || desk.note.get().map(|note| view! { <p class="note" role="status">{note}</p> })}
        <p class="hint">{words.sound_listen()}</p>
        {source.map(|source| view! { <Player source=source ms=ms /> })}
        {move || {
            if asking.get() {
                return view! {
                    <p role="alert">{words.sound_discard_sure()}</p>
                    <div class="actions">
                        <button type="button" class="button danger" data-test="sound-discard-sure" on:click=move |_| desk.discard()>
                            {words.sound_again()}
                        </button>
                        <button type="button" class="button" on:click=move |_| asking.set(false)>{words.app_cancel()}</button>
                    </div>
                }
                    .into_any();
            }
            view! {
                <div class="actions">
                    <button type="button" class="button primary" data-test="sound-keep" on:click=move |_| desk.keep()>
                        {icon(Icon::Tick)}
                        <span>{words.photos_keep()}</span>
                    </button>
                    <button type="button" class="button" data-test="sound-discard" on:click=move |_| asking.set(true)>
                        {words.sound_again()}
                    </button>
                </div>
                <p class="muted">{words.sound_lose()}</p>
            }
                .into_any()
        }}
    }
}
