//! Where the points and lines of a chart of z-scores stand, in the units of its picture (340 × 190).

/// A z-score on a day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dot {
    /// Days since some day.
    pub day: i32,
    /// Standard deviations from the median.
    pub z: f64,
}

/// A chart, laid out.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// The lines of whole z-scores and their height.
    pub lines: Vec<(i32, f64)>,
    /// The points: across, down, z-score.
    pub dots: Vec<(f64, f64, f64)>,
    /// The path through the points.
    pub path: String,
    /// The band between −2 and −3: its top and its height.
    pub moderate: (f64, f64),
    /// The band below −3.
    pub severe: (f64, f64),
}

impl Chart {
    /// The left end of the lines.
    pub const LEFT: f64 = 36.0;
    /// Their right end.
    pub const RIGHT: f64 = 332.0;
    const TOP: f64 = 8.0;
    const BOTTOM: f64 = 164.0;
    /// Points do not stand on the frame.
    const PADDING: f64 = 10.0;

    /// The chart of these points, in the order of their days; `None` where there are none.
    pub fn of(dots: &[Dot]) -> Option<Self> {
        let (first, last) = (dots.first()?, dots.last()?);
        let lowest = dots.iter().map(|dot| dot.z).fold(-4.0, f64::min).floor();
        let highest = dots.iter().map(|dot| dot.z).fold(2.0, f64::max).ceil();
        let y = |z: f64| Self::TOP + (highest - z) / (highest - lowest) * (Self::BOTTOM - Self::TOP);
        let days = f64::from((last.day - first.day).max(1));
        let (from, width) = (
            Self::LEFT + Self::PADDING,
            Self::RIGHT - Self::LEFT - 2.0 * Self::PADDING,
        );
        let x = |day: i32| from + f64::from(day - first.day) / days * width;
        let dots: Vec<_> = dots.iter().map(|dot| (x(dot.day), y(dot.z), dot.z)).collect();
        let path: Vec<String> = dots.iter().map(|(x, y, _)| format!("{x:.1},{y:.1}")).collect();
        Some(Self {
            lines: [2, 0, -2, -3].into_iter().map(|z| (z, y(f64::from(z)))).collect(),
            path: path.join(" "),
            moderate: (y(-2.0), y(-3.0) - y(-2.0)),
            severe: (y(-3.0), Self::BOTTOM - y(-3.0)),
            dots,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_grows_with_what_it_shows_and_keeps_it_inside() {
        let dots = [
            Dot { day: 0, z: -6.2 },
            Dot { day: 0, z: 3.4 },
            Dot { day: 400, z: 0.0 },
        ];
        let chart = Chart::of(&dots).unwrap();
        for (x, y, _) in &chart.dots {
            assert!(
                (Chart::LEFT..=Chart::RIGHT).contains(x) && (8.0..=164.0).contains(y),
                "{x} {y}"
            );
        }
        assert!(chart.lines.windows(2).all(|pair| pair[0].1 < pair[1].1));
    }

    #[test]
    fn one_measuring_is_a_chart_and_none_is_none() {
        assert_eq!(Chart::of(&[Dot { day: 9, z: -1.0 }]).unwrap().dots.len(), 1);
        assert_eq!(Chart::of(&[]), None);
    }
}
