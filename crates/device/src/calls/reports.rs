//! Registers and reports: which there are for this officer, one of them, and a file of it with its row in the access log.

use casework::{
    Pack, RoleRights, Subject,
    reports::{
        Figures, House, HouseMonth, Period, PeriodKind, Quarterly, Reach, Report, ReportKind, ReportWords,
        figures_report, follow_ups_report, house_report, overdue_report, quarterly_report,
    },
};
use ipc::{FailureCode, GivenOut, ReportAsk, ReportFormat, ReportHouse, ReportOffer, ReportOrder};

use crate::{
    Device,
    failure::{Answer, Failed},
    papers::{NewFile, Printed, Say},
    reports::{self, Gathered, Grid, WorkbookError},
    session::Session,
    store::{AccessAction, AccessRow, Read},
};

/// The reports that this officer may have.
pub(super) fn offers(session: &Session) -> Answer<Vec<ReportOffer>> {
    let rights = rights(session)?;
    let words = ReportWords::new(session.pack);
    let now_ms = session.now_ms();
    let (_, houses) = session
        .store
        .read(|read| read.institutions(now_ms, ipc::PAGE_ROWS_MAX))?;
    let houses: Vec<_> = houses
        .into_iter()
        .map(|row| ReportHouse {
            institution: casework::InstitutionId::from_bytes(row.subject),
            name: row.card.name,
        })
        .collect();
    let kinds = ReportKind::ALL.into_iter().filter(|kind| kind.is_for(rights));
    let offer = |kind: ReportKind| ReportOffer {
        kind,
        title: words.say(title(kind)),
        periods: match kind.period() {
            None => Vec::new(),
            Some(PeriodKind::Month) => Period::latest(PeriodKind::Month, now_ms, ipc::REPORT_MONTHS),
            Some(PeriodKind::Quarter) => Period::latest(PeriodKind::Quarter, now_ms, ipc::REPORT_QUARTERS),
        },
        institutions: if kind == ReportKind::HouseMonth {
            houses.clone()
        } else {
            Vec::new()
        },
    };
    let is_of_something = |offer: &ReportOffer| offer.kind != ReportKind::HouseMonth || !offer.institutions.is_empty();
    Ok(kinds.map(offer).filter(is_of_something).collect())
}

/// A report, counted now.
pub(super) fn one(session: &Session, ask: ReportAsk) -> Answer<Report> {
    let rights = rights(session)?;
    // A list of cases never leaves the district, not even with its cases unnamed.
    let stays = ask.reach == Reach::District || !ask.kind.names_cases();
    if !ask.kind.is_for(rights) || !stays {
        return Err(FailureCode::NotPermitted.into());
    }
    if ask.kind.period() != ask.period.map(Period::kind) {
        return Err(FailureCode::BadCall.into());
    }
    session.store.read(|read| {
        let gathered = reports::gather(session, read)?;
        made(session, read, &gathered, ask)
    })
}

fn rights(session: &Session) -> Answer<&RoleRights> {
    let rights = session.pack.rights().of(&session.role);
    rights.ok_or_else(|| FailureCode::NotPermitted.into())
}

fn made(session: &Session, read: &Read<'_>, gathered: &Gathered, ask: ReportAsk) -> Answer<Report> {
    let words = ReportWords::new(session.pack);
    let basis = gathered.basis(session, ask.period, ask.reach);
    let cases = &gathered.cases;
    let outside = ask.reach == Reach::Outside;
    Ok(match (ask.kind, ask.period) {
        (ReportKind::Overdue, None) => overdue_report(cases, &basis, words),
        (ReportKind::FollowUps, Some(period)) => follow_ups_report(cases, period, &basis, words),
        (ReportKind::FiguresMonth | ReportKind::FiguresQuarter, Some(period)) => {
            let figures = Figures::of(cases, period);
            let figures = if outside { figures.for_outside() } else { figures };
            figures_report(&figures, period, &basis, words)
        }
        (ReportKind::Form16, Some(period)) => {
            let counts = Quarterly::of(cases, period);
            let counts = if outside { counts.for_outside() } else { counts };
            quarterly_report(&counts, period, &basis, words)
        }
        (ReportKind::HouseMonth, Some(period)) => {
            let house = house(session, read, ask)?;
            let counts = HouseMonth::of(cases, &house, period);
            let counts = if outside { counts.for_outside() } else { counts };
            house_report(&counts, &house, period, &basis, words)
        }
        _ => return Err(FailureCode::BadCall.into()),
    })
}

