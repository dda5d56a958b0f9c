//! The page, in a real browser, against the real program.
//!
//! Needs Chromium (or Chrome) and ChromeDriver: `apt-get install chromium chromium-driver`. Who has none sets
//! `OBSERVE_TEST_BROWSER=off`, and these tests say that they were left out; without it their absence is a failure.
//! `OBSERVE_SCREENSHOTS=1` writes the pictures of README.md into `docs/` anew.

mod access;
mod data;
mod hostile;
mod layout;
mod list;
mod live;
mod login;
mod media;
mod page;
#[path = "../program/mod.rs"]
#[expect(dead_code, reason = "shared with the tests of the commands")]
mod program;
mod screenshots;
mod trace;
mod views;

use page::Page;
use program::{Scratch, Server};

/// A server with nothing in it, and a browser.
struct Setting {
    server: Server,
    page: Page,
    scratch: Scratch,
}

impl Setting {
    /// `None` if the browser is left out.
    async fn new(name: &str) -> Option<Self> {
        let scratch = Scratch::new(name);
        if page::is_left_out() {
            return None;
        }
        let server = scratch.serve(&["--db", "observe.db", "--watch", "traces"]);
        let page = Page::start(&server.address, &scratch).await;
        Some(Self { server, page, scratch })
    }

    /// The same with traces in it, and the list of them on the screen.
    async fn with(name: &str, traces: &[data::Trace]) -> Option<Self> {
        let setting = Self::new(name).await?;
        data::send(&setting.server.address, traces).await;
        setting.page.go("/").await;
        let rows = traces.len().min(5);
        setting.page.until(&format!("document.querySelectorAll('.rows .row').length >= {rows}")).await;
        Some(setting)
    }

    /// Ends the browser properly, then the server.
    async fn end(self) {
        self.page.close().await;
    }
}
