//! Decides which pages are hydrated.

use crate::routes::licenses::MINT;

/// Returns whether the page at a path is rendered on the server only. The license list and the
/// license pages are hydrated.
pub fn is_server_only(path: &str) -> bool {
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    let is_hydrated = matches!(segments[..], ["licenses"] | ["licenses", _]) && path != MINT;
    !is_hydrated
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routes::{
        AUDIT, AUDIT_KEY_NOT_FOUND, ERROR_PAGE, GUIDE, LICENSES, LICENSES_KEY_NOT_FOUND, LOGIN,
        SDK_KEY_NEW, SESSION, SETUP, license, license_deactivate, license_remint, license_revoke,
        mint,
    };
    use keywright_domain::ids::LicenseId;

    const ID: &str = "d4de090a7d052a7874c14f4a075fc342fed598d923fb0fe96db5c47a4669a83d";

    #[test]
    fn only_the_license_list_and_the_license_pages_are_hydrated() {
        let id: LicenseId = ID.parse().unwrap();
        let instance = "00000000-0000-4000-8000-000000000001".parse().unwrap();
        for request_path in [
            LOGIN.to_owned(),
            SESSION.to_owned(),
            license_revoke(id),
            license_remint(id),
            license_deactivate(id, instance),
            LICENSES_KEY_NOT_FOUND.to_owned(),
            AUDIT.to_owned(),
            AUDIT_KEY_NOT_FOUND.to_owned(),
            ERROR_PAGE.to_owned(),
            SETUP.to_owned(),
            GUIDE.to_owned(),
            mint(None),
            SDK_KEY_NEW.to_owned(),
            "/licensesx/revoke".to_owned(),
            "/auditx".to_owned(),
        ] {
            assert!(is_server_only(&request_path), "{request_path}");
        }
        for path in [LICENSES, &license(id)] {
            assert!(!is_server_only(path), "{path}");
        }
    }
}
