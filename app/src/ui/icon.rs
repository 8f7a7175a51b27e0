//! Icons, drawn once in a sprite at the end of the document and referenced by ID.

use leptos::prelude::*;

/// An icon in the sprite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IconName {
    /// Check mark in a circle.
    Active,
    /// Arrow down.
    ArrowDown,
    /// Arrow up.
    ArrowUp,
    /// Box.
    Box,
    /// Check mark.
    #[cfg(feature = "ssr")]
    Check,
    /// Cross.
    Close,
    /// Angle brackets.
    Code,
    /// Two sheets of paper.
    Copy,
    /// Chevron down.
    ChevronDown,
    /// Arrow into a tray.
    Download,
    /// Clock.
    Expired,
    /// Letter i in a circle.
    Info,
    /// Key.
    Key,
    /// Bulleted list.
    List,
    /// Dash in a circle.
    Off,
    /// Arrow in a circle.
    Reminted,
    /// Slashed circle.
    Revoked,
    /// Magnifying glass.
    Search,
    /// Circular arrow.
    Refresh,
    /// Person.
    User,
    /// Triangle with an exclamation mark.
    Warning,
}

impl IconName {
    /// Returns the fragment URL of the icon in the sprite.
    pub const fn href(self) -> &'static str {
        match self {
            Self::Active => "#icon-active",
            Self::ArrowDown => "#icon-arrow-down",
            Self::ArrowUp => "#icon-arrow-up",
            Self::Box => "#icon-box",
            #[cfg(feature = "ssr")]
            Self::Check => "#icon-check",
            Self::Close => "#icon-close",
            Self::Code => "#icon-code",
            Self::Copy => "#icon-copy",
            Self::ChevronDown => "#icon-down",
            Self::Download => "#icon-download",
            Self::Expired => "#icon-expired",
            Self::Info => "#icon-info",
            Self::Key => "#icon-key",
            Self::List => "#icon-list",
            Self::Off => "#icon-off",
            Self::Reminted => "#icon-reminted",
            Self::Revoked => "#icon-revoked",
            Self::Search => "#icon-search",
            Self::Refresh => "#icon-turn",
            Self::User => "#icon-user",
            Self::Warning => "#icon-warn",
        }
    }
}

/// A decorative icon. Screen readers skip it, so place it next to text.
#[component]
pub fn Icon(name: IconName) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
            <use href=name.href()></use>
        </svg>
    }
}

/// The sprite with all icons. Only the server renders it.
#[cfg(feature = "ssr")]
#[component]
pub fn Sprite() -> impl IntoView {
    let drawings: String = ALL.into_iter().map(symbol).collect();
    view! { <svg class="sprite" aria-hidden="true" inner_html=drawings></svg> }
}

#[cfg(feature = "ssr")]
const ALL: [IconName; 21] = [
    IconName::Active,
    IconName::ArrowDown,
    IconName::ArrowUp,
    IconName::Box,
    IconName::Check,
    IconName::Close,
    IconName::Code,
    IconName::Copy,
    IconName::ChevronDown,
    IconName::Download,
    IconName::Expired,
    IconName::Info,
    IconName::Key,
    IconName::List,
    IconName::Off,
    IconName::Reminted,
    IconName::Revoked,
    IconName::Search,
    IconName::Refresh,
    IconName::User,
    IconName::Warning,
];

#[cfg(feature = "ssr")]
fn symbol(icon: IconName) -> String {
    let id = icon.href().trim_start_matches('#');
    let drawing = drawing(icon);
    format!(r#"<symbol id="{id}" viewBox="0 0 16 16">{drawing}</symbol>"#)
}

#[cfg(feature = "ssr")]
const fn drawing(icon: IconName) -> &'static str {
    match icon {
        IconName::ArrowDown => r#"<path d="M8 3v10M4 9l4 4 4-4"/>"#,
        IconName::ArrowUp => r#"<path d="M8 13V3M4 7l4-4 4 4"/>"#,
        IconName::Box => {
            r#"<path d="M8 1.8 13.5 5v6L8 14.2 2.5 11V5zM2.5 5 8 8.2 13.5 5M8 8.2v6"/>"#
        }
        IconName::Check => r#"<path d="m3 8.5 3.2 3.2L13 4.8"/>"#,
        IconName::Close => r#"<path d="m4 4 8 8M12 4l-8 8"/>"#,
        IconName::Code => r#"<path d="m5.5 4.5L2 8l3.5 3.5M10.5 4.5 14 8l-3.5 3.5"/>"#,
        IconName::Copy => {
            r#"<rect x="5.5" y="5.5" width="8" height="8" rx="1.5"/><path d="M10.5 5.5V4A1.5 1.5 0 0 0 9 2.5H4A1.5 1.5 0 0 0 2.5 4v5A1.5 1.5 0 0 0 4 10.5h1.5"/>"#
        }
        IconName::Download => r#"<path d="M8 2v8M4.5 6.8 8 10.2l3.5-3.4M2.5 13.5h11"/>"#,
        IconName::ChevronDown => r#"<path d="m4.5 6.5 3.5 3.5 3.5-3.5"/>"#,
        IconName::Info => r#"<circle cx="8" cy="8" r="6"/><path d="M8 7.2v4M8 4.8h.01"/>"#,
        IconName::Search => r#"<circle cx="7" cy="7" r="4.25"/><path d="m10.2 10.2 3.3 3.3"/>"#,
        IconName::Active => r#"<circle cx="8" cy="8" r="6"/><path d="m5.4 8.2 1.8 1.8 3.4-3.8"/>"#,
        IconName::Expired => r#"<circle cx="8" cy="8" r="6"/><path d="M8 4.6V8l2.2 1.6"/>"#,
        IconName::Key => {
            r#"<circle cx="5.25" cy="10.75" r="2.75"/><path d="m7.3 8.7 6.2-6.2M10.5 5.5l2 2"/>"#
        }
        IconName::List => r#"<path d="M6 4h7.5M6 8h7.5M6 12h7.5M2.8 4h.01M2.8 8h.01M2.8 12h.01"/>"#,
        IconName::Off => r#"<circle cx="8" cy="8" r="6"/><path d="M5.2 8h5.6"/>"#,
        IconName::Reminted => {
            r#"<circle cx="8" cy="8" r="6"/><path d="M5 8h6M8.6 5.6 11 8l-2.4 2.4"/>"#
        }
        IconName::Revoked => r#"<circle cx="8" cy="8" r="6"/><path d="m3.9 3.9 8.2 8.2"/>"#,
        IconName::Refresh => r#"<path d="M13.5 8A5.5 5.5 0 1 1 11.8 4M13.5 2v3h-3"/>"#,
        IconName::User => {
            r#"<circle cx="8" cy="5.3" r="2.6"/><path d="M3 13.6c.5-2.8 2.3-4.2 5-4.2s4.5 1.4 5 4.2"/>"#
        }
        IconName::Warning => r#"<path d="M8 2.2 14.2 13H1.8zM8 6.5v3M8 11.3h.01"/>"#,
    }
}
