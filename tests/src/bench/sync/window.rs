//! A new device in one window of signal: what its list shows before the signal is gone.

use std::{
    path::Path,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};
use ipc::{CaseFilter, Reply, Request};
use serde::{Deserialize, Serialize};

use crate::tablet::Tablet;

/// What was in the list.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Listed {
    /// Cases when the window closed, or when all were there.
    pub cases: u64,
    /// Milliseconds from the first packet of the enrolment until all were there, if they were.
    pub all_ms: Option<u64>,
}

/// Enrols a tablet in this folder and syncs it until its list shows so many cases or the window closes. The process has to end
/// afterwards: the exchange may still go on.
pub fn first_list(folder: &Path, hub: &str, code: &str, cases: u64, window: Duration) -> Result<Listed> {
    let tablet = Tablet::live_by_hand(folder);
    let began = Instant::now();
    tablet
        .enrol(hub, code)
        .map_err(|failure| anyhow::anyhow!("{failure:?}"))?;
    let device = std::sync::Arc::clone(tablet.device());
    thread::spawn(move || device.sync());
    let mut revision = 0;
    loop {
        let listed = listed(&tablet)?;
        if listed >= cases {
            let all_ms = u64::try_from(began.elapsed().as_millis()).ok();
            return Ok(Listed { cases: listed, all_ms });
        }
        if began.elapsed() >= window {
            return Ok(Listed {
                cases: listed,
                all_ms: None,
            });
        }
        revision = next_news(&tablet, revision, window.saturating_sub(began.elapsed()))?;
    }
}

fn listed(tablet: &Tablet) -> Result<u64> {
    let request = Request::Cases {
        filter: CaseFilter::default(),
        offset: 0,
        limit: 1,
    };
    let Reply::Cases(page) = tablet.ask(request) else {
        bail!("a list was asked for")
    };
    Ok(page.total.into())
}

/// Waits for the device to say that something changed, no longer than this.
fn next_news(tablet: &Tablet, after: u64, at_most: Duration) -> Result<u64> {
    let device = std::sync::Arc::clone(tablet.device());
    let (sender, news) = std::sync::mpsc::channel();
    thread::spawn(move || {
        // Nobody hears it any more when the window has closed.
        let _ = sender.send(device.call(Request::Watch { after }));
    });
    match news.recv_timeout(at_most) {
        Ok(Ok(Reply::Changed(changed))) => Ok(changed.revision),
        Ok(other) => bail!("watching was answered by {other:?}"),
        Err(_) => Ok(after),
    }
}
