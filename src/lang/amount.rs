//! Quantities that are calculated with and printed again (`resource.Quantity`): the suffix is remembered.

use super::quantity::Quantity;

const NANO: i128 = 1_000_000_000;

/// How a quantity is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// `Ki`, `Mi`, ….
    Binary,
    /// `k`, `M`, …, `m`.
    Decimal,
    /// `e3`.
    Exponent,
}

/// A quantity with its form and the number of decimal places it is written with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount {
    nano: i128,
    form: Form,
    places: i32,
}

impl Amount {
    /// Reads a quantity.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let nano = Quantity::parse(text)?.nano();
        let number = text.trim_start_matches(['+', '-']);
        let end = number.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(number.len());
        let (digits, suffix) = number.split_at_checked(end)?;
        let fraction = digits.split_once('.').map_or(0, |(_, fraction)| fraction.len());
        let fraction = i32::try_from(fraction).ok()?;
        let (form, power) = match suffix {
            "n" => (Form::Decimal, -9),
            "u" => (Form::Decimal, -6),
            "m" => (Form::Decimal, -3),
            "" => (Form::Decimal, 0),
            "k" => (Form::Decimal, 3),
            "M" => (Form::Decimal, 6),
            "G" => (Form::Decimal, 9),
            "T" => (Form::Decimal, 12),
            "P" => (Form::Decimal, 15),
            "E" => (Form::Decimal, 18),
            other if other.ends_with('i') => (Form::Binary, 0),
            other => (Form::Exponent, other.get(1..)?.parse().ok()?),
        };
        Some(Self { nano, form, places: fraction - power })
    }

    /// The sum or the difference; zero takes the other's form.
    #[must_use]
    pub fn plus(self, other: Self, sign: i128) -> Option<Self> {
        let form = if self.nano == 0 { other.form } else { self.form };
        let nano = self.nano.checked_add(sign * other.nano)?;
        Some(Self { nano, form, places: self.places.max(other.places) })
    }

    /// The product in this one's form; finer than a billionth is rounded away from zero.
    #[must_use]
    pub fn times(self, other: Self) -> Option<Self> {
        let product = self.nano.checked_mul(other.nano)?;
        let up = if product % NANO == 0 { 0 } else { product.signum() };
        Some(Self { nano: product / NANO + up, form: self.form, places: self.places + other.places })
    }

    /// The quotient with as many decimal places as the finer one has, rounded towards zero; none for a zero divisor.
    #[must_use]
    pub fn over(self, other: Self) -> Option<Self> {
        let places = self.places.max(other.places).min(9);
        let quotient = self.nano.checked_mul(NANO)?.checked_div(other.nano)?;
        let step = 10_i128.checked_pow(u32::try_from(9 - places).ok()?)?;
        Some(Self { nano: quotient - quotient % step, form: self.form, places })
    }

    /// The nearest float.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "upstream asks for an approximation")]
    pub fn float(self) -> f64 {
        if self.nano % NANO == 0 { (self.nano / NANO) as f64 } else { self.nano as f64 / 1e9 }
    }

    /// The whole number, if it is one.
    #[must_use]
    pub fn whole(self) -> Option<i64> {
        (self.nano % NANO == 0).then(|| i64::try_from(self.nano / NANO).ok())?
    }

    /// A whole number in this one's form.
    #[must_use]
    pub fn like(self, whole: i64) -> Self {
        Self { nano: i128::from(whole) * NANO, form: self.form, places: 0 }
    }

    /// As Kubernetes prints it: the largest suffix that leaves a whole number.
    #[must_use]
    pub fn text(self) -> String {
        let small = self.nano.abs() < 1024 * NANO;
        if self.form == Form::Binary && !small && self.nano % NANO == 0 {
            let (mut number, mut index) = (self.nano / NANO, 0);
            while number % 1024 == 0 && index < 6 {
                number /= 1024;
                index += 1;
            }
            let suffix = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"].get(index).unwrap_or(&"");
            return format!("{number}{suffix}");
        }
        if self.nano == 0 {
            return "0".to_owned();
        }
        let (mut number, mut index) = (self.nano, 0_usize);
        while number % 1000 == 0 && index < 9 {
            number /= 1000;
            index += 1;
        }
        let suffix = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"].get(index).unwrap_or(&"");
        let power = i64::try_from(index).unwrap_or_default() * 3 - 9;
        match self.form {
            Form::Exponent if power != 0 => format!("{number}e{power}"),
            Form::Exponent => format!("{number}"),
            _ => format!("{number}{suffix}"),
        }
    }
}
