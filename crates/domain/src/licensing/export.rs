//! CSV export of licenses.

use crate::{
    ids::{KeyTypeId, LicenseId, ProductId},
    license::Status,
    license_key::DisplayKey,
    time::Timestamp,
};

/// Column names in order. They are stable.
pub const COLUMNS: [&str; 10] = [
    "id",
    "display_key",
    "product",
    "key_type",
    "status",
    "activations",
    "activation_limit",
    "customer_email",
    "created_at",
    "expires_at",
];

/// A license as exported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportedLicense {
    /// License ID: the hash of its key.
    pub id: LicenseId,
    /// Masked key.
    pub display_key: DisplayKey,
    /// Slug of the product.
    pub product_id: ProductId,
    /// Slug of the key type.
    pub key_type_id: KeyTypeId,
    /// Status at the time of the export.
    pub status: Status,
    /// Number of active devices.
    pub active_count: u32,
    /// Maximum number of active devices.
    pub activation_limit: u32,
    /// Email address of the customer.
    pub customer_email: Option<String>,
    /// Time of minting.
    pub created_at: Timestamp,
    /// Expiry; `None` for lifetime.
    pub expires_at: Option<Timestamp>,
}

impl ExportedLicense {
    /// Returns the cells in the order of [`COLUMNS`]. `iso` formats a timestamp.
    pub fn cells(&self, iso: fn(Timestamp) -> String) -> [String; 10] {
        [
            self.id.to_string(),
            neutralize_formula(self.display_key.as_str()),
            neutralize_formula(self.product_id.as_str()),
            neutralize_formula(self.key_type_id.as_str()),
            self.status.as_str().to_owned(),
            self.active_count.to_string(),
            self.activation_limit.to_string(),
            neutralize_formula(self.customer_email.as_deref().unwrap_or_default()),
            iso(self.created_at),
            self.expires_at.map(iso).unwrap_or_default(),
        ]
    }
}

/// Counts the rows of a CSV file that arrives in chunks, split at any byte. A line break within
/// quotes does not end a row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RowCounter {
    complete_lines: u32,
    is_quoted: bool,
}

impl RowCounter {
    /// Processes the next chunk.
    pub fn read(&mut self, piece: &[u8]) {
        for byte in piece {
            match byte {
                // A quote inside a quoted cell is doubled, so it toggles the flag twice.
                b'"' => self.is_quoted = !self.is_quoted,
                b'\n' if !self.is_quoted => {
                    self.complete_lines = self.complete_lines.saturating_add(1);
                }
                _ => {}
            }
        }
    }

    /// Returns the number of complete rows, not counting the header.
    pub const fn rows(&self) -> u32 {
        self.complete_lines.saturating_sub(1)
    }
}

/// Neutralizes formulas: prefixes a cell with an apostrophe if a spreadsheet might evaluate it.
/// Some spreadsheets evaluate a formula even after leading whitespace.
fn neutralize_formula(text: &str) -> String {
    let runs = |symbol: char| matches!(symbol, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠');
    let is_formula = text.starts_with(['\t', '\r', '\n']) || text.trim_start().starts_with(runs);
    if is_formula {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_neutralized() {
        for formula in [
            "=cmd()", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1", "＠A1",
            "\tplain",
        ] {
            assert_eq!(
                neutralize_formula(formula),
                format!("'{formula}"),
                "{formula:?}"
            );
        }
        for text in [
            "",
            "ada@x.example",
            "a=b",
            "'=1",
            "山本",
            "\"quoted\", x",
            "😀",
        ] {
            assert_eq!(neutralize_formula(text), text);
        }
    }

    #[test]
    fn rows_are_counted_across_any_chunk_boundary() {
        let file = "a,b\r\n1,\"two\r\nlines, \"\"quoted\"\"\"\r\n2,\"\"\r\n3,plain\r\n4,half";
        for (whole, rows) in [
            ("", 0),
            ("a,b", 0),
            ("a,b\r\n", 0),
            ("a,b\r\n\"\n\n", 0),
            (file, 3),
        ] {
            for cut in 0..=whole.len() {
                let (first, second) = whole.as_bytes().split_at(cut);
                let mut counter = RowCounter::default();
                counter.read(first);
                counter.read(second);
                assert_eq!(counter.rows(), rows, "{whole:?} cut at {cut}");
            }
        }
    }

    #[test]
    fn cells_follow_the_column_order() {
        let license = ExportedLicense {
            id: "0a".repeat(32).parse().unwrap(),
            display_key: DisplayKey::from_stored("ACME-XXXX-···-7B2D".into()),
            product_id: "notes".parse().unwrap(),
            key_type_id: "pro".parse().unwrap(),
            status: Status::Expired,
            active_count: 1,
            activation_limit: 3,
            customer_email: Some("=x@y.example".into()),
            created_at: Timestamp::from_seconds(1),
            expires_at: None,
        };
        let cells = license.cells(|at| at.seconds().to_string());
        let named: Vec<(&str, &str)> = COLUMNS
            .into_iter()
            .zip(cells.iter().map(String::as_str))
            .collect();
        let id = "0a".repeat(32);
        assert_eq!(
            named,
            [
                ("id", id.as_str()),
                ("display_key", "ACME-XXXX-···-7B2D"),
                ("product", "notes"),
                ("key_type", "pro"),
                ("status", "expired"),
                ("activations", "1"),
                ("activation_limit", "3"),
                ("customer_email", "'=x@y.example"),
                ("created_at", "1"),
                ("expires_at", ""),
            ]
        );
    }
}
