//! An attachment on a sheet: seen large, heard, read page by page; and taken off the case.

use ipc::{AttachmentKind, AttachmentView, FailureCode, PictureSize};
use leptos::{prelude::*, task::spawn_local};

use super::{
    caption,
    item::{address, read_picture, said},
    shelf,
};
use crate::{
    backend, browser,
    components::{Icon, Loading, Player, Sheet, Source, failure_text, icon},
    pages::{case::open_case, desk::Past},
    state::{app, words},
    time,
};

#[component]
pub(super) fn Opened(attachment: AttachmentView) -> impl IntoView {
    let words = words();
    let shelf = shelf();
    let close = Callback::new(move |()| shelf.shown.set(None));
    let asking = RwSignal::new(false);
    let writes = open_case().writes(attachment.compartment);
    let line = said(&attachment);
    let body = match attachment.kind {
        AttachmentKind::Photo | AttachmentKind::Signature { .. } => {
            view! { <Large attachment=attachment.clone() /> }.into_any()
        }
        AttachmentKind::Recording { ms } => view! { <Sound attachment=attachment.clone() ms=ms /> }.into_any(),
        AttachmentKind::Paper { pages } => view! { <Pages attachment=attachment.clone() pages=pages /> }.into_any(),
        AttachmentKind::Unknown { .. } => ().into_any(),
    };
    let title = caption(&attachment);
    let attachment = StoredValue::new(attachment);
    let past = open_case().past;
    let history = move |_| {
        let attachment = attachment.get_value();
        shelf.shown.set(None);
        past.set(Some((
            Past::Row(attachment.table.clone(), attachment.row),
            caption(&attachment),
        )));
    };
    view! {
        <Sheet title=title test="photo-sheet" on_close=close>
            <div class="stack">
                {line.map(|line| view! { <p>{line}</p> })}
                {body}
                <button type="button" class="button quiet" data-test="attachment-history" on:click=history>
                    {icon(Icon::History)}
                    <span>{words.form_history()}</span>
                </button>
                {move || {
                    if !writes.get() {
                        return None;
                    }
                    if asking.get() {
                        return Some(
                            view! {
                                <p>{words.photos_remove_sure()}</p>
                                <div class="actions">
                                    <button
                                        type="button"
                                        class="button danger"
                                        data-test="attachment-remove-sure"
                                        on:click=move |_| shelf.write(attachment.get_value(), false)
                                    >
                                        {words.photos_remove()}
                                    </button>
                                    <button type="button" class="button" on:click=move |_| asking.set(false)>
                                        {words.app_cancel()}
                                    </button>
                                </div>
                            }
                                .into_any(),
                        );
                    }
                    Some(
                        view! {
                            <button
                                type="button"
                                class="button quiet"
                                data-test="attachment-remove"
                                on:click=move |_| asking.set(true)
                            >
                                {words.photos_remove()}
                            </button>
                        }
                            .into_any(),
                    )
                }}
            </div>
        </Sheet>
    }
}

#[component]
fn Large(attachment: AttachmentView) -> impl IntoView {
    let words = words();
    let is_photo = attachment.kind == AttachmentKind::Photo;
    // The full size of a signature is its strokes.
    let sizes = attachment.here.iter().copied();
    let largest = sizes.filter(|size| is_photo || *size != PictureSize::Full).max();
    let largest = largest.unwrap_or(PictureSize::Thumb);
    let picture = read_picture(open_case().case, &attachment, largest);
    let alt = caption(&attachment);
    view! {
        {move || match picture.get() {
            None => view! { <Loading text=words.photos_reading() /> }.into_any(),
            Some(Err(problem)) => view! { <p class="problem">{problem}</p> }.into_any(),
            Some(Ok(address)) => {
                view! {
                    <div>
                        <img class="photo-large" class:signed=!is_photo src=address alt=alt.clone() />
                    </div>
                }
                    .into_any()
            }
        }}
        {(is_photo && largest < PictureSize::Full).then(|| view! { <p class="muted">{words.photos_larger()}</p> })}
    }
}

