import { collectionOf, type DocumentId, parseDocumentId } from "../document/document-id.ts"
import type { RepairCost, RepairPlan } from "./repair-plan.ts"

/** Why an entry is not being repaired. */
export type QueuedState =
  /** It is its turn when all of higher priority are done. */
  | "waiting"
  /** So much is wrong that somebody should look first; see `approve`. */
  | "held"
  /** Under way. */
  | "running"
  /** It failed, and is tried again at `nextMs`. */
  | "backing-off"

/** What is wrong in one collection, waiting to be repaired. */
export interface QueuedRepair {
  /** The collection; empty for records under what is no document id. */
  readonly id: string
  readonly state: QueuedState
  /** Higher first; among equals, what has waited longest. */
  readonly priority: number
  readonly documents: number
  readonly cost: RepairCost
  /** Times it was tried. */
  readonly attempts: number
  /** Since when it waits, and when it is tried next; Unix milliseconds. */
  readonly queuedMs: number
  readonly nextMs: number
  /** Why it failed last, or is held. */
  readonly reason?: string
}

/** An entry with what is to be done. */
export interface QueueEntry extends QueuedRepair {
  readonly plan: RepairPlan
  /** Somebody looked at it, and had it repaired. */
  readonly isApproved?: boolean
  /** Before its last attempt; the next pause is drawn from it. */
  readonly pauseMs?: number
}

/** A plan by collection. */
export function plansByCollection(plan: RepairPlan): ReadonlyMap<string, RepairPlan> {
  const byCollection = Map.groupBy(plan.operations, ({ id }) => collectionIn(id))
  return new Map(
    [...byCollection].map(([name, operations]) => {
      const documents = operations.reduce((sum, { cost }) => sum + cost.documents, 0)
      const records = operations.reduce((sum, { cost }) => sum + cost.records, 0)
      return [name, { ...plan, operations, refused: [], cost: { documents, records } }]
    })
  )
}

/** What waits to be repaired, by collection. What was dropped stays out until something else is found there. */
export class RepairQueue {
  readonly #entries = new Map<string, QueueEntry>()
  /** Names of what was dropped, by collection. */
  readonly #dropped = new Map<string, ReadonlySet<string>>()

  /** In the order in which they are done. */
  get list(): readonly QueueEntry[] {
    return [...this.#entries.values()].sort((a, b) => b.priority - a.priority || a.queuedMs - b.queuedMs)
  }

  get(id: string): QueueEntry | undefined {
    return this.#entries.get(id)
  }

  /** Puts an entry in, in the place of the one for this collection, if there is one. */
  put(entry: QueueEntry): void {
    this.#entries.set(entry.id, entry)
  }

  /** Takes one out that is done. */
  remove(id: string): void {
    this.#entries.delete(id)
  }

  /** Takes one out, and what is in it out of all that is found later. Not one that is running. */
  drop(id: string): boolean {
    const entry = this.#entries.get(id)
    if (entry === undefined || entry.state === "running") return false
    this.#dropped.set(id, new Set(namesIn(entry.plan)))
    return this.#entries.delete(id)
  }

  /** The plan without what was dropped; `undefined` when that is all of it. Forgets what was dropped and is not found any more. */
  withoutDropped(id: string, plan: RepairPlan): RepairPlan | undefined {
    const dropped = this.#dropped.get(id)
    if (dropped === undefined) return plan
    this.#dropped.set(id, new Set(namesIn(plan).filter(name => dropped.has(name))))
    const operations = plan.operations.filter(
      operation => !namesIn({ operations: [operation] }).every(name => dropped.has(name))
    )
    return operations.length === 0 ? undefined : { ...plan, operations }
  }
}

/** Each record as it was found: what is changed once more is another finding. */
function namesIn({ operations }: Pick<RepairPlan, "operations">): readonly string[] {
  return operations.flatMap(({ id, targets }) =>
    targets.map(({ sink, class: found, token = "" }) => JSON.stringify([id, sink, found, token]))
  )
}

function collectionIn(id: string): string {
  try {
    return collectionOf(parseDocumentId(id) satisfies DocumentId)
  } catch {
    return ""
  }
}
