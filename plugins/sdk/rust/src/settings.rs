//! A plugin's settings: a JSON object in which every key is known and every value has its type.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// The settings that were given, taken out one by one. What is left at the end is unknown, and an error.
#[derive(Debug)]
pub struct Settings {
    left: Map<String, Value>,
    known: Vec<&'static str>,
}

impl Settings {
    /// Reads a JSON object. An empty text, or `null`, means that nothing was set.
    ///
    /// # Errors
    /// Where `json` is not a JSON object.
    pub fn parse(json: &str) -> Result<Settings, String> {
        let value = if json.trim().is_empty() {
            Value::Null
        } else {
            serde_json::from_str(json).map_err(unreadable)?
        };
        match value {
            Value::Object(left) => Ok(Settings { left, known: Vec::new() }),
            Value::Null => Ok(Settings { left: Map::new(), known: Vec::new() }),
            other => Err(format!("the settings are {}, not a table", describe(&other))),
        }
    }

    /// The value of `key`, if it was set.
    ///
    /// # Errors
    /// Where the value has another type than `T`; the message names the key.
    pub fn take<T: DeserializeOwned>(&mut self, key: &'static str) -> Result<Option<T>, String> {
        self.known.push(key);
        match self.left.remove(key) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => {
                let shown = describe(&value);
                // The reason may repeat the value, however long that is.
                let wrong = |why: serde_json::Error| {
                    format!("setting `{key}` is {shown}: {}", shorten(&why.to_string()))
                };
                serde_json::from_value(value).map(Some).map_err(wrong)
            }
        }
    }

    /// The value of `key`, or `default` where it was not set.
    ///
    /// # Errors
    /// As [`Settings::take`].
    pub fn or<T: DeserializeOwned>(&mut self, key: &'static str, default: T) -> Result<T, String> {
        Ok(self.take(key)?.unwrap_or(default))
    }

    /// The value of `key`, which must be set.
    ///
    /// # Errors
    /// As [`Settings::take`], and where the key is missing.
    pub fn required<T: DeserializeOwned>(&mut self, key: &'static str) -> Result<T, String> {
        self.take(key)?.ok_or_else(|| format!("setting `{key}` is missing"))
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// Where a setting was given that nothing asked for; the message names it, and those that exist.
    pub fn finish(self) -> Result<(), String> {
        match self.left.keys().next() {
            None => Ok(()),
            Some(unknown) => {
                let known = self.known.join("`, `");
                Err(format!("unknown setting `{}`: there are `{known}`", shorten(unknown)))
            }
        }
    }
}

/// Is `value` within `low..=high`? Gives it back, or an error that names the setting.
///
/// # Errors
/// Where the value is outside, or not a number.
pub fn within<T: PartialOrd + std::fmt::Display>(
    key: &'static str,
    value: T,
    low: T,
    high: T,
) -> Result<T, String> {
    if value >= low && value <= high {
        Ok(value)
    } else {
        Err(format!("setting `{key}` is {value}: it must be from {low} to {high}"))
    }
}

fn unreadable(why: serde_json::Error) -> String {
    format!("the settings are not JSON: {why}")
}

/// A value as an error message shows it: short, whatever was given.
fn describe(value: &Value) -> String {
    match value {
        Value::Array(_) => "a list".into(),
        Value::Object(_) => "a table".into(),
        scalar => shorten(&scalar.to_string()),
    }
}

fn shorten(text: &str) -> String {
    const LONGEST: usize = 100;
    if text.chars().count() <= LONGEST {
        text.to_string()
    } else {
        text.chars().take(LONGEST).chain(['…']).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_defaults_and_what_is_missing() {
        let mut settings =
            Settings::parse(r#"{"epochs": 4, "share": 0.5, "name": null}"#).expect("an object");
        assert_eq!(settings.or("epochs", 10u32), Ok(4));
        assert_eq!(settings.or("context", 100usize), Ok(100));
        assert_eq!(settings.take::<String>("name"), Ok(None));
        assert_eq!(settings.required::<f64>("share"), Ok(0.5));
        assert_eq!(settings.required::<f64>("step"), Err("setting `step` is missing".into()));
        assert_eq!(settings.finish(), Ok(()));
    }

    #[test]
    fn an_unknown_key_is_named_with_those_that_exist() {
        let mut settings = Settings::parse(r#"{"epoch": 4}"#).expect("an object");
        let _: u32 = settings.or("epochs", 1).expect("the default");
        let error = settings.finish().expect_err("`epoch` is not known");
        assert!(error.contains("`epoch`") && error.contains("`epochs`"), "{error}");
    }

    #[test]
    fn a_wrong_type_names_its_key() {
        let mut settings = Settings::parse(r#"{"epochs": "four", "population": -1}"#).expect("an object");
        let error = settings.take::<u32>("epochs").expect_err("a string");
        assert!(error.starts_with("setting `epochs` is \"four\""), "{error}");
        let error = settings.take::<u32>("population").expect_err("negative");
        assert!(error.starts_with("setting `population` is -1"), "{error}");
    }

    #[test]
    fn what_is_no_object_is_refused() {
        assert!(Settings::parse("").is_ok());
        assert!(Settings::parse("[1]").expect_err("a list").contains("a list"));
        assert!(Settings::parse("{").expect_err("cut off").contains("not JSON"));
        assert!(within("share", f64::NAN, 0.0, 1.0).is_err());
        assert_eq!(within("share", 1.0, 0.0, 1.0), Ok(1.0));
    }

    #[test]
    fn a_long_value_is_cut_in_the_message() {
        let mut settings =
            Settings::parse(&format!(r#"{{"n": "{}"}}"#, "é".repeat(5000))).expect("an object");
        assert!(settings.take::<u32>("n").expect_err("a string").len() < 500);
    }
}
