//! The files of the site build, found by their hashed names.

/// Path prefix under which the server serves the files.
pub const BASE: &str = "/pkg";

/// Paths of the files that a page loads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assets {
    /// Script that loads the wasm.
    pub js: String,
    pub wasm: String,
    /// Script that enhances server-rendered pages.
    pub enhance_js: String,
    pub css: String,
    /// Favicon.
    pub icon: String,
    /// ID of this build. Pages send it with their requests, so that the server can ask outdated
    /// pages to reload.
    pub build_id: String,
}

impl Assets {
    /// Finds the files by name. Returns `None` if a file is missing.
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
    fn finds_the_files_of_a_page_in_the_build() {
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
    fn missing_file_means_no_assets() {
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
