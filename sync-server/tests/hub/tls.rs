//! TLS by the hub itself: 1.3 alone, resumed, renewed without a restart; and what configuration may leave plain.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;

use protocol::{HubUrl, Pin};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::server::ParsedCertificate;
use rustls::version::{TLS12, TLS13};
use rustls::{
    ClientConfig, ClientConnection, HandshakeKind, NamedGroup, RootCertStore, StreamOwned, SupportedProtocolVersion,
};
use sync_server::Config;
use sync_server::admin::{self, CertificateCommand};
use sync_server::config::ConfigError;

use crate::support::TestHub;

/// The files and the table that names them.
fn certificate(folder: &Path) -> String {
    let of = |name: &str| folder.join(name).display().to_string();
    let (certificate, key) = (of("cert.pem"), of("key.pem"));
    make(&["127.0.0.1", "--certificate", &certificate, "--key", &key]).unwrap();
    format!("[tls]\ncertificate = '{certificate}'\nkey = '{key}'\n")
}

fn make(arguments: &[&str]) -> anyhow::Result<String> {
    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        command: CertificateCommand,
    }
    let line = <Line as clap::Parser>::try_parse_from(std::iter::once("make").chain(arguments.iter().copied()))?;
    let mut out = Vec::new();
    admin::make_certificate(&line.command, &mut out)?;
    Ok(String::from_utf8(out)?)
}

fn client(trusted: &Path, versions: &[&'static SupportedProtocolVersion]) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(trusted).unwrap()).unwrap();
    let mut provider = rustls::crypto::aws_lc_rs::default_provider();
    // As a tablet's.
    provider
        .kx_groups
        .sort_by_key(|group| group.name() != NamedGroup::X25519MLKEM768);
    let config = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(versions)
        .unwrap();
    Arc::new(config.with_root_certificates(roots).with_no_client_auth())
}

type Greeted = (HandshakeKind, Vec<CertificateDer<'static>>, NamedGroup);

/// Asks whether the hub is well, and says how they greeted each other.
fn asks(config: &Arc<ClientConfig>, url: &str) -> std::io::Result<Greeted> {
    let address = url.strip_prefix("https://").unwrap();
    let name = ServerName::try_from("127.0.0.1").unwrap();
    let connection = ClientConnection::new(config.clone(), name).map_err(std::io::Error::other)?;
    let mut stream = StreamOwned::new(connection, TcpStream::connect(address)?);
    stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: hub\r\nconnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    let shown = stream.conn.peer_certificates().unwrap_or_default();
    let shown = shown.iter().map(|one| one.clone().into_owned()).collect();
    let group = stream.conn.negotiated_key_exchange_group().unwrap().name();
    Ok((stream.conn.handshake_kind().unwrap(), shown, group))
}

#[test]
fn tls_1_3_and_nothing_older_and_a_device_that_comes_back_is_known_again() {
    let folder = tempfile::tempdir().unwrap();
    let hub = TestHub::start_with(&certificate(folder.path()));
    let trusted = folder.path().join("cert.pem");
    let new = client(&trusted, &[&TLS13]);
    let (first, shown, group) = asks(&new, &hub.url).unwrap();
    assert_eq!(group, NamedGroup::X25519MLKEM768);
    let (second, ..) = asks(&new, &hub.url).unwrap();
    assert_eq!((first, second), (HandshakeKind::Full, HandshakeKind::Resumed));
    // It is the key that devices are told of.
    let key = ParsedCertificate::try_from(&shown[0])
        .unwrap()
        .subject_public_key_info();
    assert_eq!(hub.hub.config.pin().unwrap(), Some(Pin::of_public_key(&key)));
    asks(&client(&trusted, &[&TLS12]), &hub.url).unwrap_err();
    // In plain it says nothing at all.
    let mut plain = TcpStream::connect(hub.url.strip_prefix("https://").unwrap()).unwrap();
    plain.write_all(b"GET /healthz HTTP/1.1\r\nhost: hub\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP"), "{answer:?}");
}

#[test]
fn an_enrolment_link_says_what_the_hub_is_known_by() {
    let folder = tempfile::tempdir().unwrap();
    let hub = TestHub::start_with(&certificate(folder.path()));
    let user = hub.user("Asha Toppo", "po_nic");
    let pin = hub.hub.config.pin().unwrap();
    assert!(pin.is_some());
    assert_eq!(hub.link(user).hub.pin(), pin);
    let elsewhere: HubUrl = "https://hub.example:8443".parse().unwrap();
    let link = admin::enrol_link(&hub.hub, user, Some(elsewhere.clone())).unwrap();
    assert_eq!((link.hub.address(), link.hub.pin()), (elsewhere.address(), pin));
}

#[test]
fn what_is_pinned_follows_the_file_and_the_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let own = certificate(folder.path());
    let other = folder.path().join("issuer");
    std::fs::create_dir(&other).unwrap();
    certificate(&other);
    let read = |more: &str| {
        let path = folder.path().join("hub.toml");
        std::fs::write(&path, format!("data_dir = 'x'\n{own}{more}")).unwrap();
        Config::read(&path)
    };
    let of = |path: &Path| {
        let certificate = CertificateDer::from_pem_file(path).unwrap();
        let key = ParsedCertificate::try_from(&certificate)
            .unwrap()
            .subject_public_key_info();
        Some(Pin::of_public_key(&key))
    };
    let (cert, issuer) = (folder.path().join("cert.pem"), other.join("cert.pem"));
    assert_eq!(read("").unwrap().hub_url().unwrap().pin(), of(&cert));
    assert_eq!(read("pin = 'none'\n").unwrap().hub_url().unwrap().pin(), None);
    let chain = [std::fs::read(&cert).unwrap(), std::fs::read(&issuer).unwrap()].concat();
    let keys = (of(&cert), of(&issuer));
    std::fs::write(&cert, chain).unwrap();
    assert_eq!(read("").unwrap().hub_url().unwrap().pin(), None);
    assert_eq!(read("pin = 'key'\n").unwrap().hub_url().unwrap().pin(), keys.0);
    assert_eq!(read("pin = 'issuer'\n").unwrap().hub_url().unwrap().pin(), keys.1);
    std::fs::write(&cert, "nothing").unwrap();
    assert!(matches!(read(""), Err(ConfigError::Tls(_))));
}

