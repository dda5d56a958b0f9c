//! A browser, as a person uses it: addresses, keys, clicks, and what can then be read.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use thirtyfour::common::capabilities::chromium::ChromiumLikeCapabilities;
use thirtyfour::prelude::*;

use super::program::Scratch;

/// How long a page may take to show what it should, on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(40);

/// Keys, as WebDriver names them.
pub(crate) mod keys {
    pub(crate) const DOWN: &str = "\u{e015}";
    pub(crate) const END: &str = "\u{e010}";
    pub(crate) const ENTER: &str = "\u{e007}";
    pub(crate) const ESCAPE: &str = "\u{e00c}";
    pub(crate) const LEFT: &str = "\u{e012}";
    pub(crate) const RIGHT: &str = "\u{e014}";
    pub(crate) const TAB: &str = "\u{e004}";
}

/// Whether whoever runs the tests said that there is no browser.
pub(crate) fn is_left_out() -> bool {
    let off = std::env::var_os("OBSERVE_TEST_BROWSER").is_some_and(|value| value == "off");
    if off {
        eprintln!("left out: OBSERVE_TEST_BROWSER=off");
    }
    off
}

pub(crate) struct Page {
    driver: WebDriver,
    address: String,
    // After the session, which it serves.
    _chromedriver: Process,
}

/// ChromeDriver and the port it listens on; ended when dropped, and with it the browser of a test that failed.
struct Process(Child, u16);

impl Drop for Process {
    fn drop(&mut self) {
        // Killed, it would leave the browser behind.
        if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.1)) {
            let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
            let _ = stream.write_all(b"GET /shutdown HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            let _ = stream.read_to_end(&mut Vec::new());
        }
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        // ChromeDriver ends the session of a test that failed. Left to itself the driver would wait two minutes for that.
        let _ = self.driver.clone().leak();
    }
}

