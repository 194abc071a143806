//! Where staff sign in elsewhere: a provider that speaks OpenID Connect, and what the hub is to it.

use std::path::{Path, PathBuf};

use reqwest::Url;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::is_plain_here;

/// Longest name of a provider, in bytes: it stands on a button.
const NAME_BYTES_MAX: usize = 80;
/// Longest secret, in bytes.
const SECRET_BYTES_MAX: usize = 1_024;
/// How long a call to the provider may be let take, in milliseconds.
const PATIENCE_MS: std::ops::RangeInclusive<u64> = 100..=60_000;
/// The claim that every provider promises to say of one person only, and never of another.
const SUBJECT: &str = "sub";
/// Claims that change hands, or that people choose for themselves. OpenID Connect says of them that nobody is to be known by them.
const NOBODYS: [&str; 18] = [
    "address",
    "birthdate",
    "email",
    "email_verified",
    "family_name",
    "gender",
    "given_name",
    "locale",
    "middle_name",
    "name",
    "nickname",
    "phone_number",
    "phone_number_verified",
    "picture",
    "preferred_username",
    "profile",
    "website",
    "zoneinfo",
];

/// A provider of sign-in, and what the hub is to it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignInConfig {
    /// The provider, as it calls itself, to the letter.
    pub issuer: String,
    /// What the hub is called there.
    pub client_id: String,
    /// The file that the hub's secret there stands in.
    client_secret_file: Option<PathBuf>,
    /// Or the variable of the environment.
    client_secret_env: Option<String>,
    /// What staff know the provider by.
    pub name: String,
    /// The claim that names a member of staff.
    #[serde(default = "default_claim")]
    pub claim: String,
    /// What is asked for beside `openid`, where the provider does not say the claim otherwise.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// In which way somebody must have signed in there, as the provider calls it; without it, in any.
    pub acr: Option<String>,
    /// Whether the provider may be of this very machine and speak plain HTTP: for trying things out.
    #[serde(default)]
    pub plain: bool,
    /// How long a call to the provider may take.
    #[serde(default = "default_patience_ms")]
    pub patience_ms: u64,
    #[serde(skip)]
    secret: ClientSecret,
}

/// What the hub shows the provider. It is never printed.
#[derive(Clone, Default)]
pub struct ClientSecret(Zeroizing<String>);

impl std::fmt::Debug for ClientSecret {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("ClientSecret(…)")
    }
}

