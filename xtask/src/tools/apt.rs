//! Debian packages and other tasks that need root.

use std::{process::Command, sync::OnceLock};

use anyhow::{Result, bail};

use crate::{process, steps::Steps};

/// Installs Debian packages. If that is not possible, the error contains the manual command.
pub(crate) fn install(packages: &[&str], steps: &mut Steps) -> Result<()> {
    let list = packages.join(" ");
    if process::find_on_path("apt-get").is_none() {
        bail!("apt-get is missing; install these packages manually (Debian names): {list}");
    }
    let Some(mut update) = as_root("apt-get") else {
        bail!("root is required; run: apt-get install --no-install-recommends {list}");
    };
    steps.run(&format!("installing {list}"), "once, 1 min or less", || {
        static UPDATED: OnceLock<()> = OnceLock::new();
        if UPDATED.set(()).is_ok()
            && let Err(error) = process::run(update.args(["update", "--quiet"]))
        {
            // The existing package lists may suffice; if not, the installation fails.
            println!("    {error:#}");
        }
        let Some(mut apt) = as_root("apt-get") else {
            bail!("root is no longer available")
        };
        apt.args(["install", "--yes", "--quiet", "--no-install-recommends"])
            .args(packages);
        process::run(apt.env("DEBIAN_FRONTEND", "noninteractive"))
    })
}

/// Creates a command that runs as root, or returns `None` if that is not possible.
pub(crate) fn as_root(program: &str) -> Option<Command> {
    if is_root() {
        return Some(process::command(program));
    }
    process::find_on_path("sudo")?;
    let mut command = process::command("sudo");
    command.arg(program);
    Some(command)
}

/// Returns whether this process runs as root.
pub(crate) fn is_root() -> bool {
    process::output(process::command("id").arg("-u")).is_ok_and(|id| id == "0")
}
