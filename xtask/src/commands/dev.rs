//! `cargo xtask dev`: rebuilds and restarts whenever a source file changes.

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

const WATCHED: [&str; 8] = [
    "app",
    "crates",
    "frontend",
    "server",
    "style",
    "Cargo.lock",
    "Cargo.toml",
    "Trunk.toml",
];
const POLL: Duration = Duration::from_millis(300);

/// When each watched file was last changed.
type Snapshot = BTreeMap<PathBuf, SystemTime>;

/// Serves until Ctrl-C; while a build fails, the server of the last good one stays.
pub(crate) fn run(options: &[&str]) -> Result<()> {
    let address = serve::address(options);
    serve::require_free(&address)?;
    let mut server: Option<Server> = None;
    loop {
        let built_from = snapshot();
        match build() {
            Ok(binary) => {
                // One at a time: both would want the port and the data.
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
    // Not those of the whole run: nobody wants a table of every change of the day.
    let mut steps = Steps::default();
    binary::build(Mode::Development, &mut steps)
}

fn start(binary: &Path, options: &[&str], address: &str) -> Result<Server> {
    let mut server = Server::start(binary, options)?;
    match server.wait_until_reachable(address) {
        Ok(()) => println!("\n    Keywright runs on http://{address}; Ctrl-C ends it."),
        // What the programmer is working on may well be why; the next change may mend it.
        Err(error) => println!("\n    {error:#}\n    waiting for a change"),
    }
    Ok(server)
}

/// Returns false on Ctrl-C. Waits for a quiet moment, so that saving many files is one change.
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
        thread::sleep(POLL);
    }
}

fn snapshot() -> Snapshot {
    let mut files = Snapshot::new();
    for name in WATCHED {
        // A file that goes away while we look is a change that the next look will see.
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
