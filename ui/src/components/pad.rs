//! A pad for a signature: with a finger, a pen, a mouse, or the arrow keys.

use std::fmt::Write as _;

use ipc::{STROKE_POINTS_MAX, STROKES_MAX, Stroke};
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::Element;

use super::{Icon, icon};
use crate::{browser, reader::words};

/// The pad in units of a point.
const WIDTH: u32 = 1_200;
const HEIGHT: u32 = 400;
/// A point nearer than this to the last one says nothing.
const NEAR: u32 = 3;
/// How far an arrow key moves the pen.
const STEP: u32 = 20;

/// What was drawn so far.
#[derive(Clone, Copy)]
pub(crate) struct Pad {
    /// The strokes, in order.
    pub(crate) strokes: RwSignal<Vec<Stroke>>,
    /// Whether a finger, a pen or a button is down.
    drawing: StoredValue<bool>,
    began_ms: StoredValue<Option<i64>>,
    /// Where the keyboard's pen is, and whether it is down.
    pen: RwSignal<Option<(u32, u32, bool)>>,
}

impl Pad {
    /// An empty one.
    pub(crate) fn new() -> Self {
        Self {
            strokes: RwSignal::new(Vec::new()),
            drawing: StoredValue::new(false),
            began_ms: StoredValue::new(None),
            pen: RwSignal::new(None),
        }
    }

    fn ms(self) -> u32 {
        let now_ms = browser::now_ms();
        let began = self.began_ms.get_value().unwrap_or(now_ms);
        self.began_ms.set_value(Some(began));
        u32::try_from(now_ms - began).unwrap_or(u32::MAX)
    }

    /// Whether it takes no more.
    pub(crate) fn is_full(self) -> bool {
        self.strokes.with_untracked(|strokes| {
            strokes.len() >= STROKES_MAX || strokes.iter().map(Vec::len).sum::<usize>() >= STROKE_POINTS_MAX
        })
    }

    fn begin(self, (x, y): (u32, u32)) {
        if !self.is_full() {
            let point = [x, y, self.ms()];
            self.strokes.update(|strokes| strokes.push(vec![point]));
        }
    }

    fn go(self, (x, y): (u32, u32)) {
        let last = self
            .strokes
            .with_untracked(|strokes| strokes.last().and_then(|stroke| stroke.last().copied()));
        let moved = last.is_some_and(|[a, b, _]| a.abs_diff(x).max(b.abs_diff(y)) >= NEAR);
        if moved && !self.is_full() {
            let point = [x, y, self.ms()];
            self.strokes.update(|strokes| {
                if let Some(stroke) = strokes.last_mut() {
                    stroke.push(point);
                }
            });
        }
    }

    /// Empties it.
    pub(crate) fn clear(self) {
        self.strokes.set(Vec::new());
        self.pen.set(None);
        self.began_ms.set_value(None);
    }

    /// Moves the pen of the keyboard; whether the key was one of its keys.
    fn key(self, key: &str) -> bool {
        let (x, y, down) = self.pen.get_untracked().unwrap_or((WIDTH / 8, HEIGHT / 2, false));
        let (x, y, down) = match key {
            "ArrowLeft" => (x.saturating_sub(STEP), y, down),
            "ArrowRight" => ((x + STEP).min(WIDTH), y, down),
            "ArrowUp" => (x, y.saturating_sub(STEP), down),
            "ArrowDown" => (x, (y + STEP).min(HEIGHT), down),
            " " => (x, y, !down),
            _ => return false,
        };
        match key {
            " " if down => self.begin((x, y)),
            " " => {}
            _ if down => self.go((x, y)),
            _ => {}
        }
        self.pen.set(Some((x, y, down)));
        true
    }
}

/// Where a pointer is on the pad.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "kept within the pad"
)]
fn place(event: &ev::PointerEvent) -> Option<(u32, u32)> {
    let pad: Element = event.current_target()?.dyn_into().ok()?;
    let edges = pad.get_bounding_client_rect();
    let at = |offset: f64, length: f64, units: u32| {
        (offset / length.max(1.0) * f64::from(units)).clamp(0.0, f64::from(units)) as u32
    };
    Some((
        at(f64::from(event.client_x()) - edges.left(), edges.width(), WIDTH),
        at(f64::from(event.client_y()) - edges.top(), edges.height(), HEIGHT),
    ))
}

