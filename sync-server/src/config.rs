//! The one configuration file, `hub.toml`.
//!
//! ```toml
//! listen = "127.0.0.1:8440"           # port 0 takes a free one
//! data_dir = "hub-data"               # beside the file, unless absolute
//! name = "Karnataka"                  # what the hub calls itself
//! public_url = "https://hub.example"  # goes into enrolment links
//! behind_proxy = true                 # plain HTTP to other machines: what stands in front speaks TLS
//! console = "console"                 # the built page for district officers, at /console/; without it there is none
//!
//! [tls]                               # TLS by the hub itself; beside the file, unless absolute
//! certificate = "hub-cert.pem"
//! key = "hub-key.pem"
//! pin = "key"                         # what devices know it by: "key", "issuer" or "none"
//!
//! [channels.vatsalya]                 # and trackchild, khoya-paya, carings, helpline
//! url = "https://portal.example/inbound"  # without it the portal fetches
//! secret = "whsec_…"                  # Standard Webhooks, base64 after the prefix
//! signed_answers = true               # an answer without a signature is none
//! pull_token = "…"                    # 32 characters or more: who has it may fetch what the channel was told
//!
//! [database]                          # without it: a file in data_dir
//! url = "postgresql://hub:password@db.example/vatsalya"
//! ca_file = "db-ca.pem"               # who vouches for the server; beside the file, unless absolute
//!
//! [media]                             # without it: a folder in data_dir, which hubs at one database must share
//! bucket = "vatsalya-media"           # of Amazon's S3, or of any store that speaks like it
//! endpoint = "https://s3.example"
//! region = "ap-south-1"
//! access_key_id = "…"
//! secret_access_key = "…"
//!
//! [records]                           # without it: record.keys in data_dir
//! keys = "/etc/vatsalya/record.keys"  # what the keys of records grow out of; beside the file, unless absolute
//!
//! [backups]                           # without it: a command names the folder of each
//! folder = "/mnt/backups"             # where staff of all districts have backups made; beside the file, unless absolute
//!
//! [duty]                              # without it: nobody is told by text message
//! command = ["/usr/local/bin/text"]   # called with the officer's id and "1 urgent item"; or webhook = "https://…" and a secret
//! timeout_seconds = 10
//!
//! [sign_in]                           # without it: staff sign in with a passphrase and a code
//! issuer = "https://login.example"    # an OpenID Connect provider; public_url is needed, too
//! client_id = "vatsalya-hub"
//! client_secret_file = "oidc.secret"  # beside the file, unless absolute; or client_secret_env = "NAME"
//! name = "Karnataka sign-on"          # what staff know it by
//!
//! [watch]                             # without it: nowhere
//! listen = "127.0.0.1:9440"           # /metrics and /healthz for whoever runs the hub; plain, never where devices come to
//!
//! [log]                               # on stderr
//! form = "json"                       # "text" without it
//!
//! [limits]                            # each has a default
//! syncs_at_once = 64
//! ```

mod sign_in;

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use protocol::{HubUrl, Pin};
use serde::{Deserialize, Deserializer};
use sha2::{Digest, Sha256};

use crate::channel::{self, WebhookSecret};
use crate::duty::HookConfig;
use crate::storage::PostgresConfig;
use crate::tls::{TlsConfig, TlsError};

pub use sign_in::{ClientSecret, SignInConfig, SignInError};

