//! Staff who sign in: with the right words, the wrong ones, too often, too late, and from somewhere else.

use std::collections::BTreeSet;
use std::sync::Arc;

use reqwest::StatusCode;
use reqwest::blocking::{Client, RequestBuilder, Response};
use serde_json::{Value as Json, json};
use sync_server::clock::StandingClock;
use totp_rs::Totp;

use crate::command::administer;
use crate::office::Shared;
use crate::support::TestHub;

const COOKIE: &str = "__Host-vatsalya-office";

/// Somebody of the staff, with a telephone that makes codes.
pub(crate) struct Clerk {
    pub(crate) url: String,
    pub(crate) name: String,
    pub(crate) passphrase: String,
    pub(crate) codes: Totp,
    pub(crate) code_url: String,
    pub(crate) cookie: Option<String>,
    client: Client,
}

impl Clerk {
    /// Added from the command line, with `--district X` or `--all`.
    pub(crate) fn added(hub: &TestHub, name: &str, reach: &[&str]) -> Self {
        let said = administer(&hub.hub, &[&["staff", "add", name], reach].concat()).unwrap();
        Self::told(&hub.url, name, &said)
    }

    /// What the command line said of them.
    pub(crate) fn told(url: &str, name: &str, said: &str) -> Self {
        let line = |head: &str| {
            said.lines()
                .find_map(|line| line.strip_prefix(head))
                .unwrap()
                .trim()
                .to_owned()
        };
        let code_url = line("codes");
        Self {
            url: url.to_owned(),
            name: name.to_owned(),
            passphrase: line("passphrase"),
            codes: Totp::from_url(&code_url).unwrap(),
            code_url,
            cookie: None,
            client: Client::new(),
        }
    }

    /// Added and signed in.
    pub(crate) fn signed_in(hub: &TestHub, name: &str, reach: &[&str]) -> Self {
        let mut clerk = Self::added(hub, name, reach);
        let code = clerk.code(hub);
        assert_eq!(clerk.sign_in(&code).status(), StatusCode::NO_CONTENT);
        clerk
    }

    pub(crate) fn code(&self, hub: &TestHub) -> String {
        self.code_at(hub.hub.clock.now_ms())
    }

    pub(crate) fn code_at(&self, now_ms: i64) -> String {
        self.codes.generate(u64::try_from(now_ms / 1_000).unwrap()).to_string()
    }

    pub(crate) fn sign_in(&mut self, code: &str) -> Response {
        let said = json!({ "name": self.name, "passphrase": self.passphrase, "code": code });
        let answer = self
            .with_origin(self.bare("POST", "/v1/admin/sign-in"))
            .body(said.to_string())
            .send()
            .unwrap();
        if answer.status() == StatusCode::NO_CONTENT {
            let set = answer.headers()["set-cookie"].to_str().unwrap();
            self.cookie = Some(set.split(';').next().unwrap().to_owned());
        }
        answer
    }

    /// A request without a cookie or an origin.
    pub(crate) fn bare(&self, method: &str, path: &str) -> RequestBuilder {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        self.client.request(method, format!("{}{path}", self.url))
    }

    fn with_origin(&self, request: RequestBuilder) -> RequestBuilder {
        request.header("origin", &self.url)
    }

    pub(crate) fn ask(&self, method: &str, path: &str, body: Option<String>) -> Response {
        self.try_to_ask(method, path, body).unwrap()
    }

    /// The same where nobody may be there to answer.
    pub(crate) fn try_to_ask(&self, method: &str, path: &str, body: Option<String>) -> reqwest::Result<Response> {
        let mut request = self.bare(method, path);
        if method != "GET" {
            request = self.with_origin(request);
        }
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        request.body(body.unwrap_or_default()).send()
    }

    pub(crate) fn get(&self, path: &str) -> Response {
        self.ask("GET", path, None)
    }

    pub(crate) fn post(&self, path: &str, said: &Json) -> Response {
        self.ask("POST", path, Some(said.to_string()))
    }

    /// What is answered well, as JSON.
    pub(crate) fn list(&self, path: &str) -> Json {
        let answer = self.get(path);
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        serde_json::from_str(&answer.text().unwrap()).unwrap()
    }

    fn session(&self) -> StatusCode {
        self.get("/v1/admin/session").status()
    }
}

fn standing() -> (TestHub, Arc<StandingClock>) {
    let clock = Arc::new(StandingClock::at(1_795_000_000_000));
    let hub = TestHub::start_at("", Box::new(Shared(clock.clone())));
    (hub, clock)
}

fn deeds(hub: &TestHub) -> Vec<String> {
    let rows = hub.hub.storage.audit_rows(500).unwrap();
    rows.into_iter().map(|row| row.deed).collect()
}

