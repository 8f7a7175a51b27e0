//! Leptos as the pages use it: `app` has this crate under the name of `leptos`.
//!
//! Leptos has a type for each HTML element and one for each attribute, and a browser downloads machinery for every one of
//! them. In the wasm all elements are of one type here that knows its tag, and so are all attributes. `view!` finds what it
//! names under `::leptos`, so nothing in the pages knows. The server keeps Leptos' own: it writes HTML, and has to
//! know which elements have no end tag.

pub use leptos::*;

#[cfg(target_arch = "wasm32")]
mod attributes;
#[cfg(target_arch = "wasm32")]
mod elements;
#[cfg(target_arch = "wasm32")]
mod view;

/// HTML element types, as those name them who look for an element on the page.
#[cfg(target_arch = "wasm32")]
pub mod html {
    pub use crate::elements::*;
}

/// What every page imports.
#[cfg(target_arch = "wasm32")]
pub mod prelude {
    pub use leptos::prelude::*;

    pub use crate::view::{Marked, View};
    // Under the names of those that they take the place of.
    pub use crate::attributes::{
        NamedAttributes as AriaAttributes, NamedAttributes as GlobalAttributes,
        NamedAttributes as CustomAttribute, SharedListeners as OnAttribute,
    };
}

/// Where `view!` looks for elements.
#[cfg(target_arch = "wasm32")]
pub mod tachys {
    pub use leptos::tachys::*;

    /// HTML.
    pub mod html {
        pub use leptos::tachys::html::*;

        /// Its elements.
        pub mod element {
            pub use crate::elements::*;
        }
    }
}
