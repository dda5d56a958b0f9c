#!/usr/bin/env python3
"""Carries published model prices over into the table of this program.

    python3 observe-server/prices.py default-model-prices.json model_prices_and_context_window.json 2026-11-26 \
        > observe-server/prices.toml

The first argument is a list of models as Langfuse publishes it (`worker/src/constants/default-model-prices.json` in its
repository): patterns of names, and tiers of prices in USD per unit. The second is the list of LiteLLM (in its repository, and as
`model_prices_and_context_window_backup.json` in its Python package), read for the providers that the first one lacks, and the
third the day when it was fetched, for it dates no figure. Only names and figures are taken; the layout, the names of
buckets and the rules for finding a model are this program's own, see src/price/.
"""

import json
import re
import sys
import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import sre_parse

PROVIDERS = {
    "openai": ("OpenAI", "https://openai.com/api/pricing"),
    "anthropic": ("Anthropic", "https://www.anthropic.com/pricing#api"),
    "google": ("Google", "https://ai.google.dev/gemini-api/docs/pricing"),
    "amazon": ("Amazon", "https://aws.amazon.com/bedrock/pricing/"),
    "cohere": ("Cohere", "https://cohere.com/pricing"),
    "deepseek": ("DeepSeek", "https://api-docs.deepseek.com/quick_start/pricing"),
    "meta": ("Meta, at Amazon Bedrock", "https://aws.amazon.com/bedrock/pricing/"),
    "mistral": ("Mistral", "https://mistral.ai/pricing"),
    "qwen": ("Alibaba", "https://www.alibabacloud.com/help/en/model-studio/models"),
    "xai": ("xAI", "https://docs.x.ai/docs/models"),
}

# The providers of the second list: as it calls them, and the beginnings of the names of their own models.
OTHERS = {
    "bedrock": ("amazon", "amazon.nova-"),
    "bedrock_converse": ("amazon", "amazon.nova-"),
    "cohere": ("cohere", "command embed-"),
    "cohere_chat": ("cohere", "command c4ai-"),
    "dashscope": ("qwen", "qwen qwq"),
    "deepseek": ("deepseek", "deepseek-"),
    "mistral": ("mistral", "mistral ministral magistral codestral devstral pixtral voxtral open-mi"),
    "xai": ("xai", "grok-"),
}
# Trials, and wrong figures: the last one is a thousand times its neighbours.
PASSED_OVER = re.compile("beta|experimental|preview|vibe-cli|-gv2$|-exp$|embed-multilingual-light")
COSTS = {"input": "input_cost_per_token", "cached": "cache_read_input_token_cost", "output": "output_cost_per_token"}

# How the price keys of the list are called here; several spellings mean the same.
BUCKETS = {
    "input": "input input_tokens input_text input_text_tokens input_modality_1 prompt_token_count promptTokenCount",
    "cached": "input_cached_tokens input_cache_read cache_read_input_tokens cached_content_token_count input_cached_text_tokens",
    "cache_write": "input_cache_creation cache_creation_input_tokens input_cache_creation_5m cache_write_tokens",
    "cache_write_1h": "input_cache_creation_1h",
    "input_audio": "input_audio input_audio_tokens",
    "cached_audio": "input_cached_audio_tokens",
    "input_image": "input_image",
    "output": "output output_tokens output_text output_text_tokens output_modality_1 candidates_token_count candidatesTokenCount",
    "reasoning": "output_reasoning output_reasoning_tokens reasoning_tokens thoughts_token_count thoughtsTokenCount",
    "output_audio": "output_audio output_audio_tokens",
    "search": "grounding_queries groundingQueries web_search_queries webSearchQueries",
    "total": "total",
}
BUCKET_OF = {spelling: bucket for bucket, spellings in BUCKETS.items() for spelling in spellings.split()}


