//! The fleet with real processes: what becomes of jobs whose workers answer, die, hang, or talk nonsense.
//!
//! This program is its own worker. As `worker` it is the real one; as `puppet` it does what the job's `main` says, to
//! misbehave on purpose; as `lab` it is a lab that can be killed.

use std::fs;
use std::io::{self, BufRead, Write};
use std::ops::Deref;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use proofhouse_compute::DeviceModel;
use proofhouse_fleet::{
    Component, Event, Fleet, FleetError, Job, PolicyText, Verdict, What, WorkerCommand, serve,
};
use proofhouse_types::{FailureKind, Outcome};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use serde_json::{Value, json};

/// Longer than anything here takes: when it has passed, a test hangs.
const PATIENCE: Duration = Duration::from_secs(120);

const TESTS: &[(&str, fn())] = &[
    ("a job is answered, and its events come in order", a_job_is_answered),
    ("a worker sees nothing of its lab", a_worker_sees_nothing_of_its_lab),
    ("workers run at the same time", workers_run_at_the_same_time),
    ("a job whose worker dies runs again", a_job_whose_worker_dies_runs_again),
    ("a job that kills two workers is quarantined", a_job_that_kills_two_workers_is_quarantined),
    ("nonsense counts as a death", nonsense_counts_as_a_death),
    ("a stuck worker is killed", a_stuck_worker_is_killed),
    ("a stopped fleet gives every job back", a_stopped_fleet_gives_every_job_back),
    ("workers that do not start are reported", workers_that_do_not_start_are_reported),
    ("the real worker says what is missing", the_real_worker_says_what_is_missing),
    ("no worker outlives its fleet", no_worker_outlives_its_fleet),
    ("no worker outlives a killed lab", no_worker_outlives_a_killed_lab),
];

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("worker") => serve().expect("serves"),
        Some("puppet") => puppet(),
        Some("dead") => {
            eprintln!("no such thing");
            std::process::exit(3);
        }
        Some("lab") => lab(),
        _ => {
            for (name, test) in TESTS {
                test();
                println!("test {name} ... ok");
            }
        }
    }
}

fn command(role: &'static str) -> WorkerCommand {
    let program = std::env::current_exe().expect("this program");
    Arc::new(move || {
        let mut command = Command::new(&program);
        command.arg(role).env("SECRET", "of the lab");
        command
    })
}

/// A job for a puppet: `act` is what it does, `with` is for it to read.
fn job(label: u64, act: &str, with: Value) -> Job {
    let component = || Component { path: "/nowhere/at-all.wasm".into(), digest: "d".into() };
    let policy = || PolicyText { name: "candidate.toml".into(), text: String::new() };
    Job {
        label,
        executor: component(),
        evaluator: component(),
        candidate_policy: policy(),
        evaluator_policy: policy(),
        device: DeviceModel {
            name: "reference".into(),
            flops_per_second: 1e9,
            bytes_per_second: 1e9,
            launch_seconds: 1e-6,
            instructions_per_second: 1e9,
        },
        files: vec![("train.py".into(), "x".repeat(1 << 20))],
        main: act.into(),
        evaluator_settings: with,
        seed: 7,
        candidate_data: vec![],
        evaluator_data: vec![],
        cache: std::env::temp_dir(),
        wall_seconds: PATIENCE.as_secs_f64(),
    }
}

/// A fleet with someone who listens.
struct Watched {
    fleet: Fleet,
    events: Receiver<Event>,
}

impl Deref for Watched {
    type Target = Fleet;

    fn deref(&self) -> &Fleet {
        &self.fleet
    }
}

fn start(workers: usize, command: WorkerCommand) -> Result<Watched, FleetError> {
    let (sender, events) = channel();
    Ok(Watched { fleet: Fleet::start(workers, command, sender)?, events })
}

fn next(fleet: &Watched) -> Event {
    fleet.events.recv_timeout(PATIENCE).expect("an event within two minutes")
}

fn finished(fleet: &Watched) -> (u64, Verdict) {
    loop {
        let event = next(fleet);
        match event.what {
            What::Finished(verdict) => return (event.label, *verdict),
            What::Curve(_) | What::Used(_) | What::Log { .. } | What::Restarted(_) => {}
            What::NoWorker(_) | What::Stopped => panic!("{event:?}"),
        }
    }
}

fn failure(verdict: &Verdict) -> (FailureKind, &str) {
    match &verdict.outcome {
        Outcome::Failed(failure) => (failure.kind, &failure.detail),
        Outcome::Scored(score) => panic!("{score:?}"),
    }
}

fn a_job_is_answered() {
    let fleet = start(1, command("puppet")).expect("starts");
    fleet.submit(job(5, "score", json!({"value": 0.1})));
    let events: Vec<Event> = (0..4).map(|_| next(&fleet)).collect();
    assert!(events.iter().all(|event| event.label == 5), "{events:?}");
    let what: Vec<What> = events.into_iter().map(|event| event.what).collect();
    assert!(matches!(&what[0], What::Curve(point) if point.step == 1 && point.value.is_nan()), "{what:?}");
    assert_eq!(what[1], What::Used(0.5));
    assert!(matches!(&what[2], What::Log { source, .. } if source == "candidate"));
    let What::Finished(verdict) = &what[3] else { panic!("{what:?}") };
    assert_eq!(verdict.outcome.score(), Some(0.1));
    assert_eq!(verdict.log, "7 1048576");
}

