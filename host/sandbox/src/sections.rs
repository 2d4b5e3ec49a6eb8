//! Custom sections of a component, read without trusting it.

/// The magic number and the version that every WebAssembly binary begins with.
const HEADER_BYTES: usize = 8;
const CUSTOM: u8 = 0;

/// The content of the first top-level custom section called `name`; none where there is none, or the bytes end early.
pub(crate) fn custom<'a>(wasm: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let mut rest = wasm.get(HEADER_BYTES..)?;
    while let Some((&id, after)) = rest.split_first() {
        let (size, after) = number(after)?;
        let body = after.get(..size)?;
        if id == CUSTOM {
            let (length, text) = number(body)?;
            if text.get(..length)? == name.as_bytes() {
                return text.get(length..);
            }
        }
        rest = &after[size..];
    }
    None
}

/// An unsigned LEB128 number of at most 32 bits, and what follows it.
fn number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0_u64;
    for (index, byte) in bytes.iter().take(5).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            let value = u32::try_from(value).ok()?;
            return Some((value as usize, &bytes[index + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_a_section_by_name() {
        let wasm = wat::parse_str(
            r#"(component (@custom "other" "x") (core module) (@custom "proofhouse:version" "1.2.3"))"#,
        )
        .unwrap();
        assert_eq!(custom(&wasm, "proofhouse:version"), Some(&b"1.2.3"[..]));
        assert_eq!(custom(&wasm, "absent"), None);
    }

    #[test]
    fn bytes_that_end_early_or_lie_about_sizes_have_no_section() {
        let wasm = wat::parse_str(r#"(component (@custom "proofhouse:version" "1.2.3"))"#).unwrap();
        for end in 0..wasm.len() {
            assert_eq!(custom(&wasm[..end], "proofhouse:version"), None, "cut at {end}");
        }
        let mut endless = wasm[..HEADER_BYTES].to_vec();
        endless.extend([0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
        assert_eq!(custom(&endless, "proofhouse:version"), None);
    }
}
