//! A provider that others wrote.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

use super::*;
use crate::command::administer;
use crate::staff::Clerk;

/// `oidc-provider`, running.
pub(super) struct Provider {
    child: Child,
    pub(super) issuer: String,
    /// What it says besides goes here: it ends where nobody hears it.
    _said: BufReader<ChildStdout>,
}

impl Provider {
    /// For a hub that has browsers come back there.
    pub(super) fn start(back: &str) -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/oidc-provider.mjs");
        let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/tools/npm/oidc-provider");
        let there = std::env::var_os("VATSALYA_OIDC_PROVIDER").map_or_else(|| beside.into(), PathBuf::from);
        let mut child = Command::new("node")
            .args([script, back, CLIENT, SECRET])
            .env("OIDC_PROVIDER", there)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut issuer = String::new();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        said.read_line(&mut issuer).unwrap();
        assert!(
            issuer.starts_with("http://"),
            "oidc-provider is not installed, and this test needs it: `cargo xtask setup` installs it"
        );
        Self {
            child,
            issuer: issuer.trim().to_owned(),
            _said: said,
        }
    }

    fn kill(&mut self) {
        let _ = self.child.kill();
        self.child.wait().unwrap();
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Signs in at the provider by its own pages, and says where it sends the browser back to.
fn at_the_provider(browser: &mut Browser, address: &Url, login: &str) -> String {
    let mut at = address.to_string();
    for _ in 0..12 {
        let answer = browser.get(&at);
        let mut next = answer;
        if next.status() == StatusCode::OK {
            let page = next.text().unwrap();
            let action = page.split("action=\"").nth(1).unwrap().split('"').next().unwrap();
            let action = Url::parse(&at).unwrap().join(action).unwrap().to_string();
            next = if page.contains("name=\"login\"") {
                browser.submit(&action, &[("prompt", "login"), ("login", login), ("password", "x")])
            } else {
                browser.submit(&action, &[("prompt", "consent")])
            };
            at = action;
        }
        assert_eq!(next.status(), StatusCode::SEE_OTHER);
        at = Url::parse(&at).unwrap().join(location(&next)).unwrap().to_string();
        if at.starts_with(PUBLIC) {
            return at;
        }
    }
    panic!("the provider sends the browser about for ever");
}

#[test]
fn whoever_is_linked_signs_in_by_the_providers_own_pages_and_has_a_session_like_any_other() {
    let provider = Provider::start(BACK);
    let hub = started(&provider.issuer, "");
    let clerk = Clerk::added(&hub, "asha", &["--district", "KA-BLR"]);
    administer(&hub.hub, &["staff", "link", "asha", "uid-7"]).unwrap();
    let ways = clerk.list("/v1/admin/ways");
    assert_eq!(ways["passphrase"], true);
    let page_free = "State \\u003csign-on\\u003e";
    assert!(clerk.get("/v1/admin/ways").text().unwrap().contains(page_free));
    assert_eq!(ways["oidc"]["name"], "State <sign-on>");

    let mut browser = Browser::of(&hub);
    let address = browser.depart();
    assert_eq!(site(address.as_str()), provider.issuer);
    let asked = query(&address);
    for (name, value) in [
        ("client_id", CLIENT),
        ("redirect_uri", BACK),
        ("response_type", "code"),
        ("scope", "openid"),
        ("code_challenge_method", "S256"),
    ] {
        assert_eq!(asked[name], value);
    }
    let secrets = [&asked["state"], &asked["nonce"], &asked["code_challenge"]];
    assert!(secrets.iter().all(|one| one.len() >= 43));
    let ticket = browser.cookie(TICKET).unwrap();
    assert!(secrets.iter().all(|one| !ticket.contains(one.as_str())));

    let back = at_the_provider(&mut browser, &address, "uid-7");
    let answer = browser.get(&back);
    assert_eq!(answer.status(), StatusCode::OK);
    for (name, value) in [
        ("content-type", "text/html; charset=utf-8"),
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ] {
        assert_eq!(answer.headers()[name], value);
    }
    let set: Vec<String> = answer
        .headers()
        .get_all("set-cookie")
        .iter()
        .map(|set| set.to_str().unwrap().to_owned())
        .collect();
    assert_eq!(set.len(), 2);
    assert_eq!(
        set[0],
        format!("{TICKET}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax")
    );
    assert!(set[1].starts_with(&format!("{SESSION}=")));
    assert!(set[1].ends_with("; Path=/; Max-Age=28800; Secure; HttpOnly; SameSite=Strict"));
    // The page moves on by itself, without a script, to the console.
    let page = answer.text().unwrap();
    let next = page
        .split("content=\"0; url=")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    assert_eq!(
        Url::parse(BACK).unwrap().join(next).unwrap().as_str(),
        format!("{PUBLIC}/console/")
    );
    assert!(!page.contains("<script") && !page.contains("asha") && !page.contains("uid-7"));

    let session = browser.session().unwrap();
    assert_eq!(
        (&session["name"], &session["district"], &session["way"]),
        (&"asha".into(), &"KA-BLR".into(), &"oidc".into())
    );
    let mut as_clerk = Clerk::added(&hub, "another", &["--all"]);
    as_clerk.cookie = Some(format!("{SESSION}={}", browser.cookie(SESSION).unwrap()));
    assert_eq!(as_clerk.list("/v1/admin/users"), serde_json::json!([]));
    let out = as_clerk
        .bare("POST", "/v1/admin/sign-out")
        .header("origin", PUBLIC)
        .header("cookie", as_clerk.cookie.as_deref().unwrap())
        .send()
        .unwrap();
    assert_eq!(out.status(), StatusCode::NO_CONTENT);
    assert!(browser.session().is_none());
    let all = deeds(&hub);
    let issuer = provider.issuer.as_str();
    for deed in [("link-staff", issuer), ("sign-in", issuer), ("sign-out", "")] {
        assert!(
            all.iter()
                .any(|(word, detail)| (word.as_str(), detail.as_str()) == deed),
            "{deed:?}"
        );
    }
}

#[test]
fn a_sign_in_ends_once_and_only_in_the_browser_that_began_it() {
    let provider = Provider::start(BACK);
    let hub = started(&provider.issuer, "");
    Clerk::added(&hub, "asha", &["--all"]);
    administer(&hub.hub, &["staff", "link", "asha", "uid-7"]).unwrap();
    let mut browser = Browser::of(&hub);
    let address = browser.depart();
    let back = at_the_provider(&mut browser, &address, "uid-7");
    let ticket = browser.cookie(TICKET).unwrap().clone();
    // Another browser, with no ticket, and with one of its own.
    let mut other = Browser::of(&hub);
    is_not_let_in(other.get(&back));
    other.depart();
    is_not_let_in(other.get(&back));
    // The same browser with another state, with none, and with a ticket that somebody has changed.
    let state = query(&address)["state"].clone();
    for (from, to) in [(state.as_str(), "0".repeat(64)), ("state=", "no=".to_owned())] {
        is_not_let_in(browser.get(&back.replace(from, &to)));
        browser.set_cookie(TICKET, &ticket);
    }
    browser.set_cookie(TICKET, &ticket[2..]);
    is_not_let_in(browser.get(&back));
    // A code that another browser brought, with its own ticket and state: the provider knows by the verifier.
    let mut thief = Browser::of(&hub);
    let stolen = query(&Url::parse(&back).unwrap())["code"].clone();
    let own = query(&thief.depart())["state"].clone();
    is_not_let_in(thief.get(&format!("{BACK}?code={stolen}&state={own}")));
    // Where another says that it is the provider, the code is given to nobody.
    browser.set_cookie(TICKET, &ticket);
    is_not_let_in(browser.get(&back.replace("iss=", "iss=https%3A%2F%2Fother.example&no=")));
    browser.set_cookie(TICKET, &ticket);
    assert_eq!(browser.get(&back).status(), StatusCode::OK);
    assert!(browser.session().is_some());
    assert_eq!(browser.cookie(TICKET), None);
    is_not_let_in(browser.get(&back));
    browser.set_cookie(TICKET, &ticket);
    is_not_let_in(browser.get(&back));
    let sign_ins = deeds(&hub).into_iter().filter(|(deed, _)| deed == "sign-in").count();
    assert_eq!(sign_ins, 1);
}

#[test]
fn whom_nobody_has_linked_who_is_shut_out_and_who_says_no_read_the_same_words() {
    let provider = Provider::start(BACK);
    let hub = started(&provider.issuer, "");
    Clerk::added(&hub, "asha", &["--all"]);
    administer(&hub.hub, &["staff", "link", "asha", "uid-7"]).unwrap();
    administer(&hub.hub, &["staff", "shut-out", "asha"]).unwrap();
    let mut looks = Vec::new();
    for login in ["uid-7", "asha", "uid-8"] {
        let mut browser = Browser::of(&hub);
        let address = browser.depart();
        let back = at_the_provider(&mut browser, &address, login);
        looks.push(problem(browser.get(&back)));
        assert!(browser.session().is_none());
    }
    // Somebody who turns back at the provider.
    let mut browser = Browser::of(&hub);
    let state = query(&browser.depart())["state"].clone();
    looks.push(problem(
        browser.get(&format!("{BACK}?error=access_denied&state={state}")),
    ));
    looks.push(problem(Browser::of(&hub).get(BACK)));
    looks.dedup();
    assert_eq!(looks.len(), 1, "{looks:?}");
    let all = deeds(&hub);
    let refused = all
        .iter()
        .filter(|(deed, detail)| deed == "wrong-sign-in" && *detail == provider.issuer);
    assert_eq!(refused.count(), 3);
    assert!(
        all.iter().all(|(_, detail)| !detail.contains("uid-")),
        "nobody is named"
    );
    // Let in again by new keys, they are linked as before.
    administer(&hub.hub, &["staff", "renew", "asha"]).unwrap();
    let mut browser = Browser::of(&hub);
    let address = browser.depart();
    let back = at_the_provider(&mut browser, &address, "uid-7");
    assert_eq!(browser.get(&back).status(), StatusCode::OK);
    administer(&hub.hub, &["staff", "unlink", "asha"]).unwrap();
    assert!(browser.session().is_none());
}

#[test]
fn staff_are_known_by_another_claim_where_the_hub_is_told_so() {
    let provider = Provider::start(BACK);
    let hub = started(&provider.issuer, "claim = 'employee_id'\nscopes = ['staff']\n");
    Clerk::added(&hub, "asha", &["--all"]);
    administer(&hub.hub, &["staff", "link", "asha", "E-uid-7"]).unwrap();
    let list = administer(&hub.hub, &["staff", "list"]).unwrap();
    assert!(
        list.contains(&format!("also as employee_id E-uid-7 of {}", provider.issuer)),
        "{list}"
    );
    for (login, status) in [("uid-7", StatusCode::OK), ("E-uid-7", StatusCode::UNAUTHORIZED)] {
        let mut browser = Browser::of(&hub);
        let address = browser.depart();
        assert_eq!(query(&address)["scope"], "openid staff");
        let back = at_the_provider(&mut browser, &address, login);
        assert_eq!(browser.get(&back).status(), status, "{login}");
    }
}

#[test]
fn while_the_provider_is_away_a_sentence_says_so_and_the_passphrase_lets_in() {
    let mut provider = Provider::start(BACK);
    let hub = started(&provider.issuer, "");
    let mut clerk = Clerk::added(&hub, "asha", &["--all"]);
    administer(&hub.hub, &["staff", "link", "asha", "uid-7"]).unwrap();
    let mut browser = Browser::of(&hub);
    let address = browser.depart();
    let back = at_the_provider(&mut browser, &address, "uid-7");
    provider.kill();
    let (status, sort, words) = problem(browser.get(&back));
    assert_eq!(
        (status, sort.as_str()),
        (StatusCode::SERVICE_UNAVAILABLE, "elsewhere-is-away")
    );
    assert!(words.contains("passphrase"));
    // A hub that has never reached it.
    let late = started(&provider.issuer, "");
    let answer = Browser::of(&late).get(&format!("{PUBLIC}/v1/admin/oidc"));
    assert_eq!(problem(answer).0, StatusCode::SERVICE_UNAVAILABLE);
    let code = clerk.code(&hub);
    let said = serde_json::json!({ "name": "asha", "passphrase": clerk.passphrase, "code": code });
    let answer = clerk
        .bare("POST", "/v1/admin/sign-in")
        .header("origin", PUBLIC)
        .body(said.to_string());
    let answer = answer.send().unwrap();
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    let set = answer.headers()["set-cookie"].to_str().unwrap();
    clerk.cookie = Some(set.split(';').next().unwrap().to_owned());
    assert_eq!(clerk.list("/v1/admin/session")["way"], "passphrase");
}

#[test]
fn who_is_let_in_elsewhere_alone_has_no_passphrase_until_they_are_unlinked() {
    let provider = Provider::start(BACK);
    let hub = started(&provider.issuer, "");
    let clerk = Clerk::added(&hub, "asha", &["--all"]);
    let by_passphrase = |name: &str| {
        let said = serde_json::json!({ "name": name, "passphrase": clerk.passphrase, "code": clerk.code(&hub) });
        let answer = clerk.bare("POST", "/v1/admin/sign-in").header("origin", PUBLIC);
        answer.body(said.to_string()).send().unwrap()
    };
    administer(&hub.hub, &["staff", "link", "asha", "uid-7", "--only"]).unwrap();
    assert_eq!(problem(by_passphrase("asha")), problem(by_passphrase("nobody")));
    let said = administer(&hub.hub, &["staff", "list"]).unwrap();
    assert!(said.contains("only as sub uid-7"), "{said}");
    let mut browser = Browser::of(&hub);
    let address = browser.depart();
    let back = at_the_provider(&mut browser, &address, "uid-7");
    assert_eq!(browser.get(&back).status(), StatusCode::OK);
    administer(&hub.hub, &["staff", "unlink", "asha"]).unwrap();
    assert!(browser.session().is_none());
    assert_eq!(by_passphrase("asha").status(), StatusCode::NO_CONTENT);
    // Nobody is linked by what another is, nor where no provider is set up.
    Clerk::added(&hub, "ravi", &["--all"]);
    administer(&hub.hub, &["staff", "link", "asha", "uid-7"]).unwrap();
    let taken = administer(&hub.hub, &["staff", "link", "ravi", "uid-7"]).unwrap_err();
    assert!(taken.contains("somebody else"));
    let without = TestHub::start();
    let nowhere = Clerk::added(&without, "asha", &["--all"]);
    let no_provider = administer(&without.hub, &["staff", "link", "asha", "uid-7"]).unwrap_err();
    assert!(no_provider.contains("[sign_in]"));
    assert_eq!(
        nowhere.list("/v1/admin/ways"),
        serde_json::json!({ "passphrase": true, "oidc": null })
    );
    for path in ["/v1/admin/oidc", "/v1/admin/oidc/back?code=a&state=b"] {
        assert_eq!(problem(nowhere.get(path)).0, StatusCode::NOT_FOUND);
    }
}
