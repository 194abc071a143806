//! A real window of the app, driven through WebDriver as an officer's hand would: `tauri-driver` in front of the web
//! view's own driver. Everything waits for an element or a state, and gives up at a deadline with a picture left behind.

mod driver;
mod microphone;
mod page;
mod still;

pub use driver::Window;
pub use microphone::Microphone;
pub use page::{Css, hook};
