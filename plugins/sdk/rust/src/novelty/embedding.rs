//! Vectors of meaning, kept in one byte a number.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A vector whose length was lost, which a cosine does not need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Embedding(Vec<i8>);

impl Embedding {
    /// Quantises a vector. None where it has no direction.
    pub fn new(vector: &[f32]) -> Option<Embedding> {
        let largest = vector.iter().fold(0.0f32, |largest, value| largest.max(value.abs()));
        if vector.iter().any(|value| !value.is_finite()) || largest == 0.0 {
            return None;
        }
        Some(Embedding(vector.iter().map(|value| (value / largest * 127.0).round() as i8).collect()))
    }

    /// None where the two are of different models.
    pub fn cosine(&self, other: &Embedding) -> Option<f64> {
        if self.0.len() != other.0.len() {
            return None;
        }
        let dot = |one: &[i8], two: &[i8]| -> f64 {
            one.iter().zip(two).map(|(one, two)| f64::from(i32::from(*one) * i32::from(*two))).sum()
        };
        Some(dot(&self.0, &other.0) / (dot(&self.0, &self.0) * dot(&other.0, &other.0)).sqrt())
    }
}

impl Serialize for Embedding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text: String = self.0.iter().map(|value| format!("{:02x}", *value as u8)).collect();
        serializer.serialize_str(&text)
    }
}

impl<'de> Deserialize<'de> for Embedding {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Embedding, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong = || serde::de::Error::custom("an embedding is written in pairs of hexadecimal digits");
        if !text.is_ascii() || text.len() % 2 != 0 {
            return Err(wrong());
        }
        let values: Result<Vec<i8>, _> = (0..text.len() / 2)
            .map(|at| u8::from_str_radix(&text[at * 2..at * 2 + 2], 16).map(|byte| byte as i8))
            .collect();
        values.map(Embedding).map_err(|_| wrong())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cosine_survives_quantising() {
        let one: Vec<f32> = (0..256).map(|n| (n as f32 * 0.37).sin() * 0.05).collect();
        let two: Vec<f32> = (0..256).map(|n| (n as f32 * 0.37 + 0.4).sin() * 3.0).collect();
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(a * b)).sum::<f64>();
        let exact = dot(&one, &two) / (dot(&one, &one) * dot(&two, &two)).sqrt();
        let (one, two) = (Embedding::new(&one).expect("a vector"), Embedding::new(&two).expect("a vector"));
        assert!((one.cosine(&two).expect("same length") - exact).abs() < 0.005);
        assert!((one.cosine(&one).expect("same length") - 1.0).abs() < 1e-12);
    }

    #[test]
    fn what_is_no_direction_is_no_embedding() {
        assert_eq!(Embedding::new(&[0.0, 0.0]), None);
        assert_eq!(Embedding::new(&[1.0, f32::NAN]), None);
        let (short, long) = (Embedding::new(&[1.0]).expect("one"), Embedding::new(&[1.0, 0.0]).expect("two"));
        assert_eq!(short.cosine(&long), None);
        let json = serde_json::to_string(&Embedding::new(&[1.0, -1.0, 0.5])).expect("writes");
        assert_eq!(json, "\"7f8140\"");
        assert_eq!(serde_json::from_str::<Embedding>(&json).ok(), Embedding::new(&[1.0, -1.0, 0.5]));
    }
}
