//! TLS 1.3 by the hub itself, with the certificate of the `[tls]` table.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use protocol::Pin;
use rustls::crypto::aws_lc_rs::{Ticketer, default_provider};
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ParsedCertificate, ProducesTickets};
use rustls::version::TLS13;
use rustls::{NamedGroup, ServerConfig};
use serde::Deserialize;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use x509_cert::der::Decode;

/// Certificates of one file, at most.
const CERTIFICATES_MAX: usize = 8;
/// How often the files are looked at: a renewed certificate is taken without a restart.
const LOOK_EVERY: Duration = Duration::from_mins(1);
/// How long the greetings may take. On a bad link a packet may be a minute on its way.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_mins(2);

/// The `[tls]` table of `hub.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsConfig {
    /// The hub's certificate, and those between it and its issuer, as PEM.
    pub certificate: PathBuf,
    /// The hub's private key, as PEM.
    pub key: PathBuf,
    /// What devices are told to know the hub by when they enrol. Without it: the key where the file holds one certificate
    /// alone, nothing otherwise.
    pub pin: Option<PinTo>,
}

/// What a device knows a hub by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PinTo {
    /// The hub's own key. It must then outlive every certificate.
    Key,
    /// The key of the last certificate in the file: an authority of the state's own.
    Issuer,
    /// Whatever the device's system trusts.
    None,
}

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("{path} cannot be read: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: pem::Error,
    },
    /// A file holds no certificates, or too many.
    #[error("{path} must hold 1 to {CERTIFICATES_MAX} certificates as PEM")]
    Certificates {
        /// The file.
        path: PathBuf,
    },
    /// The certificate, or the key to it, cannot be used.
    #[error("the certificate cannot be used: {0}")]
    Unusable(#[from] rustls::Error),
}

impl From<TlsError> for io::Error {
    fn from(error: TlsError) -> Self {
        Self::other(error)
    }
}

impl TlsConfig {
    /// The certificates of the file, the hub's own first.
    fn chain(&self) -> Result<Vec<CertificateDer<'static>>, TlsError> {
        let path = &self.certificate;
        let failed = |source| TlsError::Read {
            path: path.clone(),
            source,
        };
        let read: Result<Vec<_>, _> = CertificateDer::pem_file_iter(path).map_err(failed)?.collect();
        let chain = read.map_err(failed)?;
        if (1..=CERTIFICATES_MAX).contains(&chain.len()) {
            Ok(chain)
        } else {
            Err(TlsError::Certificates { path: path.clone() })
        }
    }

    /// When the hub's certificate ends, in milliseconds since 1970.
    pub fn ends_ms(&self) -> Result<i64, TlsError> {
        let chain = self.chain()?;
        let own = chain.first().and_then(|own| x509_cert::Certificate::from_der(own).ok());
        let own = own.ok_or_else(|| TlsError::Certificates {
            path: self.certificate.clone(),
        })?;
        let ends = own.tbs_certificate.validity.not_after.to_unix_duration();
        Ok(i64::try_from(ends.as_millis()).unwrap_or(i64::MAX))
    }

    /// What devices are told to know the hub by.
    pub fn pin(&self) -> Result<Option<Pin>, TlsError> {
        let chain = self.chain()?;
        let alone = if chain.len() == 1 { PinTo::Key } else { PinTo::None };
        let certificate = match self.pin.unwrap_or(alone) {
            PinTo::Key => chain.first(),
            PinTo::Issuer => chain.last(),
            PinTo::None => None,
        };
        let Some(certificate) = certificate else {
            return Ok(None);
        };
        let parsed = ParsedCertificate::try_from(certificate)?;
        Ok(Some(Pin::of_public_key(&parsed.subject_public_key_info())))
    }

    fn server(&self, tickets: Arc<dyn ProducesTickets>) -> Result<ServerConfig, TlsError> {
        let key = PrivateKeyDer::from_pem_file(&self.key).map_err(|source| TlsError::Read {
            path: self.key.clone(),
            source,
        })?;
        let mut provider = default_provider();
        // What is listened to today must not be read by a quantum computer while the child still lives.
        provider
            .kx_groups
            .sort_by_key(|group| group.name() != NamedGroup::X25519MLKEM768);
        let mut config = ServerConfig::builder_with_provider(Arc::new(provider))
            .with_protocol_versions(&[&TLS13])?
            .with_no_client_auth()
            .with_single_cert(self.chain()?, key)?;
        config.ticketer = tickets;
        config.send_tls13_tickets = 1;
        Ok(config)
    }

    /// When either file was last written.
    fn written(&self) -> Option<(SystemTime, SystemTime)> {
        let written = |path: &Path| path.metadata().and_then(|file| file.modified()).ok();
        Some((written(&self.certificate)?, written(&self.key)?))
    }
}

