//! Generates the licenses in a data set. They resemble those of a vendor after three years. Every
//! run generates the same licenses.
//!
//! 80 % belong to one product. 20 % allow one device, 20 % ten devices and the rest three; two
//! devices are active per license on average. 6 % were revoked or reminted. 30 % are valid for a
//! year, and a third of those have expired.

use keywright_domain::{
    license::{Customer, License},
    time::{DAY_MILLIS, Timestamp},
};
use keywright_service::demo::{Profile, Rng, choose};

/// Days between the first license and the last.
const HISTORY_DAYS: i64 = 1_000;

/// Email domain of half of the customers.
pub(crate) const COMMON_TERM: &str = "mail.example";

/// Name of a company that owns [`RARE_HITS`] licenses in every data set.
pub(crate) const RARE_TERM: &str = "quillfeather";
const RARE_HITS: u32 = 50;

const FIRST_NAMES: [&str; 24] = [
    "Ada", "Anil", "Beate", "Carlos", "Chidi", "Daria", "Elif", "Emeka", "Fatima", "Georg", "Hana",
    "Ingrid", "Jorge", "Kenji", "Lena", "Mateo", "Nadia", "Olu", "Priya", "Quentin", "Rosa",
    "Søren", "Tomás", "Yuki",
];
const LAST_NAMES: [&str; 24] = [
    "Abara",
    "Bianchi",
    "Chen",
    "Demir",
    "Eriksson",
    "Fischer",
    "García",
    "Haddad",
    "Ivanova",
    "Jensen",
    "Kowalski",
    "Lindqvist",
    "Moreau",
    "Nakamura",
    "Okafor",
    "Petrov",
    "Quispe",
    "Rossi",
    "Silva",
    "Tanaka",
    "Usman",
    "Vogel",
    "Weber",
    "Yılmaz",
];
const COMPANIES: [&str; 8] = [
    "northwind.example",
    "acorn-labs.example",
    "bluefin.example",
    "contoso.example",
    "fernhill.example",
    "harbor.example",
    "larkspur.example",
    "tailspin.example",
];

/// Licenses for the first demo tenant, oldest first.
pub(crate) struct BenchProfile {
    pub(crate) count: u32,
    pub(crate) now: Timestamp,
}

impl Profile for BenchProfile {
    fn key_type(&self, rng: &mut Rng, _number: u32) -> (&'static str, &'static str) {
        match rng.u32(0..10) {
            0..2 => ("notes", "solo"),
            2..6 => ("notes", "pro"),
            6..8 => ("notes", "team"),
            _ => ("studio", "default"),
        }
    }

    fn customer(&self, rng: &mut Rng, number: u32) -> Customer {
        let (first, last) = (*choose(rng, &FIRST_NAMES), *choose(rng, &LAST_NAMES));
        // Spread evenly over all licenses.
        let step = (self.count / RARE_HITS).max(1);
        let is_rare = number.is_multiple_of(step) && number / step < RARE_HITS;
        let host = match () {
            () if is_rare => format!("{RARE_TERM}.example"),
            () if rng.bool() => COMMON_TERM.to_owned(),
            () => (*choose(rng, &COMPANIES)).to_owned(),
        };
        Customer {
            name: Some(format!("{first} {last}")),
            email: Some(format!(
                "{}.{}{}@{host}",
                first.to_lowercase(),
                last.to_lowercase(),
                rng.u32(0..10_000)
            )),
        }
    }

    fn created_at(&self, _rng: &mut Rng, number: u32) -> Timestamp {
        let age =
            HISTORY_DAYS * DAY_MILLIS * i64::from(self.count - number) / i64::from(self.count);
        self.now.plus_millis(-age)
    }

    fn expires_at(&self, rng: &mut Rng, license: &License) -> Option<Timestamp> {
        let age = self.now.millis() - license.created_at.millis();
        match rng.u32(0..10) {
            // Late enough for the data set to be reused for a while.
            0..2 => Some(self.now.plus_days(rng.u32(60..400))),
            2 => Some(self.now.plus_millis(-rng.i64(0..=age))),
            _ => None,
        }
    }
}
