//! A server that speaks S3, of another house: moto, which `cargo xtask setup` installs.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::support::eventually;

const NAME: &str = "vatsalya-media";

/// The server with an empty bucket. It is killed when this is dropped.
pub(crate) struct Bucket {
    child: Option<Child>,
    url: String,
    client: reqwest::blocking::Client,
}

impl Bucket {
    pub(crate) fn start() -> Self {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let child = Command::new(program())
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("moto is not installed, and this test needs its server: `cargo xtask setup` installs it");
        let bucket = Self {
            child: Some(child),
            url: format!("http://127.0.0.1:{port}"),
            client: reqwest::blocking::Client::new(),
        };
        let empty = || bucket.client.put(format!("{}/{NAME}", bucket.url)).send().ok();
        let made = eventually(empty);
        assert!(made.status().is_success(), "{made:?}");
        bucket
    }

    /// What a hub's configuration says of it.
    pub(crate) fn settings(&self) -> String {
        format!(
            "[media]\nbucket = '{NAME}'\nendpoint = '{}'\nregion = 'us-east-1'\naccess_key_id = 'invented'\n\
             secret_access_key = 'invented'\npatience_ms = 3000\n",
            self.url
        )
    }

    /// How many objects there are whose names begin so.
    pub(crate) fn objects(&self, prefix: &str) -> usize {
        let url = format!("{}/{NAME}?list-type=2&prefix={prefix}/", self.url);
        let listed = self.client.get(url).send().unwrap().text().unwrap();
        assert!(listed.contains("ListBucketResult"), "{listed}");
        listed.matches("<Key>").count()
    }

    pub(crate) fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
}

impl Drop for Bucket {
    fn drop(&mut self) {
        self.stop();
    }
}

fn program() -> PathBuf {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/tools/moto/bin/moto_server");
    std::env::var_os("VATSALYA_S3_SERVER").map_or_else(|| beside.into(), PathBuf::from)
}
