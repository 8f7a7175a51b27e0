//! The README quick start: activates a license of the demo data. `cargo xtask test tidy` checks
//! that the two match.

#![expect(clippy::print_stdout, reason = "a command-line tool")]

use keylight::{
    Keylight, KeylightConfig, http::ureq_transport::UreqTransport, keyset::fetch_keyset,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sdk_key = format!("sdk_live_{}", "0".repeat(64));
    let mut config = KeylightConfig::builder("acme", "notes", sdk_key)
        .base_url("http://127.0.0.1:3000")
        .max_offline_days(7)
        .build();
    let (_, keys) = fetch_keyset(
        &UreqTransport::default(),
        &config.base_url,
        &config.tenant_id,
    )
    .ok_or("the server did not send its keys")?;
    config.trusted_keys.extend(keys);

    let app = Keylight::new(config)?;
    let answer = app.activate("ACME-PRO0-0000-0001")?;
    println!("activated: {} {:?}", answer.activated, answer.error);
    println!("pro: {}", app.has_entitlement("pro"));
    Ok(())
}
