//! Whether the time of an answer tells what the answer does not: what somebody may not know of, beside what never was.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use casefile::{Action, Document, DocumentKey, Edit};
use casework::{AuthorId, CaseId, Compartment, Role, RowId, Value};
use protocol::{
    DocumentId, PROTOCOL_VERSION_MIN, UpMessage,
    ids::Sha256,
    media::{self, MediaSize},
    message::up::{Again, Upload},
};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use sha2::Digest as _;

use super::{Samples, machine};
use crate::{author::Author, demo::pictures, ground, scene::Scene};

/// Cases that there are, and as many ids of none: what is asked for is not always the same, and of both as often once more.
const CASES: usize = 60;
/// Changes of each, so that a document that was opened in vain would be noticed.
const CHANGES: usize = 25;
/// Twice the standard deviation, about: 95 of 100 runs end within.
const TWO_DEVIATIONS: f64 = 1.96;

/// A case that the stranger may not know of, or none.
struct Asked {
    case: CaseId,
    picture: Sha256,
}

/// Something that is asked of the hub, of what is there or of what never was.
struct Question {
    name: &'static str,
    ask: fn(&mut Author, CaseId, Sha256) -> Result<()>,
}

const QUESTIONS: [Question; 5] = [
    Question {
        name: "a document once more, as if it were damaged",
        ask: |author, case, _| say(author, &[Again { document: core(case) }.into()]),
    },
    Question {
        name: "a change in a document",
        ask: |author, case, _| {
            let change = change(
                author,
                &mut Document::new(key(case, Compartment::Core).kind),
                &[name("x")],
            )?;
            let upload = Upload::of_change(PROTOCOL_VERSION_MIN, 1, core(case), &change);
            let upload: Vec<UpMessage> = upload.into_iter().map(UpMessage::from).collect();
            say(author, &upload)
        },
    },
    Question {
        name: "a picture's bytes",
        ask: |author, _, picture| media(author, reqwest::Method::GET, picture),
    },
    Question {
        name: "how far a picture has come",
        ask: |author, _, picture| media(author, reqwest::Method::HEAD, picture),
    },
    Question {
        name: "to bring a picture",
        ask: |author, _, picture| media(author, reqwest::Method::POST, picture),
    },
];

/// Measures so many pairs of each question, and prints a table.
pub fn alike(pairs: usize) -> Result<()> {
    let scene = Scene::new();
    let mut owner = scene.author("An owner", &Role::PoNic, 1);
    let there: Vec<Asked> = (0..CASES).map(|n| case(&mut owner, n as u64)).collect::<Result<_>>()?;
    // A role that begins no case of its own.
    let mut stranger = scene.author("A stranger", &Role::Counsellor, 2);
    stranger.sync_to_the_end()?;
    println!("{}\n", machine::described());
    println!("{CASES} cases of {CHANGES} changes and a picture, {pairs} pairs of each question\n");
    println!(
        "| asked | not allowed, median | never was, median | the first takes longer | by chance within |\n|---|---:|---:|---:|---:|"
    );
    // None of the cases' own.
    let mut random = StdRng::seed_from_u64(CASES as u64);
    let never: Vec<Asked> = (0..CASES)
        .map(|_| Asked {
            case: CaseId::from_bytes(random.random()),
            picture: Sha256(random.random()),
        })
        .collect();
    for question in &QUESTIONS {
        let mut both = [Samples::default(), Samples::default()];
        for _ in 0..pairs {
            let first = usize::from(random.random_bool(0.5));
            for which in [first, 1 - first] {
                let asked = &[&there, &never][which][random.random_range(0..CASES)];
                both[which].time(|| (question.ask)(&mut stranger, asked.case, asked.picture))?;
            }
        }
        let [there, never] = both;
        let (longer, within) = longer(&there.0, &never.0);
        println!(
            "| {} | {} | {} | {:.1} % | 50 ± {:.1} % |",
            question.name,
            micros(there.median()),
            micros(never.median()),
            longer * 100.0,
            within * 100.0,
        );
    }
    Ok(())
}

