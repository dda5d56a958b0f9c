//! Columns below each other.

use std::io;

use super::escape;
use super::{Paint, Screen};

/// One piece of a row, escaped when it is shown.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cell {
    text: String,
    paint: Paint,
}

impl Cell {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), paint: Paint::Usual }
    }

    pub(crate) fn painted(text: impl Into<String>, paint: Paint) -> Self {
        Self { text: text.into(), paint }
    }
}

/// A column: its title, and on which side figures line up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    pub(crate) title: &'static str,
    pub(crate) is_right: bool,
    /// On a terminal no wider than this.
    pub(crate) most: usize,
}

/// A column of text.
pub(crate) const fn text(title: &'static str, most: usize) -> Column {
    Column { title, is_right: false, most }
}

/// A column of figures.
pub(crate) const fn figures(title: &'static str) -> Column {
    Column { title, is_right: true, most: usize::MAX }
}

/// Prints rows under the titles of their columns. On a terminal a row is one line: the last column takes what is left of it, and
/// if that is next to nothing the columns before it are left out. So are those in which nothing stands.
pub(crate) fn print(screen: &mut Screen, columns: &[Column], rows: &[Vec<Cell>], is_titled: bool) -> io::Result<()> {
    if screen.is_plain() {
        for row in rows {
            let cells: Vec<String> = row.iter().map(|cell| escape::line(&cell.text).into_owned()).collect();
            // A last column that is empty is still a column.
            screen.raw(format!("{}\n", cells.join("\t")).as_bytes())?;
        }
        return Ok(());
    }
    let most = |at: usize| if screen.columns().is_some() { columns[at].most } else { usize::MAX };
    let mut lines: Vec<Vec<(String, Paint)>> = Vec::with_capacity(rows.len() + 1);
    if is_titled && !rows.is_empty() {
        lines.push(columns.iter().map(|column| (column.title.to_owned(), Paint::Dim)).collect());
    }
    lines.extend(rows.iter().map(|row| {
        let cut = |(at, cell): (usize, &Cell)| (escape::short(&cell.text, most(at)), cell.paint);
        row.iter().enumerate().map(cut).collect()
    }));
    let is_used = |at: &usize| rows.iter().any(|row| !row[*at].text.is_empty());
    let used = (0..columns.len()).filter(is_used).map(|at| {
        let width = lines.iter().map(|line| escape::width(&line[at].0)).max().unwrap_or(0);
        (at, width)
    });
    let mut used: Vec<(usize, usize)> = used.collect();
    if let Some(all) = screen.columns() {
        narrow(&mut used, all);
    }
    lines.iter().try_for_each(|cells| line(screen, columns, &used, cells))
}

/// Leaves columns out, from the right, until something of the last one fits.
fn narrow(used: &mut Vec<(usize, usize)>, all: usize) {
    while used.len() > 2 {
        let before: usize = used[..used.len() - 1].iter().map(|(_, width)| width + GAP).sum();
        let least = used.last().map_or(0, |(_, width)| (*width).min(LEAST));
        if before + least <= all {
            return;
        }
        used.remove(used.len() - 2);
    }
}

fn line(screen: &mut Screen, columns: &[Column], used: &[(usize, usize)], cells: &[(String, Paint)]) -> io::Result<()> {
    let mut line = String::new();
    let mut before = 0;
    for (place, (at, width)) in used.iter().enumerate() {
        let (text, paint) = &cells[*at];
        let is_last = place + 1 == used.len();
        let left = screen.columns().filter(|_| is_last).map(|columns| columns.saturating_sub(before));
        let text = left.map_or_else(|| text.clone(), |left| escape::short(text, left));
        let padding = " ".repeat(width.saturating_sub(escape::width(&text)));
        let text = screen.painted(*paint, &text);
        match columns[*at].is_right {
            true => line.extend([padding.as_str(), text.as_str()]),
            false if is_last => line.push_str(&text),
            false => line.extend([text.as_str(), padding.as_str()]),
        }
        line.push_str(&" ".repeat(GAP));
        before += width + GAP;
    }
    screen.line(&line)
}

/// Columns between columns.
const GAP: usize = 2;
/// Less of the last column is not worth showing.
const LEAST: usize = 8;
