//! What commands print: to people on a terminal, with colours and cut to its width, or to other programs, in full.
//!
//! - Foreign text is escaped before it is printed ([`escape`]).
//! - Colours are only for terminals, and not with `--plain` or `NO_COLOR`.
//! - A reader that goes away ends the program quietly.

pub(crate) mod escape;
pub(crate) mod number;
pub(crate) mod progress;
pub(crate) mod table;
pub(crate) mod tree;

use std::io::{self, BufWriter, IsTerminal, Stdout, Write};

/// Standard output, and what may be printed on it.
#[derive(Debug)]
pub(crate) struct Screen {
    out: BufWriter<Stdout>,
    is_coloured: bool,
    is_plain: bool,
    /// Columns of a terminal. None: nobody counts them.
    columns: Option<usize>,
}

impl Screen {
    pub(crate) fn new(is_plain: bool) -> Self {
        let out = io::stdout();
        let is_terminal = out.is_terminal();
        let is_unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let columns = terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0).max(40));
        Self {
            is_coloured: is_terminal && !is_plain && !is_unwanted && !is_dumb,
            is_plain,
            columns: (is_terminal && !is_plain).then_some(columns),
            out: BufWriter::new(out),
        }
    }

    /// Whether another program reads: tabs between columns, figures without units, no drawing.
    pub(crate) fn is_plain(&self) -> bool {
        self.is_plain
    }

    /// Columns of the terminal, if it is one.
    pub(crate) fn columns(&self) -> Option<usize> {
        self.columns
    }

    pub(crate) fn painted(&self, paint: Paint, text: &str) -> String {
        match paint.code() {
            Some(code) if self.is_coloured && !text.is_empty() => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
            _ => text.to_owned(),
        }
    }

    /// Prints a line, whose foreign parts have been escaped.
    pub(crate) fn line(&mut self, text: &str) -> io::Result<()> {
        self.out.write_all(text.trim_end_matches(' ').as_bytes())?;
        self.out.write_all(b"\n")
    }

    /// Prints bytes as they are: what is exported, to whoever asked for it.
    pub(crate) fn raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)
    }

    /// What was printed reaches its reader.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// How a piece of text looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Paint {
    Bold,
    Cyan,
    Dim,
    Green,
    Red,
    #[default]
    Usual,
    Yellow,
}

impl Paint {
    /// How a level looks.
    pub(crate) fn of(level: &str) -> Self {
        match level {
            "ERROR" => Self::Red,
            "WARNING" => Self::Yellow,
            "DEBUG" => Self::Dim,
            _ => Self::Usual,
        }
    }

    fn code(self) -> Option<&'static str> {
        Some(match self {
            Self::Bold => "1",
            Self::Cyan => "36",
            Self::Dim => "2",
            Self::Green => "32",
            Self::Red => "31",
            Self::Usual => return None,
            Self::Yellow => "33",
        })
    }
}
