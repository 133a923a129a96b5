// Thousands of files that were read become a few lines, one a folder.
import type { SourceStatus } from "../api/types.ts";

export interface SourceLine {
  name: string;
  files: number;
  read: number;
  events: number;
  refused: number;
  /** Why records were refused, the most frequent first. */
  reasons: [string, number][];
}

const MOST_LINES = 20;

/** One line a folder (or a named source), without the path they share; folders join their parents until few enough are left. */
export function sourceLines(sources: SourceStatus[], most = MOST_LINES): SourceLine[] {
  const paths = sources.map(({ name }) => String(name).split("/"));
  let shared = 0;
  const [first = []] = paths;
  while (shared < first.length - 1 && paths.every((path) => path.length > shared + 1 && path[shared] === first[shared])) shared += 1;
  const deepest = paths.reduce((length, path) => Math.max(length, path.length), 0);
  for (let depth = deepest; ; depth -= 1) {
    const lines = new Map<string, SourceLine>();
    sources.forEach((source, index) => {
      const path = (paths[index] ?? []).slice(shared);
      const name = (path.length > 1 ? path.slice(0, -1).slice(0, Math.max(1, depth - shared - 1)) : path).join("/");
      const line = lines.get(name) ?? { name, files: 0, read: 0, events: 0, refused: 0, reasons: [] };
      line.files += 1;
      line.read += Number(source.read ?? 0);
      line.events += Number(source.events ?? 0);
      line.refused += Number(source.dead_letter ?? 0);
      for (const [reason, count] of Object.entries(source.by_reason ?? {})) {
        const known = line.reasons.find(([one]) => one === reason);
        if (known) known[1] += Number(count);
        else line.reasons.push([reason, Number(count)]);
      }
      lines.set(name, line);
    });
    if (lines.size <= most || depth <= shared + 1) {
      const all = [...lines.values()].sort((a, b) => b.events - a.events || a.name.localeCompare(b.name));
      for (const line of all) line.reasons.sort((a, b) => b[1] - a[1]);
      return all;
    }
  }
}
