//! Countries that offices can be in: time zone, cities, public holidays, and the address ranges of their internet providers.
//!
//! Sources: public routing tables (origin AS) and the registries' country of each range; national lists of public holidays. Must not hold
//! any address of a real case.

use crate::address::{self, Block};

/// What is known of a country.
#[derive(Debug, PartialEq, Eq)]
pub struct Country {
    /// ISO 3166-1 alpha-2.
    pub code: &'static str,
    /// Under which its companies register names.
    pub suffix: &'static str,
    /// Standard time, minutes ahead of UTC; daylight saving is left out.
    pub utc_offset_min: i64,
    /// Cities with their regions as sign-in records write them; the first is an office's unless another is chosen.
    pub cities: &'static [(&'static str, &'static str)],
    /// Consumer lines.
    pub home: &'static [Block],
    pub mobile: &'static [Block],
    /// Lines of offices.
    pub business: &'static [Block],
    pub hotel: &'static [Block],
    /// Public holidays from March 2024 to February 2025, as `MM-DD` of the local date.
    pub holidays: &'static [&'static str],
}

const fn b(a: u8, b: u8, c: u8, length: u8) -> Block {
    ([a, b, c, 0], length)
}

/// Every country there is.
pub static COUNTRIES: [Country; 16] = [
    Country {
        code: "US",
        suffix: "com",
        utc_offset_min: -360,
        cities: crate::names::CITIES,
        home: address::HOME,
        mobile: address::MOBILE,
        business: address::BUSINESS,
        hotel: address::HOTEL,
        holidays: &["05-27", "06-19", "07-04", "09-02", "11-11", "11-28", "11-29", "12-25", "01-01", "01-20"],
    },
    Country {
        code: "GB",
        suffix: "co.uk",
        utc_offset_min: 0,
        cities: &[
            ("London", "England"),
            ("Reading", "England"),
            ("Croydon", "England"),
            ("Manchester", "England"),
            ("Edinburgh", "Scotland"),
            ("Bristol", "England"),
            ("Leeds", "England"),
        ],
        home: &[b(86, 140, 0, 16), b(109, 144, 0, 14), b(2, 120, 0, 14), b(77, 96, 0, 14)],
        mobile: &[b(148, 252, 128, 18), b(158, 230, 0, 17)],
        business: &[b(217, 40, 0, 14), b(213, 120, 0, 14)],
        hotel: &[b(81, 128, 0, 14), b(80, 192, 0, 14)],
        holidays: &["03-29", "04-01", "05-06", "05-27", "08-26", "12-25", "12-26", "01-01"],
    },
    Country {
        code: "DE",
        suffix: "de",
        utc_offset_min: 60,
        cities: &[
            ("Frankfurt am Main", "Hessen"),
            ("Offenbach", "Hessen"),
            ("Mainz", "Rheinland-Pfalz"),
            ("Munich", "Bayern"),
            ("Hamburg", "Hamburg"),
            ("Berlin", "Berlin"),
            ("Cologne", "Nordrhein-Westfalen"),
        ],
        home: &[b(91, 20, 0, 16), b(217, 224, 0, 14), b(178, 0, 0, 14), b(92, 116, 0, 15)],
        mobile: &[b(176, 0, 0, 14), b(2, 208, 0, 14)],
        business: &[b(217, 80, 0, 14), b(217, 0, 0, 14)],
        hotel: &[b(2, 160, 0, 14)],
        holidays: &["03-29", "04-01", "05-01", "05-09", "05-20", "10-03", "12-25", "12-26", "01-01"],
    },
    Country {
        code: "SE",
        suffix: "se",
        utc_offset_min: 60,
        cities: &[
            ("Stockholm", "Stockholms Lan"),
            ("Solna", "Stockholms Lan"),
            ("Uppsala", "Uppsala Lan"),
            ("Goteborg", "Vastra Gotalands Lan"),
            ("Malmo", "Skane Lan"),
        ],
        home: &[b(78, 64, 0, 14), b(77, 53, 0, 16), b(188, 148, 0, 14)],
        mobile: &[b(2, 64, 0, 14), b(37, 196, 0, 14)],
        business: &[b(217, 208, 0, 14), b(213, 64, 0, 14)],
        hotel: &[b(2, 248, 0, 14)],
        holidays: &["03-29", "04-01", "05-01", "05-09", "06-06", "06-21", "12-24", "12-25", "12-26", "01-01", "01-06"],
    },
    Country {
        code: "JP",
        suffix: "co.jp",
        utc_offset_min: 540,
        cities: &[
            ("Tokyo", "Tokyo"),
            ("Yokohama", "Kanagawa"),
            ("Kawasaki", "Kanagawa"),
            ("Saitama", "Saitama"),
            ("Chiba", "Chiba"),
            ("Osaka", "Osaka"),
            ("Nagoya", "Aichi"),
            ("Fukuoka", "Fukuoka"),
            ("Sapporo", "Hokkaido"),
        ],
        home: &[b(114, 144, 0, 14), b(118, 0, 0, 14), b(113, 144, 0, 14), b(126, 0, 0, 14)],
        mobile: &[b(1, 72, 0, 16), b(110, 160, 0, 16), b(106, 128, 0, 14)],
        business: &[b(114, 160, 0, 14), b(111, 96, 0, 14)],
        hotel: &[b(118, 16, 0, 14), b(111, 236, 0, 14)],
        holidays: &[
            "03-20", "04-29", "05-03", "05-06", "07-15", "08-12", "09-16", "09-23", "10-14", "11-04", "12-30", "12-31", "01-01", "01-02",
            "01-03", "01-13", "02-11", "02-24",
        ],
    },
    Country {
        code: "IN",
        suffix: "co.in",
        utc_offset_min: 330,
        cities: &[
            ("Bengaluru", "Karnataka"),
            ("Mysuru", "Karnataka"),
            ("Mumbai", "Maharashtra"),
            ("Pune", "Maharashtra"),
            ("Hyderabad", "Telangana"),
            ("Chennai", "Tamil Nadu"),
            ("New Delhi", "Delhi"),
        ],
        home: &[b(122, 162, 0, 15), b(117, 192, 0, 14), b(115, 96, 0, 14)],
        mobile: &[b(106, 196, 0, 15), b(152, 56, 0, 14), b(42, 106, 0, 15)],
        business: &[b(122, 178, 0, 15), b(61, 0, 0, 14)],
        hotel: &[b(116, 72, 0, 14)],
        holidays: &["03-08", "03-25", "03-29", "04-11", "08-15", "10-02", "10-31", "12-25", "01-26"],
    },
    Country {
        code: "PA",
        suffix: "com.pa",
        utc_offset_min: -300,
        cities: &[
            ("Panama City", "Panama"),
            ("San Miguelito", "Panama"),
            ("Arraijan", "Panama Oeste"),
            ("La Chorrera", "Panama Oeste"),
            ("Colon", "Colon"),
            ("David", "Chiriqui"),
        ],
        home: &[b(190, 218, 0, 15), b(186, 72, 0, 14), b(190, 140, 0, 17)],
        mobile: &[b(190, 32, 0, 15), b(181, 178, 0, 15)],
        business: &[b(201, 224, 0, 14)],
        hotel: &[b(186, 188, 128, 17)],
        holidays: &["03-29", "05-01", "11-04", "11-05", "11-11", "11-28", "12-09", "12-25", "01-01", "01-09"],
    },
    Country {
        code: "CA",
        suffix: "ca",
        utc_offset_min: -300,
        cities: &[
            ("Toronto", "Ontario"),
            ("Mississauga", "Ontario"),
            ("Hamilton", "Ontario"),
            ("Montreal", "Quebec"),
            ("Ottawa", "Ontario"),
        ],
        home: &[b(99, 224, 0, 14), b(142, 112, 0, 14), b(174, 112, 0, 14)],
        mobile: &[b(173, 32, 0, 14)],
        business: &[b(142, 180, 0, 14)],
        hotel: &[b(97, 108, 0, 14)],
        holidays: &["03-29", "05-20", "07-01", "09-02", "10-14", "12-25", "12-26", "01-01"],
    },
    Country {
        code: "FR",
        suffix: "fr",
        utc_offset_min: 60,
        cities: &[("Paris", "Ile-De-France"), ("Versailles", "Ile-De-France"), ("Lyon", "Rhone"), ("Lille", "Nord")],
        home: &[b(2, 4, 0, 14), b(78, 192, 0, 14), b(109, 0, 0, 14)],
        mobile: &[b(176, 128, 0, 14), b(37, 160, 0, 14)],
        business: &[b(81, 248, 0, 14)],
        hotel: &[b(109, 208, 0, 14)],
        holidays: &["04-01", "05-01", "05-08", "05-09", "05-20", "08-15", "11-01", "11-11", "12-25", "01-01"],
    },
    Country {
        code: "NL",
        suffix: "nl",
        utc_offset_min: 60,
        cities: &[("Amsterdam", "Noord-Holland"), ("Haarlem", "Noord-Holland"), ("Utrecht", "Utrecht"), ("Rotterdam", "Zuid-Holland")],
        home: &[b(77, 160, 0, 14), b(217, 120, 0, 14)],
        mobile: &[b(178, 228, 0, 14)],
        business: &[b(77, 60, 0, 14)],
        hotel: &[b(213, 124, 0, 14)],
        holidays: &["04-01", "05-09", "05-20", "12-25", "12-26", "01-01"],
    },
    Country {
        code: "ES",
        suffix: "es",
        utc_offset_min: 60,
        cities: &[("Madrid", "Madrid"), ("Getafe", "Madrid"), ("Barcelona", "Barcelona"), ("Valencia", "Valencia")],
        home: &[b(2, 136, 0, 14), b(84, 76, 0, 14)],
        mobile: &[b(77, 208, 0, 14), b(47, 60, 0, 14)],
        business: &[b(80, 24, 0, 14)],
        hotel: &[b(176, 80, 0, 14)],
        holidays: &["03-29", "05-01", "08-15", "10-12", "11-01", "12-06", "12-25", "01-01", "01-06"],
    },
    Country {
        code: "CH",
        suffix: "ch",
        utc_offset_min: 60,
        cities: &[("Geneva", "Geneve"), ("Lausanne", "Vaud"), ("Zurich", "Zurich")],
        home: &[b(178, 192, 0, 14), b(77, 56, 0, 14)],
        mobile: &[b(188, 60, 0, 14)],
        business: &[b(83, 76, 0, 14)],
        hotel: &[b(85, 0, 0, 14)],
        holidays: &["03-29", "04-01", "05-09", "05-20", "08-01", "12-25", "12-26", "01-01"],
    },
    Country {
        code: "BR",
        suffix: "com.br",
        utc_offset_min: -180,
        cities: &[("Sao Paulo", "Sao Paulo"), ("Campinas", "Sao Paulo"), ("Rio de Janeiro", "Rio De Janeiro")],
        home: &[b(177, 80, 0, 14), b(177, 188, 0, 15)],
        mobile: &[b(152, 240, 0, 14), b(177, 56, 0, 14)],
        business: &[b(186, 204, 0, 14)],
        hotel: &[b(187, 180, 0, 14)],
        holidays: &["03-29", "05-01", "05-30", "11-15", "11-20", "12-25", "01-01"],
    },
    Country {
        code: "AU",
        suffix: "com.au",
        utc_offset_min: 600,
        cities: &[("Sydney", "New South Wales"), ("Parramatta", "New South Wales"), ("Melbourne", "Victoria")],
        home: &[b(1, 120, 0, 14), b(14, 200, 0, 14)],
        mobile: &[b(1, 128, 0, 14), b(101, 116, 0, 14)],
        business: &[b(101, 160, 0, 14)],
        hotel: &[b(115, 128, 0, 14)],
        holidays: &["03-29", "04-01", "04-25", "06-10", "10-07", "12-25", "12-26", "01-01", "01-27"],
    },
    Country {
        code: "SG",
        suffix: "com.sg",
        utc_offset_min: 480,
        cities: &[("Singapore", "Singapore")],
        home: &[b(121, 6, 0, 15), b(101, 127, 0, 17)],
        mobile: &[b(119, 234, 0, 17), b(111, 65, 32, 19)],
        business: &[b(115, 66, 128, 17)],
        hotel: &[b(171, 1, 128, 17)],
        holidays: &["03-29", "04-10", "05-01", "05-22", "06-17", "08-09", "10-31", "12-25", "01-01", "01-29"],
    },
    Country {
        code: "KE",
        suffix: "co.ke",
        utc_offset_min: 180,
        cities: &[("Nairobi", "Nairobi Area"), ("Thika", "Kiambu"), ("Mombasa", "Mombasa")],
        home: &[b(197, 248, 0, 16), b(196, 100, 0, 14)],
        mobile: &[b(105, 160, 0, 14), b(102, 4, 0, 14)],
        business: &[b(41, 139, 128, 17)],
        hotel: &[b(196, 104, 0, 14)],
        holidays: &["03-29", "04-01", "04-10", "05-01", "10-10", "12-12", "12-25", "12-26", "01-01"],
    },
];

/// The country of an ISO code.
pub fn country(code: &str) -> Option<&'static Country> {
    COUNTRIES.iter().find(|country| country.code == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_country_is_complete_and_named_once() {
        for country in &COUNTRIES {
            assert_eq!(COUNTRIES.iter().filter(|other| other.code == country.code).count(), 1, "{}", country.code);
            for blocks in [country.home, country.mobile, country.business, country.hotel] {
                assert!(!blocks.is_empty(), "{}", country.code);
            }
            assert!(!country.cities.is_empty() && !country.holidays.is_empty(), "{}", country.code);
        }
        assert!(country("XX").is_none());
    }
}
