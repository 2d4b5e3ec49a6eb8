use std::fs;
use std::path::Path;

use proofhouse_compute::data::{TokenStream, write_shard};

use super::{Caps, Crate, prepare_file, prepare_sources};

/// Three crates of many small files, a duplicate, a link, a binary and a huge file.
fn sources(root: &Path) -> Vec<Crate> {
    let names = ["zeta", "alpha", "midi"];
    for name in names {
        let folder = root.join(name);
        fs::create_dir_all(folder.join("src/deep")).expect("folders");
        for number in 0..60 {
            let text = format!("// {name} {number}\nfn f{number}() {{}}\n");
            fs::write(folder.join(format!("src/deep/file{number}.rs")), text).expect("writes");
        }
        fs::write(folder.join("src/same.rs"), "fn the_same_in_every_crate() {}\n").expect("writes");
        fs::write(folder.join("src/binary.rs"), [0xff, 0xfe, 0x00]).expect("writes");
        fs::write(folder.join("src/huge.rs"), "x".repeat(300 << 10)).expect("writes");
        fs::write(folder.join("README.md"), "not taken").expect("writes");
        std::os::unix::fs::symlink("/etc/passwd", folder.join("src/link.rs")).expect("links");
        std::os::unix::fs::symlink("/etc", folder.join("src/folder")).expect("links");
    }
    names.map(|name| Crate { name: name.into(), version: "1.0.0".into(), folder: root.join(name) }).to_vec()
}

fn text(path: &Path) -> String {
    let tokens = TokenStream::open(path).expect("reads");
    let bytes = tokens.tokens().iter().map(|token| u8::try_from(*token).expect("a byte")).collect();
    String::from_utf8(bytes).expect("UTF-8")
}

#[test]
fn sources_become_disjoint_shards_whatever_the_order_of_the_crates() {
    let dir = tempfile::tempdir().expect("a folder");
    let crates = sources(&dir.path().join("crates"));
    let out = dir.path().join("out");
    let corpus = prepare_sources(&crates, &out, &Caps::default()).expect("prepares");
    assert_eq!(corpus.train.files + corpus.held_out.files, 3 * 60 + 1, "each file once");
    assert!(corpus.held_out.files > 0 && corpus.held_out.files < 40);
    let (train, held_out) = (text(&out.join("train.bin")), text(&out.join("held-out.bin")));
    assert_eq!(train.len() as u64, corpus.train.tokens);
    for line in held_out.lines().filter(|line| line.starts_with("//")) {
        assert!(!train.contains(&format!("{line}\n")), "{line} is in both");
    }
    let everything = format!("{train}{held_out}");
    assert_eq!(everything.matches("the_same_in_every_crate").count(), 1);
    assert!(
        !everything.contains("root:") && !everything.contains("xxx") && !everything.contains("not taken")
    );

    let mut turned = crates.clone();
    turned.reverse();
    let again = prepare_sources(&turned, &dir.path().join("other"), &Caps::default()).expect("prepares");
    assert_eq!(again, corpus);
}

#[test]
fn a_cap_takes_files_from_every_crate() {
    let dir = tempfile::tempdir().expect("a folder");
    let crates = sources(&dir.path().join("crates"));
    let out = dir.path().join("out");
    let caps = Caps { train_bytes: 1500, held_out_bytes: 60, ..Caps::default() };
    let corpus = prepare_sources(&crates, &out, &caps).expect("prepares");
    assert!(corpus.train.tokens <= 1500 && corpus.train.tokens > 1400, "{}", corpus.train.tokens);
    assert!(corpus.held_out.tokens <= 60);
    let train = text(&out.join("train.bin"));
    for name in ["zeta", "alpha", "midi"] {
        assert!(train.contains(&format!("// {name} ")), "nothing from {name}");
    }
}

#[test]
fn preparing_again_writes_nothing_and_damage_is_mended() {
    let dir = tempfile::tempdir().expect("a folder");
    let crates = sources(&dir.path().join("crates"));
    let out = dir.path().join("out");
    let corpus = prepare_sources(&crates, &out, &Caps::default()).expect("prepares");
    let shard = out.join("train.bin");
    let before = fs::metadata(&shard).and_then(|data| data.modified()).expect("a time");
    assert_eq!(prepare_sources(&crates, &out, &Caps::default()).expect("prepares"), corpus);
    assert_eq!(fs::metadata(&shard).and_then(|data| data.modified()).expect("a time"), before);
    write_shard(&shard, &[1, 2, 3]).expect("writes");
    prepare_sources(&crates, &out, &Caps::default()).expect("prepares");
    assert_eq!(TokenStream::open(&shard).expect("reads").digest(), corpus.train.digest);
}

#[test]
fn any_file_is_split_and_its_end_held_out() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("novel.txt");
    fs::write(&file, "a".repeat(950) + &"b".repeat(50)).expect("writes");
    let out = prepare_file(&file, dir.path()).expect("prepares");
    assert_eq!(text(&out.join("train.bin")), "a".repeat(950));
    assert_eq!(text(&out.join("held-out.bin")), "b".repeat(50));
    assert_eq!(prepare_file(&file, dir.path()).expect("prepares"), out);

    let shard = dir.path().join("tokens.bin");
    write_shard(&shard, &(0..1000).collect::<Vec<u16>>()).expect("writes");
    let out = prepare_file(&shard, dir.path()).expect("prepares");
    let held_out = TokenStream::open(out.join("held-out.bin")).expect("reads");
    assert_eq!(held_out.tokens(), (950..1000).collect::<Vec<u16>>());

    let short = dir.path().join("short.txt");
    fs::write(&short, "nineteen characters").expect("writes");
    let message = prepare_file(&short, dir.path()).expect_err("too short").to_string();
    assert!(message.contains("short.txt") && message.contains("19 tokens"), "{message}");
}

#[test]
fn nothing_to_train_on_is_an_error() {
    let dir = tempfile::tempdir().expect("a folder");
    let message = prepare_sources(&[], dir.path(), &Caps::default()).expect_err("nothing").to_string();
    assert!(message.contains("too few `.rs` files"), "{message}");
}

#[test]
fn runs_that_prepare_the_same_data_at_once_all_find_it_whole() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("novel.txt");
    fs::write(&file, "0123456789".repeat(100_000)).expect("writes");
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let out = prepare_file(&file, dir.path()).expect("prepares");
                let train = TokenStream::open(out.join("train.bin")).expect("whole");
                assert_eq!(train.len(), 950_000);
            });
        }
    });
}
