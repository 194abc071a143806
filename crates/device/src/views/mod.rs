//! What the screens show, made from documents, projections and the pack.

mod card;
mod case;
mod form;
mod speaker;
mod words;

pub(crate) use card::card;
pub(crate) use case::{Part, case_view, parts};
pub(crate) use form::form_view;
pub(crate) use speaker::{Speaker, delivery};
pub(crate) use words::{register_label, register_place, words};
