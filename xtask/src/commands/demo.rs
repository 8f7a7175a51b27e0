//! `cargo xtask demo`: from a fresh clone to a running server with something to look at.

use anyhow::Result;

use crate::{
    process,
    programs::{
        binary,
        serve::{self, Server},
    },
    site::Mode,
    steps::Steps,
};

/// Builds everything, fills `./data` with demo data and serves it until Ctrl-C.
pub(crate) fn run(options: &[&str], steps: &mut Steps) -> Result<()> {
    let address = serve::address(options);
    serve::require_free(&address)?;
    let binary = binary::build(Mode::Release, steps)?;
    let mut demo = process::command(&binary);
    demo.arg("demo").args(data_options(options));
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

/// Those of the options for `serve` that say where the data is: the demo data goes there too.
fn data_options<'a>(options: &[&'a str]) -> Vec<&'a str> {
    let mut found = Vec::new();
    let mut options = options.iter();
    while let Some(option) = options.next() {
        let (name, value) = option
            .split_once('=')
            .map_or((*option, None), |(name, value)| (name, Some(value)));
        if matches!(name, "--data-dir" | "--database-url") {
            found.push(*option);
            if value.is_none() {
                found.extend(options.next());
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::data_options;

    #[test]
    fn the_demo_data_goes_where_the_server_looks() {
        let options = [
            "--listen",
            "127.0.0.1:4000",
            "--data-dir",
            "x",
            "--database-url=sqlite:y",
        ];
        assert_eq!(
            data_options(&options),
            ["--data-dir", "x", "--database-url=sqlite:y"]
        );
        assert!(data_options(&["--listen", "127.0.0.1:4000"]).is_empty());
    }
}
