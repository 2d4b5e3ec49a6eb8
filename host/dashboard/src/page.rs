//! The page as a whole, and the policy under which a browser shows it.

use sha2::{Digest, Sha256};

use crate::escape::Escaped;
use crate::markup::put;
use crate::summary::Summary;
use crate::view::RunView;
use crate::{chart, headline, lineage, provenance, table};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// The report of `run` as one HTML document that loads nothing.
///
/// The content security policy allows exactly this page's style and script, by hash, and nothing else: no image, no
/// request, no inline handler, no form.
pub fn report(run: &RunView) -> String {
    let summary = Summary::of(run);
    let mut out = String::with_capacity(64 * 1024 + run.trials.len() * 16 * 1024);
    append_head(&mut out, run);
    put!(
        out,
        "<body data-direction=\"{}\"><main>",
        if lower_is_better(run) { "minimize" } else { "maximize" }
    );
    headline::append(&mut out, &summary);
    chart::append(&mut out, &summary);
    lineage::append(&mut out, &summary);
    table::append(&mut out, &summary);
    provenance::append(&mut out, &summary);
    put!(
        out,
        "<footer>Written by Proofhouse {}. Scores come from evaluators that the programs cannot reach; device time \
         follows the cost model and is the same on every machine.</footer>",
        Escaped(&run.provenance.version)
    );
    put!(
        out,
        "</main><div id=\"tip\" role=\"status\" hidden></div><script>{SCRIPT}</script></body></html>\n"
    );
    out
}

fn lower_is_better(run: &RunView) -> bool {
    run.problem.metric.direction == proofhouse_types::Direction::Minimize
}

fn append_head(out: &mut String, run: &RunView) {
    put!(
        out,
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; \
         base-uri 'none'; form-action 'none'\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\">\
         <meta name=\"referrer\" content=\"no-referrer\"><title>{} · Proofhouse</title><style>{STYLE}</style></head>",
        base64(&Sha256::digest(STYLE)),
        base64(&Sha256::digest(SCRIPT)),
        Escaped(&run.name)
    );
}

