//! Every script of the constitution's languages can be printed and found again; what cannot be drawn is not printed.

use paper::{FontError, Fonts, PrintError};

use crate::{
    sheets::{sheet, sheet_with},
    tools::{plain, print, try_print},
};

/// A sentence in each script: a child came to us alone.
const SENTENCES: [(&str, &str); 12] = [
    ("Latin", "The child came to us alone; ₹ 250, 40 % – “so”."),
    ("Devanagari", "बच्चा हमारे पास अकेला आया। क्षत्रिय, श्रद्धा, ज़िंदगी"),
    ("Bengali", "শিশুটি আমাদের কাছে একা এসেছিল। ক্ষুধা, স্ত্রী"),
    ("Gurmukhi", "ਬੱਚਾ ਸਾਡੇ ਕੋਲ ਇਕੱਲਾ ਆਇਆ। ਪ੍ਰੇਮ"),
    ("Gujarati", "બાળક અમારી પાસે એકલું આવ્યું. ક્ષમા, શ્રી"),
    ("Oriya", "ପିଲାଟି ଆମ ପାଖକୁ ଏକା ଆସିଲା। କ୍ଷମା"),
    ("Tamil", "குழந்தை எங்களிடம் தனியாக வந்தது. ஸ்ரீ கோவை"),
    ("Telugu", "పిల్లవాడు మా దగ్గరకు ఒంటరిగా వచ్చాడు. క్షమ స్త్రీ"),
    ("Kannada", "ಮಗು ನಮ್ಮ ಬಳಿಗೆ ಒಂಟಿಯಾಗಿ ಬಂದಿತು. ಕ್ಷಮೆ ಸ್ತ್ರೀ"),
    ("Malayalam", "കുട്ടി തനിച്ചാണ് ഞങ്ങളുടെ അടുത്ത് വന്നത്. സ്ത്രീ"),
    ("Arabic", "بچہ ہمارے پاس اکیلا آیا۔"),
    ("Ol_Chiki", "ᱜᱤᱫᱽᱨᱟᱹ ᱮᱠᱞᱟ ᱮ ᱦᱮᱡ ᱮᱱᱟ"),
];

#[test]
fn a_text_in_any_indian_script_is_found_again() {
    for (script, sentence) in SENTENCES {
        let words = print(sheet_with(sentence)).words();
        assert!(words.contains(&plain(sentence)), "{script}: {sentence} in {words}");
    }
}

#[test]
fn all_scripts_stand_on_one_paper_and_each_word_of_both_languages_is_found() {
    let all = SENTENCES.map(|(_, sentence)| sentence).join("\n");
    let words = print(sheet_with(&all)).words();
    for (script, sentence) in SENTENCES {
        assert!(words.contains(&plain(sentence)), "{script}: {sentence} in {words}");
    }
    let words = print(sheet()).words();
    for said in [
        "FORM 17",
        "प्ररूप 17",
        "MR r.18(2), 19(25)",
        "Report at production before the Committee",
        "समिति के समक्ष प्रस्तुति के समय रिपोर्ट",
        "रानी कुमारी",
        "लड़की",
        "Weaves baskets",
        "copy 2",
        "प्रति 2",
        "Page 1 of 1",
        "DRAFT",
        "मसौदा",
    ] {
        assert!(words.contains(&plain(said)), "{said} in {words}");
    }
}

/// Poppler gives some of its letters twice, because a consonant is drawn of two; each is there.
#[test]
fn a_text_in_meetei_is_printed() {
    let words = print(sheet_with("ꯑꯗꯨ ꯃꯈꯣꯏꯒꯤ ꯑꯉꯥꯡ")).words();
    assert!(words.contains(&plain("ꯑꯗꯨ ꯃꯈꯣꯏꯒꯤ")), "{words}");
}

#[test]
fn what_no_font_can_draw_stops_the_print_and_only_its_script_is_told() {
    for (text, script) in [
        ("smiled 🙂 at her", "Common"),
        ("漢字", "Han"),
        ("ห้องน้ำ", "Thai"),
        ("private \u{e000}", "Unknown"),
    ] {
        let error = try_print(sheet_with(text)).unwrap_err();
        let told = match &error {
            PrintError::Font(FontError::NoLetter { script }) => *script,
            other => panic!("{other:?}"),
        };
        assert_eq!(told, script);
        let said = format!("{error} {error:?}");
        assert!(!text.split_whitespace().any(|word| said.contains(word)), "{said}");
    }
}

#[test]
fn a_folder_without_fonts_is_told_and_nothing_is_printed() {
    let folder = tempfile::tempdir().unwrap();
    let none = Fonts::in_folder(folder.path());
    let error = paper::print(&none, sheet()).unwrap_err();
    assert!(
        matches!(error, PrintError::Font(FontError::File { script: "Latin", .. })),
        "{error:?}"
    );
    std::fs::write(folder.path().join("NotoSans-Regular.ttf"), b"no font at all").unwrap();
    let error = paper::print(&none, sheet()).unwrap_err();
    assert!(
        matches!(error, PrintError::Font(FontError::NotAFont { script: "Latin" })),
        "{error:?}"
    );
}
