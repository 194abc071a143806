//! Where in the app the officer is, as it stands after `#` in the address. Case ids are random, so that nothing
//! personal is ever in an address; and the part after `#` works from any scheme the window is served by.

use std::fmt;

use casework::{CaseId, InstitutionId, ReportId, RowId, Subject, reports::ReportKind};

/// A place in the app.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Route {
    /// The list of cases.
    #[default]
    Cases,
    /// One case.
    Case(CaseId, Tab),
    /// The list of institutions.
    Institutions,
    /// One institution.
    Institution(InstitutionId),
    /// Missing and found: who may be the same child.
    Matches,
    /// A case, or a report, beside who its child may be.
    Compare(Subject),
    /// A form of a case or an institution.
    Form(Subject, String, FormPlace),
    /// A form as it stood when it was filed.
    Filed(Subject, RowId),
    /// The list of registers and reports.
    Reports,
    /// One of them.
    Report(ReportKind),
    /// What waits, arrived, was accepted.
    Sync,
    /// Settings of this tablet.
    Tablet,
}

/// A tab of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    /// Clocks, tasks, facts.
    Overview,
    /// What happened and the notes.
    Timeline,
    /// The forms of the pack.
    Forms,
    /// Who has the child; orders, hearings, leave, links.
    Custody,
    /// The care plan and visits.
    Plan,
    /// Growth, disability, treatment.
    Health,
    /// Every other table.
    Records,
    /// Photos and papers.
    Photos,
    /// Registers with two versions.
    Versions,
}

impl Tab {
    /// All, in the order they are shown.
    pub const ALL: [Self; 9] = [
        Self::Overview,
        Self::Forms,
        Self::Timeline,
        Self::Custody,
        Self::Plan,
        Self::Health,
        Self::Records,
        Self::Photos,
        Self::Versions,
    ];

    /// Its name in the address.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Timeline => "timeline",
            Self::Forms => "forms",
            Self::Custody => "custody",
            Self::Plan => "plan",
            Self::Health => "health",
            Self::Records => "records",
            Self::Photos => "photos",
            Self::Versions => "versions",
        }
    }
}

/// A place in a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormPlace {
    /// The list of its sections.
    Sections,
    /// One section.
    Section(String),
    /// Everything that was answered, and what is missing.
    Review,
}

impl Route {
    /// The place an address names; an address that names none is the list of cases.
    pub fn parse(hash: &str) -> Self {
        let path = hash.trim_start_matches('#').trim_matches('/');
        let parts: Vec<&str> = path.split('/').collect();
        let case = |id: &str| id.parse::<CaseId>().ok();
        let subject = |kind: &str, id: &str| format!("{kind}/{id}").parse::<Subject>().ok();
        let found = match parts.as_slice() {
            ["sync"] => Some(Self::Sync),
            ["tablet"] => Some(Self::Tablet),
            ["case", id] => case(id).map(|case| Self::Case(case, Tab::Overview)),
            ["institutions"] => Some(Self::Institutions),
            ["matches"] => Some(Self::Matches),
            ["reports"] => Some(Self::Reports),
            ["reports", kind] => ReportKind::from_code(kind).map(Self::Report),
            ["compare", id] => case(id).map(|case| Self::Compare(case.into())),
            ["compare", kind, id] => subject(kind, id).map(Self::Compare),
            ["institution", id] => id.parse().ok().map(Self::Institution),
            ["case", id, tab] => {
                let tab = Tab::ALL
                    .into_iter()
                    .find(|known| known.code() == *tab)
                    .unwrap_or(Tab::Overview);
                case(id).map(|case| Self::Case(case, tab))
            }
            [kind, id, "filed", row] => {
                let row = row.parse().ok();
                subject(kind, id)
                    .zip(row)
                    .map(|(subject, row)| Self::Filed(subject, row))
            }
            [kind, id, "form", form, place @ ..] => {
                let place = match place {
                    [] => Some(FormPlace::Sections),
                    ["review"] => Some(FormPlace::Review),
                    ["section", section] => Some(FormPlace::Section((*section).to_owned())),
                    _ => None,
                };
                let found = subject(kind, id).zip(place);
                found.map(|(subject, place)| Self::Form(subject, (*form).to_owned(), place))
            }
            _ => None,
        };
        found.unwrap_or_default()
    }