/// Says that the whole file is not here, and asks for it.
#[component]
fn Fetch(attachment: AttachmentView) -> impl IntoView {
    let words = words();
    let case = open_case().case;
    let asked = RwSignal::new(false);
    let row = attachment.row;
    let fetch = move |_| {
        asked.set(true);
        spawn_local(async move {
            // What is not here is asked for by asking; the answer that it is not here is the one expected.
            if let Err(failure) = backend::attached_file(case, row).await
                && failure.code != FailureCode::NotHereYet
            {
                app().announce(&failure_text(&failure));
            }
        });
    };
    view! {
        <p class="note">{words.photos_not_here(time::bytes(words, attachment.bytes))}</p>
        {move || {
            if asked.get() {
                return view! { <p role="status">{words.photos_fetching()}</p> }.into_any();
            }
            view! {
                <button type="button" class="button" data-test="attachment-fetch" on:click=fetch>
                    {words.photos_fetch()}
                </button>
            }
                .into_any()
        }}
    }
}

fn is_here(attachment: &AttachmentView) -> bool {
    attachment.here.contains(&PictureSize::Full)
}

#[component]
fn Sound(attachment: AttachmentView, ms: u64) -> impl IntoView {
    let words = words();
    if !is_here(&attachment) {
        return view! { <Fetch attachment=attachment /> }.into_any();
    }
    let case = open_case().case;
    let sound = RwSignal::new(None::<Result<Source, String>>);
    spawn_local(async move {
        let answer = backend::attached_file(case, attachment.row).await;
        let source = match answer {
            Ok((media_type, file)) => browser::blob(&file, &media_type).and_then(|blob| Source::new(&blob)),
            Err(failure) => {
                sound.try_set(Some(Err(failure_text(&failure))));
                return;
            }
        };
        sound.try_set(Some(source.ok_or_else(|| words.sound_unplayable().to_owned())));
    });
    (move || match sound.get() {
        None => view! { <Loading text=words.photos_reading() /> }.into_any(),
        Some(Err(problem)) => view! { <p class="problem">{problem}</p> }.into_any(),
        Some(Ok(source)) => view! { <Player source=source ms=ms /> }.into_any(),
    })
    .into_any()
}

#[component]
fn Pages(attachment: AttachmentView, pages: u32) -> impl IntoView {
    let words = words();
    if !is_here(&attachment) {
        let first = attachment.here.iter().copied().max();
        let first = first.map(|size| {
            let picture = read_picture(open_case().case, &attachment, size);
            let alt = caption(&attachment);
            move || {
                let address = picture.get().and_then(Result::ok);
                address
                    .map(|address| view! { <div><img class="photo-large paper" src=address alt=alt.clone() /></div> })
            }
        });
        return view! {
            {first}
            <Fetch attachment=attachment />
        }
        .into_any();
    }
    let (case, row) = (open_case().case, attachment.row);
    let page = RwSignal::new(0_u32);
    let picture = RwSignal::new(None::<Result<String, String>>);
    Effect::new(move |_| {
        let wanted = page.get();
        picture.set(None);
        spawn_local(async move {
            let answer = backend::paper_page(case, row, wanted).await;
            if page.try_get_untracked() == Some(wanted) {
                let answer = answer.map(|jpeg| address(&jpeg));
                picture.try_set(Some(answer.map_err(|failure| failure_text(&failure))));
            }
        });
    });
    let alt = caption(&attachment);
    let is_last = move || page.get() + 1 >= pages;
    let turn = move |to: i64| {
        page.update(|page| *page = u32::try_from((i64::from(*page) + to).clamp(0, i64::from(pages) - 1)).unwrap_or(0));
    };
    view! {
        {move || match picture.get() {
            None => view! { <Loading text=words.photos_reading() /> }.into_any(),
            Some(Err(problem)) => view! { <p class="note" data-test="paper-not-shown">{problem}</p> }.into_any(),
            Some(Ok(address)) => {
                view! {
                    <div>
                        <img class="photo-large paper" src=address alt=alt.clone() data-test="paper-page" />
                    </div>
                }
                    .into_any()
            }
        }}
        <div class="actions spread" hidden=pages < 2>
            <button
                type="button"
                class="button"
                disabled=move || page.get() == 0
                data-test="paper-previous"
                on:click=move |_| turn(-1)
            >
                {icon(Icon::Back)}
                <span>{words.paper_previous()}</span>
            </button>
            <span role="status">{move || words.paper_page_of(page.get() + 1, pages)}</span>
            <button
                type="button"
                class="button"
                disabled=is_last
                data-test="paper-next"
                on:click=move |_| turn(1)
            >
                <span>{words.paper_next()}</span>
                {icon(Icon::Next)}
            </button>
        </div>
    }
    .into_any()
}
