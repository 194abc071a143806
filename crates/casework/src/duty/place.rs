//! A place on the earth, as far as duty asks: how many kilometres two of them are apart.

/// Mean radius of the earth, in kilometres.
const EARTH_KM: f64 = 6_371.0;

/// Degrees north and east.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    north: f64,
    east: f64,
}

/// Why two numbers are no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    /// Beyond a pole or once around.
    #[error("a place is -90 to 90 degrees north and -180 to 180 degrees east")]
    Beyond,
    /// No two numbers.
    #[error("a place is two numbers with a comma between: 12.97,77.59")]
    Numbers,
}

impl Place {
    /// The place that far north and east of where the equator meets Greenwich's meridian.
    pub fn new(north: f64, east: f64) -> Result<Self, PlaceError> {
        if (-90.0..=90.0).contains(&north) && (-180.0..=180.0).contains(&east) {
            Ok(Self { north, east })
        } else {
            Err(PlaceError::Beyond)
        }
    }

    /// Degrees north.
    pub const fn north(self) -> f64 {
        self.north
    }

    /// Degrees east.
    pub const fn east(self) -> f64 {
        self.east
    }

    /// How far it is, in whole kilometres as the crow flies (haversine).
    pub fn km_to(self, other: Self) -> u32 {
        let half = |one: f64, two: f64| ((two - one).to_radians() / 2.0).sin().powi(2);
        let straight = half(self.north, other.north)
            + self.north.to_radians().cos() * other.north.to_radians().cos() * half(self.east, other.east);
        let km = 2.0 * EARTH_KM * straight.min(1.0).sqrt().asin();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "half around the earth is 20,015 km"
        )]
        let whole = km.round() as u32;
        whole
    }
}

impl std::str::FromStr for Place {
    type Err = PlaceError;

    fn from_str(text: &str) -> Result<Self, PlaceError> {
        let (north, east) = text.split_once(',').ok_or(PlaceError::Numbers)?;
        let number = |text: &str| text.trim().parse::<f64>().map_err(|_| PlaceError::Numbers);
        Self::new(number(north)?, number(east)?)
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{},{}", self.north, self.east)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cities_are_as_far_apart_as_maps_have_them() {
        let place = |text: &str| text.parse::<Place>().unwrap();
        let (bengaluru, mysuru, delhi) = (
            place("12.9716, 77.5946"),
            place("12.2958,76.6394"),
            place("28.6139,77.2090"),
        );
        assert_eq!(bengaluru.km_to(mysuru), 128);
        assert_eq!(bengaluru.km_to(delhi), 1740);
        assert_eq!(delhi.km_to(bengaluru), 1740);
        assert_eq!(delhi.km_to(delhi), 0);
        assert_eq!(place("90,0").km_to(place("-90,0")), 20_015);
    }

    #[test]
    fn what_is_no_place_is_said_to_be_none() {
        for (text, error) in [
            ("12.9", PlaceError::Numbers),
            ("north,east", PlaceError::Numbers),
            ("91,0", PlaceError::Beyond),
            ("0,-181", PlaceError::Beyond),
            ("NaN,0", PlaceError::Beyond),
        ] {
            assert_eq!(text.parse::<Place>(), Err(error), "{text}");
        }
        assert_eq!("12.5,77".parse::<Place>().unwrap().to_string(), "12.5,77");
    }
}
