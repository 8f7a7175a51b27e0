//! The built site: WebAssembly, scripts and styles.

mod accept_encoding;

use std::{collections::HashMap, path::Path};

use anyhow::Context;
use axum::{
    body::Bytes,
    http::{HeaderMap, StatusCode},
};
use keywright_app::assets::Assets;

use self::accept_encoding::{IDENTITY, negotiate};

/// The files of one build, held in memory.
pub struct Site {
    /// Names of the files that pages load.
    pub assets: Assets,
    files: HashMap<String, Bytes>,
}

/// A file in the coding negotiated with the client.
#[derive(Debug, PartialEq, Eq)]
pub struct EncodedFile {
    pub content_type: &'static str,
    /// Contents, possibly compressed.
    pub bytes: Bytes,
    /// Value of `Content-Encoding`, if the contents are compressed.
    pub encoding: Option<&'static str>,
}

impl Site {
    /// Loads the site embedded in the binary.
    #[cfg(feature = "embed-site")]
    pub fn load(_folder: &Path) -> anyhow::Result<Self> {
        #[derive(rust_embed::RustEmbed)]
        #[folder = "../target/site/pkg"]
        struct Embedded;

        let files = Embedded::iter().filter_map(|name| {
            let file = Embedded::get(&name)?;
            Some((name.into_owned(), Bytes::from(file.data.into_owned())))
        });
        Self::from_files(files.collect())
            .context("this binary was built without the site: run `cargo xtask build`")
    }

    /// Loads a site built by `cargo xtask site`.
    #[cfg(not(feature = "embed-site"))]
    pub fn load(dir: &Path) -> anyhow::Result<Self> {
        let missing = || {
            format!(
                "no built site in {}: run `cargo xtask site`, or start the server from the repository root",
                dir.display()
            )
        };
        let mut files = HashMap::new();
        for entry in std::fs::read_dir(dir).with_context(missing)? {
            let entry = entry.with_context(missing)?;
            if let Ok(name) = entry.file_name().into_string() {
                files.insert(
                    name,
                    Bytes::from(std::fs::read(entry.path()).with_context(missing)?),
                );
            }
        }
        Self::from_files(files).with_context(missing)
    }

    /// Creates a site. Returns `None` if a file that pages need is missing.
    pub fn from_files(files: HashMap<String, Bytes>) -> Option<Self> {
        let names: Vec<&str> = files.keys().map(String::as_str).collect();
        let assets = Assets::from_names(names)?;
        Some(Self { assets, files })
    }

    /// Returns a file in the coding that the client prefers, or the status of the error response.
    pub fn file(&self, name: &str, headers: &HeaderMap) -> Result<EncodedFile, StatusCode> {
        // Compressed variants have no media type, so they cannot be requested by their own names.
        let content_type = content_type(name).ok_or(StatusCode::NOT_FOUND)?;
        let plain = self.files.get(name).ok_or(StatusCode::NOT_FOUND)?;
        let compressed = [("br", ".br"), ("gzip", ".gz")].into_iter();
        let mut variants: Vec<_> = compressed
            .filter_map(|(coding, suffix)| {
                Some((coding, self.files.get(&format!("{name}{suffix}"))?))
            })
            .collect();
        variants.push((IDENTITY, plain));
        let (coding, bytes) = negotiate(headers, variants).ok_or(StatusCode::NOT_ACCEPTABLE)?;
        Ok(EncodedFile {
            content_type,
            bytes: bytes.clone(),
            encoding: (coding != IDENTITY).then_some(coding),
        })
    }
}

/// Returns the media type of a file that pages load, or `None` for other files.
fn content_type(name: &str) -> Option<&'static str> {
    match Path::new(name).extension()?.to_str()? {
        "css" => Some("text/css; charset=utf-8"),
        "js" => Some("text/javascript; charset=utf-8"),
        "svg" => Some("image/svg+xml"),
        "wasm" => Some("application/wasm"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderValue, header};

    use super::*;

    fn site() -> Site {
        let names = [
            "keywright-frontend-1f.js",
            "keywright-frontend-1f.js.br",
            "keywright-frontend-1f.js.gz",
            "keywright-frontend-1f_bg.wasm",
            "main-0a.css",
            "enhance-0b.js",
            "favicon.svg",
            "index.html",
        ];
        let files = names
            .iter()
            .map(|name| ((*name).to_owned(), Bytes::from_static(name.as_bytes())));
        Site::from_files(files.collect()).unwrap()
    }

    fn accepting(accepted: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(accepted))])
    }

    #[test]
    fn client_gets_its_preferred_encoding() {
        let name = "keywright-frontend-1f.js";
        let encoding = |accepted| site().file(name, &accepting(accepted)).unwrap().encoding;
        assert_eq!(encoding("gzip, deflate, br"), Some("br"));
        assert_eq!(encoding("gzip;q=1.0"), Some("gzip"));
        assert_eq!(encoding(""), None);
        assert_eq!(encoding("br;q=0"), None);
        assert_eq!(encoding("br;q=0, gzip"), Some("gzip"));
        assert_eq!(encoding("identity;q=0, *"), Some("br"));
        assert_eq!(
            site()
                .file("main-0a.css", &accepting("br"))
                .unwrap()
                .encoding,
            None,
            "no compressed version"
        );
        assert_eq!(
            site().file("main-0a.css", &accepting("identity;q=0, br")),
            Err(StatusCode::NOT_ACCEPTABLE),
            "no compressed version"
        );
    }

    #[test]
    fn only_files_that_pages_load_are_served() {
        assert!(site().file("main-0a.css", &HeaderMap::new()).is_ok());
        for name in [
            "index.html",
            "keywright-frontend-1f.js.br",
            "../main-0a.css",
            "",
            "nothing.js",
        ] {
            assert_eq!(
                site().file(name, &accepting("br")),
                Err(StatusCode::NOT_FOUND),
                "{name}"
            );
        }
    }
}
