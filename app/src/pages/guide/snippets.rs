//! What to write into an app, with this server's values in it.

/// The values.
#[derive(Debug, Clone)]
pub(super) struct Snippet {
    /// How the app reaches the server.
    pub(super) base_url: String,
    /// The tenant's slug.
    pub(super) tenant: String,
    /// The product's slug.
    pub(super) product: String,
    /// The name of the key that signs.
    pub(super) kid: String,
    /// Its public half, standard base64.
    pub(super) public_key: String,
}

impl Snippet {
    /// For the crate `keylight` 0.7. `server/tests/dashboard/guide.rs` builds a client of just these values.
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
    let sdk_key = "sdk_live_…"; // the key of step 3
    let config = KeylightConfig::builder("{tenant}", "{product}", sdk_key)
        .base_url("{base_url}")
        .trusted_key("{kid}", "{public_key}")
        .max_offline_days(7)
        .build();
    let app = Keylight::new(config)?;
    let answer = app.activate("…")?; // the license key of step 4
    println!("activated: {{}} {{:?}}", answer.activated, answer.error);
    Ok(())
}}
"#
        )
    }

    /// For the package `@keylight-dev/js` 0.4.
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
  sdkKey: "sdk_live_…", // the key of step 3
  baseUrl: "{base_url}",
  trustedKeys: {{ "{kid}": "{public_key}" }},
  maxOfflineDays: 7,
}});
await app.load();
const {{ activated, error }} = await app.activate("…"); // the license key of step 4
console.log(activated, error);
"#
        )
    }
}
