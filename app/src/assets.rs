//! The files that the site's build produced, found by their hashed names.

/// The path under which the server offers them.
pub const BASE: &str = "/pkg";

/// Paths of what a page loads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assets {
    /// The script that loads the wasm.
    pub js: String,
    /// The wasm.
    pub wasm: String,
    /// The script that enhances the server's HTML.
    pub enhance_js: String,
    /// The one stylesheet.
    pub css: String,
    /// The icon in the browser's tab.
    pub icon: String,
    /// Names this build: pages send it along, so that one from before a deploy is told to reload.
    pub build_id: String,
}

impl Assets {
    /// Picks the files out of a folder's names; `None` if one is missing.
    pub fn from_names<'a>(names: impl IntoIterator<Item = &'a str> + Clone) -> Option<Self> {
        let find = |prefix: &str, suffix: &str| {
            let mut names = names.clone().into_iter();
            names.find(|name| name.starts_with(prefix) && name.ends_with(suffix))
        };
        let js = find("keywright-frontend-", ".js")?;
        Some(Self {
            js: path(js),
            wasm: path(find("keywright-frontend-", "_bg.wasm")?),
            enhance_js: path(find("enhance-", ".js")?),
            css: path(find("main-", ".css")?),
            icon: path(find("favicon", ".svg")?),
            build_id: js
                .trim_start_matches("keywright-frontend-")
                .trim_end_matches(".js")
                .to_owned(),
        })
    }
}

fn path(name: &str) -> String {
    format!("{BASE}/{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUILT: [&str; 7] = [
        "favicon-5be1c0f2.svg",
        "index.html",
        "keywright-frontend-1f2e3d4c5b6a7988.js",
        "keywright-frontend-1f2e3d4c5b6a7988_bg.wasm",
        "keywright-frontend-1f2e3d4c5b6a7988.js.br",
        "main-0a1b2c3d.css",
        "enhance-2b3c4d5e.js",
    ];

    #[test]
    fn finds_what_a_page_loads_among_the_built_files() {
        let assets = Assets::from_names(BUILT).unwrap();
        assert_eq!(assets.js, "/pkg/keywright-frontend-1f2e3d4c5b6a7988.js");
        assert_eq!(
            assets.wasm,
            "/pkg/keywright-frontend-1f2e3d4c5b6a7988_bg.wasm"
        );
        assert_eq!(assets.enhance_js, "/pkg/enhance-2b3c4d5e.js");
        assert_eq!(assets.css, "/pkg/main-0a1b2c3d.css");
        assert_eq!(assets.icon, "/pkg/favicon-5be1c0f2.svg");
        assert_eq!(assets.build_id, "1f2e3d4c5b6a7988");
    }

    #[test]
    fn a_missing_file_is_a_missing_site() {
        for missing in [
            "favicon-5be1c0f2.svg",
            "main-0a1b2c3d.css",
            "enhance-2b3c4d5e.js",
            BUILT[2],
            BUILT[3],
        ] {
            let names = BUILT.into_iter().filter(|name| *name != missing);
            assert_eq!(Assets::from_names(names), None, "{missing}");
        }
        assert_eq!(Assets::from_names([]), None);
    }
}
