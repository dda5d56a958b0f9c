//! The user's own price tables: where they are, and how the program writes to them. It only ever appends, so that comments and
//! layout stay as they are; of two entries with one name the later one counts.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use super::table;

/// The tables in files that belong to a database.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tables {
    /// What the user added, the one that beats the other first: beside the database, and in the configuration directory.
    pub(crate) own: Vec<PathBuf>,
    /// Newer editions of the built-in table, in the same places.
    pub(crate) updated: Vec<PathBuf>,
}

/// Where the tables of a database are, whether they exist or not.
pub(crate) fn tables(database: &Path) -> Tables {
    let beside = database.parent().unwrap_or(Path::new("")).to_owned();
    let directories: Vec<PathBuf> = std::iter::once(beside).chain(configuration()).collect();
    let named = |name: &str| directories.iter().map(|directory| directory.join(name)).collect();
    Tables { own: named("prices.toml"), updated: named("prices-update.toml") }
}

/// `~/.config/observe`, or where `XDG_CONFIG_HOME` says.
fn configuration() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let directory = set("XDG_CONFIG_HOME").or_else(|| std::env::home_dir().map(|home| home.join(".config")))?;
    Some(directory.join("observe"))
}

/// What a user says of a model.
#[derive(Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) name: &'a str,
    pub(crate) aliases: &'a [String],
    pub(crate) pattern: Option<&'a str>,
    pub(crate) date: &'a str,
    /// USD per million units, by bucket.
    pub(crate) prices: &'a BTreeMap<String, f64>,
}

/// Writes an entry at the end of a table, which is made if it does not exist.
///
/// # Errors
///
/// An entry that is not valid, a table that is not, or a file that cannot be written.
pub(crate) fn add(table: &Path, entry: &Entry<'_>) -> Result<(), String> {
    let mut text = format!("[[model]]\nname = {}\n", quoted(entry.name));
    if !entry.aliases.is_empty() {
        let aliases: Vec<String> = entry.aliases.iter().map(|alias| quoted(alias)).collect();
        let _ = writeln!(text, "aliases = [{}]", aliases.join(", "));
    }
    if let Some(pattern) = entry.pattern {
        let _ = writeln!(text, "pattern = {}", quoted(pattern));
    }
    let prices: Vec<String> =
        entry.prices.iter().map(|(bucket, price)| format!("{} = {price:?}", quoted(bucket))).collect();
    let _ = writeln!(text, "date = {}\nprices = {{ {} }}", quoted(entry.date), prices.join(", "));
    append(table, &text)
}

/// Takes a newer edition of the built-in table. Says how many models it has.
///
/// # Errors
///
/// A file that is no price table or has no model, or a table that cannot be written.
pub(crate) fn update(table: &Path, from: &Path) -> Result<usize, String> {
    let text = fs::read_to_string(from).map_err(|error| format!("{} cannot be read: {error}", from.display()))?;
    let count = table::parse(&text, from)?.model.len();
    if count == 0 {
        return Err(format!("{} has no `[[model]]` in it, so there is nothing to take over", from.display()));
    }
    write(table, &text)?;
    Ok(count)
}

fn append(table: &Path, text: &str) -> Result<(), String> {
    let mut whole = match fs::read_to_string(table) {
        Ok(known) => known,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => HEAD.to_owned(),
        Err(error) => return Err(format!("{} cannot be read: {error}", table.display())),
    };
    if !whole.ends_with('\n') && !whole.is_empty() {
        whole.push('\n');
    }
    whole.push('\n');
    whole.push_str(text);
    write(table, &whole)
}

/// Replaces the table as a whole, so that a reader never sees half of one.
fn write(table: &Path, whole: &str) -> Result<(), String> {
    table::parse(whole, table)?;
    let failed = |error: std::io::Error| format!("{} cannot be written: {error}", table.display());
    if let Some(directory) = table.parent() {
        fs::create_dir_all(directory).map_err(failed)?;
    }
    let beside = table.with_extension(format!("toml.{}", std::process::id()));
    fs::write(&beside, whole).and_then(|()| fs::rename(&beside, table)).map_err(|error| {
        let _ = fs::remove_file(&beside);
        failed(error)
    })
}

/// A TOML string.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

const HEAD: &str = "# Prices of your own, in USD per million units. They beat the built-in ones; of two entries with one name the later counts.\n";
