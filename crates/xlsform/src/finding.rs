//! What was found in a workbook that the form does not say as the workbook does, and where it stands.

use serde::Serialize;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// Worth knowing; the form means the same.
    Told,
    /// The form would mean something else; a person has to accept it.
    Changes,
    /// There is no form before the workbook is put right.
    Stops,
}

/// The language of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tongue {
    /// English.
    English,
    /// Hindi.
    Hindi,
}

/// Something that was found, and its cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The sheet's name.
    pub sheet: String,
    /// The row, counted from 1; 0 where the whole sheet is meant.
    pub row: u32,
    /// The column, counted from 1; 0 where the whole row is meant.
    pub column: u32,
    /// What it is.
    pub what: What,
}

impl Finding {
    /// The place as spreadsheets name it: `survey!F12`.
    pub fn place(&self) -> String {
        let mut letters = Vec::new();
        let mut rest = self.column;
        while rest > 0 {
            rest -= 1;
            letters.push(char::from(b'A' + u8::try_from(rest % 26).unwrap_or_default()));
            rest /= 26;
        }
        let letters: String = letters.into_iter().rev().collect();
        match (self.row, letters.as_str()) {
            (0, "") => self.sheet.clone(),
            (0, letters) => format!("{}!{letters}", self.sheet),
            (row, letters) => format!("{}!{letters}{row}", self.sheet),
        }
    }

    /// Place, code and sentence in one line.
    pub fn line(&self, tongue: Tongue) -> String {
        format!("{} [{}] {}", self.place(), self.what.code(), self.what.sentence(tongue))
    }
}

