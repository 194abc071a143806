//! The parts of the page, and what stands of them behind `#` in its address: a word, and nothing of anybody.

/// A part of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Place {
    /// All at one look.
    #[default]
    Today,
    /// Referrals that nobody takes up.
    Referrals,
    /// Tablets.
    Devices,
    /// Time limits that have run out.
    Clocks,
    /// Institutions.
    Institutions,
    /// Figures of a month or a quarter.
    Figures,
    /// Channels.
    Channels,
    /// What waits for a person to decide.
    Desk,
}

impl Place {
    /// All, in the order they are shown.
    pub const ALL: [Self; 8] = [
        Self::Today,
        Self::Referrals,
        Self::Devices,
        Self::Clocks,
        Self::Institutions,
        Self::Figures,
        Self::Channels,
        Self::Desk,
    ];

    /// Its name in addresses and for tests.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Today => "today",
            Self::Referrals => "referrals",
            Self::Devices => "devices",
            Self::Clocks => "clocks",
            Self::Institutions => "institutions",
            Self::Figures => "figures",
            Self::Channels => "channels",
            Self::Desk => "desk",
        }
    }

    /// The part that an address names; the first where it names none.
    pub fn parse(hash: &str) -> Self {
        let code = hash.trim_start_matches(['#', '/']);
        Self::ALL
            .into_iter()
            .find(|place| place.code() == code)
            .unwrap_or_default()
    }

    /// What stands behind the address of the page.
    pub fn hash(self) -> String {
        format!("#/{}", self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_found_again_by_its_address() {
        for place in Place::ALL {
            assert_eq!(Place::parse(&place.hash()), place);
        }
        assert_eq!(Place::parse(""), Place::Today);
        assert_eq!(Place::parse("#/case/0193"), Place::Today);
    }
}
