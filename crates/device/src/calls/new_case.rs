//! Opening a case: what the caller said, and everything else can wait.

use casefile::{Action, Edit};
use casework::{CaseId, Compartment, Stage, Value, facts};
use ipc::{FailureCode, NewCase};

use super::edit::{ByDocument, check_fact, note, save};
use crate::{failure::Answer, session::Session};

pub(super) fn open(session: &Session, new_case: &NewCase) -> Answer<CaseId> {
    if !session
        .pack
        .rights()
        .of(&session.role)
        .is_some_and(|rights| rights.opens_cases)
    {
        return Err(FailureCode::NotPermitted.into());
    }
    let case = CaseId::from_bytes(session.platform.uuid_v7().into_bytes());
    let mut edits = ByDocument::new();
    let mut set = |name: &str, value: Value| -> Answer<()> {
        let fact = name.parse().map_err(|_| FailureCode::Fault)?;
        let kind = check_fact(session, &fact, &value)?;
        if !session.may_write(kind) {
            return Err(FailureCode::NotPermitted.into());
        }
        edits.entry(kind).or_default().push(Edit::SetFact { fact, value });
        Ok(())
    };
    set(facts::KIND, new_case.kind.code().into())?;
    set(facts::STAGE, Stage::Intake.code().into())?;
    set(facts::URGENCY, new_case.urgency.code().into())?;
    set(facts::DISTRICT, session.enrolment.district.as_str().into())?;
    set(facts::OPENED_AT, Value::Instant(session.now_ms()))?;
    if let Some(name) = new_case
        .child_name
        .as_deref()
        .map(str::trim)
        .filter(|name| !name.is_empty())
    {
        set(facts::CHILD_NAME, name.into())?;
    }
    if let Some(age) = new_case.age_years {
        set(facts::CHILD_AGE_STATED, Value::Integer(age.into()))?;
    }
    if let Some(sex) = new_case.sex.as_deref().filter(|sex| !sex.is_empty()) {
        set(facts::CHILD_SEX, sex.into())?;
    }
    if !new_case.note.trim().is_empty() {
        edits
            .entry(Compartment::Core.into())
            .or_default()
            .push(note(session, new_case.note.clone())?);
    }
    save(session, case.into(), &Action::OPEN, &edits, Vec::new(), |_, _| Ok(()))?;
    Ok(case)
}
