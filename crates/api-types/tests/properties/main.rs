//! Property tests for every parser of external queries and cursors.

#[path = "../../../domain/tests/properties/any_text.rs"]
mod any_text;
mod invariants;
#[path = "../../../domain/tests/properties/round_trip.rs"]
mod round_trip;

use proptest::prelude::*;

use self::{
    any_text::text,
    invariants::{audit_filter, cursor},
};

proptest! {
    #[test]
    fn cursor_parser_accepts_or_rejects_any_text(
        text in text(&[
            "[-+]?[0-9]{1,20}~[0-9a-f]{64}", "-?[0-9]{1,19}~[0-9a-fA-F]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}",
            "-?(created|expires|activations)~?", "(list|license=[0-9a-f]{63,65})", "[-0-9a-f~]{0,70}",
        ])
    ) {
        cursor(&text);
    }

    #[test]
    fn audit_filter_parser_accepts_or_rejects_any_text(
        text in text(&[
            "[a-z0-9][a-z0-9_-]{0,42}", "[A-Za-z0-9_.:|-]{0,66}", "[0-9a-f]{63,65}", "(sdk_live_)?[0-9a-fA]{64}",
            "\\{?[0-9a-fA-F]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}\\}?", "[0-9-][0-9]{3}-[0-9W]{2}-?[0-9]{1,2}",
            "[-+]?[0-9]{1,6}", "[A-Z0-9]{3,5}",
        ])
    ) {
        audit_filter(&text);
    }
}
