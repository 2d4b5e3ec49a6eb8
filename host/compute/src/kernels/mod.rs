//! Loops over slices of numbers. They know no tensors, no quotas and no graph, run on one thread, and add in a
//! fixed order: the same input gives the same bits.

#[macro_use]
mod vectorized;
pub(crate) mod activation;
pub(crate) mod attention;
pub(crate) mod copy;
pub(crate) mod cross_entropy;
pub(crate) mod dense;
pub(crate) mod elementwise;
pub(crate) mod float;
pub(crate) mod matrix;
pub(crate) mod norm;
pub(crate) mod optimizer;
pub(crate) mod random;
pub(crate) mod rows;
mod special;
pub(crate) mod transcendental;

/// Does this processor have the AVX-512 instructions that `vectorized!` enables?
#[cfg(target_arch = "x86_64")]
#[inline]
pub(crate) fn has_avx512() -> bool {
    std::arch::is_x86_feature_detected!("avx512f")
        && std::arch::is_x86_feature_detected!("avx512bw")
        && std::arch::is_x86_feature_detected!("avx512dq")
        && std::arch::is_x86_feature_detected!("avx512vl")
}

/// Does this processor have the AVX2 and FMA instructions that `vectorized!` enables?
#[cfg(target_arch = "x86_64")]
#[inline]
pub(crate) fn has_avx2() -> bool {
    std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma")
}
