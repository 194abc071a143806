//! The district officer's page in a real browser, before a real hub: signing in with a real one-time code, the figures of an
//! invented district, what strangers wrote shown as what it is, and nothing left when the session is over.

use std::{path::Path, time::Duration};

use casefile::{Action, Document, DocumentKey, Edit};
use casework::{AuthorId, Compartment, DocumentKind, Role, Value};
use protocol::{Appeal, DocumentId, Plea};
use tests::{
    author::Author,
    demo::{District, settle},
    ground,
    hub::Hub,
    places,
    scene::{Scene, portal},
    window::{Css, Window, hook},
};
use totp_rs::Totp;

use crate::receiver::{Does, Receiver, SECRET};
use crate::support::{eventually, post_to_helpline, refer};

/// Enough for lists to be lists, few enough to be quick.
const CASES: usize = 40;
/// Names that would do something, if a page took them for more than names.
const HOSTILE_USER: &str = "<script>window.hurt=1</script> Rao";
const HOSTILE_HOME: &str = "<img src=x onerror=window.hurt=1> Home";
const HOSTILE_ANSWER: &str = "{\"reason\":\"<img src=x onerror=window.hurt=1> no\"}";

/// So many wrong tries of one name are looked at before it waits.
const FREE_TRIES: usize = 5;

const LAPTOP: (u32, u32) = (1366, 768);
const TABLET: (u32, u32) = (800, 1280);
/// The parts of the page, by the ends of their hooks, with something that each shows once it is there.
const PARTS: [(&str, &str); 8] = [
    ("today", "need"),
    ("referrals", "referrals-row"),
    ("devices", "devices-row"),
    ("clocks", "overdue-officers-row"),
    ("institutions", "institutions-row"),
    ("figures", "report-cases"),
    ("channels", "channels-row"),
    ("desk", "uploads-row"),
];

/// A telephone that makes codes, and the passphrase that goes with them.
struct Keys {
    passphrase: String,
    codes: Totp,
}

impl Keys {
    fn of(scene: &Scene, arguments: &[&str]) -> Self {
        let said = scene.admin.run(arguments).unwrap();
        let line = |head: &str| {
            let found = said.lines().find_map(|line| line.strip_prefix(head));
            found.unwrap().trim().to_owned()
        };
        Self {
            passphrase: line("passphrase"),
            codes: Totp::from_url(line("codes")).unwrap(),
        }
    }

    /// The code of now, or of so much later: a hub takes one that is half a minute early.
    fn code(&self, later: Duration) -> String {
        let at_s = u64::try_from(ground::now_ms() / 1_000).unwrap() + later.as_secs();
        self.codes.generate(at_s).to_string()
    }
}

/// A district in which something of everything waits.
struct Office {
    scene: Scene,
    district: District,
    _helpline: Receiver,
}

impl Office {
    fn open() -> Self {
        let no: Vec<Does> = (0..50).map(|_| Does::Answers(422, None, HOSTILE_ANSWER)).collect();
        let helpline = Receiver::start(&no);
        let settings = format!(
            "[channels.helpline]\nurl = \"{}\"\nsecret = \"{SECRET}\"",
            helpline.url()
        );
        let portal = portal();
        let hub = Hub::start_with_console(Some(&portal.webhook_url()), &settings).unwrap();
        let scene = Scene {
            admin: hub.admin(),
            hub,
            portal,
        };
        let district = District::invent(3, CASES, ground::now_ms());
        settle(&district, &scene.admin, &scene.hub.url(), 3, |_| ()).unwrap();
        scene.admin.add_district("GAR", "Garhpur").unwrap();
        let office = Self {
            scene,
            district,
            _helpline: helpline,
        };
        office.leave_work();
        office
    }

