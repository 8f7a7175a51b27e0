//! HTML elements that know their tag when they run.

use leptos::tachys::html::element;
pub use leptos::tachys::html::element::*;

/// An element of any tag.
pub type AnyTag = element::Custom<&'static str>;

// Those that pages hold on to.
/// A `div` on the page.
pub type Div = AnyTag;
/// An `input` on the page.
pub type Input = AnyTag;
/// A `button` on the page.
pub type Button = AnyTag;

macro_rules! elements {
    ($($function:ident $tag:literal)*) => {$(
        #[doc = concat!("A `", $tag, "` element.")]
        pub fn $function() -> element::HtmlElement<AnyTag, (), ()> {
            element::custom($tag)
        }
    )*};
}

// In capitals, as the document names them: Leptos compares the tags when one element takes another's place. `dialog` keeps a
// type of its own: there is but one, and it is asked for what only it has.
elements! {
    a "A"
    b "B"
    bdi "BDI"
    button "BUTTON"
    caption "CAPTION"
    code "CODE"
    dd "DD"
    details "DETAILS"
    div "DIV"
    dl "DL"
    dt "DT"
    fieldset "FIELDSET"
    figcaption "FIGCAPTION"
    figure "FIGURE"
    footer "FOOTER"
    form "FORM"
    h1 "H1"
    h2 "H2"
    h3 "H3"
    header "HEADER"
    hr "HR"
    i "I"
    input "INPUT"
    kbd "KBD"
    label "LABEL"
    legend "LEGEND"
    li "LI"
    main "MAIN"
    meter "METER"
    nav "NAV"
    ol "OL"
    optgroup "OPTGROUP"
    option "OPTION"
    output "OUTPUT"
    p "P"
    pre "PRE"
    progress "PROGRESS"
    section "SECTION"
    select "SELECT"
    span "SPAN"
    strong "STRONG"
    summary "SUMMARY"
    table "TABLE"
    tbody "TBODY"
    td "TD"
    th "TH"
    thead "THEAD"
    time "TIME"
    tr "TR"
    ul "UL"
}
