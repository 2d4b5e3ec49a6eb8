//! Diffs from replies, tried with the lab's own patch tool.

use proofhouse_sdk::changes::{Format, Workspace, diff_of, file_diff, recounted};
use proofhouse_sdk::imports::{Access, SourceFile};
use proofhouse_sdk::random::{Random, SplitMix64};
use proofhouse_sdk_testing::{apply, check};

const TRAIN: &str = "import torch\n\nlr = 0.1\nsteps = 10\n\n\ndef train():\n    x = 1\n    return x\n";
const NET: &str = "a = 1\nb = 2\n";
const LR: &str = "--- a/train.py\n+++ b/train.py\n@@ -2,3 +2,3 @@\n \n-lr = 0.1\n+lr = 0.2\n steps = 10\n";
const NEW: &str = "--- /dev/null\n+++ b/opt.py\n@@ -0,0 +1,2 @@\n+x = 1\n+y = 2\n";

fn file(path: &str, text: &str, access: Access) -> SourceFile {
    SourceFile { path: path.into(), text: text.into(), access }
}

fn one_file() -> Vec<SourceFile> {
    vec![file("train.py", TRAIN, Access::Editable)]
}

fn files() -> Vec<SourceFile> {
    vec![
        file("train.py", TRAIN, Access::Editable),
        file("net.py", NET, Access::Editable),
        file("README.md", "read me\n", Access::Visible),
        file("secret.py", "", Access::Hidden),
    ]
}

fn text(files: &[SourceFile], diff: &str, path: &str) -> String {
    let patched = apply(files, diff).unwrap_or_else(|why| panic!("{}\n{diff}", why.detail));
    patched.into_iter().find(|(name, _)| name == path).expect(path).1
}

fn error(reply: &str, format: Format, files: &[SourceFile]) -> String {
    diff_of(reply, format, files).expect_err(reply)
}

#[test]
fn a_unified_diff_is_found_in_every_wrapping() {
    let git = format!("diff --git a/train.py b/train.py\nindex 1..2 100644\n{LR}");
    for reply in [
        LR.to_owned(),
        git.clone(),
        format!("```diff\n{LR}```\n"),
        format!("Here it is:\n\n```diff\n{LR}```\n\n- this doubles the step\n+ more\n"),
        format!("```\nSome words.\n{git}```"),
        format!("```diff\n{LR}"),
        format!("I will change the step.\n\n{LR}\n- This doubles it.\n- Nothing else.\n"),
        format!("Words.\n{git}That is all.\n"),
        format!("~~~patch\n{LR}~~~"),
        LR.replace('\n', "\r\n"),
        format!("<think>\n```diff\n{LR}```\n</think>\n```diff\n{LR}```\n"),
        format!("   Sure.\n```python\nprint('an example')\n```\n```diff\n{LR}\n\n```"),
    ] {
        for format in [Format::Any, Format::Diff] {
            let diff = diff_of(&reply, format, &files()).unwrap_or_else(|why| panic!("{why}\n{reply}"));
            assert_eq!(text(&files(), &diff, "train.py"), TRAIN.replace("0.1", "0.2"), "{reply}");
        }
    }
}

#[test]
fn a_diff_that_is_valid_is_taken_as_it_stands() {
    for diff in [LR.to_owned(), format!("{LR}{NEW}"), format!("diff --git a/train.py b/train.py\n{LR}")] {
        assert_eq!(diff_of(&diff, Format::Any, &files()).as_deref(), Ok(diff.as_str()));
        assert_eq!(
            diff_of(&format!("```diff\n{diff}```"), Format::Any, &files()).as_deref(),
            Ok(diff.as_str())
        );
    }
}

