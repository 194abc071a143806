//! What the screens show, made from documents, projections and the pack.

mod card;
mod case;
mod clashes;
mod filing;
mod form;
mod forms;
mod institution;
mod parts;
mod speaker;
mod table;
mod words;

pub(crate) use card::card;
pub(crate) use case::case_view;
use clashes::clashes;
pub(crate) use filing::{Stood, filed_form, filing_views, open_filings, register_name, row_name, stood};
pub(crate) use form::{
    Sheet, Source, ToEmpty, answers_to_empty, count, form_view, gaps, may_file, record_of, stale_of, today, used,
};
pub(crate) use institution::{institution_card, institution_view};
pub(crate) use parts::{Part, parts};
pub(crate) use speaker::{Speaker, delivery};
pub(crate) use words::{register_label, register_place, word_of, words};
