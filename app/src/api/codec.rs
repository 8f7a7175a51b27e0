//! Encoding of values that the server embeds in a page's HTML.

use bytes::Bytes;
use leptos::{
    prelude::SharedValue,
    server::codee::{Decoder, Encoder},
    server_fn::{Decodes, Encodes, codec::JsonEncoding},
};
use serde::{Serialize, de::DeserializeOwned};

/// Embeds values in a page with the encoding of server functions. Leptos' own codec would add a
/// second decoder for every type to the wasm.
pub struct PageCodec;

/// A value that the server embeds in the page and the browser reads during hydration.
pub type PageValue<T> = SharedValue<T, PageCodec>;

impl<T: Serialize> Encoder<T> for PageCodec {
    type Error = String;
    type Encoded = String;

    fn encode(value: &T) -> Result<String, String> {
        let bytes =
            <JsonEncoding as Encodes<T>>::encode(value).map_err(|error| error.to_string())?;
        String::from_utf8(bytes.into()).map_err(|error| error.to_string())
    }
}

impl<T: DeserializeOwned> Decoder<T> for PageCodec {
    type Error = <JsonEncoding as Decodes<T>>::Error;
    type Encoded = str;

    fn decode(text: &str) -> Result<T, Self::Error> {
        <JsonEncoding as Decodes<T>>::decode(Bytes::copy_from_slice(text.as_bytes()))
    }
}
