//! Photos and papers: what is kept, hidden until the name is shown; and a way to add one.

use ipc::{AttachmentView, PictureSize};
use leptos::{ev, html, prelude::*, task::spawn_local};

use super::open_case;
use crate::{
    backend, browser,
    components::{Empty, Icon, Loading, Problem, Sheet, failure_text, icon},
    state::{app, words},
    time,
};

/// The tab.
#[component]
pub(crate) fn Photos() -> impl IntoView {
    let words = words();
    let open = open_case();
    let photos = open.part(|view| view.attachments.clone());
    let revealed = open.part(|view| view.revealed);
    let writes = open.writes(casework::Compartment::Identity);
    let shown = RwSignal::new(None::<AttachmentView>);
    view! {
        {move || writes.get().then(|| view! { <AddPhoto /> })}
        {move || (!revealed.get() && !photos.with(Vec::is_empty)).then(|| view! { <p class="note">{words.case_masked()}</p> })}
        {move || photos.with(Vec::is_empty).then(|| view! { <Empty title=words.photos_empty() /> })}
        <ul class="photos" data-test="photos">
            <For each=move || photos.get() key=|photo| (photo.row, photo.here.clone(), photo.on_hub) let:photo>
                <Photo photo=photo revealed=revealed on_open=Callback::new(move |photo| shown.set(Some(photo))) />
            </For>
        </ul>
        {move || {
            shown
                .get()
                .map(|photo| view! { <LargePhoto photo=photo on_close=Callback::new(move |()| shown.set(None)) /> })
        }}
    }
}

fn caption(photo: &AttachmentView) -> String {
    if photo.caption.is_empty() {
        words().photos_no_caption().to_owned()
    } else {
        photo.caption.clone()
    }
}

/// Reads a picture of the vault as a `data:` address.
fn read_picture(
    case: casework::CaseId,
    photo: &AttachmentView,
    size: PictureSize,
) -> RwSignal<Option<Result<String, String>>> {
    let picture = RwSignal::new(None);
    let row = photo.row;
    spawn_local(async move {
        let answer = backend::picture(case, row, size).await;
        picture.try_set(Some(match answer {
            Ok(jpeg) => Ok(format!("data:image/jpeg;base64,{jpeg}")),
            Err(failure) => Err(failure_text(&failure)),
        }));
    });
    picture
}

#[component]
fn Photo(photo: AttachmentView, revealed: Memo<bool>, on_open: Callback<AttachmentView>) -> impl IntoView {
    let words = words();
    let open = open_case();
    let text = caption(&photo);
    let date = photo.added_at_ms.map(|at| time::date(words, at)).unwrap_or_default();
    let (on_hub, by) = (photo.on_hub, photo.by.clone());
    let alt = text.clone();
    let spoken = words.photos_open(&text);
    let inside = move || {
        if !revealed.get() {
            return view! { <span class="photo-hidden">{icon(Icon::Hide)} <span>{words.photos_hidden()}</span></span> }
                .into_any();
        }
        let picture = read_picture(open.case, &photo, PictureSize::Thumb);
        let (alt, spoken, photo) = (alt.clone(), spoken.clone(), photo.clone());
        (move || match picture.get() {
            None => view! { <span class="photo-hidden">{words.photos_reading()}</span> }.into_any(),
            Some(Err(problem)) => view! { <span class="photo-hidden">{problem}</span> }.into_any(),
            Some(Ok(address)) => {
                let photo = photo.clone();
                view! {
                    <button
                        type="button"
                        class="photo-open"
                        aria-label=spoken.clone()
                        data-test="photo-open"
                        on:click=move |_| on_open.run(photo.clone())
                    >
                        <img src=address alt=alt.clone() />
                    </button>
                }
                .into_any()
            }
        })
        .into_any()
    };
    view! {
        <li class="photo" data-test="photo-item">
            <div class="photo-frame">{inside}</div>
            <p class="photo-caption">{text}</p>
            <p class="muted">{words.photos_added(by, date)}</p>
            <p class="delivery" data-state=if on_hub { "on_server" } else { "on_tablet" }>
                {icon(if on_hub { Icon::Tick } else { Icon::Waiting })}
                <span>{if on_hub { words.photos_on_hub() } else { words.photos_waiting() }}</span>
            </p>
        </li>
    }
}

#[component]
fn LargePhoto(photo: AttachmentView, on_close: Callback<()>) -> impl IntoView {
    let words = words();
    let open = open_case();
    let text = caption(&photo);
    let largest = photo.here.iter().copied().max().unwrap_or(PictureSize::Thumb);
    let picture = read_picture(open.case, &photo, largest);
    let alt = text.clone();
    view! {
        <Sheet title=text test="photo-sheet" on_close=on_close>
            {move || match picture.get() {
                None => view! { <Loading text=words.photos_reading() /> }.into_any(),
                Some(Err(problem)) => view! { <p class="problem">{problem}</p> }.into_any(),
                Some(Ok(address)) => view! { <img class="photo-large" src=address alt=alt.clone() /> }.into_any(),
            }}
            {(largest < PictureSize::Full).then(|| view! { <p class="muted">{words.photos_larger()}</p> })}
        </Sheet>
    }
}

/// A picture from a file: the device turns it upright, strips it and makes three sizes.
#[component]
fn AddPhoto() -> impl IntoView {
    let app = app();
    let words = words();
    let open = open_case();
    let input: NodeRef<html::Input> = NodeRef::new();
    let text = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let problem = RwSignal::new(None::<String>);
    let add = move |_: ev::Event| {
        let Some(input) = input.get_untracked() else { return };
        busy.set(true);
        problem.set(None);
        spawn_local(async move {
            let answer = match browser::chosen_file(&input).await {
                None => return busy.set(false),
                Some(Ok(picture)) => {
                    backend::add_photo(open.case, text.get_untracked().trim().to_owned(), picture).await
                }
                Some(Err(failure)) => Err(failure),
            };
            input.set_value("");
            busy.set(false);
            match answer {
                Ok(_) => {
                    text.set(String::new());
                    app.announce(words.app_saved());
                    open.read();
                }
                Err(failure) => problem.set(Some(failure_text(&failure))),
            }
        });
    };
    view! {
        <section class="card stack">
            <h3>{words.photos_add()}</h3>
            <p class="hint">{words.photos_help()}</p>
            <div class="question">
                <label class="label" for="photo-caption">{words.photos_caption()}</label>
                <input
                    class="input"
                    id="photo-caption"
                    data-test="photo-caption"
                    autocomplete="off"
                    prop:value=text
                    on:input=move |event| text.set(event_target_value(&event))
                />
            </div>
            <label class="button primary file" class:busy=busy>
                {icon(Icon::Photo)}
                <span>{words.photos_file()}</span>
                <input
                    type="file"
                    accept="image/*"
                    node_ref=input
                    data-test="photo-file"
                    disabled=busy
                    on:change=add
                />
            </label>
            <p class="muted" role="status">{move || busy.get().then(|| words.photos_busy())}</p>
            <Problem text=problem />
        </section>
    }
}
