//! A day of two officers, in real windows: set up, work without the hub, lose a window in the middle, clash, settle,
//! and see the portal's number. The window test makes it, and so does the tour, with a full district.

use std::{fs, path::Path};

use anyhow::Context as _;
use casework::{CaseId, Role};

use crate::{
    demo::{FIRST_CHILD, pictures},
    hub::Hub,
    places,
    scene::{Officer, Scene, new_case},
    tablet::{PASSPHRASE, Tablet},
    window::{Css, Window, hook},
};

/// The hub and what the two officers were given on paper.
pub struct Day<'a> {
    /// The running hub, which the day stops and starts.
    pub hub: &'a mut Hub,
    /// Two apps that have never been opened.
    pub windows: [Window; 2],
    /// Their enrolment links.
    pub links: [String; 2],
    /// Whether the pictures of the finished screens (Hindi, dark, sun) are wanted, too.
    pub gallery: bool,
}

/// What the first officer writes before the window is killed.
const KILLED_AFTER: &str = "Sonbari Junction, platform 3, by the pump";
/// What the two write in the same field.
const APART: [&str; 2] = ["Phulmani Hansda, called Phulo", "Phoolmani Hansda"];
/// Where the second officer writes something else.
const MARKS: &str = "small scar on the left wrist";

/// Lives through the day. Every step fails with what it waited for.
pub fn live(day: &mut Day<'_>) -> anyhow::Result<()> {
    step("set-up", || set_up(day))?;
    step("the list and a case", || look_round(day))?;
    step("a form, a picture, a task", || work(&day.windows[0]))?;
    step("without the hub", || work_apart(day))?;
    step("two versions", || settle(day))?;
    step("the portal's number", || receipts(day))?;
    if day.gallery {
        step("the other looks", || gallery(&day.windows[0]))?;
    }
    for window in &mut day.windows {
        window.close()?;
    }
    Ok(())
}

fn step<T>(what: &str, step: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
    eprintln!("journey: {what} …");
    step().with_context(|| format!("the journey, at: {what}"))
}

fn set_up(day: &mut Day<'_>) -> anyhow::Result<()> {
    let link: protocol::EnrolLink = day.links[0].parse()?;
    let [first, second] = &mut day.windows;
    // The first was opened by the link of a QR code; the second types what is on the paper.
    first.open(Some(&day.links[0]))?;
    first.see_value("enrol-hub", link.hub.as_str())?;
    first.picture("01-set-up")?;
    choose_passphrase(first)?;
    first.press("enrol-submit")?;
    first.see("case-list")?;

    second.open(None)?;
    second.write("enrol-hub", day.hub.url().as_str())?;
    second.write("enrol-code", "0000-0000-0000")?;
    choose_passphrase(second)?;
    second.press("enrol-submit")?;
    second.see_words("error-message", "The server does not know this code.")?;
    second.picture("02-wrong-code")?;
    let typed: protocol::EnrolLink = day.links[1].parse()?;
    second.write("enrol-code", &typed.code.to_string().to_lowercase())?;
    second.press("enrol-submit")?;
    second.see("case-list")?;
    for window in &day.windows {
        in_step(window)?;
    }
    Ok(())
}

fn in_step(window: &Window) -> anyhow::Result<()> {
    window.see(hook("sync-strip").with("data-state", "in_step"))
}

/// Presses the strip's button and waits until everything is said.
fn sync(window: &Window) -> anyhow::Result<()> {
    window.press("sync-now")?;
    in_step(window)
}

fn open_first_case(window: &Window) -> anyhow::Result<()> {
    window.press("nav-cases")?;
    window.write("search", FIRST_CHILD)?;
    window.see_count("case-row", 1)?;
    window.press("case-row")?;
    window.see("case")
}

fn look_round(day: &Day<'_>) -> anyhow::Result<()> {
    let [first, second] = &day.windows;
    first.see("case-row")?;
    first.picture("03-cases")?;
    for window in [first, second] {
        open_first_case(window)?;
    }
    first.see("clocks")?;
    anyhow::ensure!(
        !first.text("case")?.contains(FIRST_CHILD),
        "the name is masked until somebody asks"
    );
    first.picture("04-case-masked")?;
    first.press("reveal")?;
    first.see_words("case-name", FIRST_CHILD)?;
    first.picture("05-case")?;
    first.press("tab-timeline")?;
    first.press("add-note")?;
    first.write(
        "note-text",
        "Gave her water and biscuits. She counts to twenty in Santali.",
    )?;
    first.press("note-submit")?;
    first.see_words("timeline", "counts to twenty")?;
    first.picture("06-timeline")
}

fn open_section(window: &Window, section: &str) -> anyhow::Result<()> {
    window.press("tab-forms")?;
    window.press("form-17")?;
    window.press(hook(&format!("section-{section}")))?;
    window.see(hook("section").with("data-section", section))
}

