use proofhouse_types::{Access, FailureKind, SourceFile};

use super::{MOST_DIFF_BYTES, MOST_FILE_BYTES, PatchError, Patched, apply};

const TRAIN: &str = "import torch\n\nlr = 0.1\nsteps = 10\n\n\ndef train():\n    pass\n";

fn file(path: &str, text: &str, access: Access) -> SourceFile {
    SourceFile { path: path.into(), text: text.into(), access }
}

fn program() -> Vec<SourceFile> {
    vec![
        file("train.py", TRAIN, Access::Editable),
        file("model/net.py", "a = 1\nb = 2\n", Access::Editable),
        file("README.md", "read me\n", Access::Visible),
        file("secret.py", "hidden\n", Access::Hidden),
    ]
}

fn good(diff: &str) -> Patched {
    apply(&program(), diff).unwrap_or_else(|error| panic!("{error}\n{diff}"))
}

fn text<'a>(patched: &'a Patched, path: &str) -> Option<&'a str> {
    patched.files.iter().find(|(name, _)| name == path).map(|(_, text)| text.as_str())
}

/// The diff must fail as `kind`, with a message that has each of `parts`.
fn bad(diff: &str, kind: FailureKind, parts: &[&str]) {
    bad_for(&program(), diff, kind, parts);
}

fn bad_for(files: &[SourceFile], diff: &str, kind: FailureKind, parts: &[&str]) {
    let error = apply(files, diff).expect_err(diff);
    let message = error.to_string();
    assert_eq!(error.kind(), kind, "{message}");
    for part in parts {
        assert!(message.contains(part), "`{part}` is not in: {message}");
    }
}

const LR: &str = "--- a/train.py\n+++ b/train.py\n@@ -2,3 +2,3 @@\n \n-lr = 0.1\n+lr = 0.2\n steps = 10\n";

#[test]
fn a_plain_diff_applies() {
    let patched = good(LR);
    assert_eq!(text(&patched, "train.py"), Some(TRAIN.replace("0.1", "0.2").as_str()));
    assert_eq!(patched.changed, ["train.py"]);
    assert_eq!(patched.files.len(), 4, "the other files are untouched");
    assert_eq!(text(&patched, "secret.py"), Some("hidden\n"));
}

#[test]
fn a_multi_file_diff_applies_whole() {
    // Fault of the released code: its hunk fixer broke valid multi-file diffs.
    let diff = format!(
        "diff --git a/train.py b/train.py\nindex 123..456 100644\n{LR}\
         diff --git a/model/net.py b/model/net.py\nindex 1..2 100644\n\
         --- a/model/net.py\n+++ b/model/net.py\n@@ -1,2 +1,3 @@\n a = 1\n-b = 2\n+b = 3\n+c = 4\n\
         diff --git a/new.py b/new.py\nnew file mode 100644\nindex 0000000..1\n\
         --- /dev/null\n+++ b/new.py\n@@ -0,0 +1,2 @@\n+x = 1\n+y = 2\n"
    );
    let patched = good(&diff);
    assert_eq!(text(&patched, "train.py"), Some(TRAIN.replace("0.1", "0.2").as_str()));
    assert_eq!(text(&patched, "model/net.py"), Some("a = 1\nb = 3\nc = 4\n"));
    assert_eq!(text(&patched, "new.py"), Some("x = 1\ny = 2\n"));
    assert_eq!(patched.changed, ["train.py", "model/net.py", "new.py"]);
    assert_eq!(patched.files.last().map(|(path, _)| path.as_str()), Some("new.py"));
}

#[test]
fn a_new_file_has_its_own_name_and_text() {
    // Fault of the released code: a new file was written as `null`.
    let patched = good("--- /dev/null\n+++ b/lib/opt.py\n@@ -0,0 +1 @@\n+x = 1\n");
    assert_eq!(text(&patched, "lib/opt.py"), Some("x = 1\n"));
    assert!(patched.files.iter().all(|(path, _)| !path.contains("null")));
    let without_end = "--- /dev/null\n+++ b/x.py\n@@ -0,0 +1 @@\n+x = 1\n\\ No newline at end of file\n";
    assert_eq!(text(&good(without_end), "x.py"), Some("x = 1"));
}

