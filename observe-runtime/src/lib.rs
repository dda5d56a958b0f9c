//! Context, journal and delivery of [`observe-llm`](https://docs.rs/observe-llm): depend on that crate instead.
//!
//! What happens flows one way, and a module names only what lies to its left:
//!
//! ```text
//! context -> record -> journal -> fold -> observation -> batch -> sink
//! ```

mod append;
mod call;
mod capture;
mod checksum;
mod client;
mod clock;
mod config;
mod console;
mod context;
mod current;
mod details;
mod diagnostics;
mod encode;
mod error;
mod finish;
mod finished;
mod function;
mod future;
mod heard;
mod id;
mod journal;
mod lifetimes;
mod loss;
mod manual;
mod mask;
mod observation;
mod plain;
mod prepare;
mod record;
mod registry;
mod returned;
mod running;
mod score;
mod shapes;
#[cfg(feature = "signals")]
mod signals;
mod sink;
mod site;
mod stats;
mod stream;
pub mod testing;
mod tree;
mod update;
mod usage;
mod view;
mod worker;

pub use crate::client::{Guard, current_trace_url, flush, flush_async, init, recover, shutdown, stats, trace_url};
pub use crate::config::{Config, Overflow};
pub use crate::context::{Context, InContext, InCurrentObservation, spawn};
pub use crate::current::{
    current_observation_id, current_trace_id, event, generation, score_current_observation, score_current_trace, span,
    update_current_observation, update_current_trace,
};
pub use crate::error::Error;
pub use crate::id::{InvalidId, ObservationId, TraceId};
pub use crate::loss::Loss;
pub use crate::manual::{Observation, Trace, continue_trace, trace, trace_with_id};
pub use crate::mask::{MaskField, Masked};
pub use crate::observation::{Level, ObservationType, Outcome, UnknownWord};
pub use crate::score::{DataType, Score, ScoreValue};
#[cfg(feature = "signals")]
pub use crate::signals::flush_on_signals;
pub use crate::stats::Stats;
pub use crate::update::{ObservationUpdate, TraceUpdate};
pub use crate::usage::Usage;

/// What the expansion of `#[observe]` calls: no public API.
#[doc(hidden)]
pub mod __private {
    pub use crate::__observe_call as call;
    pub use crate::call::Call;
    pub use crate::capture::{Captured, Slot, lazy, probe, spelt};
    pub use crate::details::Details;
    pub use crate::finish::Unseen;
    pub use crate::function::{finish, never, run};
    pub use crate::future::future;
    pub use crate::observation::{Level, ObservationType};
    pub use crate::returned::{awaited, items_or, of, of_output, of_type, output, output_type, returned, typed};
    pub use crate::returned::{fault_by_debug, fault_by_display, refusal_by_debug, refusal_by_display};
    pub use crate::site::Site;
}
