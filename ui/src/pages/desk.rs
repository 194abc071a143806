//! Where somebody writes: on a form or on the page of a case. What both share can be done from either.

use casework::RowId;
use ipc::{FieldEdit, RegisterRef};
use leptos::prelude::*;

use super::{case::OpenCase, form::OpenForm};
use crate::{
    backend,
    components::failure_text,
    state::{app, words},
    value::Spec,
};

/// Whose past is looked at.
#[derive(Clone, PartialEq)]
pub(crate) enum Past {
    /// That of a fact or a cell; how its values are said, where the caller knows.
    Register(RegisterRef, Option<Spec>),
    /// That of a row: table and row.
    Row(String, RowId),
}

/// The past that is open, and what it is called.
pub(crate) type OpenPast = RwSignal<Option<(Past, String)>>;

/// Where somebody writes.
#[derive(Clone, Copy)]
pub(crate) enum Desk {
    /// On the page of a case.
    Case(OpenCase),
    /// On a form.
    Form(OpenForm),
}

impl Desk {
    /// Says to everything on this page that it is written here. Each page says so anew: what an earlier page said would
    /// still be found, and what it speaks of would be gone.
    pub(crate) fn open(self) {
        provide_context(self);
    }

    /// Where this page writes.
    pub(crate) fn here() -> Self {
        expect_context()
    }

    /// Whether nothing may be written before a reason is given: the form was filed.
    pub(crate) fn is_locked(self) -> bool {
        match self {
            Self::Case(_) => false,
            Self::Form(open) => open.is_locked(),
        }
    }

    /// Writes edits; the answer is there once they survive a power cut.
    pub(crate) async fn write(self, edits: Vec<FieldEdit>) -> Result<(), String> {
        match self {
            Self::Case(open) => {
                let answer = backend::edit(open.case.into(), edits, None, None).await;
                answer.map_err(|failure| failure_text(&failure))?;
                app().announce(words().app_saved());
                open.read();
                Ok(())
            }
            Self::Form(open) => open.write(edits).await,
        }
    }

    /// Opens somebody's past.
    pub(crate) fn show_past(self, past: Past, label: String) {
        match self {
            Self::Case(open) => open.past,
            Self::Form(open) => open.past,
        }
        .set(Some((past, label)));
    }
}