#[test]
fn a_file_is_deleted_whole_or_not_at_all() {
    let whole = "--- a/model/net.py\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-a = 1\n-b = 2\n";
    let patched = good(whole);
    assert_eq!(text(&patched, "model/net.py"), None);
    let half = "--- a/model/net.py\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-a = 1\n";
    bad(half, FailureKind::Unpatched, &["`model/net.py`", "leave lines"]);
}

#[test]
fn an_empty_diff_is_refused_and_a_fence_is_no_diff() {
    // Fault of the released code: a plain code fence gave an empty diff, and the baseline was scored as the idea.
    bad("", FailureKind::Refused, &["empty"]);
    bad(" \n\n", FailureKind::Refused, &["empty"]);
    bad("```\n```\n", FailureKind::Unpatched, &["code fence"]);
    bad("```python\nlr = 0.2\n```\n", FailureKind::Unpatched, &["code fence"]);
    bad(&format!("```diff\n{LR}```\n"), FailureKind::Unpatched, &["code fence"]);
    bad("I would raise the learning rate.\n", FailureKind::Unpatched, &["line 1", "neither a file header"]);
    bad("lr = 0.2\n", FailureKind::Unpatched, &["line 1"]);
    bad("--- a/train.py\n+++ b/train.py\n", FailureKind::Unpatched, &["`train.py` has no hunks"]);
    bad(&format!("{LR}and that is all\n"), FailureKind::Unpatched, &["line 8"]);
    bad(&format!("{LR}```\n"), FailureKind::Unpatched, &["line 8"]);
}

#[test]
fn a_patch_that_changes_nothing_is_refused() {
    bad(
        "--- a/train.py\n+++ b/train.py\n@@ -3 +3 @@\n-lr = 0.1\n+lr = 0.1\n",
        FailureKind::Refused,
        &["changes nothing"],
    );
    bad(
        "--- a/train.py\n+++ b/train.py\n@@ -3 +3 @@\n lr = 0.1\n",
        FailureKind::Refused,
        &["changes nothing"],
    );
}

#[test]
fn hunks_do_not_wander() {
    // Fault of the released code: hunks were applied by fuzz in the wrong place.
    let shifted = LR.replace("-2,3", "-3,3");
    bad(
        &shifted,
        FailureKind::Unpatched,
        &["hunk 1 of `train.py`", "line 3 should be \"\"", "is \"lr = 0.1\"", "stand at line 2"],
    );
    let wrong_context = LR.replace(" steps = 10", " steps = 11");
    bad(&wrong_context, FailureKind::Unpatched, &["line 4 should be \"steps = 11\"", "is \"steps = 10\""]);
    let twice = [file("t.py", "x\ny\nx\nz\n", Access::Editable)];
    let error = apply(&twice, "--- a/t.py\n+++ b/t.py\n@@ -2 +2 @@\n-x\n+w\n").expect_err("does not fit");
    let PatchError::Mismatch(mismatch) = error else { panic!("{error}") };
    assert_eq!(mismatch.elsewhere, None, "two places are no place");
    bad(
        "--- a/train.py\n+++ b/train.py\n@@ -900 +900 @@\n-lr = 0.1\n+lr = 0.2\n",
        FailureKind::Unpatched,
        &["line 900", "the file has ended", "stand at line 3"],
    );
}

#[test]
fn hunks_apply_together_and_in_order() {
    let diff = "--- a/train.py\n+++ b/train.py\n@@ -1,1 +1,2 @@\n import torch\n+import math\n@@ -3,1 +4,1 @@\n-lr = 0.1\n+lr = 0.2\n@@ -8,0 +10,1 @@\n+# end\n";
    let expected = TRAIN.replace("torch\n", "torch\nimport math\n").replace("0.1", "0.2") + "# end\n";
    assert_eq!(text(&good(diff), "train.py"), Some(expected.as_str()));
    let turned = "--- a/train.py\n+++ b/train.py\n@@ -4,1 +4,1 @@\n-steps = 10\n+steps = 9\n@@ -3,1 +3,1 @@\n-lr = 0.1\n+lr = 0.2\n";
    bad(turned, FailureKind::Unpatched, &["hunk 2", "top to bottom"]);
    let overlapping = "--- a/train.py\n+++ b/train.py\n@@ -3,2 +3,2 @@\n-lr = 0.1\n+lr = 0.2\n steps = 10\n@@ -4,1 +4,1 @@\n-steps = 10\n+steps = 9\n";
    bad(overlapping, FailureKind::Unpatched, &["hunk 2"]);
    let second_fails = "--- a/train.py\n+++ b/train.py\n@@ -3 +3 @@\n-lr = 0.1\n+lr = 0.2\n@@ -4 +4 @@\n-stops = 10\n+stops = 9\n";
    bad(second_fails, FailureKind::Unpatched, &["hunk 2", "stops"]);
}

