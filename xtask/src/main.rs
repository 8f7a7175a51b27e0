//! The only place that knows about tools: `cargo xtask` installs what is missing, builds, runs and tests Keywright.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool talks to its user"
)]

mod commands;
mod interrupt;
mod process;
mod programs;
mod site;
mod steps;
mod tidy;
mod tools;
mod workspace;

use std::{env, process::ExitCode};

use anyhow::{Result, bail};

use crate::{
    commands::{bench, demo, deny, dev, screenshots, stress, test},
    programs::binary::{self, Profile},
    site::Mode,
    steps::Steps,
};

const USAGE: &str = "\
Builds, runs and tests Keywright. Whatever is missing on this machine is installed first.

Usage: cargo xtask <command>

  demo [-- <serve options>]   build everything, fill ./data with demo data, serve it
                              (for example: cargo xtask demo -- --listen 127.0.0.1:4000)
  dev [-- <serve options>]    the same without demo data; rebuild and restart on every change
  test [part ...]             check everything, or only the parts named, in this order:
                              format lint docs tidy rust site browser
  build [--release]           the one binary with the site inside: target/debug/keywright,
                              or target/release/keywright
  site                        only the site: target/site
  screenshots                 take the pictures in docs/screenshots anew
  stress [--minutes N]        repeat the tests of races and crashes for so long (10), print a table
  bench [-- <options>]        measure against the baseline, print a table, write bench/results.json
                              (for example: cargo xtask bench -- --licenses 100000 --only validate)
  deny                        check what crates the product is made of, with cargo-deny
  tools                       only install the tools
  help                        this text
";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let mut steps = Steps::default();
    let outcome = interrupt::listen().and_then(|()| dispatch(&arguments, &mut steps));
    steps.print_table();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[String], steps: &mut Steps) -> Result<()> {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        [] | ["help" | "--help" | "-h"] => {
            print!("{USAGE}");
            Ok(())
        }
        ["demo"] => demo::run(&[], steps),
        ["demo", "--", options @ ..] => demo::run(options, steps),
        ["dev"] => dev::run(&[]),
        ["dev", "--", options @ ..] => dev::run(options),
        ["test", parts @ ..] => test::run(parts, steps),
        ["build"] => binary::build_with_site(Profile::Debug, steps),
        ["build", "--release"] => binary::build_with_site(Profile::Release, steps),
        ["site"] => site::build(Mode::Release, steps),
        ["screenshots"] => screenshots::run(steps),
        // `torture` was the name of this command until November 2026.
        ["stress" | "torture"] => stress::run(None, steps),
        ["stress" | "torture", "--minutes", minutes] => stress::run(Some(minutes), steps),
        ["bench"] => bench::run(&[], steps),
        ["bench", "--", options @ ..] => bench::run(options, steps),
        ["deny"] => deny::run(steps),
        ["tools"] => commands::tools::run(steps),
        _ => bail!("unknown command `{}`\n\n{USAGE}", arguments.join(" ")),
    }
}
