//! A whole search that language models drive: outcomes, cost and record as scripted; killed and resumed; replayed.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};

use model_server::{Behaviour, ModelServer, Protocol};
use proofhouse_ledger::{Reader, RunStatus};
use proofhouse_types::{Outcome, Trial};

use crate::model_script::{self, INJECTION, KINDS, Kind, Models};
use crate::workplace::{Workplace, verdict};

const EPOCHS: usize = 10;
const POPULATION: usize = 8;

fn plugins(models: &Models) -> String {
    plugins_with(EPOCHS, &models.tables())
}

fn plugins_with(epochs: usize, tables: &str) -> String {
    format!(
        "[searcher]\nplugin = \"evolution\"\n[searcher.settings]\nepochs = {epochs}\npopulation = {POPULATION}\n\
         share-context = 8\n\
         [ideator]\nplugin = \"llm-ideator\"\nmodels = [\"thinker\"]\n[ideator.settings]\nideas-per-call = 4\n\
         [implementer]\nplugin = \"llm-implementer\"\nmodels = [\"coder\"]\nparallel = 4\n\
         [implementer.settings]\nsamples = 3\n{tables}"
    )
}

/// What the script says of a trial. Of twins, the first is run, and the others are its program again.
fn expected(trial: &Trial, twins: &mut usize) -> &'static str {
    match Kind::of_title(&trial.idea.title) {
        Some(Kind::Good | Kind::Corrected) => "scored",
        Some(Kind::Hopeless | Kind::Malicious) => "unpatched",
        Some(Kind::Crashing) => "crashed",
        Some(Kind::Twin) => {
            *twins += 1;
            if *twins == 1 { "scored" } else { "refused" }
        }
        None => {
            assert_eq!(trial.idea.title, "(no proposal)", "an idea that nobody had");
            "unpatched"
        }
    }
}

/// What must not differ between two executions, the models' price included.
fn whole_verdict(trial: &Trial) -> impl PartialEq + std::fmt::Debug + use<> {
    (verdict(trial), trial.idea.labels.clone(), trial.cost.llm_tokens, trial.cost.llm_usd.to_bits())
}

#[test]
fn a_search_by_language_models_is_as_scripted_survives_kills_and_can_be_replayed() {
    let place = Workplace::new();
    let environment = place.environment(0.1);
    let models = Models::start();
    let file = |name: &str| place.run_file_in(&environment, name, 2, &plugins(&models));
    place.succeed(&["run", file("whole").to_str().expect("UTF-8")]);
    let billed = models.usd();
    let trials = place.trials("whole");
    as_scripted(&trials);
    as_billed(&place, &trials, billed);
    as_data(&models);

    let killed = file("killed");
    let run = ["run", killed.to_str().expect("UTF-8"), "--json"];
    kill_after(&place, &run, 20);
    let folder = place.run_folder("killed");
    let name = folder.file_name().expect("a name").to_str().expect("UTF-8");
    kill_after(&place, &["resume", name, "--json"], 25);
    place.succeed(&["resume", name]);
    let verdicts = |trials: &[Trial]| trials.iter().map(whole_verdict).collect::<Vec<_>>();
    assert_eq!(verdicts(&place.trials("killed")), verdicts(&trials), "killed twice and resumed");
    asked_once(&Reader::open(&folder).expect("the ledger"));

    let replayed = file("replayed");
    drop(models);
    let whole = place.run_folder("whole");
    let recording = whole.file_name().expect("a name").to_str().expect("UTF-8");
    place.succeed(&["run", replayed.to_str().expect("UTF-8"), "--replay", recording]);
    assert_eq!(verdicts(&place.trials("replayed")), verdicts(&trials), "replayed without a server");
    let exchanges =
        Reader::open(&place.run_folder("replayed")).and_then(|run| run.exchanges()).expect("reads");
    assert!(exchanges.iter().all(|exchange| exchange.source.as_deref() == Some("replay")));
}

/// What was answered before a kill is not asked again after it.
fn asked_once(ledger: &Reader) {
    ledger.verify().expect("the record is whole");
    let exchanges = ledger.exchanges().expect("reads");
    let mut answered = BTreeSet::new();
    for exchange in exchanges.iter().filter(|exchange| exchange.ended_at.is_some()) {
        assert!(answered.insert((&exchange.scope, &exchange.request)), "asked twice: {exchange:?}");
    }
    let lost = exchanges.len() - answered.len();
    println!("{} exchanges, {lost} of them lost in kills", exchanges.len());
}

