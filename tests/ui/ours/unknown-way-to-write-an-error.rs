use observe::observe;

#[observe(err = Pretty)]
fn answer() -> Result<(), String> {
    Ok(())
}

fn main() {
    let _ = answer();
}
