// Which labels of a lane fit, and where: like flags on poles, none across another.

export interface Wanted {
  x: number;
  text: string;
  /** Heavier ones are placed first. */
  weight: number;
}

export interface Placed {
  /** Row from the top. */
  row: number;
  /** Left edge of the text. */
  left: number;
  text: string;
  /** Whether the text hangs to the left of its pole. */
  flipped: boolean;
}

const GAP = 8;
/** Shortest text worth showing, in characters. */
const LEAST = 14;

/** One entry a wanted label, null where it does not fit. `measure` gives the width of a text in pixels, `most` the letters of the longest. */
export function placeLabels(wanted: Wanted[], rows: number, width: number, measure: (text: string) => number, most: number): (Placed | null)[] {
  const taken: { row: number; from: number; to: number; pole: number }[] = [];
  const result: (Placed | null)[] = wanted.map(() => null);
  const order = wanted.map((_, index) => index).sort((a, b) => (wanted[b]?.weight ?? 0) - (wanted[a]?.weight ?? 0) || a - b);
  for (const index of order) {
    const label = wanted[index];
    if (!label) continue;
    const placed = fit(label);
    if (placed) {
      const length = measure(placed.text);
      taken.push({ row: placed.row, from: placed.left, to: placed.left + length, pole: label.x });
      result[index] = placed;
    }
  }
  return result;

  function fit(label: Wanted): Placed | null {
    // Whole texts first, then shorter ones: a short text in a free row beats none.
    for (const letters of new Set([most, 64, 40, 26, LEAST].map((length) => Math.min(label.text.length, length, most)))) {
      const text = letters < label.text.length ? `${label.text.slice(0, Math.max(1, letters - 1)).trimEnd()}…` : label.text;
      const length = measure(text);
      for (let row = 0; row < rows; row += 1) {
        for (const flipped of [false, true]) {
          const left = flipped ? label.x - 4 - length : label.x + 4;
          if (left < 0 || left + length > width) continue;
          if (free(row, left, left + length, label.x)) return { row, left, text, flipped };
        }
      }
    }
    return null;
  }

  function free(row: number, from: number, to: number, pole: number): boolean {
    return taken.every((other) => {
      const apart = to + GAP <= other.from || other.to + GAP <= from;
      if (other.row === row) return apart;
      // A pole runs from its label's row down to the points: it must not cross a text below it.
      if (other.row < row) return other.pole < from - 2 || other.pole > to + 2;
      return pole < other.from - 2 || pole > other.to + 2;
    });
  }
}
