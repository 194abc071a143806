//! What an officer does in a window: look, press, write, choose a file.

use std::{fmt, fs, path::Path, time::Duration};

use anyhow::{Context as _, anyhow};
use fantoccini::{Locator, elements::Element, error::CmdError, key::Key};

use super::Window;

/// How long a screen may take to show what is waited for; many times what it takes on a slow machine.
const PATIENCE: Duration = Duration::from_secs(45);
/// How often it is looked for.
const LOOK_EVERY: Duration = Duration::from_millis(60);

/// Which element: a CSS selector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Css(String);

/// The element with this `data-test`.
pub fn hook(name: &str) -> Css {
    Css(format!("[data-test=\"{name}\"]"))
}

impl Css {
    /// An element by its name in HTML.
    pub fn element(name: &str) -> Self {
        Self(name.to_owned())
    }

    /// The same, with this attribute.
    #[must_use]
    pub fn with(&self, attribute: &str, value: &str) -> Self {
        Self(format!("{}[{attribute}=\"{value}\"]", self.0))
    }

    /// The same, where it has this attribute at all.
    #[must_use]
    pub fn having(&self, attribute: &str) -> Self {
        Self(format!("{}[{attribute}]", self.0))
    }

    /// An element inside it.
    #[must_use]
    pub fn inner(&self, inner: &Self) -> Self {
        Self(format!("{} {}", self.0, inner.0))
    }
}

impl fmt::Display for Css {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl From<&str> for Css {
    fn from(name: &str) -> Self {
        hook(name)
    }
}

impl Window {
    /// Waits until the element is there, and is shown.
    pub fn see(&self, what: impl Into<Css>) -> anyhow::Result<()> {
        let what = what.into();
        self.until(
            &format!("{what} is shown"),
            &format!(
                "const e = {}; return !!e && e.getClientRects().length > 0",
                query(&what)
            ),
        )
    }

    /// Waits until no such element is there.
    pub fn see_no(&self, what: impl Into<Css>) -> anyhow::Result<()> {
        let what = what.into();
        self.until(&format!("{what} is gone"), &format!("return !{}", query(&what)))
    }

    /// Waits until the element's text has these words in it.
    pub fn see_words(&self, what: impl Into<Css>, words: &str) -> anyhow::Result<()> {
        let what = what.into();
        let script = format!(
            "const e = {}; return !!e && e.innerText.includes({})",
            query(&what),
            quoted(words)
        );
        self.until(&format!("{what} says {words:?}"), &script)
    }

    /// Waits until the element (an input) has this value.
    pub fn see_value(&self, what: impl Into<Css>, value: &str) -> anyhow::Result<()> {
        let what = what.into();
        let script = format!(
            "const e = {}; return !!e && e.value === {}",
            query(&what),
            quoted(value)
        );
        self.until(&format!("{what} has the value {value:?}"), &script)
    }

    /// Waits until there are exactly so many.
    pub fn see_count(&self, what: impl Into<Css>, count: usize) -> anyhow::Result<()> {
        let what = what.into();
        let script = format!(
            "return document.querySelectorAll({}).length === {count}",
            quoted(&what.0)
        );
        self.until(&format!("there are {count} of {what}"), &script)
    }

    /// Whether the element is there now.
    pub fn has(&self, what: impl Into<Css>) -> anyhow::Result<bool> {
        let what = what.into();
        let asked = self.runtime.block_on(
            self.client()?
                .execute(&format!("return !!{}", query(&what)), Vec::new()),
        );
        Ok(self.told(asked, &format!("whether {what} is there"))? == serde_json::Value::Bool(true))
    }

    /// The element's text.
    pub fn text(&self, what: impl Into<Css>) -> anyhow::Result<String> {
        let what = what.into();
        let element = self.element(&what)?;
        self.told(self.runtime.block_on(element.text()), &format!("the text of {what}"))
    }

    /// An attribute of the element.
    pub fn attribute(&self, what: impl Into<Css>, name: &str) -> anyhow::Result<Option<String>> {
        let what = what.into();
        let element = self.element(&what)?;
        self.told(self.runtime.block_on(element.attr(name)), &format!("{name} of {what}"))
    }

    /// Presses the element.
    pub fn press(&self, what: impl Into<Css>) -> anyhow::Result<()> {
        let what = what.into();
        self.see(what.clone())?;
        self.see_at_rest(&what)?;
        let element = self.element(&what)?;
        self.told(self.runtime.block_on(element.click()), &format!("pressing {what}"))
    }

