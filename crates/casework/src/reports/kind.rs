//! Which reports there are, and for whom.

use serde::{Deserialize, Serialize};

use crate::{DocumentKind, Role, RoleRights};

/// How long a period is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PeriodKind {
    /// A month.
    Month,
    /// Three of them.
    Quarter,
}

impl PeriodKind {
    /// The code that is stored and sent.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Month => "month",
            Self::Quarter => "quarter",
        }
    }
}

/// A report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportKind {
    /// Time limits of open cases that have run out.
    Overdue,
    /// Visits and reports that are due after a child went home.
    FollowUps,
    /// The district's figures of a month for Child Protection Services.
    FiguresMonth,
    /// The same of a quarter.
    FiguresQuarter,
    /// What the Committee tells the District Magistrate each quarter (Form 16, MR r.17(v)).
    #[serde(rename = "form_16")]
    Form16,
    /// An institution's month.
    HouseMonth,
}

impl ReportKind {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 6] = [
        Self::Overdue,
        Self::FollowUps,
        Self::FiguresMonth,
        Self::FiguresQuarter,
        Self::Form16,
        Self::HouseMonth,
    ];

    /// The code in the access log, in addresses and in names of files.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Overdue => "overdue",
            Self::FollowUps => "follow_ups",
            Self::FiguresMonth => "figures_month",
            Self::FiguresQuarter => "figures_quarter",
            Self::Form16 => "form_16",
            Self::HouseMonth => "house_month",
        }
    }

    /// The report with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// Of what period it is; `None` for one of this moment.
    pub const fn period(self) -> Option<PeriodKind> {
        match self {
            Self::Overdue => None,
            Self::FollowUps | Self::FiguresMonth | Self::HouseMonth => Some(PeriodKind::Month),
            Self::FiguresQuarter | Self::Form16 => Some(PeriodKind::Quarter),
        }
    }

    /// Whether its rows are cases and not counts: then it never leaves the district.
    pub const fn names_cases(self) -> bool {
        matches!(self, Self::Overdue | Self::FollowUps)
    }

    /// Whether a role has it. Lists are for everybody who has cases; figures of a district for those who see all of it and
    /// for those who decide; Form 16 is the Committee's, and the district's officers prepare it; an institution's month is for
    /// those who read its document.
    pub fn is_for(self, rights: &RoleRights) -> bool {
        let reads_houses = rights.reads.contains(&DocumentKind::Institution);
        match self {
            Self::Overdue | Self::FollowUps => true,
            Self::FiguresMonth | Self::FiguresQuarter => rights.sees_district || rights.orders,
            Self::Form16 => rights.role == Role::Cwc || rights.sees_district,
            Self::HouseMonth => reads_houses && (rights.own_institution || rights.sees_district || rights.approves),
        }
    }
}

/// How far a copy of a report goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// It stays with those who may read the cases.
    District,
    /// It leaves the district: few children are not counted, and no case is named.
    Outside,
}

impl Reach {
    /// Both, in the order in which they are offered.
    pub const ALL: [Self; 2] = [Self::District, Self::Outside];

    /// The code in the access log.
    pub const fn code(self) -> &'static str {
        match self {
            Self::District => "district",
            Self::Outside => "outside",
        }
    }
}

#[cfg(all(test, feature = "packs"))]
mod tests {
    use super::*;
    use crate::Pack;

    #[test]
    fn figures_are_for_those_who_see_the_district_and_lists_for_everybody() {
        let rights = Pack::national().rights();
        let of = |role: Role| -> Vec<&'static str> {
            let rights = rights.of(&role).unwrap();
            let kinds = ReportKind::ALL.into_iter().filter(|kind| kind.is_for(rights));
            kinds.map(ReportKind::code).collect()
        };
        let lists = ["overdue", "follow_ups"];
        let figures = ["figures_month", "figures_quarter"];
        assert_eq!(of(Role::Counsellor), lists);
        assert_eq!(of(Role::OutreachWorker), lists);
        assert_eq!(of(Role::DataAnalyst), [&lists[..], &figures, &["form_16"]].concat());
        assert_eq!(of(Role::Superintendent), [&lists[..], &["house_month"]].concat());
        assert_eq!(of(Role::Dcpo), ReportKind::ALL.map(ReportKind::code));
        assert!(of(Role::Cwc).contains(&"form_16") && !of(Role::Jjb).contains(&"form_16"));
    }

    #[test]
    fn a_report_is_found_by_its_code() {
        for kind in ReportKind::ALL {
            assert_eq!(ReportKind::from_code(kind.code()), Some(kind));
        }
        assert_eq!(ReportKind::from_code("=cmd"), None);
    }
}
