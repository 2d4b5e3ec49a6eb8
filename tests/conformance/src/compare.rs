//! Two records of a case: exact in types, shapes, integers and errors, near in fractions.

use std::collections::HashMap;

use serde_json::Value;

use crate::results::Results;

/// What is compared of a case, the first difference is told.
const PARTS: [&str; 4] = ["error", "out", "grad", "second"];

/// Relative and absolute.
#[derive(Debug, Clone, Copy)]
struct Tolerance {
    relative: f64,
    /// Of the largest number of the tensor, if that is more than one.
    absolute: f64,
}

/// Of an element type; none is exact. Half types are allowed to differ in the last bit.
fn usual(dtype: &str) -> Option<Tolerance> {
    let (relative, absolute) = match dtype {
        "float" | "complex" | "float32" | "complex64" => (1e-5, 1e-6),
        "float64" | "complex128" => (1e-9, 1e-10),
        "float16" => (2e-3, 1e-5),
        "bfloat16" => (1.6e-2, 1e-4),
        _ => return None,
    };
    Some(Tolerance { relative, absolute })
}

/// Of two results of one family.
#[derive(Debug, Default)]
pub struct Comparison {
    /// Cases that both have, and that say the same.
    pub equal: usize,
    /// The others, of which the case file says nothing.
    pub different: Vec<Difference>,
    /// Those of which the case file says why they differ, with that.
    pub known: Vec<(Difference, String)>,
}

/// A case in which the two sides differ.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// `family/operator/index`.
    pub id: String,
    /// `out`, `grad`, `second`, `error`, `differences` (gradients that finite differences deny) or `case`.
    pub part: &'static str,
    /// What the sandbox found.
    pub found: String,
    /// What PyTorch found.
    pub expected: String,
}

/// Compares the cases of a family, by their ids.
pub fn compare(found: &Results, expected: &Results) -> Comparison {
    let known: HashMap<&str, &Value> =
        found.cases.iter().map(|case| (case.id.as_str(), &case.record)).collect();
    let mut comparison = Comparison::default();
    for case in &expected.cases {
        match known.get(case.id.as_str()).map_or_else(
            || Some(("case", "is absent".to_owned(), "is there".to_owned())),
            |record| difference(record, &case.record),
        ) {
            None => comparison.equal += 1,
            Some((part, found, expected)) => {
                let difference = Difference { id: case.id.clone(), part, found, expected };
                match case.record["known"].as_str() {
                    Some(why) => comparison.known.push((difference, why.to_owned())),
                    None => comparison.different.push(difference),
                }
            }
        }
    }
    let extra = found.cases.len().saturating_sub(expected.cases.len());
    if extra > 0 {
        let (found, expected) = (format!("{extra} more cases"), "made from another case file".to_owned());
        comparison.different.push(Difference { id: "all".to_owned(), part: "case", found, expected });
    }
    comparison
}

fn difference(found: &Value, expected: &Value) -> Option<(&'static str, String, String)> {
    let own = tolerance(expected);
    let differs = PARTS.into_iter().find(|part| match (found.get(part), expected.get(part)) {
        (None, None) => false,
        (Some(found), Some(expected)) => !same(found, expected, own),
        _ => true,
    });
    if let Some(part) = differs {
        // Where one side failed, the other's part says little without its error.
        let shown =
            |side: &Value| side.get(part).or_else(|| side.get("error")).unwrap_or(&Value::Null).to_string();
        return Some((part, shown(found), shown(expected)));
    }
    let denied = found.get("differences")?;
    Some(("differences", denied.to_string(), "[by autograd, by finite differences] are the same".to_owned()))
}

/// What the case file states for an operator.
fn tolerance(record: &Value) -> Option<Tolerance> {
    let stated = record.get("tol")?;
    Some(Tolerance { relative: stated[0].as_f64()?, absolute: stated[1].as_f64()? })
}

fn same(found: &Value, expected: &Value, own: Option<Tolerance>) -> bool {
    match (found, expected) {
        (Value::Array(found), Value::Array(expected)) => {
            found.len() == expected.len() && found.iter().zip(expected).all(|(f, e)| same(f, e, own))
        }
        (Value::Object(_), Value::Object(_)) => {
            let alike = ["t", "s", "py", "h"].into_iter().all(|key| found.get(key) == expected.get(key));
            let usual = expected.get("t").and_then(Value::as_str).and_then(usual);
            alike
                && match usual {
                    Some(usual) => near(&found["v"], &expected["v"], own.unwrap_or(usual)),
                    None => found["v"] == expected["v"],
                }
        }
        _ => found == expected,
    }
}

