//! Machine hashes, which identify a device across activations.

use std::{fmt, str::FromStr};

use sha2::{Digest, Sha256};

use crate::{
    hex::HexDigits,
    ids::{ProductId, TenantId},
};

/// A client-computed hash of the device's stable ID: 64 lowercase hex digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MachineHash(Box<str>);

/// The string is not 64 lowercase hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a machine hash has 64 lowercase hex digits")]
pub struct MachineHashError;

impl MachineHash {
    /// Computes the hash as the published clients do, from the operating system's stable ID.
    ///
    /// Tenant and product are part of the input, so vendors can't correlate each other's devices.
    /// Their slugs therefore can't be changed.
    pub fn compute(tenant_id: &TenantId, product_id: &ProductId, stable_id: &str) -> Self {
        let text = format!("keylight-keyless-machine-v1|{tenant_id}|{product_id}|{stable_id}");
        Self(HexDigits(&Sha256::digest(text).into()).to_string().into())
    }

    /// Returns the 64 digits.
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
    fn machine_hash_is_64_lowercase_hex_digits() {
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
