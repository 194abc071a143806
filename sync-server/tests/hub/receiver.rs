//! A receiver of webhooks in a process of its own: this very program, told by its environment to be one. It checks
//! signatures by the specification's own library and schemas as they are published, writes down what it took before it
//! answers, knows a message again by its id, and does what a script says: answer this, die, say nothing.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;

use serde_json::{Value as Json, json};
use standardwebhooks::Webhook;
use sync_server::channel;

use crate::support::eventually;

pub(crate) const SECRET: &str = "whsec_dGVzdCBzZWNyZXQgb2YgMjQgYnl0ZXMh";
/// The folder of a receiver; without it this program is the tests.
const FOLDER: &str = "VATSALYA_TEST_RECEIVER";
/// Where it listens, where that is not to be any free port.
const LISTEN: &str = "VATSALYA_TEST_RECEIVER_LISTEN";

/// What a receiver does when a message comes.
pub(crate) enum Does {
    /// Answers with this status, this header and this body.
    Answers(u16, Option<(&'static str, String)>, &'static str),
    /// Writes the message down and dies before it answers.
    Dies,
    /// Takes the message and never answers.
    KeepsSilent,
    /// Answers as it should, signed with this secret.
    Signs(&'static str),
    /// Answers as it should, signed for another message.
    SignsAnother,
}

impl Does {
    fn to_json(&self) -> Json {
        match self {
            Self::Answers(status, header, body) => json!({ "status": status, "header": header, "body": body }),
            Self::Dies => json!("dies"),
            Self::KeepsSilent => json!("silent"),
            Self::Signs(secret) => json!({ "signs": secret }),
            Self::SignsAnother => json!("signs-another"),
        }
    }
}

/// A receiver, running or not. What it took lies in its folder whatever becomes of the process.
pub(crate) struct Receiver {
    folder: tempfile::TempDir,
    child: Option<Child>,
    pub(crate) address: SocketAddr,
}

impl Receiver {
    /// One that does this with the first messages, and takes all others.
    pub(crate) fn start(script: &[Does]) -> Self {
        let mut receiver = Self::absent(script);
        receiver.start_again();
        receiver
    }

    /// One that nobody has started yet, at an address of its own.
    pub(crate) fn absent(script: &[Does]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let script: Vec<Json> = script.iter().map(Does::to_json).collect();
        std::fs::write(folder.path().join("script"), Json::from(script).to_string()).unwrap();
        // Nobody else is given the port while this program runs: it was given away a moment ago.
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        Self {
            folder,
            child: None,
            address,
        }
    }

    /// Starts the process, at the address it had.
    pub(crate) fn start_again(&mut self) {
        self.kill();
        let ready = self.folder.path().join("ready");
        let _ = std::fs::remove_file(&ready);
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "receiver::this_program_is_a_receiver_when_it_is_told_to_be"])
            .env(FOLDER, self.folder.path())
            .env(LISTEN, self.address.to_string())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        self.child = Some(child);
        eventually(|| ready.exists().then_some(()));
    }

    /// Kills the process, if there is one.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            child.wait().unwrap();
        }
    }

    /// Waits until it has died by itself.
    pub(crate) fn wait(&mut self) {
        self.child.take().unwrap().wait().unwrap();
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/in", self.address)
    }

    /// Every message it took, once, in the order in which it took them.
    pub(crate) fn took(&self) -> Vec<Json> {
        let mut known = std::collections::BTreeSet::new();
        self.came()
            .into_iter()
            .filter(|one| known.insert(one["id"].as_str().unwrap().to_owned()))
            .collect()
    }

    /// Every message that came, as often as it came: its `id`, its `body`, and the `text` of that. The program may be in the
    /// middle of writing another down, which is one when its line ends.
    pub(crate) fn came(&self) -> Vec<Json> {
        let text = std::fs::read_to_string(self.folder.path().join("came")).unwrap_or_default();
        text.split_inclusive('\n')
            .filter(|line| line.ends_with('\n'))
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// What was wrong with messages.
    pub(crate) fn complaints(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("complaints")).unwrap_or_default()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.kill();
    }
}

#[test]
fn this_program_is_a_receiver_when_it_is_told_to_be() {
    let (Some(folder), Ok(listen)) = (std::env::var_os(FOLDER), std::env::var(LISTEN)) else {
        return;
    };
    let folder = PathBuf::from(folder);
    let listener = TcpListener::bind(&listen).unwrap();
    std::fs::write(folder.join("ready"), "").unwrap();
    for stream in listener.incoming() {
        let folder = folder.clone();
        std::thread::spawn(move || serve(&folder, BufReader::new(stream.unwrap())));
    }
}

/// Messages are numbered one after another.
static LINE: Mutex<()> = Mutex::new(());

