//! The doctor: says what is wrong with the vault, and makes anew what can be made anew.

use std::collections::BTreeSet;

use casefile::DocumentKey;
use ipc::{DoctorView, FailureCode, Finding, Topic};

use super::start;
use crate::{
    Device,
    documents::DocumentError,
    failure::{Answer, Failed},
    session::{BEHIND, Session, mend_file},
    space,
    store::{Mended, StoreError},
};

/// Looks everything over: the file, every document, the lists beside the documents, the access log.
pub(super) fn look(session: &Session) -> Answer<DoctorView> {
    let mut findings = Vec::new();
    let parts = match session.store.read(|read| read.count_bad_parts()) {
        Err(StoreError::Damaged) => 1,
        counted => counted?,
    };
    if parts > 0 {
        findings.push(Finding::DamagedFile { parts });
    }
    if session.is_read_only() {
        findings.push(Finding::ReadOnly);
    }
    // The rest stands on pages that cannot be read.
    if !findings.is_empty() {
        return Ok(view(session, findings, 0));
    }
    findings.extend(session.store.read(|read| read.mended())?.map(mended));
    if let Some(at_ms) = session.store.read(|read| read.number(BEHIND))? {
        findings.push(Finding::Behind { at_ms });
    }
    let documents = open_all(session)?;
    session.note_damage();
    findings.extend(damaged(session)?);
    if let Some(row) = session.store.read(|read| read.check_access_log())?.broken_at {
        findings.push(Finding::AccessLog { row });
    }
    let counts = |count, finding: fn(u32) -> Finding| (count > 0).then(|| finding(count));
    let (unlisted, set_aside, refused) = session
        .store
        .read(|read| Ok::<_, StoreError>((read.count_unlisted()?, read.count_set_aside()?, read.count_refused()?)))?;
    findings.extend(counts(unlisted, |documents| Finding::Lists { documents }));
    findings.extend(counts(set_aside, |changes| Finding::SetAside { changes }));
    findings.extend(counts(refused, |changes| Finding::Refused { changes }));
    Ok(view(session, findings, documents))
}

/// Makes lists, search and clocks anew.
pub(super) fn rebuild(session: &Session) -> Answer<()> {
    session.store.write(|write| write.tidy_lists())?;
    session.project_again()?;
    session.news.tell([Topic::Cases, Topic::Institutions]);
    Ok(())
}

/// Makes a damaged file whole again. The session is closed meanwhile, and opened again whatever came of it.
pub(super) fn mend(device: &Device) -> Answer<ipc::Session> {
    let _one_at_a_time = device.step_to_the_door();
    let session = device.session()?;
    if session.is_read_only() {
        return Err(FailureCode::ReadOnly.into());
    }
    let (vault, master) = (session.vault.clone(), session.master().ok_or(FailureCode::Locked)?);
    drop(session);
    device.pause();
    let mended = space::with_room(&vault, || mend_file(&vault, &master, &device.platform, &device.news));
    let opened = Session::open(&vault, master, &device.platform, &device.news);
    let session = opened.and_then(|session| device.sign_in(session.ok_or(FailureCode::NoSuchUser)?));
    let session = session.inspect_err(|_| device.news.tell_session())?;
    mended?;
    Ok(start::view(&session))
}

fn mended(mended: Mended) -> Finding {
    Finding::Mended {
        at_ms: mended.at_ms,
        parts: mended.pages,
        documents: mended.documents,
        edits: mended.edits,
        pictures: mended.pictures,
    }
}

fn view(session: &Session, findings: Vec<Finding>, documents: u32) -> DoctorView {
    DoctorView {
        findings,
        documents,
        now_ms: session.now_ms(),
    }
}

/// Opens every document once; those that do not load are set aside by that.
fn open_all(session: &Session) -> Answer<u32> {
    let ids = session.store.read(|read| read.all_documents())?;
    let mut opened = 0;
    for id in ids {
        let Some(key) = DocumentKey::from_bytes(id) else {
            continue;
        };
        // Locked for one at a time: whoever writes meanwhile does not wait for all of them.
        let mut documents = session.documents();
        let was_open = documents.is_open(&id);
        match session.store.read(|read| documents.get(read, key).map(|_| ())) {
            Ok(()) => opened += 1,
            Err(DocumentError::Damaged) => {}
            Err(error) => return Err(Failed::from(error)),
        }
        if !was_open {
            documents.close(&id);
        }
    }
    Ok(opened)
}

fn damaged(session: &Session) -> Answer<Option<Finding>> {
    let damaged = session.store.read(|read| read.damaged())?;
    let cases: BTreeSet<_> = damaged
        .iter()
        .filter_map(|id| DocumentKey::from_bytes(*id)?.case_id())
        .collect();
    Ok((!damaged.is_empty()).then(|| Finding::DamagedDocuments {
        documents: u32::try_from(damaged.len()).unwrap_or(u32::MAX),
        cases: cases.into_iter().take(ipc::PAGE_ROWS_MAX as usize).collect(),
    }))
}

