use super::Sqlite;
use crate::storage::{Ear, Notices};

/// One process serves a file; `admin` beside it is heard of when the hub looks.
impl Notices for Sqlite {
    fn on_growth(&self, _ear: Ear) {}
}