#[test]
fn fault_1_a_plain_code_fence_is_an_error_and_no_empty_diff() {
    // The released code made an empty diff of it, and scored the unchanged baseline as the idea.
    for reply in [
        "```python\nlr = 0.2\n```\n",
        "```\nlr = 0.2\n```\n",
        "```diff\n```\n",
        "```diff\nlr = 0.2\n```\n",
        "--- a/train.py\n+++ b/train.py\n",
        "I would raise the learning rate.",
        "",
    ] {
        for format in [Format::Any, Format::Diff, Format::SearchReplace] {
            assert!(error(reply, format, &files()).contains("no change"), "{reply}");
        }
    }
}

#[test]
fn fault_2_a_valid_diff_of_several_files_comes_through_whole() {
    // The released code's fixer of hunks broke such diffs.
    let net = "--- a/net.py\n+++ b/net.py\n@@ -1,2 +1,3 @@\n a = 1\n-b = 2\n+b = 3\n+c = 4\n";
    for reply in [
        format!("{LR}{net}{NEW}"),
        format!("```diff\n{LR}```\nand\n```diff\n{net}{NEW}```\n"),
        format!("First\n{LR}\nthen\n{net}\nand last\n{NEW}\nDone.\n"),
    ] {
        let diff = diff_of(&reply, Format::Any, &files()).expect(&reply);
        assert_eq!(diff, format!("{LR}{net}{NEW}"));
        assert_eq!(text(&files(), &diff, "net.py"), "a = 1\nb = 3\nc = 4\n");
        let renewed = recounted(&diff, &files()).unwrap_or(diff.clone());
        assert_eq!(apply(&files(), &renewed), apply(&files(), &diff), "recounting changes no meaning");
    }
}

#[test]
fn fault_3_a_new_file_has_its_name_and_its_text() {
    // The released code wrote it as `null`.
    let fenced = "opt.py\n```python\nx = 1\ny = 2\n```\n";
    let blocks = "opt.py\n<<<<<<< SEARCH\n=======\nx = 1\ny = 2\n>>>>>>> REPLACE\n";
    for reply in [NEW, fenced, blocks] {
        let diff = diff_of(reply, Format::Any, &files()).expect(reply);
        assert_eq!(diff, NEW);
        assert_eq!(text(&files(), &diff, "opt.py"), "x = 1\ny = 2\n");
    }
}

#[test]
fn fault_4_a_hunk_is_never_moved_where_it_might_not_belong() {
    // The released code applied hunks by fuzz, in the wrong place.
    let twice = [file("t.py", "x = 1\ny = 2\nx = 1\nz = 3\n", Access::Editable)];
    let ambiguous = "--- a/t.py\n+++ b/t.py\n@@ -2,1 +2,1 @@\n-x = 1\n+x = 9\n";
    assert_eq!(recounted(ambiguous, &twice), None, "two places are no place");
    let inexact = "--- a/t.py\n+++ b/t.py\n@@ -1,2 +1,2 @@\n x = 1\n-y = 3\n+y = 9\n";
    assert_eq!(recounted(inexact, &twice), None, "an old line that is not there");
    let nowhere = "--- a/t.py\n+++ b/t.py\n@@ -7,0 +8,2 @@\n+w = 0\n";
    assert_eq!(recounted(nowhere, &twice), None, "without old lines there is no place");
    for diff in [ambiguous, inexact, nowhere] {
        assert!(check(&twice, diff).is_err());
    }
}

#[test]
fn wrong_counts_and_line_numbers_are_corrected() {
    let right = apply(&files(), &format!("{LR}{NEW}")).expect("applies");
    for header in ["@@ -2,4 +2,4 @@", "@@ -9,3 +9,3 @@", "@@ -2,2 +2,2 @@", "@@ -1 +1 @@", "@@ ... @@", "@@"]
    {
        let wrong = format!("{LR}{NEW}").replace("@@ -2,3 +2,3 @@", header).replace("+1,2 @@", "+1,9 @@");
        assert!(check(&files(), &wrong).is_err(), "{header}");
        let corrected = recounted(&wrong, &files()).expect(header);
        assert_eq!(apply(&files(), &corrected).as_ref(), Ok(&right), "{corrected}");
    }
}

