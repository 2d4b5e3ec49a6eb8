//! Reading configuration files: an unknown key, a wrong type or a duplicate is an error with file, line and key.

use std::fs;
use std::path::Path;

use serde::de::DeserializeOwned;

use crate::LabError;

/// The text of `file`, and what it says.
pub(crate) fn read<T: DeserializeOwned>(file: &Path) -> Result<(String, T), LabError> {
    let text = fs::read_to_string(file).map_err(LabError::io(file))?;
    let value = parse(file, &text)?;
    Ok((text, value))
}

pub(crate) fn parse<T: DeserializeOwned>(file: &Path, text: &str) -> Result<T, LabError> {
    toml::from_str(text).map_err(|error| LabError::config(file, error.to_string().trim_end()))
}

/// Is `name` a plain word: what names of runs, components and data streams are?
pub(crate) fn check_word(file: &Path, key: &str, name: &str) -> Result<(), LabError> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if (1..=64).contains(&name.len()) && name.bytes().all(plain) {
        return Ok(());
    }
    Err(LabError::config(
        file,
        format!("`{key}` is `{}`: use 1 to 64 letters, digits, `-` and `_`", name.escape_debug()),
    ))
}
