/// Compiles a loop three times (AVX-512, AVX2, the target's baseline) and picks at run time. All three give the
/// same bits: Rust never contracts `a * b + c` and rounds `mul_add` once with or without an instruction for it, and
/// sums have their lanes written out.
///
/// Functions that the body calls must be `#[inline(always)]`, else they keep the baseline's instructions.
macro_rules! vectorized {
    ($(#[$meta:meta])* $vis:vis fn $name:ident [$($generics:tt)*]
     ($($argument:ident : $type:ty),* $(,)?) $(-> $result:ty)? $body:block) => {
        $(#[$meta])*
        #[allow(clippy::too_many_arguments)]
        $vis fn $name<$($generics)*>($($argument: $type),*) $(-> $result)? {
            #[inline(always)]
            fn body<$($generics)*>($($argument: $type),*) $(-> $result)? $body

            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
                fn avx512<$($generics)*>($($argument: $type),*) $(-> $result)? {
                    body($($argument),*)
                }
                #[target_feature(enable = "avx2,fma")]
                fn avx2<$($generics)*>($($argument: $type),*) $(-> $result)? {
                    body($($argument),*)
                }
                if $crate::kernels::has_avx512() {
                    // SAFETY: the processor has just been found to have every feature the function enables.
                    return unsafe { avx512($($argument),*) };
                }
                if $crate::kernels::has_avx2() {
                    // SAFETY: as above.
                    return unsafe { avx2($($argument),*) };
                }
            }
            body($($argument),*)
        }
    };
}
