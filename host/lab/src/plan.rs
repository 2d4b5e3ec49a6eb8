//! From requests to planned trials: each request becomes exactly one trial.

use proofhouse_ledger::{Ledger, NewTrial, PluginStates, Reader, Round};
use proofhouse_sandbox::Mode;
use proofhouse_types::{Idea, Proposal, Request, Trial, TrialId};

use crate::desk::Desk;
use crate::plugins::Search;
use crate::program::NO_PROPOSAL;
use crate::seeds::{Purpose, derive};
use crate::{LabError, Progress, ProgressEvent};

/// How often an ideator that gave fewer proposals than asked is asked for the rest. The trials that are still missing
/// then end `unpatched`: a searcher waits for as many trials as it asked for, and shall not wait for ever.
const MOST_CALLS: u64 = 3;

/// Longest texts of an idea, in characters. What is longer is cut: ideas are shown, never interpreted.
const MOST_TITLE: usize = 200;
const MOST_RATIONALE: usize = 8000;
const MOST_LABELS: usize = 16;
const MOST_LABEL: usize = 64;

/// Equal consecutive requests of a round: one call of the ideator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Brief<'a> {
    pub(crate) request: &'a Request,
    /// The id of its first trial.
    pub(crate) first: TrialId,
    pub(crate) count: u32,
}

/// The names, in the record of exchanges with language models, of the calls that propose the trials from `first` on.
pub(crate) fn proposal_scopes(first: TrialId) -> impl Iterator<Item = String> {
    (0..MOST_CALLS).map(move |call| format!("propose {first}.{call}"))
}

/// Groups a round's requests.
pub(crate) fn briefs(round: &Round) -> Vec<Brief<'_>> {
    let mut briefs: Vec<Brief<'_>> = Vec::new();
    for (id, request) in (round.first..).zip(&round.requests) {
        match briefs.last_mut() {
            Some(last) if last.request == request => last.count += 1,
            _ => briefs.push(Brief { request, first: id, count: 1 }),
        }
    }
    briefs
}

/// Plans what is not planned yet of `round`. Each brief is one step: after a kill, planning goes on with the next.
#[allow(clippy::too_many_arguments)]
pub(crate) fn plan(
    ledger: &Ledger,
    desk: &Desk<'_>,
    search: &mut Search,
    origin: &str,
    seed: u64,
    round: &Round,
    states: &mut PluginStates,
    progress: &mut dyn Progress,
) -> Result<(), LabError> {
    let mut next = ledger.reader().trial_count()?;
    for brief in briefs(round) {
        if brief.first < next {
            continue;
        }
        let mut planner =
            Planner { reader: ledger.reader(), desk, search: &mut *search, origin, seed, epoch: round.epoch };
        let trials = planner.trials(&brief, states)?;
        ledger.proposed(round.number, &trials, states)?;
        let missing = trials.iter().filter(|trial| trial.origin == NO_PROPOSAL).count();
        if missing > 0 {
            let message =
                format!("the ideator gave {} of {} proposals", trials.len() - missing, trials.len());
            ledger.note("proposals", &message)?;
            progress.on(&ProgressEvent::Note { message });
        }
        for trial in &trials {
            progress.on(&ProgressEvent::TrialPlanned { trial: trial.id, title: trial.idea.title.clone() });
        }
        next += trials.len() as u64;
    }
    Ok(())
}

struct Planner<'a> {
    reader: &'a Reader,
    desk: &'a Desk<'a>,
    search: &'a mut Search,
    origin: &'a str,
    seed: u64,
    epoch: u32,
}

