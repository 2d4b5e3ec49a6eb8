//! A plugin's state as bytes: JSON, with the name and the version of what wrote it.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

#[derive(Serialize)]
struct Written<'a, T> {
    plugin: &'a str,
    version: u32,
    state: &'a T,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read {
    plugin: String,
    version: u32,
    state: serde_json::Value,
}

/// The bytes of a state. `version` is that of the state's form, and grows when the form changes.
///
/// # Errors
/// Where the state cannot be written as JSON: a map whose keys are no strings.
pub fn save<T: Serialize>(plugin: &str, version: u32, state: &T) -> Result<Vec<u8>, String> {
    serde_json::to_vec(&Written { plugin, version, state })
        .map_err(|why| format!("the state of {plugin} cannot be written: {why}"))
}

/// The state in `bytes`, which this plugin wrote in this version of its form.
///
/// # Errors
/// Where the bytes are something else; the message says what.
pub fn restore<T: DeserializeOwned>(plugin: &str, version: u32, bytes: &[u8]) -> Result<T, String> {
    let damaged = |why: serde_json::Error| format!("this is no state of {plugin}: {why}");
    let read: Read = serde_json::from_slice(bytes).map_err(damaged)?;
    if read.plugin != plugin {
        return Err(format!("this is a state of another plugin, not of {plugin}"));
    }
    if read.version != version {
        return Err(format!(
            "this state has version {}; this {plugin} reads version {version}: resume with the plugin that wrote it",
            read.version
        ));
    }
    serde_json::from_value(read.state).map_err(damaged)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_comes_back() {
        let bytes = save("evolution", 2, &vec![1u32, 2]).expect("writes");
        assert_eq!(restore::<Vec<u32>>("evolution", 2, &bytes), Ok(vec![1, 2]));
    }

    #[test]
    fn what_is_no_state_is_refused_with_the_reason() {
        let bytes = save("evolution", 2, &vec![1u32]).expect("writes");
        let refusal = |result: Result<Vec<u32>, String>| result.expect_err("refused");
        assert!(refusal(restore("best-of-n", 2, &bytes)).contains("another plugin"));
        assert!(refusal(restore("evolution", 3, &bytes)).contains("version 2"));
        assert!(refusal(restore("evolution", 2, &bytes[..9])).contains("no state of evolution"));
        assert!(refusal(restore("evolution", 2, b"\xff\x00")).contains("no state of evolution"));
        let other = save("evolution", 2, &"text").expect("writes");
        assert!(refusal(restore("evolution", 2, &other)).contains("no state of evolution"));
    }
}
