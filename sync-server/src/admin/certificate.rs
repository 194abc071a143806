//! A key and a certificate for a hub that no authority vouches for: devices know it by the key.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use rcgen::{CertificateParams, DnType, KeyPair};

/// `admin make-certificate`.
#[derive(Debug, Args)]
pub struct CertificateCommand {
    /// The names or addresses by which devices reach the hub.
    #[arg(required = true)]
    names: Vec<String>,
    /// Where the certificate goes.
    #[arg(long, default_value = "hub-cert.pem")]
    certificate: PathBuf,
    /// The private key; made where there is none. One that is there is kept: devices know the hub by it.
    #[arg(long, default_value = "hub-key.pem")]
    key: PathBuf,
}

/// Makes a certificate, and a key where there is none.
pub fn make_certificate(command: &CertificateCommand, out: &mut dyn Write) -> Result<()> {
    let CertificateCommand {
        names,
        certificate,
        key,
    } = command;
    if certificate.exists() {
        bail!(
            "{} is there already: move it away, or name another file",
            certificate.display()
        );
    }
    let (pair, made) = if key.exists() {
        let text = fs::read_to_string(key).with_context(|| format!("cannot read {}", key.display()))?;
        let pair = KeyPair::from_pem(&text);
        (
            pair.with_context(|| format!("{} holds no private key", key.display()))?,
            false,
        )
    } else {
        (KeyPair::generate()?, true)
    };
    let mut parameters = CertificateParams::new(names.clone()).context("one of these is no name of a machine")?;
    parameters
        .distinguished_name
        .push(DnType::CommonName, names[0].as_str());
    let signed = parameters.self_signed(&pair)?;
    if made {
        write_secret(key, &pair.serialize_pem())?;
        writeln!(
            out,
            "# {}: the private key. Keep a copy in a safe place: devices know the hub by it",
            key.display()
        )?;
    }
    fs::write(certificate, signed.pem()).with_context(|| format!("cannot write {}", certificate.display()))?;
    writeln!(out, "# in hub.toml:\n[tls]")?;
    writeln!(
        out,
        "certificate = {:?}\nkey = {:?}",
        certificate.display().to_string(),
        key.display().to_string()
    )?;
    Ok(())
}

/// Writes a new file that nobody else on the machine may read.
fn write_secret(path: &Path, text: &str) -> Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let written = options.open(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.with_context(|| format!("cannot write {}", path.display()))
}
