//! The desktop's way in; a phone enters at [`vatsalya_field_lib::run`] directly.

// No console window beside the app on Windows.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() {
    vatsalya_field_lib::run();
}