/// The configuration of a hub.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where to listen.
    #[serde(default = "default_listen")]
    pub listen: SocketAddr,
    /// Where the media are, and the database where no other is named.
    pub data_dir: PathBuf,
    /// The PostgreSQL database that several hubs may share; without one the hub keeps a file of its own.
    pub database: Option<PostgresConfig>,
    /// The bucket that media lie in; without one they lie in the data folder.
    pub media: Option<BucketConfig>,
    /// Where the keys of records are.
    #[serde(default)]
    pub records: RecordsConfig,
    /// Where backups go that staff have made.
    pub backups: Option<BackupsConfig>,
    /// What the hub calls itself.
    #[serde(default = "default_name")]
    pub name: String,
    /// Where devices reach the hub; plain `http://` only for this very machine.
    pub public_url: Option<String>,
    /// The hub's certificate; without one it speaks plain HTTP, to this very machine or to a proxy.
    pub tls: Option<TlsConfig>,
    /// Whether the plain HTTP that other machines may speak with the hub goes through a proxy that speaks TLS with devices.
    #[serde(default)]
    pub behind_proxy: bool,
    /// The folder with the built page for district officers; without one the hub serves none.
    pub console: Option<PathBuf>,
    /// Where changes are told.
    #[serde(default)]
    pub channels: Channels,
    /// Who is told by text message that there is something to do; without it nobody.
    pub duty: Option<HookConfig>,
    /// Where staff sign in elsewhere; without it only here.
    pub sign_in: Option<SignInConfig>,
    /// Where whoever runs the hub asks how it is.
    pub watch: Option<WatchConfig>,
    /// How the hub writes its log.
    #[serde(default)]
    pub log: LogConfig,
    /// Numbers to set.
    #[serde(default)]
    pub limits: Limits,
}

/// Where whoever runs the hub asks how it is. It names nobody, and is not for everybody all the same.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WatchConfig {
    /// Where to listen, in plain HTTP.
    pub listen: SocketAddr,
}

/// How the hub writes its log.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogConfig {
    /// In which form.
    #[serde(default)]
    pub form: LogForm,
}

/// In which form a log is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogForm {
    /// Lines for people.
    #[default]
    Text,
    /// An object on each line, for programs.
    Json,
}

/// What is said of the keys of records.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordsConfig {
    /// The file that they grow out of; without one it lies in the data folder.
    pub keys: Option<PathBuf>,
}

/// Where backups go.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackupsConfig {
    /// The folder; each backup is a folder in it, named by when it was made.
    pub folder: PathBuf,
}

/// The channels that are told, by their codes.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(try_from = "BTreeMap<String, ChannelConfig>")]
pub struct Channels(BTreeMap<String, ChannelConfig>);

impl Channels {
    /// The settings of the channel with this code.
    pub fn of(&self, code: &str) -> Option<&ChannelConfig> {
        self.0.get(code)
    }

    /// Whether any channel is told.
    pub fn any(&self) -> bool {
        !self.0.is_empty()
    }
}

/// Why channels are not set up so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChannelsError {
    /// There is no such channel.
    #[error("[channels.{0}]: there is no such channel")]
    Unknown(String),
    /// It is neither sent to nor fetched from.
    #[error("[channels.{0}]: url or pull_token is missing")]
    NoWay(String),
    /// It would be told of children in plain.
    #[error("[channels.{0}]: url is no https:// address, nor one of this very machine")]
    Plain(String),
}

impl TryFrom<BTreeMap<String, ChannelConfig>> for Channels {
    type Error = ChannelsError;

    fn try_from(channels: BTreeMap<String, ChannelConfig>) -> Result<Self, ChannelsError> {
        for (code, config) in &channels {
            if channel::find(code).is_none() {
                return Err(ChannelsError::Unknown(code.clone()));
            }
            match &config.url {
                Some(url) if !is_private(url) => return Err(ChannelsError::Plain(code.clone())),
                None if config.pull_token.is_none() => return Err(ChannelsError::NoWay(code.clone())),
                _ => {}
            }
        }
        Ok(Self(channels))
    }
}

/// Whether nobody on the way reads what is sent there.
pub(crate) fn is_private(url: &str) -> bool {
    let Ok(url) = reqwest::Url::parse(url) else {
        return false;
    };
    url.scheme() == "https" || is_plain_here(&url)
}

/// Whether it is plain HTTP of this very machine.
pub(crate) fn is_plain_here(url: &reqwest::Url) -> bool {
    let is_here = match url.host_str() {
        Some("localhost") => true,
        Some(host) => host
            .trim_matches(['[', ']'])
            .parse()
            .is_ok_and(|address: IpAddr| address.is_loopback()),
        None => false,
    };
    url.scheme() == "http" && is_here
}

/// How a channel is told.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelConfig {
    /// The receiver's address; without one the portal fetches.
    pub url: Option<String>,
    /// The shared secret.
    pub secret: WebhookSecret,
    /// Whether the receiver signs its answers: one without a signature is none then.
    #[serde(default)]
    pub signed_answers: bool,
    /// Who shows this may fetch what the channel was told.
    pub pull_token: Option<PullToken>,
}

