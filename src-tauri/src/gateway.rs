//! The one command.

use std::sync::Arc;

use device::Device;
use ipc::{Failure, FailureCode, Reply, Request};
use tauri::State;

/// Hands a call of the screen to the device, on a thread that may wait for disk and network.
#[tauri::command]
pub(crate) async fn call(device: State<'_, Arc<Device>>, request: Request) -> Result<Reply, Failure> {
    let device = Arc::clone(&device);
    let answer = tauri::async_runtime::spawn_blocking(move || {
        // A tablet that slept, or lay about, is locked before it answers anything.
        device.watch_over();
        device.call(request)
    })
    .await;
    // A panic inside a call is a fault of the app; the window and everything saved stay.
    answer.unwrap_or_else(|_| Err(FailureCode::Fault.into()))
}
