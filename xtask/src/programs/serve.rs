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
const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// A server that stops on drop.
pub(crate) struct Server {
    child: Child,
}

impl Server {
    /// Starts `keywright serve` with these options.
    pub(crate) fn start(binary: &Path, options: &[&str]) -> Result<Self> {
        let mut command = process::command(binary);
        command.arg("serve").args(options);
        println!("  $ {}", process::describe(&command));
        Ok(Self {
            child: command.spawn().context("can't start the server")?,
        })
    }

    /// Waits up to 30 seconds until the server accepts connections.
    pub(crate) fn wait_until_reachable(&mut self, address: &str) -> Result<()> {
        for _ in 0..300 {
            if let Some(status) = self.exit_status()? {
                bail!("the server exited during startup ({status})");
            }
            if TcpStream::connect(address).is_ok() {
                return Ok(());
            }
            thread::sleep(POLL_INTERVAL);
        }
        bail!("the server did not start listening on {address}")
    }

    /// Waits until the server exits, or stops it on Ctrl-C.
    pub(crate) fn wait(&mut self) -> Result<()> {
        loop {
            if interrupt::requested() {
                self.stop();
                return Ok(());
            }
            if let Some(status) = self.exit_status()? {
                // Ctrl-C may reach the server before xtask.
                thread::sleep(POLL_INTERVAL);
                if interrupt::requested() || status.success() {
                    return Ok(());
                }
                bail!("the server exited ({status})");
            }
            thread::sleep(POLL_INTERVAL);
        }
    }

    /// Returns the exit status if the server has exited.
    pub(crate) fn exit_status(&mut self) -> Result<Option<ExitStatus>> {
        self.child
            .try_wait()
            .context("can't query the server process")
    }

    /// Sends SIGTERM, and kills the server after ten seconds.
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
            thread::sleep(POLL_INTERVAL);
        }
        // Both fail only if the process has already exited.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Returns the address that `keywright serve` listens on with these options.
pub(crate) fn listen_address(options: &[&str]) -> String {
    let mut given = None;
    for (index, option) in options.iter().enumerate() {
        if *option == "--listen" {
            given = options.get(index + 1).map(|address| (*address).to_owned());
        } else if let Some(address) = option.strip_prefix("--listen=") {
            given = Some(address.to_owned());
        }
    }
    let address = given.or_else(|| env::var("KEYWRIGHT_LISTEN").ok());
    // A server that listens on all interfaces is also reachable on the loopback interface.
    address
        .unwrap_or_else(|| DEFAULT_ADDRESS.to_owned())
        .replace("0.0.0.0:", "127.0.0.1:")
}

/// Fails if the address is in use. Called before a build that takes minutes.
pub(crate) fn ensure_address_is_free(address: &str) -> Result<()> {
    match TcpListener::bind(address) {
        Ok(_) => Ok(()),
        Err(error) => bail!(
            "can't listen on {address} ({error}); choose another address, for example: -- --listen 127.0.0.1:4000"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_listen_option_determines_the_address() {
        assert_eq!(
            listen_address(&["--listen", "127.0.0.1:4000"]),
            "127.0.0.1:4000"
        );
        assert_eq!(
            listen_address(&["--data", "x", "--listen=0.0.0.0:80"]),
            "127.0.0.1:80"
        );
    }
}
