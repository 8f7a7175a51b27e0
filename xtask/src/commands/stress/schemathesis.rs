//! Property-based API tests: schemathesis generates requests from `/openapi.json` and sends them
//! to a server with demo data. No response may be a 5xx, and each must have a documented status
//! and schema.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::{
    process,
    programs::{
        binary,
        serve::{self, Server},
    },
    site::Mode,
    steps::Steps,
    workspace,
};

/// The tested version, installed with pip into `target/tools`.
const VERSION: &str = "schemathesis==4.32.5";

const ADDRESS: &str = "127.0.0.1:3997";

/// SDK key in the demo data.
const SDK_KEY: &str = "sdk_live_0000000000000000000000000000000000000000000000000000000000000000";

/// The checks to run. The API accepts malformed telemetry on purpose, so the check that rejects
/// invalid data is left out.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance";

/// Mostly uses an existing tenant and product, because random slugs get only 401.
const CONFIGURATION: &str =
    "[parameters]\n\"path.tenant\" = \"acme\"\n\"path.product\" = \"notes\"\n";

/// Runs this many examples per endpoint. Returns whether all responses were as documented.
pub(crate) fn run(examples: u64, steps: &mut Steps) -> Result<bool> {
    let program = install(steps)?;
    let server = binary::build(Mode::Release, steps)?;
    let data = workspace::root().join("target/schemathesis");
    if data.exists() {
        fs::remove_dir_all(&data).context("can't clear the data directory")?;
    }
    let data = data.to_string_lossy().into_owned();
    process::run(process::command(&server).args(["--data-dir", &data, "demo"]))?;
    serve::ensure_address_is_free(ADDRESS)?;
    let options = [
        "--data-dir",
        &data,
        "--listen",
        ADDRESS,
        "--limit-requests",
        "0",
        "--limit-failed-lookups",
        "0",
    ];
    let mut server = Server::start(&server, &options)?;
    server.wait_until_reachable(ADDRESS)?;
    // Schemathesis reads its configuration from its working directory, and keeps its cache there.
    fs::write(Path::new(&data).join("schemathesis.toml"), CONFIGURATION)
        .context("can't write the configuration")?;
    let mut command = process::command(program);
    command
        .current_dir(&data)
        .args(["run", &format!("http://{ADDRESS}/openapi.json")])
        .args(["--checks", CHECKS, "--max-examples", &examples.to_string()])
        .args(["--header", &format!("X-Keylight-SDK-Key: {SDK_KEY}")])
        .args([
            "--mode",
            "all",
            "--phases",
            "examples,coverage,fuzzing",
            "--no-color",
        ]);
    println!("  $ {}", process::describe(&command));
    let status = command.status().context("can't start schemathesis")?;
    server.stop();
    Ok(status.success())
}

fn install(steps: &mut Steps) -> Result<PathBuf> {
    let folder = workspace::root().join("target/tools/schemathesis");
    let program = folder.join("bin/schemathesis");
    if !program.is_file() {
        steps.run("installing schemathesis", "a minute", || {
            let folder = folder.to_string_lossy().into_owned();
            process::run(Command::new("python3").args(["-m", "venv", &folder]))?;
            let pip = format!("{folder}/bin/pip");
            process::run(Command::new(pip).args(["install", "--quiet", VERSION]))
        })?;
    }
    Ok(program)
}