#[test]
fn counts_are_believed_and_checked() {
    bad(
        &LR.replace("-2,3", "-2,4"),
        FailureKind::Unpatched,
        &["hunk 1", "ends too early", "4 old and 3 new"],
    );
    bad(
        &LR.replace("-2,3 +2,3", "-2,2 +2,2"),
        FailureKind::Unpatched,
        &["more lines than its `@@` header says"],
    );
    bad(
        &LR.replace("-2,3 +2,3", "-2,2 +2,3"),
        FailureKind::Unpatched,
        &["does not have the 2 old and 3 new"],
    );
    for header in [
        "@@ -2,3 +2,3",
        "@@",
        "@@ -x,3 +2,3 @@",
        "@@ -0,3 +2,3 @@",
        "@@ -1,0 +1,0 @@",
        "@@ -99999999999,1 +1 @@",
    ] {
        bad(&LR.replace("@@ -2,3 +2,3 @@", header), FailureKind::Unpatched, &["line 3", "`@@ -LINE,COUNT"]);
    }
    bad("@@ -1 +1 @@\n-a\n+b\n", FailureKind::Unpatched, &["line 1", "without `--- a/FILE`"]);
    bad("--- a/train.py\n@@ -1 +1 @@\n-a\n+b\n", FailureKind::Unpatched, &["after `--- a/FILE` comes"]);
}

#[test]
fn line_ends_are_as_they_are() {
    let open = [file("t.py", "a\nb", Access::Editable)];
    let close = "--- a/t.py\n+++ b/t.py\n@@ -2 +2 @@\n-b\n\\ No newline at end of file\n+b\n";
    assert_eq!(text(&apply(&open, close).expect("applies"), "t.py"), Some("a\nb\n"));
    let keep = "--- a/t.py\n+++ b/t.py\n@@ -1,2 +1,2 @@\n-a\n+c\n b\n\\ No newline at end of file\n";
    assert_eq!(text(&apply(&open, keep).expect("applies"), "t.py"), Some("c\nb"));
    let unmarked = "--- a/t.py\n+++ b/t.py\n@@ -2 +2 @@\n-b\n+c\n";
    bad_for(&open, unmarked, FailureKind::Unpatched, &["should be \"b\\n\" and is \"b\""]);
    let inner = "--- a/t.py\n+++ b/t.py\n@@ -1 +1 @@\n-a\n+c\n\\ No newline at end of file\n";
    bad_for(&open, inner, FailureKind::Unpatched, &["without a line end"]);

    let crlf = [file("t.py", "a\r\nb\r\n", Access::Editable)];
    let diff = "--- a/t.py\r\n+++ b/t.py\r\n@@ -1,2 +1,2 @@\r\n-a\r\n+c\r\n b\r\n";
    assert_eq!(text(&apply(&crlf, diff).expect("applies"), "t.py"), Some("c\r\nb\r\n"));
    let lf = diff.replace("\r\n", "\n");
    bad_for(&crlf, &lf, FailureKind::Unpatched, &["should be \"a\" and is \"a\\r\""]);
}

