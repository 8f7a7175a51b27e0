//! Negotiates `Accept-Encoding` (RFC 9110, section 12.5.3) for precompressed files in memory.

use axum::http::{HeaderMap, header};

/// The coding of uncompressed files. Accepted unless the client excludes it by name or with
/// `*;q=0`.
pub(crate) const IDENTITY: &str = "identity";

/// Returns the variant whose coding the client prefers, or `None` if the client accepts none.
/// Ties go to the first variant, so list the preferred coding first.
pub(crate) fn negotiate<T>(
    headers: &HeaderMap,
    variants: Vec<(&'static str, T)>,
) -> Option<(&'static str, T)> {
    let accepted: Vec<(&str, u16)> = headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .filter_map(parse_weighted_coding)
        .collect();
    let named = |coding: &str| {
        let mut accepted = accepted.iter();
        accepted.find(|(name, _)| name.eq_ignore_ascii_case(coding))
    };
    let weight = |coding: &str| match named(coding).or_else(|| named("*")) {
        Some((_, 0)) => None,
        Some((_, weight)) => Some(*weight),
        None => (coding == IDENTITY).then_some(0),
    };
    let acceptable = variants
        .into_iter()
        .filter_map(|variant| Some((weight(variant.0)?, variant)));
    // `max_by_key` returns the last maximum, so the order is reversed.
    let best = acceptable.rev().max_by_key(|(weight, _)| *weight);
    best.map(|(_, variant)| variant)
}

/// Parses `coding` or `coding;q=0.5`. A malformed element is ignored.
fn parse_weighted_coding(element: &str) -> Option<(&str, u16)> {
    let Some((coding, parameter)) = element.split_once(';') else {
        return Some((element.trim(), 1000));
    };
    let (name, value) = parameter.split_once('=')?;
    let is_weight = name.trim().eq_ignore_ascii_case("q");
    let weight = parse_weight(value.trim()).filter(|_| is_weight)?;
    Some((coding.trim(), weight))
}

/// Parses a weight: 0 to 1 with at most three decimals.
fn parse_weight(weight: &str) -> Option<u16> {
    let (whole, decimals) = weight.split_once('.').unwrap_or((weight, ""));
    if decimals.len() > 3 || !decimals.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let decimals: u16 = format!("{decimals:0<3}").parse().ok()?;
    match whole {
        "0" => Some(decimals),
        "1" => (decimals == 0).then_some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn negotiated(lines: &[&'static str]) -> Option<&'static str> {
        let lines = lines.iter().map(|line| HeaderValue::from_static(line));
        let headers = lines.map(|line| (header::ACCEPT_ENCODING, line)).collect();
        let variants = ["br", "gzip", IDENTITY].map(|coding| (coding, ()));
        negotiate(&headers, variants.into()).map(|(coding, ())| coding)
    }

    #[test]
    fn coding_with_the_highest_weight_is_chosen() {
        for (accepted, expected) in [
            ("", "identity"),
            ("gzip, deflate, br", "br"),
            ("gzip", "gzip"),
            ("deflate, zstd", "identity"),
            ("GZip", "gzip"),
            ("br;q=0.5", "br"),
            ("br;q=0.5, gzip", "gzip"),
            ("br;q=0.500, gzip;q=0.501", "gzip"),
            ("br ; q=0.1 , gzip ; Q=0.09", "br"),
            ("br;q=0.5, identity", "identity"),
            ("*", "br"),
            ("*;q=0.5, gzip", "gzip"),
            ("identity, *;q=0.5", "identity"),
            // Malformed elements are ignored.
            ("br;q=2, gzip", "gzip"),
            ("br;q=1.001", "identity"),
            ("br;q=0.0001", "identity"),
            ("br;q=.5", "identity"),
            ("br;q=0.+1", "identity"),
            ("br;q", "identity"),
            ("br;level=1", "identity"),
        ] {
            assert_eq!(negotiated(&[accepted]), Some(expected), "{accepted}");
        }
        assert_eq!(negotiated(&[]), Some("identity"));
        assert_eq!(negotiated(&["gzip;q=0.5", "br;q=0.4"]), Some("gzip"));
    }

    #[test]
    fn coding_with_weight_zero_is_never_chosen() {
        for (accepted, expected) in [
            ("br;q=0", "identity"),
            ("br;q=0.000, gzip", "gzip"),
            ("br;q=0, *", "gzip"),
            ("br;q=0, gzip;q=0", "identity"),
            ("*;q=0, gzip", "gzip"),
            ("identity;q=0, gzip", "gzip"),
            ("*;q=0, identity", "identity"),
        ] {
            assert_eq!(negotiated(&[accepted]), Some(expected), "{accepted}");
        }
        for accepted in ["*;q=0", "identity;q=0", "identity;q=0, deflate"] {
            assert_eq!(negotiated(&[accepted]), None, "{accepted}");
        }
    }
}
