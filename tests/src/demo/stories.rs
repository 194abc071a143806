//! Why a child comes to the notice of the district: what is known, said and found, by ground of the Act. Invented.

/// What may have happened.
#[derive(Debug)]
pub(super) struct Story {
    /// Kind of case: `cncp`, `cicl` or `both`.
    pub(super) kind: &'static str,
    /// Codes of the grounds under JJ s.2(14); none for a child in conflict with law.
    pub(super) grounds: &'static [&'static str],
    /// Youngest and oldest, in years.
    pub(super) ages: (i64, i64),
    /// Where the child was found.
    pub(super) places: &'static [&'static str],
    /// With whom.
    pub(super) with: &'static str,
    /// How, for the form.
    pub(super) circumstances: &'static str,
    /// The first note of the timeline.
    pub(super) first_note: &'static str,
    /// Codes of the vocabulary `condition`.
    pub(super) conditions: &'static [&'static str],
    /// Codes of the vocabulary `alleged_harm`.
    pub(super) harms: &'static [&'static str],
    /// What the child says, where it says something.
    pub(super) allegation: &'static str,
    /// Who produces the child: a code of the vocabulary `producer`.
    pub(super) producer: &'static str,
    /// One case in so many like this is an emergency.
    pub(super) emergency_in: u32,
}

/// All of them.
pub(super) const STORIES: [Story; 10] = [
    Story {
        kind: "cncp",
        grounds: &["i", "ii"],
        ages: (6, 13),
        places: &[
            "Sonbari Junction, platform 2",
            "Sonbari bus stand",
            "Haat maidan, Kesarpur",
        ],
        with: "alone",
        circumstances: "Seen begging near the ticket window for three days; sleeps behind the parcel office.",
        first_note: "Station vendor called 1098. Child has been on the platform since the fair.",
        conditions: &["hungry"],
        harms: &["begging", "neglect"],
        allegation: "Says an older boy takes the money every evening.",
        producer: "childline",
        emergency_in: 12,
    },
    Story {
        kind: "cncp",
        grounds: &["vii"],
        ages: (4, 12),
        places: &[
            "Sonbari Junction, footbridge",
            "Mela ground, Amragachi",
            "Highway dhaba near Tilaiya mor",
        ],
        with: "a tea seller who noticed the child crying",
        circumstances: "Got down from a train while asleep relatives travelled on. Remembers a temple tank and a red bridge.",
        first_note: "बच्चा रो रहा है, घर का नाम नहीं बता पा रहा। चाय वाले ने बैठाया है।",
        conditions: &["frightened", "hungry"],
        harms: &["none"],
        allegation: "",
        producer: "police",
        emergency_in: 8,
    },
    Story {
        kind: "cncp",
        grounds: &["ii", "x"],
        ages: (10, 16),
        places: &[
            "Brick kiln, Dhanpura",
            "Bangle workshop, Naya tola",
            "Hotel kitchen, Station road",
        ],
        with: "four other children and the owner's brother",
        circumstances: "Found at a raid with the labour department; works from five in the morning, wages kept by the owner.",
        first_note: "Raid with labour superintendent at 6:10. Five children, this one has burns on the left hand.",
        conditions: &["injured"],
        harms: &["labour", "physical"],
        allegation: "Says the owner beats them when a piece breaks.",
        producer: "public_servant",
        emergency_in: 6,
    },
    Story {
        kind: "cncp",
        grounds: &["xii"],
        ages: (13, 17),
        places: &["Home, Lakhanpur tola", "Home, Bhagwanpur ward 4"],
        with: "parents and relatives",
        circumstances: "Wedding fixed for the coming week. The school's register says she is under age.",
        first_note: "Headmistress rang: girl absent since Monday, cards are printed. Wants no name given.",
        conditions: &["frightened"],
        harms: &["none"],
        allegation: "Says she wants to sit the board examination first.",
        producer: "officer",
        emergency_in: 3,
    },
    Story {
        kind: "cncp",
        grounds: &["vi"],
        ages: (0, 2),
        places: &[
            "Cradle point, Sadar hospital",
            "Steps of the Shiv mandir, Purani bazaar",
        ],
        with: "nobody",
        circumstances: "Left wrapped in a green shawl; a nurse heard the crying at four in the morning.",
        first_note: "Baby stable, 2.4 kg, admitted to the special newborn unit. Police entry made.",
        conditions: &["ill"],
        harms: &["none"],
        allegation: "",
        producer: "health",
        emergency_in: 2,
    },
    Story {
        kind: "cncp",
        grounds: &["iii", "v"],
        ages: (5, 15),
        places: &["Home, Chamar toli, Kesarpur", "Neighbour's house, Railway colony"],
        with: "a neighbour",
        circumstances: "Neighbour took the child in after shouting in the night; stepfather drinks, mother works away.",
        first_note: "पड़ोसी के घर पर है। पीठ पर निशान हैं, डॉक्टर को दिखाना है।",
        conditions: &["injured", "frightened"],
        harms: &["physical", "verbal"],
        allegation: "Says it happens when there is no food in the house.",
        producer: "citizen",
        emergency_in: 4,
    },
    Story {
        kind: "cncp",
        grounds: &["iv"],
        ages: (3, 15),
        places: &["Sadar hospital, gate", "Anganwadi centre, Tilaiya"],
        with: "a grandmother who can no longer care alone",
        circumstances: "Does not speak, understands signs; grandmother is ill and asks for a place that can teach the child.",
        first_note: "Grandmother came with the ASHA worker. Needs a home with a teacher of sign language.",
        conditions: &["disabled", "well"],
        harms: &["none"],
        allegation: "",
        producer: "ngo",
        emergency_in: 20,
    },
    Story {
        kind: "cncp",
        grounds: &["ix"],
        ages: (11, 17),
        places: &["Sonbari Junction, general coach", "Checkpost, State border"],
        with: "a man who says he is an uncle and cannot name the village",
        circumstances: "Travelling with six other children and one man, tickets to a city far off, promised work in a mill.",
        first_note: "RPF took seven children off the night train. This one has a telephone number written on the arm.",
        conditions: &["hungry", "frightened"],
        harms: &["trafficking"],
        allegation: "Says the man paid the mother an advance.",
        producer: "police",
        emergency_in: 3,
    },
    Story {
        kind: "cicl",
        grounds: &[],
        ages: (13, 17),
        places: &["Mobile shop, Station road", "Vegetable market, Amragachi"],
        with: "two friends of the same age",
        circumstances: "Alleged theft of two telephones; property recovered. Not handcuffed, parents told by telephone.",
        first_note: "CWPO informed us at 17:40. Child is at the officer's room, not in the lock-up. Father is on the way.",
        conditions: &["well"],
        harms: &["none"],
        allegation: "",
        producer: "police",
        emergency_in: 15,
    },
    Story {
        kind: "both",
        grounds: &["ii", "v"],
        ages: (12, 16),
        places: &["Scrap yard behind the mandi", "Sonbari bus stand"],
        with: "a group of older boys",
        circumstances: "Alleged theft of copper wire; lives on the street since the mother's death, sells scrap to eat.",
        first_note: "Same child as in the spring. Needs a place and a school more than a Board.",
        conditions: &["hungry", "intoxicated"],
        harms: &["neglect", "labour"],
        allegation: "Says the dealer gives them tins to sniff instead of money.",
        producer: "police",
        emergency_in: 10,
    },
];

