//! The demo district's folder, kept between runs.

use std::{
    fs,
    io::Read as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};

use crate::paths;

/// Where the hub listens. Fixed, because the tablets of an earlier run remember it.
pub(crate) const HUB: &str = "127.0.0.1:7407";
/// Where the portal receiver listens.
pub(crate) const PORTAL: &str = "127.0.0.1:7408";

/// An officer to show, as `demo-data` names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Officer {
    /// The invented name.
    pub(crate) name: String,
    /// The enrolment link, good once.
    pub(crate) link: String,
}

impl Officer {
    /// Reads a line that `demo-data` prints: `officer`, name and link, with tabs between.
    pub(crate) fn parse(line: &str) -> Option<Self> {
        let mut parts = line.split('\t');
        (parts.next()? == "officer").then_some(())?;
        Some(Self {
            name: parts.next()?.to_owned(),
            link: parts.next()?.trim().to_owned(),
        })
    }
}

/// Folder, secret and officers of the demo district.
pub(crate) struct District {
    folder: PathBuf,
    /// Shared by hub and portal.
    pub(crate) secret: String,
}

impl District {
    /// Opens the district of an earlier run; begins a new one where there is none, or where one was not finished.
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        let secret_file = folder.join("webhook-secret");
        if !folder.join("officers").exists() {
            if folder.exists() {
                fs::remove_dir_all(folder)?;
            }
            fs::create_dir_all(folder.join("hub"))?;
            fs::write(&secret_file, new_secret()?)?;
        }
        let secret = fs::read_to_string(&secret_file)?.trim().to_owned();
        let district = Self {
            folder: folder.to_owned(),
            secret,
        };
        district.write_config()?;
        Ok(district)
    }

    /// The hub's configuration file.
    pub(crate) fn config(&self) -> PathBuf {
        self.folder.join("hub/hub.toml")
    }

    /// Where the tablet of the officer at `index` keeps its vault.
    pub(crate) fn tablet(&self, index: usize) -> PathBuf {
        self.folder.join(format!("tablet-{}", index + 1))
    }

    /// The officers, where the district is complete.
    pub(crate) fn officers(&self) -> Option<Vec<Officer>> {
        let listed = fs::read_to_string(self.folder.join("officers")).ok()?;
        Some(listed.lines().filter_map(Officer::parse).collect())
    }

    /// Marks the district as complete.
    pub(crate) fn keep_officers(&self, printed: &str) -> Result<()> {
        let lines: String = printed
            .lines()
            .filter(|line| Officer::parse(line).is_some())
            .fold(String::new(), |all, line| all + line + "\n");
        Ok(fs::write(self.folder.join("officers"), lines)?)
    }

    fn write_config(&self) -> Result<()> {
        let data = self.folder.join("hub/data");
        let config = format!(
            "listen = \"{HUB}\"\ndata_dir = \"{}\"\nconsole = \"{}\"\n\n[channels.vatsalya]\nurl = \"http://{PORTAL}/\"\nsecret = \"{}\"\n",
            data.display(),
            paths::console().display(),
            self.secret
        );
        Ok(fs::write(self.config(), config)?)
    }
}

/// A secret as Standard Webhooks writes it: `whsec_` and base64 of random bytes.
fn new_secret() -> Result<String> {
    let mut random = [0; 24];
    fs::File::open("/dev/urandom")?
        .read_exact(&mut random)
        .context("this machine has no randomness")?;
    Ok(format!("whsec_{}", base64(&random)))
}

/// Base64 of whole groups of three bytes, which is all that is needed here.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let groups = bytes
        .chunks_exact(3)
        .map(|group| (u32::from(group[0]) << 16) | (u32::from(group[1]) << 8) | u32::from(group[2]));
    let digit = |bits: u32| char::from(DIGITS[(bits & 63) as usize]);
    groups
        .flat_map(|bits| [digit(bits >> 18), digit(bits >> 12), digit(bits >> 6), digit(bits)])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_of_known_bytes() {
        assert_eq!(base64(b"Man is"), "TWFuIGlz");
    }

    #[test]
    fn an_officer_s_line_is_told_from_others() {
        let officer = Officer::parse("officer\tAsha Rao\tvatsalya:enrol?hub=h&code=c\n").unwrap();
        assert_eq!(
            (officer.name.as_str(), officer.link.as_str()),
            ("Asha Rao", "vatsalya:enrol?hub=h&code=c")
        );
        assert_eq!(Officer::parse("300 cases"), None);
        assert_eq!(Officer::parse("officer\tonly a name"), None);
    }
}
