//! The desktop's way in; a phone enters at [`vatsalya_field_lib::run`] directly.

// No console window beside the app on Windows.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

// What was read and written in the vault is not found in the memory of a locked app.
device::wipe_freed_memory!();

fn main() {
    vatsalya_field_lib::run();
}
