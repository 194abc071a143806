use minicbor::{Decode, Encode};

use super::{Outcome, Verdict};
use crate::limits::TAKEN_MAX;

/// What became of uploads that are in the log (version 2): in place of a [`Verdict`] for each.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Verdicts {
    /// Runs of uploads, at most [`TAKEN_MAX`].
    #[n(0)]
    pub runs: Vec<Taken>,
}

/// Uploads whose own numbers and whose numbers in the log follow one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Taken {
    /// The first upload's number on the device.
    #[n(0)]
    pub n: u64,
    /// How many.
    #[n(1)]
    pub count: u64,
    /// The number of the first in the district's log.
    #[n(2)]
    pub number: u64,
    /// When the hub received them, by its own clock, milliseconds since 1970.
    #[n(3)]
    pub received_ms: i64,
    /// They have been in the log since an earlier request.
    #[n(4)]
    pub duplicate: Option<bool>,
    /// They were written late, by a former worker.
    #[n(5)]
    pub late: Option<bool>,
}

impl Taken {
    /// A run of one, where the verdict is that the upload is in the log.
    fn of(verdict: &Verdict) -> Option<Self> {
        let (number, duplicate, late) = match verdict.outcome {
            Outcome::Accepted { number, late } => (number, None, late.then_some(true)),
            Outcome::Duplicate { number } => (number, Some(true), None),
            Outcome::Refused { .. } => return None,
        };
        Some(Self {
            n: verdict.n,
            count: 1,
            number,
            received_ms: verdict.received_ms?,
            duplicate,
            late,
        })
    }

    fn continued_by(&self, next: &Self) -> bool {
        let follows = |first: u64, then: u64| first.checked_add(self.count) == Some(then);
        follows(self.n, next.n)
            && follows(self.number, next.number)
            && (self.received_ms, self.duplicate, self.late) == (next.received_ms, next.duplicate, next.late)
    }
}

impl Verdicts {
    /// Verdicts as few messages, in their order: what is in the log in runs, what is refused each by itself.
    pub fn of(verdicts: Vec<Verdict>) -> Vec<super::DownMessage> {
        let mut messages = Vec::new();
        let mut runs: Vec<Taken> = Vec::new();
        for verdict in verdicts {
            match (Taken::of(&verdict), runs.last_mut()) {
                (Some(next), Some(last)) if last.continued_by(&next) => last.count += 1,
                (Some(next), _) => {
                    if runs.len() == TAKEN_MAX {
                        messages.push(
                            Self {
                                runs: std::mem::take(&mut runs),
                            }
                            .into(),
                        );
                    }
                    runs.push(next);
                }
                (None, _) => {
                    if !runs.is_empty() {
                        messages.push(
                            Self {
                                runs: std::mem::take(&mut runs),
                            }
                            .into(),
                        );
                    }
                    messages.push(verdict.into());
                }
            }
        }
        if !runs.is_empty() {
            messages.push(Self { runs }.into());
        }
        messages
    }

    /// The verdict on each upload. `None` where more are said than a request may have.
    pub fn each(&self) -> Option<Vec<Verdict>> {
        let mut verdicts = Vec::new();
        for run in &self.runs {
            if run.count > (crate::limits::UPLOADS_MAX - verdicts.len()) as u64 {
                return None;
            }
            for step in 0..run.count {
                let number = run.number.checked_add(step)?;
                verdicts.push(Verdict {
                    n: run.n.checked_add(step)?,
                    outcome: if run.duplicate == Some(true) {
                        Outcome::Duplicate { number }
                    } else {
                        Outcome::Accepted {
                            number,
                            late: run.late == Some(true),
                        }
                    },
                    received_ms: Some(run.received_ms),
                });
            }
        }
        Some(verdicts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DownMessage;
    use crate::Refusal;

    fn accepted(n: u64, number: u64) -> Verdict {
        Verdict {
            received_ms: Some(5),
            ..Verdict::new(n, Outcome::Accepted { number, late: false })
        }
    }

    #[test]
    fn verdicts_come_back_as_they_were_and_twenty_of_them_are_few_bytes() {
        let refused = Verdict::new(25, Outcome::Refused { code: Refusal::Schema });
        let duplicate = Verdict {
            received_ms: Some(4),
            ..Verdict::new(26, Outcome::Duplicate { number: 17 })
        };
        let late = Verdict {
            received_ms: Some(5),
            ..Verdict::new(
                27,
                Outcome::Accepted {
                    number: 400,
                    late: true,
                },
            )
        };
        let mut verdicts: Vec<_> = (0..20).map(|n| accepted(n, 300 + n)).collect();
        assert!(Verdicts::of(verdicts.clone())[0].to_frame().unwrap().as_bytes().len() < 32);
        verdicts.extend([accepted(20, 330), accepted(22, 331), refused, duplicate, late]);
        let read: Vec<Verdict> = Verdicts::of(verdicts.clone())
            .into_iter()
            .flat_map(|message| match message {
                DownMessage::Verdict(verdict) => vec![verdict],
                DownMessage::Verdicts(verdicts) => verdicts.each().unwrap(),
                _ => Vec::new(),
            })
            .collect();
        assert_eq!(read, verdicts);
    }

    #[test]
    fn every_message_fits_a_frame_and_more_than_a_request_is_refused() {
        let apart = (0..2000).map(|n| accepted(3 * n, u64::MAX - 5 * n)).collect();
        for message in Verdicts::of(apart) {
            message.to_frame().unwrap();
        }
        let run = Taken {
            count: 2001,
            ..Taken::of(&accepted(0, 1)).unwrap()
        };
        assert_eq!(Verdicts { runs: vec![run] }.each(), None);
        let run = Taken {
            count: 2,
            number: u64::MAX,
            ..run
        };
        assert_eq!(Verdicts { runs: vec![run] }.each(), None);
    }
}
