//! `keywright setup-code`, and what `serve` says where there is no tenant yet.

use keywright_domain::setup::SetupCode;
use keywright_service::Services;

use crate::{
    commands::{say, with_services},
    config::DatabaseArgs,
    setup_code::SetupCodeFile,
};

pub(crate) async fn run(database: &DatabaseArgs) -> anyhow::Result<()> {
    let code = with_services(database, async |services| {
        Ok(services.setup.new_code().await?)
    })
    .await?;
    say(&code.expose())?;
    database.setup_code_file().keep(&code);
    say("Enter it under /setup of the running server. Earlier codes no longer work.")
}

/// Says where a server without a tenant is set up and with which code, which is made if none works.
pub(crate) async fn announce(
    services: &Services,
    file: &SetupCodeFile,
    url: &str,
) -> anyhow::Result<()> {
    let setup = &services.setup;
    if !setup.is_due().await? {
        // Set up by another server, or by hand.
        file.remove();
        return Ok(());
    }
    if let Some(code) = setup.first_code().await? {
        file.keep(&code);
        print(url, Some(&code), file);
        return Ok(());
    }
    let kept = file.read();
    let works = match &kept {
        Some(code) => setup.accepts(code).await?,
        None => false,
    };
    print(url, kept.as_ref().filter(|_| works), file);
    Ok(())
}

/// Not through the log, which may be kept or sent on: the code opens the server to whoever reads it.
#[expect(
    clippy::print_stderr,
    reason = "for the person who started the server, and nobody else"
)]
fn print(url: &str, code: Option<&SetupCode>, file: &SetupCodeFile) {
    let url = url.trim_end_matches('/');
    let place = file.path().display();
    eprintln!("\nThere is no tenant yet. Make the first one in a browser: {url}/setup");
    match code {
        Some(code) => eprintln!("Setup code: {} (also in {place})\n", *code.expose()),
        None => eprintln!(
            "A setup code was made before. If you don't have it, `keywright setup-code` makes a new one.\n"
        ),
    }
}
