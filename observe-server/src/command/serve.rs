//! `observe serve`: the server, until it is told to stop.

use std::error::Error;
use std::io::Write as _;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use tokio::net::TcpListener;

use crate::api::{self, App, Keys, Room, Sessions, Shared, Throttle};
use crate::assets::Assets;
use crate::cli::Place;
use crate::query;
use crate::store::reprice;
use crate::store::retention::{self, Limits};
use crate::watch;

/// After how many taken ports it gives up.
const PORTS: u16 = 100;

#[derive(Args, Clone, Debug)]
pub(crate) struct Arguments {
    #[command(flatten)]
    place: Place,
    /// The port to listen on; when it is taken, the next free one. 0 for any.
    #[arg(long, default_value_t = 3030)]
    port: u16,
    /// The address to listen on. Others than this machine's own need OBSERVE_PUBLIC_KEY and OBSERVE_SECRET_KEY.
    #[arg(long, default_value = "127.0.0.1")]
    host: IpAddr,
    /// Open the page in a browser.
    #[arg(long)]
    open: bool,
    /// Acknowledge a request only when a power cut cannot take it any more.
    #[arg(long)]
    durable: bool,
    /// Remove traces that ended longer ago than this, such as 30d or 12h.
    #[arg(long, value_name = "TIME", value_parser = age)]
    retention: Option<i64>,
    /// Remove the oldest traces while the database is larger than this, such as 5GB or 500MB.
    #[arg(long, value_name = "SIZE", value_parser = size)]
    max_size: Option<u64>,
    /// Serve the page's files from a directory, while they are worked on.
    #[arg(long, value_name = "DIR", hide = true)]
    ui_dir: Option<PathBuf>,
}

impl Arguments {
    /// As they are, but with a browser.
    pub(crate) fn opening(mut self) -> Self {
        self.open = true;
        self
    }
}

pub(crate) fn run(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let result = runtime.block_on(serve(arguments));
    // What still looks something up need not be waited for: nothing is lost by it.
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    result
}

async fn serve(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    let keys = keys()?;
    let is_loopback = arguments.host.is_loopback();
    if !is_loopback && keys.is_none() {
        return Err(format!(
            "{} can be reached from other machines: set OBSERVE_PUBLIC_KEY and OBSERVE_SECRET_KEY, which clients must then send, \
             or leave --host away",
            arguments.host
        )
        .into());
    }
    let store = arguments.place.open(arguments.durable)?;
    let _serving = arguments.place.serve();
    let (listener, is_other) = listen(arguments.host, arguments.port).await?;
    let local = listener.local_addr()?;
    let address = format!("http://{local}");
    let watching = arguments.place.directories();
    let app = App {
        store: store.clone(),
        assets: arguments.ui_dir.map_or(Assets::Embedded, Assets::Folder),
        room: Room::new(),
        shared: Arc::new(Shared {
            address: address.clone(),
            is_loopback,
            keys,
            sessions: Sessions::new(local.port()),
            throttle: Throttle::default(),
            watching: watching.clone(),
        }),
    };
    tokio::spawn(retention::keep(store.clone(), Limits { age: arguments.retention, bytes: arguments.max_size }));
    tokio::spawn(reprice::follow(store.clone()));
    for dir in watching {
        tokio::spawn(watch::follow(store.clone(), dir));
    }
    let mut out = std::io::stdout().lock();
    if is_other {
        writeln!(out, "port {} is taken, so this is another", arguments.port)?;
    }
    writeln!(out, "observe {} at {address}", env!("CARGO_PKG_VERSION"))?;
    drop(out);
    if arguments.open {
        open(&address);
    }
    let service = api::router(app).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(stopped()).await?;
    Ok(())
}

fn age(text: &str) -> Result<i64, String> {
    query::duration(text)
        .filter(|age| *age > 0)
        .ok_or_else(|| format!("{text} is no time: write a number and s, m, h, d or w, such as 30d"))
}

fn size(text: &str) -> Result<u64, String> {
    let units = [("KB", 10), ("MB", 20), ("GB", 30), ("TB", 40), ("B", 0)];
    let upper = text.trim().to_ascii_uppercase();
    let read = units.iter().find_map(|(unit, shift)| {
        let number: u64 = upper.strip_suffix(unit)?.trim().parse().ok()?;
        number.checked_mul(1 << shift).filter(|bytes| *bytes > 0)
    });
    read.ok_or_else(|| format!("{text} is no size: write a number and KB, MB, GB or TB, such as 5GB"))
}

fn keys() -> Result<Option<Keys>, String> {
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    match (set("OBSERVE_PUBLIC_KEY"), set("OBSERVE_SECRET_KEY")) {
        (Some(public), Some(secret)) => Ok(Some(Keys { public, secret })),
        (None, None) => Ok(None),
        (Some(_), None) => Err("OBSERVE_PUBLIC_KEY is set but OBSERVE_SECRET_KEY is not: set both or none".to_owned()),
        (None, Some(_)) => Err("OBSERVE_SECRET_KEY is set but OBSERVE_PUBLIC_KEY is not: set both or none".to_owned()),
    }
}

/// Listens on the port, or on the next one that is free; says whether it is another.
async fn listen(host: IpAddr, port: u16) -> Result<(TcpListener, bool), Box<dyn Error>> {
    let last = if port == 0 { 0 } else { port.saturating_add(PORTS) };
    for candidate in port..=last {
        match TcpListener::bind(SocketAddr::new(host, candidate)).await {
            Ok(listener) => return Ok((listener, candidate != port)),
            Err(error) if error.kind() == std::io::ErrorKind::AddrInUse && candidate < last => {}
            Err(error) => return Err(format!("{host}:{candidate} cannot be listened on: {error}").into()),
        }
    }
    Err(format!("no port from {port} to {last} is free: choose one with --port").into())
}

/// Opens a browser where there is one. That there is none is no error.
fn open(address: &str) {
    let has_display = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some());
    let (program, arguments): (&str, &[&str]) = if cfg!(target_os = "macos") {
        ("open", &[])
    } else if cfg!(windows) {
        ("cmd", &["/C", "start", ""])
    } else if has_display {
        ("xdg-open", &[])
    } else {
        return;
    };
    let quiet = std::process::Stdio::null;
    let started = std::process::Command::new(program)
        .args(arguments)
        .arg(address)
        .stdin(quiet())
        .stdout(quiet())
        .stderr(quiet())
        .spawn();
    if let Ok(mut child) = started {
        // Waited for elsewhere, so that it does not stay as a zombie.
        std::thread::spawn(move || child.wait());
    }
}

async fn stopped() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = interrupt.await;
}
