//! Which paths a diff may name.

/// The longest path.
const MOST_PATH_BYTES: usize = 200;
/// The deepest folder.
const MOST_PARTS: usize = 8;

/// Is `path` a plain path within the program's root? Otherwise, why not.
pub(super) fn check(path: &str) -> Result<(), String> {
    let refuse = |reason: &str| Err(format!("the path `{}` {reason}", path.escape_debug()));
    if path.is_empty() {
        return refuse("is empty");
    }
    if path.len() > MOST_PATH_BYTES {
        return Err(format!("a path of {} bytes, and {MOST_PATH_BYTES} are allowed", path.len()));
    }
    if path.starts_with('/') {
        return refuse("is absolute: paths are relative to the program's root");
    }
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/".contains(&byte);
    if !path.bytes().all(plain) {
        return refuse("has a character other than letters, digits, `.`, `_`, `-` and `/`");
    }
    if path.split('/').any(|part| part.is_empty() || part.starts_with('.')) {
        return refuse("has an empty part, or one that begins with a dot");
    }
    if path.split('/').count() > MOST_PARTS {
        return refuse("is too deep");
    }
    Ok(())
}

/// May a new file be called `path`, beside `names`? Otherwise, why not.
pub(super) fn check_new<'a>(path: &str, names: impl Iterator<Item = &'a str>) -> Result<(), String> {
    if !path.ends_with(".py") {
        return Err(format!("the new file `{path}` is not a `.py` file"));
    }
    for name in names.filter(|name| *name != path) {
        if name.eq_ignore_ascii_case(path) {
            return Err(format!("the new file `{path}` differs from `{name}` only in case"));
        }
        if is_within(path, name) || is_within(name, path) {
            return Err(format!("`{path}` and `{name}` cannot both be: one would be a file and a folder"));
        }
    }
    Ok(())
}

/// Is `path` within the folder `folder`?
fn is_within(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}
