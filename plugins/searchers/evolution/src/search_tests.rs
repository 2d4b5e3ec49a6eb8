use proofhouse_sdk::random::SplitMix64;
use proofhouse_sdk::searcher::{Cost, Failure, Idea, Metric, Score};

use super::*;

fn problem(direction: Direction, baseline: Option<f64>) -> Problem {
    Problem {
        name: "test".into(),
        statement: String::new(),
        metric: Metric { name: "loss".into(), unit: "nats".into(), direction },
        baseline,
        files: Vec::new(),
    }
}

fn trial(id: u64, epoch: u32, score: Option<f64>) -> Trial {
    let outcome = match score {
        Some(value) => Outcome::Scored(Score { value, standard_error: None, measurements: Vec::new() }),
        None => Outcome::Failed(Failure { kind: "crashed".into(), detail: String::new() }),
    };
    Trial {
        id,
        epoch,
        parents: Vec::new(),
        idea: Idea { title: String::new(), rationale: String::new(), labels: Vec::new() },
        patch: None,
        outcome,
        cost: Cost { device_seconds: 0.0, instructions: 0, llm_tokens: 0, llm_usd: 0.0 },
        origin: String::new(),
    }
}

fn open(settings: &str) -> Evolution {
    Evolution::open(&problem(Direction::Minimize, Some(3.0)), settings).expect(settings)
}

/// Runs one epoch to its end; `score` gives each trial's. Returns the requests.
fn run_epoch(
    search: &mut Evolution,
    next_id: &mut u64,
    random: &mut SplitMix64,
    score: impl Fn(u64) -> Option<f64>,
) -> Vec<Request> {
    let epoch = search.epoch();
    let requests = search.ask(u32::MAX, random);
    for _ in &requests {
        search.tell(&[trial(*next_id, epoch, score(*next_id))]);
        *next_id += 1;
    }
    requests
}