fn a_worker_sees_nothing_of_its_lab() {
    let fleet = start(1, command("puppet")).expect("starts");
    fleet.submit(job(0, "surroundings", Value::Null));
    let (_, verdict) = finished(&fleet);
    assert_eq!(verdict.log, "CANDLE_NUM_THREADS=1 RAYON_NUM_THREADS=1 in /");
}

fn workers_run_at_the_same_time() {
    let dir = tempfile::tempdir().expect("a folder");
    let place = json!({"socket": dir.path().join("meet")});
    let fleet = start(2, command("puppet")).expect("starts");
    fleet.submit(job(0, "meet", place.clone()));
    fleet.submit(job(1, "meet", place));
    let mut labels = [finished(&fleet).0, finished(&fleet).0];
    labels.sort_unstable();
    assert_eq!(labels, [0, 1]);
}

fn a_job_whose_worker_dies_runs_again() {
    let dir = tempfile::tempdir().expect("a folder");
    let fleet = start(1, command("puppet")).expect("starts");
    fleet.submit(job(0, "die once", json!({"marker": dir.path().join("died")})));
    let What::Restarted(how) = next(&fleet).what else { panic!("not restarted") };
    assert!(how.contains("signal: 6"), "{how}");
    assert_eq!(finished(&fleet).1.outcome.score(), Some(2.0));
}

fn a_job_that_kills_two_workers_is_quarantined() {
    let fleet = start(1, command("puppet")).expect("starts");
    fleet.submit(job(0, "die", Value::Null));
    fleet.submit(job(1, "score", json!({"value": 3.0})));
    let (label, verdict) = finished(&fleet);
    let (kind, detail) = failure(&verdict);
    assert_eq!((label, kind), (0, FailureKind::Quarantined));
    assert!(detail.contains("killed two workers") && detail.contains("signal: 6"), "{detail}");
    assert!(detail.contains("last words: I die"), "{detail}");
    let (label, verdict) = finished(&fleet);
    assert_eq!((label, verdict.outcome.score()), (1, Some(3.0)));
}

fn nonsense_counts_as_a_death() {
    let fleet = start(1, command("puppet")).expect("starts");
    fleet.submit(job(0, "nonsense", Value::Null));
    assert_eq!(failure(&finished(&fleet).1).0, FailureKind::Quarantined);
}

fn a_stuck_worker_is_killed() {
    let fleet = start(1, command("puppet")).expect("starts");
    fleet.submit(Job { wall_seconds: 0.2, ..job(0, "hang", Value::Null) });
    let (_, verdict) = finished(&fleet);
    let (kind, detail) = failure(&verdict);
    assert_eq!(kind, FailureKind::Exhausted);
    assert!(detail.contains("wall time") && detail.contains("0.2 s"), "{detail}");
    fleet.submit(job(1, "score", json!({"value": 1.0})));
    assert_eq!(finished(&fleet).1.outcome.score(), Some(1.0));
}

fn a_stopped_fleet_gives_every_job_back() {
    let fleet = start(2, command("puppet")).expect("starts");
    for label in 0..5 {
        fleet.submit(job(label, "hang", Value::Null));
    }
    // Both workers have their job in hand.
    for _ in 0..2 {
        assert!(matches!(next(&fleet).what, What::Used(_)));
    }
    fleet.stop();
    let mut labels: Vec<u64> = (0..5)
        .map(|_| next(&fleet))
        .map(|event| if event.what == What::Stopped { event.label } else { panic!("{event:?}") })
        .collect();
    labels.sort_unstable();
    assert_eq!(labels, [0, 1, 2, 3, 4]);
}

fn workers_that_do_not_start_are_reported() {
    let missing: WorkerCommand = Arc::new(|| Command::new("/no/such/program"));
    let fleet = start(1, missing).expect("starts");
    fleet.submit(job(0, "score", Value::Null));
    let What::NoWorker(how) = next(&fleet).what else { panic!("it has a worker") };
    assert!(how.contains("No such file"), "{how}");

    let fleet = start(1, command("dead")).expect("starts");
    fleet.submit(job(0, "score", Value::Null));
    let What::NoWorker(how) = next(&fleet).what else { panic!("it has a worker") };
    assert!(how.contains("exit status: 3") && how.contains("no such thing"), "{how}");
}

fn the_real_worker_says_what_is_missing() {
    let fleet = start(1, command("worker")).expect("starts");
    let dir = tempfile::tempdir().expect("a folder");
    for label in 0..2 {
        fleet.submit(Job { cache: dir.path().join("cache"), ..job(label, "train.py", Value::Null) });
        let (answered, verdict) = finished(&fleet);
        let (kind, detail) = failure(&verdict);
        assert_eq!((answered, kind), (label, FailureKind::Lost));
        assert!(detail.contains("/nowhere/at-all.wasm"), "{detail}");
    }
}

