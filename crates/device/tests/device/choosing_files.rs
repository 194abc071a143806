//! Choosing a file by the platform's window.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
};

use casework::Role;
use device::FileChooser;
use ipc::{FailureCode, FilePurpose, Reply, Request};

use crate::bench::{Bench, Tablet};

/// A window in which the officer chooses what the test says.
#[derive(Default)]
struct Window {
    chosen: Mutex<Option<PathBuf>>,
    proposed: Mutex<Vec<String>>,
}

impl FileChooser for Window {
    fn is_there(&self) -> bool {
        true
    }

    fn save(&self, name: &str) -> Option<PathBuf> {
        self.proposed.lock().unwrap().push(name.to_owned());
        self.chosen.lock().unwrap().clone()
    }

    fn open(&self) -> Option<PathBuf> {
        self.chosen.lock().unwrap().clone()
    }
}

fn choose(tablet: &Tablet, purpose: FilePurpose) -> Result<Option<String>, FailureCode> {
    match tablet.call(Request::ChooseFile { purpose })? {
        Reply::FileChosen { path } => Ok(path),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_file_is_chosen_in_the_platforms_window_and_its_proposed_name_names_nobody() {
    let window = Arc::new(Window::default());
    let mut bench = Bench::new();
    bench.files = Arc::clone(&window) as Arc<dyn FileChooser>;
    let tablet = bench.tablet_of("Meera Joshi", Role::PoIc);
    assert!(tablet.on_start().file_chooser);
    assert_eq!(
        choose(&tablet, FilePurpose::NewBackup),
        Ok(None),
        "the officer went back"
    );
    *window.chosen.lock().unwrap() = Some("/media/stick/new.age".into());
    let path = Some("/media/stick/new.age".to_owned());
    assert_eq!(choose(&tablet, FilePurpose::NewBackup), Ok(path.clone()));
    assert_eq!(choose(&tablet, FilePurpose::Backup), Ok(path));
    let proposed = window.proposed.lock().unwrap().clone();
    assert_eq!(
        proposed,
        ["vatsalya-backup-2026-11-23.age", "vatsalya-backup-2026-11-23.age"]
    );
    tablet.call(Request::Lock).unwrap();
    assert_eq!(choose(&tablet, FilePurpose::Backup), Err(FailureCode::Locked));
    assert_eq!(
        window.proposed.lock().unwrap().len(),
        2,
        "nobody is asked on a locked tablet"
    );
}

#[test]
fn a_path_that_is_no_text_counts_as_none() {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStringExt as _;

        let window = Arc::new(Window::default());
        let mut bench = Bench::new();
        bench.files = Arc::clone(&window) as Arc<dyn FileChooser>;
        let tablet = bench.tablet_of("Meera Joshi", Role::PoIc);
        *window.chosen.lock().unwrap() = Some(PathBuf::from(std::ffi::OsString::from_vec(vec![b'/', 0xFF])));
        assert_eq!(choose(&tablet, FilePurpose::Backup), Ok(None));
    }
}

#[test]
fn where_the_platform_has_none_the_screen_is_told() {
    let bench = Bench::new();
    let tablet = bench.tablet_of("Meera Joshi", Role::PoIc);
    assert!(!tablet.on_start().file_chooser);
    assert_eq!(choose(&tablet, FilePurpose::NewBackup), Ok(None));
}
