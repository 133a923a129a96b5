//! A row of a dot plot on a logarithmic axis, as inline SVG. Knows no figures of its own.

use maud::{Markup, html};

const WIDTH: f64 = 360.0;
const EDGE: f64 = 20.0;

/// From `low` to `high`, both above 0; what lies outside is drawn at the edge.
pub(crate) struct LogAxis {
    pub(crate) low: f64,
    pub(crate) high: f64,
}

impl LogAxis {
    fn x(&self, value: f64) -> f64 {
        let share = (value.max(1e-12) / self.low).ln() / (self.high / self.low).ln();
        EDGE + (WIDTH - 2.0 * EDGE) * share.clamp(0.0, 1.0)
    }

    /// The axis with its labels.
    pub(crate) fn labels(&self, at: &[f64]) -> Markup {
        html! {
            svg width=(WIDTH) height="20" {
                @for value in at { text x=(self.x(*value)) y="14" text-anchor="middle" { (value) } }
            }
        }
    }
}

/// A dot with its interval over a band (a line where both ends are the same).
pub(crate) fn dot_with_interval(axis: &LogAxis, value: Option<f64>, interval: Option<(f64, f64)>, band: (f64, f64)) -> Markup {
    let (from, to) = (axis.x(band.0), axis.x(band.1));
    html! {
        svg width=(WIDTH) height="16" {
            rect class="band" x=(from) y="0" width=((to - from).max(1.0)) height="16" {}
            @if let Some((low, high)) = interval { line class="interval" x1=(axis.x(low)) x2=(axis.x(high)) y1="8" y2="8" {} }
            @if let Some(value) = value { circle class="dot" cx=(axis.x(value)) cy="8" r="4" {} }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_is_logarithmic_and_ends() {
        let axis = LogAxis { low: 0.1, high: 10.0 };
        assert!((axis.x(1.0) - WIDTH / 2.0).abs() < 1e-9);
        assert_eq!((axis.x(0.0), axis.x(99.0)), (EDGE, WIDTH - EDGE));
    }
}
