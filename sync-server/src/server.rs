//! The running hub: sockets, workers, and a graceful end.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::crowd::Crowd;
use crate::hub::Hub;
use crate::tls::Greeter;
use crate::{channel, duty, http, institutions, keeping, project};
use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};

/// The head of a request must be there by then; a body may take its time.
const HEADER_TIMEOUT: Duration = Duration::from_secs(30);
/// How long requests on their way may take to end when the hub stops.
const END_TIMEOUT: Duration = Duration::from_secs(10);

/// A hub that listens.
#[derive(Debug)]
pub struct Server {
    hub: Arc<Hub>,
    router: Router,
    listener: TcpListener,
    /// Where it speaks TLS itself.
    greeter: Option<Arc<Greeter>>,
    /// Where whoever runs the hub asks how it is.
    watch: Option<TcpListener>,
}

impl Server {
    /// Listens where the configuration says. The process may have as many files open from then on as it ever may: each
    /// connection is one.
    pub async fn bind(hub: Arc<Hub>) -> io::Result<Self> {
        if let Err(error) = rlimit::increase_nofile_limit(rlimit::INFINITY) {
            tracing::warn!(%error, "the limit of open files stays as it is");
        }
        let router = http::router(hub.clone())?;
        let greeter = hub.config.tls.clone().map(Greeter::new).transpose()?.map(Arc::new);
        let listener = TcpListener::bind(hub.config.listen).await?;
        let watch = match hub.config.watch {
            Some(watch) => Some(TcpListener::bind(watch.listen).await?),
            None => None,
        };
        Ok(Self {
            hub,
            router,
            listener,
            greeter,
            watch,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Where whoever runs the hub asks how it is.
    pub fn watch_address(&self) -> Option<SocketAddr> {
        self.watch.as_ref().and_then(|watch| watch.local_addr().ok())
    }

    /// Where it listens, as a device would say it.
    pub fn url(&self) -> io::Result<String> {
        let scheme = if self.greeter.is_some() { "https" } else { "http" };
        Ok(format!("{scheme}://{}", self.address()?))
    }

    /// Serves until `stop` comes true, then lets what is on its way end.
    pub async fn run(mut self, stop: impl Future<Output = ()>) {
        self.start_workers();
        let watching = self.watch.take().map(|watch| {
            let router = http::watch_router(self.hub.clone());
            tokio::spawn(async move { axum::serve(watch, router).await })
        });
        let crowd = Crowd::new(self.hub.config.limits.connections);
        let graceful = GracefulShutdown::new();
        if let Some(greeter) = self.greeter.clone() {
            tokio::spawn(async move { greeter.keep_up().await });
        }
        tokio::pin!(stop);
        loop {
            let accepted = tokio::select! {
                () = &mut stop => break,
                () = self.hub.to_go_back.notified() => break,
                accepted = accept(&self.listener) => accepted,
            };
            // Where all places are taken by people who are known, the door stays shut: they will come again.
            let Some((stream, peer, place)) =
                accepted.and_then(|(stream, peer)| Some((stream, peer, crowd.enter(peer.ip())?)))
            else {
                continue;
            };
            // Frames are small and each is waited for.
            let _ = stream.set_nodelay(true);
            let (router, watcher, greeter) = (self.router.clone(), graceful.watcher(), self.greeter.clone());
            tokio::spawn(async move {
                let router = router.layer(axum::Extension(place.acquaintance()));
                let served = async {
                    // A connection that breaks is every day's business on a bad link.
                    let _ = match greeter {
                        None => watcher.watch(connection(stream, peer, router)).await,
                        Some(greeter) => match greeter.greet(stream).await {
                            Some(stream) => watcher.watch(connection(stream, peer, router)).await,
                            None => Ok(()),
                        },
                    };
                };
                tokio::select! {
                    () = served => {}
                    () = place.is_needed() => {}
                }
            });
        }
        self.hub.changed.stop();
        self.hub.to_deliver.stop();
        self.hub.to_keep.stop();
        self.hub.to_ask.stop();
        // Whoever waits to hear of a referral is let go, and comes again.
        self.hub.bells.stop();
        // Nobody new is let in; how the end goes can be watched until it has come.
        drop(self.listener);
        let _ = tokio::time::timeout(END_TIMEOUT, graceful.shutdown()).await;
        if let Some(watching) = watching {
            watching.abort();
        }
    }

    fn start_workers(&self) {
        let hub = self.hub.clone();
        std::thread::spawn(move || {
            if let Err(error) = institutions::found_missing(&hub, hub.clock.now_ms()) {
                tracing::error!(%error, "an institution has no document yet; it will be tried at the next start");
            }
            project::run(&hub);
        });
        let hub = self.hub.clone();
        std::thread::spawn(move || keeping::run(&hub));
        let hub = self.hub.clone();
        std::thread::spawn(move || duty::run(&hub));
        for (channel, config) in channel::configured(&self.hub) {
            let (hub, config) = (self.hub.clone(), config.clone());
            std::thread::spawn(move || channel::run(&hub, channel.code, config));
        }
    }
}

/// The next connection.
async fn accept(listener: &TcpListener) -> Option<(TcpStream, SocketAddr)> {
    match listener.accept().await {
        Ok(accepted) => Some(accepted),
        Err(error) => {
            // Out of file descriptors, most likely: some will be free again soon.
            tracing::warn!(%error, "a connection could not be taken");
            tokio::time::sleep(Duration::from_millis(100)).await;
            None
        }
    }
}

fn connection<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    peer: SocketAddr,
    router: Router,
) -> impl hyper_util::server::graceful::GracefulConnection<Error = hyper::Error> {
    let router = router.layer(axum::Extension(http::Peer(peer)));
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router))
}
