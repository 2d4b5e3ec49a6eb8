//! Texts with `{{name}}` placeholders.

/// A text in which placeholders were found. A value is put in as it is: placeholders within it are not looked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq)]
enum Part {
    Text(String),
    Placeholder(String),
}

impl Template {
    /// Reads a template. `key` is the setting it came from.
    ///
    /// # Errors
    /// Where it has a placeholder that is not in `known`; the message names both.
    pub fn parse(key: &str, text: &str, known: &[&str]) -> Result<Template, String> {
        let mut parts = Vec::new();
        let (mut left, mut from) = (text, 0);
        while let Some(at) = left[from..].find("{{").map(|at| at + from) {
            let Some((name, length)) = placeholder(&left[at..]) else {
                from = at + 2;
                continue;
            };
            if !known.contains(&name) {
                return Err(format!(
                    "setting `{key}` has the placeholder `{{{{{name}}}}}`, which is unknown: there are `{{{{{}}}}}`",
                    known.join("}}`, `{{")
                ));
            }
            parts.push(Part::Text(left[..at].to_owned()));
            parts.push(Part::Placeholder(name.to_owned()));
            (left, from) = (&left[at + length..], 0);
        }
        parts.push(Part::Text(left.to_owned()));
        Ok(Template { parts })
    }

    /// The text with the values of its placeholders. One without a value becomes empty.
    pub fn render(&self, values: &[(&str, &str)]) -> String {
        let value =
            |name: &str| values.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value);
        let parts = self.parts.iter().map(|part| match part {
            Part::Text(text) => text.as_str(),
            Part::Placeholder(name) => value(name),
        });
        parts.collect()
    }
}

/// The name in the `{{name}}` that `text` begins with, and how long that is. Other double braces are text.
fn placeholder(text: &str) -> Option<(&str, usize)> {
    let inner = text.strip_prefix("{{")?;
    let end = inner.find("}}")?;
    let name = inner[..end].trim();
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(plain);
    is_name.then_some((name, end + 4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_get_their_values_once() {
        let template = Template::parse("t", "a {{x}} {{ y-z }} b{{x}}", &["x", "y-z"]).expect("known");
        assert_eq!(template.render(&[("x", "{{y-z}}"), ("y-z", "2")]), "a {{y-z}} 2 b{{y-z}}");
        assert_eq!(template.render(&[]), "a   b");
    }

    #[test]
    fn an_unknown_placeholder_is_named() {
        let error = Template::parse("templates.explore", "{{count}} {{cuont}}", &["count", "avoid"])
            .expect_err("unknown");
        assert!(error.contains("`templates.explore`") && error.contains("`{{cuont}}`"), "{error}");
        assert!(error.contains("`{{count}}`, `{{avoid}}`"), "{error}");
    }

    #[test]
    fn other_braces_are_text() {
        for text in ["{{", "{{}}", "{{1 + 2}} }}", "{\"a\": {\"b\": 1}}", "f\"{{{x!r}}}\"", "{{é}}"] {
            assert_eq!(Template::parse("t", text, &[]).expect(text).render(&[]), text);
        }
    }
}
