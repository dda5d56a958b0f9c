//! What a unit of usage is, whichever way a provider or an SDK spells it. Two spellings of one bucket have one price; a spelling
//! that is not listed is a bucket of its own, priced only where a table prices exactly that name.

use std::borrow::Cow;

/// The name under which tables price a bucket of usage.
pub(crate) fn canonical(spelling: &str) -> Cow<'_, str> {
    let known = SPELLINGS.iter().find(|(name, spellings)| *name == spelling || spellings.contains(&spelling));
    known.map_or(Cow::Borrowed(spelling), |(name, _)| Cow::Borrowed(*name))
}

/// Whether a bucket counts what went into the model, for tiers that depend on the size of the context.
pub(crate) fn is_input(name: &str) -> bool {
    ["cached", "cached_audio", "cache_write", "cache_write_1h", "input", "input_audio", "input_image"].contains(&name)
        || name.starts_with("input")
}

const SPELLINGS: &[(&str, &[&str])] = &[
    (
        "input",
        &[
            "input_tokens",
            "input_text",
            "input_text_tokens",
            "input_modality_1",
            "prompt",
            "prompt_tokens",
            "prompt_token_count",
            "promptTokenCount",
        ],
    ),
    (
        "cached",
        &[
            "input_cached_tokens",
            "input_cached_text_tokens",
            "input_cache_read",
            "cache_read_input_tokens",
            "cached_content_token_count",
            "cachedContentTokenCount",
        ],
    ),
    ("cached_audio", &["input_cached_audio_tokens"]),
    (
        "cache_write",
        &["input_cache_creation", "input_cache_creation_5m", "cache_creation_input_tokens", "cache_write_tokens"],
    ),
    ("cache_write_1h", &["input_cache_creation_1h"]),
    ("input_audio", &["input_audio_tokens"]),
    ("input_image", &["input_image_tokens"]),
    (
        "output",
        &[
            "output_tokens",
            "output_text",
            "output_text_tokens",
            "output_modality_1",
            "completion",
            "completion_tokens",
            "candidates_token_count",
            "candidatesTokenCount",
        ],
    ),
    (
        "reasoning",
        &[
            "output_reasoning",
            "output_reasoning_tokens",
            "reasoning_tokens",
            "thoughts_token_count",
            "thoughtsTokenCount",
        ],
    ),
    ("output_audio", &["output_audio_tokens"]),
    ("search", &["grounding_queries", "groundingQueries", "web_search_queries", "webSearchQueries"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spelling_means_one_bucket() {
        let mut all: Vec<&str> =
            SPELLINGS.iter().flat_map(|(name, spellings)| spellings.iter().chain([name])).copied().collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
