//! One record beside everything that may be about the same child, and what somebody typed beside the reports.

use casefile::DocumentKey;
use casework::{
    CaseId, Compartment, DocumentKind, ReportId, RowId, Subject, Term,
    matching::{Report, SHOWN_MIN, Score, decisions::Decision},
};
use ipc::{Comparison, Decided, FailureCode, PossibleMatch};

use super::{
    asked,
    decide::{decided, decides},
    entry_of, kind_code, may_compare, named, said_elsewhere,
};
use crate::{
    calls::case::ensure_here,
    documents::{Documents, is_photo},
    failure::{Answer, Failed},
    matching::{self, KEPT_MIN, Loaded, OwnReport, PROPOSALS_MAX},
    session::Session,
    store::{AccessAction, Read},
};

/// The vocabulary of languages in the packs.
const LANGUAGES: &str = "language";
/// Longest fact that somebody types to look for a child, in bytes.
const TYPED_BYTES_MAX: usize = 1_000;
/// From this probability on a report is an answer to what somebody typed, who sees for themselves.
const FOUND_MIN: f32 = 0.02;

/// The side that somebody looks from.
pub(super) enum Own {
    /// A case, and what it tells.
    Case(CaseId, Report),
    /// A report whose document is here; `None` where it is open no longer.
    Report(Option<OwnReport>),
}

impl Own {
    pub(super) fn read(read: &Read<'_>, own: Subject) -> Result<Self, Failed> {
        match own {
            Subject::Case(case) => {
                let report = matching::report_of(read, &case.to_bytes())?;
                Ok(Self::Case(case, report.unwrap_or_default()))
            }
            Subject::Missing(report) => Ok(Self::Report(OwnReport::read(read, &report.to_bytes())?)),
            Subject::Institution(_) => Err(FailureCode::BadCall.into()),
        }
    }

    fn said(&self) -> Report {
        match self {
            Self::Case(_, report) => report.clone(),
            Self::Report(own) => own.as_ref().map(|own| own.report.clone()).unwrap_or_default(),
        }
    }

    const fn kind(&self) -> &'static str {
        match self {
            Self::Report(Some(own)) => kind_code(own.kind),
            _ => "",
        }
    }

    /// Reports and other cases that may be meant, the likeliest first.
    fn others(&self, loaded: &mut Loaded, cases_of_report: &[[u8; 16]]) -> Vec<Subject> {
        match self {
            Self::Case(case, report) => loaded.others(report, &case.to_bytes()),
            Self::Report(None) => Vec::new(),
            Self::Report(Some(own)) => {
                let cases = cases_of_report.iter().map(|id| Subject::Case(CaseId::from_bytes(*id)));
                let reports = loaded.reports_for(own).into_iter();
                let reports = reports.map(|(id, _)| Subject::Missing(ReportId::from_bytes(id)));
                cases.chain(reports).collect()
            }
        }
    }

    /// Why it scores as it does with another.
    pub(super) fn explain(
        &self,
        read: &Read<'_>,
        loaded: &mut Loaded,
        other: Subject,
    ) -> Result<Option<Score>, Failed> {
        Ok(match (self, other) {
            (Self::Case(_, report), Subject::Case(other)) => loaded.cases.explain(report, &other.to_bytes()),
            (Self::Case(_, report), other) => loaded.reports.explain(report, &other.to_bytes()),
            (Self::Report(None), _) => None,
            (Self::Report(Some(own)), Subject::Case(case)) => {
                let Some(report) = matching::report_of(read, &case.to_bytes())? else {
                    return Ok(None);
                };
                let score = loaded.reports.explain(&report, &own.id);
                score.map(turned)
            }
            (Self::Report(Some(own)), other) => loaded.explain_reports(own, &other.to_bytes()),
        })
    }
}

/// The same from the other side.
fn turned(mut score: Score) -> Score {
    for reason in &mut score.reasons {
        reason.words = reason.words.take().map(|(one, other)| (other, one));
    }
    score
}