/// Notes that follow in the weeks after.
pub(super) const LATER_NOTES: [&str; 14] = [
    "Telephoned the sarpanch; a family of that name lives behind the school. Goes to ask tomorrow.",
    "गाँव में पूछताछ की। चाचा का पता मिला, फोन बंद आ रहा है।",
    "Slept well, ate twice. Drew a house with a hand pump and two goats.",
    "Committee wants the school's certificate before the next sitting.",
    "মা ফোনে কথা বলেছেন, কাল সকালে আসবেন।",
    "Height and weight taken at the home. Weight is low, diet card begun.",
    "Counsellor's first sitting. Did not want to speak about the uncle; agreed to come again.",
    "दस्तावेज़: जन्म प्रमाणपत्र नहीं है, टीकाकरण कार्ड मिला।",
    "Police gave the entry number. Investigating officer is on leave until Friday.",
    "அம்மாவின் தொலைபேசி எண் கிடைத்தது. மொழிபெயர்ப்பாளர் தேவை.",
    "Visited the home: mother is willing, one room, water from the pump. Neighbours speak well of her.",
    "والد سے بات ہوئی، کاغذات کے ساتھ پیر کو آئیں گے۔",
    "Doctor's report received; no fracture, ointment for ten days.",
    "Escort order asked for. Train is on Thursday night, reaches at noon.",
];

/// What there is to do.
pub(super) const TASKS: [&str; 12] = [
    "Ask the school for the age certificate",
    "Take the child to the doctor",
    "Telephone the family",
    "चाचा के गाँव जाना",
    "Write to the station house officer",
    "Prepare the social investigation report",
    "Bring Form 17 to the Committee",
    "आधार और राशन कार्ड की प्रति लेना",
    "Arrange an interpreter",
    "Visit the home",
    "Book the escort",
    "Open a bank account for the sponsorship",
];

/// What a child had with it.
pub(super) const BELONGINGS: [(&str, &str); 8] = [
    ("School bag", "blue, a torn strap, two exercise books"),
    ("Shawl", "green wool"),
    ("Telephone number", "on a slip of paper, washed once"),
    ("Cloth bundle", "a shirt, a comb"),
    ("Silver anklet", "one, the other is missing"),
    ("Toy", "a tin bus, red"),
    ("Money", "forty rupees"),
    ("Photograph", "of an older woman before a shop"),
];
