//! The words of reports, as a pack has them.

use std::collections::BTreeMap;

use super::{Column, ColumnKind, Counts, NOT_KNOWN, Table};
use crate::{Labels, Pack};

macro_rules! words {
    ($($variant:ident = $code:literal),+ $(,)?) => {
        /// A word or sentence of reports. What each says stands in `reports.toml` of the national pack.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[expect(missing_docs, reason = "each is the sentence that the pack has under its code")]
        pub enum Word {
            $($variant),+
        }

        impl Word {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its name in the pack.
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code),+
                }
            }
        }
    };
}

words! {
    Overdue = "overdue",
    FollowUps = "follow_ups",
    FiguresMonth = "figures_month",
    FiguresQuarter = "figures_quarter",
    Form16 = "form_16",
    HouseMonth = "house_month",
    CasesByKind = "cases_by_kind",
    KindOfCase = "kind_of_case",
    PendingAtStart = "pending_at_start",
    Opened = "opened",
    Disposed = "disposed",
    PendingAtEnd = "pending_at_end",
    OpenedBySex = "opened_by_sex",
    OpenedByAge = "opened_by_age",
    OpenedByGround = "opened_by_ground",
    PlacedAtEnd = "placed_at_end",
    Steps = "steps",
    StepRestored = "step_restored",
    StepSponsorship = "step_sponsorship",
    StepFoster = "step_foster",
    StepAftercare = "step_aftercare",
    StepLegallyFree = "step_legally_free",
    StepAdoption = "step_adoption",
    ClocksDue = "clocks_due",
    TimeLimit = "time_limit",
    Due = "due",
    InTime = "in_time",
    Late = "late",
    NotMet = "not_met",
    What = "what",
    Number = "number",
    Sex = "sex",
    AgeYears = "age_years",
    Ground = "ground",
    Place = "place",
    Total = "total",
    NotKnown = "not_known",
    Others = "others",
    Form16Cases = "form_16_cases",
    Form16Received = "form_16_received",
    Form16Disposal = "form_16_disposal",
    NatureOfDisposal = "nature_of_disposal",
    Form16Pending = "form_16_pending",
    Form16PendingNote = "form_16_pending_note",
    HowItStands = "how_it_stands",
    PendingInTime = "pending_in_time",
    PendingExtended = "pending_extended",
    PendingOver = "pending_over",
    PendingNoLimit = "pending_no_limit",
    Form16Placed = "form_16_placed",
    HouseBeds = "house_beds",
    HouseCapacity = "house_capacity",
    HousePresent = "house_present",
    HouseMovement = "house_movement",
    HouseNamed = "house_named",
    HouseAtStart = "house_at_start",
    HouseAdmitted = "house_admitted",
    HouseLeft = "house_left",
    HouseAtEnd = "house_at_end",
    HouseBySex = "house_by_sex",
    HouseWhereTo = "house_where_to",
    HouseUnclear = "house_unclear",
    Case = "case",
    WhoActs = "who_acts",
    DueOn = "due_on",
    DaysOver = "days_over",
    Source = "source",
    NextVisit = "next_visit",
    OverdueNote = "overdue_note",
    FollowUpsNote = "follow_ups_note",
    LeftOut = "left_out",
    BasisTitle = "basis_title",
    BasisTablet = "basis_tablet",
    BasisHub = "basis_hub",
    BasisNotHere = "basis_not_here",
    BasisUndated = "basis_undated",
    BasisNoIdentity = "basis_no_identity",
    BasisInPart = "basis_in_part",
    BasisRunning = "basis_running",
    BasisFew = "basis_few",
    Period = "period",
    AsOf = "as_of",
    Hidden = "hidden",
    ToVerify = "to_verify",
}

/// The words of reports out of a pack.
#[derive(Debug, Clone, Copy)]
pub struct ReportWords<'a> {
    pack: &'a Pack,
}

impl<'a> ReportWords<'a> {
    /// The words of that pack; where it has none of its own, the nation's stand in it.
    pub const fn new(pack: &'a Pack) -> Self {
        Self { pack }
    }

