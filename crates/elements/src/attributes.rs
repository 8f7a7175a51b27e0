//! Attributes that know their name when they run, and listeners that differ by what they hear of only.

use leptos::{
    ev::{EventDescriptor, On, on},
    tachys::{
        html::{
            attribute::{
                AttributeValue,
                custom::{CustomAttr, CustomAttributeKey, custom_attribute},
            },
            element::HtmlElement,
        },
        renderer::types::Event,
        view::add_attr::AddAnyAttr,
    },
};

/// An attribute's name.
#[derive(Clone, Copy)]
pub struct Name(&'static str);

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        self.0
    }
}

impl CustomAttributeKey for Name {
    // Anything but an empty one: with that, Leptos would set again what the server has set already.
    const KEY: &'static str = "name";
}

/// A thing with one more attribute of a value `V`.
type With<T, V> = <T as AddAnyAttr>::Output<CustomAttr<Name, V>>;

macro_rules! attributes {
    ($($function:ident $name:literal)*) => {
        /// The attributes of elements.
        pub trait NamedAttributes: AddAnyAttr + Sized {
            /// An attribute of any name.
            fn attr<V: AttributeValue>(self, name: &'static str, value: V) -> With<Self, V> {
                self.add_any_attr(custom_attribute(Name(name), value))
            }

            $(
                #[doc = concat!("The attribute `", $name, "`.")]
                fn $function<V: AttributeValue>(self, value: V) -> With<Self, V> {
                    self.attr($name, value)
                }
            )*
        }

        impl<E, A, C> NamedAttributes for HtmlElement<E, A, C> where Self: AddAnyAttr {}
    };
}

attributes! {
    action "action"
    aria_busy "aria-busy"
    aria_controls "aria-controls"
    aria_current "aria-current"
    aria_describedby "aria-describedby"
    aria_disabled "aria-disabled"
    aria_expanded "aria-expanded"
    aria_hidden "aria-hidden"
    aria_invalid "aria-invalid"
    aria_keyshortcuts "aria-keyshortcuts"
    aria_label "aria-label"
    aria_labelledby "aria-labelledby"
    aria_live "aria-live"
    aria_sort "aria-sort"
    autocapitalize "autocapitalize"
    autocomplete "autocomplete"
    autofocus "autofocus"
    checked "checked"
    colspan "colspan"
    datetime "datetime"
    dir "dir"
    disabled "disabled"
    download "download"
    r#for "for"
    high "high"
    href "href"
    id "id"
    inputmode "inputmode"
    label "label"
    low "low"
    max "max"
    method "method"
    min "min"
    name "name"
    open "open"
    optimum "optimum"
    placeholder "placeholder"
    popover "popover"
    popovertarget "popovertarget"
    rel "rel"
    required "required"
    role "role"
    scope "scope"
    selected "selected"
    spellcheck "spellcheck"
    tabindex "tabindex"
    target "target"
    title "title"
    r#type "type"
    value "value"
}

/// What calls a listener of events `E`.
type Listener<E> = Box<dyn FnMut(<E as EventDescriptor>::EventType)>;

/// Listeners of events.
pub trait SharedListeners: AddAnyAttr + Sized {
    /// Calls `listener` whenever there is such an event.
    fn on<E, F>(self, event: E, listener: F) -> <Self as AddAnyAttr>::Output<On<E, Listener<E>>>
    where
        E: EventDescriptor + Send + 'static,
        E::EventType: From<Event> + 'static,
        F: FnMut(E::EventType) + 'static,
    {
        self.add_any_attr(on(event, Box::new(listener) as Listener<E>))
    }
}

impl<E, A, C> SharedListeners for HtmlElement<E, A, C> where Self: AddAnyAttr {}
