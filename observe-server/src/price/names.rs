//! Names of models, as providers, gateways and clouds write the same one: `openai/gpt-4o`, `gpt-4o-2024-08-06`,
//! `us.anthropic.claude-sonnet-4-5-20250929-v1:0`, `claude-sonnet-4-5@20250929`, `models/gemini-2.5-pro`.

/// The forms of a name to look for, most exact first.
pub(super) fn forms(name: &str) -> Vec<String> {
    let mut forms = Vec::new();
    let mut add = |form: String| {
        if !form.is_empty() && !forms.contains(&form) {
            forms.push(form);
        }
    };
    let whole = folded(name);
    let after_slash = || whole.match_indices('/').map(|(at, _)| &whole[at + 1..]);
    for form in std::iter::once(whole.as_str()).chain(after_slash()) {
        add(form.to_owned());
        let plain = without_cloud(form);
        add(fine_tuned(&plain).map_or(plain.clone(), str::to_owned));
        add(undated(&plain).to_owned());
    }
    forms
}

/// One spelling for what differs in case and in dots for dashes.
pub(super) fn folded(name: &str) -> String {
    name.trim().chars().map(|letter| if letter == '.' { '-' } else { letter.to_ascii_lowercase() }).collect()
}

/// Without what Amazon's and Google's clouds write around a name: region and provider before it, a revision after it.
/// Dots are dashes already.
fn without_cloud(name: &str) -> String {
    const VENDORS: [&str; 7] = ["anthropic-", "amazon-", "cohere-", "deepseek-", "meta-", "mistral-", "openai-"];
    const REGIONS: [&str; 7] = ["us-gov-", "us-", "eu-", "apac-", "au-", "jp-", "global-"];
    let without_region = REGIONS.iter().find_map(|region| name.strip_prefix(region)).unwrap_or(name);
    let name = VENDORS.iter().find_map(|vendor| without_region.strip_prefix(vendor)).unwrap_or(name);
    let (name, date) = name.split_once('@').map_or((name, None), |(name, date)| (name, Some(date)));
    let name = without_revision(name);
    match date {
        Some(date) if date != "default" && date != "latest" => format!("{name}-{date}"),
        _ => name.to_owned(),
    }
}

/// `-v1:0`, `-v2`
fn without_revision(name: &str) -> &str {
    let Some((rest, revision)) = name.rsplit_once("-v") else { return name };
    let is_revision = !revision.is_empty() && revision.chars().all(|letter| letter.is_ascii_digit() || letter == ':');
    if is_revision { rest } else { name }
}

/// `ft:gpt-3.5-turbo-1106:organisation:name:id` is priced as `ft:gpt-3.5-turbo-1106`.
fn fine_tuned(name: &str) -> Option<&str> {
    let base = name.strip_prefix("ft:")?.split(':').next()?;
    Some(&name[..3 + base.len()])
}

/// Without a date (`-2024-08-06`, `-20240806`, `-0806`) or `-latest`: a version that is not listed costs what its model does.
fn undated(name: &str) -> &str {
    if let Some(rest) = name.strip_suffix("-latest") {
        return rest;
    }
    let digits =
        |text: &str, lengths: &[usize]| lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let mut parts = name.rsplitn(4, '-');
    let (last, middle, first, rest) = (parts.next(), parts.next(), parts.next(), parts.next());
    if let (Some(day), Some(month), Some(year), Some(rest)) = (last, middle, first, rest)
        && digits(day, &[2])
        && digits(month, &[2])
        && digits(year, &[4])
    {
        return rest;
    }
    match name.rsplit_once('-') {
        Some((rest, date)) if digits(date, &[4, 8]) => rest,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_surrounds_a_name_is_taken_off() {
        for (written, name) in [
            ("openai/gpt-4o", "gpt-4o"),
            ("openrouter/anthropic/claude-3.5-sonnet", "claude-3-5-sonnet"),
            ("gpt-4o-2026-11-01", "gpt-4o"),
            ("GPT-4o", "gpt-4o"),
            ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5-20250929"),
            ("anthropic.claude-opus-4-8-v1", "claude-opus-4-8"),
            ("claude-3-5-sonnet-V2@20241022", "claude-3-5-sonnet-20241022"),
            ("claude-sonnet-4-5@20250929", "claude-sonnet-4-5-20250929"),
            ("claude-opus-5@default", "claude-opus-5"),
            ("models/gemini-2.5-pro", "gemini-2-5-pro"),
            ("claude-sonnet-9-latest", "claude-sonnet-9"),
            ("ft:gpt-3.5-turbo-1106:acme::8abc", "ft:gpt-3-5-turbo-1106"),
        ] {
            assert!(forms(written).iter().any(|form| form == name), "{written}: {:?}", forms(written));
        }
    }

    #[test]
    fn a_name_is_looked_for_as_written_first() {
        assert_eq!(forms("gpt-4-0613"), ["gpt-4-0613", "gpt-4"]);
        assert_eq!(forms(""), Vec::<String>::new());
        assert_eq!(forms("-latest/ü@"), ["-latest/ü@", "-latest/ü-", "ü@", "ü-"]);
    }
}