fn house(session: &Session, read: &Read<'_>, ask: ReportAsk) -> Answer<House> {
    let institution = ask.institution.ok_or(FailureCode::BadCall)?;
    let subject = Subject::Institution(institution);
    let row = read.institution(&subject.to_bytes(), session.now_ms())?;
    let card = row.ok_or(FailureCode::NoSuchInstitution)?.card;
    Ok(House {
        name: card.name,
        kind: card.kind,
        capacity: card.capacity,
        present: card.present,
    })
}

/// Gives a report out. It is in the log before it is in the file: whoever has it is in the log, whatever happens next.
pub(super) fn give_out(device: &Device, order: &ReportOrder) -> Answer<GivenOut> {
    let session = device.session()?;
    if order.languages.is_empty() || order.languages.len() > ipc::PAPER_LANGUAGES_MAX {
        return Err(FailureCode::BadCall.into());
    }
    let place = NewFile::at(&order.path, &device.data_dir)?;
    let report = one(&session, order.ask)?;
    let copy = session
        .store
        .read(|read| read.copies_of_report(order.ask.kind.code()))?
        + 1;
    let bytes = file(device, &session, order, &report, copy)?;
    log(&session, order, copy)?;
    place.write(&bytes)?;
    Ok(GivenOut {
        copy,
        bytes: bytes.len() as u64,
    })
}

fn file(device: &Device, session: &Session, order: &ReportOrder, report: &Report, copy: u32) -> Answer<Vec<u8>> {
    let words = ReportWords::new(session.pack);
    let grid = || Grid::of(report, words, &order.languages);
    match order.format {
        ReportFormat::Csv => reports::write_csv(&grid()).map_err(|_| FailureCode::Fault.into()),
        ReportFormat::Xlsx => Ok(reports::write_workbook(&grid(), report.as_of_ms)?),
        ReportFormat::Pdf => {
            let paper_words = session.pack.paper().or_else(|| Pack::national().paper());
            let say = Say {
                words: paper_words.ok_or(FailureCode::Fault)?,
                languages: &order.languages,
            };
            let printed = Printed {
                by: &session.enrolment.user_name,
                role: rights(session)?.label.clone(),
                device: &session.platform.device_name,
                at_ms: report.as_of_ms,
                copy,
            };
            Ok(paper::print(&device.fonts, reports::sheet_of(report, words, say, &printed))?.pdf)
        }
    }
}

/// Writes down that it is given out, unless somebody did so meanwhile: no two files are the same copy.
fn log(session: &Session, order: &ReportOrder, copy: u32) -> Answer<()> {
    if session.is_read_only() {
        return Err(FailureCode::ReadOnly.into());
    }
    let (ask, kind) = (order.ask, order.ask.kind.code());
    let period = ask.period.map_or_else(|| "now".to_owned(), |period| period.to_string());
    let (format, reach, purpose) = (order.format.code(), ask.reach.code(), order.purpose.code());
    let detail = format!("{kind} {period} copy {copy} {format} {reach} for {purpose}");
    let subject = ask
        .institution
        .map(|institution| Subject::Institution(institution).to_bytes());
    session.store.write(|write| {
        if write.copies_of_report(kind)? + 1 != copy {
            return Err(Failed::from(FailureCode::Fault));
        }
        write.log_access(&AccessRow {
            at_ms: session.now_ms(),
            action: AccessAction::Exported,
            subject: subject.as_ref(),
            detail: &detail,
        })?;
        Ok::<_, Failed>(())
    })
}

const fn title(kind: ReportKind) -> casework::reports::Word {
    use casework::reports::Word;
    match kind {
        ReportKind::Overdue => Word::Overdue,
        ReportKind::FollowUps => Word::FollowUps,
        ReportKind::FiguresMonth => Word::FiguresMonth,
        ReportKind::FiguresQuarter => Word::FiguresQuarter,
        ReportKind::Form16 => Word::Form16,
        ReportKind::HouseMonth => Word::HouseMonth,
    }
}

impl From<WorkbookError> for Failed {
    fn from(_: WorkbookError) -> Self {
        FailureCode::Fault.into()
    }
}
