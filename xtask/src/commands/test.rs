//! `cargo xtask test`: runs all checks, or only the named parts.

use anyhow::{Context, Result};

use crate::{
    process,
    programs::{
        binary, playwright,
        postgres::{self, Postgres},
    },
    site::{self, Mode},
    steps::Steps,
    tidy,
    tools::{WasmCompiler, browser, cargo_tools},
};

/// The parts, in execution order.
const PARTS: [(&str, Part); 7] = [
    ("format", format),
    ("lint", lint),
    ("docs", docs),
    ("tidy", tidy_part),
    ("rust", rust),
    ("site", site_part),
    ("browser", browser_part),
];

type Part = fn(&mut Run<'_>) -> Result<()>;

/// Shared state of the parts of one run.
struct Run<'a> {
    steps: &'a mut Steps,
    postgres: Option<Postgres>,
}

/// Runs the named parts, or all of them, up to the first failure.
pub(crate) fn run(names: &[&str], steps: &mut Steps) -> Result<()> {
    for name in names {
        let known = PARTS.iter().any(|(part, _)| part == name);
        known.then_some(()).with_context(|| {
            let parts = PARTS.map(|(part, _)| part).join(" ");
            format!("unknown part `{name}`; the parts are: {parts}")
        })?;
    }
    let mut run = Run {
        steps,
        postgres: None,
    };
    let mut passed = 0;
    for (name, part) in PARTS {
        if names.is_empty() || names.contains(&name) {
            part(&mut run).with_context(|| format!("`cargo xtask test {name}`"))?;
            passed += 1;
        }
    }
    println!("\nparts: {passed} passed, 0 failed");
    Ok(())
}

impl Run<'_> {
    /// Returns the URL of a PostgreSQL server that lives as long as this run.
    fn postgres_url(&mut self) -> Result<String> {
        let postgres = match self.postgres.take() {
            Some(postgres) => postgres,
            None => Postgres::prepare(self.steps)?,
        };
        Ok(self.postgres.insert(postgres).url().to_owned())
    }

    fn cargo(&mut self, title: &str, estimate: &str, arguments: &[&str]) -> Result<()> {
        let mut cargo = process::cargo();
        cargo.args(arguments);
        self.steps.run(title, estimate, || process::run(&mut cargo))
    }
}

fn format(run: &mut Run<'_>) -> Result<()> {
    run.cargo("format", "a moment", &["fmt", "--all", "--", "--check"])
}

fn lint(run: &mut Run<'_>) -> Result<()> {
    let all = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ];
    run.cargo("lint", "3 min the first time", &all)?;
    // Debian's compiler comes with a different version of clippy, whose lints differ. The site
    // build compiles the same code.
    let WasmCompiler::Default = WasmCompiler::install(run.steps)? else {
        return Ok(());
    };
    let mut wasm = vec![
        "clippy",
        "--package",
        "keywright-frontend",
        "--package",
        "keywright-app",
    ];
    wasm.extend([
        "--features",
        "keywright-app/hydrate",
        "--target",
        "wasm32-unknown-unknown",
    ]);
    wasm.extend(["--", "-D", "warnings"]);
    run.cargo("lint for wasm", "1 min the first time", &wasm)
}

fn docs(run: &mut Run<'_>) -> Result<()> {
    let mut cargo = process::cargo();
    cargo.env("RUSTDOCFLAGS", "-Dwarnings");
    cargo.args([
        "doc",
        "--workspace",
        "--no-deps",
        "--document-private-items",
    ]);
    // Examples enable the features of dev-dependencies, as clippy does, so that the dependencies
    // it has already compiled are reused.
    cargo.args(["--lib", "--examples"]);
    for binary in ["keywright-bench", "keywright-frontend", "xtask"] {
        cargo.args(["--bin", binary]);
    }
    run.steps
        .run("docs", "1 min the first time", || process::run(&mut cargo))
}

fn tidy_part(run: &mut Run<'_>) -> Result<()> {
    run.steps.run("tidy", "a moment", tidy::check)?;
    let typos = cargo_tools::install_and_locate(&cargo_tools::typos(), run.steps)?;
    run.steps.run("spelling", "a moment", || {
        process::run(&mut process::command(typos))
    })?;
    let machete = cargo_tools::install_and_locate(&cargo_tools::machete(), run.steps)?;
    run.steps.run("unused dependencies", "a moment", || {
        process::run(&mut process::command(machete))
    })
}

fn rust(run: &mut Run<'_>) -> Result<()> {
    let url = run.postgres_url()?;
    let mut tests = process::cargo();
    if process::find_on_path("cargo-nextest").is_some() {
        tests.args(["nextest", "run", "--workspace", "--no-fail-fast"]);
    } else {
        tests.args(["test", "--workspace", "--all-targets", "--no-fail-fast"]);
    }
    tests.env(postgres::URL_VARIABLE, url);
    run.steps
        .run("Rust tests", "5 min the first time on two cores", || {
            process::run(&mut tests)
        })
}

fn site_part(run: &mut Run<'_>) -> Result<()> {
    site::build(Mode::Release, run.steps)?;
    run.steps
        .run("wasm budget", "a moment", site::check_budget)?;
    // No other part compiles the code that embeds the site.
    let embedding = [
        "check",
        "--package",
        "keywright",
        "--features",
        "embed-site",
    ];
    run.cargo("embedding the site", "half a minute", &embedding)
}

fn browser_part(run: &mut Run<'_>) -> Result<()> {
    let browser = browser::install(run.steps)?;
    site::build(Mode::Release, run.steps)?;
    let (server, device) = binary::build_for_browser_tests(run.steps)?;
    let url = run.postgres_url()?;
    let mut types = playwright::npx(&["tsc", "--noEmit"]);
    run.steps
        .run("type check of the browser tests", "a few seconds", || {
            process::run(&mut types)
        })?;
    let mut tests = playwright::command(&browser, &server);
    tests
        .env("KEYWRIGHT_DEVICE_BIN", &device)
        .env(postgres::URL_VARIABLE, url);
    run.steps.run("browser tests", "a few minutes", || {
        process::run(&mut tests)
    })
}