/// What may be the same child as a case, or as a report whose document is here.
pub(in crate::calls) fn compare(session: &Session, own: Subject) -> Answer<Comparison> {
    ensure_here(session, own)?;
    if !may_compare(session) {
        return Err(FailureCode::NotPermitted.into());
    }
    session.log_look(AccessAction::Revealed, own, "matches")?;
    let subject = own.to_bytes();
    // Pictures that have come are looked at first.
    matching::work(session)?;
    let (side, mut known, decided, pictured, cases) = {
        let mut documents = session.documents();
        session.store.read(|read| {
            let side = Own::read(read, own)?;
            let cases = match own {
                Subject::Missing(_) => read.cases_of_report(&subject)?,
                _ => Vec::new(),
            };
            let mut all = decided(session, &mut documents, read, own)?;
            // What was decided about a report stands in the cases.
            for id in &cases {
                let case = Subject::Case(CaseId::from_bytes(*id));
                let of_case = decided(session, &mut documents, read, case)?.into_iter();
                all.extend(of_case.filter(|(other, _)| *other == own).map(|(_, said)| (case, said)));
            }
            let pairs = matching::same_pictures(read)?.into_iter();
            let pairs = pairs.filter(|(one, other)| subject == *one || subject == *other);
            let pictured = pairs
                .map(|(one, other)| named(read, if one == subject { other } else { one }))
                .collect::<Result<Vec<_>, _>>()?;
            let mut known: Vec<Subject> = all.iter().map(|(other, _)| *other).chain(pictured.clone()).collect();
            known.sort_unstable();
            known.dedup();
            Ok::<_, Failed>((side, known, all, pictured, cases))
        })?
    };
    let found = matching::with(session, |loaded| Ok((side.others(loaded, &cases), loaded.open())))?;
    let (found, open) = found.unwrap_or_default();
    // What was decided, and what has the same picture, is shown, however unlikely it is.
    known.retain(|other| !found.contains(other));
    let others: Vec<Subject> = found.into_iter().chain(known).collect();
    let mut documents = session.documents();
    let explained = matching::with(session, |loaded| {
        Ok(session.store.read(|read| {
            let each = others
                .iter()
                .map(|other| Ok((*other, side.explain(read, loaded, *other)?)));
            each.collect::<Result<Vec<_>, Failed>>()
        }))
    })?;
    let explained = explained.transpose()?.unwrap_or_default();
    session.store.read(|read| {
        let mut rows = Vec::new();
        for (other, score) in explained {
            let said: Vec<Decided> = decided
                .iter()
                .filter(|(said, _)| *said == other)
                .map(|(_, said)| said.clone())
                .collect();
            let same_picture = pictured.contains(&other);
            let score = score.or_else(|| same_picture.then(unknown));
            let found = possible(session, &mut documents, read, other, score, said)?;
            let district_decided = read.theirs(&subject, &other.to_bytes())?;
            rows.extend(found.map(|found| PossibleMatch {
                same_picture,
                district_decided: district_decided.as_deref().map(Decision::from_code),
                ..found
            }));
        }
        let mut elsewhere = Vec::new();
        for row in read.elsewhere()?.iter().filter(|row| row.own == subject) {
            let of_it = |(other, _): &&(Subject, Decided)| other.to_bytes() == row.other;
            let said = decided.iter().filter(of_it).map(|(_, said)| said.clone()).collect();
            elsewhere.push(said_elsewhere(session, read, row, said)?);
        }
        Ok(Comparison {
            own: Some(own),
            elsewhere,
            kind: side.kind().to_owned(),
            ours: side.said(),
            pictures: pictures(&mut documents, read, own)?,
            languages: languages(session, &side.said(), &rows),
            rows,
            decides: decides(session, &mut documents, read, own)?,
            decides_cases: session.may_write(super::DECISIONS) && !session.is_read_only(),
            open,
            now_ms: session.now_ms(),
        })
    })
}

/// The terms of the languages that any side names.
fn languages(session: &Session, ours: &Report, rows: &[PossibleMatch]) -> Vec<Term> {
    let Some(known) = session.pack.vocabulary(LANGUAGES) else {
        return Vec::new();
    };
    let sides = rows.iter().map(|row| &row.theirs).chain([ours]);
    let named: Vec<&str> = sides.flat_map(|side| side.language.split_whitespace()).collect();
    let is_named = |term: &&Term| named.contains(&term.code.as_str());
    known.terms.iter().filter(is_named).cloned().collect()
}

/// Nothing is known that could be compared; the pictures are.
const fn unknown() -> Score {
    Score {
        score: 0.0,
        probability: 0.0,
        reasons: Vec::new(),
    }
}