    /// The case that is open, if any.
    pub const fn case(&self) -> Option<CaseId> {
        match self {
            Self::Case(case, _) => Some(*case),
            Self::Form(subject, _, _) | Self::Filed(subject, _) => subject.case(),
            _ => None,
        }
    }

    /// The institution that is open, if any.
    pub const fn institution(&self) -> Option<InstitutionId> {
        match self {
            Self::Institution(institution)
            | Self::Form(Subject::Institution(institution), _, _)
            | Self::Filed(Subject::Institution(institution), _) => Some(*institution),
            _ => None,
        }
    }

    /// The report of a missing child that is open, if any.
    pub const fn report(&self) -> Option<ReportId> {
        match self {
            Self::Form(Subject::Missing(report), _, _)
            | Self::Filed(Subject::Missing(report), _)
            | Self::Compare(Subject::Missing(report)) => Some(*report),
            _ => None,
        }
    }

    /// The page on which the forms of a case or an institution are listed.
    pub const fn forms_of(subject: Subject) -> Self {
        match subject {
            Subject::Case(case) => Self::Case(case, Tab::Forms),
            Subject::Institution(institution) => Self::Institution(institution),
            Subject::Missing(_) => Self::Matches,
        }
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cases => f.write_str("#/cases"),
            Self::Case(case, tab) => write!(f, "#/case/{case}/{}", tab.code()),
            Self::Institutions => f.write_str("#/institutions"),
            Self::Matches => f.write_str("#/matches"),
            Self::Compare(Subject::Case(case)) => write!(f, "#/compare/{case}"),
            Self::Compare(subject) => write!(f, "#/compare/{subject}"),
            Self::Institution(institution) => write!(f, "#/institution/{institution}"),
            Self::Form(subject, form, FormPlace::Sections) => write!(f, "#/{subject}/form/{form}"),
            Self::Form(subject, form, FormPlace::Review) => write!(f, "#/{subject}/form/{form}/review"),
            Self::Form(subject, form, FormPlace::Section(id)) => write!(f, "#/{subject}/form/{form}/section/{id}"),
            Self::Filed(subject, row) => write!(f, "#/{subject}/filed/{row}"),
            Self::Reports => f.write_str("#/reports"),
            Self::Report(kind) => write!(f, "#/reports/{}", kind.code()),
            Self::Sync => f.write_str("#/sync"),
            Self::Tablet => f.write_str("#/tablet"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_is_found_again_by_its_address() {
        let case = CaseId::from_bytes([7; 16]);
        let house = InstitutionId::from_bytes([8; 16]);
        let mut places = vec![
            Route::Cases,
            Route::Sync,
            Route::Tablet,
            Route::Institutions,
            Route::Matches,
            Route::Reports,
            Route::Compare(case.into()),
            Route::Compare(ReportId::from_bytes([6; 16]).into()),
        ];
        places.push(Route::Institution(house));
        places.extend(ReportKind::ALL.map(Route::Report));
        places.extend(Tab::ALL.map(|tab| Route::Case(case, tab)));
        let report = ReportId::from_bytes([6; 16]);
        for subject in [Subject::from(case), Subject::from(house), Subject::from(report)] {
            places.push(Route::Filed(subject, RowId::from_bytes([9; 16])));
            places.push(Route::forms_of(subject));
            places.extend(
                [
                    FormPlace::Sections,
                    FormPlace::Review,
                    FormPlace::Section("child".into()),
                ]
                .map(|place| Route::Form(subject, "17".into(), place)),
            );
        }
        for place in places {
            assert_eq!(Route::parse(&place.to_string()), place);
        }
    }

    #[test]
    fn an_address_that_names_nothing_is_the_list() {
        for hash in [
            "",
            "#",
            "#/",
            "#/case/nobody",
            "#/case",
            "#/somewhere/else",
            "#/case/x/form/17",
            "#/institution/nobody",
            "#/house/07070707-0707-0707-0707-070707070707/form/46",
        ] {
            assert_eq!(Route::parse(hash), Route::Cases, "{hash}");
        }
    }
}
