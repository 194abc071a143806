//! A pad for a signature: with a finger, a pen, a mouse, or the arrow keys.

use std::fmt::Write as _;

use casework::{Compartment, attachment};
use ipc::{Request, SIGNER_CHARS_MAX, STROKE_POINTS_MAX, STROKES_MAX, Stroke};
use leptos::{ev, prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;
use web_sys::Element;

use super::add::{Caption, Readers, done};
use crate::{
    backend, browser,
    components::{Icon, Problem, failure_text, icon},
    pages::case::open_case,
    state::words,
};

/// The pad in units of a point.
const WIDTH: u32 = 1_200;
const HEIGHT: u32 = 400;
/// A point nearer than this to the last one says nothing.
const NEAR: u32 = 3;
/// How far an arrow key moves the pen.
const STEP: u32 = 20;

#[derive(Clone, Copy)]
struct Pad {
    strokes: RwSignal<Vec<Stroke>>,
    /// Whether a finger, a pen or a button is down.
    drawing: StoredValue<bool>,
    began_ms: StoredValue<Option<i64>>,
    /// Where the keyboard's pen is, and whether it is down.
    pen: RwSignal<Option<(u32, u32, bool)>>,
}

impl Pad {
    fn ms(self) -> u32 {
        let now_ms = browser::now_ms();
        let began = self.began_ms.get_value().unwrap_or(now_ms);
        self.began_ms.set_value(Some(began));
        u32::try_from(now_ms - began).unwrap_or(u32::MAX)
    }

    fn is_full(self) -> bool {
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

    fn clear(self) {
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

#[component]
fn Field(pad: Pad) -> impl IntoView {
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

/// A choice among a few or many, by its code; none at first.
#[component]
fn Choice(
    id: &'static str,
    label: &'static str,
    /// What stands for none.
    none: String,
    options: Vec<(String, String)>,
    chosen: RwSignal<String>,
) -> impl IntoView {
    let options = options
        .into_iter()
        .map(|(code, said)| view! { <option value=code>{said}</option> });
    view! {
        <div class="question">
            <label class="label" for=id>{label}</label>
            <select
                class="input"
                id=id
                data-test=id
                prop:value=chosen
                on:change=move |event| chosen.set(event_target_value(&event))
            >
                <option value="">{none}</option>
                {options.collect_view()}
            </select>
        </div>
    }
}

/// The form.
#[component]
pub(super) fn NewSignature(readers: Vec<Compartment>) -> impl IntoView {
    let words = words();
    let open = open_case();
    let pad = Pad {
        strokes: RwSignal::new(Vec::new()),
        drawing: StoredValue::new(false),
        began_ms: StoredValue::new(None),
        pen: RwSignal::new(None),
    };
    let text = || RwSignal::new(String::new());
    let (caption, signer, signer_as, form) = (text(), text(), text(), text());
    let chosen_readers = RwSignal::new(readers.first().copied().unwrap_or(Compartment::Identity));
    let busy = RwSignal::new(false);
    let problem = RwSignal::new(None::<String>);
    let (roles, forms) = open.view.with_untracked(|view| {
        let terms = view
            .iter()
            .filter_map(|view| view.life.words.get(attachment::SIGNERS))
            .flatten();
        let roles: Vec<_> = terms
            .map(|term| (term.code.clone(), words.label(&term.label)))
            .collect();
        let forms = view.iter().flat_map(|view| &view.forms);
        let title = |number: &str, title: String| format!("{}: {title}", words.sign_of_form(number));
        let forms: Vec<_> = forms
            .map(|form| (form.form.clone(), title(&form.form, words.label(&form.title))))
            .collect();
        (roles, forms)
    });
    let keep = move |_| {
        let missing = [
            (
                signer.with_untracked(|signer| signer.trim().is_empty()),
                "sign-signer",
                words.sign_need_signer(),
            ),
            (
                signer_as.with_untracked(String::is_empty),
                "sign-as",
                words.sign_need_role(),
            ),
        ];
        if let Some((_, id, said)) = missing.into_iter().find(|(missing, ..)| *missing) {
            problem.set(Some(said.to_owned()));
            return browser::focus(id);
        }
        busy.set(true);
        problem.set(None);
        let request = Request::AddSignature {
            case: open.case,
            compartment: chosen_readers.get_untracked(),
            caption: caption.get_untracked().trim().to_owned(),
            signer: signer.get_untracked().trim().to_owned(),
            signer_as: signer_as.get_untracked(),
            form: Some(form.get_untracked()).filter(|form| !form.is_empty()),
            strokes: pad.strokes.get_untracked(),
        };
        spawn_local(async move {
            let answer = backend::add_signature(request).await;
            busy.try_set(false);
            match done(open, answer) {
                Ok(()) => {
                    if busy.try_get_untracked().is_some() {
                        pad.clear();
                        for text in [caption, signer, signer_as, form] {
                            text.set(String::new());
                        }
                    }
                }
                Err(why) => drop(problem.try_set(Some(why))),
            }
        });
    };
    let full = move || {
        let is_full = pad.strokes.with(|_| pad.is_full());
        is_full.then(|| failure_text(&ipc::FailureCode::StrokesTooMany.into()))
    };
    view! {
        <p class="hint" id="sign-help">{words.sign_help()}</p>
        <Field pad=pad />
        <Problem text=Signal::derive(full) hook="sign-full" />
        <div class="pair-of-questions">
            <div class="question">
                <label class="label" for="sign-signer">{words.sign_signer()}</label>
                <input
                    class="input"
                    id="sign-signer"
                    data-test="sign-signer"
                    autocomplete="off"
                    maxlength=SIGNER_CHARS_MAX.to_string()
                    prop:value=signer
                    on:input=move |event| signer.set(event_target_value(&event))
                />
            </div>
            <Choice id="sign-as" label=words.sign_signer_as() none="—".to_owned() options=roles chosen=signer_as />
            <Choice id="sign-form" label=words.sign_form() none=words.sign_no_form().to_owned() options=forms chosen=form />
            <Caption id="sign-caption" label=words.sign_caption() text=caption />
        </div>
        <Readers of=readers chosen=chosen_readers />
        <button
            type="button"
            class="button primary"
            disabled=move || busy.get() || pad.strokes.with(Vec::is_empty)
            data-test="sign-keep"
            on:click=keep
        >
            {icon(Icon::Tick)}
            <span>{words.photos_keep()}</span>
        </button>
        <p class="muted" role="status">{move || busy.get().then(|| words.photos_keeping())}</p>
        <Problem text=problem />
    }
}
