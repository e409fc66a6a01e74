//! Digests as values: bytes in memory, lower-case hex as text.

use data_encoding::HEXLOWER;
use sha2::Digest as _;
use std::{fmt, str::FromStr};

/// SHA-256 of some bytes (FIPS 180-4).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sha256(pub [u8; 32]);

/// SHA-512 of some bytes (FIPS 180-4).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sha512(pub [u8; 64]);

macro_rules! digest {
    ($name:ident, $hasher:ty, $bytes:literal) => {
        impl $name {
            /// The digest of `bytes`.
            pub fn of(bytes: &[u8]) -> Self {
                Self(<$hasher>::digest(bytes).into())
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&HEXLOWER.encode(&self.0))
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
        impl FromStr for $name {
            type Err = ();
            fn from_str(hex: &str) -> Result<Self, ()> {
                let bytes = HEXLOWER.decode(hex.as_bytes()).map_err(|_| ())?;
                Ok(Self(<[u8; $bytes]>::try_from(bytes).map_err(|_| ())?))
            }
        }
    };
}
digest!(Sha256, sha2::Sha256, 32);
digest!(Sha512, sha2::Sha512, 64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_empty_string_has_its_published_digests() {
        let hex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(Sha256::of(b"").to_string(), hex);
        assert_eq!(hex.parse::<Sha256>(), Ok(Sha256::of(b"")));
        assert!(Sha512::of(b"").to_string().starts_with("cf83e1357eefb8bd"));
        assert!(hex[1..].parse::<Sha256>().is_err());
    }
}
