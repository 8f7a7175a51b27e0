//! Parses the pages of the dashboard.

use scraper::{ElementRef, Html, Selector};

use super::TestResponse;

/// Parse error caused by `<!>`, with which Leptos marks empty slots. Browsers read it as an empty
/// comment, which hydration expects.
const EMPTY_COMMENT_ERROR: &str = "Saw ! in state MarkupDeclarationOpen";

/// Parses a page as a browser does, and fails if a browser would have to repair it, because
/// repaired HTML does not hydrate. Only Leptos's data and markers may follow the end of the
/// document.
pub(crate) fn parse(answer: &TestResponse) -> Html {
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
    html.errors.retain(|error| error != EMPTY_COMMENT_ERROR);
    assert_eq!(html.errors, Vec::<String>::new());
    html
}

pub(crate) fn select_texts(html: &Html, selector: &str) -> Vec<String> {
    let selector = Selector::parse(selector).unwrap();
    html.select(&selector).map(element_text).collect()
}

/// Returns the text of an element with whitespace collapsed.
fn element_text(element: ElementRef<'_>) -> String {
    let text: String = element.text().collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns the value of the field `name`.
pub(crate) fn field_value(html: &Html, name: &str) -> String {
    let field = Selector::parse(&format!("[name={name}]")).unwrap();
    let field = html.select(&field).next().unwrap();
    field.attr("value").unwrap_or_default().to_owned()
}

/// Outlines `<main>` in document order, one landmark per line: headings, description lists, table
/// rows, alerts and buttons.
pub(crate) fn outline(html: &Html) -> String {
    let landmarks = "h1, h2, dt, dd, tr, [role=alert], button".split(", ");
    let landmarks: Vec<_> = landmarks
        .map(|landmark| format!("main {landmark}"))
        .collect();
    let landmarks = Selector::parse(&landmarks.join(", ")).unwrap();
    let cells = Selector::parse("th, td").unwrap();
    let element_words = |element: ElementRef<'_>| {
        let words = element.text().flat_map(str::split_whitespace);
        words.collect::<Vec<_>>().join(" ")
    };
    let mut outline = String::new();
    for landmark in html.select(&landmarks) {
        let words = element_words(landmark);
        let line = match landmark.value().name() {
            // A display key spans several elements with no whitespace between them.
            "h1" => format!("\n# {}", element_text(landmark)),
            "h2" => format!("\n## {words}"),
            "dt" => format!("\n{words}:"),
            "dd" => format!(" {words}"),
            "tr" => {
                let cells: Vec<_> = landmark.select(&cells).map(element_words).collect();
                format!("\n{}", cells.join(" | "))
            }
            "button" if words.is_empty() => String::new(),
            "button" => format!("\n[{words}]"),
            _ => format!("\n! {words}"),
        };
        outline.push_str(line.trim_end());
    }
    outline.trim_start().to_owned()
}
