import type { RejectFrame } from "../frame.ts"
import type { SyncEffect } from "../sync-effect.ts"
import { maxRejectionsTold } from "../sync-limits.ts"

/** Tells the peer of each document that was not taken, and people of the first ones and how many there are. */
export function refusals(rejects: readonly Omit<RejectFrame, "kind">[]): SyncEffect[] {
  const effects: SyncEffect[] = []
  for (const [i, { document, reason, message }] of rejects.entries()) {
    const reject = { document, reason, message }
    effects.push({ kind: "send", frame: { kind: "reject", ...reject } })
    if (i < maxRejectionsTold) effects.push({ kind: "report", report: { kind: "rejected-here", reject } })
  }
  const documents = rejects.length - maxRejectionsTold
  if (documents > 0) effects.push({ kind: "report", report: { kind: "rejected-more-here", documents } })
  return effects
}
