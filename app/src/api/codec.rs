//! How the answers that a page is loaded with stand in its HTML.

use bytes::Bytes;
use leptos::{
    prelude::SharedValue,
    server::codee::{Decoder, Encoder},
    server_fn::{Decodes, Encodes, codec::JsonEncoding},
};
use serde::{Serialize, de::DeserializeOwned};

/// The encoding of server functions, used for what is written into a page as well: the codec that Leptos has for that would
/// bring every type's decoder into the wasm a second time.
pub struct PageCodec;

/// What the server knew when it rendered the page.
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
