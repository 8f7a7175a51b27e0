//! `cargo xtask demo`: from a fresh clone to a running server with demo data.

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

/// Builds everything, writes demo data to `./data` and serves it until Ctrl-C.
pub(crate) fn run(options: &[&str], steps: &mut Steps) -> Result<()> {
    let address = serve::listen_address(options);
    serve::ensure_address_is_free(&address)?;
    let binary = binary::build(Mode::Release, steps)?;
    let mut demo = process::command(&binary);
    demo.arg("demo").args(data_options(options));
    steps.run("writing demo data to ./data", "a few seconds", || {
        process::run(&mut demo)
    })?;

    println!("\n==> serving (until Ctrl-C)");
    let mut server = Server::start(&binary, options)?;
    server.wait_until_reachable(&address)?;
    println!("\n    URL       http://{address}");
    println!("    Email     owner@acme.test");
    println!("    Password  keywright-demo");
    println!("    Press Ctrl-C to stop.\n");
    server.wait()
}

/// Returns the options that locate the data, so that the demo data goes to the same place.
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
    fn demo_data_uses_the_data_options_of_the_server() {
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
