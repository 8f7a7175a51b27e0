//! Reads the pages of the dashboard.

use scraper::{Html, Selector};

use super::Answer;

/// What Leptos marks empty places with. Browsers read it as an empty comment, which is what hydration looks for.
const EMPTY_COMMENT: &str = "Saw ! in state MarkupDeclarationOpen";

/// Parses a page as a browser does, and fails where a browser would have to repair it: repaired HTML does not hydrate.
/// Leptos writes its own data, and the marks of its places, behind the document's end; nothing else may stand there.
pub(crate) fn parse(answer: &Answer) -> Html {
    let text = answer.text();
    let (document, data) = text.split_once("</html>").unwrap();
    let left: String = data
        .split("<script")
        .map(|script| {
            script
                .split_once("</script>")
                .map_or(script, |(_, rest)| rest)
        })
        .collect();
    assert_eq!(left.replace("<!>", "").trim(), "");
    let mut html = Html::parse_document(&format!("{document}</html>"));
    html.errors.retain(|error| error != EMPTY_COMMENT);
    assert_eq!(html.errors, Vec::<String>::new());
    html
}

pub(crate) fn texts(html: &Html, selector: &str) -> Vec<String> {
    let selector = Selector::parse(selector).unwrap();
    let text = |element: scraper::ElementRef<'_>| {
        element
            .text()
            .collect::<String>()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    };
    html.select(&selector).map(text).collect()
}

/// The value of the field of that name.
pub(crate) fn value(html: &Html, name: &str) -> String {
    let field = Selector::parse(&format!("[name={name}]")).unwrap();
    let field = html.select(&field).next().unwrap();
    field.attr("value").unwrap_or_default().to_owned()
}
