//! Which of those on duty is asked, and why it is they.

use std::collections::BTreeSet;

use super::Place;

/// Open cases that make no difference: who has 7 has as many as who has 5.
pub const CASES_ALIKE: u32 = 5;

/// Somebody on duty.
#[derive(Debug, Clone, PartialEq)]
pub struct OnDuty<U> {
    /// Who it is.
    pub who: U,
    /// Codes of the languages they speak.
    pub languages: BTreeSet<String>,
    /// Where they set out from, where that is known.
    pub place: Option<Place>,
    /// Referrals that wait for their answer.
    pub referrals: u32,
    /// Open cases that are given to them.
    pub cases: u32,
    /// When they were asked last.
    pub asked_ms: Option<i64>,
}

/// What is known of the child, as far as it matters who goes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Child {
    /// The code of the language that was spoken.
    pub language: Option<String>,
    /// Where the child is.
    pub place: Option<Place>,
}

/// Why somebody was asked, as it is kept and told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// Nobody else is on duty.
    OnlyOne,
    /// The fewest referrals wait for their answer.
    FewestReferrals,
    /// The fewest open cases.
    FewestCases,
    /// They speak the language, and the others do not.
    Language,
    /// They are nearest.
    Nearest,
    /// They were asked longest ago.
    Turn,
    /// The district officer: nobody is on duty.
    NobodyOnDuty,
    /// The district officer: who was asked has not answered in time.
    NobodyAcknowledged,
}

impl Why {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::OnlyOne,
        Self::FewestReferrals,
        Self::FewestCases,
        Self::Language,
        Self::Nearest,
        Self::Turn,
        Self::NobodyOnDuty,
        Self::NobodyAcknowledged,
    ];

    /// The code in the vocabulary `duty_reason`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::OnlyOne => "only_one",
            Self::FewestReferrals => "fewest_referrals",
            Self::FewestCases => "fewest_cases",
            Self::Language => "language",
            Self::Nearest => "nearest",
            Self::Turn => "turn",
            Self::NobodyOnDuty => "nobody_on_duty",
            Self::NobodyAcknowledged => "nobody_acknowledged",
        }
    }

    /// The reason with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|why| why.code() == code)
    }

    /// Whether it was the district officer's office that was asked, and not the duty roster.
    pub const fn is_escalation(self) -> bool {
        matches!(self, Self::NobodyOnDuty | Self::NobodyAcknowledged)
    }
}

/// Who is asked, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chosen<U> {
    /// Who it is.
    pub who: U,
    /// What they were before the others in.
    pub why: Why,
}

/// How somebody compares in one thing: the least is asked.
type Measure<'a, U> = (Why, Box<dyn Fn(&OnDuty<U>) -> i64 + 'a>);

/// Who of those on duty is asked; nobody where nobody is. The same people in another order are answered alike.
pub fn choose<U: Copy + Ord>(on_duty: &[OnDuty<U>], child: &Child) -> Option<Chosen<U>> {
    let mut left: Vec<&OnDuty<U>> = on_duty.iter().collect();
    if let [only] = left.as_slice() {
        let (who, why) = (only.who, Why::OnlyOne);
        return Some(Chosen { who, why });
    }
    let measures: [Measure<'_, U>; 5] = [
        (Why::FewestReferrals, Box::new(|one| one.referrals.into())),
        (Why::FewestCases, Box::new(|one| (one.cases / CASES_ALIKE).into())),
        (Why::Language, Box::new(|one| i64::from(!speaks(one, child)))),
        (Why::Nearest, Box::new(|one| km(one, child))),
        (Why::Turn, Box::new(|one| one.asked_ms.unwrap_or(i64::MIN))),
    ];
    for (why, measure) in measures {
        let least = left.iter().map(|one| measure(one)).min()?;
        left.retain(|one| measure(one) == least);
        if let [only] = left.as_slice() {
            return Some(Chosen { who: only.who, why });
        }
    }
    let who = left.iter().map(|one| one.who).min()?;
    Some(Chosen { who, why: Why::Turn })
}

