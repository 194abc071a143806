//! What Chromium alone can be told: how large the page is, and that whoever reads it wants nothing to move.

use fantoccini::wd::WebDriverCompatibleCommand;
use reqwest::{Method, Url};
use serde_json::{Value, json};

use super::Window;

/// A command of Chromium's own, beside those of WebDriver.
#[derive(Debug)]
struct Own {
    command: &'static str,
    parameters: Value,
}

impl WebDriverCompatibleCommand for Own {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, <Url as std::str::FromStr>::Err> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        let body = json!({ "cmd": self.command, "params": self.parameters });
        (Method::POST, Some(body.to_string()))
    }
}

impl Window {
    /// Makes the page of a browser so many pixels large, also where no window may be that narrow. `scale` is how many dots of
    /// the screen a pixel has on each side.
    pub fn page_of(&self, (width, height): (u32, u32), scale: u32) -> anyhow::Result<()> {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": scale, "mobile": false });
        self.own("Emulation.setDeviceMetricsOverride", size)
    }

    /// Whoever reads wants nothing to move.
    pub fn without_motion(&self) -> anyhow::Result<()> {
        let wish = json!({ "features": [{ "name": "prefers-reduced-motion", "value": "reduce" }] });
        self.own("Emulation.setEmulatedMedia", wish)
    }

    /// Goes to another address.
    pub fn visit(&self, address: &str) -> anyhow::Result<()> {
        Ok(self.runtime.block_on(self.client()?.goto(address))?)
    }

    /// Waits until letters and pictures are there, nobody is in a field, and what was decided to be shown is painted.
    pub fn settle(&self) -> anyhow::Result<()> {
        const SETTLED: &str = "const done = arguments[0]; document.activeElement?.blur(); \
            const pictures = [...document.images].map(picture => picture.decode().catch(() => {})); \
            Promise.all([document.fonts.ready, ...pictures]).then( \
            () => requestAnimationFrame(() => requestAnimationFrame(() => done())))";
        self.runtime
            .block_on(self.client()?.execute_async(SETTLED, Vec::new()))?;
        Ok(())
    }

    fn own(&self, command: &'static str, parameters: Value) -> anyhow::Result<()> {
        let command = Own { command, parameters };
        self.runtime.block_on(self.client()?.issue_cmd(command))?;
        Ok(())
    }
}
