//! `observe completions`: what a shell completes.

use std::error::Error;

use clap::{Args, Command};
use clap_complete::Shell;

use crate::terminal::Screen;

#[derive(Args, Clone, Debug)]
pub(crate) struct Arguments {
    /// The shell.
    shell: Shell,
}

pub(crate) fn run(screen: &mut Screen, mut command: Command, arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, "observe", &mut script);
    screen.raw(&script)?;
    Ok(screen.flush()?)
}
