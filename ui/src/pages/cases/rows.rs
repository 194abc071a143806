//! The rows that are in memory: whole pages of them, asked for as the list is scrolled.

use std::{collections::BTreeMap, ops::Range};

use ipc::{CaseCard, CaseFilter, Failure};
use leptos::{prelude::*, task::spawn_local};

use crate::{backend, list_window};

/// Rows asked for at once.
const PAGE_ROWS: u32 = 100;
/// Pages kept; those farthest from what is seen are let go.
const PAGES_MAX: usize = 12;

/// The rows of one filter.
#[derive(Clone, Copy)]
pub(crate) struct Rows {
    /// How many there are; `None` until the device has answered.
    pub(crate) total: RwSignal<Option<u32>>,
    /// Why the last page could not be read.
    pub(crate) failure: RwSignal<Option<Failure>>,
    pages: RwSignal<BTreeMap<u32, Vec<CaseCard>>>,
    filter: RwSignal<CaseFilter>,
    seen: RwSignal<Range<u32>>,
    /// Grows with every filter and every change, so that a late answer to an older question is not shown.
    asked: RwSignal<u64>,
    underway: RwSignal<BTreeMap<u32, u64>>,
}

impl Rows {
    /// No rows yet.
    pub(crate) fn new() -> Self {
        Self {
            total: RwSignal::new(None),
            failure: RwSignal::new(None),
            pages: RwSignal::new(BTreeMap::new()),
            filter: RwSignal::new(CaseFilter::default()),
            seen: RwSignal::new(0..0),
            asked: RwSignal::new(0),
            underway: RwSignal::new(BTreeMap::new()),
        }
    }

    /// The row at an index, where it is in memory.
    pub(crate) fn at(self, index: u32) -> Option<CaseCard> {
        let (page, within) = (index / PAGE_ROWS, (index % PAGE_ROWS) as usize);
        self.pages
            .with(|pages| pages.get(&page).and_then(|rows| rows.get(within)).cloned())
    }

    /// Another filter: what was read is of no use.
    pub(crate) fn set_filter(self, filter: CaseFilter) {
        self.filter.set(filter);
        self.asked.update(|asked| *asked += 1);
        self.read(0);
    }

    /// Something changed: the rows that are seen are read again, and stand until then.
    pub(crate) fn refresh(self) {
        self.asked.update(|asked| *asked += 1);
        let pages = self.seen.with_untracked(|seen| list_window::pages(seen, PAGE_ROWS));
        self.pages.update(|kept| kept.retain(|page, _| pages.contains(page)));
        for page in if pages.is_empty() { 0..1 } else { pages } {
            self.read(page);
        }
    }

    /// These rows are seen, or about to be.
    pub(crate) fn see(self, rows: Range<u32>) {
        let pages = list_window::pages(&rows, PAGE_ROWS);
        self.seen.set(rows);
        for page in pages {
            let asked = self.asked.get_untracked();
            let is_coming = self
                .underway
                .with_untracked(|underway| underway.get(&page) == Some(&asked));
            if !is_coming && !self.pages.with_untracked(|pages| pages.contains_key(&page)) {
                self.read(page);
            }
        }
    }

    fn read(self, page: u32) {
        let asked = self.asked.get_untracked();
        self.underway.update_untracked(|underway| {
            underway.insert(page, asked);
        });
        let filter = self.filter.get_untracked();
        spawn_local(async move {
            let answer = backend::cases(filter, page * PAGE_ROWS, PAGE_ROWS).await;
            if self.asked.try_get_untracked() != Some(asked) {
                return;
            }
            self.underway.update_untracked(|underway| {
                underway.remove(&page);
            });
            match answer {
                Ok(answer) => {
                    let others_hold = self.total.get_untracked() == Some(answer.total);
                    self.failure.set(None);
                    self.pages.update(|pages| {
                        if !others_hold && page == 0 {
                            pages.clear();
                        }
                        pages.insert(page, answer.rows);
                        while pages.len() > PAGES_MAX {
                            let farthest = pages.keys().copied().max_by_key(|kept| kept.abs_diff(page));
                            pages.remove(&farthest.expect("there are more than PAGES_MAX"));
                        }
                    });
                    self.total.set(Some(answer.total));
                }
                Err(failure) => self.failure.set(Some(failure)),
            }
        });
    }
}