/// Why sign-in elsewhere is not set up so.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Whoever is on the way could let anybody in.
    #[error(
        "issuer is no https:// address without a query or a fragment (a provider of this very machine may speak plain HTTP where \
         plain = true)"
    )]
    Issuer,
    /// Nobody knows where browsers are to come back to.
    #[error("public_url is missing: the provider sends browsers back to it")]
    NoPublicUrl,
    /// What somebody may change of themselves, or what is given to somebody else later, names nobody.
    #[error("claim = \"{0}\" names nobody for good: take \"sub\", or one by which the provider never names two people")]
    Claim(String),
    /// Something is empty or too long.
    #[error("{0} is empty, too long, or has control characters in it")]
    Words(&'static str),
    /// There is no secret, or there are two.
    #[error("either client_secret_file or client_secret_env is to be said")]
    WhichSecret,
    /// The file with the secret cannot be read.
    #[error("the file of the client secret cannot be read")]
    File(#[source] std::io::Error),
    /// It is not in the environment.
    #[error("the environment has no {0}")]
    Environment(String),
    /// Nothing is waited for, or for too long.
    #[error("patience_ms is {} to {}", PATIENCE_MS.start(), PATIENCE_MS.end())]
    Patience,
}

impl SignInConfig {
    /// Whether what is said can be.
    pub(super) fn check(&self, public_url: Option<&str>) -> Result<(), SignInError> {
        let issuer = Url::parse(&self.issuer).map_err(|_| SignInError::Issuer)?;
        if issuer.query().is_some() || issuer.fragment().is_some() || !self.may_ask(&issuer) {
            return Err(SignInError::Issuer);
        }
        public_url.ok_or(SignInError::NoPublicUrl)?;
        if NOBODYS.contains(&self.claim.as_str()) {
            return Err(SignInError::Claim(self.claim.clone()));
        }
        for (what, words) in [
            ("client_id", &self.client_id),
            ("name", &self.name),
            ("claim", &self.claim),
        ] {
            if !is_word(words) {
                return Err(SignInError::Words(what));
            }
        }
        let asked = self.scopes.iter().chain(&self.acr);
        if !asked.into_iter().all(|one| is_word(one) && !one.contains(' ')) {
            return Err(SignInError::Words("one of scopes, or acr,"));
        }
        if !PATIENCE_MS.contains(&self.patience_ms) {
            return Err(SignInError::Patience);
        }
        Ok(())
    }

    /// Whether something of the provider's may be asked at this address.
    pub(crate) fn may_ask(&self, url: &Url) -> bool {
        url.scheme() == "https" || (self.plain && is_plain_here(url))
    }

    /// Whether staff are known by the subject itself.
    pub(crate) fn is_by_subject(&self) -> bool {
        self.claim == SUBJECT
    }

    pub(super) fn read_secret(&mut self, beside: &Path) -> Result<(), SignInError> {
        let secret = match (&self.client_secret_file, &self.client_secret_env) {
            (Some(file), None) => std::fs::read_to_string(beside.join(file)).map_err(SignInError::File)?,
            (None, Some(name)) => std::env::var(name).map_err(|_| SignInError::Environment(name.clone()))?,
            _ => return Err(SignInError::WhichSecret),
        };
        let secret = Zeroizing::new(secret.trim_end_matches(['\r', '\n']).to_owned());
        if secret.is_empty() || secret.len() > SECRET_BYTES_MAX {
            return Err(SignInError::Words("the client secret"));
        }
        self.secret = ClientSecret(secret);
        Ok(())
    }

    /// The secret itself, for whoever asks the provider.
    pub(crate) fn secret(&self) -> &str {
        &self.secret.0
    }
}

fn is_word(words: &str) -> bool {
    !words.trim().is_empty() && words.len() <= NAME_BYTES_MAX && !words.chars().any(char::is_control)
}

fn default_claim() -> String {
    SUBJECT.to_owned()
}

const fn default_patience_ms() -> u64 {
    10_000
}

#[cfg(test)]
mod tests {
    use super::super::Config;

    const GOOD: &str = "issuer = 'https://login.example/realms/x'\nclient_id = 'hub'\nname = 'State sign-on'\n";

    fn read(public: &str, section: &str) -> Result<Config, String> {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("secret"), "SECRETWORD\n").unwrap();
        let path = dir.path().join("hub.toml");
        std::fs::write(&path, format!("data_dir = 'x'\n{public}\n[sign_in]\n{section}")).unwrap();
        Config::read(&path).map_err(|error| error.to_string())
    }

    #[test]
    fn a_provider_is_read_with_its_secret_which_is_not_printed() {
        let public = "public_url = 'https://hub.example'";
        let config = read(public, &format!("{GOOD}client_secret_file = 'secret'")).unwrap();
        assert!(!format!("{config:?}").contains("SECRETWORD"));
        let sign_in = config.sign_in.unwrap();
        assert_eq!((sign_in.secret(), sign_in.claim.as_str()), ("SECRETWORD", "sub"));
        // Whatever the environment of this run has.
        let texts =
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        let is_plain = |text: &str| {
            text.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"_/.".contains(&byte))
        };
        let mut known = texts.filter(|(name, value)| is_plain(name) && is_plain(value));
        let (name, _) = known
            .find(|(_, value)| (1..200).contains(&value.len()))
            .expect("a process has an environment");
        let by_environment = format!("{GOOD}client_secret_env = '{name}'\nclaim = 'employee_id'");
        let sign_in = read(public, &by_environment).unwrap().sign_in.unwrap();
        assert!(!sign_in.is_by_subject() && !sign_in.secret().is_empty());
    }

    #[test]
    fn what_would_let_somebody_else_in_is_refused_and_the_words_say_what_to_do() {
        let public = "public_url = 'https://hub.example'";
        let secret = "client_secret_file = 'secret'\n";
        let with = |issuer: &str| GOOD.replace("https://login.example/realms/x", issuer) + secret;
        for (public, section, says) in [
            ("", GOOD.to_owned() + secret, "public_url"),
            (public, GOOD.to_owned(), "client_secret_file or client_secret_env"),
            (public, format!("{GOOD}{secret}client_secret_env = 'PATH'"), "either"),
            (
                public,
                format!("{GOOD}client_secret_file = 'nowhere'"),
                "cannot be read",
            ),
            (
                public,
                format!("{GOOD}client_secret_env = 'NO_SUCH_THING'"),
                "NO_SUCH_THING",
            ),
            (public, with("http://login.example"), "https://"),
            (public, with("http://127.0.0.1:9"), "plain = true"),
            (public, with("http://login.example") + "plain = true", "https://"),
            (public, with("https://login.example/?a=1"), "https://"),
            (public, format!("{GOOD}{secret}claim = 'email'"), "names nobody"),
            (
                public,
                format!("{GOOD}{secret}claim = 'preferred_username'"),
                "names nobody",
            ),
            (public, format!("{GOOD}{secret}claim = ''"), "claim"),
            (public, format!("{GOOD}{secret}scopes = ['a b']"), "scopes"),
            (public, format!("{GOOD}{secret}patience_ms = 0"), "100 to 60000"),
            (public, format!("{GOOD}{secret}insecure = true"), "unknown field"),
        ] {
            let said = read(public, &section).expect_err(&section);
            assert!(said.contains(says), "{said}");
        }
        assert!(read(public, &(with("http://127.0.0.1:9") + "plain = true")).is_ok());
    }
}
