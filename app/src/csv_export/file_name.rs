//! The file name of a download.

/// The file name in a `Content-Disposition` header.
pub(super) fn file_name(disposition: &str) -> Option<&str> {
    let (_, name) = disposition.split_once("filename=\"")?;
    Some(name.split_once('"')?.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_called_what_the_server_calls_it() {
        let disposition = "attachment; filename=\"keywright-acme-licenses.csv\"";
        assert_eq!(file_name(disposition), Some("keywright-acme-licenses.csv"));
        assert_eq!(file_name("attachment"), None);
        assert_eq!(file_name("attachment; filename=\"half"), None);
    }
}
