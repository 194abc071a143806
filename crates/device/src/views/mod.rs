//! What the screens show, made from documents, projections and the pack.

mod card;
mod case;
mod filing;
mod form;
mod speaker;
mod table;
mod words;

pub(crate) use card::card;
pub(crate) use case::{Part, case_view, parts};
pub(crate) use filing::{Stood, filed_form, filing_rows, filing_views, register_name, row_name, stood};
pub(crate) use form::{Sheet, Source, count, form_view, gaps, may_file, record_of, today};
pub(crate) use speaker::{Speaker, delivery};
pub(crate) use words::{register_label, register_place, words};
