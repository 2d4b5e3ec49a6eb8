//! The prompts: those of the plugin, or the user's own.

use std::collections::BTreeMap;

use proofhouse_sdk::ideator::Mode;
use proofhouse_sdk::prompt::Template;
use proofhouse_sdk::settings::Settings;
use serde::Deserialize;

/// What a template may ask for.
pub const PLACEHOLDERS: [&str; 9] =
    ["statement", "metric", "unit", "direction", "baseline", "files", "trials", "avoid", "count"];

const SYSTEM: &str = include_str!("prompts/system.md");
const EXPLORE: [(&str, &str); 2] =
    [("plain", include_str!("prompts/explore_plain.md")), ("far", include_str!("prompts/explore_far.md"))];
const EXPLOIT: [(&str, &str); 2] = [
    ("refine", include_str!("prompts/exploit_refine.md")),
    ("combine", include_str!("prompts/exploit_combine.md")),
];
/// What is said of the form of the reply.
pub const FORMAT_BLOCKS: &str = include_str!("prompts/format_blocks.md");
/// The same for models that are held to a JSON schema.
pub const FORMAT_JSON: &str = include_str!("prompts/format_json.md");

/// A prompt, and its name: `explore-plain`.
#[derive(Debug, Clone, PartialEq)]
pub struct Variant {
    pub name: String,
    pub template: Template,
}

/// The system's message, and the variants of each kind of request; at least one of each.
#[derive(Debug, Clone, PartialEq)]
pub struct Templates {
    pub system: Template,
    explore: Vec<Variant>,
    exploit: Vec<Variant>,
}

/// The setting `templates`. A kind that is given replaces all variants of the plugin's own.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    system: Option<String>,
    explore: Option<OneOrMore>,
    exploit: Option<OneOrMore>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(BTreeMap<String, String>),
}

impl Templates {
    /// Takes the setting `templates`.
    pub fn take(settings: &mut Settings) -> Result<Templates, String> {
        let given: Given = settings.or("templates", Given::default())?;
        Ok(Templates {
            system: parse("system", given.system.as_deref().unwrap_or(SYSTEM))?,
            explore: variants("explore", given.explore, &EXPLORE)?,
            exploit: variants("exploit", given.exploit, &EXPLOIT)?,
        })
    }

    /// The variants of a kind of request.
    pub fn variants(&self, mode: Mode) -> &[Variant] {
        match mode {
            Mode::Explore => &self.explore,
            Mode::Exploit => &self.exploit,
        }
    }
}

fn parse(key: &str, text: &str) -> Result<Template, String> {
    Template::parse(&format!("templates.{key}"), text, &PLACEHOLDERS)
}

fn variants(kind: &str, given: Option<OneOrMore>, own: &[(&str, &str)]) -> Result<Vec<Variant>, String> {
    let texts: Vec<(String, String)> = match given {
        None => own.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect(),
        Some(OneOrMore::One(text)) => vec![("own".to_owned(), text)],
        Some(OneOrMore::More(texts)) => texts.into_iter().collect(),
    };
    if texts.is_empty() {
        return Err(format!(
            "setting `templates.{kind}` is empty: give at least one template, or leave it out"
        ));
    }
    let variant = |(name, text): (String, String)| {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if name.is_empty() || name.len() > 40 || !name.chars().all(plain) {
            return Err(format!(
                "setting `templates.{kind}` has the name `{name}`: names are of small letters, digits and `-`"
            ));
        }
        let template = parse(&format!("{kind}.{name}"), &text)?;
        Ok(Variant { name: format!("{kind}-{name}"), template })
    };
    texts.into_iter().map(variant).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(json: &str) -> Result<Templates, String> {
        Templates::take(&mut Settings::parse(json).expect("an object"))
    }

    fn names(templates: &Templates, mode: Mode) -> Vec<&str> {
        templates.variants(mode).iter().map(|variant| variant.name.as_str()).collect()
    }

    #[test]
    fn there_are_two_prompts_of_each_kind_unless_others_are_given() {
        let own = take("{}").expect("the plugin's own");
        assert_eq!(names(&own, Mode::Explore), ["explore-plain", "explore-far"]);
        assert_eq!(names(&own, Mode::Exploit), ["exploit-refine", "exploit-combine"]);
        let given = take(r#"{"templates": {"explore": "try {{count}}", "exploit": {"b": "x", "a": "y"}}}"#)
            .expect("given");
        assert_eq!(names(&given, Mode::Explore), ["explore-own"]);
        assert_eq!(names(&given, Mode::Exploit), ["exploit-a", "exploit-b"]);
        assert_eq!(given.system, own.system);
        assert_eq!(given.variants(Mode::Explore)[0].template.render(&[("count", "3")]), "try 3");
    }

    #[test]
    fn the_prompts_use_every_placeholder() {
        let all: String = EXPLORE.iter().chain(&EXPLOIT).map(|(_, text)| *text).chain([SYSTEM]).collect();
        for name in PLACEHOLDERS {
            assert!(all.contains(&format!("{{{{{name}}}}}")), "{name}");
        }
        for (name, text) in EXPLORE.iter().chain(&EXPLOIT) {
            for needed in ["baseline", "trials", "avoid", "count"] {
                assert!(text.contains(&format!("{{{{{needed}}}}}")), "{name} lacks {needed}");
            }
        }
        // What every call repeats stands in the system's message, so that a provider's cache holds it.
        assert!(SYSTEM.contains("{{statement}}") && SYSTEM.contains("{{files}}"));
    }

    #[test]
    fn a_wrong_template_is_named() {
        for (json, parts) in [
            (r#"{"templates": {"explore": {"a": "{{cuont}}"}}}"#, ["`templates.explore.a`", "`{{cuont}}`"]),
            (r#"{"templates": {"system": "{{all}}"}}"#, ["`templates.system`", "`{{all}}`"]),
            (r#"{"templates": {"exploit": {}}}"#, ["`templates.exploit`", "at least one"]),
            (r#"{"templates": {"exploit": {"a=b": ""}}}"#, ["`templates.exploit`", "`a=b`"]),
            (r#"{"templates": {"explain": ""}}"#, ["`templates`", "explain"]),
        ] {
            let error = take(json).expect_err(json);
            assert!(parts.iter().all(|part| error.contains(part)), "{error}");
        }
    }
}