#[test]
fn other_machines_speak_plain_http_only_through_a_proxy() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hub.toml");
    let read = |text: &str| {
        std::fs::write(&path, format!("data_dir = 'x'\nlisten = '0.0.0.0:8440'\n{text}")).unwrap();
        Config::read(&path)
    };
    assert!(matches!(read(""), Err(ConfigError::Plain(_))));
    let behind = read("behind_proxy = true\n").unwrap();
    assert_eq!(behind.hub_url().unwrap().as_str(), "https://0.0.0.0:8440");
    read(&certificate(folder.path())).unwrap();
}

#[test]
fn a_renewed_certificate_keeps_the_key_and_a_key_is_for_its_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    certificate(folder.path());
    let (cert, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    let before = std::fs::read(&key).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(key.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
    let (named, key_named) = (cert.display().to_string(), key.display().to_string());
    let again = ["hub.example", "--certificate", &named, "--key", &key_named];
    assert!(make(&again).unwrap_err().to_string().contains("is there already"));
    std::fs::remove_file(&cert).unwrap();
    make(&again).unwrap();
    assert_eq!(std::fs::read(&key).unwrap(), before);
    std::fs::write(&key, "nothing").unwrap();
    std::fs::remove_file(&cert).unwrap();
    assert!(make(&again).unwrap_err().to_string().contains("holds no private key"));
    assert!(!cert.exists());
}
