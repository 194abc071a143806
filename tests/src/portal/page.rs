//! The page that shows what arrived: plain HTML, no script.

use std::fmt::Write as _;

use serde_json::Value;

use super::book::{Arrival, Book};

/// The page's style.
pub(super) const STYLE: &str = include_str!("page.css");

/// Most cases on the list; a portal with more has a search of its own.
const ROWS_MAX: usize = 200;

/// The list of what arrived, newest first, and of what was turned away.
pub(super) fn list(book: &Book) -> String {
    let mut arrivals: Vec<&Arrival> = book.arrivals().values().collect();
    arrivals.sort_by(|a, b| (b.at_s, &b.reference).cmp(&(a.at_s, &a.reference)));
    let mut body = format!(
        "<h1>What arrived at the portal</h1>\n<p class=\"lead\">{}. <a href=\"/\">Look again</a></p>\n",
        counted(arrivals.len(), "case", "cases")
    );
    if arrivals.is_empty() {
        body.push_str("<p>Nothing yet. The hub delivers a case a moment after a tablet has sent it.</p>\n");
    } else {
        body.push_str(&table(&arrivals));
    }
    if !book.refused().is_empty() {
        body.push_str("<h2>Turned away</h2>\n<ul>\n");
        for refused in book.refused().iter().rev() {
            let _ = writeln!(
                body,
                "<li><strong>{}</strong> {}</li>",
                refused.status,
                escaped(&refused.reason)
            );
        }
        body.push_str("</ul>\n");
    }
    whole("What arrived", &body)
}

fn table(arrivals: &[&Arrival]) -> String {
    let mut body = String::from(
        "<table>\n<thead><tr><th scope=\"col\">Number</th><th scope=\"col\">District</th>\
         <th scope=\"col\">Kind</th><th scope=\"col\">Stage</th><th scope=\"col\">Deliveries</th>\
         <th scope=\"col\">Last, UTC</th></tr></thead>\n<tbody>\n",
    );
    for arrival in arrivals.iter().take(ROWS_MAX) {
        let word = |name: &str| escaped(arrival.data.get(name).and_then(Value::as_str).unwrap_or("–"));
        let reference = escaped(&arrival.reference);
        let _ = writeln!(
            body,
            "<tr><th scope=\"row\"><a href=\"/cases/{reference}\">{reference}</a></th><td>{}</td><td>{}</td>\
             <td>{}</td><td class=\"number\">{}</td><td>{}</td></tr>",
            word("district"),
            word("kind"),
            word("stage"),
            arrival.deliveries,
            moment(arrival.at_s)
        );
    }
    body.push_str("</tbody>\n</table>\n");
    if arrivals.len() > ROWS_MAX {
        let _ = writeln!(body, "<p>The newest {ROWS_MAX} are shown.</p>");
    }
    body
}

/// One case as it stands at the portal.
pub(super) fn one(book: &Book, reference: &str) -> Option<String> {
    let arrival = book
        .arrivals()
        .values()
        .find(|arrival| arrival.reference == reference)?;
    let mut body = format!(
        "<p><a href=\"/\">All that arrived</a></p>\n<h1>{}</h1>\n<p class=\"lead\">{}, the last at {} UTC</p>\n",
        escaped(&arrival.reference),
        counted(arrival.deliveries as usize, "delivery", "deliveries"),
        moment(arrival.at_s)
    );
    body.push_str(&tree(&arrival.data));
    Some(whole(&arrival.reference, &body))
}

/// The page for a number nobody has.
pub(super) fn not_found() -> String {
    whole(
        "Not found",
        "<h1>No such case here</h1>\n<p><a href=\"/\">All that arrived</a></p>\n",
    )
}

fn tree(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let rows = map.iter().fold(String::new(), |mut rows, (name, value)| {
                let _ = writeln!(rows, "<dt>{}</dt><dd>{}</dd>", escaped(name), tree(value));
                rows
            });
            format!("<dl>\n{rows}</dl>")
        }
        Value::Array(items) if items.is_empty() => "none".into(),
        Value::Array(items) => {
            let rows = items.iter().fold(String::new(), |mut rows, item| {
                let _ = writeln!(rows, "<li>{}</li>", tree(item));
                rows
            });
            format!("<ul>\n{rows}</ul>")
        }
        Value::String(text) => escaped(text),
        Value::Null => "–".into(),
        other => other.to_string(),
    }
}

fn whole(title: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{} – portal receiver</title>\n<link rel=\"stylesheet\" href=\"/style.css\">\n</head>\n<body>\n\
         <header><p>Portal receiver <span>stands in for the Vatsalya portal; invented data only</span></p></header>\n\
         <main>\n{body}</main>\n</body>\n</html>\n",
        escaped(title)
    )
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn moment(at_s: i64) -> String {
    jiff::Timestamp::from_second(at_s).map_or_else(|_| "–".into(), |at| at.strftime("%-d %b %Y, %H:%M:%S").to_string())
}

fn escaped(text: &str) -> String {
    text.chars()
        .fold(String::with_capacity(text.len()), |mut safe, character| {
            match character {
                '&' => safe.push_str("&amp;"),
                '<' => safe.push_str("&lt;"),
                '>' => safe.push_str("&gt;"),
                '"' => safe.push_str("&quot;"),
                '\'' => safe.push_str("&#39;"),
                other => safe.push(other),
            }
            safe
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nothing_that_arrives_becomes_markup() {
        let shown = tree(&json!({ "<b>": ["<script>alert(1)</script>", null, 3] }));
        assert!(!shown.contains("<script>") && !shown.contains("<b>"), "{shown}");
        assert!(shown.contains("&lt;script&gt;"));
    }
}