#[test]
fn trimmed_blanks_and_missing_last_line_end_are_understood() {
    let trimmed = LR.replace("\n \n", "\n\n");
    assert_eq!(good(&trimmed), good(LR));
    assert_eq!(good(LR.trim_end()), good(LR));
    let stamped =
        LR.replace("a/train.py", "a/train.py\t2026-01-01 00:00:00").replace("@@\n", "@@ def f():\n");
    assert_eq!(good(&stamped), good(LR));
    let unprefixed = LR.replace("a/train.py", "train.py").replace("b/train.py", "train.py");
    assert_eq!(good(&unprefixed), good(LR));
    // Removed and added lines that look like headers.
    let rules = [file("t.py", "-- a\n++ b\n", Access::Editable)];
    let diff = "--- a/t.py\n+++ b/t.py\n@@ -1,2 +1,2 @@\n--- a\n-++ b\n+-- c\n+++ d\n";
    assert_eq!(text(&apply(&rules, diff).expect("applies"), "t.py"), Some("-- c\n++ d\n"));
}

#[test]
fn files_that_may_not_be_changed_are_not() {
    let touch = |path: &str| format!("--- a/{path}\n+++ b/{path}\n@@ -1 +1 @@\n-whatever\n+x\n");
    bad(&touch("README.md"), FailureKind::Refused, &["`README.md` may not be changed"]);
    bad(&touch("secret.py"), FailureKind::Refused, &["`secret.py` may not be changed"]);
    bad(&touch("other.py"), FailureKind::Unpatched, &["no `other.py`", "train.py, model/net.py"]);
    bad(&format!("{LR}{}", touch("secret.py")), FailureKind::Refused, &["secret.py"]);
    bad(&format!("{LR}{LR}"), FailureKind::Refused, &["two parts for `train.py`"]);
    let delete = "--- a/secret.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-hidden\n";
    bad(delete, FailureKind::Refused, &["secret.py"]);
    let remake = "--- /dev/null\n+++ b/train.py\n@@ -0,0 +1 @@\n+x\n";
    bad(remake, FailureKind::Unpatched, &["`train.py` is there already"]);
    let rename = "--- a/train.py\n+++ b/run.py\n@@ -3 +3 @@\n-lr = 0.1\n+lr = 0.2\n";
    bad(rename, FailureKind::Unpatched, &["a rename is"]);
    let git_rename =
        "diff --git a/train.py b/run.py\nsimilarity index 100%\nrename from train.py\nrename to run.py\n";
    bad(git_rename, FailureKind::Unpatched, &["line 3"]);
    let mode = "diff --git a/train.py b/train.py\nold mode 100644\nnew mode 100755\n";
    bad(mode, FailureKind::Unpatched, &["has no hunks"]);
    bad(&format!("{mode}diff --git a/x b/x\n{LR}"), FailureKind::Unpatched, &["has no hunks"]);
    let binary = "diff --git a/x.py b/x.py\nBinary files a/x.py and b/x.py differ\n";
    bad(binary, FailureKind::Unpatched, &["line 2"]);
}

#[test]
fn new_files_stay_within_the_root() {
    let make = |path: &str| format!("--- /dev/null\n+++ b/{path}\n@@ -0,0 +1 @@\n+x = 1\n");
    for path in [
        "../x.py",
        "/etc/x.py",
        "a/../../x.py",
        "./x.py",
        "a//x.py",
        "a\\x.py",
        "x\0.py",
        ".hidden.py",
        "ä.py",
        "a b.py",
        "C:x.py",
        "~x.py",
        "a/.git/x.py",
        "",
    ] {
        bad(&make(path), FailureKind::Refused, &["path"]);
    }
    bad(&make(&format!("{}.py", "x".repeat(300))), FailureKind::Refused, &["303 bytes"]);
    bad(&make("a/b/c/d/e/f/g/h/x.py"), FailureKind::Refused, &["too deep"]);
    for path in ["x.so", "x", "train.py/x.sh", "sitecustomize.pyc"] {
        bad(&make(path), FailureKind::Refused, &["not a `.py` file"]);
    }
    bad(&make("train.py/x.py"), FailureKind::Refused, &["a file and a folder"]);
    bad(&make("Train.py"), FailureKind::Refused, &["only in case"]);
    bad(&format!("{}{}", make("n.py"), make("n.py/x.py")), FailureKind::Refused, &["a file and a folder"]);
    assert_eq!(text(&good(&make("deep/er/x_1-2.py")), "deep/er/x_1-2.py"), Some("x = 1\n"));
}

