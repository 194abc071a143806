//! The walk through every screen in one browser.

use std::{collections::BTreeMap, path::Path};

use anyhow::Context as _;
use image::RgbImage;

use super::{
    look::{Look, Size},
    scene::Scene,
};
use crate::{
    places,
    window::{Css, Window, hook},
};

/// Before whose tablet one sits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Seat {
    /// The officer's, unlocked.
    Officer,
    /// One that nobody has used.
    Unused,
    /// No tablet: the page of all components.
    Components,
    /// The officer's, locked. The last.
    Locked,
}

/// A screen, and how one comes to it.
#[derive(Debug, Clone, Copy)]
pub struct Screen {
    /// The name in file names.
    pub name: &'static str,
    /// What it is, for the page of pictures.
    pub title: &'static str,
    /// Before whose tablet.
    pub seat: Seat,
    /// Its address after `#`, where `{case}`, `{baby}`, `{match}` and `{house}` stand for their ids.
    place: &'static str,
    /// What is pressed there, one after the other.
    presses: &'static [&'static str],
    /// What is seen then.
    shows: &'static str,
}

const fn screen(name: &'static str, title: &'static str, place: &'static str, shows: &'static str) -> Screen {
    Screen {
        name,
        title,
        seat: Seat::Officer,
        place,
        presses: &[],
        shows,
    }
}

impl Screen {
    const fn after(mut self, presses: &'static [&'static str]) -> Self {
        self.presses = presses;
        self
    }

    const fn at(mut self, seat: Seat) -> Self {
        self.seat = seat;
        self
    }
}

/// Every screen.
pub const SCREENS: [Screen; 33] = [
    screen("cases", "Cases", "/cases", "case-row"),
    screen("new-case", "A new case", "/cases", "new-case-sheet").after(&["new-case"]),
    screen("case", "A case", "/case/{case}/overview", "clocks"),
    screen("timeline", "Timeline", "/case/{match}/timeline", "timeline"),
    screen("forms", "Forms of a case", "/case/{case}/forms", "form-group"),
    screen("custody", "Custody", "/case/{case}/custody", "custody"),
    screen("plan", "Care plan", "/case/{baby}/plan", "plan"),
    screen("health", "Health and growth", "/case/{baby}/health", "growth").after(&["reveal"]),
    screen("records", "Records", "/case/{case}/records", "row-edit").after(&["reveal"]),
    screen("photos", "Photos and papers", "/case/{match}/photos", "photo-item"),
    screen(
        "photos-shown",
        "A recording is made",
        "/case/{match}/photos",
        "sound-start",
    )
    .after(&["reveal", "add-recording"]),
    screen("signature", "Signing on the glass", "/case/{match}/photos", "sign-pad").after(&["add-signature"]),
    screen("reports", "Registers and reports", "/reports", "reports"),
    screen("overdue", "What is overdue", "/reports/overdue", "report-basis"),
    screen("versions", "Two versions", "/case/{case}/versions", "clash-other").after(&["clash-reveal"]),
    screen(
        "history",
        "What stood here before",
        "/case/{match}/overview",
        "history-item",
    )
    .after(&["reveal", "history-found.place"]),
    screen("form", "A form", "/case/{match}/form/17", "section-child"),
    screen(
        "section",
        "A section of a form",
        "/case/{match}/form/17/section/child",
        "section",
    ),
    screen(
        "dates",
        "A section with dates and choices",
        "/case/{match}/form/17/section/production",
        "section",
    ),
    screen(
        "review",
        "What is missing in a form",
        "/case/{match}/form/17/review",
        "review",
    ),
    screen(
        "print",
        "A form is printed",
        "/case/{match}/form/17/review",
        "print-sheet",
    )
    .after(&["print"]),
    screen("filed", "A filed form", "/case/{case}/form/17", "filed").after(&["filing"]),
    screen("institutions", "Institutions", "/institutions", "house-row"),
    screen("institution", "An institution", "/institution/{house}", "house-name"),
    screen("matches", "Missing and found", "/matches", "match-row"),
    screen("compare", "Who it may be", "/compare/{match}", "compare"),
    screen("report", "A new report", "/matches", "new-report-sheet").after(&["report-child"]),
    screen("sync", "Sync", "/sync", "receipt-row"),
    screen("tablet", "This tablet", "/tablet", "lock"),
    screen("backup", "A backup", "/tablet", "backup-path").after(&["backup-open"]),
    screen("enrol", "Setting up", "", "enrol-hub").at(Seat::Unused),
    screen("components", "All components", "", "components").at(Seat::Components),
    screen("unlock", "Unlocking", "", "unlock-passphrase")
        .at(Seat::Locked)
        .after(&["unlock-user"]),
];

/// What is seen of a screen at a look.
pub struct Seen {
    /// The screen.
    pub screen: Screen,
    /// The look.
    pub look: Look,
    /// How it looks.
    pub sight: RgbImage,
}

impl Seen {
    /// The name of its picture.
    pub fn picture(&self) -> String {
        format!("{}-{}.jpg", self.screen.name, self.look)
    }
}

