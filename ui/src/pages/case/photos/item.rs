//! One attachment in the list: its picture, or what stands for it; what it is; how far it has come.

use ipc::{AttachmentKind, AttachmentView, PictureSize};
use leptos::{prelude::*, task::spawn_local};

use super::{caption, shelf};
use crate::{
    backend,
    components::{Icon, failure_text, icon},
    pages::case::open_case,
    state::words,
    time,
};

/// Reads a picture of the vault as a `data:` address.
pub(super) fn read_picture(
    case: casework::CaseId,
    attachment: &AttachmentView,
    size: PictureSize,
) -> RwSignal<Option<Result<String, String>>> {
    let picture = RwSignal::new(None);
    let row = attachment.row;
    spawn_local(async move {
        let answer = backend::picture(case, row, size).await;
        picture.try_set(Some(match answer {
            Ok(picture) => Ok(address(&picture)),
            Err(failure) => Err(failure_text(&failure)),
        }));
    });
    picture
}

/// The address of a picture that is JPEG or, as of a signature, PNG.
pub(super) fn address(base64: &str) -> String {
    let kind = if base64.starts_with("iVBOR") { "png" } else { "jpeg" };
    format!("data:image/{kind};base64,{base64}")
}

/// What it is, in a line.
pub(super) fn said(attachment: &AttachmentView) -> Option<String> {
    let words = words();
    match &attachment.kind {
        AttachmentKind::Photo => None,
        AttachmentKind::Recording { ms } => Some(words.sound_length(time::minutes(*ms))),
        AttachmentKind::Paper { pages } => {
            let pages = words.paper_pages(u64::from(*pages));
            Some(words.paper_said(pages, time::bytes(words, attachment.bytes)))
        }
        AttachmentKind::Signature {
            signer,
            signer_as,
            form,
        } => {
            let role = signer_as
                .as_ref()
                .map(|term| words.label(&term.label))
                .unwrap_or_default();
            let by = if signer.is_empty() {
                role
            } else {
                words.sign_by(signer, role)
            };
            Some(
                form.as_ref()
                    .map_or_else(|| by.clone(), |form| format!("{by} · {}", words.sign_of_form(form))),
            )
        }
        AttachmentKind::Unknown { .. } => Some(words.photos_kind_unknown().to_owned()),
    }
}

/// What stands for an attachment that has no picture.
const fn sign_of(kind: &AttachmentKind) -> Icon {
    match kind {
        AttachmentKind::Photo => Icon::Photo,
        AttachmentKind::Recording { .. } => Icon::Sound,
        AttachmentKind::Paper { .. } => Icon::Form,
        AttachmentKind::Signature { .. } => Icon::Sign,
        AttachmentKind::Unknown { .. } => Icon::Versions,
    }
}

#[component]
pub(super) fn Item(attachment: AttachmentView, revealed: Memo<bool>) -> impl IntoView {
    let words = words();
    let (open, shelf) = (open_case(), shelf());
    let text = caption(&attachment);
    let date = attachment
        .added_at_ms
        .map(|at| time::date(words, at))
        .unwrap_or_default();
    let (on_hub, by, clash) = (attachment.on_hub, attachment.by.clone(), attachment.clash);
    let line = said(&attachment);
    let readers = (attachment.compartment != casework::Compartment::Identity)
        .then(|| view! { <p class="muted">{words.compartment(attachment.compartment)}</p> });
    let (state, sign, way) = match (on_hub, attachment.not_taken) {
        (true, _) => ("on_server", Icon::Tick, words.photos_on_hub()),
        (false, true) => ("refused", Icon::Refused, words.photos_not_taken()),
        (false, false) => ("on_tablet", Icon::Waiting, words.photos_waiting()),
    };
    let is_signed = matches!(attachment.kind, AttachmentKind::Signature { .. });
    let (alt, spoken) = (text.clone(), words.photos_open(&text));
    let inside = move || {
        if !revealed.get() {
            return view! { <span class="photo-hidden">{icon(Icon::Hide)} <span>{words.photos_hidden()}</span></span> }
                .into_any();
        }
        let (alt, attachment) = (alt.clone(), attachment.clone());
        let picture: AnyView = if attachment.sizes.contains(&PictureSize::Thumb) {
            let picture = read_picture(open.case, &attachment, PictureSize::Thumb);
            (move || match picture.get() {
                None => view! { <span class="photo-hidden">{words.photos_reading()}</span> }.into_any(),
                Some(Err(problem)) => view! { <span class="photo-hidden">{problem}</span> }.into_any(),
                Some(Ok(address)) => view! { <img src=address alt=alt.clone() /> }.into_any(),
            })
            .into_any()
        } else {
            let length = match &attachment.kind {
                AttachmentKind::Recording { ms } => Some(time::minutes(*ms)),
                _ => None,
            };
            view! { <span class="photo-hidden photo-sign">{icon(sign_of(&attachment.kind))} {length}</span> }.into_any()
        };
        view! {
            <button
                type="button"
                class="photo-open"
                aria-label=spoken.clone()
                data-test="photo-open"
                on:click=move |_| shelf.shown.set(Some(attachment.clone()))
            >
                {picture}
            </button>
        }
        .into_any()
    };
    view! {
        <li class="photo" data-test="photo-item">
            <div class="photo-frame" class:signed=is_signed>{inside}</div>
            <p class="photo-caption">{text}</p>
            {line.map(|line| view! { <p class="photo-said">{line}</p> })}
            {readers}
            <p class="muted">{words.photos_added(by, date)}</p>
            {clash.then(|| view! { <p class="muted">{icon(Icon::Versions)} " " {words.photos_clash()}</p> })}
            <p class="delivery" data-state=state>
                {icon(sign)}
                <span>{way}</span>
            </p>
        </li>
    }
}
