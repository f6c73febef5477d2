import type { BenchRow } from "./bench.ts"

/** What rows of one table share. */
export type RowHead = Pick<BenchRow, "bench" | "input" | "peerName">

/** Ours beside a peer's, where less is better; `limit` is how many times the peer's is asked for, as `words` say it. */
export function lowerRow(
  head: RowHead,
  figure: Pick<BenchRow, "metric" | "unit" | "ours" | "peer">,
  limit?: number,
  words = `<= ${limit}×`
): BenchRow {
  const ratio = figure.ours / figure.peer
  const asked = limit === undefined ? { target: "", met: null } : { target: words, met: ratio <= limit }
  return { ...head, ...figure, ratio, better: "lower", ...asked }
}
