//! Word to the other processes that a log has grown, and hearing theirs.
//!
//! A notification within a writing transaction would make every commit of the database wait for every other. So it is
//! sent beside them: the districts that have grown are gathered, and told together at most once in an interval. The same
//! moment is used to link audit rows into their chain.

use std::collections::BTreeSet;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use deadpool_postgres::Pool;
use tokio::runtime::Runtime;
use tokio::sync::Notify;
use tokio_postgres::AsyncMessage;

use super::Postgres;
use super::audit::{Linked, link_waiting};
use super::connect::Link;
use super::error::{of, of_pool};
use crate::storage::{Ear, Notices, Result};

/// At most one notification for each process in this time, whatever is written.
const NOTICE_EVERY: Duration = Duration::from_millis(100);
/// Audit rows that a process left which died are linked by another within this time.
const LINK_EVERY: Duration = Duration::from_secs(1);
/// How long to wait before listening is tried again.
const LISTEN_AGAIN: Duration = Duration::from_secs(1);
const CHANNEL: &str = "vatsalya_growth";

/// Gathers what there is to tell.
#[derive(Default)]
pub(super) struct Crier {
    grown: Mutex<BTreeSet<String>>,
    anything: Notify,
    ear: Mutex<Option<Ear>>,
}

impl Crier {
    /// A piece of writing was committed; perhaps a district's log has grown.
    pub(super) fn cry(&self, district: Option<String>) {
        if let Some(district) = district {
            self.grown
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(district);
        }
        self.anything.notify_one();
    }

    fn take(&self) -> Vec<String> {
        let mut grown = self.grown.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *grown).into_iter().collect()
    }

    fn hear(&self, district: Option<&str>) {
        let ear = self.ear.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(ear) = ear {
            ear(district);
        }
    }
}

impl Notices for Postgres {
    fn on_growth(&self, ear: Ear) {
        *self.crier.ear.lock().unwrap_or_else(PoisonError::into_inner) = Some(ear);
    }
}

/// Tells and hears until the runtime ends.
pub(super) fn spawn(runtime: &Runtime, crier: Arc<Crier>, pool: Pool, link: Link) {
    runtime.spawn(tell(crier.clone(), pool));
    runtime.spawn(listen(crier, link));
}

async fn tell(crier: Arc<Crier>, pool: Pool) {
    loop {
        // Whether there was word or not: there may be rows to link.
        let _ = tokio::time::timeout(LINK_EVERY, crier.anything.notified()).await;
        // What fails is made good by whoever looks by themselves, and by the next who writes.
        match tell_once(&pool, crier.take()).await {
            Ok(Linked::All) => {}
            Ok(Linked::Some) => crier.anything.notify_one(),
            Err(error) => tracing::warn!(%error, "other processes could not be told of what was written"),
        }
        tokio::time::sleep(NOTICE_EVERY).await;
    }
}

async fn tell_once(pool: &Pool, grown: Vec<String>) -> Result<Linked> {
    let mut client = pool.get().await.map_err(of_pool)?;
    if !grown.is_empty() {
        let notify = client
            .prepare_cached("SELECT pg_notify($1, district) FROM unnest($2::text[]) AS district")
            .await
            .map_err(of)?;
        client.query(&notify, &[&CHANNEL, &grown]).await.map_err(of)?;
    }
    link_waiting(&mut client).await
}

async fn listen(crier: Arc<Crier>, link: Link) {
    loop {
        listen_once(&crier, &link).await;
        tokio::time::sleep(LISTEN_AGAIN).await;
    }
}

/// Hears until the connection ends.
async fn listen_once(crier: &Crier, link: &Link) {
    let Ok((client, mut connection)) = link.config.connect(link.tls.clone()).await else {
        return;
    };
    let hearing = async {
        while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
            if let AsyncMessage::Notification(notification) = message {
                crier.hear(Some(notification.payload()));
            }
        }
    };
    let asking = async {
        if client.batch_execute(&format!("LISTEN {CHANNEL}")).await.is_ok() {
            // What was told before this moment was not heard.
            crier.hear(None);
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = hearing => {}
        () = asking => {}
    }
}
