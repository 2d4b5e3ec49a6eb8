//! The `export!` of each role.
//!
//! In a component it writes the role's exports. Natively, where plugins are only tested, the names that the component
//! model gives them mean nothing to a linker: there it only checks that the type is a plugin of the role.

/// Exports the given type as a searcher: `proofhouse_sdk::searcher::export!`.
#[macro_export]
macro_rules! export_searcher {
    ($plugin:ident) => {
        #[cfg(target_arch = "wasm32")]
        $crate::searcher::bindings::export!($plugin with_types_in $crate::searcher::bindings);
        #[cfg(not(target_arch = "wasm32"))]
        const _: fn() = || {
            fn is_plugin<T: $crate::searcher::Guest>() {}
            is_plugin::<$plugin>();
        };
    };
}

/// Exports the given type as an ideator: `proofhouse_sdk::ideator::export!`.
#[macro_export]
macro_rules! export_ideator {
    ($plugin:ident) => {
        #[cfg(target_arch = "wasm32")]
        $crate::ideator::bindings::export!($plugin with_types_in $crate::ideator::bindings);
        #[cfg(not(target_arch = "wasm32"))]
        const _: fn() = || {
            fn is_plugin<T: $crate::ideator::Guest>() {}
            is_plugin::<$plugin>();
        };
    };
}

/// Exports the given type as an implementer: `proofhouse_sdk::implementer::export!`.
#[macro_export]
macro_rules! export_implementer {
    ($plugin:ident) => {
        #[cfg(target_arch = "wasm32")]
        $crate::implementer::bindings::export!($plugin with_types_in $crate::implementer::bindings);
        #[cfg(not(target_arch = "wasm32"))]
        const _: fn() = || {
            fn is_plugin<T: $crate::implementer::Guest>() {}
            is_plugin::<$plugin>();
        };
    };
}

/// Exports the given type as an evaluator: `proofhouse_sdk::evaluator::export!`.
#[macro_export]
macro_rules! export_evaluator {
    ($plugin:ident) => {
        #[cfg(target_arch = "wasm32")]
        $crate::evaluator::bindings::export!($plugin with_types_in $crate::evaluator::bindings);
        #[cfg(not(target_arch = "wasm32"))]
        const _: fn() = || {
            fn is_plugin<T: $crate::evaluator::Guest>() {}
            is_plugin::<$plugin>();
        };
    };
}
