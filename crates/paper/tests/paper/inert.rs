//! What somebody writes is shown as it was written, and does nothing.

use crate::{
    sheets::{sheet, sheet_with},
    tools::{plain, print},
};

/// Texts that would do something, were they read as markup, code, a link, a tag or a formula.
const TEXTS: [&str; 12] = [
    "#panic(\"inert\")",
    "#read(\"/etc/passwd\") #image(\"/pictures/0\")",
    "#import \"@preview/cetz:0.2.2\": *",
    "$ sum_(k=0)^n k = x $ and $x$",
    "@label <label> *strong* _emph_ `raw` = Heading",
    "- item / + item / / term: text",
    "\\u{1F600} \\ \\n \\# ~ -- --- ...",
    "<script>alert(1)</script> &amp; <b>bold</b>",
    "]] }} )) [[ {{ (( \"quotes\" 'single'",
    "https://example.org/?a=b#c //comment /* not a comment */",
    "=HYPERLINK(\"https://example.org\") +1 -1",
    "%PDF-1.7 endstream endobj (text) Tj << /Type /Catalog >>",
];

#[test]
fn markup_code_links_and_tags_are_words() {
    for text in TEXTS {
        let file = print(sheet_with(text));
        let words = file.words();
        assert!(words.contains(&plain(text)), "{text} in {words}");
        assert_eq!(file.paper.pages, 1, "{text}");
    }
}

#[test]
fn it_is_the_same_wherever_a_text_can_stand() {
    for text in TEXTS {
        let mut sheet = sheet();
        sheet.source = text.into();
        sheet.head[0].text = text.into();
        for words in [&mut sheet.title, &mut sheet.footer.words, &mut sheet.sections[0].title] {
            words[0] = text.into();
        }
        if let paper::SheetItem::Grid(grid) = &mut sheet.sections[1].items[0] {
            grid.columns[0][0] = text.into();
            grid.pictures[0].caption = text.into();
            grid.pictures[0].alt = text.into();
            grid.rows[0][0] = crate::sheets::text(text);
        }
        let file = print(sheet);
        file.told("qpdf", &["--check"], &[]);
        // A paper holds no link, no script and no other file.
        let pdf = String::from_utf8_lossy(&file.paper.pdf).into_owned();
        for active in ["/JavaScript", "/URI", "/Launch", "/EmbeddedFile", "/OpenAction"] {
            assert!(!pdf.contains(active), "{text}: {active}");
        }
    }
}
