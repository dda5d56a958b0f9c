//! Embeds the files of `web/` into the program, as a table of paths and bytes.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let web = PathBuf::from(env::var("CARGO_MANIFEST_DIR").unwrap_or_default()).join("web");
    println!("cargo::rerun-if-changed={}", web.display());
    let mut files = Vec::new();
    collect(&web, &mut files)?;
    files.sort();
    let mut table = String::from("&[");
    for file in &files {
        let name = file.strip_prefix(&web).unwrap_or(file).to_string_lossy().replace('\\', "/");
        let _ = write!(table, "({name:?}, include_bytes!({:?})),", file.display().to_string());
    }
    table.push(']');
    fs::write(Path::new(&env::var("OUT_DIR").unwrap_or_default()).join("web.rs"), table)
}

/// What a page is made of: the folder also holds its tests.
fn collect(dir: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for name in ["index.html", "login.html", "assets"] {
        collect_all(&dir.join(name), files)?;
    }
    Ok(())
}

fn collect_all(path: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if path.is_file() {
        files.push(path.to_owned());
    } else if path.is_dir() {
        for entry in fs::read_dir(path)? {
            collect_all(&entry?.path(), files)?;
        }
    }
    Ok(())
}
