// Bits of evidence: they are whole thousandths, so sums are made in thousandths and are exact.

export const thousandths = (bits: number): number => Math.round(bits * 1000);

export function sumBits(parts: number[]): number {
  return parts.reduce((sum, bits) => sum + thousandths(bits), 0) / 1000;
}

/** Whether the parts add up to the total exactly. */
export function addsUp(parts: number[], total: number): boolean {
  return thousandths(sumBits(parts)) === thousandths(total);
}

/** `12.345`, always three decimals so that columns line up. */
export const exact = (bits: number): string => (Number.isFinite(bits) ? bits.toFixed(3) : "?");

/** `12.3`, for reading. */
export const short = (bits: number): string => (Number.isFinite(bits) ? bits.toFixed(1) : "?");

/** `1 in 1,200` for a p-value. */
export function oneIn(p: number): string {
  if (!(p > 0)) return "never seen";
  return p >= 0.5 ? "common" : `1 in ${Math.round(1 / p).toLocaleString("en")}`;
}
