//! Staff who sign in elsewhere: by a provider that others wrote, in a process of its own, and by one that lies.

mod browser;
mod forged;
mod lies;
mod real;

use std::collections::BTreeMap;
use std::path::Path;

use reqwest::blocking::{Client, RequestBuilder, Response};
use reqwest::{StatusCode, Url};
use serde_json::Value as Json;

use crate::support::TestHub;

/// Where the hub is, as browsers know it: what stands in front of it there is the test.
const PUBLIC: &str = "https://hub.example";
const BACK: &str = "https://hub.example/v1/admin/oidc/back";
const CLIENT: &str = "vatsalya-hub";
const SECRET: &str = "a secret & more of the hub: 100%";
/// What holds a sign-in that has begun.
const TICKET: &str = "__Host-vatsalya-elsewhere";
const SESSION: &str = "__Host-vatsalya-office";

/// The settings of a hub that knows a provider; the secret is in a file that is read when the hub starts.
fn settings(issuer: &str, folder: &Path, more: &str) -> String {
    let secret = folder.join("oidc.secret");
    std::fs::write(&secret, format!("{SECRET}\n")).unwrap();
    format!(
        "public_url = '{PUBLIC}'\n[sign_in]\nissuer = '{issuer}'\nclient_id = '{CLIENT}'\nclient_secret_file = '{}'\n\
         name = 'State <sign-on>'\nplain = true\n{more}",
        secret.display()
    )
}

fn started(issuer: &str, more: &str) -> TestHub {
    let folder = tempfile::tempdir().unwrap();
    TestHub::start_with(&settings(issuer, folder.path(), more))
}

/// A browser: it keeps cookies by their sites, and goes where it is sent only when the test says so.
struct Browser {
    hub: String,
    jar: BTreeMap<String, BTreeMap<String, String>>,
    client: Client,
}

impl Browser {
    fn of(hub: &TestHub) -> Self {
        let client = Client::builder().redirect(reqwest::redirect::Policy::none());
        Self {
            hub: hub.url.clone(),
            jar: BTreeMap::new(),
            client: client.build().unwrap(),
        }
    }

    fn get(&mut self, url: &str) -> Response {
        let request = self.client.get(self.place(url));
        self.send(url, request)
    }

    fn submit(&mut self, url: &str, form: &[(&str, &str)]) -> Response {
        let mut body = Url::parse("http://form.example").unwrap();
        body.query_pairs_mut().extend_pairs(form);
        let request = self
            .client
            .post(self.place(url))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body.query().unwrap().to_owned());
        self.send(url, request)
    }

    /// Where an address is to be found.
    fn place(&self, url: &str) -> String {
        url.strip_prefix(PUBLIC)
            .map_or_else(|| url.to_owned(), |path| format!("{}{path}", self.hub))
    }

    fn send(&mut self, url: &str, mut request: RequestBuilder) -> Response {
        let cookies = self.jar.entry(site(url)).or_default();
        if !cookies.is_empty() {
            let all: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header("cookie", all.join("; "));
        }
        let answer = request.send().unwrap();
        for set in answer.headers().get_all("set-cookie") {
            let set = set.to_str().unwrap();
            let (name, value) = set.split(';').next().unwrap().split_once('=').unwrap();
            if value.is_empty() {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    fn cookie(&self, name: &str) -> Option<&String> {
        self.jar.get(PUBLIC).and_then(|cookies| cookies.get(name))
    }

    fn set_cookie(&mut self, name: &str, value: &str) {
        let cookies = self.jar.entry(PUBLIC.to_owned()).or_default();
        cookies.insert(name.to_owned(), value.to_owned());
    }

    /// Sets out; says where the hub sends the browser to.
    fn depart(&mut self) -> Url {
        let answer = self.get(&format!("{PUBLIC}/v1/admin/oidc"));
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        Url::parse(location(&answer)).unwrap()
    }

    /// Whether a session is open, and what is said of it.
    fn session(&mut self) -> Option<Json> {
        let answer = self.get(&format!("{PUBLIC}/v1/admin/session"));
        (answer.status() == StatusCode::OK).then(|| serde_json::from_str(&answer.text().unwrap()).unwrap())
    }
}

fn site(url: &str) -> String {
    Url::parse(url).unwrap().origin().ascii_serialization()
}

fn location(answer: &Response) -> &str {
    answer.headers()["location"].to_str().unwrap()
}

/// What an address asks for, by name.
fn query(url: &Url) -> BTreeMap<String, String> {
    url.query_pairs().into_owned().collect()
}

/// The status, and the name of the problem with its words.
fn problem(answer: Response) -> (StatusCode, String, String) {
    let status = answer.status();
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    let said: Json = serde_json::from_str(&answer.text().unwrap()).unwrap();
    let sort = said["type"].as_str().unwrap().rsplit(':').next().unwrap();
    (status, sort.to_owned(), said["detail"].as_str().unwrap().to_owned())
}

fn is_not_let_in(answer: Response) {
    let (status, sort, _) = problem(answer);
    assert_eq!((status, sort.as_str()), (StatusCode::UNAUTHORIZED, "not-let-in"));
}

fn deeds(hub: &TestHub) -> Vec<(String, String)> {
    let rows = hub.hub.storage.audit_rows(500).unwrap();
    rows.into_iter().map(|row| (row.deed, row.detail)).collect()
}