#[test]
fn sizes_are_bounded() {
    let long = format!("{LR}{}", " ".repeat(MOST_DIFF_BYTES));
    bad(&long, FailureKind::Refused, &["the diff has", "262144 are allowed"]);
    let many: String =
        (0..33).map(|n| format!("--- /dev/null\n+++ b/n{n}.py\n@@ -0,0 +1 @@\n+x\n")).collect();
    bad(&many, FailureKind::Refused, &["33 files, and 32"]);
    let large = [file("t.py", &"x\n".repeat(MOST_FILE_BYTES / 2), Access::Editable)];
    bad_for(&large, "--- a/t.py\n+++ b/t.py\n@@ -1,0 +2 @@\n+y\n", FailureKind::Refused, &["1048578 bytes"]);
}

#[test]
fn looking_for_a_place_is_bounded() {
    // Half a million equal lines against a hunk of a thousand that differs in its last: 5·10⁸ comparisons, unbounded.
    let file = [file("t.py", &"\n".repeat(500_000), Access::Editable)];
    let diff = format!("--- a/t.py\n+++ b/t.py\n@@ -1,1001 +1,1000 @@\n{}-x\n", " \n".repeat(1000));
    let error = apply(&file, &diff).expect_err("does not fit");
    let PatchError::Mismatch(mismatch) = error else { panic!("{error}") };
    assert_eq!((mismatch.line, mismatch.elsewhere), (1001, None));
}

#[test]
fn messages_show_untrusted_text_escaped_and_short() {
    let evil = [file("t.py", &format!("\u{1b}[2J{}\n", "y".repeat(500)), Access::Editable)];
    let message =
        apply(&evil, "--- a/t.py\n+++ b/t.py\n@@ -1 +1 @@\n-\u{1b}]0;x\n+y\n").expect_err("no").to_string();
    assert!(!message.contains('\u{1b}') && message.len() < 400, "{message}");
}

#[test]
fn what_diff_makes_applies() {
    // The round trip over programs that differ in every way a line can: `diff_of` is the textbook algorithm, and knows
    // nothing of the applier.
    let lines = ["a\n", "b\n", "\n", "  c\n", "-- d\n", "++ e\n"];
    let mut state = 1u64;
    let mut next = |most: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % most
    };
    for _ in 0..500 {
        let mut make = || (0..next(12)).map(|_| lines[next(6) as usize]).collect::<Vec<_>>();
        let (old, new) = (make(), make());
        if old == new {
            continue;
        }
        let files = [file("t.py", &old.concat(), Access::Editable)];
        let diff = diff_of(&old, &new);
        let patched =
            apply(&files, &diff).unwrap_or_else(|error| panic!("{error}\n{diff}\n{old:?}\n{new:?}"));
        assert_eq!(text(&patched, "t.py"), Some(new.concat().as_str()), "{diff}");
    }
}

/// A unified diff without context: longest common subsequence by dynamic programming, a hunk per difference.
fn diff_of(old: &[&str], new: &[&str]) -> String {
    let mut common = vec![vec![0; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i][j] = if old[i] == new[j] {
                common[i + 1][j + 1] + 1
            } else {
                common[i + 1][j].max(common[i][j + 1])
            };
        }
    }
    let mut diff = String::from("--- a/t.py\n+++ b/t.py\n");
    let (mut i, mut j) = (0, 0);
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            (i, j) = (i + 1, j + 1);
            continue;
        }
        let (from_i, from_j) = (i, j);
        while (i < old.len() || j < new.len()) && !(i < old.len() && j < new.len() && old[i] == new[j]) {
            if j == new.len() || i < old.len() && common[i + 1][j] >= common[i][j + 1] {
                i += 1;
            } else {
                j += 1;
            }
        }
        let start = |from: usize, count: usize| if count == 0 { from } else { from + 1 };
        let (removed, added) = (i - from_i, j - from_j);
        diff += &format!("@@ -{},{removed} +{},{added} @@\n", start(from_i, removed), start(from_j, added));
        diff.extend(old[from_i..i].iter().map(|line| format!("-{line}")));
        diff.extend(new[from_j..j].iter().map(|line| format!("+{line}")));
    }
    diff
}