/// Which open reports somebody may mean.
pub(in crate::calls) fn find(session: &Session, about: Report) -> Answer<Comparison> {
    if !session.may_read(DocumentKind::Missing) {
        return Err(FailureCode::NotPermitted.into());
    }
    let mut about = about;
    for column in casework::matching::COLUMNS {
        let Some(fact) = about.fact_mut(column) else { continue };
        if fact.len() > TYPED_BYTES_MAX {
            return Err(FailureCode::BadCall.into());
        }
        *fact = fact.trim().to_owned();
    }
    if about == Report::default() {
        return Err(FailureCode::BadCall.into());
    }
    let found = matching::with(session, |loaded| {
        let asked = loaded.reports.ask(&about, PROPOSALS_MAX).into_iter();
        let meant = asked.filter(|(_, probability)| *probability >= FOUND_MIN);
        let explained = meant.map(|(id, _)| {
            let score = loaded.reports.explain(&about, &id);
            (Subject::Missing(ReportId::from_bytes(id)), score)
        });
        let found = explained.collect::<Vec<_>>();
        Ok((found, loaded.open()))
    })?;
    let (found, open) = found.unwrap_or_default();
    session.log(AccessAction::Searched, &format!("reports found {}", found.len()))?;
    let mut documents = session.documents();
    session.store.read(|read| {
        let mut rows = Vec::new();
        for (other, score) in found {
            rows.extend(possible(session, &mut documents, read, other, score, Vec::new())?);
        }
        Ok(Comparison {
            own: None,
            kind: String::new(),
            elsewhere: Vec::new(),
            ours: about.clone(),
            pictures: Vec::new(),
            languages: languages(session, &about, &rows),
            rows,
            decides: false,
            decides_cases: false,
            open,
            now_ms: session.now_ms(),
        })
    })
}

impl Loaded {
    /// Reports and other cases that may be meant by a case.
    fn others(&mut self, report: &Report, itself: &[u8; 16]) -> Vec<Subject> {
        let reports = self.reports.ask(report, PROPOSALS_MAX).into_iter();
        let reports = reports.filter(|(_, probability)| *probability >= KEPT_MIN);
        let mut all: Vec<(f32, Subject)> = reports
            .map(|(id, probability)| (probability, Subject::Missing(ReportId::from_bytes(id))))
            .collect();
        let cases = self.cases.ask(report, PROPOSALS_MAX + 1).into_iter();
        let cases = cases.filter(|(id, probability)| *probability >= KEPT_MIN && id != itself);
        all.extend(cases.map(|(id, probability)| (probability, Subject::Case(CaseId::from_bytes(id)))));
        all.sort_by(|one, other| other.0.total_cmp(&one.0));
        all.into_iter().map(|(_, other)| other).collect()
    }
}

/// The other side as the screen shows it; `None` where it is here no longer.
fn possible(
    session: &Session,
    documents: &mut Documents,
    read: &Read<'_>,
    other: Subject,
    score: Option<Score>,
    decided: Vec<Decided>,
) -> Answer<Option<PossibleMatch>> {
    let id = other.to_bytes();
    let (kind, district, theirs) = if let Subject::Case(_) = other {
        let Some(theirs) = matching::report_of(read, &id)? else {
            return Ok(None);
        };
        (String::new(), String::new(), theirs)
    } else {
        let Some(entry) = entry_of(read, &id)? else {
            return Ok(None);
        };
        let is_here = !read.documents_of(&id)?.is_empty();
        let district = if is_here { String::new() } else { entry.district };
        (kind_code(entry.kind).to_owned(), district, entry.report)
    };
    let Some(score) = score else { return Ok(None) };
    Ok(Some(PossibleMatch {
        other,
        kind,
        theirs,
        district,
        is_likely: score.probability >= SHOWN_MIN,
        score,
        decided,
        pictures: pictures(documents, read, other)?,
        same_picture: false,
        district_decided: None,
        asked: asked::asked(session, read, &id)?,
    }))
}

/// The photos of a case, or of a report whose document is here.
fn pictures(documents: &mut Documents, read: &Read<'_>, subject: Subject) -> Answer<Vec<RowId>> {
    let key = match subject {
        Subject::Case(case) => DocumentKey::case(case, Compartment::Identity),
        other => DocumentKey {
            subject: other.to_bytes(),
            kind: DocumentKind::Missing,
        },
    };
    let Some(open) = documents.get(read, key)?.filter(|open| !open.leaving) else {
        return Ok(Vec::new());
    };
    let rows = open.document.rows();
    let photos = rows.iter().filter(|row| !row.removed && is_photo(row));
    Ok(photos.map(|row| row.id).collect())
}