/// What a portal shows that fetches. It is never printed, and kept as its hash.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct PullToken([u8; 32]);

/// Why a text is no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a pull_token has 32 characters or more")]
pub struct PullTokenError;

impl PullToken {
    /// Nobody guesses as many characters.
    const BYTES_MIN: usize = 32;

    /// Whether this is what somebody showed.
    pub fn is(&self, shown: &str) -> bool {
        self.0 == <[u8; 32]>::from(Sha256::digest(shown))
    }
}

impl TryFrom<String> for PullToken {
    type Error = PullTokenError;

    fn try_from(text: String) -> Result<Self, PullTokenError> {
        if text.len() < Self::BYTES_MIN {
            return Err(PullTokenError);
        }
        Ok(Self(Sha256::digest(text).into()))
    }
}

impl std::fmt::Debug for PullToken {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("PullToken(…)")
    }
}

/// A bucket of an S3-compatible store.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BucketConfig {
    /// Its name.
    pub bucket: String,
    /// Where the store is; without it Amazon's of the region. Plain `http://` only on this very machine.
    #[serde(default, deserialize_with = "endpoint")]
    pub endpoint: Option<HubUrl>,
    /// The region.
    #[serde(default = "default_region")]
    pub region: String,
    /// Whose key it is.
    pub access_key_id: String,
    /// The key.
    pub secret_access_key: BucketKey,
    /// How long a call to the store may take.
    #[serde(default = "default_bucket_patience_ms")]
    pub patience_ms: u64,
}

/// The key to a bucket. It is never printed.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct BucketKey(String);

impl BucketKey {
    /// The key itself, for whoever signs with it.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for BucketKey {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("BucketKey(…)")
    }
}

fn endpoint<'de, D: Deserializer<'de>>(text: D) -> Result<Option<HubUrl>, D::Error> {
    let text = String::deserialize(text)?;
    text.parse().map(Some).map_err(serde::de::Error::custom)
}

fn default_region() -> String {
    "ap-south-1".to_owned()
}

const fn default_bucket_patience_ms() -> u64 {
    20_000
}

/// Numbers to set.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Sync requests served at once; more are told to come again.
    pub syncs_at_once: usize,
    /// Connections held at once; more wait.
    pub connections: usize,
    /// Wrong enrolment codes from one address within [`Limits::code_window_minutes`].
    pub wrong_codes: u32,
    /// The window of [`Limits::wrong_codes`].
    pub code_window_minutes: u32,
    /// A sender that gives nothing for so long is gone. Generous: on 2G a full uplink is silent for a minute.
    pub idle_seconds: u64,
    /// The first wait after a channel's trouble; it doubles with each try.
    pub retry_first_ms: i64,
    /// The longest wait after a channel's trouble.
    pub retry_longest_ms: i64,
    /// How long a receiver may take to answer.
    pub answer_ms: i64,
    /// A message that a channel has not taken for so long is tried no more; somebody has to look at it.
    pub dead_after_hours: u32,
    /// How many megabytes of pictures, recordings and papers one case or institution may have.
    pub media_mb_of_a_case: u64,
    /// How many bytes one change may have, unpacked; never more than the protocol's
    /// [`CHANGE_BYTES_MAX`](protocol::limits::CHANGE_BYTES_MAX). What is larger is refused as too large, and the officer's
    /// tablet can send it in smaller parts.
    pub change_bytes: usize,
    /// How often workers look for work without being told of any.
    pub look_every_ms: u64,
    /// How long a device that waits to hear of a referral is let wait, before it asks once more. Less than the minute after
    /// which most of what stands in front of a hub gives up.
    pub wait_seconds: u64,
    /// Devices that may wait so at once; others ask now and then.
    pub waits_at_once: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            syncs_at_once: 64,
            connections: 1024,
            wrong_codes: 20,
            code_window_minutes: 10,
            idle_seconds: 180,
            retry_first_ms: 1_000,
            retry_longest_ms: 300_000,
            answer_ms: 30_000,
            dead_after_hours: 14 * 24,
            media_mb_of_a_case: 512,
            change_bytes: protocol::limits::CHANGE_BYTES_MAX,
            look_every_ms: 1_000,
            wait_seconds: 50,
            waits_at_once: 512,
        }
    }
}

