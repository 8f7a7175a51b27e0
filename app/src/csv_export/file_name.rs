//! Finds the file name for a download.

/// Extracts the quoted file name from a `Content-Disposition` header, if there is one.
pub(super) fn file_name(disposition: &str) -> Option<&str> {
    let (_, name) = disposition.split_once("filename=\"")?;
    Some(name.split_once('"')?.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_name_comes_from_the_header() {
        let disposition = "attachment; filename=\"keywright-acme-licenses.csv\"";
        assert_eq!(file_name(disposition), Some("keywright-acme-licenses.csv"));
        assert_eq!(file_name("attachment"), None);
        assert_eq!(file_name("attachment; filename=\"half"), None);
    }
}
