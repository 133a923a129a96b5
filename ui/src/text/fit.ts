// How much of a list fits into a number of lines, by letters: so that the lanes stay above the fold whatever is told.

/** How many of `texts`, from the first, fill at most `lines` of `letters` each; at least one. */
export function fitting(texts: string[], letters: number, lines: number): number {
  let used = 0;
  for (const [index, text] of texts.entries()) {
    used += Math.max(1, Math.ceil(text.length / letters));
    if (used > lines) return Math.max(1, index);
  }
  return texts.length;
}
