//! Those who hold what they do not use keep nobody out.

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};

use casework::Compartment;
use protocol::Refusal;
use protocol::media::{MediaSize, path};
use socket2::{Domain, Socket, Type};

use crate::media::{caller, case_with_picture, picture};
use crate::support::{TestDevice, TestHub, document, eventually};

fn address(hub: &TestHub) -> SocketAddr {
    hub.url.trim_start_matches("http://").parse().unwrap()
}

/// A connection from another address of this machine.
fn from_elsewhere(hub: &TestHub) -> TcpStream {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    let elsewhere = SocketAddr::from((IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2)), 0));
    socket.bind(&elsewhere.into()).unwrap();
    socket.connect(&address(hub).into()).unwrap();
    socket.into()
}

/// Holds a connection in one of the ways in which nothing ever comes of it.
fn hold(mut stream: TcpStream, way: usize) -> TcpStream {
    // A connection that was ended meanwhile takes nothing.
    let _ = match way % 4 {
        0 => Ok(()),
        1 => stream.write_all(b"POST /v1/sync HTTP/1.1\r\nhost: hub\r\nx-slow: "),
        2 => stream.write_all(b"POST /v1/sync HTTP/1.1\r\nhost: hub\r\ncontent-length: 90000\r\n\r\n\x01\x02"),
        _ => stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: hub\r\n\r\n"),
    };
    stream
}

#[test]
fn idle_connections_and_slow_requests_keep_no_device_out() {
    let hub = TestHub::start_with("[limits]\nconnections = 24\n");
    let held: Vec<TcpStream> = (0..200).map(|n| hold(from_elsewhere(&hub), n)).collect();
    let mut worker = hub.officer("po_nic");
    worker.open_case();
    assert_eq!(worker.sync().verdicts.len(), 1);
    drop(held);

    // And while they keep coming.
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut held = Vec::new();
            while !over.load(Ordering::Relaxed) {
                held.push(hold(from_elsewhere(&hub), held.len()));
                if held.len() == 300 {
                    held.drain(..200);
                }
            }
        });
        for _ in 0..20 {
            worker.open_case();
            // A new connection each time.
            worker.client = reqwest::blocking::Client::new();
            assert_eq!(worker.sync().verdicts.len(), 1);
        }
        over.store(true, Ordering::Relaxed);
    });
}

/// A request of this device of which everything but the end is sent; it has arrived when its upload is in the log.
fn begun(hub: &TestHub, device: &mut TestDevice) -> TcpStream {
    let case = device.open_case();
    let body = device.body(device.open());
    let mut stream = TcpStream::connect(address(hub)).unwrap();
    let head = format!(
        "POST /v1/sync HTTP/1.1\r\nhost: hub\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&body[..body.len() - 1]).unwrap();
    let core = document(case, Compartment::Core);
    eventually(|| (hub.hub.storage.subject_documents(case).unwrap().contains(&core)).then_some(()));
    device.outbox.clear();
    stream
}

#[test]
fn requests_that_never_end_are_ended_by_the_next_of_the_same_author_and_keep_nobody_out() {
    let hub = TestHub::start_with("[limits]\nsyncs_at_once = 3\n");
    let (mut hostile, mut worker) = (hub.officer("po_nic"), hub.officer("po_nic"));
    let mut held: Vec<TcpStream> = (0..8).map(|_| begun(&hub, &mut hostile)).collect();
    worker.open_case();
    assert_eq!(worker.sync().verdicts.len(), 1);
    // The oldest heard nothing of it but the end.
    let mut said = Vec::new();
    held[0].read_to_end(&mut said).unwrap();
    let status = String::from_utf8_lossy(&said);
    assert!(status.starts_with("HTTP/1.1 400"), "{status}");
    // What had arrived of them stands, and their author goes on like everybody.
    hostile.open_case();
    let answer = hostile.sync();
    assert_eq!(answer.verdicts.len(), 1);
    assert_ne!(answer.reject, Some(Refusal::Unavailable));
}

#[test]
fn one_author_who_reads_nothing_of_what_they_ask_for_leaves_places_to_others() {
    let hub = TestHub::start_with("[limits]\nconnections = 12\n");
    let (mut hostile, mut worker) = (hub.officer("po_nic"), hub.officer("po_nic"));
    let bytes = picture(&vec![7; 4_000_000]);
    let (_, sha256) = case_with_picture(&mut hostile, &bytes);
    let up = caller(&mut hostile);
    up.begin(sha256, bytes.len());
    assert!(up.piece(sha256, 0, &bytes).status().is_success());
    let asked = format!(
        "GET {} HTTP/1.1\r\nhost: hub\r\nauthorization: Bearer {}\r\n\r\n",
        path(&sha256, MediaSize::Full),
        up.token
    );
    let held: Vec<TcpStream> = (0..40)
        .map(|_| {
            let mut stream = from_elsewhere(&hub);
            // One that was ended meanwhile takes nothing, and says nothing.
            if stream.write_all(asked.as_bytes()).is_ok() {
                let _ = stream.read(&mut [0; 12]);
            }
            stream
        })
        .collect();
    worker.client = reqwest::blocking::Client::new();
    worker.open_case();
    assert_eq!(worker.sync().verdicts.len(), 1);
    drop(held);
}
