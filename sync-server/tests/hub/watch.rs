//! What whoever runs the hub sees of it: counts, health, a log with a name for each request; and its end.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use casework::Compartment;
use protocol::EnrolLink;
use protocol::message::down::Outcome;

use crate::installed::{Installed, Serving};
use crate::support::{TestDevice, document, set};

/// A hub that is watched, with what it writes in its log.
struct Watched {
    serving: Serving,
    watch: String,
    log: BufReader<std::process::ChildStderr>,
}

impl Watched {
    fn start(hub: &Installed) -> Self {
        let mut serving = Serving::start_logging_to(hub, Stdio::piped());
        let mut log = BufReader::new(serving.child.stderr.take().unwrap());
        let watch = loop {
            let mut line = String::new();
            assert!(
                log.read_line(&mut line).unwrap() > 0,
                "it never says where it is watched"
            );
            let said: serde_json::Value = serde_json::from_str(&line).unwrap();
            if let Some(watch) = said["fields"]["watch"].as_str() {
                break format!("http://{watch}");
            }
        };
        Self { serving, watch, log }
    }

    fn ask(&self, path: &str) -> (u16, String) {
        let answer = reqwest::blocking::get(format!("{}{path}", self.watch)).unwrap();
        (answer.status().as_u16(), answer.text().unwrap())
    }

    /// Asks it to stop, as a system does.
    fn terminate(&self) {
        let id = self.serving.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    }
}

const WATCHED: &str = "[watch]\nlisten = '127.0.0.1:0'\n[log]\nform = 'json'\n";

fn with_an_officer(hub: &Installed, url: &str) -> TestDevice {
    hub.admin(&["district", "add", "KA-BLR", "Bengaluru Urban"]).unwrap();
    let add = [
        "user",
        "add",
        "--district",
        "KA-BLR",
        "--name",
        "Asha Secretname",
        "--role",
        "po_nic",
    ];
    let user = hub.admin(&add).unwrap();
    let link = hub.admin(&["enrol-code", &user, "--hub", url]).unwrap();
    let device = TestDevice::unenrolled(url);
    device.enrol(&link.parse::<EnrolLink>().unwrap());
    device
}

#[test]
fn what_is_counted_and_logged_names_routes_and_nobody() {
    let hub = Installed::with(WATCHED);
    let mut serving = Watched::start(&hub);
    let mut device = with_an_officer(&hub, &serving.serving.url);
    let case = device.open_case();
    device.edit(
        document(case, Compartment::Identity),
        &[set("child.name", "Meena Secretword")],
    );
    device.sync();
    device.put(document(case, Compartment::Core), b"no change".to_vec());
    device.sync();
    let get = |path: &str| {
        device
            .client
            .get(format!("{}{path}", serving.serving.url))
            .send()
            .unwrap()
    };
    let wrong = get(&format!("/v1/media/{}/full", "ab".repeat(32)));
    assert_eq!(wrong.status().as_u16(), 401);
    assert!(
        wrong.headers().get("x-request-id").is_none(),
        "a head that nobody needs"
    );
    for path in ["/metrics", "/v1/nothing"] {
        assert_eq!(get(path).status().as_u16(), 404, "{path} is not where devices come to");
    }

    let (status, text) = serving.ask("/metrics");
    assert_eq!(status, 200);
    for line in [
        "vatsalya_hub_requests_total{route=\"/v1/sync\",method=\"POST\",status=\"200\"} 2",
        "vatsalya_hub_requests_total{route=\"/v1/media/{sha256}/{size}\",method=\"GET\",status=\"401\"} 1",
        "vatsalya_hub_uploads_total{outcome=\"accepted\"} 2",
        "vatsalya_hub_uploads_total{outcome=\"malformed\"} 1",
        "vatsalya_hub_database_up 1",
        "vatsalya_hub_requests_in_flight 0",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert!(text.ends_with("# EOF\n"));
    let (status, health) = serving.ask("/healthz");
    let health: serde_json::Value = serde_json::from_str(&health).unwrap();
    assert_eq!((status, &health["database"]), (200, &true.into()));
    assert!(health["disk_free_bytes"].as_u64().unwrap() > 0);

    serving.terminate();
    let mut log = String::new();
    serving.log.read_to_string(&mut log).unwrap();
    assert!(serving.serving.child.wait().unwrap().success(), "it ends in peace");
    let lines: Vec<serde_json::Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let answered: Vec<_> = lines
        .iter()
        .filter(|line| line["fields"]["message"] == "answered")
        .collect();
    let mut names: Vec<&str> = answered
        .iter()
        .map(|line| line["span"]["id"].as_str().unwrap())
        .collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), answered.len(), "each request has a name of its own");
    assert!(answered.iter().any(|line| line["span"]["route"] == "/v1/sync"));
    let author = uuid::Uuid::from_bytes(device.author.0);
    let subject = uuid::Uuid::from_bytes(case);
    for secret in [
        "Secretname".to_owned(),
        "Secretword".to_owned(),
        "abababab".to_owned(),
        author.to_string(),
        author.simple().to_string(),
        subject.to_string(),
        subject.simple().to_string(),
    ] {
        assert!(!log.contains(&secret) && !text.contains(&secret), "{secret}");
    }
}

#[test]
fn what_is_on_its_way_when_the_hub_stops_is_answered_and_nobody_new_is_let_in() {
    let hub = Installed::with(WATCHED);
    let mut serving = Watched::start(&hub);
    let mut device = with_an_officer(&hub, &serving.serving.url);
    device.sync();
    let case = device.open_case();
    let body = device.body(device.open());
    let address = serving.serving.url.strip_prefix("http://").unwrap().to_owned();
    let mut stream = TcpStream::connect(&address).unwrap();
    let head = format!(
        "POST /v1/sync HTTP/1.1\r\nhost: hub\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    let (first, rest) = body.split_at(body.len() - 1);
    stream.write_all(first).unwrap();
    // It works at the request by now: only then is it stopped.
    crate::support::eventually(|| serving.ask("/metrics").1.contains("requests_in_flight 1").then_some(()));
    serving.terminate();
    crate::support::eventually(|| TcpStream::connect(&address).err());
    stream.write_all(rest).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200"));
    let at = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
    let said = device.take(&answer[at..]);
    assert!(said.close.is_some(), "the whole answer came");
    assert!(
        said.verdicts
            .values()
            .all(|outcome| matches!(outcome, Outcome::Accepted { .. }))
    );
    assert!(!said.verdicts.is_empty());
    assert!(serving.serving.child.wait().unwrap().success());

    let again = Watched::start(&hub);
    device.url.clone_from(&again.serving.url);
    device.cursor = protocol::Cursor::start();
    let granted = device.sync().granted;
    assert_eq!(granted.iter().filter(|id| id.0[..16] == case).count(), 4);
}
