//! Slugs: the short names in URLs that permanently identify tenants, products and key types.

/// Tenant slugs that can't be assigned, because they are or may become server routes.
pub const RESERVED_TENANT_SLUGS: &[&str] = &[
    "account",
    "admin",
    "api",
    "assets",
    "audit",
    "customers",
    "demo",
    "docs",
    "events",
    "fn",
    "health",
    "help",
    "invite",
    "keywright",
    "licenses",
    "login",
    "logout",
    "metrics",
    "openapi",
    "overview",
    "pkg",
    "portal",
    "products",
    "ready",
    "session",
    "settings",
    "setup",
    "signup",
    "static",
    "trials",
    "v1",
    "webhooks",
    "www",
];

/// Why a string is not a valid slug.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SlugError {
    /// Too short or too long.
    #[error("must be {min} to {max} characters long")]
    Length {
        /// Minimum number of characters.
        min: usize,
        /// Maximum number of characters.
        max: usize,
    },
    /// An invalid character, or a first character that is neither a letter nor a digit.
    #[error("may contain only a-z, 0-9, - and _, and must begin with a letter or digit")]
    Character,
    /// One of [`RESERVED_TENANT_SLUGS`].
    #[error("is reserved")]
    Reserved,
}

/// Checks a tenant slug: `[a-z0-9][a-z0-9_-]{2,39}`, and not reserved.
pub fn check_tenant(slug: &str) -> Result<(), SlugError> {
    check(slug, 3, 40)?;
    if RESERVED_TENANT_SLUGS.contains(&slug) {
        return Err(SlugError::Reserved);
    }
    Ok(())
}

/// Checks the slug of a product or key type: `[a-z0-9][a-z0-9_-]{0,31}`. `new` is reserved because
/// it is the path of the creation form.
pub fn check_product(slug: &str) -> Result<(), SlugError> {
    check(slug, 1, 32)?;
    if slug == "new" {
        return Err(SlugError::Reserved);
    }
    Ok(())
}

fn check(slug: &str, min: usize, max: usize) -> Result<(), SlugError> {
    let letter_or_digit = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    if !(min..=max).contains(&slug.chars().count()) {
        return Err(SlugError::Length { min, max });
    }
    let begins_well = slug.bytes().next().is_some_and(letter_or_digit);
    if !begins_well
        || !slug
            .bytes()
            .all(|byte| letter_or_digit(byte) || matches!(byte, b'-' | b'_'))
    {
        return Err(SlugError::Character);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tenant_slug_is_3_to_40_allowed_characters_and_not_reserved() {
        for good in ["acme", "a-b", "0_x", "licenses2", &"a".repeat(40)] {
            assert_eq!(check_tenant(good), Ok(()), "{good}");
        }
        for (bad, why) in [
            ("ab", SlugError::Length { min: 3, max: 40 }),
            (
                &"a".repeat(41) as &str,
                SlugError::Length { min: 3, max: 40 },
            ),
            ("-abc", SlugError::Character),
            ("Acme", SlugError::Character),
            ("acmé", SlugError::Character),
            ("a.b", SlugError::Character),
            ("licenses", SlugError::Reserved),
        ] {
            assert_eq!(check_tenant(bad), Err(why), "{bad}");
        }
    }

    #[test]
    fn product_slug_may_be_one_character() {
        assert_eq!(check_product("a"), Ok(()));
        assert_eq!(
            check_product(""),
            Err(SlugError::Length { min: 1, max: 32 })
        );
        assert_eq!(check_product("new"), Err(SlugError::Reserved));
        assert_eq!(check_product("_a"), Err(SlugError::Character));
        assert_eq!(check_product("pkg"), Ok(()));
    }

    #[test]
    fn reserved_slugs_are_sorted_and_well_formed() {
        assert!(RESERVED_TENANT_SLUGS.is_sorted());
        for word in RESERVED_TENANT_SLUGS {
            assert!(check(word, 2, 40).is_ok(), "{word}");
        }
    }
}
