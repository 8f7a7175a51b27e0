//! A running `keywright serve`.

use std::{
    env,
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, ExitStatus},
    thread,
    time::Duration,
};

use anyhow::{Context, Result, bail};

use crate::{interrupt, process};

const DEFAULT_ADDRESS: &str = "127.0.0.1:3000";
const POLL: Duration = Duration::from_millis(100);

/// A server that ends when this is dropped.
pub(crate) struct Server {
    child: Child,
}

impl Server {
    /// Starts `keywright serve` with the options.
    pub(crate) fn start(binary: &Path, options: &[&str]) -> Result<Self> {
        let mut command = process::command(binary);
        command.arg("serve").args(options);
        println!("  $ {}", process::describe(&command));
        Ok(Self {
            child: command.spawn().context("can't start the server")?,
        })
    }

    /// Waits until the server takes connections, half a minute at most.
    pub(crate) fn wait_until_reachable(&mut self, address: &str) -> Result<()> {
        for _ in 0..300 {
            if let Some(status) = self.exited()? {
                bail!("the server ended while it was starting ({status})");
            }
            if TcpStream::connect(address).is_ok() {
                return Ok(());
            }
            thread::sleep(POLL);
        }
        bail!("the server does not listen on {address}")
    }

    /// Waits until the server ends, by itself or because of Ctrl-C.
    pub(crate) fn wait(&mut self) -> Result<()> {
        loop {
            if interrupt::requested() {
                self.stop();
                return Ok(());
            }
            if let Some(status) = self.exited()? {
                // Ctrl-C reaches the server first.
                thread::sleep(POLL);
                if interrupt::requested() || status.success() {
                    return Ok(());
                }
                bail!("the server ended ({status})");
            }
            thread::sleep(POLL);
        }
    }

    /// How the server ended, if it has.
    pub(crate) fn exited(&mut self) -> Result<Option<ExitStatus>> {
        self.child.try_wait().context("lost the server's process")
    }

    /// Asks the server to end, and ends it after ten seconds.
    pub(crate) fn stop(&mut self) {
        let ended = |child: &mut Child| !matches!(child.try_wait(), Ok(None));
        if ended(&mut self.child) {
            return;
        }
        let id = self.child.id().to_string();
        let asked = process::output(process::command("kill").args(["-TERM", &id]));
        for _ in 0..100 {
            if asked.is_err() || ended(&mut self.child) {
                break;
            }
            thread::sleep(POLL);
        }
        // Both fail only when the process is gone.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The address that `keywright serve` will listen on with these options.
pub(crate) fn address(options: &[&str]) -> String {
    let mut given = None;
    for (index, option) in options.iter().enumerate() {
        if *option == "--listen" {
            given = options.get(index + 1).map(|address| (*address).to_owned());
        } else if let Some(address) = option.strip_prefix("--listen=") {
            given = Some(address.to_owned());
        }
    }
    let address = given.or_else(|| env::var("KEYWRIGHT_LISTEN").ok());
    // To listen everywhere is to be reachable here, too.
    address
        .unwrap_or_else(|| DEFAULT_ADDRESS.to_owned())
        .replace("0.0.0.0:", "127.0.0.1:")
}

/// Fails if something else listens there already: better now than after minutes of building.
pub(crate) fn require_free(address: &str) -> Result<()> {
    match TcpListener::bind(address) {
        Ok(_) => Ok(()),
        Err(error) => bail!(
            "can't listen on {address} ({error}); choose another one, for example: -- --listen 127.0.0.1:4000"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_that_of_the_last_listen_option() {
        assert_eq!(address(&["--listen", "127.0.0.1:4000"]), "127.0.0.1:4000");
        assert_eq!(
            address(&["--data", "x", "--listen=0.0.0.0:80"]),
            "127.0.0.1:80"
        );
    }
}
