use super::*;
use crate::random::SplitMix64;

const POLICY: Policy = Policy { learns: true, prior_weight: 2.0, cost_exponent: 0.0 };

fn arm(key: &str) -> Arm {
    Arm { key: key.into(), weight: 1.0, relative_cost: 1.0 }
}

fn cost(llm_usd: f64, llm_tokens: u64) -> Cost {
    Cost { device_seconds: 0.0, instructions: 0, llm_tokens, llm_usd }
}

/// How often each arm is chosen in `draws`.
fn shares(bandit: &Bandit, arms: &[Arm], policy: Policy, draws: usize) -> Vec<usize> {
    let mut random = SplitMix64::new(11);
    let mut counts = vec![0; arms.len()];
    for _ in 0..draws {
        counts[bandit.choose(arms, policy, &mut random).expect("arms")] += 1;
    }
    counts
}

#[test]
fn beta_draws_have_the_mean_and_the_variance_of_beta() {
    let mut random = SplitMix64::new(1);
    for (a, b) in [(1.0, 1.0), (3.0, 1.5), (0.3, 0.6), (40.0, 10.0)] {
        let draws: Vec<f64> = (0..40_000).map(|_| beta(a, b, &mut random)).collect();
        let mean = draws.iter().sum::<f64>() / draws.len() as f64;
        let variance = draws.iter().map(|draw| (draw - mean).powi(2)).sum::<f64>() / draws.len() as f64;
        let exact = a * b / ((a + b) * (a + b) * (a + b + 1.0));
        assert!((mean - a / (a + b)).abs() < 5.0 * (exact / 40_000.0).sqrt(), "{a} {b}: {mean}");
        assert!((variance / exact - 1.0).abs() < 0.05, "{a} {b}: {variance} for {exact}");
        assert!(draws.iter().all(|draw| (0.0..=1.0).contains(draw)));
    }
}

#[test]
fn what_went_well_is_played_more_and_the_rest_still_sometimes() {
    let mut bandit = Bandit::default();
    for _ in 0..6 {
        bandit.learn("good", 0.8, &cost(0.0, 0));
        bandit.learn("bad", 0.2, &cost(0.0, 0));
    }
    let counts = shares(&bandit, &[arm("bad"), arm("good"), arm("new")], POLICY, 3000);
    assert!(counts[1] > 4 * counts[0], "{counts:?}");
    assert!(counts[0] > 0 && counts[2] > 300, "an arm that was never played is worth trying: {counts:?}");
}

#[test]
fn it_learns_which_of_two_arms_is_better() {
    let (mut bandit, mut random) = (Bandit::default(), SplitMix64::new(5));
    let arms = [arm("a"), arm("b")];
    let mut played = [0, 0];
    for _ in 0..400 {
        let index = bandit.choose(&arms, POLICY, &mut random).expect("arms");
        played[index] += 1;
        let success = random.chance(if index == 0 { 0.3 } else { 0.6 });
        bandit.learn(&arms[index].key, f64::from(u8::from(success)), &cost(0.0, 0));
    }
    assert!(played[1] > 300, "{played:?}");
}

#[test]
fn at_equal_rewards_the_cheaper_is_played() {
    let mut bandit = Bandit::default();
    for _ in 0..50 {
        bandit.learn("dear", 0.5, &cost(0.10, 10));
        bandit.learn("cheap", 0.5, &cost(0.01, 1000));
    }
    let arms = [arm("dear"), arm("cheap")];
    let by_money = shares(&bandit, &arms, Policy { cost_exponent: 1.0, ..POLICY }, 1000);
    assert!(by_money[1] > 990, "{by_money:?}");
    let blind = shares(&bandit, &arms, POLICY, 1000);
    assert!(blind[0].abs_diff(500) < 80, "{blind:?}");
}

#[test]
fn prices_count_before_there_are_trials() {
    let arms = [Arm { relative_cost: 1.9, ..arm("dear") }, Arm { relative_cost: 0.1, ..arm("cheap") }];
    let counts = shares(&Bandit::default(), &arms, Policy { cost_exponent: 1.0, ..POLICY }, 1000);
    assert!(counts[1] > 900, "{counts:?}");
}

#[test]
fn switched_off_only_weights_count() {
    let mut bandit = Bandit::default();
    (0..100).for_each(|_| bandit.learn("bad", 0.0, &cost(9.0, 9)));
    let arms = [Arm { weight: 3.0, ..arm("bad") }, arm("good")];
    let counts = shares(&bandit, &arms, Policy { learns: false, ..POLICY }, 4000);
    assert!(counts[0].abs_diff(3000) < 140, "{counts:?}");
}

#[test]
fn the_same_state_and_numbers_choose_the_same() {
    let mut bandit = Bandit::default();
    bandit.learn("a", 0.7, &cost(0.3, 5));
    let json = serde_json::to_string(&bandit).expect("writes");
    let restored: Bandit = serde_json::from_str(&json).expect("reads");
    assert_eq!(restored, bandit);
    let arms = [arm("a"), arm("b")];
    assert_eq!(shares(&restored, &arms, POLICY, 50), shares(&bandit, &arms, POLICY, 50));
    assert_eq!(bandit.choose(&[], POLICY, &mut SplitMix64::new(1)), None);
}
