import type { SyncPhase, SyncStatus } from "./sync-status.ts"

/** What is shown first where links stand differently: work under way, then what works, then what keeps it from working. */
const order: readonly SyncPhase[] = [
  "catching-up",
  "diverged",
  "live",
  "connecting",
  "refused",
  "offline",
  "closed"
]

/** Nothing to sync with. */
export const noLinks: SyncStatus = {
  phase: "offline",
  why: "there is no link",
  progress: { documents: 0 },
  unsynced: { commits: 0, documents: 0, complete: false },
  rejected: []
}

/**
 * Several links as one. `unsynced` is that of the link which lacks least: everything else is on one other replica at
 * least. `progress` sums up what is catching up; `expected` is there if it is for each.
 */
export function combineStatuses(statuses: readonly SyncStatus[]): SyncStatus {
  const [first] = [...statuses].sort((a, b) => order.indexOf(a.phase) - order.indexOf(b.phase))
  if (first === undefined) return noLinks
  const running = statuses.filter(({ phase }) => phase === "catching-up" || phase === "diverged")
  const least = statuses.map(({ unsynced }) => unsynced).reduce(lacksLess)
  return {
    ...first,
    progress: (running.length === 0 ? [first] : running).map(({ progress }) => progress).reduce(sum),
    unsynced: least,
    rejected: statuses.flatMap(({ rejected }) => rejected)
  }
}

function lacksLess(a: SyncStatus["unsynced"], b: SyncStatus["unsynced"]): SyncStatus["unsynced"] {
  if (a.complete !== b.complete) return a.complete ? a : b
  return b.commits < a.commits ? b : a
}

function sum(a: SyncStatus["progress"], b: SyncStatus["progress"]): SyncStatus["progress"] {
  const documents = a.documents + b.documents
  if (a.expected === undefined || b.expected === undefined) return { documents }
  return { documents, expected: a.expected + b.expected }
}
