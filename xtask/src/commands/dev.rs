//! `cargo xtask dev`: serves Keywright, and rebuilds and restarts it when a source file changes.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    thread,
    time::{Duration, SystemTime},
};

use anyhow::Result;

use crate::{
    interrupt,
    programs::{
        binary,
        serve::{self, Server},
    },
    site::Mode,
    steps::Steps,
    workspace,
};

const WATCHED_PATHS: [&str; 8] = [
    "app",
    "crates",
    "frontend",
    "server",
    "style",
    "Cargo.lock",
    "Cargo.toml",
    "Trunk.toml",
];
const POLL_INTERVAL: Duration = Duration::from_millis(300);

/// Modification time of each watched file.
type Snapshot = BTreeMap<PathBuf, SystemTime>;

/// Serves until Ctrl-C. If a build fails, the server of the last successful build keeps running.
pub(crate) fn run(options: &[&str]) -> Result<()> {
    let address = serve::listen_address(options);
    serve::ensure_address_is_free(&address)?;
    let mut server: Option<Server> = None;
    loop {
        let built_from = snapshot();
        match build() {
            Ok(binary) => {
                // Stop the old server first: both use the same port and data.
                drop(server.take());
                server = Some(start(&binary, options, &address)?);
            }
            Err(error) if interrupt::requested() => return Err(error),
            Err(error) => println!("\n    {error:#}\n    waiting for a change"),
        }
        if !wait_for_change(&built_from) {
            return Ok(());
        }
    }
}

fn build() -> Result<PathBuf> {
    // Separate from the steps of the whole run, which would end with a table of every rebuild.
    let mut steps = Steps::default();
    binary::build(Mode::Development, &mut steps)
}

fn start(binary: &Path, options: &[&str], address: &str) -> Result<Server> {
    let mut server = Server::start(binary, options)?;
    match server.wait_until_reachable(address) {
        Ok(()) => println!("\n    Keywright is running on http://{address}; press Ctrl-C to stop."),
        // The last change may be the cause, and the next change may fix it.
        Err(error) => println!("\n    {error:#}\n    waiting for a change"),
    }
    Ok(server)
}

/// Waits for a change and returns false on Ctrl-C. Two equal snapshots must follow each other, so
/// that saving many files counts as one change.
fn wait_for_change(built_from: &Snapshot) -> bool {
    let mut last = built_from.clone();
    loop {
        if interrupt::requested() {
            return false;
        }
        let current = snapshot();
        if current != *built_from && current == last {
            return true;
        }
        last = current;
        thread::sleep(POLL_INTERVAL);
    }
}

fn snapshot() -> Snapshot {
    let mut files = Snapshot::new();
    for name in WATCHED_PATHS {
        // A file that disappears during the scan appears as a change in the next snapshot.
        let _ = collect(&workspace::root().join(name), &mut files);
    }
    files
}

fn collect(path: &Path, files: &mut Snapshot) -> io::Result<()> {
    let metadata = fs::metadata(path)?;
    if metadata.is_dir() {
        for entry in fs::read_dir(path)? {
            collect(&entry?.path(), files)?;
        }
    } else {
        files.insert(path.to_path_buf(), metadata.modified()?);
    }
    Ok(())
}
