//! Properties that hold for any input, tested with a few hundred random samples. The fuzz targets
//! include these files and test them with millions.

mod cookies;
mod device_body;
mod headers;
