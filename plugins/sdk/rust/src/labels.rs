//! Labels of the form `name=value`, in which a plugin notes what made a trial.
//!
//! They go through the lab with the idea and come back with the trial, so they outlive a restart. A model writes
//! labels too; [`plain`] takes its labels without any that could be mistaken for one of these.

/// The longest label that is taken from a model.
const MOST_CHARACTERS: usize = 40;
/// The most labels that are taken from one reply.
const MOST_LABELS: usize = 8;

/// The label `name=value`.
pub fn label(name: &str, value: &str) -> String {
    format!("{name}={value}")
}

/// The value of the first label `name=…`. Ideators read theirs so: what stands behind is the implementer's.
pub fn first<'a>(labels: &'a [String], name: &str) -> Option<&'a str> {
    labels.iter().find_map(|label| value(label, name))
}

/// The value of the last label `name=…`. Implementers read theirs so: what stands before is the ideator's.
pub fn last<'a>(labels: &'a [String], name: &str) -> Option<&'a str> {
    labels.iter().rev().find_map(|label| value(label, name))
}

/// The part behind `name=`.
pub fn value<'a>(label: &'a str, name: &str) -> Option<&'a str> {
    label.strip_prefix(name)?.strip_prefix('=')
}

/// A model's own labels: short, in small letters, none twice, and none with a `=`.
pub fn plain<'a>(given: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut labels: Vec<String> = Vec::new();
    for label in given {
        if label.contains('=') {
            continue;
        }
        let is_edge = |c: char| c.is_whitespace() || "\"'`#.;[]()*".contains(c);
        let kept: String = label.chars().filter(|c| !c.is_control()).collect();
        let kept: String = kept.trim_matches(is_edge).to_lowercase().chars().take(MOST_CHARACTERS).collect();
        if !kept.is_empty() && !labels.contains(&kept) && labels.len() < MOST_LABELS {
            labels.push(kept);
        }
    }
    labels
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_cannot_write_a_label_that_the_plugin_reads() {
        let labels = plain(["model=fast", "Optimizer", " optimizer ", "x = y", "\u{1b}[2J", "", "prompt=\n"]);
        assert_eq!(labels, ["optimizer", "2j"]);
        assert_eq!(first(&labels, "model"), None);
    }

    #[test]
    fn labels_are_few_and_short() {
        let many: Vec<String> = (0..50).map(|n| format!("{n}{}", "x".repeat(99))).collect();
        let labels = plain(many.iter().map(String::as_str));
        assert_eq!(labels.len(), MOST_LABELS);
        assert!(labels.iter().all(|label| label.chars().count() == MOST_CHARACTERS));
    }

    #[test]
    fn ideators_read_from_the_front_and_implementers_from_behind() {
        let labels: Vec<String> =
            ["model=a", "models=x", "patched-by=a", "patched-by=b=c"].map(String::from).into();
        assert_eq!(first(&labels, "model"), Some("a"));
        assert_eq!(last(&labels, "patched-by"), Some("b=c"));
        assert_eq!(last(&labels, "patched"), None);
    }
}
