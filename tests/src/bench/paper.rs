//! How long a paper takes, and how much memory: Form 22 with every item answered, and a history of a hundred pages.

use std::path::Path;

use anyhow::{Context as _, Result, anyhow, ensure};
use casework::{CaseId, FactType, Pack, Role, TEXT_CHARS_MAX, Value};
use ipc::{FieldEdit, FormItem, PaperCopy, PrintOrder, PrintPurpose, Reply, Request};
use serde::{Deserialize, Serialize};

use super::{Samples, machine, run::part};
use crate::{
    hub::Hub,
    scene::DISTRICT,
    tablet::{PASSPHRASE, Tablet},
};

/// Papers after the first.
const AGAIN: usize = 10;

/// A sentence in two scripts, as a visit is written down.
const SENTENCE: &str = "She goes to school again and has a friend there. वह फिर स्कूल जाती है और खुश है। ";

/// What printing took.
#[derive(Serialize, Deserialize)]
pub struct PrintedOften {
    /// Pages of the paper.
    pages: u32,
    /// Its bytes.
    bytes: u64,
    /// The first paper after the app was opened, which reads the fonts; in microseconds.
    first: u64,
    /// The papers after it.
    again: Vec<u64>,
    /// The most memory the process had had before, and then, in kB.
    before_kb: u64,
    peak_kb: u64,
}

/// Measures, and prints a table.
pub fn papers() -> Result<()> {
    println!("{}\n", machine::described());
    println!("| paper | pages | size | first | again, median | again, 95 of 100 | most memory | of it before |");
    println!("|---|---:|---:|---:|---:|---:|---:|---:|");
    let hub = Hub::start(None)?;
    hub.admin().add_district(DISTRICT, "Garhpur")?;
    let user = hub.admin().add_user(DISTRICT, "Lata Soren", &Role::Dcpo)?;
    let code = hub.admin().enrolment_link(&user)?.code.to_string();
    let folder = tempfile::tempdir()?;
    let tablet = Tablet::live_by_hand(folder.path());
    tablet
        .enrol(&hub.url(), &code)
        .map_err(|failure| anyhow!("{failure:?}"))?;
    let short = filled(&tablet, 60);
    let long = filled(&tablet, TEXT_CHARS_MAX / 4);
    drop(tablet);
    for (name, case) in [("Form 22, every item", short), ("Form 22, a long history", long)] {
        let took: PrintedOften = part(&["print-often", "--case", &case.to_string()], folder.path())?;
        let again = Samples::from_micros(&took.again);
        let ms = |micros: u128| format!("{} ms", micros / 1_000);
        let mb = |kb: u64| format!("{} MB", kb / 1_000);
        println!(
            "| {name} | {} | {} kB | {} | {} | {} | {} | {} |",
            took.pages,
            took.bytes / 1_000,
            ms(took.first.into()),
            ms(again.median().as_micros()),
            ms(again.p95().as_micros()),
            mb(took.peak_kb),
            mb(took.before_kb),
        );
    }
    Ok(())
}

/// Opens the vault and prints Form 22 of a case, again and again.
pub fn print_often(data_dir: &Path, case: CaseId) -> Result<PrintedOften> {
    let tablet = Tablet::live_by_hand(data_dir);
    tablet.unlock(PASSPHRASE).map_err(|failure| anyhow!("{failure:?}"))?;
    let process = std::process::id().to_string();
    let peak = || machine::peak_kb(&process).context("this process has a status");
    let folder = tempfile::tempdir()?;
    // What the screen asks for before anybody prints.
    tablet.form(case, "22");
    let before_kb = peak()?;
    let mut samples = Samples::default();
    let mut made = None;
    for round in 0..=AGAIN {
        let order = PrintOrder {
            subject: case.into(),
            form: "22".into(),
            filing: None,
            languages: vec!["hi".into(), "en".into()],
            copy: PaperCopy::Whole,
            purpose: PrintPurpose::Hearing,
            path: folder
                .path()
                .join(format!("{round}.pdf"))
                .to_string_lossy()
                .into_owned(),
        };
        match samples.time(|| tablet.ask(Request::Print(order))) {
            Reply::Printed(printed) => made = Some(printed),
            other => return Err(anyhow!("printing was answered by {other:?}")),
        }
    }
    let micros = samples.to_micros();
    let (first, again) = micros.split_first().context("it was printed")?;
    let made = made.context("it was printed")?;
    ensure!(made.pages > 0, "a paper has pages");
    Ok(PrintedOften {
        pages: made.pages,
        bytes: made.bytes,
        first: *first,
        again: again.to_vec(),
        before_kb,
        peak_kb: peak()?,
    })
}

/// A case in which every item of Form 22 is answered, each text about so many characters long.
fn filled(tablet: &Tablet, chars: usize) -> CaseId {
    let case = tablet.open_case(crate::scene::new_case("Somra Oraon"));
    let mut edits = Vec::new();
    for item in tablet
        .form(case, "22")
        .sections
        .into_iter()
        .flat_map(|section| section.items)
    {
        let FormItem::Field(field) = item else { continue };
        let value = match field.kind {
            FactType::LongText => Value::Text(SENTENCE.repeat(chars.div_ceil(SENTENCE.chars().count()))),
            FactType::Text => Value::Text("Beside the canal / नहर के पास".into()),
            FactType::Phone => Value::Text("9800000000".into()),
            FactType::Integer => Value::Integer(field.min.unwrap_or(1).max(1)),
            FactType::Flag => Value::Flag(true),
            FactType::Choice => match field.terms.first() {
                Some(term) => Value::Text(term.code.clone()),
                None => continue,
            },
            _ => continue,
        };
        let known = Pack::national().fact(&field.fact);
        let takes = known.is_some_and(|fact| fact.derived.is_none() && fact.check(&value, Pack::national()).is_ok());
        if takes && field.writable {
            edits.push(FieldEdit::SetFact {
                fact: field.fact,
                value,
            });
        }
    }
    tablet.edit(case, edits);
    case
}