/// Writes a field of the form and waits until it is saved.
fn fill(window: &Window, fact: &str, text: &str) -> anyhow::Result<()> {
    window.write(hook(&format!("field-{fact}")), text)?;
    window.see(hook(&format!("field-state-{fact}")).with("data-state", "saved"))
}

fn work(window: &Window) -> anyhow::Result<()> {
    open_section(window, "production")?;
    fill(
        window,
        "production.committee",
        "Child Welfare Committee, Sonbari, second bench",
    )?;
    fill(window, "production.place", "Collectorate, room 12")?;
    window.picture("07-form")?;
    window.press("form-review")?;
    window.see("review")?;
    window.picture("08-form-review")?;
    window.press("form-back")?;

    window.press("tab-photos")?;
    window.press("add-photo")?;
    let file = window.folder().join("bag.jpg");
    fs::write(&file, pictures::as_jpeg(&pictures::draw(11, 1800, 1350), 85))?;
    window.write("photo-caption", "Where she was found")?;
    window.choose_file("photo-file", &file)?;
    window.see_words("photos", "Where she was found")?;
    a_file_that_is_no_picture(window)?;
    what_was_said_and_what_is_on_paper(window)?;
    window.press("reveal")?;
    window.see(hook("photo-item").inner(&Css::element("img")))?;
    window.see_no(hook("photo-item").inner(&Css::element(".delivery").with("data-state", "on_tablet")))?;
    window.scroll_to("photo-item")?;
    window.picture("09-photos")?;

    window.press("tab-overview")?;
    window.press("task-tick")?;
    window.see(hook("task").with("data-done", "true"))?;
    in_step(window)
}

/// A recording made elsewhere and a scanned paper. Recording itself needs a microphone, which the machine may not have.
fn what_was_said_and_what_is_on_paper(window: &Window) -> anyhow::Result<()> {
    let (sound, paper) = (window.folder().join("note.webm"), window.folder().join("letter.pdf"));
    fs::write(&sound, include_bytes!("../../fuzz/corpus/recording/chromium"))?;
    fs::write(&paper, include_bytes!("../../fuzz/corpus/paper/scan"))?;
    window.press("add-recording")?;
    window.write("sound-caption", "What the neighbour said")?;
    window.choose_file("sound-file", &sound)?;
    window.press("sound-keep")?;
    window.see_words("photos", "What the neighbour said")?;
    window.press("add-paper")?;
    window.write("paper-caption", "Letter of the school")?;
    window.choose_file("paper-file", &paper)?;
    window.press("paper-keep")?;
    window.see_words("photos", "Letter of the school")?;
    window.press("add-paper")
}

fn a_file_that_is_no_picture(window: &Window) -> anyhow::Result<()> {
    let letter = window.folder().join("letter.jpg");
    fs::write(&letter, "Dear Committee, this is a letter.")?;
    window.choose_file("photo-file", &letter)?;
    window.see_words("error-message", "This file is not a picture the app can read.")
}

fn work_apart(day: &mut Day<'_>) -> anyhow::Result<()> {
    in_step(&day.windows[1])?;
    day.hub.stop()?;
    for window in &day.windows {
        window.press("sync-now")?;
        window.see(hook("sync-strip").with("data-state", "offline"))?;
    }
    let [first, second] = &mut day.windows;
    open_section(first, "found")?;
    fill(first, "found.place", KILLED_AFTER)?;
    first.picture("10-offline")?;
    first.kill_app()?;

    first.open(None)?;
    first.see("unlock-user")?;
    first.write("unlock-passphrase", "not the right words")?;
    first.press("unlock-submit")?;
    first.see_words("unlock-error", "Not the right passphrase.")?;
    first.picture("11-unlock")?;
    first.write("unlock-passphrase", PASSPHRASE)?;
    first.press("unlock-submit")?;
    first.see("case-list")?;
    open_first_case(first)?;
    open_section(first, "found")?;
    first.see_value("field-found.place", KILLED_AFTER)?;
    first.press("form-back")?;

    for (window, name) in [(&*first, APART[0]), (&*second, APART[1])] {
        open_section(window, "child")?;
        fill(window, "child.name", name)?;
    }
    fill(second, "child.identity_marks", MARKS)?;
    second.picture("12-second-officer-offline")?;
    for window in [&*first, &*second] {
        window.press("form-back")?;
    }
    day.hub.start_again()
}