#[test]
fn later_hunks_are_moved_by_what_the_earlier_ones_add() {
    let diff = "--- a/train.py\n+++ b/train.py\n@@ -1,1 +1,1 @@ imports\n import torch\n+import math\n\n@@ -5,9 +5,9 @@ def train():\n def train():\n-    x = 1\n+    x = 2\n     return x\n\n";
    let corrected = recounted(diff, &files()).expect("both stand once");
    assert!(corrected.contains("@@ -1,2 +1,3 @@ imports\n"), "{corrected}");
    assert!(corrected.contains("@@ -7,3 +8,3 @@ def train():\n"), "{corrected}");
    let patched = text(&files(), &corrected, "train.py");
    assert_eq!(patched, TRAIN.replace("torch\n", "torch\nimport math\n").replace("x = 1", "x = 2"));
}

#[test]
fn recounting_never_changes_what_a_valid_diff_does() {
    let mut random = SplitMix64::new(3);
    let lines = ["a\n", "b\n", "\n", "  c\n", "-- d\n", "++ e\n", "@@ f\n"];
    for _ in 0..500 {
        let mut make =
            || -> String { (0..random.below(14)).map(|_| lines[random.below(lines.len())]).collect() };
        let (old, new) = (make(), make());
        if old == new {
            continue;
        }
        let files = [file("t.py", &old, Access::Editable)];
        let diff = file_diff("t.py", Some(&old), &new);
        assert_eq!(text(&files, &diff, "t.py"), new, "{diff}");
        if let Some(corrected) = recounted(&diff, &files) {
            assert_eq!(text(&files, &corrected, "t.py"), new, "{diff}\n{corrected}");
        }
        assert_eq!(diff_of(&diff, Format::Any, &files).as_deref(), Ok(diff.as_str()));
    }
}

#[test]
fn line_ends_are_as_they_are() {
    for (old, new) in [
        ("a\nb", "a\nc"),
        ("a\nb", "a\nb\n"),
        ("a\nb\n", "a\nb"),
        ("a", "b\na"),
        ("", "a"),
        ("a\r\nb\r\n", "a\r\nc\r\n"),
        ("a\rb\n", "a\rc\n"),
        ("a\nb\r", "a\nc\r"),
        ("a\n", ""),
    ] {
        let files = [file("t.py", old, Access::Editable)];
        let diff = file_diff("t.py", Some(old), new);
        assert_eq!(text(&files, &diff, "t.py"), new, "{diff:?}");
    }
    let diff = file_diff("n.py", None, "x = 1");
    assert_eq!(text(&files(), &diff, "n.py"), "x = 1");
    let crlf = [file("t.py", "a\r\nb\r\n", Access::Editable)];
    let reply = "--- a/t.py\r\n+++ b/t.py\r\n@@ -1,2 +1,2 @@\r\n a\r\n-b\r\n+c\r\n";
    let diff = diff_of(reply, Format::Any, &crlf).expect("a diff");
    assert_eq!(text(&crlf, &diff, "t.py"), "a\r\nc\r\n");
}

const BLOCK: &str = "<<<<<<< SEARCH\nlr = 0.1\n=======\nlr = 0.2\n>>>>>>> REPLACE\n";

