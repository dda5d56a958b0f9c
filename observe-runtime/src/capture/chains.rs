//! Chains of probes, which other modules give their questions: see `probe.rs`.

/// Probes, each with the next weaker one, to which it derefs.
macro_rules! probes {
    ($($(#[$doc:meta])* $probe:ident($next:ident);)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $probe<T>($next<T>);

        impl<T> Deref for $probe<T> {
            type Target = $next<T>;

            #[inline]
            fn deref(&self) -> &$next<T> {
                &self.0
            }
        }
    )*};
}

/// The probes of a value for another macro: what each asks for, and the way that it finds.
macro_rules! value_probes {
    ($each:ident) => {
        $each! {
            ViaKnown: Known, ByKnown;
            ViaSerialize: Serialize, BySerialize;
            ViaDebug: Debug, ByDebug;
            ViaDisplay: Display, ByDisplay;
            ViaStr: AsRef<str>, ByStr;
            ViaType, ByType;
        }
    };
}

/// Those of an error.
macro_rules! error_probes {
    ($each:ident) => {
        $each! {
            FaultViaBox: BoxedError, FaultByBox;
            FaultViaError: Error, FaultByError;
            FaultViaDisplay: Display, FaultByDisplay;
            FaultViaDebug: Debug, FaultByDebug;
            FaultViaType, FaultByType;
        }
    };
}

pub(crate) use {error_probes, probes, value_probes};
