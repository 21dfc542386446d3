//! Hexadecimal digits.

/// Bytes as lower-case digits, two each.
///
/// ```
/// assert_eq!(mailprof::hex::hex(&[0, 0xa5]), "00a5");
/// ```
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    let mut digits = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            digits.push(char::from_digit(u32::from(digit), 16).unwrap_or_default());
        }
    }
    digits
}