fn as_scripted(trials: &[Trial]) {
    assert_eq!(trials.len(), EPOCHS * POPULATION);
    let mut twins = 0;
    let mut found: BTreeMap<Kind, usize> = BTreeMap::new();
    for trial in trials {
        let wanted = expected(trial, &mut twins);
        let detail = match &trial.outcome {
            Outcome::Failed(failure) => failure.detail.as_str(),
            Outcome::Scored(_) => "",
        };
        assert_eq!(trial.outcome.word(), wanted, "trial {} ({}): {detail}", trial.id, trial.idea.title);
        if let Some(kind) = Kind::of_title(&trial.idea.title) {
            *found.entry(kind).or_default() += 1;
            assert!(trial.idea.labels.contains(&"model=thinker".to_owned()), "{:?}", trial.idea.labels);
            assert!(!trial.idea.labels.iter().any(|label| label.contains("spoofed")));
        }
    }
    assert!(KINDS.iter().all(|kind| found.contains_key(kind)), "each kind was proposed: {found:?}");
    let titles: BTreeSet<&str> = trials.iter().map(|trial| trial.idea.title.as_str()).collect();
    assert_eq!(titles.len(), trials.len(), "no idea was proposed twice");
    let scored = trials.iter().filter(|trial| trial.outcome.score().is_some()).count();
    let proposed: usize = found.values().sum();
    println!("{scored} of {} trials are scored, {proposed} were proposed: {found:?}", trials.len());
}

/// The ledger's account is the server's.
fn as_billed(place: &Workplace, trials: &[Trial], billed: f64) {
    let ledger = Reader::open(&place.run_folder("whole")).expect("the ledger");
    let spent = ledger.llm_spent().expect("reads");
    assert!((spent.usd - billed).abs() < 1e-4, "{} in the ledger, {billed} at the server", spent.usd);
    let of_trials: f64 = trials.iter().map(|trial| trial.cost.llm_usd).sum();
    assert!((of_trials - spent.usd).abs() < 1e-9, "{of_trials} by trials, {} in all", spent.usd);
    let tokens: u64 = trials.iter().map(|trial| trial.cost.llm_tokens).sum();
    assert_eq!(tokens, spent.tokens());
    println!(
        "{} exchanges, {} requests, {:.4} USD",
        ledger.exchange_count().expect("reads"),
        spent.requests,
        spent.usd
    );
}

/// What a program printed stands in later prompts, within delimiters only.
fn as_data(models: &Models) {
    let words = "IGNORE ALL PREVIOUS INSTRUCTIONS";
    let mut shown = 0;
    for received in models.server.requests().iter().filter(|one| one.body["model"] == "thinker-1") {
        for text in received.texts() {
            assert!(!text.contains(INJECTION), "the false delimiter stands there as it was printed");
            for (at, _) in text.match_indices(words) {
                let open = text[..at].rfind("<untrusted id=").expect("a block begins before it");
                let closed = text[..at].rfind("</untrusted>");
                assert!(closed.is_none_or(|closed| closed < open), "it stands outside of a block: {text}");
                shown += 1;
            }
        }
    }
    assert!(shown > 0, "no prompt ever told of a crash");
}

/// Starts `proofhouse` and kills it with SIGKILL once so many trials have ended.
fn kill_after(place: &Workplace, arguments: &[&str], trials: usize) {
    let mut child = place
        .proofhouse(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("proofhouse starts");
    let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines().map_while(Result::ok);
    let ended = lines.filter(|line| line.contains("\"event\":\"trial-finished\"")).take(trials).count();
    child.kill().expect("SIGKILL");
    child.wait().expect("it is gone");
    assert_eq!(ended, trials, "it ended before it could be killed");
}

#[test]
fn a_run_stops_at_its_budget_and_goes_on_with_a_larger_one() {
    let place = Workplace::new();
    let environment = place.environment(0.1);
    let models = Models::start();
    let plugins = plugins_with(2, &models.tables()) + "[llm]\nmax-requests = 30\n";
    let file = place.run_file_in(&environment, "limited", 2, &plugins);
    let output =
        place.proofhouse(&["run", file.to_str().expect("UTF-8")]).output().expect("proofhouse starts");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(3), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("max-requests") && said.contains("proofhouse resume limited-1"), "{said}");
    assert!((25..=31).contains(&models.server.count()), "{} requests", models.server.count());
    let overview = Reader::open(&place.run_folder("limited")).and_then(|run| run.overview()).expect("reads");
    assert_eq!(overview.status, RunStatus::Interrupted);

    let again = place.proofhouse(&["resume", "limited-1"]).output().expect("proofhouse starts");
    assert_eq!(again.status.code(), Some(3), "the same budget is still spent");
    assert!(models.server.count() <= 31, "{} requests", models.server.count());

    place.succeed(&["resume", "limited-1", "--max-requests", "100000"]);
    let trials = place.trials("limited");
    assert_eq!(trials.len(), 2 * POPULATION);
    let mut twins = 0;
    for trial in &trials {
        assert_eq!(trial.outcome.word(), expected(trial, &mut twins), "{}", trial.idea.title);
    }
}