    /// Refused words, an appeal, institutions and a referral for the district; and a post that nobody can read.
    fn leave_work(&self) {
        let (scene, code) = (&self.scene, self.district.code);
        let author = |name: &str, role, seed| {
            let user = scene.admin.add_user(code, name, &role).unwrap();
            let author = Author::enrol(&scene.hub.url(), &scene.code(&user), seed).unwrap();
            (user, author)
        };
        let (officer, mut counts) = author("Meera Das", Role::Dcpo, 76);
        for (name, capacity, present) in [("Ashray", 50, 43), (HOSTILE_HOME, 25, 27)] {
            let home = scene.admin.add_institution(code, name, "childrens_home", capacity);
            let home = home.unwrap();
            scene.admin.assign(home, &officer).unwrap();
            let kind = DocumentKind::Institution;
            let present = write(
                &counts,
                home.to_bytes(),
                kind,
                "institution.present",
                Value::Integer(present),
            );
            counts.sync(&[present]).unwrap().all_accepted().unwrap();
        }
        let (_, mut stranger) = author(HOSTILE_USER, Role::PoNic, 77);
        let kind = DocumentKind::Case(Compartment::Core);
        let words = write(
            &stranger,
            self.district.cases[0].subject,
            kind,
            "case.number",
            "12".into(),
        );
        let document = words.0;
        let refused = stranger.sync(&[words]).unwrap();
        assert!(refused.all_accepted().is_err());
        let plea = Plea::Access;
        let asked_s = 100;
        stranger
            .appeal(Appeal {
                document,
                plea,
                asked_s,
            })
            .unwrap();
        refer(&scene.hub.url(), code, "1098-7", "emergency");
        assert_eq!(
            post_to_helpline(&scene.hub.url(), "{\"type\":\"none\"}")
                .status()
                .as_u16(),
            422
        );
        // The page shows what the tables say, so they are waited for here.
        eventually(|| {
            let dead = scene.admin.run(&["dead-letters", "list"]).unwrap();
            let waiting = scene.admin.run(&["roster", "waiting"]).unwrap();
            (dead.contains("helpline") && waiting.contains("nobody is left")).then_some(())
        });
    }

    /// Where a browser finds the page: a name for which it takes a cookie that is `Secure` without TLS.
    fn page(&self) -> String {
        format!("http://localhost:{}/console/", self.scene.hub.address().port())
    }

    fn browser(&self, folder: &Path) -> Window {
        let mut window = Window::new("console", folder, &places::screenshots()).unwrap();
        window.browse(&self.page(), LAPTOP).unwrap();
        window
    }
}

/// A fact that somebody writes, of whatever they know.
fn write(author: &Author, subject: [u8; 16], kind: DocumentKind, fact: &str, value: Value) -> (DocumentId, Vec<u8>) {
    let edit = Edit::SetFact {
        fact: fact.parse().unwrap(),
        value,
    };
    let by = AuthorId::from_bytes(author.id.0);
    let change = Document::new(kind).edit(by, ground::now_ms(), &Action::OPEN, &[edit]);
    let document = DocumentId(DocumentKey { subject, kind }.to_bytes());
    (document, change.unwrap().unwrap().bytes)
}

fn sign_in(window: &Window, name: &str, keys: &Keys, code: &str) {
    window.write("sign-in-name", name).unwrap();
    window.write("sign-in-passphrase", &keys.passphrase).unwrap();
    window.write("sign-in-code", code).unwrap();
    window.press("sign-in-submit").unwrap();
}

fn go(window: &Window, part: &str, shows: &str) {
    window.press(hook(&format!("part-{part}"))).unwrap();
    window.see(shows).unwrap();
}

fn has_no_hindrance(window: &Window, what: &str) {
    let found = window.hindrances().unwrap();
    assert!(found.is_empty(), "{what}: {found:#?}");
}

fn colours(window: &Window, theme: &str) {
    let script = format!(
        "const e = document.querySelector('#colours'); e.value = '{theme}'; \
         e.dispatchEvent(new Event('change', {{ bubbles: true }})); return document.documentElement.dataset.theme"
    );
    window.evaluate(&script).unwrap();
    window.see(Css::element("html").with("data-theme", theme)).unwrap();
}