    /// A word.
    pub fn say(self, word: Word) -> Labels {
        match self.pack.reports().get(word.code()) {
            Some(labels) => labels.clone(),
            None => fallen_back(word),
        }
    }

    /// A sentence with a number in it.
    pub(super) fn counted(self, word: Word, count: u64) -> Labels {
        let said = self.say(word);
        let filled: BTreeMap<&str, String> = said
            .iter()
            .map(|(lang, text)| (lang, text.replace("{n}", &count.to_string())))
            .collect();
        Labels::from_pairs(filled.iter().map(|(lang, text)| (*lang, text.as_str())))
    }

    /// What a code of a vocabulary is called.
    pub(super) fn term(self, vocabulary: &str, code: &str) -> Labels {
        let term = self.pack.vocabulary(vocabulary).and_then(|terms| terms.term(code));
        match (term, code) {
            (Some(term), _) => term.label.clone(),
            (None, NOT_KNOWN) => self.say(Word::NotKnown),
            (None, "others") => self.say(Word::Others),
            (None, code) => plain(code),
        }
    }

    /// What a clock wants done.
    pub(super) fn clock(self, id: &str) -> Labels {
        let clock = self.pack.clocks().iter().rfind(|clock| clock.id == id);
        clock.map_or_else(|| plain(id), |clock| clock.label.clone())
    }

    /// The pack itself.
    pub(super) const fn pack(self) -> &'a Pack {
        self.pack
    }

    /// A table without rows.
    pub(super) fn table(self, id: &str, title: Word, columns: &[(Word, ColumnKind)]) -> Table {
        let columns = columns.iter().map(|(word, kind)| Column {
            label: self.say(*word),
            kind: *kind,
        });
        Table {
            id: id.to_owned(),
            title: self.say(title),
            note: Labels::default(),
            columns: columns.collect(),
            rows: Vec::new(),
            total: None,
            chart: None,
        }
    }

    /// A table of counts by code. What stands on several codes has no sum.
    pub(super) fn counts(self, (id, title): (&str, Word), counts: &Counts, label: impl Fn(&str) -> Labels) -> Table {
        let (of, sums) = match title {
            Word::OpenedBySex | Word::HouseBySex => (Word::Sex, true),
            Word::OpenedByGround | Word::Form16Received => (Word::Ground, false),
            Word::Form16Disposal => (Word::NatureOfDisposal, true),
            _ => (Word::Place, true),
        };
        let mut table = self.table(id, title, &[(of, ColumnKind::Words), (Word::Number, ColumnKind::Count)]);
        for (code, count) in counts {
            table.push(label(code), [*count]);
        }
        table.chart = Some(1);
        if sums { table.summed(self) } else { table }
    }
}

/// The same in every language.
pub(super) fn plain(text: &str) -> Labels {
    Labels::from_pairs([("en", text)])
}

/// An older pack that a hub has published is without words that came later: the nation's, as this app ships them, stand in.
#[cfg(feature = "packs")]
fn fallen_back(word: Word) -> Labels {
    let shipped = Pack::national().reports().get(word.code()).cloned();
    shipped.unwrap_or_else(|| Labels::from_pairs([("en", word.code())]))
}

#[cfg(not(feature = "packs"))]
fn fallen_back(word: Word) -> Labels {
    Labels::from_pairs([("en", word.code())])
}

#[cfg(all(test, feature = "packs"))]
mod tests {
    use super::*;

    #[test]
    fn the_nations_pack_has_every_word_of_reports_in_both_languages_and_no_other() {
        let words = Pack::national().reports();
        for word in Word::ALL {
            let labels = words.get(word.code()).unwrap_or_else(|| panic!("{}", word.code()));
            assert!(labels.has("en") && labels.has("hi"), "{}", word.code());
        }
        for (code, labels) in words {
            assert!(Word::ALL.iter().any(|word| word.code() == code), "{code} is not used");
            let places: Vec<_> = labels.iter().map(|(_, text)| text.contains("{n}")).collect();
            assert!(places.windows(2).all(|pair| pair[0] == pair[1]), "{code}");
        }
    }
}