/// How probably a sample of the first takes longer than one of the second, and how far chance alone takes that from one half.
fn longer(first: &[Duration], second: &[Duration]) -> (f64, f64) {
    let mut sorted = second.to_vec();
    sorted.sort_unstable();
    let below: f64 = first
        .iter()
        .map(|one| {
            let shorter = sorted.partition_point(|other| other < one);
            let equal = sorted.partition_point(|other| other <= one) - shorter;
            count(shorter) + count(equal) / 2.0
        })
        .sum();
    let (many, others) = (count(first.len()), count(second.len()));
    let deviation = ((many + others + 1.0) / (12.0 * many * others)).sqrt();
    (below / (many * others), TWO_DEVIATIONS * deviation)
}

fn count(many: usize) -> f64 {
    f64::from(u32::try_from(many).unwrap_or(u32::MAX))
}

fn micros(took: Duration) -> String {
    format!("{} µs", took.as_micros())
}

fn say(author: &mut Author, messages: &[UpMessage]) -> Result<()> {
    author.say(messages)?;
    Ok(())
}

fn media(author: &Author, method: reqwest::Method, picture: Sha256) -> Result<()> {
    let answer = author.ask(
        method,
        &media::path(&picture, MediaSize::Field),
        &[(media::UPLOAD_LENGTH, "900")],
    )?;
    ensure!(
        answer.status() == reqwest::StatusCode::NOT_FOUND,
        "answered {}",
        answer.status()
    );
    answer.bytes()?;
    Ok(())
}

/// A case of many changes, with a picture that is at the hub.
fn case(owner: &mut Author, seed: u64) -> Result<Asked> {
    let mut random = StdRng::seed_from_u64(seed);
    let case = CaseId::from_bytes(random.random());
    let (mut core_document, mut identity) = [Compartment::Core, Compartment::Identity]
        .map(|compartment| Document::new(key(case, compartment).kind))
        .into();
    let bytes = pictures::as_jpeg(&pictures::draw(seed, 160, 120), 60);
    let picture = Sha256(sha2::Sha256::digest(&bytes).into());
    let row = Edit::AddRow {
        row: RowId::from_bytes(random.random()),
        table: "attachments".into(),
        cells: [("sha_field".to_owned(), Value::Text(picture.to_string()))].into(),
    };
    let kind = Edit::SetFact {
        fact: "case.kind".parse().context("a fact")?,
        value: "cncp".into(),
    };
    let mut changes = vec![
        (core(case), change(owner, &mut core_document, &[kind])?),
        (id(case, Compartment::Identity), change(owner, &mut identity, &[row])?),
    ];
    for n in 0..CHANGES {
        let change = change(owner, &mut identity, &[name(&format!("Name {n}"))])?;
        changes.push((id(case, Compartment::Identity), change));
    }
    owner.sync(&changes)?;
    owner.send_media(&media::path(&picture, MediaSize::Field), &bytes)?;
    Ok(Asked { case, picture })
}

fn key(case: CaseId, compartment: Compartment) -> DocumentKey {
    DocumentKey::case(case, compartment)
}

fn id(case: CaseId, compartment: Compartment) -> DocumentId {
    DocumentId(key(case, compartment).to_bytes())
}

fn core(case: CaseId) -> DocumentId {
    id(case, Compartment::Core)
}

fn name(text: &str) -> Edit {
    Edit::SetFact {
        fact: "child.name".parse().expect("the fact is one"),
        value: text.into(),
    }
}

fn change(author: &Author, document: &mut Document, edits: &[Edit]) -> Result<Vec<u8>> {
    let by = AuthorId::from_bytes(author.id.0);
    let written = document.edit(by, ground::now_ms(), &Action::EDIT, edits)?;
    Ok(written.context("the edit changes something")?.bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_times_are_told_apart_by_chance_only_and_others_are() {
        let times = |from: u64| -> Vec<Duration> { (from..from + 100).map(Duration::from_micros).collect() };
        let (same, within) = longer(&times(0), &times(0));
        assert!((same - 0.5).abs() < 1e-9 && within > 0.07 && within < 0.09);
        assert!(longer(&times(100), &times(0)).0 > 0.999);
        assert!(longer(&times(0), &times(50)).0 < 0.2);
    }
}