    /// Brings the element into sight and waits until it has stood in the same place for three frames: a page that still
    /// moves, because a part of it has just come or was scrolled to, would be pressed beside it.
    fn see_at_rest(&self, what: &Css) -> anyhow::Result<()> {
        let script = format!(
            "const done = arguments[0]; {}?.scrollIntoView({{ block: 'nearest', inline: 'nearest' }}); \
             const look = (last, calm) => {{ \
             const e = {}; const r = e && e.getBoundingClientRect(); const at = r ? `${{r.x}} ${{r.y}}` : ''; \
             if (at && calm >= 3) return done(); \
             requestAnimationFrame(() => look(at, at && at === last ? calm + 1 : 0)) }}; look('', 0)",
            query(what),
            query(what)
        );
        let rested = self.runtime.block_on(self.client()?.execute_async(&script, Vec::new()));
        self.told(rested, &format!("{what} stands still")).map(drop)
    }

    /// Writes into an input, in place of what stood there, and leaves it.
    pub fn write(&self, what: impl Into<Css>, text: &str) -> anyhow::Result<()> {
        let what = what.into();
        self.see(what.clone())?;
        let element = self.element(&what)?;
        // Over what stands there, in one go: emptying a field first would be an edit of its own.
        let select = format!("const e = {}; e.focus(); e.select()", query(&what));
        let client = self.client()?;
        let written = self.runtime.block_on(async {
            client.execute(&select, Vec::new()).await?;
            element.send_keys(text).await?;
            element.send_keys(&Key::Tab.to_string()).await
        });
        self.told(written, &format!("writing into {what}"))
    }

    /// Presses a key, or types letters, wherever the focus is.
    pub fn type_keys(&self, keys: &str) -> anyhow::Result<()> {
        let client = self.client()?;
        let typed = self
            .runtime
            .block_on(async { client.active_element().await?.send_keys(keys).await });
        self.told(typed, "typing where the focus is")
    }

    /// Goes on with Tab until the element has the focus, as somebody without a mouse does; never more often than there are places
    /// to come to.
    pub fn tab_to(&self, what: impl Into<Css>) -> anyhow::Result<()> {
        const TABS_MAX: usize = 120;
        let what = what.into();
        self.see(what.clone())?;
        let has_focus = format!("return document.activeElement === {}", query(&what));
        for _ in 0..TABS_MAX {
            if self.evaluate(&has_focus)? == true {
                return Ok(());
            }
            self.type_keys(&Key::Tab.to_string())?;
        }
        anyhow::bail!("{}: Tab does not come to {what}", self.name())
    }

    /// Chooses a file.
    pub fn choose_file(&self, what: impl Into<Css>, file: &Path) -> anyhow::Result<()> {
        let what = what.into();
        let element = self.element(&what)?;
        let path = file.to_str().context("a path of plain letters")?;
        self.told(
            self.runtime.block_on(element.send_keys(path)),
            &format!("choosing a file in {what}"),
        )
    }

    /// Brings an element into view, as one would by scrolling.
    pub fn scroll_to(&self, what: impl Into<Css>) -> anyhow::Result<()> {
        let what = what.into();
        self.see(what.clone())?;
        let script = format!("{}.scrollIntoView({{ block: 'center' }})", query(&what));
        let scrolled = self.runtime.block_on(self.client()?.execute(&script, Vec::new()));
        self.told(scrolled, &format!("scrolling to {what}")).map(drop)
    }

    /// Waits until the element is painted, and gives when by the machine's clock, in milliseconds since 1970.
    pub fn painted_at_ms(&self, what: impl Into<Css>) -> anyhow::Result<i64> {
        let what = what.into();
        let script = format!("const done = arguments[0]; {}", when_painted(&what, "done(Date.now())"));
        let client = self.client()?;
        let asked = self.runtime.block_on(async {
            let until = std::time::Instant::now() + PATIENCE;
            loop {
                match client.execute_async(&script, Vec::new()).await {
                    // A window that has only just been opened drops what it is asked when its page arrives.
                    Err(_) if std::time::Instant::now() < until => {}
                    other => return other,
                }
            }
        });
        let at = self.told(asked, &format!("{what} is painted"))?;
        at.as_i64().context("the page tells whole milliseconds")
    }

    /// Presses one element and measures, in the page, how long it takes until another is painted.
    pub fn time_from_press(&self, press: impl Into<Css>, until: impl Into<Css>) -> anyhow::Result<Duration> {
        let (press, until) = (press.into(), until.into());
        let script = format!(
            "const done = arguments[0]; const began = performance.now(); {}.click(); {}",
            query(&press),
            when_painted(&until, "done(performance.now() - began)")
        );
        let asked = self.runtime.block_on(self.client()?.execute_async(&script, Vec::new()));
        let took_ms = self.told(asked, &format!("{until} is painted after pressing {press}"))?;
        Ok(Duration::from_secs_f64(
            took_ms.as_f64().context("the page tells a number")? / 1_000.0,
        ))
    }

