//! A clock of one record at one moment, in words that can be sent to a screen.

use serde::{Deserialize, Serialize};

use super::{Duty, Extension, Length, indian_day};
use crate::{Checked, Labels, Pack};

/// Less than this share of the whole time left makes a clock *due soon*.
const DUE_SOON_SHARE: i64 = 4;

/// How a clock stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Time is left, or no time is set.
    Running,
    /// Less than a quarter of the time is left.
    DueSoon,
    /// The time has run out and nothing has stopped it.
    Overdue,
    /// Stopped in time.
    Met,
    /// Stopped after the time had run out.
    MetLate,
    /// The law's own time has been extended by somebody who may, and more than a quarter of the whole is left.
    Extended,
    /// It began, but is not for this child, or no longer.
    NotApplicable,
}

impl Standing {
    /// Whether somebody still has to act.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Running | Self::DueSoon | Self::Overdue | Self::Extended)
    }
}

/// What was taken for granted because the record does not say it, or cannot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Assumption {
    /// The age of the child is not known; it is taken to be one the clock is for.
    AgeNotKnown,
    /// The date of birth is not known; the age as stated is taken.
    AgeAsStated,
    /// Whether it applies depends on something nobody wrote, or this reader may not see.
    ConditionNotKnown,
    /// Public holidays are not known and were counted as working days.
    HolidaysNotKnown,
}

/// A clock of one record, at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Running {
    /// The clock's name.
    pub id: String,
    /// Which of several runs of that clock: the id of the row that began it, the number of its turn, the quarter;
    /// empty where it runs once.
    pub instance: String,
    /// What must be done.
    pub label: Labels,
    /// Who must act.
    pub who: Labels,
    /// What the law says, in one plain sentence.
    pub section: Labels,
    /// Where it stands in the law.
    pub source: String,
    /// How well that is established.
    pub checked: Checked,
    /// What follows when the time has run out.
    pub duty: Duty,
    /// How long the law gives; `None`: as soon as can be.
    pub length: Option<Length>,
    /// When it began.
    pub started_at_ms: i64,
    /// When it runs out, extensions counted in; `None` where no time is set.
    pub due_at_ms: Option<i64>,
    /// When it was stopped.
    pub stopped_at_ms: Option<i64>,
    /// The extension that counts: the one that carries it furthest.
    pub extended_to: Option<Extension>,
    /// Every extension that was recorded, with what is to be said against it.
    pub extensions: Vec<Extension>,
    /// Whether it is for this child, as far as is known.
    pub applies: bool,
    /// Why it does not apply; and for a time that has passed without anybody being late, what that means.
    pub because: Labels,
    /// What was taken for granted.
    pub assumes: Vec<Assumption>,
    /// What happens when the time has run out.
    pub then: Labels,
}

impl Running {
    /// How it stands at `now_ms`.
    pub fn standing(&self, now_ms: i64) -> Standing {
        let times = Times {
            started_at_ms: self.started_at_ms,
            due_at_ms: self.due_at_ms,
            stopped_at_ms: self.stopped_at_ms,
            extended: self.extended_to.is_some(),
            applies: self.applies,
            passes: self.duty.passes(),
            kept_up: self.duty == Duty::KeptUp,
        };
        times.standing(now_ms)
    }

    /// The clock without what the pack says of it, to be kept or sent; [`with_words`](Self::with_words) puts that back.
    #[must_use]
    pub fn without_words(mut self) -> Self {
        self.extensions.clear();
        for words in [
            &mut self.label,
            &mut self.who,
            &mut self.section,
            &mut self.because,
            &mut self.then,
        ] {
            *words = Labels::default();
        }
        self
    }

    /// The clock with the words of the law that was in force when it began; `None` where the pack has no such clock.
    #[must_use]
    pub fn with_words(mut self, pack: &Pack) -> Option<Self> {
        let day = indian_day(self.started_at_ms)?;
        let of_this_name = || pack.clocks().iter().filter(|known| known.id == self.id);
        let known = of_this_name()
            .find(|known| known.in_force(day))
            .or_else(|| of_this_name().next())?;
        let known = (&known.label, &known.who, &known.section, &known.then);
        (self.label, self.who, self.section, self.then) =
            (known.0.clone(), known.1.clone(), known.2.clone(), known.3.clone());
        Some(self)
    }

    /// Why it does not apply at `now_ms`, in words; empty where it does.
    pub fn reason(&self, now_ms: i64) -> Option<&Labels> {
        if self.standing(now_ms) != Standing::NotApplicable {
            return None;
        }
        Some(if self.applies { &self.then } else { &self.because })
    }
}

/// What a standing is computed from.
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent properties of a run, named at the one place that makes it"
)]
#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    pub(super) started_at_ms: i64,
    pub(super) due_at_ms: Option<i64>,
    pub(super) stopped_at_ms: Option<i64>,
    pub(super) extended: bool,
    pub(super) applies: bool,
    pub(super) passes: bool,
    pub(super) kept_up: bool,
}

impl Times {
    pub(super) fn standing(self, now_ms: i64) -> Standing {
        if !self.applies {
            return Standing::NotApplicable;
        }
        match (self.stopped_at_ms, self.due_at_ms) {
            (Some(stopped), Some(due)) if stopped > due && !self.kept_up => Standing::MetLate,
            (Some(_), _) => Standing::Met,
            (None, Some(due)) if now_ms > due && self.passes => Standing::NotApplicable,
            (None, Some(due)) if now_ms > due => Standing::Overdue,
            (None, Some(due)) if self.is_due_soon(due, now_ms) => Standing::DueSoon,
            (None, Some(_)) if self.extended => Standing::Extended,
            (None, _) => Standing::Running,
        }
    }

    /// Moments may be any number that somebody's tablet wrote, so that nothing here may overflow.
    fn is_due_soon(self, due_ms: i64, now_ms: i64) -> bool {
        let left = due_ms.saturating_sub(now_ms);
        let whole = due_ms.saturating_sub(self.started_at_ms);
        left.saturating_mul(DUE_SOON_SHARE) < whole
    }
}