fn problem(answer: Response) -> String {
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    let said: Json = serde_json::from_str(&answer.text().unwrap()).unwrap();
    said["type"].as_str().unwrap().rsplit(':').next().unwrap().to_owned()
}

#[test]
fn whoever_shows_passphrase_and_code_has_a_session_that_no_script_reads_and_no_other_site_sends() {
    let hub = TestHub::start();
    let mut clerk = Clerk::added(&hub, "asha", &["--district", "KA-BLR"]);
    assert_eq!(clerk.session(), StatusCode::UNAUTHORIZED);
    let code = clerk.code(&hub);
    let answer = clerk.sign_in(&code);
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    let set = answer.headers()["set-cookie"].to_str().unwrap();
    let attributes: BTreeSet<&str> = set.split("; ").skip(1).collect();
    assert_eq!(
        attributes,
        BTreeSet::from(["Path=/", "Max-Age=28800", "Secure", "HttpOnly", "SameSite=Strict"])
    );
    assert!(set.starts_with(&format!("{COOKIE}=")));
    let answer = clerk.get("/v1/admin/session");
    for (name, value) in [("cache-control", "no-store"), ("x-content-type-options", "nosniff")] {
        assert_eq!(answer.headers()[name], value);
    }
    let said: Json = serde_json::from_str(&answer.text().unwrap()).unwrap();
    assert_eq!(
        (said["name"].as_str(), said["district"].as_str()),
        (Some("asha"), Some("KA-BLR"))
    );
    let mine = clerk.cookie.clone();
    clerk.cookie = Some(format!("{COOKIE}={}", "0".repeat(64)));
    assert_eq!(clerk.session(), StatusCode::UNAUTHORIZED);
    clerk.cookie = mine;
    let out = clerk.ask("POST", "/v1/admin/sign-out", None);
    assert_eq!(out.status(), StatusCode::NO_CONTENT);
    assert!(out.headers()["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
    assert_eq!(clerk.session(), StatusCode::UNAUTHORIZED);
    let all = deeds(&hub);
    assert_eq!(all[all.len() - 3..], ["add-staff", "sign-in", "sign-out"]);
}

#[test]
fn a_code_is_good_once_and_none_from_before_it_is_good_after() {
    let (hub, clock) = standing();
    let mut clerk = Clerk::added(&hub, "asha", &["--all"]);
    let (before, now) = (clerk.code(&hub), {
        clock.advance_ms(30_000);
        clerk.code(&hub)
    });
    assert_eq!(clerk.sign_in(&now).status(), StatusCode::NO_CONTENT);
    for used in [&now, &before] {
        let answer = clerk.sign_in(used);
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(problem(answer), "wrong-sign-in");
    }
    clock.advance_ms(30_000);
    let next = clerk.code(&hub);
    assert_eq!(clerk.sign_in(&next).status(), StatusCode::NO_CONTENT);
    // A telephone's clock may be half a minute off, not two.
    clock.advance_ms(90_000);
    assert_eq!(clerk.sign_in(&next).status(), StatusCode::UNAUTHORIZED);
    assert_eq!(deeds(&hub).iter().filter(|deed| *deed == "wrong-sign-in").count(), 3);
}

#[test]
fn wrong_tries_wait_longer_each_time_whoever_tries_and_nothing_says_what_was_wrong() {
    let (hub, clock) = standing();
    let mut clerk = Clerk::added(&hub, "asha", &["--all"]);
    let (passphrase, name) = (clerk.passphrase.clone(), clerk.name.clone());
    let code = clerk.code(&hub);
    let mut looks = BTreeSet::new();
    let mut wrong = |clerk: &mut Clerk, code: &str| {
        let answer = clerk.sign_in(code);
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
        looks.insert(answer.text().unwrap());
    };
    wrong(&mut clerk, "000000x");
    wrong(&mut clerk, "");
    clerk.passphrase = format!("{passphrase}x");
    wrong(&mut clerk, &code);
    clerk.passphrase = "y".repeat(300);
    wrong(&mut clerk, &code);
    clerk.name = "nobody".to_owned();
    wrong(&mut clerk, &code);
    clerk.name = name;
    clerk.passphrase = "wrong words".to_owned();
    wrong(&mut clerk, &code);
    wrong(&mut clerk, &code);
    assert_eq!(looks.len(), 1, "{looks:?}");
    // Five were of this name and were looked at: now even the right words wait.
    clerk.passphrase = passphrase;
    let mut longer = 30;
    for _ in 0..3 {
        let answer = clerk.sign_in(&code);
        assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(answer.headers()["retry-after"], longer.to_string().as_str());
        assert_eq!(problem(answer), "too-many-tries");
        clock.advance_ms(longer * 1_000);
        assert_eq!(clerk.sign_in("000000x").status(), StatusCode::UNAUTHORIZED);
        longer *= 2;
    }
    clock.advance_ms(longer * 1_000);
    let code = clerk.code(&hub);
    assert_eq!(clerk.sign_in(&code).status(), StatusCode::NO_CONTENT);
    clock.advance_ms(30_000);
    let code = clerk.code(&hub);
    assert_eq!(
        clerk.sign_in(&code).status(),
        StatusCode::NO_CONTENT,
        "the count is at nought"
    );
}

#[test]
fn an_address_that_guesses_names_is_answered_no_more() {
    let clock = Arc::new(StandingClock::at(1_795_000_000_000));
    let hub = TestHub::start_at("[limits]\nwrong_codes = 3\n", Box::new(Shared(clock.clone())));
    let mut clerk = Clerk::added(&hub, "asha", &["--all"]);
    clerk.name = "nobody".to_owned();
    for _ in 0..3 {
        assert_eq!(clerk.sign_in("000000").status(), StatusCode::UNAUTHORIZED);
    }
    clerk.name = "asha".to_owned();
    let code = clerk.code(&hub);
    assert_eq!(clerk.sign_in(&code).status(), StatusCode::TOO_MANY_REQUESTS);
    clock.advance_ms(600_000);
    let code = clerk.code(&hub);
    assert_eq!(clerk.sign_in(&code).status(), StatusCode::NO_CONTENT);
}

#[test]
fn a_session_ends_when_nobody_uses_it_and_at_the_end_of_its_day() {
    let (hub, clock) = standing();
    let mut clerk = Clerk::signed_in(&hub, "asha", &["--all"]);
    clock.advance_ms(15 * 60_000);
    assert_eq!(clerk.session(), StatusCode::UNAUTHORIZED, "idle");
    let code = clerk.code(&hub);
    clerk.sign_in(&code);
    // Used every ten minutes it lives on, to its last minute.
    for _ in 0..47 {
        clock.advance_ms(10 * 60_000);
        assert_eq!(clerk.session(), StatusCode::OK);
    }
    clock.advance_ms(10 * 60_000);
    assert_eq!(clerk.session(), StatusCode::UNAUTHORIZED, "eight hours");
}

#[test]
fn what_changes_something_comes_from_a_page_of_the_hub() {
    let hub = TestHub::start_with("public_url = 'https://hub.example'\n");
    // Where something in front speaks TLS, pages are of the public address.
    let mut clerk = Clerk::added(&hub, "asha", &["--all"]);
    let code = clerk.code(&hub);
    let said = json!({ "name": "asha", "passphrase": clerk.passphrase, "code": code }).to_string();
    let host = hub.url.strip_prefix("http://").unwrap();
    let (own, own_tls, cross) = ("https://hub.example", format!("https://{host}"), "https://evil.example");
    let forged: [&[(&str, &str)]; 8] = [
        &[],
        &[("origin", cross)],
        &[("origin", "null")],
        &[("origin", "https://hub.example.evil.example")],
        &[("origin", "http://hub.example")],
        &[("origin", "https://hub.example:444")],
        &[("origin", own), ("sec-fetch-site", "cross-site")],
        &[("origin", own), ("sec-fetch-site", "same-site")],
    ];
    let send = |path: &str, headers: &[(&str, &str)], cookie: Option<&str>, body: &str| {
        let request = clerk.bare("POST", path).body(body.to_owned());
        let request = headers
            .iter()
            .fold(request, |request, (name, value)| request.header(*name, *value));
        cookie
            .into_iter()
            .fold(request, |request, cookie| request.header("cookie", cookie))
            .send()
            .unwrap()
    };
    for headers in forged {
        let answer = send("/v1/admin/sign-in", headers, None, &said);
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{headers:?}");
        assert_eq!(problem(answer), "other-origin");
    }
    let answer = send(
        "/v1/admin/sign-in",
        &[("origin", own), ("sec-fetch-site", "same-origin")],
        None,
        &said,
    );
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    let set = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
    let cookie = set.split(';').next().unwrap();
    for headers in forged {
        let answer = send("/v1/admin/sign-out", headers, Some(cookie), "");
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{headers:?}");
    }
    clerk.cookie = Some(cookie.to_owned());
    assert_eq!(clerk.session(), StatusCode::OK, "nothing was done");
    let answer = clerk
        .bare("POST", "/v1/admin/sign-out")
        .header("origin", own_tls)
        .header("cookie", cookie);
    assert_eq!(
        answer.send().unwrap().status(),
        StatusCode::NO_CONTENT,
        "by the name that it came to"
    );
}

#[test]
fn a_passphrase_that_somebody_chose_holds_and_their_other_sessions_end() {
    let (hub, clock) = standing();
    let mut clerk = Clerk::signed_in(&hub, "asha", &["--all"]);
    clock.advance_ms(30_000);
    let other = clerk.cookie.clone();
    let code = clerk.code(&hub);
    clerk.sign_in(&code);
    clock.advance_ms(30_000);
    let change = |clerk: &Clerk, old: &str, code: &str, new: &str| {
        clerk
            .post(
                "/v1/admin/passphrase",
                &json!({ "passphrase": old, "code": code, "new": new }),
            )
            .status()
    };
    let (old, new) = (clerk.passphrase.clone(), "monsoon in the hills");
    let code = clerk.code(&hub);
    assert_eq!(change(&clerk, &old, &code, "short"), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(change(&clerk, "wrong", &code, new), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(change(&clerk, &old, "000000", new), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(change(&clerk, &old, &code, new), StatusCode::NO_CONTENT);
    assert_eq!(
        change(&clerk, new, &code, "another one at length"),
        StatusCode::UNPROCESSABLE_ENTITY,
        "a used code"
    );
    assert_eq!(clerk.session(), StatusCode::OK);
    let mine = std::mem::replace(&mut clerk.cookie, other);
    assert_eq!(clerk.session(), StatusCode::UNAUTHORIZED);
    clerk.cookie = mine;
    clock.advance_ms(30_000);
    let code = clerk.code(&hub);
    assert_eq!(clerk.sign_in(&code).status(), StatusCode::UNAUTHORIZED);
    clerk.passphrase = new.to_owned();
    assert_eq!(clerk.sign_in(&code).status(), StatusCode::NO_CONTENT);
    assert!(deeds(&hub).iter().any(|deed| deed == "set-passphrase"));
}

#[test]
fn who_is_shut_out_or_given_new_keys_is_signed_in_no_more() {
    let (hub, clock) = standing();
    let mut clerk = Clerk::signed_in(&hub, "asha", &["--all"]);
    administer(&hub.hub, &["staff", "shut-out", "asha"]).unwrap();
    assert_eq!(clerk.session(), StatusCode::UNAUTHORIZED);
    clock.advance_ms(30_000);
    let code = clerk.code(&hub);
    assert_eq!(clerk.sign_in(&code).status(), StatusCode::UNAUTHORIZED);
    assert!(
        administer(&hub.hub, &["staff", "list"])
            .unwrap()
            .contains("asha\tall districts\tshut out")
    );
    let said = administer(&hub.hub, &["staff", "renew", "asha"]).unwrap();
    let mut renewed = Clerk::told(&hub.url, "asha", &said);
    assert_ne!(renewed.code_url, clerk.code_url);
    let code = renewed.code(&hub);
    assert_eq!(renewed.sign_in(&code).status(), StatusCode::NO_CONTENT);
    assert_eq!(
        clerk.sign_in(&code).status(),
        StatusCode::UNAUTHORIZED,
        "the old passphrase"
    );
    administer(&hub.hub, &["staff", "renew", "asha"]).unwrap();
    assert_eq!(renewed.session(), StatusCode::UNAUTHORIZED);
    for (arguments, words) in [
        (["staff", "renew", "nobody", "--terminal"], "admin staff list"),
        (
            ["staff", "add", "asha", "--all"],
            "there is such a member of staff already",
        ),
        (["staff", "add", "ravi", "--district=KA-MYS"], "no such district"),
        (["staff", "add", "ravi", "--terminal"], "--district"),
    ] {
        let error = administer(&hub.hub, &arguments).unwrap_err();
        assert!(error.contains(words), "{error}");
    }
}

#[test]
fn who_reads_the_database_signs_in_as_nobody() {
    let hub = TestHub::start();
    let clerk = Clerk::signed_in(&hub, "asha", &["--all"]);
    let folder = &hub.hub.config.data_dir;
    let mut bytes = Vec::new();
    for name in ["hub.db", "hub.db-wal"] {
        bytes.extend(std::fs::read(folder.join(name)).unwrap());
    }
    let holds = |words: &[u8]| bytes.windows(words.len()).any(|window| window == words);
    assert!(
        holds(b"asha") && holds(b"$argon2id$v=19$m=65536,t=3,p=1$"),
        "they are looked for in the right place"
    );
    let token = clerk.cookie.as_deref().unwrap().split('=').nth(1).unwrap();
    let secret = clerk.codes.secret();
    for words in [
        clerk.passphrase.as_bytes(),
        token.as_bytes(),
        secret.as_bytes(),
        secret.to_base32().as_bytes(),
    ] {
        assert!(!holds(words));
    }
}
