//! Quantities of Kubernetes (`resource.Quantity`): `100m`, `1.5Gi`, `12e6`.

/// Parts of one unit that are counted.
const NANO: i128 = 1_000_000_000;

/// A quantity, in billionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quantity {
    nano: i128,
}

impl Quantity {
    /// Reads a quantity. What is finer than a billionth is rounded away from zero, as upstream does.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (sign, rest) = match text.strip_prefix(['+', '-']) {
            Some(rest) => (if text.starts_with('-') { -1 } else { 1 }, rest),
            None => (1, text),
        };
        let number = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
        let (number, suffix) = rest.split_at_checked(number)?;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') || number.len() > 60 {
            return None;
        }
        let (multiplier, divisor) = scale(suffix)?;
        // Digits times multiplier over divisor, the fraction counted by a power of ten in the divisor.
        let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
        let divisor = divisor.checked_mul(10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?)?;
        let (multiplier, divisor) = cancel(multiplier.checked_mul(NANO)?, divisor);
        let scaled = digits.checked_mul(multiplier)?;
        let nano = scaled / divisor + i128::from(scaled % divisor != 0);
        Some(Self { nano: sign * nano })
    }

    /// A whole number.
    #[must_use]
    pub fn of_integer(number: i64) -> Self {
        Self { nano: i128::from(number) * NANO }
    }

    /// The whole number that it is, if it is one of 64 bits.
    #[must_use]
    pub fn as_integer(self) -> Option<i64> {
        (self.nano % NANO == 0).then(|| i64::try_from(self.nano / NANO).ok())?
    }

    /// As a floating-point number.
    #[must_use]
    pub fn approximate(self) -> f64 {
        self.nano as f64 / NANO as f64
    }

    /// -1, 0 or 1.
    #[must_use]
    pub fn sign(self) -> i64 {
        self.nano.signum() as i64
    }

    /// The sum.
    #[must_use]
    pub fn plus(self, other: Self) -> Option<Self> {
        self.nano.checked_add(other.nano).map(|nano| Self { nano })
    }

    /// The opposite.
    #[must_use]
    pub fn negated(self) -> Option<Self> {
        self.nano.checked_neg().map(|nano| Self { nano })
    }

    /// Billionths.
    #[must_use]
    pub fn nano(self) -> i128 {
        self.nano
    }
}

/// Cancels the greatest common divisor, so that products stay small.
fn cancel(a: i128, b: i128) -> (i128, i128) {
    let (mut x, mut y) = (a, b);
    while y != 0 {
        (x, y) = (y, x % y);
    }
    if x == 0 { (a, b) } else { (a / x, b / x) }
}

/// Multiplier and divisor of a suffix.
fn scale(suffix: &str) -> Option<(i128, i128)> {
    Some(match suffix {
        "" => (1, 1),
        "n" => (1, 1_000_000_000),
        "u" => (1, 1_000_000),
        "m" => (1, 1_000),
        "k" => (1_000, 1),
        "M" => (1_000_000, 1),
        "G" => (1_000_000_000, 1),
        "T" => (1_000_000_000_000, 1),
        "P" => (1_000_000_000_000_000, 1),
        "E" => (1_000_000_000_000_000_000, 1),
        "Ki" => (1 << 10, 1),
        "Mi" => (1 << 20, 1),
        "Gi" => (1 << 30, 1),
        "Ti" => (1 << 40, 1),
        "Pi" => (1 << 50, 1),
        "Ei" => (1 << 60, 1),
        _ => {
            let power = suffix.strip_prefix(['e', 'E'])?;
            let power: i32 = power.parse().ok().filter(|power: &i32| power.abs() <= 18)?;
            let factor = 10_i128.pow(power.unsigned_abs());
            if power < 0 { (1, factor) } else { (factor, 1) }
        }
    })
}
