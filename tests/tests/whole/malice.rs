//! The hub as a process, under those who mean harm: it stays, its memory stays small, and an officer's tablet is served.

use std::{
    fs,
    io::Write as _,
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream},
    thread,
};

use casefile::DocumentKey;
use casework::{CaseId, Compartment, Role};
use protocol::{
    DocumentId, PROTOCOL_VERSION_MIN, UpMessage,
    limits::{CHANGE_BYTES_MAX, UP_BODY_BYTES_MAX},
    message::up::Upload,
};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use socket2::{Domain, Socket, Type};
use tests::{
    cluster,
    hub::Hub,
    scene::{Officer, Scene, new_case},
};

/// What the hub's memory may grow by, above what it has when nobody does anything.
const BYTES_ABOVE_IDLE_MAX: u64 = 256 << 20;
const IDLE_CONNECTIONS: usize = 10_000;

/// A line of what the system knows of the hub's memory, in bytes.
fn memory(hub: &Hub, line: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", hub.process_id().unwrap())).unwrap();
    let found = status.lines().find_map(|said| said.strip_prefix(line)).unwrap();
    let kilobytes = found.trim_matches([':', ' ', '\t']).trim_end_matches(" kB");
    kilobytes.trim().parse::<u64>().unwrap() * 1024
}

/// Does something to the hub, after which it serves an officer and has not grown beyond its limit on the way.
fn survives(scene: &Scene, officer: &Officer, what: &str, harm: impl FnOnce()) {
    officer.tablet.sync_well();
    let process = scene.hub.process_id().unwrap();
    let idle = memory(&scene.hub, "VmRSS");
    // From here on the largest is counted anew.
    fs::write(format!("/proc/{process}/clear_refs"), "5").unwrap();
    harm();
    officer.tablet.open_case(new_case("Munni Kisku"));
    officer.tablet.sync_well();
    assert_eq!(officer.tablet.status().waiting, 0, "{what}: an officer is served");
    let above = memory(&scene.hub, "VmHWM").saturating_sub(idle);
    println!("{what}: {} kB above idle", above / 1024);
    assert!(above < BYTES_ABOVE_IDLE_MAX, "{what}: {above} bytes above idle");
}

/// So many connections from another address, held in one of the ways in which nothing ever comes of them.
fn held(hub: &Hub, count: usize) -> Vec<TcpStream> {
    let elsewhere = SocketAddr::from((IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2)), 0));
    let connect = |n: usize| {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).ok()?;
        socket.bind(&elsewhere.into()).ok()?;
        socket.connect(&hub.address().into()).ok()?;
        let mut stream = TcpStream::from(socket);
        // One that was ended meanwhile takes nothing.
        let _ = match n % 3 {
            0 => Ok(()),
            1 => stream.write_all(b"POST /v1/sync HTTP/1.1\r\nhost: hub\r\nx-slow: "),
            _ => stream.write_all(b"POST /v1/sync HTTP/1.1\r\nhost: hub\r\ncontent-length: 90000\r\n\r\n\x01\x02"),
        };
        Some(stream)
    };
    (0..count).filter_map(connect).collect()
}

/// A change that would be a gigabyte if anybody unpacked it: automerge's packed chunk, of nothing but zeros.
fn packed_zeros() -> Vec<u8> {
    const MAGIC: [u8; 4] = [0x85, 0x6F, 0x4A, 0x83];
    const PACKED: u8 = 2;
    // A block of zeros that says so again and again.
    let zeros = miniz_oxide::deflate::compress_to_vec(&vec![0; 64 << 20], 9);
    let body = &zeros[..zeros.len().min(CHANGE_BYTES_MAX - 20)];
    let mut chunk = [&MAGIC[..], &[0; 4], &[PACKED]].concat();
    let mut length = body.len();
    while length > 0x7F {
        chunk.push(length.to_le_bytes()[0] | 0x80);
        length >>= 7;
    }
    chunk.push(u8::try_from(length).unwrap());
    chunk.extend(body);
    chunk
}

fn uploads(change: &[u8], count: u64) -> Vec<UpMessage> {
    let id = DocumentKey::case(CaseId::from_bytes([0xB0; 16]), Compartment::Core);
    let document = DocumentId(id.to_bytes());
    (1..=count)
        .flat_map(|n| Upload::of_change(PROTOCOL_VERSION_MIN, n, document, change))
        .map(UpMessage::from)
        .collect()
}

fn all_of_it(database: Option<&str>) {
    let scene = Scene::at(database);
    let officer = scene.officer("Asha Toppo", &Role::PoNic, 1);
    let mut hostile: Vec<_> = (2..6)
        .map(|seed| scene.author("Somebody", &Role::PoNic, seed))
        .collect();

    let files = rlimit::increase_nofile_limit(rlimit::INFINITY).unwrap();
    let room = usize::try_from(files).unwrap_or(usize::MAX).saturating_sub(500);
    let connections = IDLE_CONNECTIONS.min(room);
    survives(&scene, &officer, &format!("{connections} idle connections"), || {
        let held = held(&scene.hub, connections);
        assert_eq!(held.len(), connections);
        // The officer comes while they are held.
        officer.tablet.open_case(new_case("Birsa Munda"));
        officer.tablet.sync_well();
    });
    survives(
        &scene,
        &officer,
        "parcels that unpack to thousands of times their size",
        || {
            let bombs = uploads(&vec![0; 64 << 20], 8);
            hostile[0].say(&bombs).unwrap();
        },
    );
    survives(
        &scene,
        &officer,
        "changes that unpack to a thousand times their size",
        || {
            let bombs = uploads(&packed_zeros(), 40);
            hostile[1].say(&bombs).unwrap();
        },
    );
    survives(
        &scene,
        &officer,
        "forty bodies of bytes at once, as long as bodies may be",
        || {
            let mut random = StdRng::seed_from_u64(7);
            let body: Vec<u8> = (0..UP_BODY_BYTES_MAX).map(|_| random.random()).collect();
            thread::scope(|scope| {
                for one in 0..40 {
                    let (hostile, mut body) = (&hostile[one % 4], body.clone());
                    body[0] = one.to_le_bytes()[0];
                    // Whatever it hears, or the end of the connection.
                    scope.spawn(move || drop(hostile.post(body)));
                }
            });
        },
    );
    survives(
        &scene,
        &officer,
        "requests of as many parts as fit, none of which ends",
        || {
            thread::scope(|scope| {
                for author in &mut hostile {
                    scope.spawn(|| {
                        let mut random = StdRng::seed_from_u64(9);
                        let noise: Vec<u8> = (0..CHANGE_BYTES_MAX).map(|_| random.random()).collect();
                        let mut parts = uploads(&noise, 60);
                        // The last part of each is left out.
                        parts.retain(|message| match message {
                            UpMessage::Upload(upload) => upload.part + 1 < upload.parts,
                            _ => true,
                        });
                        drop(author.say(&parts));
                    });
                }
            });
        },
    );
}

#[test]
fn a_hub_lives_on_in_little_memory_whatever_is_thrown_at_it() {
    all_of_it(None);
}

#[test]
fn a_hub_on_postgresql_does_too() {
    all_of_it(Some(&cluster::shared().database()));
}
