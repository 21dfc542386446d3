//! QR codes as SVG path data: drawn from a text, and read from the drawing by another library than drew it. Source: ISO/IEC
//! 18004; what can still be scanned off paper (level M, version 15 at most, a quiet zone of 4 modules): Thunderbird for
//! Android's guide to its codes.

use fast_qr::{ECL, QRBuilder};
use rqrr::{Grid, SimpleGrid};

use super::FormatError;

/// Modules along a side of version 15.
const MOST: usize = 17 + 4 * 15;
/// Light modules around the code.
const QUIET: usize = 4;

/// A QR code's drawing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// modules along a side, with the quiet zone
    pub size: usize,
    /// the dark modules as path data of SVG, one module a unit
    pub path: String,
}

impl Code {
    /// The code of a text, level M. `None`: it would be too fine to be scanned off paper.
    ///
    /// ```
    /// let code = mailprof::format::Code::of("dclogin://tanaka%40example.jp/?v=1").unwrap();
    /// assert_eq!(code.read().as_deref(), Ok("dclogin://tanaka%40example.jp/?v=1"));
    /// ```
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let code = QRBuilder::new(text).ecl(ECL::M).build().ok().filter(|c| c.size <= MOST)?;
        let mut path = String::new();
        for y in 0..code.size {
            let mut x = 0;
            while x < code.size {
                let run = (x..code.size).take_while(|x| code[y][*x].value()).count();
                if run > 0 {
                    path += &format!("M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET);
                }
                x += run.max(1);
            }
        }
        Some(Self { size: code.size + 2 * QUIET, path })
    }

    /// The text of this drawing.
    ///
    /// # Errors
    /// Anything but the runs that [`Code::of`] draws, or modules that are no code.
    pub fn read(&self) -> Result<String, FormatError> {
        read(&self.path)
    }
}

fn wrong(reason: &str) -> FormatError {
    FormatError::new(format!("not a QR code: {reason}"))
}

/// The text that the runs of dark modules code.
pub(super) fn read(path: &str) -> Result<String, FormatError> {
    let runs: Option<Vec<(usize, usize, usize)>> = path.split_terminator('z').map(run).collect();
    let runs =
        runs.filter(|_| path.ends_with('z')).ok_or_else(|| wrong("its path is not runs of modules"))?;
    let size = runs.iter().map(|(x, _, length)| x + length).max().unwrap_or_default();
    if runs.iter().any(|(x, y, _)| x.min(y) < &QUIET) || size > MOST + QUIET {
        return Err(wrong("it has no quiet zone, or is too fine"));
    }
    let size = size - QUIET;
    // the decoder takes the sizes of QR codes alone
    if size < 21 || !(size - 17).is_multiple_of(4) {
        return Err(wrong("its size is none of a code's"));
    }
    let mut dark = vec![false; size * size];
    for (x, y, length) in runs {
        let (x, y) = (x - QUIET, y - QUIET);
        match dark.get_mut(y * size + x..y * size + x + length) {
            Some(run) if x + length <= size => run.fill(true),
            _ => return Err(wrong("a run is outside of the code")),
        }
    }
    let grid = Grid::new(SimpleGrid::from_func(size, |x, y| dark[y * size + x]));
    // no reason of the decoder's: it may quote the text
    grid.decode().map(|(_, text)| text).map_err(|_| wrong("its modules code nothing"))
}

/// `M4 5h7v1h-7`: where a run begins, and its length.
fn run(text: &str) -> Option<(usize, usize, usize)> {
    let (x, rest) = text.strip_prefix('M')?.split_once(' ')?;
    let (y, rest) = rest.split_once('h')?;
    let (length, back) = rest.split_once("v1h-")?;
    let number = |t: &str| t.parse::<usize>().ok().filter(|n| *n < 1000);
    let length = number(length).filter(|_| length == back && length != "0")?;
    Some((number(x)?, number(y)?, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_comes_back() {
        for text in ["1", "[1,[1,1],[0,\"mail.example.jp\",993,3,1,\"tanaka\"]]", "表😀", &"x".repeat(412)]
        {
            let code = Code::of(text).unwrap_or_else(|| panic!("fits: {text}"));
            assert_eq!(code.read().as_deref(), Ok(text));
        }
        assert_eq!(Code::of(&"x".repeat(413)), None, "version 15 holds 412 bytes at level M");
    }

    #[test]
    fn another_drawing_is_refused() {
        let code = Code::of("tanaka").unwrap_or_else(|| panic!("fits"));
        for bad in ["", "z", "M4 4h7v1h-7", "M4 4h7v1h-6z", "M0 0h7v1h-7z", "M4 4h7v2h-7z", "M4 4h7v1h-7z"] {
            assert!(read(bad).is_err(), "{bad}");
        }
        assert!(read(&code.path.replacen('M', "L", 1)).is_err());
    }
}