impl Page {
    pub(crate) async fn start(address: &str, scratch: &Scratch) -> Self {
        let (chromedriver, port) = chromedriver();
        let mut capabilities = DesiredCapabilities::chrome();
        let profile = format!("--user-data-dir={}", scratch.path().join("profile").display());
        let quiet = [
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ];
        let shown = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--force-device-scale-factor=1",
            "--lang=en-US",
            &profile,
        ];
        for argument in shown.iter().chain(&quiet) {
            capabilities.add_arg(argument).expect("an argument");
        }
        capabilities.set_binary(&chromium()).expect("a path");
        capabilities.as_mut().set("goog:loggingPrefs", json!({"browser": "ALL"})).expect("a capability");
        let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities).await.expect("a browser starts");
        let page = Self { driver, address: address.to_owned(), _chromedriver: chromedriver };
        page.screen(1280, 800).await;
        page
    }

    /// The size of what is seen.
    pub(crate) async fn screen(&self, width: u32, height: u32) {
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.driver.cdp().send_raw("Emulation.setDeviceMetricsOverride", size).await.expect("a size");
    }

    /// What the system prefers: `light` or `dark`.
    pub(crate) async fn prefer(&self, scheme: &str) {
        let media = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.driver.cdp().send_raw("Emulation.setEmulatedMedia", media).await.expect("a preference");
    }

    /// Whether the system asks for less motion.
    pub(crate) async fn prefer_less_motion(&self) {
        let media = json!({"features": [{"name": "prefers-reduced-motion", "value": "reduce"}]});
        self.driver.cdp().send_raw("Emulation.setEmulatedMedia", media).await.expect("a preference");
    }

    pub(crate) async fn double_click(&self, css: &str) {
        let element = self.driver.find(By::Css(css)).await.unwrap_or_else(|error| panic!("{css}: {error}"));
        self.driver.action_chain().double_click_element(&element).perform().await.expect("a double click");
    }

    pub(crate) async fn go(&self, path: &str) {
        self.driver.goto(format!("{}{path}", self.address)).await.expect("the page loads");
    }

    pub(crate) async fn reload(&self) {
        self.driver.refresh().await.expect("the page loads");
    }

    /// Path and query.
    pub(crate) async fn path(&self) -> String {
        self.value("location.pathname + location.search").await.as_str().expect("a path").to_owned()
    }

    /// What an expression is, in the page.
    pub(crate) async fn value(&self, expression: &str) -> Value {
        let script = format!("return ({expression});");
        let answer = self.driver.execute(script, Vec::new()).await;
        answer.unwrap_or_else(|error| panic!("{expression}: {error}")).json().clone()
    }

    /// Waits until an expression holds.
    #[track_caller]
    pub(crate) fn until<'a>(&'a self, expression: &'a str) -> impl Future<Output = Value> + 'a {
        let caller = std::panic::Location::caller();
        async move {
            let start = Instant::now();
            loop {
                let value = self.value(expression).await;
                if !matches!(value, Value::Null | Value::Bool(false)) {
                    return value;
                }
                if start.elapsed() > PATIENCE {
                    let shown = self.value("location.href + '\\n' + document.body.innerText.slice(0, 3000)").await;
                    panic!(
                        "{caller}: never came: {expression}\n{}\n{:?}",
                        shown.as_str().unwrap_or_default(),
                        self.complaints().await
                    );
                }
                tokio::time::sleep(Duration::from_millis(40)).await;
            }
        }
    }

    /// Waits until an element says something.
    #[track_caller]
    pub(crate) fn until_says<'a>(&'a self, css: &'a str, text: &'a str) -> impl Future<Output = ()> + 'a {
        let expression = format!(
            "[...document.querySelectorAll({})].some((e) => e.textContent.includes({}))",
            json!(css),
            json!(text)
        );
        let caller = std::panic::Location::caller();
        async move {
            let start = Instant::now();
            while self.value(&expression).await != Value::Bool(true) {
                if start.elapsed() > PATIENCE {
                    let shown = self.value("location.href + '\\n' + document.body.innerText.slice(0, 3000)").await;
                    panic!(
                        "{caller}: {css} never said {text:?}\n{}\n{:?}",
                        shown.as_str().unwrap_or_default(),
                        self.complaints().await
                    );
                }
                tokio::time::sleep(Duration::from_millis(40)).await;
            }
        }
    }

    /// The text of every such element.
    pub(crate) async fn texts(&self, css: &str) -> Vec<String> {
        let texts =
            self.value(&format!("[...document.querySelectorAll({})].map((e) => e.innerText)", json!(css))).await;
        serde_json::from_value(texts).expect("texts")
    }

    /// Presses keys, one after the other, wherever the focus is.
    pub(crate) async fn press(&self, keys: impl AsRef<str>) {
        self.driver
            .action_chain_with_delay(Some(Duration::ZERO), Some(Duration::ZERO))
            .send_keys(keys.as_ref())
            .perform()
            .await
            .expect("keys");
    }

    pub(crate) async fn click(&self, css: &str) {
        let element = self.driver.find(By::Css(css)).await.unwrap_or_else(|error| panic!("{css}: {error}"));
        element.click().await.unwrap_or_else(|error| panic!("{css}: {error}"));
    }

    /// Drags from one share of an element's width to another.
    pub(crate) async fn drag(&self, css: &str, from: f64, to: f64) {
        let element = self.driver.find(By::Css(css)).await.expect("what is dragged on");
        let width = element.rect().await.expect("its place").width;
        // From the middle, as WebDriver counts.
        let at = |share: f64| ((share - 0.5) * width).round() as i64;
        let chain = self.driver.action_chain_with_delay(Some(Duration::ZERO), Some(Duration::ZERO));
        let chain = chain.move_to_element_with_offset(&element, at(from), 0).click_and_hold();
        chain
            .move_by_offset(at((from + to) / 2.0) - at(from), 0)
            .move_by_offset(at(to) - at((from + to) / 2.0), 0)
            .release()
            .perform()
            .await
            .expect("a drag");
    }

    pub(crate) async fn picture(&self) -> Vec<u8> {
        self.driver.screenshot_as_png().await.expect("a picture")
    }

    /// What the page complained of: errors, and what its security policy refused.
    pub(crate) async fn complaints(&self) -> Vec<String> {
        let log = self.driver.browser_log().await.expect("the browser's log");
        log.iter().map(|entry| format!("{entry:?}")).filter(|entry| entry.to_uppercase().contains("SEVERE")).collect()
    }

    /// Ends the browser properly.
    pub(crate) async fn close(self) {
        self.driver.clone().quit().await.expect("the browser ends");
    }
}

/// Starts ChromeDriver on a port that it chooses.
fn chromedriver() -> (Process, u16) {
    let program = find(&["chromedriver"], "CHROMEDRIVER");
    let mut child = Command::new(&program)
        .args(["--port=0", "--log-level=SEVERE"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("ChromeDriver starts");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let port = lines.by_ref().map_while(Result::ok).find_map(|line| {
        let (_, rest) = line.split_once("started successfully on port ")?;
        rest.trim_end_matches('.').parse().ok()
    });
    std::thread::spawn(move || lines.for_each(drop));
    let port = port.expect("ChromeDriver says its port");
    (Process(child, port), port)
}

fn chromium() -> String {
    find(&["chromium", "chromium-browser", "google-chrome"], "CHROMIUM").display().to_string()
}

/// A program, by a variable or in the path.
fn find(names: &[&str], variable: &str) -> PathBuf {
    if let Some(path) = std::env::var_os(variable) {
        return path.into();
    }
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&paths)
        .flat_map(|dir| names.iter().map(move |name| dir.join(name)))
        .find(|path| path.is_file());
    found.unwrap_or_else(|| {
        panic!(
            "there is no {}: `apt-get install chromium chromium-driver`, or name it in {variable}, or leave the tests of the page out with OBSERVE_TEST_BROWSER=off",
            names[0]
        )
    })
}