#[cfg(test)]
mod tests {
    use std::{
        io::Write as _,
        time::{Duration, Instant},
    };

    use casework::matching::{Entry, EntryKind};

    use super::*;
    use crate::{
        store::StoreError,
        testing::{self, Bench},
    };

    /// Reports of the state in this test; `cargo xtask bench matching` asks for 50,000.
    const REPORTS: usize = 1_500;
    /// What it may take of memory, whatever the length of the index.
    const BYTES_MAX: u64 = 100 * 1024 * 1024;
    const QUESTIONS: usize = 60;

    /// A word of syllables that a number gives.
    fn word(mut number: usize) -> String {
        const SYLLABLES: [&str; 23] = [
            "ra", "me", "shi", "ka", "la", "ni", "su", "de", "vi", "mo", "ha", "ta", "ru", "bi", "ja", "go", "pa",
            "li", "na", "dhu", "sa", "ki", "ma",
        ];
        let mut word = String::new();
        for _ in 0..3 {
            word.push_str(SYLLABLES[number % SYLLABLES.len()]);
            number /= SYLLABLES.len();
        }
        word
    }

    fn told(number: usize) -> Report {
        let mixed = number.wrapping_mul(2_654_435_761) % 1_000_003;
        Report {
            name: format!("{} {}", word(mixed), word(mixed % 997 + 40)),
            father_name: format!("{} {}", word(mixed % 5_003), word(mixed % 997 + 40)),
            mother_name: word(mixed % 3_001 + 7),
            sex: if mixed.is_multiple_of(2) { "male" } else { "female" }.into(),
            age: (mixed % 17).to_string(),
            age_on: "2026-10-01".into(),
            event_date: format!("2026-{:02}-{:02}", mixed % 12 + 1, mixed % 28 + 1),
            place: format!("{} {}", word(mixed % 9_001), word(mixed % 401)),
            district: word(mixed % 39),
            pin: (800_000 + mixed % 9_000).to_string(),
            marks: ["scar on forehead", "mole on left cheek", "burn mark on right hand", ""][mixed % 4].into(),
            ..Report::default()
        }
    }

    #[test]
    fn one_child_is_found_among_a_states_reports_in_the_vault_within_the_memory_it_may_take() {
        let wanted = std::env::var("MATCHING_REPORTS").ok();
        let count = wanted.as_ref().and_then(|count| count.parse().ok()).unwrap_or(REPORTS);
        let bench = Bench::new();
        let (vault, key) = testing::enrolled(&bench);
        let session = testing::session(&bench, &vault, &key);
        let put = session.store.write(|write| {
            for number in 0..count {
                let id = u128::try_from(number).unwrap().to_be_bytes();
                let entry = Entry {
                    id,
                    kind: EntryKind::Missing,
                    district: "D2".into(),
                    report: told(number),
                    look: None,
                };
                write.put_report(&id, &entry.to_bytes(), None)?;
            }
            Ok::<_, StoreError>(())
        });
        put.unwrap();
        let ((first, times), bytes) = testing::peak_bytes(|| {
            let began = Instant::now();
            let find = |number: usize| {
                let about = Report {
                    pin: String::new(),
                    event_date: "2026-11-20".into(),
                    ..told(number)
                };
                let id = u128::try_from(number).unwrap().to_be_bytes();
                let found = find(&session, about).unwrap();
                assert_eq!(found.rows[0].other, Subject::Missing(ReportId::from_bytes(id)));
            };
            find(count / 2);
            let first = began.elapsed();
            let mut times: Vec<_> = (0..QUESTIONS)
                .map(|at| {
                    let began = Instant::now();
                    find(at * count / QUESTIONS);
                    began.elapsed()
                })
                .collect();
            times.sort_unstable();
            (first, times)
        });
        assert!(bytes <= BYTES_MAX, "{bytes} bytes");
        if wanted.is_some() {
            let (median, last) = (times[QUESTIONS / 2], times[QUESTIONS - 1]);
            let p95 = times[QUESTIONS * 95 / 100];
            let ms = |time: Duration| time.as_secs_f64() * 1_000.0;
            let said = format!(
                "{count} reports | {:.0} ms | {:.1} ms | {:.1} ms | {:.1} ms | {} MB\n",
                ms(first),
                ms(median),
                ms(p95),
                ms(last),
                bytes / 1024 / 1024
            );
            std::io::stdout().write_all(said.as_bytes()).unwrap();
        }
    }
}