#[cfg(test)]
mod tests {
    use casework::{CaseKind, Compartment, Urgency};
    use ipc::{NewCase, Reply, Request};

    use super::*;
    use crate::{
        store::tests::{spoil_document, wipe_projection},
        testing::{Bench, enrolled},
    };

    fn findings(device: &Device) -> Vec<Finding> {
        match device.call(Request::Doctor) {
            Ok(Reply::Doctor(view)) => view.findings,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_doctor_says_what_is_wrong_and_makes_anew_what_can_be_made_anew() {
        let bench = Bench::new();
        let (vault, _) = enrolled(&bench);
        let options = crate::Options {
            background: false,
            ..crate::Options::default()
        };
        let device = Device::open_with(bench.dir(), bench.platform.clone(), options).unwrap();
        let unlocked = device.call(Request::Unlock {
            user: vault.id(),
            passphrase: "six blue buckets".into(),
        });
        unlocked.unwrap();
        let opened = device.call(Request::OpenCase(NewCase {
            kind: CaseKind::Cncp,
            urgency: Urgency::Routine,
            note: "Found at the bus stand.".into(),
            child_name: Some("Meena Kumari".into()),
            age_years: None,
            sex: None,
        }));
        let Ok(Reply::CaseOpened { case }) = opened else {
            panic!("{opened:?}")
        };
        assert_eq!(findings(&device), []);
        let session = device.session().unwrap();

        wipe_projection(&session.store);
        assert_eq!(findings(&device), [Finding::Lists { documents: 2 }]);
        device.call(Request::Rebuild).unwrap();
        assert_eq!(findings(&device), []);

        // The hub has had it, so that what is here is not all of it.
        let id = DocumentKey::case(case, Compartment::Identity).to_bytes();
        let numbered = crate::store::Verdict::Numbered {
            number: 7,
            late: false,
            received_ms: None,
        };
        session
            .store
            .write(|write| (1..=2).try_for_each(|n| write.set_verdict(n, numbered).map(|_| ())))
            .unwrap();
        session.documents().forget_all();
        spoil_document(&session.store, &id);
        let damaged = Finding::DamagedDocuments {
            documents: 1,
            cases: vec![case],
        };
        assert_eq!(findings(&device), [damaged]);
        let Ok(Reply::Case(view)) = device.call(Request::Case { case, reveal: true }) else {
            panic!("the rest of the case goes on")
        };
        assert_eq!((view.damaged, view.name), (vec![Compartment::Identity], None));
        assert_eq!(view.timeline[0].text, "Found at the bus stand.");
    }

    #[test]
    fn a_damaged_file_is_found_made_whole_and_what_came_of_it_is_told() {
        const PAGE: usize = 4096;
        let bench = Bench::new();
        let (vault, key) = enrolled(&bench);
        let session = crate::testing::session(&bench, &vault, &key);
        let picture = vec![7; 60_000];
        let sha = crate::vault::sha256(&picture);
        let added = session
            .store
            .write(|write| write.add_media(&sha, crate::store::MediaSize::Field, &[9; 16], &picture));
        added.unwrap();
        session.close();
        drop(session);
        // The picture came last: its bytes end the file.
        let mut bytes = std::fs::read(vault.database()).unwrap();
        let page = bytes.len() / PAGE - 5;
        bytes[page * PAGE + 77] ^= 4;
        std::fs::write(vault.database(), bytes).unwrap();
        let options = crate::Options {
            background: false,
            ..crate::Options::default()
        };
        let device = Device::open_with(bench.dir(), bench.platform.clone(), options).unwrap();
        let unlock = Request::Unlock {
            user: vault.id(),
            passphrase: "six blue buckets".into(),
        };
        device.call(unlock).unwrap();
        assert_eq!(findings(&device), [Finding::DamagedFile { parts: 1 }]);
        let Ok(Reply::Session(_)) = device.call(Request::Mend) else {
            panic!("the file is made whole")
        };
        let told = Finding::Mended {
            at_ms: bench.clock.get(),
            parts: 1,
            documents: 0,
            edits: Some(0),
            pictures: Some(1),
        };
        assert_eq!(findings(&device), [told]);
        let session = device.session().unwrap();
        let log = session.store.read(|read| read.newest_access_rows(9)).unwrap();
        assert!(log.iter().any(|row| row.action == "mended"));
        let other = device.call(Request::Mend);
        assert!(other.is_ok(), "a sound file is copied and stays what it is");
    }
}
