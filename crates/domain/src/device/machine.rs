//! Machine hashes: how a device says that it is the same device.

use std::{fmt, str::FromStr};

use sha2::{Digest, Sha256};

use crate::{
    hex::Digits,
    ids::{ProductId, TenantId},
};

/// A device's hash of its own stable id: 64 lower-case hex digits, made by the client.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MachineHash(Box<str>);

/// The text is not 64 lower-case hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a machine hash has 64 lower-case hex digits")]
pub struct MachineHashError;

impl MachineHash {
    /// What the published clients make of the operating system's stable id. Tenant and product go into it, so
    /// vendors can't recognise one another's devices, and so their slugs can never change.
    pub fn of(tenant: &TenantId, product: &ProductId, stable_id: &str) -> Self {
        let text = format!("keylight-keyless-machine-v1|{tenant}|{product}|{stable_id}");
        Self(Digits(&Sha256::digest(text).into()).to_string().into())
    }

    /// The 64 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for MachineHash {
    type Err = MachineHashError;

    fn from_str(text: &str) -> Result<Self, MachineHashError> {
        let digit = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f');
        if text.len() == 64 && text.bytes().all(digit) {
            Ok(Self(text.into()))
        } else {
            Err(MachineHashError)
        }
    }
}

impl fmt::Display for MachineHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_64_lower_case_hex_digits() {
        let good = "0123456789abcdef".repeat(4);
        assert!(good.parse::<MachineHash>().is_ok());
        for bad in [
            "",
            &good[1..],
            &good.to_uppercase(),
            &good.replace('a', "g"),
        ] {
            assert_eq!(bad.parse::<MachineHash>(), Err(MachineHashError), "{bad}");
        }
    }
}
