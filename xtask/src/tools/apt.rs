//! Debian's packages, and what else needs root.

use std::{process::Command, sync::OnceLock};

use anyhow::{Result, bail};

use crate::{process, steps::Steps};

/// Installs Debian packages. Fails with the manual command where that is not possible.
pub(crate) fn install(packages: &[&str], steps: &mut Steps) -> Result<()> {
    let list = packages.join(" ");
    if process::on_path("apt-get").is_none() {
        bail!("this system has no apt-get; please install by hand what Debian calls: {list}");
    }
    let Some(mut update) = as_root("apt-get") else {
        bail!("root is needed; please run: apt-get install --no-install-recommends {list}");
    };
    steps.run(&format!("installing {list}"), "once, 1 min or less", || {
        static UPDATED: OnceLock<()> = OnceLock::new();
        if UPDATED.set(()).is_ok()
            && let Err(error) = process::run(update.args(["update", "--quiet"]))
        {
            // The lists may be good enough as they are; the installation tells.
            println!("    {error:#}");
        }
        let Some(mut apt) = as_root("apt-get") else {
            bail!("root is gone")
        };
        apt.args(["install", "--yes", "--quiet", "--no-install-recommends"])
            .args(packages);
        process::run(apt.env("DEBIAN_FRONTEND", "noninteractive"))
    })
}

/// The program run as root, or none where that is not possible.
pub(crate) fn as_root(program: &str) -> Option<Command> {
    if is_root() {
        return Some(process::command(program));
    }
    process::on_path("sudo")?;
    let mut command = process::command("sudo");
    command.arg(program);
    Some(command)
}

/// Whether this process is root's.
pub(crate) fn is_root() -> bool {
    process::output(process::command("id").arg("-u")).is_ok_and(|id| id == "0")
}