/// A stroke as a line; a dot as a line of no length, which a round pen shows.
fn line(stroke: &Stroke) -> String {
    let mut path = String::new();
    for (at, [x, y, _]) in stroke.iter().enumerate() {
        let step = if at == 0 { 'M' } else { 'L' };
        let _ = write!(path, "{step}{x} {y}");
    }
    if stroke.len() == 1 {
        path.push_str("h0");
    }
    path
}

/// The pad, with what is said of it and what takes a stroke back. Whoever shows it says how it is used, in `sign-help`.
#[component]
pub(crate) fn SignaturePad(
    /// What is drawn.
    pad: Pad,
) -> impl IntoView {
    let words = words();
    let down = move |event: ev::PointerEvent| {
        if event.button() != 0 {
            return;
        }
        event.prevent_default();
        if let Some(field) = event
            .current_target()
            .and_then(|target| target.dyn_into::<Element>().ok())
        {
            // A stroke that leaves the pad goes on at its edge.
            let _ = field.set_pointer_capture(event.pointer_id());
        }
        pad.pen.set(None);
        pad.drawing.set_value(true);
        if let Some(at) = place(&event) {
            pad.begin(at);
        }
    };
    let moved = move |event: ev::PointerEvent| {
        if pad.drawing.get_value()
            && let Some(at) = place(&event)
        {
            pad.go(at);
        }
    };
    let up = move |_: ev::PointerEvent| pad.drawing.set_value(false);
    let pressed = move |event: ev::KeyboardEvent| {
        if pad.key(&event.key()) {
            event.prevent_default();
        }
    };
    let count = move || pad.strokes.with(Vec::len);
    let said = move || {
        let strokes = words.sign_strokes(count() as u64);
        match pad.pen.get() {
            Some((.., true)) => format!("{strokes} · {}", words.sign_pen_down()),
            Some((.., false)) => format!("{strokes} · {}", words.sign_pen_up()),
            None => strokes,
        }
    };
    // Each line stays as it is once the next is begun.
    let lines = move || (0..count()).collect::<Vec<_>>();
    let of = move |index: usize| {
        pad.strokes
            .with(|strokes| strokes.get(index).map(line).unwrap_or_default())
    };
    view! {
        <div class="pad" data-empty=move || (count() == 0).to_string()>
            <span class="pad-hint" aria-hidden="true">{words.sign_empty_pad()}</span>
            <svg
                viewBox=format!("0 0 {WIDTH} {HEIGHT}")
                preserveAspectRatio="none"
                tabindex="0"
                role="application"
                aria-label=words.sign_pad()
                aria-describedby="sign-help sign-said"
                data-test="sign-pad"
                on:pointerdown=down
                on:pointermove=moved
                on:pointerup=up
                on:pointercancel=up
                on:keydown=pressed
            >
                <For each=lines key=|index| *index let:index>
                    <path d=move || of(index) />
                </For>
                {move || {
                    pad.pen
                        .get()
                        .map(|(x, y, down)| {
                            view! {
                                <circle class="pad-pen" data-down=down.to_string() cx=x.to_string() cy=y.to_string() r="12" />
                            }
                        })
                }}
            </svg>
        </div>
        <p class="muted" id="sign-said" role="status">{said}</p>
        <div class="actions">
            <button
                type="button"
                class="button"
                disabled=move || count() == 0
                data-test="sign-undo"
                on:click=move |_| pad.strokes.update(|strokes| drop(strokes.pop()))
            >
                {icon(Icon::Back)}
                <span>{words.sign_undo()}</span>
            </button>
            <button
                type="button"
                class="button quiet"
                disabled=move || count() == 0
                data-test="sign-clear"
                on:click=move |_| pad.clear()
            >
                {words.sign_clear()}
            </button>
        </div>
    }
}