fn near(found: &Value, expected: &Value, tolerance: Tolerance) -> bool {
    let (Some(found), Some(expected)) = (found.as_array(), expected.as_array()) else { return false };
    let largest =
        expected.iter().filter_map(Value::as_f64).fold(1.0, |most: f64, value| most.max(value.abs()));
    found.len() == expected.len()
        && found.iter().zip(expected).all(|(found, expected)| match (found.as_f64(), expected.as_f64()) {
            (Some(found), Some(expected)) => {
                (found - expected).abs() <= tolerance.relative * expected.abs() + tolerance.absolute * largest
            }
            // Words: "nan", "inf", "-inf".
            _ => found == expected,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADING: &str = r#"{"torch":"2","family":"f","seed":1,"operators":1}"#;

    fn differs(found: &str, expected: &str) -> Option<&'static str> {
        let read = |record: &str| {
            Results::parse(&format!("{HEADING}\n{}", record.replacen('{', r#"{"id":"f/x/0","#, 1))).unwrap()
        };
        compare(&read(found), &read(expected)).different.first().map(|difference| difference.part)
    }

    fn tensor(dtype: &str, values: &str) -> String {
        format!(r#"{{"out":{{"t":"{dtype}","s":[2],"v":[{values}]}}}}"#)
    }

    #[test]
    fn fractions_are_near_and_all_else_is_exact() {
        let one = tensor("float32", "1.0,2.0");
        assert_eq!(differs(&one, &one), None);
        assert_eq!(differs(&tensor("float32", "1.000009,2.0"), &one), None);
        assert_eq!(differs(&tensor("float32", "1.0001,2.0"), &one), Some("out"));
        assert_eq!(differs(&tensor("float64", "1.0,2.0"), &one), Some("out"));
        assert_eq!(differs(&tensor("float64", "1.0,2.0000001"), &tensor("float64", "1.0,2.0")), Some("out"));
        assert_eq!(differs(&tensor("int64", "1,2"), &tensor("int64", "1,3")), Some("out"));
        assert_eq!(differs(&tensor("float32", r#""nan",2.0"#), &one), Some("out"));
        assert_eq!(differs(&tensor("float32", r#""nan",2.0"#), &tensor("float32", r#""nan",2.0"#)), None);
        assert_eq!(differs(&tensor("float32", "1.0"), &one), Some("out"));
    }

    #[test]
    fn a_stated_tolerance_replaces_the_usual_one() {
        let stated = r#"{"tol":[0.1,0.0],"out":{"t":"float32","s":[1],"v":[1.0]}}"#;
        assert_eq!(differs(r#"{"out":{"t":"float32","s":[1],"v":[1.05]}}"#, stated), None);
        assert_eq!(differs(r#"{"out":{"t":"float32","s":[1],"v":[1.2]}}"#, stated), Some("out"));
    }

    #[test]
    fn a_missing_gradient_an_error_and_a_wrong_gradient_are_differences() {
        let whole = r#"{"out":{"py":"int","v":1},"grad":[]}"#;
        assert_eq!(differs(r#"{"out":{"py":"int","v":1}}"#, whole), Some("grad"));
        assert_eq!(differs(r#"{"error":["ValueError"]}"#, whole), Some("error"));
        assert_eq!(differs(r#"{"error":["ValueError"]}"#, r#"{"error":["TypeError"]}"#), Some("error"));
        let denied = r#"{"out":{"py":"int","v":1},"grad":[],"differences":[1.0,2.0]}"#;
        assert_eq!(differs(denied, whole), Some("differences"));
    }

    #[test]
    fn what_the_case_file_explains_is_counted_apart() {
        let record = |value: &str| {
            format!("{HEADING}\n{}", format_args!(r#"{{"id":"f/x/0","known":"why","out":{value}}}"#))
        };
        let read = |value: &str| Results::parse(&record(value)).unwrap();
        let comparison = compare(&read("[1]"), &read("[2]"));
        assert_eq!((comparison.different.len(), comparison.known[0].1.as_str()), (0, "why"));
        assert!(compare(&read("[2]"), &read("[2]")).known.is_empty());
    }

    #[test]
    fn cases_that_one_side_lacks_are_differences() {
        let none = Results::parse(HEADING).unwrap();
        let one = Results::parse(&format!("{HEADING}\n{}", r#"{"id":"f/x/0","out":[]}"#)).unwrap();
        assert_eq!(compare(&none, &one).different.len(), 1);
        assert_eq!(compare(&one, &none).different.len(), 1);
        assert_eq!(compare(&one, &one).equal, 1);
    }
}
