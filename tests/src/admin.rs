//! The hub's administration, by its own command.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, bail};
use casework::{InstitutionId, Role, Subject};
use protocol::EnrolLink;

use crate::places;

/// `sync-server admin` on one hub's database; the hub may be serving meanwhile.
#[derive(Debug, Clone)]
pub struct Admin {
    program: PathBuf,
    config: PathBuf,
}

impl Admin {
    /// The administration of the hub with this config file.
    pub fn of(config: &Path) -> Self {
        Self {
            program: places::program("sync-server"),
            config: config.to_path_buf(),
        }
    }

    /// Runs one command and gives what it printed.
    pub fn run(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let output = Command::new(&self.program)
            .arg("admin")
            .arg("--config")
            .arg(&self.config)
            .args(arguments)
            .output()?;
        if !output.status.success() {
            bail!(
                "sync-server admin {}: {}",
                arguments.join(" "),
                String::from_utf8_lossy(&output.stderr).trim()
            );
        }
        Ok(String::from_utf8(output.stdout)?)
    }

    /// Adds a district.
    pub fn add_district(&self, code: &str, name: &str) -> anyhow::Result<()> {
        self.run(&["district", "add", code, name]).map(drop)
    }

    /// Adds a user and gives the id.
    pub fn add_user(&self, district: &str, name: &str, role: &Role) -> anyhow::Result<String> {
        let printed = self.run(&[
            "user",
            "add",
            "--district",
            district,
            "--name",
            name,
            "--role",
            role.code(),
        ])?;
        Ok(last_word(&printed)?.to_owned())
    }

    /// Adds an institution and gives its id.
    pub fn add_institution(
        &self,
        district: &str,
        name: &str,
        kind: &str,
        capacity: u32,
    ) -> anyhow::Result<InstitutionId> {
        let capacity = capacity.to_string();
        let arguments = [
            "institution",
            "add",
            "--district",
            district,
            "--name",
            name,
            "--kind",
            kind,
            "--capacity",
            &capacity,
        ];
        Ok(last_word(&self.run(&arguments)?)?.parse()?)
    }

    /// Makes a one-time code and gives its link.
    pub fn enrolment_link(&self, user: &str) -> anyhow::Result<EnrolLink> {
        let printed = self.run(&["enrol-code", user])?;
        let link = printed
            .split_whitespace()
            .find(|word| word.starts_with("vatsalya:enrol?"));
        Ok(link
            .with_context(|| format!("no enrolment link in {printed:?}"))?
            .parse()?)
    }

    /// Makes a one-time code for a hub at this address, writes its QR picture (SVG, as it is printed) and gives its link.
    pub fn enrolment_sheet(&self, user: &str, hub: &str, picture: &Path) -> anyhow::Result<EnrolLink> {
        let picture = picture.to_str().context("a path of plain letters")?;
        let printed = self.run(&["enrol-code", user, "--hub", hub, "--qr", picture])?;
        Ok(last_word(&printed)?.parse()?)
    }

    /// Gives a case or an institution to a user.
    pub fn assign(&self, subject: impl Into<Subject>, user: &str) -> anyhow::Result<()> {
        self.run(&["assign", &id(subject.into()), user]).map(drop)
    }

    /// Takes a case or an institution from a user.
    pub fn unassign(&self, subject: impl Into<Subject>, user: &str) -> anyhow::Result<()> {
        self.run(&["unassign", &id(subject.into()), user]).map(drop)
    }
}

fn id(subject: Subject) -> String {
    match subject {
        Subject::Case(case) => case.to_string(),
        Subject::Institution(institution) => institution.to_string(),
        Subject::Missing(report) => report.to_string(),
    }
}

fn last_word(printed: &str) -> anyhow::Result<&str> {
    printed.split_whitespace().last().context("nothing was printed")
}
