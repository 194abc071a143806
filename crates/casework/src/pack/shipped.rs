//! The packs that ship: the national one and the states', made part of device and hub at build time.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use super::{Mode, Pack, read};

/// Every file of the packs that ship, by path below `packs/`; the build script lists them.
const SHIPPED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/packs.rs"));

/// The files of one shipped pack (`national`, `states/br`), by path within it.
pub fn shipped_files(id: &str) -> BTreeMap<String, String> {
    let of = |(path, text): &(&str, &str)| {
        let path = path.strip_prefix(id)?.strip_prefix('/')?;
        Some((path.to_owned(), (*text).to_owned()))
    };
    SHIPPED.iter().filter_map(of).collect()
}

/// The states that have a shipped pack, by code.
pub fn shipped_states() -> impl Iterator<Item = &'static str> {
    SHIPPED
        .iter()
        .filter_map(|(path, _)| path.strip_prefix("states/")?.strip_suffix("/pack.toml"))
}

impl Pack {
    /// The national pack that ships with device and hub.
    pub fn national() -> &'static Self {
        static PACK: OnceLock<Pack> = OnceLock::new();
        PACK.get_or_init(|| {
            let reading = read::read(&shipped_files("national"), None, Mode::Shipped);
            reading
                .into_pack()
                .expect("the build stopped for a shipped pack with a mistake")
        })
    }

    /// The pack that ships for a state, by its code (`br`); the national one for a state without a pack of its own.
    pub fn of_state(code: &str) -> Arc<Self> {
        static PACKS: Mutex<BTreeMap<String, Arc<Pack>>> = Mutex::new(BTreeMap::new());
        let code = shipped_states().find(|state| *state == code).unwrap_or_default();
        let mut packs = PACKS.lock().unwrap_or_else(PoisonError::into_inner);
        let pack = packs.entry(code.to_owned()).or_insert_with(|| {
            let national = Self::national();
            if code.is_empty() {
                return Arc::new(national.clone());
            }
            let files = shipped_files(&format!("states/{code}"));
            let reading = read::read(&files, Some(national), Mode::Shipped);
            Arc::new(
                reading
                    .into_pack()
                    .expect("the build stopped for a shipped pack with a mistake"),
            )
        });
        Arc::clone(pack)
    }
}