/// Why a configuration is not one.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read {path}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file does not say what a configuration says. Its line is named and not shown: it may hold a password.
    #[error("line {line}: {words}")]
    Parse {
        /// The line.
        line: usize,
        /// What is wrong with it.
        words: String,
    },
    /// Other machines could speak plain HTTP with the hub.
    #[error(
        "listen = \"{0}\" is open to other machines in plain: name a certificate under [tls] (`admin make-certificate` makes \
         one), or say behind_proxy = true where something in front of the hub speaks TLS"
    )]
    Plain(SocketAddr),
    /// The certificate cannot be used.
    #[error("[tls]: {0}")]
    Tls(#[from] TlsError),
    /// Sign-in elsewhere is not set up so.
    #[error("[sign_in]: {0}")]
    SignIn(#[from] SignInError),
    /// The public address is none.
    #[error("public_url: {0}")]
    PublicUrl(#[from] protocol::hub_url::HubUrlError),
}

impl Config {
    /// Reads a configuration file. Relative folders stand beside it.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Read {
            path: path.to_owned(),
            source,
        })?;
        let mut config: Self = toml::from_str(&text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start));
            ConfigError::Parse {
                line: before.unwrap_or_default().matches('\n').count() + 1,
                words: error.message().to_owned(),
            }
        })?;
        if let Some(beside) = path.parent() {
            config.data_dir = beside.join(&config.data_dir);
            config.console = config.console.map(|folder| beside.join(folder));
            if let Some(ca_file) = config.database.as_mut().and_then(|database| database.ca_file.as_mut()) {
                *ca_file = beside.join(&*ca_file);
            }
        }
        if let (Some(keys), Some(beside)) = (config.records.keys.as_mut(), path.parent()) {
            *keys = beside.join(&*keys);
        }
        if let (Some(backups), Some(beside)) = (config.backups.as_mut(), path.parent()) {
            backups.folder = beside.join(&backups.folder);
        }
        if let (Some(tls), Some(beside)) = (config.tls.as_mut(), path.parent()) {
            tls.certificate = beside.join(&tls.certificate);
            tls.key = beside.join(&tls.key);
        }
        if let (Some(sign_in), Some(beside)) = (config.sign_in.as_mut(), path.parent()) {
            sign_in.check(config.public_url.as_deref())?;
            sign_in.read_secret(beside)?;
        }
        if config.tls.is_none() && !config.listen.ip().is_loopback() && !config.behind_proxy {
            return Err(ConfigError::Plain(config.listen));
        }
        config.hub_url()?;
        Ok(config)
    }

    /// The file that the keys of records grow out of.
    pub fn record_keys_file(&self) -> PathBuf {
        let named = self.records.keys.clone();
        named.unwrap_or_else(|| self.data_dir.join("record.keys"))
    }

    /// Where devices reach the hub: the public address, or else where it listens; with what they are to know it by.
    pub fn hub_url(&self) -> Result<HubUrl, ConfigError> {
        let scheme = if self.tls.is_none() && self.listen.ip().is_loopback() {
            "http"
        } else {
            "https"
        };
        let listening = || format!("{scheme}://{}", self.listen);
        let url: HubUrl = self.public_url.clone().unwrap_or_else(listening).parse()?;
        Ok(match self.pin()? {
            Some(pin) => known_by(&url, pin),
            None => url,
        })
    }

    /// What devices are to know the hub by, where that is not what their system trusts.
    pub fn pin(&self) -> Result<Option<Pin>, ConfigError> {
        Ok(self.tls.as_ref().map(TlsConfig::pin).transpose()?.flatten())
    }
}

/// The address with the pin, unless it has one already or speaks plain HTTP.
pub fn known_by(url: &HubUrl, pin: Pin) -> HubUrl {
    if url.pin().is_none() && url.as_str().starts_with("https://") {
        url.pinned(pin)
    } else {
        url.clone()
    }
}

fn default_listen() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 8440))
}

