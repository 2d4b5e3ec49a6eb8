//! What tests of decompositions share, none all of it.
#![allow(dead_code)]

use proofhouse_compute::{Code, Result, Session, Tensor};

use super::differences::values;

pub fn close(name: &str, found: &[f32], expected: &[f32]) {
    assert_eq!(found.len(), expected.len(), "{name}");
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        let tolerance = 3e-5 * expected.abs().max(1.0);
        assert!((found - expected).abs() < tolerance, "{name}: element {i}: {found} instead of {expected}");
    }
}

pub fn refused<T>(result: Result<T>) -> (Code, String) {
    match result {
        Ok(_) => panic!("this should have been refused"),
        Err(error) => (error.code, error.message),
    }
}

pub fn transpose(s: &mut Session, x: &Tensor) -> Tensor {
    let rank = x.shape().len() as u32;
    let order: Vec<u32> = (0..rank - 2).chain([rank - 1, rank - 2]).collect();
    s.permute(x, &order).expect("a transpose")
}

/// Columns of `x` are orthonormal.
pub fn orthonormal(s: &mut Session, name: &str, x: &Tensor) {
    let turned = transpose(s, x);
    let product = s.matmul(&turned, x).expect("a product");
    let n = product.shape()[product.shape().len() - 1] as usize;
    for (i, found) in values(s, &product).into_iter().enumerate() {
        let expected = if (i % (n * n)).is_multiple_of(n + 1) { 1.0 } else { 0.0 };
        assert!((found - expected).abs() < 1e-5, "{name}: {found} instead of {expected}");
    }
}
