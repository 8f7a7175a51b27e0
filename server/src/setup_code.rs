//! The file that keeps the setup code for whoever runs the server, until there is a tenant.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use keywright_domain::setup::SetupCode;

use crate::data_dir::{make_folder, write_secret};

/// A file that its owner alone may read. It is a convenience: the code was printed, too, so what can't be done with the file
/// is logged and stops nobody.
#[derive(Debug, Clone)]
pub struct SetupCodeFile(Arc<Path>);

impl SetupCodeFile {
    /// The file of that path.
    pub fn new(path: PathBuf) -> Self {
        Self(path.into())
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Puts a code in the place of whatever was there.
    pub fn keep(&self, code: &SetupCode) {
        let kept: anyhow::Result<()> =
            make_folder(&self.0).and_then(|()| Ok(write_secret(&self.0, &code.expose())?));
        if let Err(error) = kept {
            tracing::warn!(file = %self.0.display(), %error, "the setup code is in no file");
        }
    }

    /// The code that stands there.
    pub fn read(&self) -> Option<SetupCode> {
        SetupCode::parse(&fs::read_to_string(&self.0).ok()?)
    }

    /// Takes it away, if it is there.
    pub fn remove(&self) {
        match fs::remove_file(&self.0) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(file = %self.0.display(), %error, "the setup code's file stays; the code does not work any more");
            }
            _ => {}
        }
    }
}
