//! Foreign text on a terminal: nothing in it moves the cursor, changes colours or reverses the reading direction. What could, is
//! shown as an escape.

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// A text on one line.
pub(crate) fn line(text: &str) -> Cow<'_, str> {
    escaped(text, false)
}

/// A text with its line breaks and tabs.
pub(crate) fn block(text: &str) -> Cow<'_, str> {
    escaped(text, true)
}

/// At most so many columns of a text on one line, which say if there was more.
pub(crate) fn short(text: &str, columns: usize) -> String {
    // What does not fit needs no escaping: a value may have megabytes.
    let head = text.char_indices().nth(columns.saturating_add(1)).map_or(text, |(end, _)| &text[..end]);
    let shown = line(head);
    if head.len() == text.len() && width(&shown) <= columns {
        return shown.into_owned();
    }
    let mut short = String::new();
    let mut used = 0;
    for letter in shown.chars() {
        let wide = letter.width().unwrap_or(0);
        if used + wide >= columns {
            break;
        }
        used += wide;
        short.push(letter);
    }
    if columns > 0 {
        short.push('…');
    }
    short
}

/// Columns that a text takes, once escaped.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

fn escaped(text: &str, is_block: bool) -> Cow<'_, str> {
    let stays = |letter: char| !is_dangerous(letter) || (is_block && (letter == '\n' || letter == '\t'));
    if text.chars().all(stays) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        if stays(letter) {
            shown.push(letter);
        } else {
            match letter {
                '\n' => shown.push_str("\\n"),
                '\r' => shown.push_str("\\r"),
                '\t' => shown.push_str("\\t"),
                _ => {
                    let _ = write!(shown, "\\u{{{:x}}}", u32::from(letter));
                }
            }
        }
    }
    Cow::Owned(shown)
}

/// Control characters, direction marks and what has no shape of its own.
fn is_dangerous(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{61c}'
                | '\u{200b}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_moves_or_hides_is_shown() {
        assert_eq!(line("\u{1b}[31mred\u{1b}[0m"), "\\u{1b}[31mred\\u{1b}[0m");
        assert_eq!(line("\u{1b}]0;title\u{7}\u{9b}2J"), "\\u{1b}]0;title\\u{7}\\u{9b}2J");
        assert_eq!(line("user\u{202e}nimda\u{2066}"), "user\\u{202e}nimda\\u{2066}");
        assert_eq!(line("a\nb\tc\r"), "a\\nb\\tc\\r");
        assert_eq!(block("a\nb\tc\r"), "a\nb\tc\\r");
        assert_eq!(line("naïve 漢字 👩‍💻"), "naïve 漢字 👩‍💻");
    }

    #[test]
    fn a_short_text_says_that_there_was_more() {
        assert_eq!(short("hello", 5), "hello");
        assert_eq!(short("hello!", 5), "hell…");
        assert_eq!(short("漢字漢字", 5), "漢字…");
        assert_eq!(short("\u{1b}[0m", 4), "\\u{…");
        assert_eq!(short("hello", 0), "");
        assert_eq!(short(&"x".repeat(1_000_000), 3), "xx…");
    }
}
