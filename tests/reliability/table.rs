//! The table of RELIABILITY.md: each test writes the result that it measured into its row.

use std::path::Path;
use std::sync::Mutex;

/// Writes what was measured into the row of this case, if `RELIABILITY=write`.
pub(crate) fn row(case: &str, result: &str) {
    static TABLE: Mutex<()> = Mutex::new(());
    println!("| {case} | {result} |");
    if std::env::var("RELIABILITY").as_deref() != Ok("write") {
        return;
    }
    let _table = TABLE.lock().unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("RELIABILITY.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let start = format!("| {case} | ");
    let line = text.lines().find(|line| line.starts_with(&start)).unwrap_or_else(|| panic!("no row `{case}`"));
    let end = line[start.len()..].find(" | ").map(|end| start.len() + end).unwrap();
    let text = text.replace(line, &format!("{} | {result} |", &line[..end]));
    std::fs::write(path, text).unwrap();
}
