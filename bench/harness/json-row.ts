import type { BenchRow } from "./bench.ts"

/** A row as one line of JSON, with exactly the documented keys in their documented order. */
export function rowToJson(row: BenchRow): string {
  const { bench, input, metric, unit, ours, peer, peerName, ratio, better, target, met } = row
  return JSON.stringify({ bench, input, metric, unit, ours, peer, peerName, ratio, better, target, met })
}
