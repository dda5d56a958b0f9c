//! What the builder and the environment make of each other.

#[cfg(feature = "http")]
mod destination;

use std::time::Duration;

use super::builder::Config;
use super::settings::{Destination, Overflow, Settings};
use super::url::{self, Url};
use crate::error::Error;

type Variables<'a> = &'a [(&'a str, &'a str)];

fn resolve(config: Config, variables: Variables<'_>) -> Result<Settings, Error> {
    config.resolve_in(&|name| {
        let entry = variables.iter().find(|(known, _)| *known == name)?;
        Some(entry.1.to_owned())
    })
}

fn from(variables: Variables<'_>) -> Settings {
    resolve(Config::new(), variables).unwrap_or_else(|error| panic!("{variables:?}: {error}"))
}

fn message(config: Config, variables: Variables<'_>) -> String {
    match resolve(config, variables) {
        Ok(settings) => panic!("{variables:?} is accepted: {settings:?}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn files_are_where_nothing_is_set() {
    let settings = from(&[]);
    assert_eq!(settings.destination, Destination::Files { dir: ".observe".into() });
    assert_eq!(settings.sample_rate, 1.0);
    assert_eq!((settings.memory_limit, settings.capture_limit), (64 << 20, 1 << 20));
    assert_eq!((settings.flush_at, settings.max_batch_bytes), (512, 3_500_000));
    assert_eq!(settings.resource[0].0, "service.name");
    assert!(settings.compression && settings.capture_io && !settings.console && !settings.debug);
    assert!(settings.secrets.iter().any(|word| word == "password"));
    assert_eq!(settings.warnings, [""; 0]);
}

#[cfg(not(feature = "http"))]
#[test]
fn without_http_only_files_are_possible() {
    let keys = [("LANGFUSE_PUBLIC_KEY", "pk"), ("LANGFUSE_SECRET_KEY", "sk")];
    assert!(message(Config::new(), &keys).contains("LANGFUSE_PUBLIC_KEY needs the feature `http`"));
    assert!(
        message(Config::new().collector("http://a.test"), &[]).contains("Config::collector needs the feature `http`")
    );
}

#[test]
fn a_journal_is_kept_beside_local_files_and_where_one_is_asked_for() {
    use std::path::PathBuf;
    assert_eq!(from(&[]).journal_dir, Some(PathBuf::from(".observe/journal")));
    assert_eq!(from(&[("OBSERVE_JOURNAL_DIR", "none")]).journal_dir, None);
    let settings = from(&[("OBSERVE_JOURNAL_DIR", "/var/j"), ("OBSERVE_JOURNAL_LIMIT", "2 GiB")]);
    assert_eq!((settings.journal_dir, settings.journal_limit), (Some(PathBuf::from("/var/j")), 2 << 30));
    assert_eq!(settings.max_age, Duration::from_secs(7 * 24 * 3600));
    assert_eq!(from(&[("OBSERVE_JOURNAL_DIR", "none")]).max_age, Duration::from_secs(3600));
    let variables = [("OBSERVE_JOURNAL_DIR", "/var/j")];
    let settings = resolve(Config::new().without_journal_dir(), &variables).unwrap();
    assert_eq!(settings.journal_dir, None);
    let settings = resolve(Config::new().journal_dir("here"), &variables).unwrap();
    assert_eq!(settings.journal_dir, Some("here".into()));
}

#[test]
fn values_are_read_from_the_environment() {
    let settings = from(&[
        ("LANGFUSE_SAMPLE_RATE", "0.25"),
        ("LANGFUSE_FLUSH_AT", "7"),
        ("LANGFUSE_FLUSH_INTERVAL", "0.5"),
        ("LANGFUSE_TRACING_ENVIRONMENT", "Production"),
        ("LANGFUSE_DEBUG", "True"),
        ("LANGFUSE_OBSERVE_DECORATOR_IO_CAPTURE_ENABLED", "no"),
        ("LANGFUSE_MAX_BATCH_SIZE_BYTES", "1 MB"),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "none"),
        ("OBSERVE_CONSOLE", "1"),
        ("OBSERVE_CAPTURE_LIMIT", "64 KiB"),
        ("OBSERVE_MEMORY_LIMIT", "8MiB"),
        ("OBSERVE_HOLD", "0"),
        ("OBSERVE_MAX_AGE", "inf"),
        ("OBSERVE_EXIT_TIMEOUT", "2"),
        ("OBSERVE_FILES_LIMIT", "5k"),
    ]);
    assert_eq!((settings.sample_rate, settings.flush_at), (0.25, 7));
    assert_eq!(settings.flush_interval, Duration::from_millis(500));
    assert_eq!(settings.environment.as_deref(), Some("production"));
    assert!(settings.debug && settings.console && !settings.capture_io && !settings.compression);
    assert_eq!((settings.max_batch_bytes, settings.capture_limit), (1_000_000, 64 << 10));
    assert_eq!((settings.memory_limit, settings.files_limit), (8 << 20, 5 << 10));
    assert_eq!((settings.hold, settings.exit_timeout), (Duration::ZERO, Duration::from_secs(2)));
    assert!(settings.max_age >= Duration::from_secs(365 * 24 * 3600));
    assert_eq!(settings.warnings, [""; 0]);
}

#[test]
fn values_of_the_builder_win() {
    let variables = [("LANGFUSE_SAMPLE_RATE", "x"), ("OBSERVE_CONSOLE", "x"), ("LANGFUSE_RELEASE", "env")];
    let config = Config::new()
        .sample_rate(0.5)
        .console(true)
        .release("code")
        .version("2")
        .overflow(Overflow::Block(Duration::MAX))
        .redact(["pin"])
        .redact_also(["iban"])
        .files("x")
        .discard();
    let settings = resolve(config, &variables).unwrap();
    assert_eq!((settings.sample_rate, settings.console), (0.5, true));
    assert_eq!((settings.release.as_deref(), settings.version.as_deref()), (Some("code"), Some("2")));
    assert!(settings.patience > Duration::from_secs(1) && settings.patience < Duration::MAX);
    assert_eq!(settings.secrets, ["pin", "iban"]);
    assert_eq!(settings.destination, Destination::Discard);
}

#[test]
fn values_that_cannot_be_meant_name_variable_and_value() {
    let cases = [
        ("LANGFUSE_SAMPLE_RATE", "1.5", "outside 0 to 1"),
        ("LANGFUSE_SAMPLE_RATE", "NaN", "outside 0 to 1"),
        ("LANGFUSE_SAMPLE_RATE", "ten", "no number"),
        ("LANGFUSE_FLUSH_AT", "0", "too small"),
        ("LANGFUSE_FLUSH_AT", "-1", "no whole number"),
        ("LANGFUSE_FLUSH_INTERVAL", "5s", "no time in seconds"),
        ("LANGFUSE_FLUSH_INTERVAL", "-1", "no time in seconds"),
        ("LANGFUSE_TIMEOUT", "0", "no time at all"),
        ("LANGFUSE_DEBUG", "maybe", "neither true nor false"),
        ("LANGFUSE_TRACING_ENABLED", "nope", "neither true nor false"),
        ("OTEL_SDK_DISABLED", "2", "neither true nor false"),
        ("LANGFUSE_OTEL_COMPRESSION", "zstd", "no known compression"),
        ("LANGFUSE_TRACING_ENVIRONMENT", "langfuse", "no name of an environment"),
        ("LANGFUSE_TRACING_ENVIRONMENT", "a b", "no name of an environment"),
        ("OBSERVE_MEMORY_LIMIT", "64 miles", "no number of bytes"),
        ("OBSERVE_MEMORY_LIMIT", "99999999999 GB", "no number of bytes"),
        ("OBSERVE_CAPTURE_LIMIT", "0", "too small"),
        ("OTEL_RESOURCE_ATTRIBUTES", "team", "key=value"),
    ];
    for (variable, value, reason) in cases {
        let message = message(Config::new(), &[(variable, value)]);
        for part in [variable, value, reason] {
            assert!(message.contains(part), "`{message}` does not contain `{part}`");
        }
    }
    let cases = [
        (Config::new().sample_rate(-0.1), "Config::sample_rate is `-0.1`"),
        (Config::new().sample_rate(f64::NAN), "Config::sample_rate is `NaN`"),
        (Config::new().flush_at(0), "Config::flush_at is `0`"),
        (Config::new().memory_limit(0), "Config::memory_limit is `0`"),
        (Config::new().timeout(Duration::ZERO), "Config::timeout is `0ns`"),
        (Config::new().environment("Über"), "Config::environment is `Über`"),
    ];
    for (config, part) in cases {
        let message = message(config, &[]);
        assert!(message.contains(part), "`{message}` does not contain `{part}`");
    }
}

#[test]
fn environments_are_named_as_the_server_names_them() {
    let long = "a".repeat(50);
    let cases = [
        ("production", "production"),
        (" Staging-2 ", "staging-2"),
        ("langfuse-langfuse_test", "test"),
        ("langfusetest", "test"),
        ("eu_west", "eu_west"),
        (long.as_str(), &long[..40]),
    ];
    for (given, expected) in cases {
        let settings = from(&[("LANGFUSE_TRACING_ENVIRONMENT", given)]);
        assert_eq!(settings.environment.as_deref(), Some(expected), "{given}");
    }
}

#[test]
fn the_release_is_the_first_that_is_known() {
    let cases: &[(Variables<'_>, Option<&str>)] = &[
        (&[], None),
        (&[("LANGFUSE_RELEASE", "1.2"), ("GITHUB_SHA", "abc")], Some("1.2")),
        (&[("GITHUB_SHA", "abc"), ("DRONE_COMMIT_SHA", "def")], Some("abc")),
        (&[("GITHUB_SHA", ""), ("DRONE_COMMIT_SHA", "def")], Some("def")),
        (&[("RENDER_GIT_COMMIT", "r"), ("CI_COMMIT_SHA", "c")], Some("r")),
    ];
    for (variables, expected) in cases {
        assert_eq!(from(variables).release.as_deref(), *expected, "{variables:?}");
    }
}

#[test]
fn resource_attributes_have_one_value_a_key() {
    let variables =
        [("OTEL_RESOURCE_ATTRIBUTES", "service.name=other,team=a%20b,region=eu"), ("OTEL_SERVICE_NAME", "api")];
    let config = Config::new().resource_attribute("region", "us").resource_attribute("region", "ap");
    let settings = resolve(config, &variables).unwrap();
    let entries: Vec<_> = settings.resource.iter().map(|(key, value)| format!("{key}={value}")).collect();
    assert_eq!(entries, ["service.name=api", "region=ap", "team=a b"]);
    assert_eq!(from(&variables[..1]).resource[0].1, "other");
    let settings = resolve(Config::new().service_name("mine"), &variables).unwrap();
    assert_eq!(settings.resource[0].1, "mine");
}

#[test]
fn the_documentation_lists_what_is_read_and_nothing_else() {
    let read = std::cell::RefCell::new(std::collections::BTreeSet::new());
    let set: &[Variables<'_>] = if cfg!(feature = "http") {
        &[
            &[],
            &[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://a"), ("OTEL_EXPORTER_OTLP_HEADERS", "a=b")],
            &[("LANGFUSE_PUBLIC_KEY", "pk"), ("LANGFUSE_SECRET_KEY", "sk")],
        ]
    } else {
        &[&[]]
    };
    for variables in set {
        let settings = Config::new().resolve_in(&|name| {
            read.borrow_mut().insert(name.to_owned());
            let entry = variables.iter().find(|(known, _)| *known == name)?;
            Some(entry.1.to_owned())
        });
        assert!(settings.is_ok(), "{settings:?}");
    }
    let documentation = include_str!("../mod.rs");
    let is_name = |word: &&str| {
        word.len() > 1 && word.contains('_') && word.chars().all(|c| c.is_ascii_uppercase() || "_1".contains(c))
    };
    let is_proxy = |word: &&str| word.ends_with("_PROXY");
    let listed = documentation.lines().filter(|line| line.starts_with("//!")).flat_map(|line| line.split('`'));
    let listed = listed.map(|word| word.split('=').next().unwrap_or(word));
    let listed: std::collections::BTreeSet<_> =
        listed.filter(|word| is_name(word) && !is_proxy(word)).map(str::to_owned).collect();
    let read = read.into_inner();
    let unlisted: Vec<_> = read.difference(&listed).collect();
    assert!(unlisted.is_empty(), "read but not listed: {unlisted:?}");
    if cfg!(feature = "http") {
        let unread: Vec<_> = listed.difference(&read).collect();
        assert!(unread.is_empty(), "listed but not read: {unread:?}");
    }
}

#[test]
fn addresses() {
    for good in
        ["http://a", "HTTPS://a.b-c.test:1/x/y", "http://[2001:db8::1]:80", "http://under_score", "http://127.0.0.1?x"]
    {
        assert!(Url::parse(good).is_ok(), "{good}");
    }
    for bad in [
        "",
        "http",
        "http:/a",
        "http://",
        "http://a b",
        "http://a:0",
        "http://a:x",
        "http://[::1",
        "http://a#b",
        "http://[zz]",
        "http://a:b:c",
    ] {
        assert!(Url::parse(bad).is_err(), "{bad}");
    }
    assert_eq!(url::shown("https://a:b@c.test/d?e=f"), "https://…@c.test/d?…");
    assert_eq!(url::shown("a:b@c"), "…@c");
    assert!(url::shown(&"é".repeat(500)).chars().count() < 300);
}
