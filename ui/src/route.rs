//! Where in the app the officer is, as it stands after `#` in the address. Case ids are random, so that nothing
//! personal is ever in an address; and the part after `#` works from any scheme the window is served by.

use std::fmt;

use casework::{CaseId, RowId};

/// A place in the app.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Route {
    /// The list of cases.
    #[default]
    Cases,
    /// One case.
    Case(CaseId, Tab),
    /// A form of a case.
    Form(CaseId, String, FormPlace),
    /// A form as it stood when it was filed.
    Filed(CaseId, RowId),
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
        let found = match parts.as_slice() {
            ["sync"] => Some(Self::Sync),
            ["tablet"] => Some(Self::Tablet),
            ["case", id] => case(id).map(|case| Self::Case(case, Tab::Overview)),
            ["case", id, tab] => {
                let tab = Tab::ALL
                    .into_iter()
                    .find(|known| known.code() == *tab)
                    .unwrap_or(Tab::Overview);
                case(id).map(|case| Self::Case(case, tab))
            }
            ["case", id, "filed", row] => case(id).zip(row.parse().ok()).map(|(case, row)| Self::Filed(case, row)),
            ["case", id, "form", form] => {
                case(id).map(|case| Self::Form(case, (*form).to_owned(), FormPlace::Sections))
            }
            ["case", id, "form", form, "review"] => {
                case(id).map(|case| Self::Form(case, (*form).to_owned(), FormPlace::Review))
            }
            ["case", id, "form", form, "section", section] => {
                case(id).map(|case| Self::Form(case, (*form).to_owned(), FormPlace::Section((*section).to_owned())))
            }
            _ => None,
        };
        found.unwrap_or_default()
    }

    /// The case that is open, if any.
    pub const fn case(&self) -> Option<CaseId> {
        match self {
            Self::Case(case, _) | Self::Form(case, _, _) | Self::Filed(case, _) => Some(*case),
            _ => None,
        }
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cases => f.write_str("#/cases"),
            Self::Case(case, tab) => write!(f, "#/case/{case}/{}", tab.code()),
            Self::Form(case, form, FormPlace::Sections) => write!(f, "#/case/{case}/form/{form}"),
            Self::Form(case, form, FormPlace::Review) => write!(f, "#/case/{case}/form/{form}/review"),
            Self::Form(case, form, FormPlace::Section(id)) => write!(f, "#/case/{case}/form/{form}/section/{id}"),
            Self::Filed(case, row) => write!(f, "#/case/{case}/filed/{row}"),
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
        let form = |place| Route::Form(case, "17".into(), place);
        let filed = Route::Filed(case, RowId::from_bytes([9; 16]));
        let mut places = vec![Route::Cases, Route::Sync, Route::Tablet, filed];
        places.extend(Tab::ALL.map(|tab| Route::Case(case, tab)));
        places.extend(
            [
                FormPlace::Sections,
                FormPlace::Review,
                FormPlace::Section("child".into()),
            ]
            .map(form),
        );
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
        ] {
            assert_eq!(Route::parse(hash), Route::Cases, "{hash}");
        }
    }
}