impl Planner<'_> {
    /// As many trials as the brief counts.
    fn trials(&mut self, brief: &Brief<'_>, states: &mut PluginStates) -> Result<Vec<NewTrial>, LabError> {
        let (mode, ids) = match brief.request {
            Request::Explore(ids) => (Mode::Explore, ids),
            Request::Exploit(ids) => (Mode::Exploit, ids),
            Request::Replicate(id) => {
                let ids = brief.first..brief.first + u64::from(brief.count);
                return ids.map(|trial| self.replica(trial, brief.request, *id)).collect();
            }
        };
        let context = ids.iter().map(|id| self.finished(*id)).collect::<Result<Vec<_>, _>>()?;
        let mut proposals: Vec<Proposal> = Vec::new();
        for (call, scope) in (brief.first * MOST_CALLS..).zip(proposal_scopes(brief.first)) {
            let missing = brief.count - proposals.len() as u32;
            if missing == 0 {
                break;
            }
            let (search, shown) = (&mut *self.search, &context);
            let proposed =
                self.desk.attend(|| search.propose(states, mode, shown, missing, (call, scope)))?;
            proposals.extend(proposed);
        }
        let mut proposals = proposals.into_iter();
        let ids = brief.first..brief.first + u64::from(brief.count);
        Ok(ids.map(|id| self.planned(id, brief.request, proposals.next(), ids_of(&context))).collect())
    }

    fn planned(
        &self,
        id: TrialId,
        request: &Request,
        proposal: Option<Proposal>,
        context: Vec<TrialId>,
    ) -> NewTrial {
        let seed = derive(self.seed, Purpose::Trial, id);
        let request = request.clone();
        let Some(proposal) = proposal else {
            let idea = Idea { title: "(no proposal)".into(), rationale: String::new(), labels: Vec::new() };
            let origin = NO_PROPOSAL.to_owned();
            return NewTrial {
                id,
                epoch: self.epoch,
                request,
                parents: vec![],
                idea,
                diff: None,
                seed,
                origin,
            };
        };
        // A parent is a trial that the ideator was shown: lineage is not a matter of belief.
        let parents = context.into_iter().filter(|id| proposal.parents.contains(id)).collect();
        NewTrial {
            id,
            epoch: self.epoch,
            request,
            parents,
            idea: capped(proposal.idea),
            diff: proposal.patch.map(|patch| patch.diff),
            seed,
            origin: self.origin.to_owned(),
        }
    }

    /// The same patch with another seed.
    fn replica(&self, id: TrialId, request: &Request, of: TrialId) -> Result<NewTrial, LabError> {
        let trial = self.finished(of)?;
        Ok(NewTrial {
            id,
            epoch: self.epoch,
            request: request.clone(),
            parents: vec![of],
            idea: trial.idea,
            diff: trial.patch.map(|patch| patch.diff),
            seed: derive(self.seed, Purpose::Trial, id),
            origin: trial.origin,
        })
    }

    fn finished(&self, id: TrialId) -> Result<Trial, LabError> {
        let record = if id < self.reader.trial_count()? { self.reader.trial(id)?.trial() } else { None };
        record.ok_or_else(|| {
            self.search
                .searcher_failed(format!("it named trial {id}, which does not exist or has no outcome yet"))
        })
    }
}

fn ids_of(trials: &[Trial]) -> Vec<TrialId> {
    trials.iter().map(|trial| trial.id).collect()
}

fn capped(idea: Idea) -> Idea {
    let cut = |text: String, most: usize| match text.char_indices().nth(most) {
        Some((end, _)) => text[..end].to_owned(),
        None => text,
    };
    let one_line: String = idea.title.split_whitespace().collect::<Vec<_>>().join(" ");
    Idea {
        title: cut(one_line, MOST_TITLE),
        rationale: cut(idea.rationale, MOST_RATIONALE),
        labels: idea.labels.into_iter().take(MOST_LABELS).map(|label| cut(label, MOST_LABEL)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use proofhouse_ledger::Round;
    use proofhouse_types::{Idea, Request};

    use super::{briefs, capped};

    #[test]
    fn equal_neighbours_are_one_brief() {
        let explore = || Request::Explore(vec![1, 2]);
        let requests =
            vec![explore(), explore(), Request::Exploit(vec![1]), explore(), Request::Replicate(0)];
        let round = Round { number: 1, epoch: 1, first: 10, requests, told: false };
        let found: Vec<_> = briefs(&round).iter().map(|brief| (brief.first, brief.count)).collect();
        assert_eq!(found, [(10, 2), (12, 1), (13, 1), (14, 1)]);
    }

    #[test]
    fn ideas_are_cut_at_characters() {
        let idea = Idea {
            title: format!("a\nb  {}", "ü".repeat(500)),
            rationale: "r".repeat(10_000),
            labels: vec!["l".repeat(100); 50],
        };
        let capped = capped(idea);
        assert!(capped.title.starts_with("a b ü") && capped.title.chars().count() == 200);
        assert_eq!(capped.rationale.len(), 8000);
        assert_eq!((capped.labels.len(), capped.labels[0].len()), (16, 64));
    }
}