#[test]
fn search_replace_blocks_become_a_diff() {
    for reply in [
        format!("train.py\n{BLOCK}"),
        format!("train.py\n```python\n{BLOCK}```\n"),
        format!("```python train.py\n{BLOCK}```\n"),
        format!("### File: `train.py`\n\n```\n{BLOCK}```\nDone.\n"),
        format!("**./train.py**:\n{BLOCK}"),
    ] {
        for format in [Format::Any, Format::SearchReplace] {
            let diff = diff_of(&reply, format, &files()).unwrap_or_else(|why| panic!("{why}\n{reply}"));
            assert_eq!(text(&files(), &diff, "train.py"), TRAIN.replace("0.1", "0.2"));
        }
    }
    let two = format!(
        "net.py\n{}train.py\n{BLOCK}",
        BLOCK.replace("lr = 0.1", "b = 2").replace("lr = 0.2", "b = 3")
    );
    let diff = diff_of(&two, Format::Any, &files()).expect("two blocks");
    assert_eq!(text(&files(), &diff, "net.py"), "a = 1\nb = 3\n");
    assert_eq!(text(&files(), &diff, "train.py"), TRAIN.replace("0.1", "0.2"));
    let diff = diff_of(BLOCK, Format::Any, &one_file()).expect("the only file");
    assert_eq!(text(&one_file(), &diff, "train.py"), TRAIN.replace("0.1", "0.2"));
}

#[test]
fn a_block_that_does_not_stand_exactly_once_is_named() {
    let block = |search: &str| {
        format!(
            "net.py\n{}train.py\n{}",
            BLOCK.replace("lr = 0.1", "b = 2"),
            BLOCK.replace("lr = 0.1", search)
        )
    };
    for (search, parts) in [
        ("lr = 0.3", ["block 2 (`train.py`)", "does not stand"]),
        ("lr = 0", ["block 2 (`train.py`)", "does not stand"]),
        ("", ["block 2 (`train.py`)", "SEARCH is empty"]),
    ] {
        let error = error(&block(search), Format::Any, &files());
        assert!(parts.iter().all(|part| error.contains(part)), "{error}");
    }
    let twice = [file("t.py", "x = 1\nx = 1\n", Access::Editable)];
    let reply = BLOCK.replace("lr = 0.1", "x = 1");
    assert!(error(&reply, Format::Any, &twice).contains("more than once"));
    let overlapping = [file("t.py", "x\nx\nx\n", Access::Editable)];
    assert!(error(&BLOCK.replace("lr = 0.1", "x\nx"), Format::Any, &overlapping).contains("more than once"));
    assert!(error(BLOCK, Format::Any, &files()).contains("block 1 has no path"));
    assert!(error(&format!("README.md\n{BLOCK}"), Format::Any, &files()).contains("may not be changed"));
    assert!(error(&format!("secret.py\n{BLOCK}"), Format::Any, &files()).contains("no `secret.py`"));
    assert!(error("train.py\n<<<<<<< SEARCH\nlr = 0.1\n", Format::Any, &files()).contains("no `=======`"));
    let same = BLOCK.replace("0.2", "0.1");
    assert!(error(&format!("train.py\n{same}"), Format::Any, &files()).contains("change nothing"));
}

#[test]
fn the_last_line_may_have_no_line_end() {
    let open = [file("t.py", "a\nlr = 0.1", Access::Editable)];
    let diff = diff_of(BLOCK, Format::Any, &open).expect("stands at the end");
    assert_eq!(text(&open, &diff, "t.py"), "a\nlr = 0.2");
}

#[test]
fn whole_files_become_a_diff() {
    let new = TRAIN.replace("0.1", "0.2");
    for reply in [
        format!("train.py\n```python\n{new}```\n"),
        format!("```python train.py\n{new}```\n"),
        format!("```train.py\n{new}```\n"),
        format!("# `train.py`\n\n````\n{new}````\n"),
    ] {
        for format in [Format::Any, Format::WholeFile] {
            let diff = diff_of(&reply, format, &files()).unwrap_or_else(|why| panic!("{why}\n{reply}"));
            assert_eq!(diff.matches("@@ -").count(), 1, "{diff}");
            assert_eq!(text(&files(), &diff, "train.py"), new);
        }
    }
    let diff = diff_of(&format!("```\n{new}```"), Format::WholeFile, &one_file()).expect("the only file");
    assert_eq!(text(&one_file(), &diff, "train.py"), new);
}

