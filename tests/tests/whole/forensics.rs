//! A locked tablet gives nothing away: of 200 canaries, names, notes, captions and the bytes of pictures, none is found
//! in any file that the app leaves, in the hub's log, among new temporary files, or in the memory of the locked process.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use casework::Role;
use ipc::{PictureSize, Reply, Request};
use tests::{
    canary::{CANARIES, canary, count, mark},
    places,
    scene::Scene,
    tablet::{PASSPHRASE, Tablet},
};

/// A run of a picture's bytes that is looked for: long enough to be found nowhere by chance.
const RUN: usize = 24;

/// What the process holds in memory that is its own.
#[cfg(target_os = "linux")]
fn memory(process: u32) -> Vec<(String, Vec<u8>)> {
    let maps = fs::read_to_string(format!("/proc/{process}/maps")).unwrap();
    let mut memory = File::open(format!("/proc/{process}/mem")).unwrap();
    let mut parts = Vec::new();
    for line in maps
        .lines()
        .filter(|line| line.contains(" rw") && !line.contains("[vvar"))
    {
        let (from, to) = line.split_once(' ').unwrap().0.split_once('-').unwrap();
        let number = |text| u64::from_str_radix(text, 16).unwrap();
        let mut part = vec![0; usize::try_from(number(to) - number(from)).unwrap()];
        memory.seek(SeekFrom::Start(number(from))).unwrap();
        // What was never touched cannot be read, and holds nothing.
        if memory.read_exact(&mut part).is_ok() {
            parts.push((line.to_owned(), part));
        }
    }
    parts
}

fn files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => files(&path, into),
            Ok(kind) if kind.is_file() => into.push(path),
            _ => {}
        }
    }
}

/// Runs of bytes of every size of every picture on the tablet.
fn picture_runs(tablet: &Tablet) -> Vec<Vec<u8>> {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let mut runs = Vec::new();
    for card in tablet.cases() {
        for attachment in tablet.case(card.case).attachments {
            for size in [PictureSize::Thumb, PictureSize::Field, PictureSize::Full] {
                let request = Request::Picture {
                    case: card.case,
                    attachment: attachment.row,
                    size,
                };
                let Reply::Picture { jpeg } = tablet.ask(request) else {
                    panic!("a picture by a picture")
                };
                let bytes = STANDARD.decode(jpeg).unwrap();
                // Behind the tables, which many pictures share, where it is like nothing else.
                let behind = bytes[bytes.len() / 3..].windows(RUN);
                let run = behind.max_by_key(|run| run.iter().collect::<BTreeSet<_>>().len());
                runs.push(run.unwrap().to_vec());
            }
        }
    }
    runs
}

#[test]
fn a_locked_tablet_gives_nothing_away_in_files_logs_and_memory() {
    let scene = Scene::new();
    let officer = scene.officer_with(Tablet::by_hand(71), &scene.hub.url(), "Asha Toppo", &Role::PoNic);
    officer.tablet.ask(Request::Lock);
    let folder = officer.tablet.folder().to_path_buf();
    let temporary = tempfile::tempdir().unwrap();
    let mut process = Command::new(places::program("canary-session"))
        .arg("--data-dir")
        .arg(&folder)
        .env("TMPDIR", temporary.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let mut go_on = process.stdin.take().unwrap();
    assert_eq!(lines.next().unwrap().unwrap(), "open");
    let open = memory(process.id());
    go_on.write_all(b"\n").unwrap();
    assert_eq!(lines.next().unwrap().unwrap(), "locked");
    let locked = memory(process.id());
    go_on.write_all(b"\n").unwrap();
    process.wait().unwrap();

    let mut left = Vec::new();
    files(&folder, &mut left);
    files(temporary.path(), &mut left);
    left.push(scene.hub.log());
    let left: Vec<(PathBuf, Vec<u8>)> = left
        .into_iter()
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect();

    officer.tablet.unlock(PASSPHRASE).unwrap();
    let mut needles: Vec<Vec<u8>> = (0..CANARIES).map(|number| canary(number).into_bytes()).collect();
    let pictures = picture_runs(&officer.tablet);
    assert!(pictures.len() > 50);
    needles.extend(pictures);

    let in_memory = |parts: &[(String, Vec<u8>)]| -> Vec<String> {
        let found = parts.iter().map(|(place, part)| (place, count(part, &needles)));
        let found = found.filter(|(_, count)| *count > 0);
        found.map(|(place, count)| format!("{count} in {place}")).collect()
    };
    let open = in_memory(&open);
    assert!(
        !open.is_empty(),
        "an open vault is in memory: the search finds what there is"
    );
    assert_eq!(
        in_memory(&locked),
        Vec::<String>::new(),
        "of {} canaries",
        needles.len()
    );
    let mark = vec![mark().into_bytes()];
    for (path, bytes) in &left {
        assert_eq!(count(bytes, &needles), 0, "{} holds a canary", path.display());
        assert_eq!(count(bytes, &mark), 0, "{} holds a canary's mark", path.display());
    }
    assert!(left.len() > 3, "the files were found");
}
