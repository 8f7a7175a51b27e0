//! `keywright setup-code`, and the setup instructions that `serve` prints.

use keywright_domain::setup_code::SetupCode;
use keywright_service::Services;

use crate::{
    commands::{print_line, with_services},
    config::DatabaseArgs,
    setup_code::SetupCodeFile,
};

pub(crate) async fn run(database: &DatabaseArgs) -> anyhow::Result<()> {
    let code = with_services(database, async |services| {
        Ok(services.setup.regenerate_code().await?)
    })
    .await?;
    print_line(&code.expose())?;
    database.setup_code_file().write(&code);
    print_line(
        "Enter this code on the /setup page of the running server. Earlier codes no longer work.",
    )
}

/// If there is no tenant yet, prints the URL of the setup page and the setup code. Creates a code
/// if none is valid.
pub(crate) async fn print_setup_code(
    services: &Services,
    file: &SetupCodeFile,
    url: &str,
) -> anyhow::Result<()> {
    let setup = &services.setup;
    if !setup.is_required().await? {
        // Another server or a command created the first tenant.
        file.remove();
        return Ok(());
    }
    if let Some(code) = setup.ensure_code().await? {
        file.write(&code);
        print_instructions(url, Some(&code), file);
        return Ok(());
    }
    let kept = file.read();
    let is_valid = match &kept {
        Some(code) => setup.is_valid_code(code).await?,
        None => false,
    };
    print_instructions(url, kept.as_ref().filter(|_| is_valid), file);
    Ok(())
}

/// Bypasses the log, which may be stored or forwarded: anyone with the code can set up the
/// server.
#[expect(clippy::print_stderr, reason = "the setup code must not reach the log")]
fn print_instructions(url: &str, code: Option<&SetupCode>, file: &SetupCodeFile) {
    let url = url.trim_end_matches('/');
    let place = file.path().display();
    eprintln!("\nNo tenant exists yet. Create the first one in your browser: {url}/setup");
    match code {
        Some(code) => eprintln!("Setup code: {} (also in {place})\n", *code.expose()),
        None => eprintln!(
            "A setup code already exists. If you don't have it, create a new one with `keywright setup-code`.\n"
        ),
    }
}