/// Answers what comes over one connection.
fn serve(folder: &Path, mut reader: BufReader<TcpStream>) {
    while let Some((headers, body)) = read(&mut reader) {
        let header = |name: &str| headers.get(name).map(|value| value.to_str().unwrap().to_owned());
        if let Err(complaint) = check(&headers, &body) {
            append(&folder.join("complaints"), &complaint);
            answer(&mut reader, 400, &[], "{\"reason\":\"bad\"}");
            continue;
        }
        let id = header("webhook-id").unwrap();
        let text = String::from_utf8(body).unwrap();
        let whole: Json = serde_json::from_str(&text).unwrap();
        let line = LINE.lock().unwrap();
        let came = std::fs::read_to_string(folder.join("came")).unwrap_or_default();
        let number = came.lines().count();
        append(
            &folder.join("came"),
            &json!({ "id": id, "body": whole, "text": text }).to_string(),
        );
        drop(line);
        let script: Vec<Json> = serde_json::from_slice(&std::fs::read(folder.join("script")).unwrap()).unwrap();
        // A message that is known again is answered as it was.
        let known = came.lines().position(|line| line.contains(&format!("\"{id}\"")));
        let good = format!("{{\"reference\":\"R-{}\"}}", known.unwrap_or(number) + 1);
        match script.get(number) {
            None => answer(&mut reader, 200, &[], &good),
            Some(does) => act(&mut reader, does, &id, &good),
        }
    }
}

fn act(reader: &mut BufReader<TcpStream>, does: &Json, id: &str, good: &str) {
    match (does.as_str(), does["signs"].as_str()) {
        (Some("dies"), _) => std::process::abort(),
        // Until whoever asked has gone.
        (Some("silent"), _) => drop(reader.read_to_end(&mut Vec::new())),
        (Some("signs-another"), _) => signed(reader, SECRET, "msg_another", good),
        (_, Some(secret)) => signed(reader, secret, id, good),
        _ => {
            let header = does["header"].as_array().map(|pair| {
                let [name, value] = [0, 1].map(|n| pair[n].as_str().unwrap().to_owned());
                (name, value)
            });
            let status = u16::try_from(does["status"].as_u64().unwrap()).unwrap();
            answer(reader, status, header.as_slice(), does["body"].as_str().unwrap());
        }
    }
}

fn signed(reader: &mut BufReader<TcpStream>, secret: &str, id: &str, body: &str) {
    let now_s = crate::support::now_ms() / 1000;
    let signature = Webhook::new(secret).unwrap().sign(id, now_s, body.as_bytes()).unwrap();
    let headers = [
        ("webhook-id".to_owned(), id.to_owned()),
        ("webhook-timestamp".to_owned(), now_s.to_string()),
        ("webhook-signature".to_owned(), signature),
    ];
    answer(reader, 200, &headers, body);
}

fn answer(reader: &mut BufReader<TcpStream>, status: u16, headers: &[(String, String)], body: &str) {
    let mut lines = String::new();
    for (name, value) in headers {
        lines.extend([name, ": ", value, "\r\n"]);
    }
    let whole = format!(
        "HTTP/1.1 {status} X\r\n{lines}content-length: {}\r\n\r\n{body}",
        body.len()
    );
    let _ = reader.get_mut().write_all(whole.as_bytes());
}

fn append(path: &Path, line: &str) {
    let mut file = std::fs::File::options().create(true).append(true).open(path).unwrap();
    writeln!(file, "{line}").unwrap();
}

/// The headers and the body of one request; none where the sender is gone.
pub(crate) fn read(reader: &mut BufReader<TcpStream>) -> Option<(reqwest::header::HeaderMap, Vec<u8>)> {
    let mut headers = reqwest::header::HeaderMap::new();
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|count| *count > 0)?;
    loop {
        line.clear();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim().split_once(": ") else {
            break;
        };
        let name: reqwest::header::HeaderName = name.parse().unwrap();
        headers.insert(name, value.parse().unwrap());
    }
    let length = headers.get("content-length")?.to_str().ok()?.parse().ok()?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((headers, body))
}

/// Whether a message is signed and keeps to one of the published schemas.
fn check(headers: &reqwest::header::HeaderMap, body: &[u8]) -> Result<(), String> {
    let webhook = Webhook::new(SECRET).unwrap();
    webhook.verify(body, headers).map_err(|error| error.to_string())?;
    let message: Json = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    if fits(&message) {
        Ok(())
    } else {
        Err(format!("keeps to no schema: {message}"))
    }
}

/// Whether a message keeps to one of the published schemas.
pub(crate) fn fits(message: &Json) -> bool {
    let all = channel::CHANNELS.iter().flat_map(|channel| channel.schemas);
    all.map(|schema| schema.text)
        .chain([channel::RETRACTION_SCHEMA])
        .any(|schema| jsonschema::is_valid(&serde_json::from_str(schema).unwrap(), message))
}
