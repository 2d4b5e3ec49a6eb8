//! Blobs: bytes under the name of their digest, each stored once.

use std::collections::BTreeMap;

use proofhouse_types::CurvePoint;
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};

use crate::{Digest, LedgerError};

/// Stores `bytes`, unless they are there already.
pub(crate) fn put(connection: &Connection, bytes: &[u8]) -> Result<Digest, LedgerError> {
    let digest = Digest::of(bytes);
    connection
        .prepare_cached("INSERT INTO blobs (digest, bytes) VALUES (?1, ?2) ON CONFLICT (digest) DO NOTHING")
        .and_then(|mut insert| insert.execute(params![digest.to_string(), bytes]))
        .map_err(LedgerError::writing)?;
    Ok(digest)
}

/// The bytes that `digest` names.
pub(crate) fn get(connection: &Connection, digest: Digest) -> Result<Vec<u8>, LedgerError> {
    connection
        .prepare_cached("SELECT bytes FROM blobs WHERE digest = ?1")
        .and_then(|mut select| select.query_row([digest.to_string()], |row| row.get(0)).optional())
        .map_err(LedgerError::reading)?
        .ok_or_else(|| LedgerError::Damaged(format!("blob {digest} is missing")))
}

/// A curve as it is stored: the points of each name together, which is a fourth of the size of a list of records.
#[derive(Serialize, Deserialize)]
struct StoredCurve(Vec<StoredSeries>);

#[derive(Serialize, Deserialize)]
struct StoredSeries {
    name: String,
    points: Vec<StoredPoint>,
}

#[derive(Serialize, Deserialize)]
struct StoredPoint(u64, u64, #[serde(with = "proofhouse_types::number")] f64);

/// A curve as bytes: JSON, each name's points as `[place in the curve, step, value]`.
pub(crate) fn curve_to_bytes(curve: &[CurvePoint]) -> Result<Vec<u8>, LedgerError> {
    let mut series: BTreeMap<&str, Vec<StoredPoint>> = BTreeMap::new();
    for (place, point) in curve.iter().enumerate() {
        series.entry(&point.name).or_default().push(StoredPoint(place as u64, point.step, point.value));
    }
    let stored = StoredCurve(
        series.into_iter().map(|(name, points)| StoredSeries { name: name.to_owned(), points }).collect(),
    );
    serde_json::to_vec(&stored).map_err(LedgerError::encoding)
}

/// The curve that [`curve_to_bytes`] wrote.
pub(crate) fn curve_from_bytes(bytes: &[u8]) -> Result<Vec<CurvePoint>, LedgerError> {
    let stored: StoredCurve = serde_json::from_slice(bytes)
        .map_err(|error| LedgerError::Damaged(format!("a curve is not readable: {error}")))?;
    let mut placed = Vec::new();
    for series in stored.0 {
        for StoredPoint(place, step, value) in series.points {
            placed.push((place, CurvePoint { name: series.name.clone(), step, value }));
        }
    }
    placed.sort_by_key(|(place, _)| *place);
    Ok(placed.into_iter().map(|(_, point)| point).collect())
}

#[cfg(test)]
mod tests {
    use proofhouse_types::CurvePoint;

    use super::{curve_from_bytes, curve_to_bytes};

    #[test]
    fn curves_keep_their_order_and_their_bits() {
        let point = |name: &str, step, value| CurvePoint { name: name.into(), step, value };
        let curve = vec![
            point("train loss", 0, 5.5),
            point("gradient norm", 0, f64::INFINITY),
            point("train loss", 10, 0.1 + 0.2),
            point("train loss", 10, -0.0),
        ];
        assert_eq!(curve_from_bytes(&curve_to_bytes(&curve).expect("writes")).expect("reads"), curve);
        assert_eq!(curve_from_bytes(&curve_to_bytes(&[]).expect("writes")).expect("reads"), vec![]);
        assert!(curve_from_bytes(b"[{").is_err());
    }
}