/// Greets devices, with the certificate that lies there now.
pub(crate) struct Greeter {
    config: TlsConfig,
    /// With these a device comes back without the certificate being sent again.
    tickets: Arc<dyn ProducesTickets>,
    server: Mutex<Arc<ServerConfig>>,
}

impl fmt::Debug for Greeter {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Greeter")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

impl Greeter {
    pub(crate) fn new(config: TlsConfig) -> Result<Self, TlsError> {
        let tickets = Ticketer::new()?;
        let server = Arc::new(config.server(tickets.clone())?);
        Ok(Self {
            config,
            tickets,
            server: Mutex::new(server),
        })
    }

    /// The greetings; `None` where they come to no end, or to a bad one.
    pub(crate) async fn greet(&self, stream: TcpStream) -> Option<TlsStream<TcpStream>> {
        let server = self.server.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let greeted = tokio::time::timeout(HANDSHAKE_TIMEOUT, TlsAcceptor::from(server).accept(stream)).await;
        greeted.ok()?.ok()
    }

    /// Takes a certificate that was renewed, for as long as the hub runs. One that cannot be used is told of and passed over.
    pub(crate) async fn keep_up(&self) {
        let mut taken = self.config.written();
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let written = self.config.written();
            if written != taken {
                match self.renew() {
                    Ok(()) => tracing::info!("the certificate was renewed"),
                    Err(error) => tracing::error!(%error, "the certificate that was put in place is not taken"),
                }
                taken = written;
            }
        }
    }

    /// Takes what lies there now.
    pub(crate) fn renew(&self) -> Result<(), TlsError> {
        let server = Arc::new(self.config.server(self.tickets.clone())?);
        *self.server.lock().unwrap_or_else(PoisonError::into_inner) = server;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair};
    use rustls::{ClientConfig, RootCertStore};
    use tokio::net::TcpListener;
    use tokio_rustls::TlsConnector;

    use super::*;

    fn put(folder: &Path) -> CertificateDer<'static> {
        let pair = KeyPair::generate().unwrap();
        let parameters = CertificateParams::new(["localhost".to_owned()]).unwrap();
        let signed = parameters.self_signed(&pair).unwrap();
        std::fs::write(folder.join("cert.pem"), signed.pem()).unwrap();
        std::fs::write(folder.join("key.pem"), pair.serialize_pem()).unwrap();
        signed.der().clone()
    }

    /// Whether somebody who trusts this certificate alone is greeted.
    async fn greets(greeter: &Greeter, trusted: &CertificateDer<'static>) -> bool {
        let mut roots = RootCertStore::empty();
        roots.add(trusted.clone()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_protocol_versions(&[&TLS13])
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let to = listener.local_addr().unwrap();
        let client = async {
            let stream = TcpStream::connect(to).await.unwrap();
            let name = "localhost".try_into().unwrap();
            TlsConnector::from(Arc::new(config)).connect(name, stream).await.is_ok()
        };
        let server = async { greeter.greet(listener.accept().await.unwrap().0).await.is_some() };
        let (client, server) = tokio::join!(client, server);
        client && server
    }

    #[tokio::test]
    async fn a_renewed_certificate_is_taken_and_a_bad_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let first = put(folder.path());
        let config = TlsConfig {
            certificate: folder.path().join("cert.pem"),
            key: folder.path().join("key.pem"),
            pin: None,
        };
        let greeter = Greeter::new(config).unwrap();
        assert!(greets(&greeter, &first).await);
        let second = put(folder.path());
        assert!(greets(&greeter, &first).await, "nothing changes by itself");
        greeter.renew().unwrap();
        assert!(greets(&greeter, &second).await && !greets(&greeter, &first).await);
        std::fs::write(folder.path().join("cert.pem"), first_pem()).unwrap();
        assert!(greeter.renew().is_err(), "a key that is not the certificate's");
        assert!(greets(&greeter, &second).await);
    }

    fn first_pem() -> String {
        let pair = KeyPair::generate().unwrap();
        CertificateParams::new(["localhost".to_owned()])
            .unwrap()
            .self_signed(&pair)
            .unwrap()
            .pem()
    }
}