#[test]
fn epoch_zero_explores_with_an_empty_context() {
    let mut search = open(r#"{"epochs": 2, "population": 5}"#);
    let mut random = SplitMix64::new(1);
    assert_eq!(search.ask(3, &mut random), vec![Request::Explore(vec![]); 3]);
    assert_eq!(search.ask(9, &mut random), vec![Request::Explore(vec![]); 2]);
    assert!(search.ask(9, &mut random).is_empty(), "the epoch is given out");
    (0..4).for_each(|id| search.tell(&[trial(id, 0, Some(2.0))]));
    assert!(search.ask(9, &mut random).is_empty(), "one trial is still running");
    assert_eq!(search.epoch(), 0);
    search.tell(&[trial(4, 0, Some(2.0))]);
    assert_eq!(search.epoch(), 1);
    assert_eq!(search.ask(9, &mut random).len(), 5);
}

#[test]
fn exploitation_sees_winners_only_and_exploration_everything() {
    let mut search = open(r#"{"epochs": 3, "population": 10}"#);
    let (mut random, mut id) = (SplitMix64::new(2), 0);
    // Ids 0, 3, 6, 9 beat the baseline; 1, 4, 7 equal it; 2, 5, 8 failed.
    run_epoch(&mut search, &mut id, &mut random, |id| match id % 3 {
        0 => Some(2.9),
        1 => Some(3.0),
        _ => None,
    });
    let requests = search.ask(u32::MAX, &mut random);
    let exploits = requests.iter().filter(|request| matches!(request, Request::Exploit(_))).count();
    assert_eq!(exploits, 5);
    for request in requests {
        match request {
            Request::Exploit(context) => assert_eq!(context, [0, 3, 6, 9]),
            Request::Explore(context) => assert_eq!(context, (0..10).collect::<Vec<_>>()),
            Request::Replicate(_) => panic!("the paper's search replicates nothing"),
        }
    }
}

#[test]
fn without_a_winner_the_whole_epoch_explores() {
    let mut search = open(r#"{"epochs": 2, "population": 4}"#);
    let (mut random, mut id) = (SplitMix64::new(3), 0);
    run_epoch(&mut search, &mut id, &mut random, |_| Some(3.5));
    let requests = search.ask(u32::MAX, &mut random);
    assert_eq!(requests, vec![Request::Explore(vec![0, 1, 2, 3]); 4]);
}

#[test]
fn contexts_are_sampled_uniformly_and_capped() {
    let mut search = open(r#"{"epochs": 2, "population": 400, "context": 100}"#);
    let (mut random, mut id) = (SplitMix64::new(4), 0);
    run_epoch(&mut search, &mut id, &mut random, |_| Some(1.0));
    let mut shown = vec![0u32; 400];
    for request in search.ask(u32::MAX, &mut random) {
        let (Request::Explore(context) | Request::Exploit(context)) = request else { panic!("{request:?}") };
        assert_eq!(context.len(), 100);
        assert!(context.is_sorted_by(|a, b| a < b), "no trial twice");
        context.iter().for_each(|&id| shown[id as usize] += 1);
    }
    // Each of 400 contexts shows a trial with probability 1/4: 100 times, with a deviation of 8.7.
    assert!(shown.iter().all(|&count| count.abs_diff(100) < 45), "{shown:?}");
}

/// The requests of epoch 1 after an epoch in which half of 40 trials won, with contexts of 5.
fn requests_with(share: &str) -> Vec<Request> {
    let mut search = open(&format!(r#"{{"epochs": 2, "population": 40, "context": 5{share}}}"#));
    let (mut random, mut id) = (SplitMix64::new(9), 0);
    run_epoch(&mut search, &mut id, &mut random, |id| Some(if id % 2 == 0 { 1.0 } else { 4.0 }));
    search.ask(u32::MAX, &mut random)
}

#[test]
fn requests_in_a_row_can_share_their_context() {
    let requests = requests_with(r#", "share-context": 8"#);
    // 20 exploit, then 20 explore: the second kind begins a new context, whatever was left of the first's.
    let runs: Vec<usize> = requests.chunk_by(|one, next| one == next).map(<[Request]>::len).collect();
    assert_eq!(runs, [8, 8, 4, 8, 8, 4]);
    assert!(matches!((&requests[19], &requests[20]), (Request::Exploit(_), Request::Explore(_))));
}

#[test]
fn without_sharing_each_request_has_its_own_context() {
    let requests = requests_with("");
    assert_eq!(requests, requests_with(r#", "share-context": 1"#));
    assert!(requests.windows(2).all(|two| two[0] != two[1]));
    // As before there was the setting: one sample after the other, from the same numbers.
    let mut random = SplitMix64::new(9);
    let (winners, all): (Vec<u64>, Vec<u64>) = ((0..40).step_by(2).collect(), (0..40).collect());
    // Epoch 0 samples from nothing, which draws nothing.
    let expected: Vec<Request> = (0..40)
        .map(|place| match place {
            0..20 => Request::Exploit(random.sample(&winners, 5)),
            _ => Request::Explore(random.sample(&all, 5)),
        })
        .collect();
    assert_eq!(requests, expected);
}

#[test]
fn a_higher_score_wins_where_the_metric_says_so_and_the_threshold_can_be_set() {
    let problem = problem(Direction::Maximize, None);
    assert!(Evolution::open(&problem, "{}").expect_err("no baseline").contains("`threshold`"));
    let mut search = Evolution::open(&problem, r#"{"epochs": 2, "population": 2, "threshold": 0.49}"#)
        .expect("a threshold");
    let (mut random, mut id) = (SplitMix64::new(5), 0);
    run_epoch(&mut search, &mut id, &mut random, |id| Some(if id == 0 { 0.48 } else { 0.5 }));
    assert_eq!(search.ask(1, &mut random), [Request::Exploit(vec![1])]);
}

#[test]
fn a_score_that_is_no_number_never_wins() {
    let mut search = open(r#"{"epochs": 2, "population": 2}"#);
    let (mut random, mut id) = (SplitMix64::new(6), 0);
    run_epoch(&mut search, &mut id, &mut random, |id| {
        Some(if id == 0 { f64::NEG_INFINITY } else { f64::NAN })
    });
    assert!(search.ask(2, &mut random).iter().all(|request| matches!(request, Request::Explore(_))));
}

#[test]
fn it_ends_after_its_epochs() {
    let mut search = open(r#"{"epochs": 2, "population": 3}"#);
    let (mut random, mut id) = (SplitMix64::new(7), 0);
    while !search.done() {
        assert_eq!(run_epoch(&mut search, &mut id, &mut random, |_| None).len(), 3);
    }
    assert_eq!((search.epoch(), id), (2, 6));
    assert!(search.ask(9, &mut random).is_empty());
    search.tell(&[trial(99, 2, Some(1.0))]);
    assert_eq!(search.epoch(), 2, "what comes late starts no further epoch");
}

#[test]
fn a_restored_search_asks_the_same() {
    let settings = r#"{"epochs": 4, "population": 6}"#;
    let mut search = open(settings);
    let (mut random, mut id) = (SplitMix64::new(8), 0);
    run_epoch(&mut search, &mut id, &mut random, |id| (id % 2 == 0).then_some(2.5));
    search.ask(2, &mut random);
    search.tell(&[trial(6, 1, Some(2.0))]);
    let mut restored = Evolution::restore(&problem(Direction::Minimize, Some(3.0)), settings, &search.save())
        .expect("restores");
    assert_eq!(restored.memory, search.memory);
    assert_eq!(restored.ask(9, &mut random.clone()), search.ask(9, &mut random));
}

#[test]
fn a_damaged_state_is_a_clear_error() {
    let problem = problem(Direction::Minimize, Some(3.0));
    let bytes = open("{}").save();
    for damaged in [&b""[..], b"garbage", &bytes[..bytes.len() - 2]] {
        let error = Evolution::restore(&problem, "{}", damaged).expect_err("damaged");
        assert!(error.contains("no state of evolution"), "{error}");
    }
}