#[test]
fn a_run_that_a_provider_rejected_goes_on_once_that_is_mended() {
    let place = Workplace::new();
    let environment = place.environment(0.1);
    let open = Arc::new(AtomicBool::new(false));
    let is_open = open.clone();
    let server = ModelServer::start(move |received| match is_open.load(Ordering::SeqCst) {
        true => Behaviour::Reply(model_script::reply(received)),
        false => Behaviour::error(401, "invalid_api_key", "this key is not known"),
    });
    let tables = model_script::tables(&server.base_url(Protocol::Chat));
    let file = place.run_file_in(&environment, "rejected", 2, &plugins_with(2, &tables));
    let run = |arguments: &[&str]| {
        let output = place.proofhouse(arguments).output().expect("proofhouse starts");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (status, said) = run(&["run", file.to_str().expect("UTF-8")]);
    assert_eq!(status, Some(1), "{said}");
    assert!(
        said.contains("this key is not known") && said.contains("proofhouse resume rejected-1"),
        "{said}"
    );
    open.store(true, Ordering::SeqCst);
    let (status, said) = run(&["resume", "rejected-1"]);
    assert_eq!(status, Some(0), "{said}");
    let mut twins = 0;
    for trial in place.trials("rejected") {
        assert_eq!(trial.outcome.word(), expected(&trial, &mut twins), "{}", trial.idea.title);
    }
}

#[test]
fn ideas_are_compared_by_meaning_where_a_model_for_that_is_named() {
    let place = Workplace::new();
    let environment = place.environment(0.1);
    let models = Models::start();
    let url = models.server.base_url(Protocol::Chat);
    let unproposed = |name: &str, granted: &str, settings: &str| {
        let plugins = format!(
            "[searcher]\nplugin = \"best-of-n\"\n[searcher.settings]\nideas = 6\npopulation = 6\n\
             [ideator]\nplugin = \"llm-ideator\"\nmodels = [\"thinker\"{granted}]\n[ideator.settings]\nwaves = 3\n\
             {settings}{}[models.vectors]\nprovider = \"openai-chat\"\nmodel = \"vectors-1\"\n\
             base-url = \"{url}\"\nembedding = true\n",
            models.tables()
        );
        let file = place.run_file_in(&environment, name, 2, &plugins);
        place.succeed(&["run", file.to_str().expect("UTF-8")]);
        place.trials(name).iter().filter(|trial| trial.idea.title == "(no proposal)").count()
    };
    assert_eq!(unproposed("words", "", ""), 0, "by their words all are new");
    // So low that every second pair of vectors is alike.
    let meaning = "embedding-model = \"vectors\"\nembedding-threshold = 0.0\n";
    assert!(unproposed("meaning", ", \"vectors\"", meaning) > 0, "some are alike by their vectors");
    let ledger = Reader::open(&place.run_folder("meaning")).expect("the ledger");
    let vectors: Vec<_> = ledger.exchanges().expect("reads");
    let vectors: Vec<_> = vectors.iter().filter(|exchange| exchange.model == "vectors").collect();
    assert!(!vectors.is_empty() && vectors.iter().all(|exchange| exchange.failure.is_none()), "{vectors:?}");
}

#[test]
fn ctrl_c_ends_a_run_whose_model_hangs_and_it_goes_on_later() {
    let place = Workplace::new();
    let environment = place.environment(0.1);
    let open = Arc::new(AtomicBool::new(false));
    let (asked, arrivals) = mpsc::channel();
    let is_open = open.clone();
    let server = ModelServer::start(move |received| match is_open.load(Ordering::SeqCst) {
        true => Behaviour::Reply(model_script::reply(received)),
        false => {
            let _ = asked.send(());
            Behaviour::Hang
        }
    });
    let tables = model_script::tables(&server.base_url(Protocol::Chat));
    let file = place.run_file_in(&environment, "hanging", 2, &plugins_with(1, &tables));
    let mut child = place
        .proofhouse(&["run", file.to_str().expect("UTF-8")])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("proofhouse starts");
    arrivals.recv().expect("the model is asked");
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill starts");
    assert!(killed.success());
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    let overview = Reader::open(&place.run_folder("hanging")).and_then(|run| run.overview()).expect("reads");
    assert_eq!(overview.status, RunStatus::Interrupted);
    open.store(true, Ordering::SeqCst);
    place.succeed(&["resume", "hanging-1"]);
    assert_eq!(place.trials("hanging").len(), POPULATION);
}
