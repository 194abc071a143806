//! A word to somebody's telephone that there is something to do, and nothing about what: a command or a webhook of whoever runs
//! the hub passes it to a text-message service. It is optional, and holds nothing up.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::time::{Duration, Instant};

use protocol::UserId;
use serde::Deserialize;
use serde_json::json;

use crate::channel::WebhookSecret;
use crate::config::is_private;
use crate::hub::Hub;
use crate::metrics::Metrics;

/// Words that wait for the one before; more are not said.
const WAITING_MAX: usize = 256;
/// How often a command is looked at whether it has ended.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// How somebody is told.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "HookText")]
pub struct HookConfig {
    way: Way,
    timeout: Duration,
}

#[derive(Debug, Clone)]
enum Way {
    /// A program and what it is called with before the user's id and the text.
    Command(PathBuf, Vec<String>),
    /// An address, and the secret that what is posted there is signed with.
    Webhook(String, WebhookSecret),
}

/// As `hub.toml` has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HookText {
    command: Option<Vec<String>>,
    webhook: Option<String>,
    secret: Option<WebhookSecret>,
    #[serde(default = "default_timeout_seconds")]
    timeout_seconds: u64,
}

const fn default_timeout_seconds() -> u64 {
    10
}

/// Why it is not set up so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HookError {
    /// Neither or both.
    #[error("[duty]: either `command` or `webhook` is to be said")]
    Way,
    /// Nobody could tell who posts.
    #[error("[duty]: `webhook` needs a `secret`")]
    Secret,
    /// Anybody on the way could read who is on duty.
    #[error("[duty]: webhook is no https:// address, nor one of this very machine")]
    Plain,
    /// No time, or too much.
    #[error("[duty]: timeout_seconds is 1 to 60")]
    Timeout,
}

impl TryFrom<HookText> for HookConfig {
    type Error = HookError;

    fn try_from(text: HookText) -> Result<Self, HookError> {
        if !(1..=60).contains(&text.timeout_seconds) {
            return Err(HookError::Timeout);
        }
        let way = match (text.command, text.webhook) {
            (Some(command), None) => {
                let (program, before) = command.split_first().ok_or(HookError::Way)?;
                Way::Command(program.into(), before.to_vec())
            }
            (None, Some(url)) if is_private(&url) => Way::Webhook(url, text.secret.ok_or(HookError::Secret)?),
            (None, Some(_)) => return Err(HookError::Plain),
            _ => return Err(HookError::Way),
        };
        Ok(Self {
            way,
            timeout: Duration::from_secs(text.timeout_seconds),
        })
    }
}

/// What is said: how much there is to do, and nothing else.
struct Word {
    user: UserId,
    text: String,
    /// By the hub's clock.
    at_s: i64,
}

/// Tells, on a thread of its own.
#[derive(Debug)]
pub struct Hook {
    to_tell: SyncSender<Word>,
    metrics: Arc<Metrics>,
}

/// Why nobody was told.
#[derive(Debug, thiserror::Error)]
enum Untold {
    #[error("the command cannot be started")]
    Start(#[source] std::io::Error),
    #[error("the command failed")]
    Failed,
    #[error("it took too long")]
    TooLong,
    #[error("the webhook cannot be reached")]
    Reach,
    #[error("the webhook answered with status {0}")]
    Status(u16),
}

impl Hook {
    /// Begins to tell as the configuration says.
    pub fn start(hub: &Hub, config: &HookConfig) -> Option<Self> {
        let (to_tell, waiting) = sync_channel(WAITING_MAX);
        let (config, metrics) = (config.clone(), hub.metrics.clone());
        let counted = metrics.clone();
        let started = std::thread::Builder::new()
            .name("duty hook".to_owned())
            .spawn(move || run(&config, &waiting, &counted));
        match started {
            Ok(_) => Some(Self { to_tell, metrics }),
            Err(error) => {
                tracing::error!(%error, "nobody is told by text message");
                None
            }
        }
    }

    /// Has a user told how many referrals wait for them. It never waits.
    pub fn tell(&self, hub: &Hub, user: UserId) {
        let waiting = hub
            .storage
            .waiting_askings(Some(user))
            .map_or(1, |all| all.len().max(1));
        let word = Word {
            user,
            text: text(waiting),
            at_s: hub.clock.now_ms() / 1000,
        };
        if let Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) = self.to_tell.try_send(word) {
            self.metrics.duty_word(false);
            tracing::warn!("a text message was not sent: too many wait");
        }
    }
}

/// What the message says: nothing of what it is about.
fn text(items: usize) -> String {
    match items {
        1 => "1 urgent item".to_owned(),
        items => format!("{items} urgent items"),
    }
}

fn run(config: &HookConfig, waiting: &Receiver<Word>, metrics: &Metrics) {
    for word in waiting {
        let told = match &config.way {
            Way::Command(program, before) => by_command(program, before, &word, config.timeout),
            Way::Webhook(url, secret) => by_webhook(url, secret, &word, config.timeout),
        };
        metrics.duty_word(told.is_ok());
        if let Err(error) = told {
            tracing::warn!(%error, "a text message was not sent");
        }
    }
}

fn by_command(program: &Path, before: &[String], word: &Word, timeout: Duration) -> Result<(), Untold> {
    let mut child = Command::new(program)
        .args(before)
        .arg(uuid::Uuid::from_bytes(word.user.0).to_string())
        .arg(&word.text)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(Untold::Start)?;
    let ended = ended_within(&mut child, timeout);
    if ended.is_none() {
        // It is waited for once more, so that nothing of it is left.
        let _ = child.kill();
        let _ = child.wait();
    }
    match ended {
        Some(true) => Ok(()),
        Some(false) => Err(Untold::Failed),
        None => Err(Untold::TooLong),
    }
}

/// Whether a program ended well; `None` where it has not ended in that time.
fn ended_within(child: &mut Child, timeout: Duration) -> Option<bool> {
    let until = Instant::now() + timeout;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status.success()),
            Ok(None) if Instant::now() < until => std::thread::park_timeout(LOOK_EVERY),
            Ok(None) => return None,
            Err(_) => return Some(false),
        }
    }
}

fn by_webhook(url: &str, secret: &WebhookSecret, word: &Word, timeout: Duration) -> Result<(), Untold> {
    let user = uuid::Uuid::from_bytes(word.user.0).to_string();
    let body = json!({ "user": user, "text": word.text }).to_string();
    let id = format!("msg_{}", uuid::Uuid::new_v4().simple());
    let client = reqwest::blocking::Client::builder()
        .timeout(timeout)
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(|_| Untold::Reach)?;
    let sent = client
        .post(url)
        .header("content-type", "application/json")
        .header("webhook-id", &id)
        .header("webhook-timestamp", word.at_s.to_string())
        .header("webhook-signature", secret.sign(&id, word.at_s, &body))
        .body(body)
        .send();
    match sent {
        Ok(answer) if answer.status().is_success() => Ok(()),
        Ok(answer) => Err(Untold::Status(answer.status().as_u16())),
        Err(error) if error.is_timeout() => Err(Untold::TooLong),
        Err(_) => Err(Untold::Reach),
    }
}