fn default_name() -> String {
    "Vatsalya Field".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_configuration_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("hub.toml");
        let text = "listen = '127.0.0.1:0'\ndata_dir = 'data'\n[channels.vatsalya]\nurl = 'http://127.0.0.1:9/in'\n\
                    secret = 'whsec_dGVzdCBzZWNyZXQgb2YgMjQgYnl0ZXMh'\n";
        std::fs::write(&path, text).unwrap();
        let config = Config::read(&path).unwrap();
        assert_eq!(config.data_dir, dir.path().join("data"));
        assert!(config.channels.of("vatsalya").is_some());
        assert_eq!(config.limits.syncs_at_once, 64);
    }

    #[test]
    fn a_misspelt_key_a_weak_secret_and_a_plain_address_are_refused() {
        for bad in [
            "data_dir = 'x'\nlimit = 3",
            "data_dir = 'x'\n[channels.vatsalya]\nurl = 'http://127.0.0.1:9'\nsecret = 'abc'",
            "data_dir = 'x'\n[channels.nobody]\nurl = 'https://x.example'\nsecret = 'whsec_dGVzdCBzZWNyZXQgb2YgMjQgYnl0ZXMh'",
            "data_dir = 'x'\n[channels.vatsalya]\nsecret = 'whsec_dGVzdCBzZWNyZXQgb2YgMjQgYnl0ZXMh'",
            "data_dir = 'x'\n[channels.vatsalya]\nurl = 'http://x.example'\nsecret = 'whsec_dGVzdCBzZWNyZXQgb2YgMjQgYnl0ZXMh'",
            "data_dir = 'x'\n[channels.vatsalya]\npull_token = 'short'\nsecret = 'whsec_dGVzdCBzZWNyZXQgb2YgMjQgYnl0ZXMh'",
            "data_dir = 'x'\npublic_url = 'http://hub.example'",
            "data_dir = 'x'\nlisten = '0.0.0.0:8440'",
            "data_dir = 'x'\n[tls]\ncertificate = 'not-there.pem'\nkey = 'not-there.pem'",
            "listen = 'everywhere'\ndata_dir = 'x'",
            "data_dir = 'x'\n[database]\nurl = 'mysql://hub@127.0.0.1/x'",
            "data_dir = 'x'\n[media]\nbucket = 'b'\naccess_key_id = 'a'\nsecret_access_key = 's'\nendpoint = 'http://s3.example'",
            "data_dir = 'x'\n[database]\nurl = 'postgresql://hub@127.0.0.1:port/x'",
        ] {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("hub.toml");
            std::fs::write(&path, bad).unwrap();
            assert!(Config::read(&path).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_databases_password_is_never_said() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("hub.toml");
        let of = |url: &str| format!("data_dir = 'x'\n[database]\nurl = '{url}'\nca_file = 'ca.pem'");
        std::fs::write(&path, of("postgresql://hub:SECRETWORD@db.example/vatsalya")).unwrap();
        let config = Config::read(&path).unwrap();
        assert!(!format!("{config:?}").contains("SECRETWORD"));
        assert_eq!(config.database.unwrap().ca_file, Some(dir.path().join("ca.pem")));
        std::fs::write(
            &path,
            of("postgresql://hub:SECRETWORD@db.example/vatsalya?sslmode=perhaps"),
        )
        .unwrap();
        let error = anyhow::Error::from(Config::read(&path).unwrap_err());
        // What is shown beside the error: the line of the file is not.
        let shown = format!("{error:#} {error:?}");
        assert!(shown.contains("line 3") && !shown.contains("SECRETWORD"), "{shown}");
    }

    #[test]
    fn a_whole_configuration_with_a_bucket_keeps_its_key_to_itself() {
        let text = "data_dir = 'x'\n[media]\nbucket = 'b'\nendpoint = 'https://s3.example'\naccess_key_id = 'a'\n\
                    secret_access_key = 'SECRETWORD'\n";
        let config: Config = toml::from_str(text).unwrap();
        assert!(!format!("{config:?}").contains("SECRETWORD"));
        let bucket = config.media.unwrap();
        assert_eq!(
            (bucket.region.as_str(), bucket.secret_access_key.expose()),
            ("ap-south-1", "SECRETWORD")
        );
    }
}
