use observe::observe;

struct Lost;

#[observe(err = Debug)]
fn answer() -> Result<(), Lost> {
    Err(Lost)
}

fn main() {
    let _ = answer();
}
