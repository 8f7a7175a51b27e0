//! The text files of the repository.

use std::fs;

use anyhow::Result;

use crate::{process, workspace};

/// Paths, relative to the root and with `/`, and contents of all text files.
pub(crate) struct Tree {
    files: Vec<(String, String)>,
}

impl Tree {
    /// What git tracks or would, so that the rules hold before a commit as well as after it.
    pub(crate) fn of_repository() -> Result<Self> {
        let mut git = process::command("git");
        git.args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ]);
        let mut files = Vec::new();
        for path in process::output(&mut git)?.split_terminator('\0') {
            // Not there: deleted, and not committed yet. Not UTF-8: no text.
            if let Ok(text) = fs::read_to_string(workspace::root().join(path)) {
                files.push((path.to_owned(), text));
            }
        }
        Ok(Self { files })
    }

    #[cfg(test)]
    pub(crate) fn of<const N: usize>(files: [(&str, &str); N]) -> Self {
        Self {
            files: files
                .map(|(path, text)| (path.to_owned(), text.to_owned()))
                .into(),
        }
    }

    /// The number of files.
    pub(crate) fn len(&self) -> usize {
        self.files.len()
    }

    /// All files whose path starts and ends like this, with their contents.
    pub(crate) fn matching(&self, start: &str, end: &str) -> impl Iterator<Item = (&str, &str)> {
        let files = self
            .files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()));
        files.filter(move |(path, _)| path.starts_with(start) && path.ends_with(end))
    }

    /// The names of the files directly in a folder that end like this, without that end.
    pub(crate) fn names_in(&self, folder: &str, end: &str) -> Vec<&str> {
        let paths = self.files.iter().map(|(path, _)| path.as_str());
        let below = paths.filter_map(|path| path.strip_prefix(folder)?.strip_prefix('/'));
        let names = below.filter_map(|name| name.strip_suffix(end));
        names.filter(|name| !name.contains('/')).collect()
    }

    /// The contents of the file of this path.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        let mut files = self.files.iter();
        files
            .find(|(found, _)| found == path)
            .map(|(_, text)| text.as_str())
    }

    /// Whether there is a file of this path.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.files.iter().any(|(found, _)| found == path)
    }
}
