//! Every integer is the text that it is everywhere else.

use super::*;

#[test]
fn of_every_length() {
    for digits in 0..=19 {
        for number in [-2, -1, 0, 1, 12_345].map(|by| 10_u64.pow(digits).wrapping_add_signed(by)) {
            assert_eq!(json(&number), number.to_string());
            assert_eq!(json(&number.cast_signed()), number.cast_signed().to_string());
            assert_eq!(json(&-i128::from(number)), (-i128::from(number)).to_string());
            assert_eq!(json(&(u128::from(number) << 60)), (u128::from(number) << 60).to_string());
        }
    }
}

#[test]
fn of_few_digits() {
    for number in 0..=u16::MAX {
        assert_eq!(json(&number), number.to_string());
        assert_eq!(json(&number.cast_signed()), number.cast_signed().to_string());
        let large = u64::from(number) * 152_587_890_625;
        assert_eq!(json(&large), large.to_string());
    }
}
