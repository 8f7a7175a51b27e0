//! `cargo xtask demo`: from a fresh clone to a running server with something to look at.

use anyhow::Result;

use crate::{
    binary, process,
    serve::{self, Server},
    site::{self, Mode},
    steps::Steps,
};

/// Builds everything, fills `./data` with demo data and serves it until Ctrl-C.
pub(crate) fn run(options: &[&str], steps: &mut Steps) -> Result<()> {
    let address = serve::address(options);
    serve::require_free(&address)?;
    site::build(Mode::Release, steps)?;
    let binary = binary::build(steps)?;
    let mut demo = process::command(&binary);
    demo.arg("demo");
    steps.run("writing the demo data into ./data", "some seconds", || {
        process::run(&mut demo)
    })?;

    println!("\n==> serving (until Ctrl-C)");
    let mut server = Server::start(&binary, options)?;
    server.wait_until_reachable(&address)?;
    println!("\n    Keywright runs on  http://{address}");
    println!("    Sign in as         owner@acme.test");
    println!("    with the password  keywright-demo");
    println!("    Ctrl-C ends it.\n");
    server.wait()
}
