//! A browser that others wrote, sent to the provider and back: which cookies it shows where. What stands in front of the hub writes down
//! what it is asked.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::json;

use super::real::Provider;
use super::*;
use crate::command::administer;
use crate::staff::Clerk;
use crate::support::eventually;

/// What a browser asked for: the path, its cookies, and from whose page it says that it comes.
#[derive(Debug, Clone)]
struct Asked {
    path: String,
    cookies: String,
    site: String,
}

/// Stands in front of a hub, and has a console.
struct Front {
    port: u16,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Front {
    /// For a hub whose address is told later.
    fn listen() -> (Self, TcpListener) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::default();
        (Self { port, asked }, listener)
    }

    /// Hands on, for as long as the tests run.
    fn serve(&self, listener: TcpListener, hub: &str) {
        let (asked, hub) = (self.asked.clone(), hub.trim_start_matches("http://").to_owned());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (asked, hub) = (asked.clone(), hub.clone());
                std::thread::spawn(move || hand_on(stream.unwrap(), &hub, &asked));
            }
        });
    }

    fn asked(&self, path: &str) -> Option<Asked> {
        self.asked.lock().unwrap().iter().find(|one| one.path == path).cloned()
    }
}

/// One request, and its answer; then the connection is at its end.
fn hand_on(stream: TcpStream, hub: &str, asked: &Mutex<Vec<Asked>>) {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).is_ok_and(|read| read == 0) {
            return;
        }
    }
    let field = |name: &str| {
        let line = head
            .lines()
            .find(|line| line.to_lowercase().starts_with(&format!("{name}: ")));
        line.map_or_else(String::new, |line| line[name.len() + 2..].to_owned())
    };
    let target = head.split(' ').nth(1).unwrap();
    let path = target.split('?').next().unwrap().to_owned();
    asked.lock().unwrap().push(Asked {
        path: path.clone(),
        cookies: field("cookie"),
        site: field("sec-fetch-site"),
    });
    let answer = if path == "/console/" {
        let page = "<!doctype html><title>the console</title>";
        let head = "HTTP/1.1 200 X\r\ncontent-type: text/html\r\nconnection: close";
        format!("{head}\r\ncontent-length: {}\r\n\r\n{page}", page.len()).into_bytes()
    } else {
        let request = head.replace("Connection: keep-alive", "Connection: close");
        let mut there = TcpStream::connect(hub).unwrap();
        there.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        there.read_to_end(&mut answer).unwrap();
        answer
    };
    let _ = reader.get_mut().write_all(&answer);
}

/// Chromium, driven.
struct Chromium {
    child: Child,
    session: String,
    client: Client,
    _said: BufReader<ChildStdout>,
}

impl Chromium {
    fn start() -> Self {
        let driver = std::env::var_os("VATSALYA_CHROMEDRIVER").map_or_else(|| "chromedriver".into(), PathBuf::from);
        let mut child = Command::new(driver)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("ChromeDriver is not installed, and this test needs it: `cargo xtask setup` installs it");
        let mut said = BufReader::new(child.stdout.take().unwrap());
        let port = loop {
            let mut line = String::new();
            assert!(said.read_line(&mut line).unwrap() > 0, "ChromeDriver ended");
            if let Some((_, port)) = line.trim().split_once("started successfully on port ") {
                break port.trim_end_matches('.').to_owned();
            }
        };
        let mut chromium = Self {
            child,
            session: format!("http://127.0.0.1:{port}"),
            client: Client::new(),
            _said: said,
        };
        let options = json!({ "args": ["--headless=new", "--no-sandbox", "--disable-gpu"] });
        let wanted = json!({ "browserName": "chrome", "goog:chromeOptions": options });
        let begun = chromium.does("/session", &json!({ "capabilities": { "alwaysMatch": wanted } }));
        let id = begun["sessionId"].as_str().unwrap();
        chromium.session = format!("{}/session/{id}", chromium.session);
        chromium
    }

    fn does(&self, what: &str, said: &Json) -> Json {
        self.tries(what, said).unwrap()
    }

    fn tries(&self, what: &str, said: &Json) -> Option<Json> {
        let request = self.client.post(format!("{}{what}", self.session));
        let answer = request
            .header("content-type", "application/json")
            .body(said.to_string());
        let answer: Json = serde_json::from_str(&answer.send().unwrap().text().unwrap()).unwrap();
        (answer["value"]["error"].is_null()).then(|| answer["value"].clone())
    }

    /// What a page has by this selector, as soon as it has it.
    fn finds(&self, selector: &str) -> String {
        let by = json!({ "using": "css selector", "value": selector });
        let found = eventually(|| self.tries("/element", &by));
        let (_, id) = found.as_object().unwrap().iter().next().unwrap();
        format!("/element/{}", id.as_str().unwrap())
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        let _ = self.client.delete(&self.session).send();
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn behind_the_page_that_moves_on_a_browser_shows_the_session_that_it_shows_to_no_other_sites_page() {
    let (front, listener) = Front::listen();
    let public = format!("http://localhost:{}", front.port);
    let provider = Provider::start(&format!("{public}/v1/admin/oidc/back"));
    let folder = tempfile::tempdir().unwrap();
    let text = settings(&provider.issuer, folder.path(), "").replace(PUBLIC, &public);
    let hub = TestHub::start_with(&text);
    front.serve(listener, &hub.url);
    Clerk::added(&hub, "asha", &["--all"]);
    administer(&hub.hub, &["staff", "link", "asha", "uid-7"]).unwrap();
    let chromium = Chromium::start();
    chromium.does("/url", &json!({ "url": format!("{public}/v1/admin/oidc") }));
    let login = chromium.finds("input[name=login]");
    chromium.does(&format!("{login}/value"), &json!({ "text": "uid-7" }));
    let password = chromium.finds("input[name=password]");
    chromium.does(&format!("{password}/value"), &json!({ "text": "x" }));
    chromium.does(&format!("{}/click", chromium.finds("button.login-submit")), &json!({}));
    // The page of consent, which has no field to type into.
    chromium.does(
        &format!("{}/click", chromium.finds("button.login-submit[autofocus]")),
        &json!({}),
    );
    let console = eventually(|| front.asked("/console/"));
    let (began, back) = (
        front.asked("/v1/admin/oidc").unwrap(),
        front.asked("/v1/admin/oidc/back").unwrap(),
    );
    assert_eq!((began.cookies.as_str(), back.site.as_str()), ("", "cross-site"));
    assert!(
        back.cookies.contains(TICKET) && !back.cookies.contains(SESSION),
        "{back:?}"
    );
    assert_eq!(console.site, "same-origin");
    assert!(
        console.cookies.contains(SESSION) && !console.cookies.contains(TICKET),
        "{console:?}"
    );
}