/// Writes something else over what differs from machine to machine: the door a hub is behind, and how much room there is.
const OF_THIS_MACHINE: &str = "const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT); \
    while (texts.nextNode()) { const text = texts.currentNode, said = text.data; \
    const other = said.replace(/127\\.0\\.0\\.1:\\d{4,}/, 'hub.example') \
    .replace(/[\\d.]+ [kMG]B(?= of the tablet| जगह खाली)/, '12 GB'); \
    if (other !== said) text.data = other }";

/// A browser before the scene.
pub struct Walk {
    /// The browser.
    pub window: Window,
    scene: Scene,
    seat: Option<(Seat, &'static str)>,
}

impl Walk {
    /// Opens the scene, and a browser before it. What the browser keeps lies in the folder.
    pub fn open(folder: &Path) -> anyhow::Result<Self> {
        let scene = Scene::open()?;
        let mut window = Window::new("gallery", folder, &places::screenshots())?;
        window.browse("about:blank", Size::Laptop.pixels())?;
        window.without_motion()?;
        Ok(Self {
            window,
            scene,
            seat: None,
        })
    }

    /// Goes through all screens at four looks each. `see` is asked at each.
    pub fn everywhere(&mut self, mut see: impl FnMut(&Window, Seen) -> anyhow::Result<()>) -> anyhow::Result<()> {
        // By tablet and language: either needs the page to be loaded anew.
        let mut stops: BTreeMap<(Seat, &str), Vec<(Screen, Look)>> = BTreeMap::new();
        for (number, screen) in SCREENS.iter().enumerate() {
            for look in Look::at(number) {
                stops.entry((screen.seat, look.lang)).or_default().push((*screen, look));
            }
        }
        for (screen, look) in stops.into_values().flatten() {
            let sight = self
                .look(screen, look)
                .with_context(|| format!("{} at {look}", screen.name))?;
            see(&self.window, Seen { screen, look, sight })?;
        }
        Ok(())
    }

    /// Goes to a screen.
    pub fn look(&mut self, screen: Screen, look: Look) -> anyhow::Result<RgbImage> {
        self.sit(screen.seat, look)?;
        self.window.page_of(look.size.pixels(), 1)?;
        self.go(screen)?;
        self.rest(screen)?;
        self.window.sight()
    }

    /// Sits down before a tablet and sets it as somebody has it.
    pub fn sit(&mut self, seat: Seat, look: Look) -> anyhow::Result<()> {
        if self.seat != Some((seat, look.lang)) {
            if seat == Seat::Locked && self.seat.is_none_or(|(before, _)| before != Seat::Locked) {
                self.scene.lock()?;
            }
            let [officer, unused, components] = &self.scene.addresses;
            let address = match seat {
                Seat::Officer | Seat::Locked => officer,
                Seat::Unused => unused,
                Seat::Components => components,
            };
            self.window.visit(address)?;
            self.window
                .evaluate(&format!("localStorage.setItem('lang', '{}')", look.lang))?;
            self.window.reload()?;
            self.window.see(Css::element("html").with("lang", look.lang))?;
            self.window.see(Css::element("main"))?;
            self.seat = Some((seat, look.lang));
        }
        self.wear(look.theme, "100")
    }

    /// Puts on colours and a size of text.
    pub fn wear(&self, theme: &str, text: &str) -> anyhow::Result<()> {
        let script = format!(
            "const root = document.documentElement; root.dataset.theme = '{theme}'; root.dataset.text = '{text}'"
        );
        self.window.evaluate(&script).map(drop)
    }

    /// Goes to a screen of the tablet before which one sits.
    pub fn go(&self, screen: Screen) -> anyhow::Result<()> {
        let ids = [
            ("{case}", self.scene.case.to_string()),
            ("{baby}", self.scene.baby.to_string()),
            ("{match}", self.scene.match_of.to_string()),
            ("{house}", self.scene.house.to_string()),
        ];
        let place = ids
            .iter()
            .fold(screen.place.to_owned(), |place, (name, id)| place.replace(name, id));
        // From elsewhere, so that nothing of the last look is left open.
        if screen.seat == Seat::Officer {
            let (before, shows) = if place == "/sync" {
                ("/tablet", "lock")
            } else {
                ("/sync", "sync-page")
            };
            self.window.evaluate(&format!("location.hash = '#{before}'"))?;
            self.window.see(shows)?;
            self.window.evaluate(&format!("location.hash = '#{place}'"))?;
        }
        for press in screen.presses {
            self.window.press(*press)?;
        }
        self.window.see(screen.shows)
    }

    /// Waits until nothing is on its way any more: letters, pictures, what the device is asked for. The page of components shows
    /// for ever what is shown while something is read.
    fn rest(&self, screen: Screen) -> anyhow::Result<()> {
        if screen.seat != Seat::Components {
            self.window.see_no(hook("loading"))?;
        }
        if !screen.presses.is_empty() {
            self.window.evaluate(&format!(
                "document.querySelector('{}')?.scrollIntoView({{ block: 'nearest' }})",
                hook(screen.shows)
            ))?;
        }
        self.window.evaluate(OF_THIS_MACHINE)?;
        self.window.settle()
    }
}
