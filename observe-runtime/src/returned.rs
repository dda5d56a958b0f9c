//! What came out: a `Result` is taken apart, whatever its alias; anything else is a value.

use std::convert::Infallible;
use std::ops::Deref;

/// The strongest reading of a return value. Called by the expansion of `#[observe]` only.
#[derive(Debug)]
pub struct ViaResult<T>(ViaValue<T>);

/// The weakest: a value.
#[derive(Debug)]
pub struct ViaValue<T>(T);

/// Looks at what came out.
#[inline]
pub fn outcome<T>(out: &T) -> ViaResult<&T> {
    ViaResult(ViaValue(out))
}

impl<T> Deref for ViaResult<T> {
    type Target = ViaValue<T>;

    #[inline]
    fn deref(&self) -> &ViaValue<T> {
        &self.0
    }
}

impl<'a, T, E> ViaResult<&'a Result<T, E>> {
    /// The value, or the error.
    #[inline]
    pub fn split(&self) -> Result<&'a T, &'a E> {
        self.0.0.as_ref()
    }
}

impl<'a, T> ViaValue<&'a T> {
    /// The value.
    #[inline]
    pub fn split(&self) -> Result<&'a T, &'a Infallible> {
        Ok(self.0)
    }
}
