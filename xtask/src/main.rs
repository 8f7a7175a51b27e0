//! The entry point for all tools: `cargo xtask` installs what is missing, and builds, runs and
//! tests Keywright.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "command-line tools print to the terminal"
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
    commands::{bench, demo, deny, dev, hooks, reference, screenshots, stress, test},
    programs::binary::{self, Profile},
    site::Mode,
    steps::Steps,
};

const USAGE: &str = "\
Builds, runs and tests Keywright. Installs missing tools first.

Usage: cargo xtask <command>

  demo [-- <serve options>]   build everything, write demo data to ./data and serve it
                              (for example: cargo xtask demo -- --listen 127.0.0.1:4000)
  dev [-- <serve options>]    serve without demo data; rebuild and restart on every change
  test [part ...]             run all checks, or only the named parts, in this order:
                              format lint docs tidy rust site browser
  build [--release]           build the binary with the embedded site: target/debug/keywright,
                              or target/release/keywright
  site                        build only the site: target/site
  screenshots                 retake the screenshots in docs/screenshots
  stress [--minutes N]        repeat the race and crash tests for N minutes (default: 10)
  bench [-- <options>]        measure against the baseline, print a table, write bench/results.json
                              (for example: cargo xtask bench -- --licenses 100000 --only validate)
  reference                   write docs/cli.md and docs/configuration.md from the source
  hooks                       install the git hook that checks commit subjects
  deny                        check the dependencies with cargo-deny
  tools                       install all tools
  help                        print this text
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
        ["reference"] => reference::run(steps),
        ["hooks"] => hooks::run(),
        ["deny"] => deny::run(steps),
        ["tools"] => commands::tools::run(steps),
        _ => bail!("unknown command `{}`\n\n{USAGE}", arguments.join(" ")),
    }
}