def main(path, other_path, day):
    with open(path, encoding="utf-8") as file:
        listed = json.load(file)
    with open(other_path, encoding="utf-8") as file:
        other = json.load(file)
    models = {}
    for model in listed:
        names = names_of(model["matchPattern"]) or [model["modelName"]]
        prices, tiers = tiers_of(model)
        provider = provider_of(names[0])
        # Dated versions at the same prices are one model.
        same = (provider, folded(undated(names[0])), json.dumps([prices, tiers]))
        known = models.setdefault(same, {"provider": provider, "names": [], "date": "", "prices": prices, "tiers": tiers})
        known["names"] += [name for name in names if folded(name) not in map(folded, known["names"])]
        known["date"] = max(known["date"], model["updatedAt"][:10])
    taken = set()
    for model in models.values():
        model["names"].sort(key=lambda name: ("-35-" in name, len(name), name))
        taken.update(folded(name) for name in model["names"])
    for model in models.values():
        bare = undated(model["names"][0])
        if folded(bare) not in taken:
            model["names"].insert(0, bare)
            taken.add(folded(bare))
    write(list(models.values()) + others(other, day))


def others(listed, day):
    models, taken = {}, set()
    for name, about in listed.items():
        provider, beginnings = OTHERS.get(about.get("litellm_provider"), (None, ""))
        if name.startswith("meta.llama") and (about.get("litellm_provider") or "").startswith("bedrock"):
            provider, beginnings = "meta", "meta.llama"
        bare = name.rsplit("/", 1)[-1]
        if not bare.startswith(tuple(beginnings.split() or ["/"])) or PASSED_OVER.search(bare):
            continue
        if about.get("mode") not in ("chat", "completion", "embedding", "responses"):
            continue
        prices, tiers = boundaries(about)
        if not any(prices.values()):
            continue
        # Amazon's revision: the rules for finding a model take it off.
        if provider in ("amazon", "meta"):
            bare = re.sub(r"-v\d+(?::\d+)?$", "", bare.split(".", 1)[1])
        if folded(bare) in taken:
            continue
        taken.add(folded(bare))
        base = re.sub(r"-(?:\d{4}|\d{2}-\d{4}|\d{4}-\d{2}-\d{2}|latest)$", "", bare)
        same = (provider, folded(base), json.dumps([prices, tiers]))
        known = models.setdefault(same, {"provider": provider, "names": [], "date": day, "prices": prices, "tiers": tiers})
        known["names"].append(bare)
    for model in models.values():
        model["names"].sort(key=lambda name: (len(name), name))
    return list(models.values())


def boundaries(about):
    """The prices of a model, and those from each boundary on, the highest first."""
    steps = about.get("tiered_pricing") or []
    found = [(int(step["range"][0]), figures(step, "")) for step in steps] or [(0, figures(about, ""))]
    ends = {re.sub(r"^.*_above_(\d+)k_tokens$", r"\1", key) for key in about if re.search(r"^input_cost.*_above_\d+k_tokens$", key)}
    found += [(int(end) * 1000, figures(about, f"_above_{end}k_tokens")) for end in ends]
    (_, prices), *more = sorted(found, key=lambda step: step[0])
    tiers = [
        {"name": f"more than {above} in", "when": {}, "input_above": above, "prices": {**prices, **step}}
        for above, step in reversed(more)
    ]
    return prices, tiers


def figures(step, end):
    per_unit = {bucket: step.get(key + end) for bucket, key in COSTS.items()}
    return {bucket: float(f"{price * 1e6:.9g}") for bucket, price in per_unit.items() if price is not None}


def names_of(pattern):
    """Every name that a pattern stands for, as src/price/names.rs reads names."""
    tree = sre_parse.parse(pattern.replace("(?i)", "").strip("^$").replace("V", "v"))
    found = []
    for name in expand(tree):
        name = plain(name)
        if folded(name) not in map(folded, found):
            found.append(name)
    return found


def expand(tree):
    words = [""]
    for kind, value in tree:
        kind = str(kind)
        if kind == "LITERAL":
            options = [chr(value)]
        elif kind == "ANY":
            options = ["."]
        elif kind == "SUBPATTERN":
            options = expand(value[3])
        elif kind == "BRANCH":
            options = [word for branch in value[1] for word in expand(branch)]
        elif kind == "IN":
            options = [""]
        elif kind == "MAX_REPEAT":
            least, most, inner = value
            options = [""] + (expand(inner) if (least, most) == (0, 1) else [])
        elif kind == "AT":
            options = [""]
        else:
            raise ValueError(f"{kind} in a pattern: teach this script about it")
        words = [word + option for word in words for option in options]
    return words


