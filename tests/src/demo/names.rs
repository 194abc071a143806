//! Invented people. Given and family names are drawn apart, so that nobody real is meant.

use rand::{Rng as _, rngs::StdRng, seq::IndexedRandom as _};

/// The names of one script.
struct Script {
    girls: &'static [&'static str],
    boys: &'static [&'static str],
    women: &'static [&'static str],
    men: &'static [&'static str],
    families: &'static [&'static str],
    /// Codes of the languages a child with such a name may speak.
    languages: &'static [&'static str],
}

/// Drawn with these weights: most files of the district are written in Devanagari or Latin letters.
const SCRIPTS: [(u32, Script); 5] = [
    (
        34,
        Script {
            girls: &[
                "मुन्नी",
                "पूजा",
                "रेखा",
                "सोनी",
                "काजल",
                "गुड़िया",
                "लक्ष्मी",
                "खुशबू",
                "चाँदनी",
                "सरिता",
            ],
            boys: &[
                "राजू",
                "छोटू",
                "सूरज",
                "दीपक",
                "गोलू",
                "अमन",
                "रोहित",
                "बिट्टू",
                "मोहन",
                "किशन",
            ],
            women: &["सुनीता", "गीता", "मालती", "कौशल्या", "शांति", "उर्मिला"],
            men: &["रामप्रवेश", "सुरेश", "दिनेश", "भोला", "महेंद्र", "जगदीश"],
            families: &["कुमार", "पासवान", "मांझी", "यादव", "देवी", "साह", "राम", "सिंह"],
            languages: &["hi", "bho", "mai"],
        },
    ),
    (
        34,
        Script {
            girls: &[
                "Munni", "Rani", "Asha", "Phulmani", "Neha", "Sabita", "Jyoti", "Salomi", "Kiran", "Meena",
            ],
            boys: &[
                "Birsa", "Sanjay", "Rahul", "Imran", "Prakash", "Vikram", "Somra", "Anil", "Ganesh", "Peter",
            ],
            women: &["Sita", "Budhni", "Kamla", "Rehana", "Mary", "Parvati"],
            men: &["Mangal", "Ramesh", "Joseph", "Salim", "Lakhan", "Arjun"],
            families: &[
                "Kumari", "Murmu", "Oraon", "Hansda", "Das", "Prasad", "Ansari", "Tirkey",
            ],
            languages: &["hi", "sat", "or", "ne", "sign"],
        },
    ),
    (
        12,
        Script {
            girls: &["রীতা", "মৌসুমী", "পূর্ণিমা", "টুম্পা", "শিউলি", "কাকলি"],
            boys: &["বাপি", "সুজন", "রাজা", "তপন", "বিশু", "অর্জুন"],
            women: &["মিনতি", "আরতি", "সন্ধ্যা", "জবা"],
            men: &["নিমাই", "গোপাল", "স্বপন", "হারু"],
            families: &["দাস", "মণ্ডল", "সরদার", "বিশ্বাস", "বেগম"],
            languages: &["bn", "hi"],
        },
    ),
    (
        10,
        Script {
            girls: &["செல்வி", "மீனா", "கவிதா", "பூங்கொடி", "தேன்மொழி"],
            boys: &["முருகன்", "குமார்", "வேலு", "கதிர்", "மணி"],
            women: &["வள்ளி", "லட்சுமி", "பார்வதி"],
            men: &["ராமன்", "செல்வம்", "கண்ணன்"],
            families: &["செல்வம்", "பாண்டியன்", "ஆறுமுகம்", "கருப்பன்"],
            languages: &["ta", "te"],
        },
    ),
    (
        10,
        Script {
            girls: &["عائشہ", "نازیہ", "شبانہ", "رخسانہ", "زینب"],
            boys: &["عمران", "سلیم", "ریحان", "دانش", "فیضان"],
            women: &["شکیلہ", "نسرین", "حمیدہ"],
            men: &["اکرم", "یونس", "شفیق"],
            families: &["خاتون", "انصاری", "عالم", "حسین"],
            languages: &["ur", "hi"],
        },
    ),
];

/// A child and the people about it.
#[derive(Debug, Clone)]
pub(super) struct Family {
    /// The child's name.
    pub(super) child: String,
    /// The mother's.
    pub(super) mother: String,
    /// The father's.
    pub(super) father: String,
    /// Brothers' and sisters', with a code of the vocabulary `relation`.
    pub(super) siblings: Vec<(&'static str, String)>,
    /// Codes of the vocabulary `language`.
    pub(super) languages: Vec<&'static str>,
}

/// Draws a family for a girl or a boy.
pub(super) fn family(random: &mut StdRng, girl: bool) -> Family {
    let total: u32 = SCRIPTS.iter().map(|(weight, _)| weight).sum();
    let mut drawn = random.random_range(0..total);
    let script = SCRIPTS
        .iter()
        .find_map(|(weight, script)| {
            let found = drawn < *weight;
            drawn = drawn.saturating_sub(*weight);
            found.then_some(script)
        })
        .expect("the draw lies under the sum of the weights");
    let one = |random: &mut StdRng, from: &[&'static str]| *from.choose(random).expect("no list of names is empty");
    let surname = one(random, script.families);
    let full = |random: &mut StdRng, from| format!("{} {surname}", one(random, from));
    let siblings = (0..random.random_range(0..3))
        .map(|_| {
            let sister = random.random_bool(0.5);
            let given = if sister { script.girls } else { script.boys };
            (if sister { "sister" } else { "brother" }, full(random, given))
        })
        .collect();
    let mut languages: Vec<&'static str> = script
        .languages
        .iter()
        .filter(|_| random.random_bool(0.6))
        .copied()
        .collect();
    if languages.is_empty() {
        languages.push(script.languages[0]);
    }
    Family {
        child: full(random, if girl { script.girls } else { script.boys }),
        mother: full(random, script.women),
        father: full(random, script.men),
        siblings,
        languages,
    }
}
