//! What a pack says of papers: the words that stand on every one of them beside the form's own, and what may stand on a
//! redacted copy.

use serde::{Deserialize, Serialize};

use crate::{Column, Compartment, DocumentKind, Fact, FactType, Labels, Sensitivity, Table, facts};

/// The facts in whose place a redacted copy says that it is the child.
pub const CHILD_NAMES: [&str; 2] = [facts::CHILD_NAME, "missing.name"];

/// Words with places in braces that are filled in.
type Sentence = Labels;

/// The words of every paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperWords {
    /// Before the number of a form.
    pub form: Labels,
    /// Across a paper of a form that was not filed, or was changed since.
    pub draft: Labels,
    /// Over a paper from which everything is gone that tells who the child is.
    pub redacted: Labels,
    /// At the foot: `{by}`, `{role}`, `{device}`, `{at}`, `{copy}`.
    pub printed: Sentence,
    /// At the foot, right: `{page}` of `{pages}`.
    pub page: Sentence,
    /// The district, over the form.
    pub district: Labels,
    /// Under which number this filing of a form goes that is filed again and again: `{n}`.
    pub filing: Sentence,
    /// Signed by `{by}` on `{at}`.
    pub signed: Sentence,
    /// Sent by `{by}` on `{at}`.
    pub sent: Sentence,
    /// Approved by `{by}` on `{at}`.
    pub approved: Sentence,
    /// Under the line on which whoever fills the form signs.
    pub signature: Labels,
    /// Under the line on which whoever approves it signs.
    pub approval: Labels,
    /// Name, designation and date, under a line that waits for a hand.
    pub signer: Labels,
    /// The box for yes.
    pub yes: Labels,
    /// The box for no.
    pub no: Labels,
    /// In a table without rows.
    pub no_rows: Labels,
    /// In the place of an answer that was taken out: `{n}` rows of a table.
    pub rows_withheld: Sentence,
    /// In the place of an answer that was taken out.
    pub withheld: Labels,
    /// In the place of the child's name.
    pub the_child: Labels,
    /// In the place of what whoever prints may not read.
    pub not_readable: Labels,
    /// In the place of answers that this case does not ask for.
    pub not_asked: Labels,
    /// In the place of a picture that is not on the tablet.
    pub picture_elsewhere: Labels,
    /// What a picture is, for whoever cannot see it.
    pub picture: Labels,
    /// The heading of what was changed since the form was filed.
    pub amendments: Labels,
    /// The columns of that table: what, what stood there, what stands there, why, who and when.
    pub amendment_columns: [Labels; 5],
    /// In that table, for a row that was added.
    pub row_added: Labels,
    /// In that table, for a row that was taken away.
    pub row_removed: Labels,
    /// The twelve months, as a date writes them.
    pub months: [Labels; 12],
    /// The words for units of the dictionary, where they are no signs.
    #[serde(default)]
    pub unit: std::collections::BTreeMap<String, Labels>,
}

impl PaperWords {
    /// Every word, with its name.
    pub fn labels(&self) -> impl Iterator<Item = (&str, &Labels)> {
        let named = [
            ("form", &self.form),
            ("draft", &self.draft),
            ("redacted", &self.redacted),
            ("printed", &self.printed),
            ("page", &self.page),
            ("district", &self.district),
            ("filing", &self.filing),
            ("signed", &self.signed),
            ("sent", &self.sent),
            ("approved", &self.approved),
            ("signature", &self.signature),
            ("approval", &self.approval),
            ("signer", &self.signer),
            ("yes", &self.yes),
            ("no", &self.no),
            ("no_rows", &self.no_rows),
            ("rows_withheld", &self.rows_withheld),
            ("withheld", &self.withheld),
            ("the_child", &self.the_child),
            ("not_readable", &self.not_readable),
            ("not_asked", &self.not_asked),
            ("picture_elsewhere", &self.picture_elsewhere),
            ("picture", &self.picture),
            ("amendments", &self.amendments),
            ("row_added", &self.row_added),
            ("row_removed", &self.row_removed),
        ];
        let columns = self
            .amendment_columns
            .iter()
            .map(|labels| ("amendment_columns", labels));
        let months = self.months.iter().map(|labels| ("months", labels));
        let units = self.unit.iter().map(|(unit, labels)| (unit.as_str(), labels));
        named.into_iter().chain(columns).chain(months).chain(units)
    }
}

impl Fact {
    /// Whether a redacted copy is without it (JJ s.74: name, address, school, or any other particular that may lead to
    /// the child): what the dictionary calls identifying, and whatever somebody wrote in words of their own beside it.
    pub fn is_withheld(&self) -> bool {
        let free = matches!(
            self.kind,
            FactType::Text | FactType::LongText | FactType::Phone | FactType::Unknown
        );
        self.sensitivity == Sensitivity::Identifying || (free && is_of_identity(self.document))
    }
}

impl Table {
    /// Whether a redacted copy is without its rows: they stand among what identifies, or are photos and papers.
    pub fn is_withheld(&self) -> bool {
        is_of_identity(self.document) || crate::attachment::is_table(&self.id)
    }
}

impl Column {
    /// Whether a redacted copy is without its cells, though it has the rows.
    pub fn is_withheld(&self) -> bool {
        self.sensitivity == Some(Sensitivity::Identifying)
    }
}

/// Whether a document is kept for what tells who a child is.
fn is_of_identity(document: DocumentKind) -> bool {
    document == DocumentKind::Case(Compartment::Identity)
}

#[cfg(all(test, feature = "packs"))]
mod tests {
    use super::*;
    use crate::Pack;

    #[test]
    fn a_redacted_copy_is_without_whatever_the_dictionary_calls_identifying() {
        let pack = Pack::national();
        for fact in pack.facts() {
            let is_said = fact.sensitivity == Sensitivity::Identifying;
            assert!(!is_said || fact.is_withheld(), "{}", fact.id);
        }
        let withheld = |fact: &str| pack.fact(&fact.parse().unwrap()).unwrap().is_withheld();
        for fact in [
            "child.name",
            "child.address",
            "child.birth_date",
            "parents.name",
            "producer.name",
        ] {
            assert!(withheld(fact), "{fact}");
        }
        for fact in [
            "child.sex",
            "child.age_stated",
            "case.grounds",
            "health.condition_at_production",
        ] {
            assert!(!withheld(fact), "{fact}");
        }
        for table in [
            "family",
            "attachments",
            "attachments_care",
            "attachments_missing",
            "documents_held",
        ] {
            assert!(pack.table(table).unwrap().is_withheld(), "{table}");
        }
        assert!(!pack.table("plan_items").unwrap().is_withheld());
    }

    #[test]
    fn the_nations_papers_have_every_word_in_both_languages() {
        let paper = Pack::national().paper().unwrap();
        for (name, labels) in paper.labels() {
            assert!(labels.has("en") && labels.has("hi"), "{name}");
        }
        for (sentence, places) in [
            (&paper.printed, &["{by}", "{role}", "{device}", "{at}", "{copy}"][..]),
            (&paper.page, &["{page}", "{pages}"]),
            (&paper.signed, &["{by}", "{at}"]),
            (&paper.sent, &["{by}", "{at}"]),
            (&paper.approved, &["{by}", "{at}"]),
            (&paper.rows_withheld, &["{n}"]),
            (&paper.filing, &["{n}"]),
        ] {
            for (lang, text) in sentence.iter() {
                assert!(places.iter().all(|place| text.contains(place)), "{lang}: {text}");
            }
        }
    }
}