/// Where the language is not known everybody speaks it.
fn speaks<U>(one: &OnDuty<U>, child: &Child) -> bool {
    child
        .language
        .as_ref()
        .is_none_or(|language| one.languages.contains(language))
}

/// How far it is. Whoever's place is not known comes behind those whose is; where the child's is not known all are alike.
fn km<U>(one: &OnDuty<U>, child: &Child) -> i64 {
    match (child.place, one.place) {
        (None, _) => 0,
        (Some(child), Some(place)) => place.km_to(child).into(),
        (Some(_), None) => i64::MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn somebody(who: u8) -> OnDuty<u8> {
        OnDuty {
            who,
            languages: BTreeSet::from(["kn".to_owned()]),
            place: None,
            referrals: 0,
            cases: 0,
            asked_ms: Some(100),
        }
    }

    fn chosen(on_duty: &[OnDuty<u8>], child: &Child) -> (u8, Why) {
        let chosen = choose(on_duty, child).unwrap();
        let turned: Vec<_> = on_duty.iter().rev().cloned().collect();
        assert_eq!(choose(&turned, child), Some(chosen), "whatever order they stand in");
        (chosen.who, chosen.why)
    }

    #[test]
    fn each_rule_decides_among_those_whom_the_rules_before_find_alike() {
        let here = Place::new(12.97, 77.59).unwrap();
        let away = Place::new(12.30, 76.64).unwrap();
        let child = Child {
            language: Some("hi".into()),
            place: Some(here),
        };
        let mut on_duty = [somebody(1), somebody(2), somebody(3)];
        assert_eq!(chosen(&on_duty, &child), (1, Why::Turn), "alike in all: the first id");
        on_duty[2].asked_ms = None;
        assert_eq!(chosen(&on_duty, &child), (3, Why::Turn), "who was never asked");
        on_duty[0].place = Some(away);
        assert_eq!(chosen(&on_duty, &child), (1, Why::Nearest), "whose place is known");
        on_duty[1].place = Some(here);
        assert_eq!(chosen(&on_duty, &child), (2, Why::Nearest));
        on_duty[0].languages.insert("hi".into());
        assert_eq!(chosen(&on_duty, &child), (1, Why::Language));
        on_duty[0].cases = 5;
        assert_eq!(chosen(&on_duty, &child), (2, Why::Nearest), "three are two");
        on_duty[2].cases = 4;
        assert_eq!(chosen(&on_duty, &child), (2, Why::Nearest), "four cases are none");
        on_duty[1].cases = 5;
        assert_eq!(chosen(&on_duty, &child), (3, Why::FewestCases));
        on_duty[2].referrals = 1;
        assert_eq!(chosen(&on_duty, &child), (1, Why::Language));
        on_duty[1].referrals = 1;
        assert_eq!(chosen(&on_duty, &child), (1, Why::FewestReferrals));
    }

    #[test]
    fn what_is_not_known_decides_nothing() {
        let mut on_duty = [somebody(1), somebody(2)];
        on_duty[1].languages.clear();
        on_duty[1].place = Some(Place::new(0.0, 0.0).unwrap());
        assert_eq!(chosen(&on_duty, &Child::default()), (1, Why::Turn));
    }

    #[test]
    fn one_is_the_only_one_and_nobody_is_nobody() {
        assert_eq!(chosen(&[somebody(7)], &Child::default()), (7, Why::OnlyOne));
        assert_eq!(choose::<u8>(&[], &Child::default()), None);
    }

    #[test]
    fn every_reason_is_known_by_its_code() {
        for why in Why::ALL {
            assert_eq!(Why::from_code(why.code()), Some(why));
        }
        assert_eq!(Why::from_code("of tomorrow"), None);
    }
}