/// Nothing that anybody wrote has become more than words.
fn is_inert(window: &Window) {
    let hurt = "return window.hurt === undefined && !document.querySelector('img[src=\"x\"], main script')";
    assert_eq!(window.evaluate(hurt).unwrap(), true);
}

#[test]
fn a_district_officer_signs_in_sees_the_district_and_leaves_nothing_behind() {
    let mut office = Office::open();
    let keys = Keys::of(&office.scene, &["staff", "add", "asha", "--all"]);
    let folder = tempfile::tempdir().unwrap();
    let window = office.browser(folder.path());
    window.see("sign-in").unwrap();
    has_no_hindrance(&window, "sign-in");
    window.picture("console-sign-in").unwrap();
    sign_in(&window, "asha", &keys, "000000");
    window.see_words("sign-in-problem", "used before").unwrap();
    window.write("sign-in-code", &keys.code(Duration::ZERO)).unwrap();
    window.press("sign-in-submit").unwrap();

    window.see_count("choose-district", 2).unwrap();
    has_no_hindrance(&window, "choosing a district");
    let district = Css::element("button").with("data-test", "choose-district");
    assert!(window.text(district.clone()).unwrap().contains("Garhpur"));
    window.press(Css::element("li:last-child").inner(&district)).unwrap();
    window.see("need").unwrap();
    sees_the_figures(&window, &office);
    is_the_same_for_everybody(&window);
    decides(&window);
    leaves_nothing(&window, &mut office, &keys);
}

/// What was put into the hub is on the page, and what strangers wrote is words.
fn sees_the_figures(window: &Window, office: &Office) {
    go(window, "devices", "devices-row");
    let officers = office.district.officers.len() + 2;
    window.see_count("devices-row", officers).unwrap();
    window.see_words("devices", HOSTILE_USER).unwrap();
    go(window, "institutions", "institutions-row");
    window
        .see_count("institutions-row", office.district.institutions.len() + 2)
        .unwrap();
    window.see_words("institutions", HOSTILE_HOME).unwrap();
    // The hub folds what was written in its own time, and the page asks when it is told to.
    let full = eventually(|| {
        window.press("refresh").unwrap();
        let said = window.text("bars").unwrap();
        (said.contains("43 of 50") && said.contains("27 of 25")).then_some(said)
    });
    assert!(full.contains("27 of 25 · 2 too many"), "{full}");
    go(window, "referrals", "referrals-row");
    window.see_words("referrals", "with the district officer").unwrap();
    go(window, "channels", "channels-row");
    window.see_count("channels-row", 5).unwrap();
    window.see_words("channels", "Helplines").unwrap();
    go(window, "desk", "letters-row");
    window.see_words("letters", "<img src=x onerror").unwrap();
    window.see_words("uploads", "may not write there").unwrap();
    window.see_words("appeals", HOSTILE_USER).unwrap();
    is_inert(window);
    let address = window.evaluate("return location.href").unwrap();
    assert_eq!(
        address,
        format!("{}#/desk", office.page()),
        "nothing of anybody in the address"
    );
}

/// Both languages, light and dark, on a laptop and on a tablet.
fn is_the_same_for_everybody(window: &Window) {
    for (lang, theme) in [("en", "light"), ("en", "dark"), ("hi", "light"), ("hi", "dark")] {
        window.press(hook(&format!("lang-{lang}"))).unwrap();
        window.see(Css::element("html").with("lang", lang)).unwrap();
        colours(window, theme);
        for (part, shows) in PARTS {
            go(window, part, shows);
            has_no_hindrance(window, &format!("{part}, {lang}, {theme}"));
            window.picture(&format!("console-{part}-{lang}-{theme}")).unwrap();
        }
    }
    window.press("lang-en").unwrap();
    colours(window, "light");
    window.resize(TABLET.0, TABLET.1).unwrap();
    for (part, shows) in PARTS {
        go(window, part, shows);
        let wide = window
            .evaluate("return document.documentElement.scrollWidth <= innerWidth")
            .unwrap();
        assert_eq!(wide, true, "{part} is wider than a tablet");
        window.picture(&format!("console-{part}-tablet")).unwrap();
    }
    window.resize(LAPTOP.0, LAPTOP.1).unwrap();
}

