//! Enums whose variants have stable names.

/// Declares an enum with `ALL`, `as_str` and `from_name`.
///
/// A variant after `..` is in neither `ALL` nor `from_name`: it represents names unknown to this
/// version.
#[macro_export]
macro_rules! named_enum {
    ($(#[$attribute:meta])* pub enum $Enum:ident {
        $($(#[$doc:meta])* $Variant:ident = $name:literal,)+
        $(.. $(#[$unknown_doc:meta])* $Unknown:ident = $unknown:literal,)?
    }) => {
        $(#[$attribute])*
        pub enum $Enum {
            $($(#[$doc])* $Variant,)+
            $($(#[$unknown_doc])* $Unknown,)?
        }

        impl $Enum {
            /// Every variant, in declaration order.
            pub const ALL: [Self; [$($name),+].len()] = [$(Self::$Variant),+];

            /// Returns the stable name.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$Variant => $name,)+
                    $(Self::$Unknown => $unknown,)?
                }
            }

            /// Finds the variant with this name.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|variant| variant.as_str() == name)
            }
        }
    };
}
