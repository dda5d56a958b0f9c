//! Where traces go, of the destinations that need HTTP too.

use super::super::secret::Secret;
use super::*;

const KEYS: [(&str, &str); 2] = [("LANGFUSE_PUBLIC_KEY", "pk-lf-1234567"), ("LANGFUSE_SECRET_KEY", "sk-lf-7654321")];

fn with_keys<'a>(variables: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    KEYS.iter().chain(variables).copied().collect()
}

/// Destination in short: what it is, and its address.
fn place(settings: &Settings) -> String {
    match &settings.destination {
        Destination::Langfuse { base_url, traces_url, .. } => format!("langfuse {base_url} {traces_url}"),
        Destination::Collector { traces_url, .. } => format!("collector {traces_url}"),
        Destination::Files { dir } => format!("files {}", dir.display()),
        Destination::Discard => "discard".to_owned(),
        Destination::Nowhere => "nowhere".to_owned(),
    }
}

#[test]
fn the_environment_chooses_where_to() {
    let cloud = "langfuse https://cloud.langfuse.com https://cloud.langfuse.com/api/public/otel/v1/traces";
    let own = "langfuse https://a.test/x https://a.test/x/api/public/otel/v1/traces";
    let traces = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
    let base = "OTEL_EXPORTER_OTLP_ENDPOINT";
    let cases: &[(Variables<'_>, &str)] = &[
        (&with_keys(&[]), cloud),
        (&with_keys(&[("LANGFUSE_BASE_URL", " "), ("LANGFUSE_HOST", "https://a.test/x/")]), own),
        (&with_keys(&[("LANGFUSE_HOST", "https://b.test"), ("LANGFUSE_BASE_URL", "https://a.test/x")]), own),
        (&with_keys(&[("LANGFUSE_BASEURL", "https://a.test/x")]), own),
        (&with_keys(&[(base, "http://localhost:4318")]), cloud),
        (
            &with_keys(&[("LANGFUSE_OTEL_TRACES_EXPORT_PATH", "otel")]),
            "langfuse https://cloud.langfuse.com https://cloud.langfuse.com/otel",
        ),
        (&[(base, "http://localhost:4318")], "collector http://localhost:4318/v1/traces"),
        (&[(base, "http://[::1]:4318/otel/")], "collector http://[::1]:4318/otel/v1/traces"),
        (&[(traces, "http://localhost:4318/x?y=z"), (base, "http://b.test")], "collector http://localhost:4318/x?y=z"),
        (&[("OBSERVE_DIR", "/tmp/traces")], "files /tmp/traces"),
        (&[("LANGFUSE_PUBLIC_KEY", ""), ("LANGFUSE_SECRET_KEY", " ")], "files .observe"),
        (&with_keys(&[("LANGFUSE_TRACING_ENABLED", "False")]), "nowhere"),
        (&with_keys(&[("OTEL_SDK_DISABLED", "true")]), "nowhere"),
        (&[("LANGFUSE_TRACING_ENABLED", "0"), ("LANGFUSE_PUBLIC_KEY", "pk"), ("LANGFUSE_FLUSH_AT", "x")], "nowhere"),
    ];
    for (variables, expected) in cases {
        assert_eq!(place(&from(variables)), *expected, "{variables:?}");
    }
}

#[test]
fn code_beats_the_environment() {
    let cases = [
        (Config::new().files("here"), "files here"),
        (Config::new().discard(), "discard"),
        (Config::new().disabled(), "nowhere"),
        (Config::new().collector("http://localhost:1"), "collector http://localhost:1/v1/traces"),
        (Config::new().collector("http://localhost:1/v1/traces"), "collector http://localhost:1/v1/traces"),
        (
            Config::new().base_url("http://localhost:1"),
            "langfuse http://localhost:1 http://localhost:1/api/public/otel/v1/traces",
        ),
        (
            Config::new().files("x").langfuse("pk", "sk").base_url("http://localhost:1/"),
            "langfuse http://localhost:1 http://localhost:1/api/public/otel/v1/traces",
        ),
    ];
    for (config, expected) in cases {
        let shown = format!("{config:?}");
        let settings = resolve(config, &with_keys(&[("LANGFUSE_HOST", "https://b.test")]));
        assert_eq!(place(&settings.unwrap()), expected, "{shown}");
    }
    let settings = resolve(Config::new().enabled(true), &[("LANGFUSE_TRACING_ENABLED", "false")]);
    assert_eq!(place(&settings.unwrap()), "files .observe");
    assert_eq!(place(&Config::new().without_environment().resolve().unwrap()), "files .observe");
}

#[test]
fn headers_are_decoded_and_the_programs_own_win() {
    let variables = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "https://c.test"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "Authorization=Basic%20YWI6Yw==, x-tenant=a%2Cb,x-odd=50%,,"),
    ];
    let config = Config::new().header("X-Tenant", "mine").header("x-tenant", "yours");
    let settings = resolve(config, &variables).unwrap();
    let Destination::Collector { headers, .. } = &settings.destination else { panic!("{settings:?}") };
    let headers: Vec<_> = headers.iter().map(|(name, value)| format!("{name}: {}", value.reveal())).collect();
    assert_eq!(headers, ["Authorization: Basic YWI6Yw==", "x-odd: 50%", "x-tenant: yours"]);

    let variables = [variables[0], variables[1], ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "a=b")];
    let settings = from(&variables);
    let Destination::Collector { headers, .. } = settings.destination else { panic!("{settings:?}") };
    assert_eq!(headers, [("a".to_owned(), Secret::new("b"))]);
}

