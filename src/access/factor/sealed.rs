//! A small secret as text: XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) under the
//! standing key, bound to whose it is and which. `1.` and base64url (RFC 4648 §5) of the
//! 24 random bytes of the nonce, the sealed bytes and the tag.

use super::key::Key;
use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};
use data_encoding::BASE64URL_NOPAD;

const VERSION: &str = "1.";
const NONCE: usize = 24;

/// What the sealed bytes are bound to: neither id holds a NUL.
fn bound(person: &str, factor: &str) -> Vec<u8> {
    format!("lantai second factor 1\0{person}\0{factor}").into_bytes()
}

pub(super) fn seal(key: &Key, person: &str, factor: &str, secret: &[u8]) -> String {
    let mut nonce = [0_u8; NONCE];
    getrandom::fill(&mut nonce).expect("the operating system gives random bytes");
    seal_with(key, nonce, person, factor, secret)
}

fn seal_with(key: &Key, nonce: [u8; NONCE], person: &str, factor: &str, secret: &[u8]) -> String {
    let payload = Payload { msg: secret, aad: &bound(person, factor) };
    let cipher = XChaCha20Poly1305::new(key.into());
    let sealed = cipher.encrypt(&XNonce::from(nonce), payload).expect("a small secret fits into the memory");
    format!("{VERSION}{}", BASE64URL_NOPAD.encode(&[&nonce[..], &sealed].concat()))
}

/// `None` for a text of another version, another key, another owner, or a changed one.
pub(super) fn open(key: &Key, person: &str, factor: &str, text: &str) -> Option<Vec<u8>> {
    let bytes = BASE64URL_NOPAD.decode(text.strip_prefix(VERSION)?.as_bytes()).ok()?;
    let (nonce, sealed) = bytes.split_first_chunk::<NONCE>()?;
    let payload = Payload { msg: sealed, aad: &bound(person, factor) };
    XChaCha20Poly1305::new(key.into()).decrypt(&XNonce::from(*nonce), payload).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sealed texts stand in archives: this one may never change. Worked out apart from
    /// this program, with HChaCha20 written after the draft and the ChaCha20-Poly1305 of
    /// OpenSSL.
    const VECTOR: &str = "1.QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZX5Qs2ROXWTi62xLaMnKhQpKWClPRgPuXhXE_KlH5mhdBtmA7W";

    fn key() -> Key {
        std::array::from_fn(|at| at as u8)
    }

    #[test]
    fn what_is_sealed_today_opens_for_ever() {
        let nonce = std::array::from_fn(|at| 0x40 + at as u8);
        let secret = b"12345678901234567890";
        assert_eq!(seal_with(&key(), nonce, "person-1", "factor-1", secret), VECTOR);
        assert_eq!(open(&key(), "person-1", "factor-1", VECTOR).unwrap(), secret);
    }

    #[test]
    fn another_owner_another_key_and_a_changed_text_open_nothing() {
        let sealed = seal(&key(), "p", "f", b"secret");
        assert_ne!(sealed, seal(&key(), "p", "f", b"secret"), "no nonce comes twice");
        assert_eq!(open(&key(), "p", "f", &sealed).unwrap(), b"secret");
        assert!(open(&key(), "q", "f", &sealed).is_none() && open(&key(), "p", "g", &sealed).is_none());
        assert!(open(&[7; 32], "p", "f", &sealed).is_none());
        let changed = format!("{}{}", &sealed[..sealed.len() - 2], if sealed.ends_with("AA") { "BA" } else { "AA" });
        for text in [changed.as_str(), &sealed.replacen('1', "2", 1), &sealed[..20], "1.", ""] {
            assert!(open(&key(), "p", "f", text).is_none(), "{text}");
        }
    }
}
