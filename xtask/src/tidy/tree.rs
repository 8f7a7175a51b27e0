//! The text files of the repository.

use std::fs;

use anyhow::Result;

use crate::{process, workspace};

/// Contents of all text files by path, relative to the root and with `/` as the separator.
pub(crate) struct Tree {
    files: Vec<(String, String)>,
}

impl Tree {
    /// Reads tracked and untracked files, except ignored ones, so that rules apply before a
    /// commit.
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
            let file = workspace::root().join(path);
            // Skips files that were deleted without a commit. Binary files are listed without text.
            if file.exists() {
                let text = fs::read_to_string(&file).unwrap_or_default();
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

    pub(crate) fn len(&self) -> usize {
        self.files.len()
    }

    /// Returns the files whose path has this prefix and suffix, with their contents.
    pub(crate) fn matching(&self, start: &str, end: &str) -> impl Iterator<Item = (&str, &str)> {
        let files = self
            .files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()));
        files.filter(move |(path, _)| path.starts_with(start) && path.ends_with(end))
    }

    /// Returns the files directly in a directory whose names end with `end`, without that suffix.
    pub(crate) fn file_stems_in(&self, folder: &str, end: &str) -> Vec<&str> {
        let paths = self.files.iter().map(|(path, _)| path.as_str());
        let below = paths.filter_map(|path| path.strip_prefix(folder)?.strip_prefix('/'));
        let names = below.filter_map(|name| name.strip_suffix(end));
        names.filter(|name| !name.contains('/')).collect()
    }

    pub(crate) fn contents(&self, path: &str) -> Option<&str> {
        let mut files = self.files.iter();
        files
            .find(|(found, _)| found == path)
            .map(|(_, text)| text.as_str())
    }

    pub(crate) fn has_file(&self, path: &str) -> bool {
        self.files.iter().any(|(found, _)| found == path)
    }

    /// Returns whether the directory contains a file, at any depth.
    pub(crate) fn has_folder(&self, folder: &str) -> bool {
        let mut paths = self.files.iter().map(|(path, _)| path);
        paths.any(|path| {
            path.strip_prefix(folder)
                .is_some_and(|rest| rest.starts_with('/'))
        })
    }
}
