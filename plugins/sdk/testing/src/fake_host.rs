//! The host that a test scripts.

use std::cell::RefCell;

use proofhouse_sdk::host::{Log, Models, Workbench};
use proofhouse_sdk::imports::llm::{Completion, Error, Model, Request};
use proofhouse_sdk::imports::{Failure, SourceFile};

type Replies = Box<dyn FnMut(&Request) -> Result<Completion, Error>>;
type Vectors = Box<dyn FnMut(&str) -> Result<Vec<f32>, Error>>;
type Smoke = Box<dyn FnMut(&str) -> Result<String, Failure>>;

/// A host whose models and smoke runs answer what a test says, and which keeps what it was asked.
pub struct FakeHost {
    models: Vec<Model>,
    files: Vec<SourceFile>,
    replies: RefCell<Replies>,
    vectors: RefCell<Vectors>,
    smoke: RefCell<Smoke>,
    /// The requests of each `complete`.
    pub batches: RefCell<Vec<Vec<Request>>>,
    /// The diffs that were checked.
    pub checked: RefCell<Vec<String>>,
    /// The diffs that were run.
    pub smoked: RefCell<Vec<String>>,
    /// What was logged.
    pub warnings: RefCell<Vec<String>>,
}

impl FakeHost {
    /// A host with these models, each request to which is answered by `replies`; without a smoke run.
    pub fn new(
        models: &[Model],
        replies: impl FnMut(&Request) -> Result<Completion, Error> + 'static,
    ) -> FakeHost {
        let not_granted = || Failure { kind: "not-granted".into(), detail: "there is no smoke run".into() };
        FakeHost {
            models: models.to_vec(),
            files: Vec::new(),
            replies: RefCell::new(Box::new(replies)),
            vectors: RefCell::new(Box::new(|_| Err(Error::NotGranted("there is no such model".into())))),
            smoke: RefCell::new(Box::new(move |_| Err(not_granted()))),
            batches: RefCell::default(),
            checked: RefCell::default(),
            smoked: RefCell::default(),
            warnings: RefCell::default(),
        }
    }

    /// Diffs are checked against these files.
    pub fn with_files(self, files: &[SourceFile]) -> FakeHost {
        FakeHost { files: files.to_vec(), ..self }
    }

    /// Smoke runs are answered so.
    pub fn with_smoke(self, smoke: impl FnMut(&str) -> Result<String, Failure> + 'static) -> FakeHost {
        FakeHost { smoke: RefCell::new(Box::new(smoke)), ..self }
    }

    /// Texts are embedded so.
    pub fn with_vectors(self, vectors: impl FnMut(&str) -> Result<Vec<f32>, Error> + 'static) -> FakeHost {
        FakeHost { vectors: RefCell::new(Box::new(vectors)), ..self }
    }

    /// Every request so far, in order.
    pub fn requests(&self) -> Vec<Request> {
        self.batches.borrow().concat()
    }
}

impl Models for FakeHost {
    fn models(&self) -> Vec<Model> {
        self.models.clone()
    }

    fn complete(&self, requests: &[Request]) -> Vec<Result<Completion, Error>> {
        self.batches.borrow_mut().push(requests.to_vec());
        requests.iter().map(|request| (self.replies.borrow_mut())(request)).collect()
    }

    fn embed(&self, _model: &str, texts: &[String]) -> Result<Vec<Vec<f32>>, Error> {
        texts.iter().map(|text| (self.vectors.borrow_mut())(text)).collect()
    }
}

impl Workbench for FakeHost {
    fn check(&self, diff: &str) -> Result<(), Failure> {
        self.checked.borrow_mut().push(diff.to_owned());
        crate::check(&self.files, diff)
    }

    fn smoke(&self, diff: &str) -> Result<String, Failure> {
        self.smoked.borrow_mut().push(diff.to_owned());
        (self.smoke.borrow_mut())(diff)
    }
}

impl Log for FakeHost {
    fn warn(&self, message: &str) {
        self.warnings.borrow_mut().push(message.to_owned());
    }
}

/// A reply that came whole.
pub fn completion(text: &str) -> Completion {
    Completion { text: text.into(), thinking: String::new(), input_tokens: 1, output_tokens: 1, usd: 0.0 }
}