def plain(name):
    name = name.lower().rsplit("/", 1)[-1]
    name = re.sub(r"^(?:[a-z]+\.)?anthropic\.", "", name)
    name = re.sub(r"-v\d+(?::\d+)?(?=@|$)", "", name)
    return name.replace("@", "-").replace("--", "-").rstrip(":-")


def folded(name):
    return name.replace(".", "-")


def undated(name):
    return re.sub(r"-(?:\d{4}-\d{2}-\d{2}|\d{8}|latest)$", "", name)


def provider_of(name):
    if name.startswith("claude"):
        return "anthropic"
    if re.match(r"gemini|chat-bison|code|text-bison|text-unicorn|textembedding", name):
        return "google"
    return "openai"


def tiers_of(model):
    standard, others = {}, []
    for tier in sorted(model["pricingTiers"], key=lambda tier: tier["priority"]):
        prices = prices_of(model["modelName"], tier["prices"])
        if tier["isDefault"]:
            standard = prices
            continue
        when, above = {}, None
        for condition in tier["conditions"]:
            if condition.get("operator") == "in":
                when[condition["key"]] = condition["values"]
            elif condition.get("operator") == "gt" and "input" in condition["usageDetailPattern"]:
                above = condition["value"]
            else:
                raise ValueError(f"{model['modelName']}: a condition that this script does not know: {condition}")
        names = [f"{' or '.join(values)}" for values in when.values()] + ([f"more than {above} in"] if above else [])
        others.append({"name": ", ".join(names), "when": when, "input_above": above, "prices": prices})
    return standard, others


def prices_of(model, listed):
    prices = {}
    for key, price in listed.items():
        bucket = BUCKET_OF.get(key)
        if bucket is None:
            raise ValueError(f"{model}: a bucket that this script does not know: {key}")
        # One token costs fractions of a cent: here a million of them, so that figures can be read.
        million = float(f"{price * 1e6:.9g}")
        if prices.setdefault(bucket, million) != million:
            raise ValueError(f"{model}: {key} is not priced as other spellings of {bucket}")
    return {bucket: prices[bucket] for bucket in BUCKETS if bucket in prices}


def write(models):
    print("# What models cost, in USD per million units (tokens, but for `search`, which counts queries).")
    print("# Made by prices.py from figures that the providers publish, and Langfuse and LiteLLM collect: correct that source")
    print("# or put your own figures into a table of your own (`observe prices add`), not here.")
    print("# `tiers` are tried in their order, and the first whose conditions all hold replaces `prices`.")
    for provider, (title, source) in PROVIDERS.items():
        print(f"\n[provider.{provider}]\nname = {quoted(title)}\nsource = {quoted(source)}")
        group = [model for model in models if model["provider"] == provider]
        for model in sorted(group, key=lambda model: natural(model["names"][0])):
            name, *aliases = model["names"]
            print(f"\n[[model]]\nname = {quoted(name)}\nprovider = {quoted(provider)}")
            if aliases:
                print(f"aliases = [{', '.join(map(quoted, aliases))}]")
            print(f"date = {quoted(model['date'])}")
            print(f"prices = {inline(model['prices'])}")
            if model["tiers"]:
                print("tiers = [")
                for tier in model["tiers"]:
                    conditions = ""
                    if tier["when"]:
                        wanted = ", ".join(f"{key} = [{', '.join(map(quoted, values))}]" for key, values in tier["when"].items())
                        conditions += f"when = {{ {wanted} }}, "
                    if tier["input_above"]:
                        conditions += f"input_above = {tier['input_above']}, "
                    print(f"    {{ name = {quoted(tier['name'])}, {conditions}prices = {inline(tier['prices'])} }},")
                print("]")


def natural(name):
    return [(int(part) if part.isdigit() else -1, part) for part in re.split(r"(\d+)", name)]


def inline(prices):
    return "{ " + ", ".join(f"{bucket} = {price:.9g}" for bucket, price in prices.items()) + " }"


def quoted(text):
    return json.dumps(text)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
