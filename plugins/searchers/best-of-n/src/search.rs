//! The search itself: batches of ideas, none of which knows of another.

use proofhouse_sdk::epochs::Epochs;
use proofhouse_sdk::searcher::Request;
use proofhouse_sdk::settings::{Settings, within};
use proofhouse_sdk::state;

const PLUGIN: &str = "best-of-n";
const STATE_VERSION: u32 = 1;

/// `ideas` explorations with an empty context, `population` of them an epoch.
#[derive(Debug)]
pub struct BestOfN {
    ideas: u32,
    population: u32,
    epochs: Epochs,
}

impl BestOfN {
    pub fn open(settings: &str) -> Result<BestOfN, String> {
        let mut settings = Settings::parse(settings)?;
        let ideas = within("ideas", settings.or("ideas", 80)?, 1, 1_000_000)?;
        let population = within("population", settings.or("population", ideas)?, 1, 1_000_000)?;
        settings.finish()?;
        Ok(BestOfN { ideas, population, epochs: Epochs::default() })
    }

    pub fn restore(settings: &str, bytes: &[u8]) -> Result<BestOfN, String> {
        let mut search = BestOfN::open(settings)?;
        search.epochs = state::restore(PLUGIN, STATE_VERSION, bytes)?;
        if !search.done() {
            search.epochs.settle(search.size());
        }
        Ok(search)
    }

    pub fn save(&self) -> Vec<u8> {
        state::save(PLUGIN, STATE_VERSION, &self.epochs).expect("counters are always JSON")
    }

    pub fn epoch(&self) -> u32 {
        self.epochs.current()
    }

    pub fn done(&self) -> bool {
        self.size() == 0
    }

    pub fn ask(&mut self, slots: u32) -> Vec<Request> {
        self.epochs.give(self.size(), slots).map(|_| Request::Explore(Vec::new())).collect()
    }

    pub fn tell(&mut self, finished: impl Iterator<Item = (u64, u32)>) {
        for (trial, epoch) in finished {
            if !self.done() {
                self.epochs.end(trial, epoch, self.size());
            }
        }
    }

    /// The ideas of the current epoch: the last one has what is left; after it, there are none.
    fn size(&self) -> u32 {
        let before = self.epoch().saturating_mul(self.population);
        self.ideas.saturating_sub(before).min(self.population)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(search: &mut BestOfN, slots: u32) -> Vec<usize> {
        let (mut id, mut sizes) = (0u64, Vec::new());
        while !search.done() {
            let epoch = search.epoch();
            let mut size = 0;
            while search.epoch() == epoch {
                let requests = search.ask(slots);
                assert!(requests.iter().all(|request| *request == Request::Explore(vec![])));
                assert!(!requests.is_empty(), "an epoch that is not over has something to do");
                size += requests.len();
                search.tell(requests.iter().map(|_| {
                    id += 1;
                    (id, epoch)
                }));
            }
            sizes.push(size);
        }
        sizes
    }

    #[test]
    fn every_idea_is_asked_for_once_in_batches() {
        let mut search = BestOfN::open(r#"{"ideas": 10, "population": 4}"#).expect("settings");
        assert_eq!(run(&mut search, 3), [4, 4, 2]);
        assert!(search.ask(9).is_empty());
        let mut one = BestOfN::open(r#"{"ideas": 7}"#).expect("settings");
        assert_eq!(run(&mut one, u32::MAX), [7]);
    }

    #[test]
    fn it_goes_on_where_it_was() {
        let settings = r#"{"ideas": 10, "population": 4}"#;
        let mut search = BestOfN::open(settings).expect("settings");
        search.ask(4);
        search.tell((0..4).map(|id| (id, 0)));
        search.ask(1);
        search.tell([(4, 1)].into_iter());
        let mut restored = BestOfN::restore(settings, &search.save()).expect("restores");
        assert_eq!(restored.ask(9).len(), 3);
        restored.tell((5..8).map(|id| (id, 1)));
        assert_eq!(restored.ask(9).len(), 2);
    }

    #[test]
    fn wrong_settings_and_states_are_refused() {
        assert!(BestOfN::open(r#"{"ideas": 0}"#).expect_err("none").contains("`ideas`"));
        assert!(BestOfN::open(r#"{"epochs": 2}"#).expect_err("unknown").contains("`epochs`"));
        assert!(BestOfN::restore("{}", b"{}").expect_err("garbage").contains("no state of best-of-n"));
    }
}
