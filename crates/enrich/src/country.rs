//! How far apart two countries are at least. Knows each country's extent, not where in it anybody is.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Mean radius of the Earth, km (IUGG 1980).
const EARTH_KM: f64 = 6_371.0;

/// A country between two parallels and two meridians, degrees; `west` above `east` crosses the 180th meridian.
#[derive(Clone, Copy, Debug)]
struct Extent {
    south: f64,
    west: f64,
    north: f64,
    east: f64,
}

static EXTENTS: LazyLock<BTreeMap<&'static str, Extent>> = LazyLock::new(|| {
    let lines = include_str!("../../../models/lists/countries.csv").lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(parse).collect()
});

fn parse(line: &'static str) -> Option<(&'static str, Extent)> {
    let (code, degrees) = line.split_once(',')?;
    let mut degrees = degrees.split(',').map_while(|text| text.parse().ok());
    let (south, west, north, east) = (degrees.next()?, degrees.next()?, degrees.next()?, degrees.next()?);
    Some((code, Extent { south, west, north, east }))
}

/// Kilometres on the great circle between the nearest points of the extents of two countries (ISO 3166-1 alpha-2): never more than between
/// two places in them, to a degree of latitude. 0 for neighbours and when either is unknown.
pub fn distance_km(one: &str, other: &str) -> f64 {
    let (Some(one), Some(other)) = (EXTENTS.get(one), EXTENTS.get(other)) else { return 0.0 };
    // Eastward from the end of one to the beginning of the other, and the other way round; both less than a turn.
    let width = |extent: &Extent| (extent.east - extent.west).rem_euclid(360.0);
    let (ahead, behind) = ((other.west - one.west).rem_euclid(360.0), (one.west - other.west).rem_euclid(360.0));
    let apart = (ahead - width(one)).min(behind - width(other)).max(0.0).to_radians();
    let (south, north) = (other.south.to_radians(), other.north.to_radians());
    let steps = (one.north - one.south).max(0.0);
    let mut nearest = f64::MAX;
    let mut step = 0.0;
    while step <= steps {
        let latitude = (one.south + step).to_radians();
        // On a meridian so far off the nearest point is the foot of the perpendicular, where the extent holds it, or an end of the extent.
        let foot = latitude.sin().atan2(latitude.cos() * apart.cos());
        for there in [foot.clamp(south, north), south, north] {
            nearest = nearest.min(haversine(latitude, there, apart));
        }
        step += 1.0;
    }
    nearest * EARTH_KM
}

/// The angle between two points, radians (Sinnott, "Virtues of the Haversine", 1984).
fn haversine(one: f64, other: f64, longitudes: f64) -> f64 {
    let half = |angle: f64| (angle / 2.0).sin().powi(2);
    2.0 * (half(other - one) + one.cos() * other.cos() * half(longitudes)).sqrt().min(1.0).asin()
}

#[cfg(test)]
mod tests {
    use super::{EXTENTS, distance_km};

    #[test]
    fn every_country_has_an_extent() {
        assert_eq!(EXTENTS.len(), 249, "ISO 3166-1 as of 2024");
        for (code, extent) in EXTENTS.iter() {
            assert!(code.len() == 2 && extent.south < extent.north, "{code} {extent:?}");
            assert!((-180.0..=180.0).contains(&extent.west) && (-180.0..=180.0).contains(&extent.east), "{code} {extent:?}");
        }
    }

    #[test]
    fn as_far_as_a_map_says_and_no_farther_than_the_capitals() {
        // From the west of the extent of Japan (122 E) to the east of Germany's (16 E); Berlin to Tokyo is 8,918 km.
        let km = distance_km("DE", "JP");
        assert!((6_500.0..8_000.0).contains(&km), "{km}");
        // Lisbon to Wellington 19,500 km; Auckland to Santiago 9,660; Suva to Honolulu 5,100.
        for (one, other, capitals) in [("PT", "NZ", 19_500.0), ("NZ", "CL", 9_660.0), ("FJ", "US", 5_100.0), ("GB", "ZA", 9_650.0)] {
            let km = distance_km(one, other);
            assert!(km > 0.3 * capitals && km <= capitals, "{one} {other} {km}");
        }
        assert_eq!(distance_km("DE", "FR"), 0.0, "neighbours");
        assert_eq!(distance_km("US", "RU"), 0.0, "across the Bering Strait");
        assert_eq!(distance_km("DE", "??"), 0.0);
    }

    #[test]
    fn both_ways_are_as_long() {
        for one in EXTENTS.keys() {
            for other in EXTENTS.keys() {
                let (there, back) = (distance_km(one, other), distance_km(other, one));
                assert!((there - back).abs() < 120.0 && (0.0..=20_016.0).contains(&there), "{one} {other} {there} {back}");
            }
        }
    }
}
