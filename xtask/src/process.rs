//! Runs other programs and prints the exact command if one fails.

use std::{
    env,
    ffi::OsStr,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::{interrupt, workspace};

/// Creates a command in the workspace root, without the variables that `cargo run` sets.
///
/// Some build scripts rerun when those variables change, which would rebuild half of the workspace
/// after each switch between `cargo` and `cargo xtask`.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(workspace::root());
    for (name, _) in env::vars_os() {
        if is_set_by_cargo_run(&name.to_string_lossy()) {
            command.env_remove(name);
        }
    }
    command
}

/// Creates a cargo command that builds into the workspace's target directory, even if the caller
/// has set `CARGO_TARGET_DIR`.
pub(crate) fn cargo() -> Command {
    let mut cargo = command("cargo");
    cargo.env("CARGO_TARGET_DIR", workspace::target());
    cargo
}

/// Runs a command with inherited output. Fails if the exit status is not zero or Ctrl-C was
/// pressed. The error contains the command line.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let text = describe(command);
    println!("  $ {text}");
    let status = command
        .status()
        .with_context(|| format!("can't start `{text}`"))?;
    if interrupt::requested() {
        bail!("stopped by Ctrl-C");
    }
    if !status.success() {
        bail!("failed ({status}): {text}");
    }
    Ok(())
}

/// Runs a command without printing its output, and returns its trimmed standard output.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let text = describe(command);
    let output = command
        .output()
        .with_context(|| format!("can't start `{text}`"))?;
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        bail!("failed ({}): {text}\n{}", output.status, stderr.trim_end());
    }
    let stdout = String::from_utf8(output.stdout).with_context(|| format!("output of `{text}`"))?;
    Ok(stdout.trim_end().to_owned())
}

/// Returns the first file with this name in the directories in `PATH`, or `None`. Does not check
/// whether the file is executable.
pub(crate) fn find_on_path(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

/// Prepends directories to xtask's own `PATH` and sets the result for the command.
pub(crate) fn prepend_path(command: &mut Command, folders: &[PathBuf]) -> Result<()> {
    let inherited = env::var_os("PATH").unwrap_or_default();
    let all = folders.iter().cloned().chain(env::split_paths(&inherited));
    command.env(
        "PATH",
        env::join_paths(all).context("a directory name can't be used in PATH")?,
    );
    Ok(())
}

/// Formats the command as typed in a shell, with its working directory and environment variables
/// but without `PATH` and `CARGO_TARGET_DIR`.
pub(crate) fn describe(command: &Command) -> String {
    let mut words = Vec::new();
    for (name, value) in command.get_envs() {
        if let Some(value) = value
            && name != "PATH"
            && name != "CARGO_TARGET_DIR"
        {
            words.push(format!("{}={}", name.to_string_lossy(), quote(value)));
        }
    }
    words.push(quote(command.get_program()));
    words.extend(command.get_args().map(quote));
    let line = words.join(" ");
    match command
        .get_current_dir()
        .map(|folder| folder.strip_prefix(workspace::root()))
    {
        Some(Ok(below)) if below != Path::new("") => format!("(cd {} && {line})", below.display()),
        _ => line,
    }
}

fn is_set_by_cargo_run(name: &str) -> bool {
    const PREFIXES: [&str; 3] = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_"];
    name == "CARGO" || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

fn quote(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,@+%^".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.into_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn described_command_is_quoted_for_the_shell() {
        let mut command = Command::new("npm");
        command
            .current_dir(workspace::end2end())
            .env("CI", "true")
            .args(["run", "it's"]);
        assert_eq!(
            describe(&command),
            r"(cd end2end && CI=true npm run 'it'\''s')"
        );
    }

    #[test]
    fn only_variables_of_cargo_run_are_removed() {
        assert!(is_set_by_cargo_run("CARGO_PKG_NAME"));
        assert!(!is_set_by_cargo_run("CARGO_HOME"));
        assert!(!is_set_by_cargo_run("CARGO_BUILD_JOBS"));
    }
}
