//! `observe prices`: what models cost, and how to say so.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use crate::cli::Place;
use crate::price::own::{self, Entry};
use crate::price::{Priced, Prices};
use crate::store::reprice;
use crate::terminal::progress::Progress;
use crate::terminal::table::{self, Cell, Column};
use crate::terminal::{Paint, Screen, escape};

#[derive(Args, Clone, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Option<Action>,
    /// Only models whose names contain this.
    name: Option<String>,
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Debug, Subcommand)]
enum Action {
    /// Say what a model costs. What is said later beats what was said before.
    Add(Add),
    /// Take a newer edition of the built-in table, a TOML file.
    Update {
        /// The table.
        file: PathBuf,
        /// For every database of this user, not only for this one.
        #[arg(long)]
        global: bool,
    },
}

#[derive(Args, Clone, Debug)]
struct Add {
    /// The model's name, as it stands in traces.
    model: String,
    /// USD for a million input tokens.
    #[arg(long, value_name = "USD")]
    input: Option<f64>,
    /// USD for a million output tokens.
    #[arg(long, value_name = "USD")]
    output: Option<f64>,
    /// USD for a million input tokens read from a cache.
    #[arg(long, value_name = "USD")]
    cached: Option<f64>,
    /// USD for a million of any other bucket of usage, such as `cache_write=3.75`; may be repeated.
    #[arg(long = "price", value_name = "BUCKET=USD", value_parser = bucket)]
    prices: Vec<(String, f64)>,
    /// Another name of the model; may be repeated.
    #[arg(long = "alias", value_name = "NAME")]
    aliases: Vec<String>,
    /// A regular expression for whole names, such as `llama-3.*`.
    #[arg(long)]
    pattern: Option<String>,
    /// For every database of this user, not only for this one.
    #[arg(long)]
    global: bool,
}

pub(crate) async fn run(place: &Place, screen: &mut Screen, arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let tables = own::tables(&place.database());
    match &arguments.action {
        None => list(screen, &Prices::load(&tables)?, arguments)?,
        Some(Action::Add(add)) => {
            let table = chosen(&tables.own, add.global)?;
            let prices = add.prices()?;
            let date = crate::time::iso(crate::time::now());
            let entry = Entry {
                name: &add.model,
                aliases: &add.aliases,
                pattern: add.pattern.as_deref(),
                date: &date[..10],
                prices: &prices,
            };
            own::add(table, &entry)?;
            screen.line(&format!("{} is priced in {}", escape::line(&add.model), table.display()))?;
            sum_again(place).await?;
        }
        Some(Action::Update { file, global }) => {
            let table = chosen(&tables.updated, *global)?;
            let count = own::update(table, file)?;
            screen.line(&format!("{count} models taken over into {}", table.display()))?;
            sum_again(place).await?;
        }
    }
    Ok(screen.flush()?)
}

/// Sums costs that are stored again, unless a server runs that does so by itself.
async fn sum_again(place: &Place) -> Result<(), Box<dyn Error>> {
    if place.database().exists() && !place.is_served() {
        let progress = Progress::new("summing costs", None, false);
        reprice::once(&place.open(false)?, |count| progress.advance(count)).await?;
    }
    Ok(())
}

impl Add {
    fn prices(&self) -> Result<BTreeMap<String, f64>, String> {
        let named = [("input", self.input), ("output", self.output), ("cached", self.cached)];
        let named = named.into_iter().filter_map(|(bucket, price)| Some((bucket.to_owned(), price?)));
        let prices: BTreeMap<String, f64> = named.chain(self.prices.iter().cloned()).collect();
        if prices.is_empty() {
            return Err(format!("what does {} cost? Give --input and --output, in USD per million tokens", self.model));
        }
        Ok(prices)
    }
}

/// The table beside the database comes first, the user's own last.
fn chosen(tables: &[PathBuf], is_global: bool) -> Result<&PathBuf, String> {
    let table = if is_global { tables.get(1) } else { tables.first() };
    table.ok_or_else(|| "there is no home directory for a table of your own: leave --global away".to_owned())
}

fn bucket(text: &str) -> Result<(String, f64), String> {
    let (bucket, price) = text.split_once('=').ok_or("write it as BUCKET=USD")?;
    let price = price.trim_start_matches('$').parse().map_err(|_| format!("{price:?} is no number"))?;
    Ok((bucket.trim().to_owned(), price))
}

const COLUMNS: [Column; 8] = [
    table::text("model", usize::MAX),
    table::figures("input"),
    table::figures("cached"),
    table::figures("cache write"),
    table::figures("output"),
    table::text("other", 40),
    table::text("date", 10),
    table::text("source", usize::MAX),
];

fn list(screen: &mut Screen, prices: &Prices, arguments: &Arguments) -> std::io::Result<()> {
    let wanted = arguments.name.as_deref().unwrap_or_default().to_lowercase();
    let is_wanted = |priced: &&Priced| {
        let names = std::iter::once(&priced.model.name).chain(&priced.model.aliases);
        let mut names = names.map(|name| name.to_lowercase());
        names.any(|name| name.contains(&wanted))
    };
    let models: Vec<&Priced> = prices.models().filter(is_wanted).collect();
    if arguments.json {
        for priced in models {
            let model = &priced.model;
            let tiers = model.tiers.iter().map(|tier| json!({"name": tier.name, "prices": tier.prices.0}));
            let line = json!({
                "model": model.name, "aliases": model.aliases, "prices": model.prices.0, "tiers": tiers.collect::<Vec<_>>(),
                "date": model.date, "source": priced.source,
            });
            screen.raw(format!("{line}\n").as_bytes())?;
        }
        return Ok(());
    }
    if !screen.is_plain() {
        let text = screen.painted(Paint::Dim, "USD per million");
        screen.line(&text)?;
    }
    let rows: Vec<Vec<Cell>> = models.iter().flat_map(|priced| rows(priced)).collect();
    table::print(screen, &COLUMNS, &rows, true)
}

/// A model, and a row below it for each of its tiers.
fn rows(priced: &Priced) -> Vec<Vec<Cell>> {
    const SHOWN: [&str; 4] = ["input", "cached", "cache_write", "output"];
    let model = &priced.model;
    let row = |name: Cell, prices: &BTreeMap<String, f64>, date: &str, source: &str| {
        let price = |bucket: &str| Cell::new(prices.get(bucket).map(ToString::to_string).unwrap_or_default());
        let others = prices.iter().filter(|(bucket, _)| !SHOWN.contains(&bucket.as_str()));
        // Reasoning costs what other output does, nearly everywhere.
        let others = others.filter(|(bucket, price)| *bucket != "reasoning" || prices.get("output") != Some(price));
        let others: Vec<String> = others.map(|(bucket, price)| format!("{bucket}={price}")).collect();
        let [input, cached, written, output] = SHOWN.map(price);
        vec![
            name,
            input,
            cached,
            written,
            output,
            Cell::new(others.join(" ")),
            Cell::new(date),
            Cell::painted(source, Paint::Dim),
        ]
    };
    let paint = if priced.is_own { Paint::Green } else { Paint::Bold };
    let standard = row(
        Cell::painted(&model.name, paint),
        &model.prices.0,
        model.date.as_deref().unwrap_or_default(),
        &priced.source,
    );
    let tiers = model.tiers.iter().map(|tier| row(Cell::new(format!("  {}", tier.name)), &tier.prices.0, "", ""));
    std::iter::once(standard).chain(tiers).collect()
}