#[test]
fn an_excerpt_is_not_taken_for_the_file() {
    let excerpt = "train.py\n```python\nlr = 0.2\n```\n";
    assert!(error(excerpt, Format::Any, &files()).contains("less than half"));
    let elided = "train.py\n```python\nimport torch\nlr = 0.2\nsteps = 10\n# ... rest of the file unchanged ...\nx\ny\n```\n";
    for format in [Format::Any, Format::WholeFile] {
        assert!(error(elided, format, &files()).contains("left out"));
    }
    let twice = format!("train.py\n```\n{TRAIN}#\n```\ntrain.py\n```\n{TRAIN}```\n");
    assert!(error(&twice, Format::Any, &files()).contains("twice"));
    let same = format!("train.py\n```\n{TRAIN}```\n");
    assert!(error(&same, Format::Any, &files()).contains("nothing is changed"));
    assert!(error("run.sh\n```\nrm\n```\n", Format::Any, &files()).contains("`.py` file"));
}

#[test]
fn hunks_without_a_header_need_a_single_file() {
    let reply = format!("```diff\n{}```\n", LR.split_once("b/train.py\n").expect("a header").1);
    let diff = diff_of(&reply, Format::Any, &one_file()).expect("the only file");
    assert_eq!(text(&one_file(), &diff, "train.py"), TRAIN.replace("0.1", "0.2"));
    assert!(error(&reply, Format::Any, &files()).contains("say nothing of their file"));
}

#[test]
fn an_edit_stands_exactly_once_or_is_refused() {
    let mut workspace = Workspace::new(&files());
    assert!(workspace.replace_once("train.py", "x", "y").expect_err("often").contains("more than once"));
    assert!(workspace.replace_once("train.py", "x = 3", "y").expect_err("never").contains("does not stand"));
    assert!(workspace.replace_once("README.md", "read", "y").expect_err("visible").contains("may not"));
    assert!(workspace.replace_once("secret.py", "", "y").expect_err("empty").contains("empty"));
    assert!(workspace.write("secret.txt", "x").expect_err("no Python").contains("`.py`"));
    assert_eq!(workspace.diff(), None);
    workspace.replace_once("train.py", "x = 1", "x = 2").expect("once");
    workspace.write("n.py", "z = 1").expect("new");
    let diff = workspace.diff().expect("two changes");
    assert_eq!(text(&files(), &diff, "train.py"), TRAIN.replace("x = 1", "x = 2"));
    assert_eq!(text(&files(), &diff, "n.py"), "z = 1");
}

#[test]
fn nothing_that_a_model_sends_panics_and_no_diff_is_empty() {
    let mut random = SplitMix64::new(9);
    let pieces = [
        LR,
        NEW,
        BLOCK,
        "```",
        "```diff\n",
        "train.py\n",
        "@@ -1 +1 @@",
        "\n",
        " ",
        "-x\n",
        "+é\n",
        "\\ No",
        "=======\n",
        "--- a/train.py\n+++ b/train.py\n@@",
        "diff --git a b\n",
        "\r\n",
        "\0",
    ];
    for _ in 0..4000 {
        let mut bytes: Vec<u8> =
            (0..random.below(8)).flat_map(|_| pieces[random.below(pieces.len())].bytes()).collect();
        for _ in 0..random.below(6) {
            if !bytes.is_empty() {
                let at = random.below(bytes.len());
                if random.chance(0.5) { bytes[at] = random.bits() as u8 } else { bytes.truncate(at) }
            }
        }
        let reply = String::from_utf8_lossy(&bytes);
        for format in [Format::Any, Format::Diff, Format::SearchReplace, Format::WholeFile] {
            if let Ok(diff) = diff_of(&reply, format, &files()) {
                assert!(!diff.trim().is_empty(), "{reply}");
                let corrected = recounted(&diff, &files());
                if let (Ok(before), Some(after)) = (apply(&files(), &diff), corrected) {
                    assert_eq!(apply(&files(), &after), Ok(before), "{diff}\n---\n{after}");
                }
            }
        }
    }
}