/// A dead letter goes once more, words are refused for good, an appeal is declined, a tablet is shut out.
fn decides(window: &Window) {
    go(window, "desk", "letters-row");
    window.press("send-again").unwrap();
    window.see_words("deed-done", "tried again").unwrap();
    window.press("decide").unwrap();
    window.see("decide-sheet").unwrap();
    window.press("decline").unwrap();
    window.see_words("decide-problem", "why not").unwrap();
    has_no_hindrance(window, "an appeal");
    window.write("decide-words", "Ask Rekha for it.").unwrap();
    window.press("decline").unwrap();
    window.see_words("deed-done", "declined").unwrap();
    window.see_no("appeals-row").unwrap();
    window.press("refuse").unwrap();
    window.write("retype", "nobody").unwrap();
    window.press("retype-go").unwrap();
    window.see_words("retype-problem", "not the id").unwrap();
    has_no_hindrance(window, "typing once more");
    window.press("sheet-close").unwrap();
    window.see_no("retype-sheet").unwrap();
    window.press("release").unwrap();
    window.see_words("deed-done", "refused again").unwrap();

    go(window, "devices", "devices-row");
    let id = window
        .evaluate(
            "return document.querySelector('[data-test=\"shut-out\"]').getAttribute('aria-label').split(' ').pop()",
        )
        .unwrap();
    window.press("shut-out").unwrap();
    window.write("retype", id.as_str().unwrap()).unwrap();
    window.picture("console-shut-out").unwrap();
    window.press("retype-go").unwrap();
    window.see_words("deed-done", "shut out").unwrap();
    window.see_words("devices", "shut out, not heard since").unwrap();
}

/// A hub that is away is said to be, beside what it said before; one that ended the session leaves nothing on the page, nor does
/// signing out.
fn leaves_nothing(window: &Window, office: &mut Office, keys: &Keys) {
    office.scene.hub.kill().unwrap();
    window.press("refresh").unwrap();
    window.see_words("console-problem", "cannot be reached").unwrap();
    window.see_words("console-problem", "as it was at").unwrap();
    window.see("devices-row").unwrap();
    window.picture("console-away").unwrap();
    office.scene.hub.start_again().unwrap();
    window.press("refresh").unwrap();
    window.see_no("console-problem").unwrap();
    window.press("sign-out").unwrap();
    window.see("sign-in").unwrap();
    window.reload().unwrap();
    window.see("sign-in").unwrap();
    assert!(!window.has("session-ended").unwrap());
    assert_eq!(window.evaluate("return document.cookie").unwrap(), "");

    sign_in(window, "asha", keys, &keys.code(Duration::from_secs(30)));
    window.see("choose-district").unwrap();
    office.scene.admin.run(&["staff", "shut-out", "asha"]).unwrap();
    window.press("choose-district").unwrap();
    window.see("session-ended").unwrap();
    assert!(!window.has("console").unwrap());
    window.picture("console-ended").unwrap();
    // Somebody who guesses waits, and is told for how long.
    let guessed = Keys::of(&office.scene, &["staff", "add", "ravi", "--all"]);
    for _ in 0..FREE_TRIES {
        sign_in(window, "ravi", &guessed, "000000");
        window.see_value("sign-in-code", "").unwrap();
    }
    sign_in(window, "ravi", &guessed, "000000");
    window.see_words("sign-in-problem", "You can try again in").unwrap();
}
