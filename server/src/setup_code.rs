//! The file that holds the setup code until the first tenant exists.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use keywright_domain::setup_code::SetupCode;

use crate::data_dir::{create_parent_dir, write_secret};

/// A file that only its owner can read. It is a convenience, because the server also prints the
/// code: I/O errors are logged and otherwise ignored.
#[derive(Debug, Clone)]
pub struct SetupCodeFile(Arc<Path>);

impl SetupCodeFile {
    pub fn new(path: PathBuf) -> Self {
        Self(path.into())
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Writes the code to the file, replacing its contents.
    pub fn write(&self, code: &SetupCode) {
        let kept: anyhow::Result<()> =
            create_parent_dir(&self.0).and_then(|()| Ok(write_secret(&self.0, &code.expose())?));
        if let Err(error) = kept {
            tracing::warn!(file = %self.0.display(), %error, "failed to write the setup code file");
        }
    }

    /// Returns the code, or `None` if the file is missing or malformed.
    pub fn read(&self) -> Option<SetupCode> {
        SetupCode::parse(&fs::read_to_string(&self.0).ok()?)
    }

    /// Deletes the file. A missing file is not logged.
    pub fn remove(&self) {
        match fs::remove_file(&self.0) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(file = %self.0.display(), %error, "failed to delete the setup code file; the code in it is no longer valid");
            }
            _ => {}
        }
    }
}