    /// Leaves a picture of the window.
    pub fn picture(&self, name: &str) -> anyhow::Result<()> {
        // Two frames later everything the page has decided to show is painted.
        const PAINTED: &str =
            "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done()))";
        let client = self.client()?;
        let png = self.runtime.block_on(async {
            client.execute_async(PAINTED, Vec::new()).await?;
            client.screenshot().await
        })?;
        Ok(fs::write(self.pictures().join(format!("{name}.png")), png)?)
    }

    /// The window as a picture.
    pub fn sight(&self) -> anyhow::Result<image::RgbImage> {
        let shot = self.runtime.block_on(self.client()?.screenshot());
        let png = self.told(shot, "a picture of the window")?;
        Ok(image::load_from_memory_with_format(&png, image::ImageFormat::Png)?.into_rgb8())
    }

    /// Makes the window so many pixels large.
    pub fn resize(&self, width: u32, height: u32) -> anyhow::Result<()> {
        let resized = self.runtime.block_on(self.client()?.set_window_size(width, height));
        self.told(resized, "the window takes another size")
    }

    /// What a script in the page gives back.
    pub fn evaluate(&self, script: &str) -> anyhow::Result<serde_json::Value> {
        let asked = self.runtime.block_on(self.client()?.execute(script, Vec::new()));
        self.told(asked, "a script in the page")
    }

    /// Loads the page once more.
    pub fn reload(&self) -> anyhow::Result<()> {
        let loaded = self.runtime.block_on(self.client()?.refresh());
        self.told(loaded, "the page is loaded again")
    }

    /// What hinders somebody in the page who does not see it or does not use a mouse, as `axe-core` finds it by the rules of
    /// WCAG 2.2 AA and good practice: the rule and where, for each. What lies behind a sheet is out of reach, and not looked at.
    pub fn hindrances(&self) -> anyhow::Result<Vec<String>> {
        let axe = fs::read_to_string(crate::places::axe())?;
        let script = format!(
            "{axe}; const done = arguments[0]; const open = document.querySelector('dialog[open]'); \
             window.axe.run(open ?? document, {{ resultTypes: ['violations'] }}).then( \
             found => done(found.violations.flatMap(one => one.nodes.map(node => \
                 `${{one.id}}: ${{node.target.join(' ')}} ${{node.failureSummary}}`))), \
             error => done([`axe: ${{error}}`]))"
        );
        let asked = self.runtime.block_on(self.client()?.execute_async(&script, Vec::new()));
        let found = self.told(asked, "the page is looked over")?;
        Ok(serde_json::from_value(found)?)
    }

    fn element(&self, what: &Css) -> anyhow::Result<Element> {
        let client = self.client()?;
        let waited = client
            .wait()
            .at_most(PATIENCE)
            .every(LOOK_EVERY)
            .for_element(Locator::Css(&what.0));
        self.told(self.runtime.block_on(waited), &format!("{what}"))
    }

    /// Waits until a script in the page says true.
    fn until(&self, what: &str, script: &str) -> anyhow::Result<()> {
        let client = self.client()?;
        let asked = self.runtime.block_on(async {
            let began = std::time::Instant::now();
            let mut looks = tokio::time::interval(LOOK_EVERY);
            while client.execute(script, Vec::new()).await? != serde_json::Value::Bool(true) {
                if began.elapsed() > PATIENCE {
                    return Err(CmdError::WaitTimeout);
                }
                looks.tick().await;
            }
            Ok(())
        });
        self.told(asked, what)
    }

    /// A failure with what was looked for, and a picture of what was there instead.
    fn told<T>(&self, result: Result<T, CmdError>, what: &str) -> anyhow::Result<T> {
        result.map_err(|error| {
            let left = format!("failed-{}", self.name());
            // The picture helps whoever reads the failure; without it the words remain.
            let _ = self.picture(&left);
            anyhow!(
                "{}: {what}: {error} {error:?} (see {left}.png in {}; the page says: {})",
                self.name(),
                self.pictures().display(),
                self.alerts()
            )
        })
    }

    /// The sentences with which the page tells that something went wrong, also those beyond the edge of a picture.
    fn alerts(&self) -> String {
        const ALERTS: &str = "return [...document.querySelectorAll('[role=\"alert\"], [data-test=\"error-message\"]')]\
                              .map(e => e.innerText).join(' | ')";
        let asked = self
            .client()
            .map(|client| self.runtime.block_on(client.execute(ALERTS, Vec::new())));
        asked.map_or_else(
            |error| error.to_string(),
            |told| told.map_or_else(|error| error.to_string(), |told| told.to_string()),
        )
    }
}

/// A script that looks in every frame whether the element is there; in the next one it has been painted.
fn when_painted(what: &Css, then: &str) -> String {
    format!(
        "const look = () => {{ const e = {}; \
         requestAnimationFrame(e && e.getClientRects().length > 0 ? () => {then} : look) }}; look()",
        query(what)
    )
}

fn query(what: &Css) -> String {
    format!("document.querySelector({})", quoted(&what.0))
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
