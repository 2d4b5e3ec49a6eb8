//! The lab's patch tool, from its source: building the whole lab for a plugin's tests takes minutes.

#[allow(dead_code, unused_qualifications)]
#[path = "../../../../host/lab/src/patch/mod.rs"]
mod patch;

use proofhouse_sdk::imports::{Access, Failure, SourceFile};

/// The texts of the program after a diff, by path; what the lab says where it does not take it.
///
/// # Errors
/// As the lab's `workbench.check`.
pub fn apply(files: &[SourceFile], diff: &str) -> Result<Vec<(String, String)>, Failure> {
    let files: Vec<proofhouse_types::SourceFile> = files.iter().map(of_the_lab).collect();
    patch::apply(&files, diff).map(|patched| patched.files).map_err(|why| {
        let kind = format!("{:?}", why.kind()).to_lowercase();
        Failure { kind, detail: why.to_string() }
    })
}

/// Would the lab take this diff?
///
/// # Errors
/// As [`apply`].
pub fn check(files: &[SourceFile], diff: &str) -> Result<(), Failure> {
    apply(files, diff).map(drop)
}

fn of_the_lab(file: &SourceFile) -> proofhouse_types::SourceFile {
    let access = match file.access {
        Access::Editable => proofhouse_types::Access::Editable,
        Access::Visible => proofhouse_types::Access::Visible,
        Access::Hidden => proofhouse_types::Access::Hidden,
    };
    proofhouse_types::SourceFile { path: file.path.clone(), text: file.text.clone(), access }
}
