//! The losses that a whole program prints, step by step.

use std::collections::BTreeMap;

use serde_json::Value;

/// Relative, of each step.
const TOLERANCE: f64 = 1e-4;

/// The losses of a program, in the order in which it prints them.
pub type Losses = Vec<f64>;

/// `tests/torch/golden/programs.json`
#[derive(Debug)]
pub struct ProgramGolden {
    /// The PyTorch that printed them.
    pub torch: String,
    /// By program.
    pub losses: BTreeMap<String, Losses>,
}

impl ProgramGolden {
    /// Reads the file.
    ///
    /// # Errors
    /// In words, where it is no such file.
    pub fn parse(text: &str) -> Result<ProgramGolden, String> {
        let whole: Value = serde_json::from_str(text).map_err(|why| why.to_string())?;
        let programs = whole["programs"].as_object().ok_or("there are no programs")?;
        let losses = programs.iter().map(|(name, steps)| {
            let steps = steps.as_array().ok_or_else(|| format!("{name} has no losses"))?;
            let numbers: Option<Losses> = steps.iter().map(Value::as_f64).collect();
            Ok((name.clone(), numbers.ok_or_else(|| format!("a loss of {name} is no number"))?))
        });
        let losses = losses.collect::<Result<_, String>>()?;
        Ok(ProgramGolden { torch: whole["torch"].as_str().unwrap_or_default().to_owned(), losses })
    }
}

/// What stands in the lines `step N loss X` of an output, whatever follows.
pub fn losses(output: &str) -> Losses {
    let lines = output.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        let step = words.next() == Some("step") && words.next()?.parse::<u32>().is_ok();
        (step && words.next() == Some("loss")).then(|| words.next()?.parse().ok()).flatten()
    });
    lines.collect()
}

/// The first step at which the losses differ, with both, or that one side has no such step.
pub fn wrong_step(found: &[f64], expected: &[f64]) -> Option<String> {
    if expected.is_empty() {
        return Some("there is nothing to compare with".to_owned());
    }
    let far = |(found, expected): (&f64, &f64)| {
        let near = (found - expected).abs() <= TOLERANCE * expected.abs();
        !near
    };
    if let Some(at) = found.iter().zip(expected).position(far) {
        return Some(format!("loss {at}: {} here, {} in PyTorch", found[at], expected[at]));
    }
    let counts = (found.len(), expected.len());
    (counts.0 != counts.1).then(|| format!("{} losses here, {} in PyTorch", counts.0, counts.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_are_read_from_their_lines() {
        let output = "12 parameters\nstep 0 loss 2.5\nstep 1 loss 1.25 lr 0.1\nstep loss 3\nstep 2 loss nan\nsampled 4\n";
        let read = losses(output);
        assert_eq!(read[..2], [2.5, 1.25]);
        assert!(read.len() == 3 && read[2].is_nan());
    }

    #[test]
    fn one_far_step_is_found() {
        assert_eq!(wrong_step(&[1.0, 2.0], &[1.0, 2.0001]), None);
        assert!(wrong_step(&[1.0, 2.0], &[1.0, 2.001]).unwrap().contains("loss 1"));
        assert!(wrong_step(&[f64::NAN], &[1.0]).is_some());
        assert!(wrong_step(&[1.0], &[1.0, 2.0]).unwrap().contains("1 losses here"));
        assert!(wrong_step(&[], &[]).is_some());
    }
}