macro_rules! whats {
    ($($(#[$meta:meta])* $name:ident $(($($field:ident: $of:ty),+))? = $code:literal, $weight:ident, $en:literal, $hi:literal;)+) => {
        /// What was found. Each has a code by which it is accepted, a weight, and a sentence in both languages.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum What {
            $($(#[$meta])* $name $(($($of),+))?,)+
        }

        impl What {
            /// The name by which it is accepted.
            pub const fn code(&self) -> &'static str {
                match self { $(whats!(@pattern $name $(($($field)+))?) => $code,)+ }
            }

            /// How much it weighs.
            pub const fn weight(&self) -> Weight {
                match self { $(whats!(@pattern $name $(($($field)+))?) => Weight::$weight,)+ }
            }

            /// What the person reads.
            pub fn sentence(&self, tongue: Tongue) -> String {
                if let (Self::Expression(error), Tongue::Hindi) = (self, tongue) {
                    return Self::hindi_of(&error.hindi());
                }
                self.in_tongue(tongue)
            }

            fn in_tongue(&self, tongue: Tongue) -> String {
                match (self, tongue) {
                    $(
                        (Self::$name $(($($field),+))?, Tongue::English) => format!($en),
                        (Self::$name $(($($field),+))?, Tongue::Hindi) => format!($hi),
                    )+
                }
            }
        }
    };
    (@pattern $name:ident) => { Self::$name };
    (@pattern $name:ident ($($field:ident)+)) => { Self::$name(..) };
}

whats! {
    /// A sheet that nothing reads.
    OtherSheet = "other_sheet", Told,
        "Nothing is read from this sheet.", "इस पत्रक से कुछ नहीं पढ़ा जाता।";
    /// A column of which nobody knows what it means, with something in it.
    UnknownColumn(name: String) = "unknown_column", Changes,
        "Nothing is known of a column “{name}”; what stands in it is left out.", "“{name}” नाम का स्तंभ ज्ञात नहीं है; उसमें लिखा छोड़ दिया जाएगा।";
    /// A cell that the form cannot say.
    NotKept(name: String) = "not_kept", Changes,
        "The form cannot say “{name}”; it is left out.", "प्रपत्र “{name}” को नहीं दर्शा सकता; इसे छोड़ दिया जाएगा।";
    /// A cell that says how a question looks or is played.
    LookOnly(name: String) = "look_only", Told,
        "“{name}” says how the question looks; the app decides that itself.", "“{name}” केवल प्रश्न का रूप बताता है; यह ऐप स्वयं तय करता है।";
    /// A question of a kind that forms do not have.
    QuestionKind(name: String) = "question_kind", Changes,
        "The form has no questions of the kind “{name}”; this one is left out.", "प्रपत्र में “{name}” प्रकार का प्रश्न नहीं होता; यह प्रश्न छोड़ दिया जाएगा।";
    /// A kind that the convention does not have either.
    UnknownKind(name: String) = "unknown_kind", Stops,
        "“{name}” is no kind of question.", "“{name}” किसी प्रश्न का प्रकार नहीं है।";
    /// What a telephone writes by itself.
    Recorded(name: String) = "recorded", Told,
        "“{name}” is not asked: the app keeps by itself who wrote what, and when.", "“{name}” नहीं पूछा जाता: किसने कब क्या लिखा, यह ऐप स्वयं रखता है।";
    /// A row that is switched off.
    SwitchedOff = "switched_off", Told,
        "This row is switched off and is not read.", "यह पंक्ति बंद की गई है और नहीं पढ़ी जाती।";
    /// A question without a name, or with one that cannot be used.
    BadName(name: String) = "bad_name", Stops,
        "“{name}” cannot be used as a name: a name has English letters, digits and “_”, and no more than 40.", "“{name}” नाम नहीं हो सकता: नाम में अंग्रेज़ी अक्षर, अंक और “_” होते हैं, अधिकतम 40।";
    /// A name that stands twice in one group.
    NameTwice(name: String) = "name_twice", Stops,
        "The name “{name}” is given twice.", "“{name}” नाम दो बार दिया गया है।";
    /// The same name in two groups.
    Renamed(from: String, to: String) = "renamed", Told,
        "There is another “{from}”; this one is called “{to}”.", "“{from}” नाम पहले से है; यह “{to}” कहलाएगा।";
    /// A list that the sheet of choices does not have.
    NoList(name: String) = "no_list", Stops,
        "There is no list of choices “{name}”.", "विकल्पों की “{name}” सूची नहीं है।";
    /// A choice that stands twice in its list.
    ChoiceTwice(name: String) = "choice_twice", Stops,
        "The choice “{name}” stands twice in its list.", "विकल्प “{name}” सूची में दो बार है।";
    /// The end of something that was not begun.
    NotBegun = "not_begun", Stops,
        "Something ends here that was not begun.", "यहाँ वह समाप्त होता है जो आरंभ नहीं हुआ था।";
    /// A group that is not ended.
    NotEnded = "not_ended", Stops,
        "This is begun and nowhere ended.", "यह आरंभ हुआ पर कहीं समाप्त नहीं हुआ।";
    /// No question at all.
    NoQuestions = "no_questions", Stops,
        "The form asks for nothing.", "प्रपत्र कुछ नहीं पूछता।";
    /// A repeat in a repeat.
    NestedRepeat = "nested_repeat", Changes,
        "A table has no table in its rows; the inner one is left out.", "तालिका की पंक्ति में दूसरी तालिका नहीं होती; भीतरी छोड़ दी जाएगी।";
    /// A table has columns without rules.
    InRepeat(name: String) = "in_repeat", Changes,
        "In the rows of a table there is no “{name}”; it is left out.", "तालिका की पंक्तियों में “{name}” नहीं होता; इसे छोड़ दिया जाएगा।";
    /// An expression beyond what is taken over.
    Expression(why: crate::XpathError) = "expression", Changes,
        "This rule cannot be taken over ({why}); it is left out.", "यह नियम नहीं लिया जा सकता ({why}); इसे छोड़ दिया जाएगा।";
    /// An expression that makes no sense with the answers it names.
    Refused(why: String) = "refused", Changes,
        "This rule does not fit the answers it names ({why}); it is left out.", "यह नियम अपने उत्तरों से मेल नहीं खाता ({why}); इसे छोड़ दिया जाएगा।";
    /// Constraints lock, checks warn.
    Warns = "warns", Told,
        "Where this is not so, the officer is warned; the answer is kept.", "ऐसा न होने पर अधिकारी को चेतावनी मिलती है; उत्तर रखा जाता है।";
    /// Years by dividing days.
    ByCalendar = "by_calendar", Told,
        "The years are counted by the calendar, which may differ from this division on a birthday.", "वर्ष पंचांग से गिने जाते हैं; जन्मदिन पर यह भाग से भिन्न हो सकता है।";
    /// Words in one language are missing.
    NoWords(code: String) = "no_words", Changes,
        "There are no words in the language “{code}”; those of another language would stand there.", "“{code}” भाषा में शब्द नहीं हैं; वहाँ दूसरी भाषा के शब्द रहेंगे।";
    /// No label in any language.
    NoLabel = "no_label", Changes,
        "There is no label; the name would stand there.", "लेबल नहीं है; उसकी जगह नाम रहेगा।";
    /// A calculation needs no label, but gets one.
    NameAsLabel = "name_as_label", Told,
        "This value has no label and is called by its name.", "इस मान का लेबल नहीं है; इसका नाम ही रहेगा।";
    /// A heading whose language nobody could tell.
    UnknownLanguage(name: String) = "unknown_language", Changes,
        "Which language “{name}” is cannot be told; its words are left out. Write its code, as in “Hindi (hi)”.", "“{name}” कौन सी भाषा है, पता नहीं; उसके शब्द छोड़ दिए जाएँगे। कोड लिखें, जैसे “Hindi (hi)”।";
    /// An answer inside a label.
    AnswerInLabel = "answer_in_label", Changes,
        "A label cannot show an answer; the place of the answer would be seen as “${{…}}”.", "लेबल में उत्तर नहीं दिखाया जा सकता; उसकी जगह “${{…}}” दिखेगा।";
    /// A formula that failed.
    BrokenCell = "broken_cell", Stops,
        "The formula in this cell has failed.", "इस कोष्ठक का सूत्र विफल हुआ है।";
    /// A compartment or sensitivity that does not exist.
    UnknownCode(name: String) = "unknown_code", Stops,
        "“{name}” is no value of this column.", "“{name}” इस स्तंभ का मान नहीं है।";
    /// What the linter says of the pack.
    Lint(why: String) = "lint", Stops,
        "The pack would not pass: {why}.", "पैक जाँच में नहीं टिकेगा: {why}।";
}

impl What {
    /// Why an expression is not taken over is said in Hindi, too.
    fn hindi_of(why: &str) -> String {
        format!("यह नियम नहीं लिया जा सकता ({why}); इसे छोड़ दिया जाएगा।")
    }
}
