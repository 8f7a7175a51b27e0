//! The Rust code in `docs/migrate-from-keylight.md`. `cargo xtask test tidy` checks that the
//! two match.

use std::{error::Error, path::Path};

use keylight::{Keylight, KeylightConfig};

const SDK_KEY: &str = "sdk_live_0000000000000000000000000000000000000000000000000000000000000000";
const KEYLIGHT_PUBLIC_KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
const KEYWRIGHT_PUBLIC_KEY: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

fn main() -> Result<(), Box<dyn Error>> {
    #[expect(unused_variables, reason = "the configuration before the migration")]
    let config = KeylightConfig::builder("acme", "notes", SDK_KEY)
        .trusted_key("k1", KEYLIGHT_PUBLIC_KEY)
        .build();

    let config = KeylightConfig::builder("acme", "notes", SDK_KEY)
        .base_url("https://licenses.example.com")
        .trusted_key("k1", KEYLIGHT_PUBLIC_KEY) // until the last Keylight lease has expired
        .trusted_key("kw1", KEYWRIGHT_PUBLIC_KEY)
        .build();

    let app = Keylight::new(config)?;
    move_to_keywright(&app, Path::new("moved-to-keywright"))
}

/// Call at launch. Writes `marker` once this install has moved.
fn move_to_keywright(app: &Keylight, marker: &Path) -> Result<(), Box<dyn Error>> {
    if marker.exists() {
        return Ok(());
    }
    let moved = if app.has_stored_license() {
        let answer = app.validate()?; // no network, 429 or 5xx: the next launch tries again
        match (
            answer.valid,
            answer.error.as_deref(),
            app.cached_license_key(),
        ) {
            (true, ..) => true,
            (_, Some("Instance not found or deactivated"), Some(key)) => {
                app.activate(&key)?.activated
            }
            _ => false, // "License key not found": ask for the new key
        }
    } else {
        true
    };
    if moved {
        std::fs::write(marker, "")?;
    }
    Ok(())
}
