//! Code samples for an app, filled in with this server's values.

/// Values in the code samples.
#[derive(Debug, Clone)]
pub(super) struct SnippetValues {
    /// Base URL of the server.
    pub(super) base_url: String,
    /// Tenant slug.
    pub(super) tenant: String,
    /// Product slug.
    pub(super) product: String,
    /// ID of the signing key.
    pub(super) kid: String,
    /// Public key in standard base64.
    pub(super) public_key: String,
}

impl SnippetValues {
    /// Returns the sample for the crate `keylight` 0.7. `server/tests/dashboard/guide.rs` builds a
    /// client from the same values.
    pub(super) fn rust(&self) -> String {
        let Self {
            base_url,
            tenant,
            product,
            kid,
            public_key,
        } = self;
        format!(
            r#"// cargo add keylight
use keylight::{{Keylight, KeylightConfig}};

fn main() -> Result<(), Box<dyn std::error::Error>> {{
    let sdk_key = "sdk_live_…"; // the key from step 3
    let config = KeylightConfig::builder("{tenant}", "{product}", sdk_key)
        .base_url("{base_url}")
        .trusted_key("{kid}", "{public_key}")
        .max_offline_days(7)
        .build();
    let app = Keylight::new(config)?;
    let answer = app.activate("…")?; // the license key from step 4
    println!("activated: {{}} {{:?}}", answer.activated, answer.error);
    Ok(())
}}
"#
        )
    }

    /// Returns the sample for the package `@keylight-dev/js` 0.4.
    pub(super) fn javascript(&self) -> String {
        let Self {
            base_url,
            tenant,
            product,
            kid,
            public_key,
        } = self;
        format!(
            r#"// npm install @keylight-dev/js
import {{ Keylight }} from "@keylight-dev/js";

const app = new Keylight({{
  tenantId: "{tenant}",
  productId: "{product}",
  sdkKey: "sdk_live_…", // the key from step 3
  baseUrl: "{base_url}",
  trustedKeys: {{ "{kid}": "{public_key}" }},
  maxOfflineDays: 7,
}});
await app.load();
const {{ activated, error }} = await app.activate("…"); // the license key from step 4
console.log(activated, error);
"#
        )
    }
}
