//! The HTML document around the pages, rendered on the server.

use http::{HeaderValue, header::CONTENT_SECURITY_POLICY};
use leptos::{nonce::use_nonce, prelude::*};
use leptos_axum::ResponseOptions;
use leptos_meta::MetaTags;

use crate::{
    api::{page_context::current_page_context, request_scope},
    app::App,
    assets::Assets,
    routes,
    ui::icon::Sprite,
};

/// Renders the document and sets its content security policy, which has the same nonce.
pub fn shell(assets: &Assets) -> impl IntoView + use<> {
    let nonce = use_nonce()
        .map(|nonce| nonce.to_string())
        .unwrap_or_default();
    set_security_policy(&nonce);
    let visit = current_page_context();
    let theme = visit.theme.attribute();
    let operator = visit.account.map(|account| account.operator_id.to_string());
    let is_server_only = request_scope::request_path()
        .is_none_or(|request_path| routes::is_server_only(&request_path));
    let hydration = (!is_server_only)
        .then(|| view! { <HydrationScript assets=assets.clone() nonce=nonce.clone()/> });
    let Assets {
        css,
        icon,
        build_id,
        enhance_js,
        ..
    } = assets.clone();
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme data-build=build_id data-operator=operator>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <link rel="icon" href=icon type="image/svg+xml"/>
                <link rel="stylesheet" href=css/>
                <script type="module" nonce=nonce src=enhance_js></script>
                {hydration}
                <MetaTags/>
            </head>
            <body>
                <App/>
                <Sprite/>
            </body>
        </html>
    }
}

/// The script that hydrates the page, with preloads of the files that it needs.
#[component]
fn HydrationScript(assets: Assets, nonce: String) -> impl IntoView {
    let script = hydration_script(&assets);
    view! {
        <link rel="modulepreload" href=assets.js/>
        <link rel="preload" href=assets.wasm r#as="fetch" type="application/wasm" crossorigin="anonymous"/>
        <script type="module" nonce=nonce inner_html=script></script>
    }
}

/// Returns the script that starts the wasm. The pages work without it, so a failure only sets an
/// attribute for tests and writes to the console.
fn hydration_script(assets: &Assets) -> String {
    let Assets { js, wasm, .. } = assets;
    format!(
        "import('{js}').then(({{default: start}}) => start({{module_or_path: '{wasm}'}})).catch((error) => {{\
        document.documentElement.setAttribute('data-hydrate-failed', ''); console.error(error);}});"
    )
}

/// Allows scripts from the site's files or with the nonce, and wasm. Styles come from files only.
fn set_security_policy(nonce: &str) {
    let policy = format!(
        "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; \
        connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
    );
    if let (Some(response), Ok(policy)) = (
        use_context::<ResponseOptions>(),
        HeaderValue::from_str(&policy),
    ) {
        response.insert_header(CONTENT_SECURITY_POLICY, policy);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hydration_script_loads_the_files_of_this_build() {
        let names = [
            "keywright-frontend-1f.js",
            "keywright-frontend-1f_bg.wasm",
            "main-0a.css",
            "enhance-0b.js",
            "favicon.svg",
        ];
        let script = hydration_script(&Assets::from_names(names).unwrap());
        assert!(script.starts_with("import('/pkg/keywright-frontend-1f.js')"));
        assert!(script.contains("module_or_path: '/pkg/keywright-frontend-1f_bg.wasm'"));
        assert!(script.contains("data-hydrate-failed"));
    }
}
