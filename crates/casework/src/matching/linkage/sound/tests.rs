use super::*;

/// What counts as the same sound; the matching's own limit.
const SAME: u16 = 5;

/// One name in each row, as registers write it in the scripts.
const NAMES: &[&[&str]] = &[
    &[
        "Ramesh",
        "रमेश",
        "রমেশ",
        "ਰਮੇਸ਼",
        "રમેશ",
        "ରମେଶ",
        "ரமேஷ்",
        "రమేష్",
        "ರಮೇಶ್",
        "രമേശ്",
        "رمیش",
        "rameśa",
    ],
    &[
        "Sunita",
        "सुनीता",
        "সুনীতা",
        "ਸੁਨੀਤਾ",
        "સુનીતા",
        "ସୁନୀତା",
        "சுனிதா",
        "సునీత",
        "ಸುನೀತಾ",
        "സുനിത",
        "سنیتا",
        "sunītā",
    ],
    &[
        "Priya",
        "प्रिया",
        "প্রিয়া",
        "ਪ੍ਰਿਆ",
        "પ્રિયા",
        "ପ୍ରିୟା",
        "பிரியா",
        "ప్రియ",
        "ಪ್ರಿಯಾ",
        "പ്രിയ",
        "پریا",
        "priyā",
    ],
    &[
        "Gita",
        "गीता",
        "গীতা",
        "ਗੀਤਾ",
        "ગીતા",
        "ଗୀତା",
        "கீதா",
        "గీత",
        "ಗೀತಾ",
        "ഗീത",
        "گیتا",
        "gītā",
    ],
    &[
        "Mohammad",
        "मोहम्मद",
        "মোহাম্মদ",
        "ਮੁਹੰਮਦ",
        "મોહમ્મદ",
        "ମୋହମ୍ମଦ",
        "முகம்மது",
        "మొహమ్మద్",
        "ಮೊಹಮ್ಮದ್",
        "മുഹമ്മദ്",
        "محمد",
    ],
    &[
        "Krishna",
        "कृष्णा",
        "কৃষ্ণা",
        "ਕ੍ਰਿਸ਼ਨਾ",
        "કૃષ્ણા",
        "କୃଷ୍ଣା",
        "கிருஷ்ணா",
        "కృష్ణ",
        "ಕೃಷ್ಣ",
        "കൃഷ്ണ",
        "کرشنا",
        "kr̥ṣṇa",
    ],
    &[
        "Vijay",
        "विजय",
        "বিজয়",
        "ਵਿਜੈ",
        "વિજય",
        "ବିଜୟ",
        "விஜய்",
        "విజయ్",
        "ವಿಜಯ್",
        "വിജയ്",
        "وجے",
        "vijaya",
    ],
    &[
        "Fatima",
        "फ़ातिमा",
        "ফাতিমা",
        "ਫ਼ਾਤਿਮਾ",
        "ફાતિમા",
        "ଫାତିମା",
        "பாத்திமா",
        "ఫాతిమా",
        "ಫಾತಿಮಾ",
        "ഫാത്തിമ",
        "فاطمہ",
    ],
];

#[test]
fn a_name_sounds_the_same_in_every_script() {
    // Two scripts that each leave something open may be further apart, but never as far as another name.
    const NEAR: u16 = 20;
    const CLOSE: u16 = 13;
    let mut far = Vec::new();
    let (mut all, mut close) = (0, 0);
    for row in NAMES {
        for (at, a) in row.iter().enumerate() {
            for b in &row[at + 1..] {
                let distance = Sound::of(a).distance(&Sound::of(b));
                all += 1;
                close += usize::from(distance <= CLOSE);
                if distance > NEAR {
                    far.push(format!(
                        "{a} {b} {distance}: {:?} {:?}",
                        Sound::of(a).phones(),
                        Sound::of(b).phones()
                    ));
                }
            }
        }
    }
    assert!(close * 100 >= all * 95, "{close} of {all}");
    assert!(far.is_empty(), "{far:#?}");
}

#[test]
fn other_names_stay_apart() {
    const OTHER: u16 = 24;
    for (a, b) in [
        ("Ramesh", "सुरेश"),
        ("Gita", "सीता"),
        ("Ram", "श्याम"),
        ("Anita", "सुनीता"),
        ("मोहन", "Sohan"),
        ("Lakshmi", "ரமேஷ்"),
        ("Ravi", "கவி"),
        ("Imran", "عرفان"),
        ("Kamal", "विमल"),
    ] {
        let distance = Sound::of(a).distance(&Sound::of(b));
        assert!(distance >= OTHER, "{a} {b} {distance}");
    }
}

#[test]
fn spellings_of_one_sound_are_one() {
    for (a, b) in [
        ("Geeta", "Gita"),
        ("Pooja", "Puja"),
        ("Mohammed", "Mohamed"),
        ("Laxmi", "Lakshmi"),
        ("Chaudhari", "Chowdhary"),
        ("Zaheer", "Zahir"),
        ("Vikas", "Wikas"),
        ("Suneel", "Sunil"),
        ("Dilip", "Dileep"),
        ("Bhagat", "Bagat"),
        ("चंदन", "चन्दन"),
        ("विद्या", "विध्या"),
        ("Jñāna", "Gyana"),
    ] {
        let distance = Sound::of(a).distance(&Sound::of(b));
        assert!(
            distance <= SAME + 3,
            "{a} {b} {distance}: {:?} {:?}",
            Sound::of(a).phones(),
            Sound::of(b).phones()
        );
    }
}

fn all_words() -> Vec<Sound> {
    NAMES
        .iter()
        .flat_map(|row| row.iter())
        .map(|word| Sound::of(word))
        .collect()
}

#[test]
fn distance_is_symmetric_and_nothing_is_far_from_itself() {
    let words = all_words();
    for a in &words {
        assert_eq!(a.distance(a), 0);
        for b in &words {
            assert_eq!(a.distance(b), b.distance(a));
        }
    }
}

#[test]
fn up_to_a_limit_the_distance_is_the_same_and_beyond_it_is_more() {
    let words = all_words();
    for (a, b) in words.iter().flat_map(|a| words.iter().map(move |b| (a, b))) {
        let far = a.distance(b);
        for most in [0, 6, 13, 32, 99] {
            let told = a.distance_up_to(b, most);
            assert!(
                if far <= most { told == far } else { told > most },
                "{a:?} {b:?} {far} {told}"
            );
        }
    }
}

#[test]
fn scripts_share_a_skeleton() {
    for row in NAMES {
        let first = Sound::of(row[0]).skeletons();
        for other in &row[1..] {
            let shared = Sound::of(other)
                .skeletons()
                .iter()
                .any(|skeleton| first.contains(skeleton));
            assert!(shared, "{} {other}", row[0]);
        }
    }
}

#[test]
fn a_shortened_skeleton_is_shared_after_one_slip() {
    let of = |word: &str| Sound::of(word).skeletons()[0];
    let slipped: Vec<_> = of("Parmeshwar").shortened().collect();
    assert!(slipped.contains(&of("Pameshwar")), "{slipped:?}");
    assert_eq!(of("Ram").shortened().count(), 0);
}

#[test]
fn what_is_no_letter_is_left_out_and_nothing_panics() {
    for odd in ["", "123", "\u{200d}", "ः", "्", "ّ", "़", "漢字", "'"] {
        let _ = Sound::of(odd).distance(&Sound::of("Ram"));
    }
    assert!(Sound::of("漢字").is_empty());
    assert!(Sound::of(&"रमेश".repeat(100)).phones().len() <= PHONES_MAX);
}
