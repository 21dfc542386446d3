//! How many rows may be rejected before the whole run is refused: a header that was shifted by one column spoils every row.

use std::fmt;

/// From this row on it is judged while rows are read; before, one bad row would be a large part.
const FROM: u64 = 1000;

/// A number of rows, or a part of all.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::cli) enum MostRejects {
    /// so many
    Rows(u64),
    /// so many of a hundred
    Percent(f64),
}

impl MostRejects {
    /// `100`, `5%`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || "write a number of rows such as 100, or a part such as 5%".to_owned();
        match text.strip_suffix('%') {
            Some(part) => {
                let part: f64 = part.trim().parse().map_err(|_| wrong())?;
                if (0.0..=100.0).contains(&part) { Ok(Self::Percent(part)) } else { Err(wrong()) }
            }
            None => text.parse().map(Self::Rows).map_err(|_| wrong()),
        }
    }

    /// Whether more rows were rejected than may be. `end`: whether all were read.
    pub fn is_passed(self, rows: u64, rejected: u64, end: bool) -> bool {
        #[allow(clippy::cast_precision_loss)]
        let passed = match self {
            Self::Rows(most) => rejected > most,
            Self::Percent(most) => rejected as f64 * 100.0 > most * rows as f64,
        };
        passed && (end || rows >= FROM)
    }
}

impl fmt::Display for MostRejects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rows(most) => write!(f, "{most}"),
            Self::Percent(most) => write!(f, "{most}%"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_judged_from_the_thousandth_row_on_and_at_the_end() {
        let most = MostRejects::parse("5%").unwrap_or(MostRejects::Rows(0));
        assert_eq!(most, MostRejects::Percent(5.0));
        assert!(!most.is_passed(999, 999, false) && most.is_passed(999, 999, true));
        assert!(!most.is_passed(1000, 50, false) && most.is_passed(1000, 51, false));
        let rows = MostRejects::parse("3").unwrap_or(most);
        assert!(!rows.is_passed(10, 3, true) && rows.is_passed(10, 4, true));
        for bad in ["", "5 percent", "-1", "101%", "NaN%", "1e3"] {
            assert!(MostRejects::parse(bad).is_err(), "{bad}");
        }
    }
}