/// Standard base64 with padding, as a content security policy wants its hashes.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group =
            chunk.iter().fold(0u32, |group, byte| group << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for at in 0..4 {
            if at <= chunk.len() {
                text.push(char::from(ALPHABET[(group >> (18 - 6 * at) & 63) as usize]));
            } else {
                text.push('=');
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use proofhouse_types::{CurvePoint, FailureKind, Measurement, Outcome, Patch, Score};

    use super::*;
    use crate::sample;
    use crate::view::RunState;

    #[test]
    fn base64_agrees_with_rfc_4648() {
        let pairs = [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")];
        for (plain, encoded) in pairs {
            assert_eq!(base64(plain.as_bytes()), encoded);
        }
    }

    /// The page around the untrusted text: tags that a browser would act on.
    fn script_tags(page: &str) -> usize {
        page.matches("<script").count() + page.matches("<img").count() + page.matches("onerror=\"").count()
    }

    #[test]
    fn untrusted_text_stays_text_in_every_field() {
        const EVIL: &str =
            "\"'></td></script><script>alert(1)</script><img src=x onerror=\"alert(2)\">\u{202e}";
        let evil = EVIL.to_owned();
        let mut run = sample::run();
        run.name = evil.clone();
        run.profile = evil.clone();
        run.state = RunState::Failed(evil.clone());
        run.problem.name = evil.clone();
        run.problem.statement = evil.clone();
        run.problem.metric.name = evil.clone();
        run.problem.metric.unit = evil.clone();
        run.problem.files[0].path = evil.clone();
        run.problem.files[0].text = evil.clone();
        for view in &mut run.trials {
            view.trial.idea.title = evil.clone();
            view.trial.idea.rationale = evil.clone();
            view.trial.idea.labels = vec![evil.clone()];
            view.trial.patch =
                Some(Patch { diff: format!("{EVIL}\n@@ -1 +1 @@\n-{EVIL}\n+{EVIL}\n {EVIL}") });
            view.trial.origin = evil.clone();
            view.log = evil.clone();
            view.curve = [0, 1].map(|step| CurvePoint { name: evil.clone(), step, value: 1.0 }).to_vec();
            view.trial.outcome = match &view.trial.outcome {
                Outcome::Scored(score) => Outcome::Scored(Score {
                    measurements: vec![Measurement { name: evil.clone(), value: 1.0 }],
                    ..score.clone()
                }),
                Outcome::Failed(failure) => Outcome::failed(failure.kind, EVIL),
            };
        }
        run.baselines[0].outcome = Outcome::failed(FailureKind::Crashed, EVIL);
        let provenance = &mut run.provenance;
        provenance.version = evil.clone();
        provenance.device = evil.clone();
        provenance.config = evil.clone();
        provenance.plugins[0] =
            crate::PluginUse { role: evil.clone(), origin: evil.clone(), digest: evil.clone() };
        provenance.policies[0] =
            crate::PolicyUse { role: evil.clone(), digest: evil.clone(), text: evil.clone() };
        provenance.data[0].name = evil.clone();
        provenance.data[0].granted_to = evil.clone();
        provenance.data[0].digest = evil;
        let page = report(&run);
        assert_eq!(script_tags(&page), 1, "only the page's own script");
        assert_eq!(page.matches("</script>").count(), 1);
        assert!(!page.contains("\"'>"));
        assert!(!page.contains('\u{202e}'));
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    }

    #[test]
    fn the_price_of_language_models_is_shown_where_there_are_any() {
        let mut run = sample::run();
        let with = report(&run);
        assert!(with.contains("Language models") && with.contains("3.88 USD"), "their price");
        run.models = proofhouse_types::Spend::default();
        assert!(!report(&run).contains("Language models"));
    }

    #[test]
    fn a_run_without_trials_is_a_page() {
        let mut run = sample::run();
        run.trials.clear();
        run.state = RunState::Unfinished;
        let page = report(&run);
        assert!(page.contains("No trial has ended yet"));
        assert!(page.contains("has not finished"));
        run.baselines.clear();
        assert!(report(&run).contains("Neither the unpatched program nor any trial has a score yet"));
    }

    #[test]
    fn each_kind_of_failure_is_named_with_its_evidence() {
        let mut run = sample::run();
        for (view, kind) in run.trials.iter_mut().zip(sample::KINDS) {
            view.trial.outcome = Outcome::failed(kind, format!("evidence for {kind}"));
        }
        let page = report(&run);
        for kind in sample::KINDS {
            assert!(page.contains(&format!("evidence for {kind}")));
            assert!(page.contains(&format!("<span class=\"word o-{kind}\">{kind}</span>")));
            assert!(STYLE.contains(&format!(".o-{kind}")), "{kind} has a colour");
            assert!(STYLE.contains(&format!(".f-{kind}")), "{kind} has a colour in the bar");
        }
    }

    #[test]
    fn the_page_refers_to_nothing_outside_itself() {
        let page = report(&sample::run());
        for reference in ["http://", "https://", "src=", "url(", "@import", "style=\""] {
            assert!(!page.contains(reference), "{reference}");
        }
    }

    #[test]
    fn the_policy_names_the_hash_of_what_is_inline() {
        let page = report(&sample::run());
        let inline = |open: &str, close: &str| {
            let from = page.find(open).unwrap() + open.len();
            base64(&Sha256::digest(&page[from..from + page[from..].find(close).unwrap()]))
        };
        assert!(page.contains(&format!("style-src 'sha256-{}'", inline("<style>", "</style>"))));
        assert!(page.contains(&format!("script-src 'sha256-{}'", inline("<script>", "</script>"))));
    }

    #[test]
    fn a_trial_may_be_its_own_parent_or_have_none_of_the_page() {
        let mut run = sample::run();
        run.trials[0].trial.parents = vec![0, 77_777];
        let page = report(&run);
        assert!(page.contains("77777"));
        assert!(!page.contains("#trial-77777"));
    }
}
