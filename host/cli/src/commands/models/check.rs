//! `proofhouse models check`

use proofhouse_lab::RunConfig;
use proofhouse_llm::{Checked, Gateway, ModelInfo, Spend};
use serde::Serialize;

use crate::args::CheckArguments;
use crate::failure::{Failure, Result, Status};
use crate::machine;
use crate::output::table::{self, Side};
use crate::output::{numbers, print, print_json, untrusted};

/// What became of one model's check, as `--json` prints it. The names are stable.
#[derive(Debug, Serialize)]
struct Answered {
    name: String,
    model: String,
    ok: bool,
    latency_seconds: Option<f64>,
    usd_per_million_input: f64,
    usd_per_million_output: f64,
    /// What the run file says that it can, with `json-schema` only where the check's answer fitted one.
    supports: Vec<&'static str>,
    usd: f64,
    answer: Option<String>,
    failure: Option<String>,
}

/// Asks each model for one word.
pub fn run(arguments: &CheckArguments) -> Result<Status> {
    let config = RunConfig::read(&arguments.file).map_err(machine::cannot_begin)?;
    if config.llm.models.is_empty() {
        return Err(Failure::usage(format!("{} names no language model", arguments.file.display()))
            .hint("a model is a table `[models.NAME]`: see docs/src/how-to/language-models.md"));
    }
    let gateway =
        Gateway::new(&config.llm, config.folder(), Spend::default(), None).map_err(Failure::usage)?;
    let mut models = gateway.models();
    if let Some(name) = &arguments.model {
        let names: Vec<String> = models.iter().map(|model| model.name.clone()).collect();
        models.retain(|model| model.name == *name);
        if models.is_empty() {
            return Err(Failure::usage(format!("there is no model `{name}`"))
                .hint(format!("there are: {}", names.join(", "))));
        }
    }
    let answered: Vec<Answered> = models.into_iter().map(|model| check(&gateway, model)).collect();
    let all_well = answered.iter().all(|one| one.ok);
    if arguments.json {
        print_json(&answered)?;
    } else {
        print(&render(&answered))?;
    }
    Ok(if all_well { Status::Done } else { Status::Failed })
}

fn check(gateway: &Gateway, model: ModelInfo) -> Answered {
    let (checked, failure) = match gateway.check(&model.name) {
        Ok(checked) => (Some(checked), None),
        Err(failure) => (None, Some(failure.to_string())),
    };
    let supports = supports(&model, checked.as_ref());
    let misfit = checked.as_ref().is_some_and(|checked| checked.json_schema == Some(false));
    let misfit =
        misfit.then(|| "its answer does not fit the JSON schema: set `json-schema = false`".to_owned());
    let failure = failure.or(misfit);
    Answered {
        ok: failure.is_none(),
        latency_seconds: checked.as_ref().map(|checked| checked.latency.as_secs_f64()),
        supports,
        usd: checked.as_ref().map_or(0.0, |checked| checked.spend.usd),
        answer: checked.map(|checked| checked.answer),
        failure,
        name: model.name,
        model: model.model,
        usd_per_million_input: model.usd_per_million_input,
        usd_per_million_output: model.usd_per_million_output,
    }
}

fn supports(model: &ModelInfo, checked: Option<&Checked>) -> Vec<&'static str> {
    let fits = checked.and_then(|checked| checked.json_schema) == Some(true);
    let all = [(model.embedding, "embedding"), (fits, "json-schema"), (model.thinking, "thinking")];
    all.into_iter().filter(|(has, _)| *has).map(|(_, word)| word).collect()
}

fn render(answered: &[Answered]) -> String {
    let price = |usd: f64| format!("{usd:.2}");
    let heads = [
        ("name", Side::Left),
        ("model", Side::Left),
        ("latency", Side::Right),
        ("$/M in", Side::Right),
        ("$/M out", Side::Right),
        ("supports", Side::Left),
        ("answer", Side::Left),
    ];
    let rows: Vec<Vec<String>> = answered
        .iter()
        .map(|one| {
            let answer = one.failure.as_ref().map_or_else(
                || untrusted::line(one.answer.as_deref().unwrap_or(""), 40),
                |failure| format!("failed: {}", untrusted::line(failure, 200)),
            );
            vec![
                untrusted::line(&one.name, 40),
                untrusted::line(&one.model, 40),
                one.latency_seconds.map_or_else(|| "-".to_owned(), numbers::seconds),
                price(one.usd_per_million_input),
                price(one.usd_per_million_output),
                if one.supports.is_empty() { "-".to_owned() } else { one.supports.join(", ") },
                answer,
            ]
        })
        .collect();
    let usd: f64 = answered.iter().map(|one| one.usd).sum();
    format!("{}this check cost {} USD\n", table::render(&heads, &rows), numbers::usd(usd))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_stands_where_the_answer_would() {
        let well = Answered {
            name: "fast".into(),
            model: "small-1".into(),
            ok: true,
            latency_seconds: Some(0.25),
            usd_per_million_input: 1.0,
            usd_per_million_output: 5.0,
            supports: vec!["thinking"],
            usd: 0.0001,
            answer: Some("proof".into()),
            failure: None,
        };
        let text = render(&[well]);
        assert!(text.contains("small-1   250 ms    1.00     5.00  thinking  proof\n"), "{text}");
        assert!(text.ends_with("this check cost 0.0001 USD\n"), "{text}");
        let ill = Answered {
            name: "deep".into(),
            model: "large-1".into(),
            ok: false,
            latency_seconds: None,
            usd_per_million_input: 0.0,
            usd_per_million_output: 0.0,
            supports: vec![],
            usd: 0.0,
            answer: None,
            failure: Some("the provider rejects the request: no such \u{1b}[2Jmodel".into()),
        };
        let text = render(&[ill]);
        assert!(
            text.contains("failed: the provider rejects the request: no such ⟨U+001B⟩[2Jmodel"),
            "{text}"
        );
    }
}
