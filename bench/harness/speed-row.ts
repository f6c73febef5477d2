import { type BenchRow, median } from "./bench.ts"
import type { RowHead } from "./lower-row.ts"

/** What one round did in a second. */
export interface Speed {
  readonly ours: number
  readonly peer: number
}

/** The middle of the rounds, ours beside a peer's, where more is better; `least` is the share of the peer's that is asked for. */
export function speedRow(
  head: RowHead,
  figure: Pick<BenchRow, "metric" | "unit">,
  speeds: readonly Speed[],
  least?: number
): BenchRow {
  const ratio = median(speeds.map(({ ours, peer }) => ours / peer))
  const asked =
    least === undefined ? { target: "", met: null } : { target: `≥ ${least}×`, met: ratio >= least }
  return {
    ...head,
    ...figure,
    ours: median(speeds.map(({ ours }) => ours)),
    peer: median(speeds.map(({ peer }) => peer)),
    ratio,
    better: "higher",
    ...asked
  }
}
