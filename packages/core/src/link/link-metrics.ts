import type { ChannelCounts } from "../sync/frame-channel.ts"
import type { SyncLevel } from "../sync/reconcile/level.ts"
import type { LevelOutcome } from "../sync/sync-effect.ts"
import type { LevelMetrics, LinkMetrics } from "./link.ts"

const noLevel: LevelMetrics = { used: 0, decoded: 0, gaveUp: 0, inconsistent: 0, changed: 0, bytes: 0 }

/** What a new link has counted. */
export const noMetrics: LinkMetrics = {
  framesIn: 0,
  framesOut: 0,
  bytesIn: 0,
  bytesOut: 0,
  duplicates: 0,
  connections: 0,
  verified: 0,
  unitComparisons: 0,
  exchanges: 0,
  fallThroughs: 0,
  levels: { list: noLevel, rateless: noLevel, ranges: noLevel, merkle: noLevel },
  divergences: 0,
  rejectedHere: 0,
  rejectedThere: 0,
  limitedMs: 0
}

const fieldOf: { readonly [O in LevelOutcome]: Exclude<keyof LevelMetrics, "bytes"> } = {
  used: "used",
  decoded: "decoded",
  "gave-up": "gaveUp",
  inconsistent: "inconsistent",
  changed: "changed"
}

/** With one more outcome of a level. */
export function counted(
  levels: LinkMetrics["levels"],
  level: SyncLevel,
  outcome: LevelOutcome
): LinkMetrics["levels"] {
  const field = fieldOf[outcome]
  return { ...levels, [level]: { ...levels[level], [field]: levels[level][field] + 1 } }
}

/** With what one connection counted. */
export function addCounts(metrics: LinkMetrics, counts: Readonly<ChannelCounts>): LinkMetrics {
  const { levels } = metrics
  const withBytes = (level: SyncLevel): LevelMetrics => ({
    ...levels[level],
    bytes: levels[level].bytes + counts.levelBytes[level]
  })
  return {
    ...metrics,
    framesIn: metrics.framesIn + counts.framesIn,
    framesOut: metrics.framesOut + counts.framesOut,
    bytesIn: metrics.bytesIn + counts.bytesIn,
    bytesOut: metrics.bytesOut + counts.bytesOut,
    duplicates: metrics.duplicates + counts.duplicates,
    levels: {
      list: withBytes("list"),
      rateless: withBytes("rateless"),
      ranges: withBytes("ranges"),
      merkle: withBytes("merkle")
    }
  }
}
