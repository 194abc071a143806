//! Tells the device what the window does, and lets it look now and then whether anybody is there.

use std::{
    sync::{Arc, Weak, mpsc},
    time::Duration,
};

use device::Device;
use tauri::{Manager as _, WindowEvent};

/// How often the device looks whether it is time to lock.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Starts the thread that looks. It ends with the device.
pub(crate) fn start(device: &Arc<Device>) -> std::io::Result<()> {
    let device: Weak<Device> = Arc::downgrade(device);
    let thread = std::thread::Builder::new().name("watch".into());
    thread.spawn(move || {
        // Nobody sends: the channel is there for its timeout.
        let (_kept, nothing) = mpsc::channel::<()>();
        while let Err(mpsc::RecvTimeoutError::Timeout) = nothing.recv_timeout(LOOK_EVERY) {
            let Some(device) = device.upgrade() else { return };
            device.watch_over();
        }
    })?;
    Ok(())
}

/// What the window tells: whether the app is in sight. A window that was never given the focus (as under a driver) says
/// nothing, and counts as in sight.
pub(crate) fn window_event(app: &tauri::AppHandle, event: &WindowEvent) {
    if let WindowEvent::Focused(focused) = event
        && let Some(device) = app.try_state::<Arc<Device>>()
    {
        device.in_sight(*focused);
    }
}
