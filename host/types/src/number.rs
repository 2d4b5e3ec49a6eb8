//! Numbers a guest reported, in JSON. JSON has no NaN and no infinity, but a loss that became NaN is a fact worth
//! keeping: such a value is written as the word `NaN`, `inf` or `-inf`.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Number(f64),
    Word(String),
}

fn write(value: f64) -> Written {
    if value.is_finite() { Written::Number(value) } else { Written::Word(value.to_string()) }
}

fn read<E: Error>(written: Written) -> Result<f64, E> {
    match written {
        Written::Number(value) => Ok(value),
        Written::Word(word) => match word.as_str() {
            "NaN" => Ok(f64::NAN),
            "inf" => Ok(f64::INFINITY),
            "-inf" => Ok(f64::NEG_INFINITY),
            _ => Err(E::custom(format!("`{word}` is not a number: expected NaN, inf or -inf"))),
        },
    }
}

/// For `#[serde(with = "…")]` on an `f64`.
pub fn serialize<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    write(*value).serialize(serializer)
}

/// For `#[serde(with = "…")]` on an `f64`.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    read(Written::deserialize(deserializer)?)
}

/// The same for an `Option<f64>`.
pub mod option {
    use super::{Deserialize, Deserializer, Serialize, Serializer, Written, read, write};

    /// For `#[serde(with = "…")]` on an `Option<f64>`.
    pub fn serialize<S: Serializer>(value: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
        value.map(write).serialize(serializer)
    }

    /// For `#[serde(with = "…")]` on an `Option<f64>`.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
        Option::<Written>::deserialize(deserializer)?.map(read).transpose()
    }
}

#[cfg(test)]
mod tests {
    use crate::{CurvePoint, Score};

    #[test]
    fn non_finite_values_survive_json() {
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.1 + 0.2, -0.0, f64::MIN_POSITIVE] {
            let point = CurvePoint { name: "loss".into(), step: 3, value };
            let text = serde_json::to_string(&point).expect("serialises");
            let back: CurvePoint = serde_json::from_str(&text).expect(&text);
            assert!(
                back.value.to_bits() == value.to_bits() || (back.value.is_nan() && value.is_nan()),
                "{text}"
            );
        }
        assert!(serde_json::from_str::<CurvePoint>(r#"{"name":"x","step":0,"value":"many"}"#).is_err());
    }

    #[test]
    fn a_missing_standard_error_stays_missing() {
        let score = Score { value: 1.5, standard_error: None, measurements: vec![] };
        let text = serde_json::to_string(&score).expect("serialises");
        assert_eq!(serde_json::from_str::<Score>(&text).expect("reads"), score);
    }
}
