//! What holds of whatever is sent from outside, asked of some hundred random texts. The fuzz targets include these files and
//! ask the same of millions.

mod cookies;
mod device_body;
mod headers;
