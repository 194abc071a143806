//! Lints while it builds: clippy is the compiler with more to say. A run of it by itself would read every dependency once more.

use std::{
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::process::{self, cargo};

/// Cargo that compiles what is ours with clippy. All quick builds go through it: what another compiler made is made again.
pub(crate) fn linting(arguments: &[&str]) -> Command {
    let mut cargo = cargo(arguments);
    cargo.env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver");
    cargo
}

/// Runs a build to its end, says what it warns of, and fails where that is anything: but only at the end, so that one run says
/// everything. What was built before says its warnings again.
pub(crate) fn run(build: &mut Command) -> Result<Built> {
    let mut child = build
        .arg("--message-format=json")
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("`{}` cannot be started", process::shown(build)))?;
    let output = child.stdout.take().context("the output is piped")?;
    let mut warnings = 0;
    for line in BufReader::new(output).lines() {
        if let Some(warning) = said(&line?) {
            eprint!("{warning}");
            warnings += 1;
        }
    }
    if !child.wait()?.success() {
        bail!("`{}` failed", process::shown(build));
    }
    Ok(Built { warnings })
}

/// What was built.
#[must_use]
pub(crate) struct Built {
    warnings: u32,
}

impl Built {
    /// Fails where something was warned of.
    pub(crate) fn without_warnings(self) -> Result<()> {
        if self.warnings > 0 {
            bail!("{} warnings, each told above", self.warnings);
        }
        Ok(())
    }
}

/// The words of a line of cargo's in which the compiler says something of our code. Its own summaries have no code to point at.
fn said(line: &str) -> Option<String> {
    let line: Value = serde_json::from_str(line).ok()?;
    if line["reason"] != "compiler-message" {
        return None;
    }
    let message = &line["message"];
    let counts = matches!(message["level"].as_str(), Some("warning" | "error"));
    let summary = message["spans"].as_array().is_none_or(Vec::is_empty) && message["code"].is_null();
    (counts && !summary).then(|| message["rendered"].as_str().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_warning_of_the_compiler_counts_and_its_summary_and_what_cargo_says_do_not() {
        let line = |level: &str, spans: Value| {
            json!({"reason": "compiler-message", "message": {
                "level": level, "rendered": "warning: unused\n", "spans": spans, "code": null,
            }})
            .to_string()
        };
        let somewhere = json!([{"file_name": "src/lib.rs"}]);
        assert_eq!(
            said(&line("warning", somewhere.clone())),
            Some("warning: unused\n".into())
        );
        assert_eq!(
            said(&line("error", somewhere.clone())),
            Some("warning: unused\n".into())
        );
        assert_eq!(said(&line("note", somewhere)), None);
        assert_eq!(said(&line("warning", json!([]))), None);
        assert_eq!(said(r#"{"reason": "compiler-artifact"}"#), None);
        assert_eq!(said("   Compiling casework"), None);
    }
}
