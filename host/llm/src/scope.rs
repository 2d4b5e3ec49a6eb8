//! Which exchange of a run a request is.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use crate::{ExchangeId, Provider, Request};

/// A plugin's call, and which requests it has made so far: so that the second of two equal ones is another exchange.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    name: String,
    made: HashMap<String, u64>,
}

impl Scope {
    /// A call that has made no request yet. Two calls of a run never have the same name.
    pub fn new(name: impl Into<String>) -> Scope {
        Scope { name: name.into(), made: HashMap::new() }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The identity of the call's next request. `target`: the provider and its name for the model, where there is one.
    pub(crate) fn next(&mut self, request: &Request, target: Option<(Provider, &str)>) -> ExchangeId {
        let text = serde_json::to_string(&(request, target)).unwrap_or_else(|_| format!("{request:?}"));
        let made = self.made.entry(sha256(text.as_bytes())).or_insert(0);
        let id = sha256(format!("{made}\n{text}").as_bytes());
        *made += 1;
        ExchangeId { scope: self.name.clone(), request: id }
    }
}

/// SHA-256 as lower-case hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::tests::ask;

    #[test]
    fn equal_requests_are_told_apart_the_same_way_each_time() {
        let target = Some((Provider::OpenaiChat, "m"));
        let ids = |scope: &mut Scope| {
            [ask("a"), ask("a"), ask("b"), ask("a")].map(|request| scope.next(&request, target).request)
        };
        let first = ids(&mut Scope::new("propose 1"));
        assert_eq!(first, ids(&mut Scope::new("propose 1")));
        let distinct: std::collections::HashSet<_> = first.iter().collect();
        assert_eq!(distinct.len(), 4);
    }

    #[test]
    fn another_model_behind_the_name_is_another_exchange() {
        let id = |target| Scope::new("s").next(&ask("a"), target).request;
        let all = [
            None,
            Some((Provider::OpenaiChat, "m")),
            Some((Provider::OpenaiChat, "n")),
            Some((Provider::Gemini, "m")),
        ];
        let distinct: std::collections::HashSet<_> = all.into_iter().map(id).collect();
        assert_eq!(distinct.len(), 4);
    }
}
