//! The files that people attach: mostly documents, some pictures and archives, now and then something odd.
//!
//! Must not know who sends them.

use crate::mime::{self, File, Package};
use crate::rng::Rng;

/// Types that are rare and harmless: extension and media type.
const ODD: &[(&str, &str)] = &[
    ("dwg", "image/vnd.dwg"),
    ("step", "model/step"),
    ("7z", "application/x-7z-compressed"),
    ("msg", "application/vnd.ms-outlook"),
    ("html", "text/html"),
    ("xml", "application/xml"),
    ("heic", "image/heic"),
    ("wav", "audio/wav"),
    ("odt", "application/vnd.oasis.opendocument.text"),
    ("rtf", "application/rtf"),
];

/// A file called `name` plus its extension.
pub fn draw(name: &str, rng: &mut Rng) -> File {
    // One in twenty is large.
    let size = match rng.exponential(1.0) {
        drawn if drawn < 3.0 => 1_500 + (drawn * 7_000.0) as usize,
        drawn => (22_500.0 * ((drawn - 3.0) * 1.6).exp()).min(400_000.0) as usize,
    };
    match rng.below(1_000) {
        0..=379 => mime::pdf(name, size, rng),
        380..=549 => mime::package(Package::Word, name, size, rng),
        550..=729 => mime::package(Package::Excel, name, size, rng),
        730..=789 => mime::package(Package::PowerPoint, name, size, rng),
        790..=849 => mime::picture(name, true, size, rng),
        850..=909 => mime::picture(name, false, size, rng),
        910..=949 => mime::package(Package::Zip, name, size, rng),
        950..=969 => mime::figures(name, "csv", "text/csv", 20 + rng.below(200), rng),
        970..=983 => mime::figures(name, "txt", "text/plain", 10 + rng.below(60), rng),
        984 => mime::iso(name, size, rng),
        _ => {
            let (extension, kind) = rng.pick(ODD).copied().unwrap_or_default();
            mime::figures(name, extension, kind, 50 + rng.below(300), rng)
        }
    }
}
