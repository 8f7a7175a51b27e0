//! The theme: the system's, unless the viewer chose one. Kept in a cookie, so that the server renders it.

use serde::{Deserialize, Serialize};

/// What the viewer chose.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the operating system has it.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// Every theme.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The stable name: in the cookie, the form and the document.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.as_str() == name)
    }

    /// How it reads in the menu.
    pub const fn label(self) -> &'static str {
        match self {
            Self::System => "System",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }

    /// The document's `data-theme`: none where the system decides.
    pub fn attribute(self) -> Option<&'static str> {
        (self != Self::System).then_some(self.as_str())
    }
}

/// Shows the page in the theme of that name and has the server keep it.
#[cfg(target_arch = "wasm32")]
pub fn choose(name: &str) {
    let Some(theme) = Theme::from_name(name) else {
        return;
    };
    show(theme);
    leptos::task::spawn_local(keep(theme));
}

/// On the server nobody chooses by script: the form is posted instead.
#[cfg(not(target_arch = "wasm32"))]
pub fn choose(_name: &str) {}

#[cfg(target_arch = "wasm32")]
fn show(theme: Theme) {
    let Some(root) = leptos::prelude::document().document_element() else {
        return;
    };
    let done = match theme.attribute() {
        Some(name) => root.set_attribute("data-theme", name),
        None => root.remove_attribute("data-theme"),
    };
    debug_assert!(done.is_ok(), "data-theme is a valid attribute name");
}

/// The cookie comes with the answer; the page that the answer leads to is not wanted. Should the server be out of
/// reach, the theme holds until the next reload, which says enough.
#[cfg(target_arch = "wasm32")]
async fn keep(theme: Theme) {
    let request = gloo_net::http::Request::post(crate::routes::SESSION_THEME)
        .header("Content-Type", "application/x-www-form-urlencoded")
        .redirect(web_sys::RequestRedirect::Manual)
        .body(format!("theme={}", theme.as_str()));
    if let Ok(request) = request {
        let _unreachable = request.send().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn themes_are_found_by_their_names() {
        for theme in Theme::ALL {
            assert_eq!(Theme::from_name(theme.as_str()), Some(theme));
        }
        assert_eq!(Theme::from_name("Dark"), None);
    }

    #[test]
    fn the_systems_theme_leaves_no_mark_on_the_document() {
        assert_eq!(Theme::System.attribute(), None);
        assert_eq!(Theme::Dark.attribute(), Some("dark"));
    }
}
