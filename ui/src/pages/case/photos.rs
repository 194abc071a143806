//! Photos, papers, recordings and signatures: what is kept, hidden until the name is shown; and ways to add one.

mod add;
mod item;
mod open;
mod paper;
mod recorder;
mod sign;
mod sound;

use ipc::{AttachmentView, FieldEdit};
use leptos::{prelude::*, task::spawn_local};

use super::{OpenCase, open_case};
use crate::{
    backend,
    components::{Empty, Problem, Undo, failure_text},
    state::{app, words},
};

/// What the parts of the tab share.
#[derive(Clone, Copy)]
struct Shelf {
    open: OpenCase,
    /// What is open in a sheet.
    shown: RwSignal<Option<AttachmentView>>,
    /// What was taken off the case last, and can be put back.
    removed: RwSignal<Option<AttachmentView>>,
    problem: RwSignal<Option<String>>,
}

impl Shelf {
    /// Takes an attachment off the case, or puts it back.
    fn write(self, attachment: AttachmentView, is_back: bool) {
        let (app, open, words) = (app(), self.open, words());
        let (table, row) = (attachment.table.clone(), attachment.row);
        let edit = if is_back {
            FieldEdit::RestoreRow { table, row }
        } else {
            FieldEdit::RemoveRow { table, row }
        };
        self.shown.set(None);
        spawn_local(async move {
            let answer = backend::edit(open.case.into(), vec![edit], None, None).await;
            match answer {
                Ok(_) => {
                    let said = if is_back {
                        words.photos_restored()
                    } else {
                        words.photos_removed()
                    };
                    app.announce(said);
                    self.problem.try_set(None);
                    self.removed.try_set((!is_back).then_some(attachment));
                    open.read();
                }
                Err(failure) => drop(self.problem.try_set(Some(failure_text(&failure)))),
            }
        });
    }
}

/// The tab.
#[component]
pub(crate) fn Photos() -> impl IntoView {
    let words = words();
    let open = open_case();
    let kept = open.part(|view| view.attachments.clone());
    let revealed = open.part(|view| view.revealed);
    let shelf = Shelf {
        open,
        shown: RwSignal::new(None),
        removed: RwSignal::new(None),
        problem: RwSignal::new(None),
    };
    provide_context(shelf);
    let undo = move || {
        shelf.removed.get().map(|attachment| {
            let undo = Callback::new(move |()| shelf.write(attachment.clone(), true));
            view! { <Undo said=words.photos_removed() test="attachment" on_undo=undo /> }
        })
    };
    view! {
        <add::Add />
        {undo}
        <Problem text=shelf.problem />
        {move || (!revealed.get() && !kept.with(Vec::is_empty)).then(|| view! { <p class="note">{words.case_masked()}</p> })}
        {move || {
            kept.with(Vec::is_empty).then(|| view! { <Empty title=words.photos_empty() help=words.photos_empty_help() /> })
        }}
        <ul class="photos" data-test="photos">
            <For
                each=move || kept.get()
                key=|kept| (kept.row, kept.caption.clone(), kept.here.clone(), kept.on_hub, kept.not_taken, kept.clash)
                let:attachment
            >
                <item::Item attachment=attachment revealed=revealed />
            </For>
        </ul>
        {move || shelf.shown.get().map(|attachment| view! { <open::Opened attachment=attachment /> })}
    }
}

fn shelf() -> Shelf {
    expect_context()
}

fn caption(attachment: &AttachmentView) -> String {
    if attachment.caption.is_empty() {
        words().photos_no_caption().to_owned()
    } else {
        attachment.caption.clone()
    }
}
