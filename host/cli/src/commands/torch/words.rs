//! Which words of the command line are ours, and which the program's.

use crate::failure::{Failure, Result};

/// A command line taken apart.
#[derive(Debug, PartialEq)]
pub(super) struct Words {
    /// The program.
    pub(super) file: String,
    /// What it gets as arguments.
    pub(super) arguments: Vec<String>,
    /// Each file that it may read: its name there, and where it is here.
    pub(super) grants: Vec<(String, String)>,
}

const SYNTAX: &str = "write `--data NAME=FILE`: the program opens FILE as NAME";

impl Words {
    /// `data` is what stood behind `--data` before the program, `program` the program and all that follows it.
    ///
    /// # Errors
    /// Where `data` has no form `NAME=FILE`, or the program is an option that we do not know.
    pub(super) fn of(data: &[String], program: &[String]) -> Result<Words> {
        let mut grants = Vec::new();
        for value in data {
            let grant = grant(value).ok_or_else(|| {
                Failure::usage(format!("`--data {value}` has no NAME and FILE")).hint(SYNTAX)
            })?;
            grants.push(grant);
        }
        let mut words = program.iter();
        let file = words.next().cloned().unwrap_or_default();
        if file.starts_with('-') {
            return Err(Failure::usage(format!("`{file}` is no option of `proofhouse torch`"))
                .hint("`proofhouse torch --help` lists them; the program's own options follow its file"));
        }
        let mut arguments = Vec::new();
        while let Some(word) = words.next() {
            if word == "--" {
                arguments.extend(words.cloned());
                break;
            }
            let value = match word.strip_prefix("--data=") {
                Some(value) => Some(value),
                None if word == "--data" => words.as_slice().first().map(String::as_str),
                None => None,
            };
            match value.and_then(grant) {
                Some(grant) => {
                    grants.push(grant);
                    if word == "--data" {
                        words.next();
                    }
                }
                None => arguments.push(word.clone()),
            }
        }
        Ok(Words { file, arguments, grants })
    }
}

/// `NAME=FILE`, neither of them empty.
fn grant(value: &str) -> Option<(String, String)> {
    let (name, file) = value.split_once('=')?;
    (!name.is_empty() && !file.is_empty()).then(|| (name.to_owned(), file.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(data: &[&str], program: &[&str]) -> Result<Words> {
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        Words::of(&owned(data), &owned(program))
    }

    #[test]
    fn grants_are_ours_on_both_sides_up_to_two_hyphens() {
        let line = ["x.py", "--lr", "3", "--data", "b=d/b", "--data=c=d", "-v", "--", "--data", "e=f", "--"];
        let taken = words(&["a=a.txt"], &line).unwrap();
        assert_eq!(taken.file, "x.py");
        assert_eq!(taken.arguments, ["--lr", "3", "-v", "--data", "e=f", "--"]);
        let grants: Vec<_> = taken.grants.iter().map(|(name, file)| (name.as_str(), file.as_str())).collect();
        assert_eq!(grants, [("a", "a.txt"), ("b", "d/b"), ("c", "d")]);
    }

    #[test]
    fn data_without_a_name_behind_the_program_is_the_programs() {
        let taken = words(&[], &["x.py", "--data", "input.txt", "--data=", "--data"]).unwrap();
        assert_eq!(taken.arguments, ["--data", "input.txt", "--data=", "--data"]);
        assert_eq!(taken.grants, []);
    }

    #[test]
    fn wrong_words_before_the_program_are_refused() {
        for wrong in ["input.txt", "=x", "x=", ""] {
            let said = words(&[wrong], &["x.py"]).unwrap_err().to_string();
            assert!(said.contains("NAME=FILE"), "{said}");
        }
        assert!(words(&[], &["--bogus", "x.py"]).unwrap_err().to_string().contains("--bogus"));
    }
}