fn no_worker_outlives_its_fleet() {
    let fleet = start(1, command("puppet")).expect("starts");
    fleet.submit(job(0, "hang", Value::Null));
    assert!(matches!(next(&fleet).what, What::Used(_)));
    let workers = children_of(std::process::id());
    assert_eq!(workers.len(), 1);
    drop(fleet);
    assert_eq!(children_of(std::process::id()), [] as [i32; 0]);
}

fn no_worker_outlives_a_killed_lab() {
    let program = std::env::current_exe().expect("this program");
    let mut lab =
        Command::new(program).arg("lab").stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("starts");
    let mut ready = String::new();
    let output = lab.stdout.take().expect("is piped");
    io::BufReader::new(output).read_line(&mut ready).expect("reads");
    assert_eq!(ready, "both workers run\n");
    let workers = children_of(lab.id());
    assert_eq!(workers.len(), 2);
    let watched: Vec<_> = workers
        .iter()
        .map(|pid| pidfd_open(Pid::from_raw(*pid).expect("a process"), PidfdFlags::empty()).expect("lives"))
        .collect();
    // SIGKILL: the lab can do nothing more.
    lab.kill().expect("is killed");
    lab.wait().expect("is dead");
    for worker in &watched {
        let ended =
            poll(&mut [PollFd::new(worker, PollFlags::IN)], Some(&PATIENCE.try_into().expect("fits")));
        assert_eq!(ended.expect("polls"), 1, "a worker lives on");
    }
}

/// The processes that `parent` started, from /proc.
fn children_of(parent: u32) -> Vec<i32> {
    let tasks = fs::read_dir(format!("/proc/{parent}/task")).expect("lives");
    let mut found: Vec<i32> = tasks
        .filter_map(|task| fs::read_to_string(task.ok()?.path().join("children")).ok())
        .flat_map(|children| children.split_whitespace().map(|pid| pid.parse()).collect::<Vec<_>>())
        .collect::<Result<_, _>>()
        .expect("numbers");
    found.sort_unstable();
    found
}

/// A lab with two real workers, which have had a job each and wait for the next.
fn lab() {
    let dir = tempfile::tempdir().expect("a folder");
    let fleets: Vec<Watched> = (0..2).map(|_| start(1, command("worker")).expect("starts")).collect();
    for fleet in &fleets {
        fleet.submit(Job { cache: dir.path().join("cache"), ..job(0, "train.py", Value::Null) });
        finished(fleet);
    }
    println!("both workers run");
    loop {
        std::thread::park();
    }
}

/// A worker that does what the job's `main` says.
fn puppet() {
    say(&json!({"ready": {"pid": std::process::id()}}));
    for line in io::stdin().lock().lines() {
        let order: Value = serde_json::from_str(&line.expect("reads")).expect("an order");
        let job: Job = serde_json::from_value(order["run"].clone()).expect("a job");
        let with = &job.evaluator_settings;
        match job.main.as_str() {
            "score" => {
                say(&json!({"curve": {"name": "loss", "step": 1, "value": "NaN"}}));
                say(&json!({"used": 0.5}));
                say(&json!({"log": {"source": "candidate", "level": "info", "message": "hello"}}));
                let value = with["value"].as_f64().expect("a number");
                done(value, &format!("{} {}", job.seed, job.files[0].1.len()));
            }
            "surroundings" => done(0.0, &surroundings()),
            "meet" => {
                let socket = with["socket"].as_str().expect("a path");
                match UnixListener::bind(socket) {
                    Ok(listener) => drop(listener.accept().expect("the other comes")),
                    Err(_) => drop(UnixStream::connect(socket).expect("the other waits")),
                }
                done(1.0, "");
            }
            "die once" => {
                let marker = Path::new(with["marker"].as_str().expect("a path"));
                if !marker.exists() {
                    fs::write(marker, "").expect("writes");
                    std::process::abort();
                }
                done(2.0, "");
            }
            "die" => {
                eprintln!("I die");
                std::process::abort();
            }
            "nonsense" => println!("{{\"done\": "),
            "hang" => {
                say(&json!({"used": 0.0}));
                loop {
                    std::thread::park();
                }
            }
            other => panic!("no such act: {other}"),
        }
    }
}

fn surroundings() -> String {
    let mut variables: Vec<String> =
        std::env::vars().map(|(name, value)| format!("{name}={value}")).collect();
    variables.sort();
    let folder = std::env::current_dir().expect("a folder");
    format!("{} in {}", variables.join(" "), folder.display())
}

fn done(value: f64, log: &str) {
    let score = json!({"value": value, "standard_error": null, "measurements": []});
    let cost = json!({"device_seconds": 0.5, "instructions": 1, "wall_seconds": 0.1, "llm_tokens": 0, "llm_usd": 0.0});
    say(&json!({"done": {"outcome": {"scored": score}, "cost": cost, "curve": [], "log": log}}));
}

fn say(answer: &Value) {
    let mut output = io::stdout().lock();
    writeln!(output, "{answer}").and_then(|()| output.flush()).expect("the lab listens");
}
