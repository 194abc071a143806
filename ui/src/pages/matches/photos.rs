//! Photos of both sides, for a person to compare; and those of a report, with a way to add one.

use casework::{ReportId, RowId, Subject};
use ipc::PictureSize;
use leptos::{prelude::*, task::spawn_local};

use crate::{
    backend,
    components::{PictureButton, failure_text},
    state::{app, words},
};

/// How many photos of each side are shown.
const PHOTOS_MAX: usize = 3;

/// The photos of both sides.
#[derive(Debug, Clone, Default)]
pub(super) struct Photos {
    pub(super) ours: Vec<(Subject, RowId)>,
    pub(super) theirs: Vec<(Subject, RowId)>,
}

impl Photos {
    /// Of a record and another that is here.
    pub(super) fn of(own: Subject, ours: &[RowId], other: Subject, theirs: &[RowId]) -> Self {
        let of = |subject: Subject, rows: &[RowId]| rows.iter().map(|row| (subject, *row)).collect();
        Self {
            ours: of(own, ours),
            theirs: of(other, theirs),
        }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.ours.is_empty() && self.theirs.is_empty()
    }
}

/// Some of them, side by side.
pub(super) fn shelf(photos: Vec<(Subject, RowId)>) -> impl IntoView {
    let photos: Vec<_> = photos
        .into_iter()
        .take(PHOTOS_MAX)
        .map(|(subject, row)| photo(subject, row))
        .collect();
    view! { <div class="sides-shelf">{photos}</div> }
}

fn photo(subject: Subject, row: RowId) -> impl IntoView {
    let source = RwSignal::new(None::<String>);
    spawn_local(async move {
        let answer = match subject {
            Subject::Case(case) => backend::picture(case, row, PictureSize::Thumb).await,
            Subject::Missing(report) => backend::report_picture(report, row, PictureSize::Thumb).await,
            Subject::Institution(_) => return,
        };
        // A picture that is not here yet is simply not shown beside the other.
        if let Ok(picture) = answer {
            source.try_set(Some(format!("data:image/jpeg;base64,{picture}")));
        }
    });
    move || {
        source.get().map(|source| view! { <img class="sides-photo" src=source alt=words().match_look_photos() data-test="sides-photo" /> })
    }
}

/// The photos of a report, and a way to add one where this officer may.
#[component]
pub(super) fn ReportPhotos(
    /// The report.
    report: ReportId,
    /// Its photos.
    photos: Vec<RowId>,
    /// Whether this officer writes in it.
    adds: bool,
) -> impl IntoView {
    let words = words();
    let add = move |picture: String| async move {
        let caption = words.match_photo_caption().to_owned();
        let added = backend::add_report_photo(report, caption, picture).await;
        added.map_err(|failure| failure_text(&failure))?;
        app().announce(words.app_saved());
        Ok(())
    };
    let none = photos
        .is_empty()
        .then(|| view! { <p class="muted">{words.match_photos_none()}</p> });
    let rows = photos.into_iter().map(|row| (Subject::from(report), row)).collect();
    let button = adds.then(|| view! { <PictureButton test="report-photo" add=add /> });
    view! {
        <section class="card stack" data-test="report-photos">
            <h3>{words.match_photos_of_report()}</h3>
            {none}
            {shelf(rows)}
            {button}
        </section>
    }
}
