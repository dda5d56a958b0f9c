//! Every float is the text that `serde_json` writes.

use proptest::prelude::*;

use super::*;

/// Those around a float, by their bits.
const AROUND: i64 = 40;

fn singles(around: u32) -> impl Iterator<Item = f32> {
    (-AROUND..=AROUND).map(move |by| f32::from_bits(around.wrapping_add_signed(by as i32)))
}

fn doubles(around: u64) -> impl Iterator<Item = f64> {
    (-AROUND..=AROUND).map(move |by| f64::from_bits(around.wrapping_add_signed(by)))
}

/// Compares many floats without a buffer for each.
fn check<T: Serialize>(floats: impl IntoIterator<Item = T>) {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for float in floats {
        ours.clear();
        theirs.clear();
        to_json(&mut ours, &float, Limits::default());
        serde_json::to_writer(&mut theirs, &float).unwrap();
        assert!(ours == theirs, "{} is not {}", String::from_utf8_lossy(&ours), String::from_utf8_lossy(&theirs));
    }
}

/// A sample of all there are. `OBSERVE_FLOAT_STEP=1` compares every single one, in some minutes with `--release`.
#[test]
fn singles_from_the_first_to_the_last() {
    let step = std::env::var("OBSERVE_FLOAT_STEP").map_or(20_011, |step| step.parse().unwrap());
    check((0..=u32::MAX).step_by(step).map(f32::from_bits));
}

#[test]
fn singles_around_powers_and_limits() {
    check((0..=u8::MAX).flat_map(|exponent| singles(u32::from(exponent) << 23)));
    check((-46..40).flat_map(|exponent| singles(format!("1e{exponent}").parse::<f32>().unwrap().to_bits())));
    check(singles(f32::MIN.to_bits()));
    check(singles(f32::NAN.to_bits()));
    check((0..1 << 12).map(|tenths| f32::from(tenths as i16) / 10.0));
}

#[test]
fn doubles_around_powers_and_limits() {
    check((0..1 << 11).flat_map(|exponent| doubles(exponent << 52)));
    check((-325..310).flat_map(|exponent| doubles(format!("1e{exponent}").parse::<f64>().unwrap().to_bits())));
    check(doubles(f64::MIN.to_bits()));
    check(doubles(f64::NAN.to_bits()));
    check((0..1 << 12).map(|tenths| f64::from(tenths) / 10.0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn doubles_of_any_bits(bits in any::<u64>()) {
        check([f64::from_bits(bits)]);
    }

    /// The range in which no exponent is written.
    #[test]
    fn doubles_of_any_usual_size(size in 1e-7_f64.to_bits()..1e18_f64.to_bits(), is_negative in any::<bool>()) {
        check([f64::from_bits(size | u64::from(is_negative) << 63)]);
    }

    /// Prices, scores and sums, with as many digits as people write.
    #[test]
    fn doubles_of_few_digits(digits in 0..10_i64.pow(12), places in 0..16_i32) {
        let float: f64 = format!("{digits}e-{places}").parse().unwrap();
        check([float, -float, float + 0.1]);
        check([float as f32]);
    }

    /// In the middle of two decimals of their length.
    #[test]
    fn doubles_in_a_middle(whole in 0..1_u64 << 53, halvings in 0..60_i32) {
        check([whole as f64 / 2_f64.powi(halvings)]);
    }
}