#[test]
fn mistakes_in_the_destination_name_the_setting() {
    let cases: &[(Variables<'_>, &[&str])] = &[
        (&KEYS[..1], &["LANGFUSE_PUBLIC_KEY is set but LANGFUSE_SECRET_KEY is not"]),
        (&KEYS[1..], &["LANGFUSE_SECRET_KEY is set but LANGFUSE_PUBLIC_KEY is not"]),
        (
            &with_keys(&[("LANGFUSE_BASE_URL", "cloud.langfuse.com")]),
            &["LANGFUSE_BASE_URL", "`cloud.langfuse.com`", "no scheme"],
        ),
        (&with_keys(&[("LANGFUSE_HOST", "ftp://a.test")]), &["LANGFUSE_HOST", "`ftp`"]),
        (&with_keys(&[("LANGFUSE_HOST", "https:///x")]), &["LANGFUSE_HOST", "no valid host"]),
        (&with_keys(&[("LANGFUSE_HOST", "https://a.test:99999")]), &["LANGFUSE_HOST", "no valid port"]),
        (
            &with_keys(&[("LANGFUSE_HOST", "https://a.test?x=hidden")]),
            &["LANGFUSE_HOST", "`https://a.test?…`", "query"],
        ),
        (&[("OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4318")], &["OTEL_EXPORTER_OTLP_ENDPOINT", "no scheme"]),
        (
            &[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:4317"), ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")],
            &["OTEL_EXPORTER_OTLP_PROTOCOL", "`grpc`", "4318"],
        ),
        (
            &[("LANGFUSE_PUBLIC_KEY", "sk-lf-hidden"), ("LANGFUSE_SECRET_KEY", "pk-lf-hidden")],
            &["LANGFUSE_PUBLIC_KEY", "exchange"],
        ),
        (
            &[("LANGFUSE_PUBLIC_KEY", "pk-lf-1"), ("LANGFUSE_SECRET_KEY", "sk-lf-hidden\u{e9}")],
            &["LANGFUSE_SECRET_KEY", "characters"],
        ),
        (
            &[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c.test"), ("OTEL_EXPORTER_OTLP_HEADERS", "hidden")],
            &["OTEL_EXPORTER_OTLP_HEADERS", "key=value"],
        ),
        (
            &[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c.test"), ("OTEL_EXPORTER_OTLP_HEADERS", "a b=hidden")],
            &["OTEL_EXPORTER_OTLP_HEADERS", "header name"],
        ),
        (
            &[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c.test"), ("OTEL_EXPORTER_OTLP_HEADERS", "a=hidden%0a")],
            &["OTEL_EXPORTER_OTLP_HEADERS", "header value"],
        ),
        (&[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://me:hidden@c.test")], &["`http://…@c.test`", "credentials"]),
    ];
    for (variables, parts) in cases {
        let message = message(Config::new(), variables);
        for part in *parts {
            assert!(message.contains(part), "`{message}` does not contain `{part}`");
        }
        assert!(!message.contains("hidden"), "{message}");
    }
    let cases = [
        (Config::new().base_url("https://a.test"), "Config::base_url is set but LANGFUSE_PUBLIC_KEY"),
        (Config::new().langfuse("", "sk"), "Config::langfuse has a value which is an empty public key"),
        (Config::new().langfuse("a:b", "sk"), "colon"),
        (Config::new().collector("localhost"), "Config::collector is `localhost`"),
        (Config::new().collector("http://a.test?b"), "query"),
        (Config::new().langfuse("pk", "sk").header("a:", "b"), "Config::header"),
    ];
    for (config, part) in cases {
        let message = message(config, &[]);
        assert!(message.contains(part), "`{message}` does not contain `{part}`");
    }
}

#[test]
fn keys_are_never_shown() {
    let config = Config::new()
        .langfuse("pk-lf-1234567890", "sk-lf-hidden")
        .base_url("http://me:hidden@a.test?hidden")
        .header("x-key", "hidden");
    let shown = format!("{config:?}");
    assert!(!shown.contains("hidden") && !shown.contains("567890"), "{shown}");
    assert!(shown.contains("pk-lf-1234…"), "{shown}");
    let shown = format!("{:?}", resolve(config.base_url("https://a.test"), &[]).unwrap());
    assert!(!shown.contains("hidden") && !shown.contains("567890"), "{shown}");
    let config = Config::new().collector("https://a.test/v1/traces?hidden").header("x-key", "hidden");
    let shown = format!("{config:?} {:?}", resolve(config.clone(), &[]).unwrap());
    assert!(!shown.contains("hidden"), "{shown}");
}

#[test]
fn what_is_odd_but_possible_is_a_warning() {
    let cases: &[(Variables<'_>, &[&str])] = &[
        (&with_keys(&[("LANGFUSE_BASE_URL", "http://langfuse.internal:3000")]), &["LANGFUSE_BASE_URL", "encryption"]),
        (&[("LANGFUSE_BASE_URL", "https://a.test")], &["LANGFUSE_BASE_URL", "nothing is delivered to Langfuse"]),
        (&with_keys(&[("LANGFUSE_TRACING_ENVIRONMENT", "langfuse-dev")]), &["LANGFUSE_TRACING_ENVIRONMENT", "`dev`"]),
        (
            &[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c.test"), ("OTEL_EXPORTER_OTLP_HEADERS", "a=b")],
            &["OTEL_EXPORTER_OTLP_ENDPOINT", "encryption"],
        ),
        (
            &[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost"), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")],
            &["OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"],
        ),
    ];
    for (variables, parts) in cases {
        let warnings = from(variables).warnings;
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        for part in *parts {
            assert!(warnings[0].contains(part), "{warnings:?} does not contain `{part}`");
        }
    }
    for quiet in ["http://localhost:3000", "http://127.0.0.1", "http://[::1]:3000", "https://a.test"] {
        assert_eq!(from(&with_keys(&[("LANGFUSE_BASE_URL", quiet)])).warnings, [""; 0], "{quiet}");
    }
}

#[test]
fn each_destination_has_its_own_timeout() {
    let variables = [
        ("LANGFUSE_TIMEOUT", "2.5"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "700"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost"),
    ];
    assert_eq!(from(&variables).timeout, Duration::from_millis(700));
    assert_eq!(from(&with_keys(&variables)).timeout, Duration::from_millis(2500));
    assert_eq!(from(&with_keys(&[])).timeout, Duration::from_secs(10));
}