fn settle(day: &Day<'_>) -> anyhow::Result<()> {
    let [first, second] = &day.windows;
    sync(first)?;
    sync(second)?;
    sync(first)?;
    for window in [first, second] {
        window.press("tab-versions")?;
        window.see(hook("clash-card").with("data-fact", "child.name"))?;
    }
    if first.has("clash-reveal")? {
        first.press("clash-reveal")?;
    }
    for text in APART {
        first.see_words("clash-card", text)?;
    }
    first.picture("13-two-versions")?;
    if second.has("clash-reveal")? {
        second.press("clash-reveal")?;
    }
    second.see("clash-choose-1")?;
    second.picture("14-two-versions-second-officer")?;
    let chosen = choose(second, APART[0])?;
    second.press(hook(&chosen))?;
    second.see_no("clash-card")?;
    sync(second)?;
    sync(first)?;
    first.see_no("clash-card")?;

    open_section(first, "child")?;
    first.see_value("field-child.name", APART[0])?;
    first.see_value("field-child.identity_marks", MARKS)?;
    first.press("history-child.name")?;
    first.see_words("history-item", APART[0])?;
    first.see_words("history-sheet", APART[1])?;
    first.picture("15-history")?;
    first.press("sheet-close")?;
    first.press("form-back")
}

/// The button that chooses this version.
fn choose(window: &Window, value: &str) -> anyhow::Result<String> {
    let shown = window.text("clash-card")?;
    let place = |text: &str| {
        shown
            .find(text)
            .with_context(|| format!("the card shows {text:?}: {shown:?}"))
    };
    let other = APART
        .iter()
        .find(|text| **text != value)
        .context("there are two versions")?;
    Ok(format!("clash-choose-{}", usize::from(place(value)? > place(other)?)))
}

fn receipts(day: &Day<'_>) -> anyhow::Result<()> {
    let window = &day.windows[0];
    window.press("nav-sync")?;
    window.see("sync-page")?;
    window.press("sync-now")?;
    in_step(window)?;
    window.see(hook("receipt-row").with("data-state", "accepted"))?;
    window.see_words("receipts", "VP-")?;
    window.picture("16-receipts")
}

fn gallery(window: &Window) -> anyhow::Result<()> {
    window.press("nav-tablet")?;
    window.press("lang-hi")?;
    window.picture("17-hindi-tablet")?;
    open_first_case(window)?;
    window.picture("18-hindi-case")?;
    window.press("nav-tablet")?;
    window.press("theme-dark")?;
    window.press("lang-en")?;
    open_first_case(window)?;
    window.picture("19-dark-case")?;
    window.press("nav-tablet")?;
    window.press("theme-sun")?;
    window.press("nav-cases")?;
    window.see("case-row")?;
    window.picture("20-sun-cases")
}

/// Writes the passphrase twice on the page of setting up.
pub fn choose_passphrase(window: &Window) -> anyhow::Result<()> {
    window.write("enrol-passphrase", PASSPHRASE)?;
    window.write("enrol-passphrase-again", PASSPHRASE)
}

/// An officer in a window, given a case that a colleague has begun on a tablet.
pub struct GivenACase {
    /// The officer's window, open, with the case in its list.
    pub window: Window,
    /// The colleague.
    pub colleague: Officer,
    /// The case.
    pub case: CaseId,
    _folder: tempfile::TempDir,
}

impl GivenACase {
    /// `window` is the name of the window; `url` is where it reaches the hub, and `told` what its environment says.
    pub fn new(scene: &Scene, url: &str, window: &str, told: &[(&'static str, String)]) -> anyhow::Result<Self> {
        let colleague = scene.officer_with(Tablet::by_hand(1), &scene.hub.url(), "Binod Sah", &Role::PoNic);
        let case = colleague.tablet.open_case(new_case("Munni Kisku"));
        colleague.tablet.sync_well();
        let asha = scene.user("Asha Toppo", &Role::PoNic);
        scene.assign(case, &asha);
        let folder = tempfile::tempdir()?;
        let sheet = folder.path().join("sheet.svg");
        let link = scene.admin.enrolment_sheet(&asha, url, &sheet)?;
        let mut window = self::window(window, folder.path(), &places::screenshots())?;
        for (variable, value) in told {
            window.tell(variable, value.clone());
        }
        enrol(&mut window, &link)?;
        Ok(Self {
            window,
            colleague,
            case,
            _folder: folder,
        })
    }
}

/// Opens an app that nobody has opened yet by the link of a sheet, in English, until its cases are there.
fn enrol(window: &mut Window, link: &protocol::EnrolLink) -> anyhow::Result<()> {
    window.open(Some(&link.to_string()))?;
    window.press("lang-en")?;
    choose_passphrase(window)?;
    window.press("enrol-submit")?;
    in_step(window)
}

/// A folder of an app that nobody has opened yet.
pub fn window(name: &str, under: &Path, pictures: &Path) -> anyhow::Result<Window> {
    Window::new(name, &under.join(name), pictures)
}
