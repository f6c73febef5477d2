import { collectionOf, parseDocumentId } from "../document/document-id.ts"
import { partOfPlan } from "./plan-parts.ts"
import type { QueueEntry } from "./queue-entry.ts"
import type { PlannedOperation, RefusedTarget, RepairPlan, RepairTarget } from "./repair-plan.ts"

/** A plan by collection, with what it leaves alone there. */
export function plansByCollection(plan: RepairPlan): ReadonlyMap<string, RepairPlan> {
  const operations = Map.groupBy(plan.operations, ({ id }) => collectionIn(id))
  const refused = Map.groupBy(plan.refused, ({ id }) => collectionIn(id))
  const names = new Set([...operations.keys(), ...refused.keys()])
  return new Map(
    [...names].map(name => [name, partOfPlan(plan, operations.get(name) ?? [], refused.get(name) ?? [])])
  )
}

/** What waits to be repaired, by collection. What was dropped stays out until something else is found there. */
export class RepairQueue {
  readonly #entries = new Map<string, QueueEntry>()
  /** Names of what was dropped, by collection. */
  readonly #dropped = new Map<string, Set<string>>()

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
    this.#leaveOut(id, namesIn(entry.plan))
    return this.#entries.delete(id)
  }

  /** Takes operations that were cancelled out of all that is found later. */
  leaveOut(operations: readonly PlannedOperation[]): void {
    for (const operation of operations) this.#leaveOut(collectionIn(operation.id), namesOf(operation))
  }

  /** The plan without what was dropped. */
  withoutDropped(id: string, plan: RepairPlan): RepairPlan {
    const dropped = this.#dropped.get(id)
    if (dropped === undefined) return plan
    const operations = plan.operations.filter(each => !namesOf(each).every(name => dropped.has(name)))
    const refused = plan.refused.filter(each => !dropped.has(nameOfRefused(each)))
    return partOfPlan(plan, operations, refused)
  }

  /** Forgets what was dropped in a collection and is not found there any more: should it be found again, that is something else. */
  forgetUnlessIn(id: string, plan: RepairPlan): void {
    const dropped = this.#dropped.get(id)
    if (dropped !== undefined) this.#dropped.set(id, new Set(namesIn(plan).filter(name => dropped.has(name))))
  }

  #leaveOut(id: string, names: readonly string[]): void {
    this.#dropped.set(id, new Set([...(this.#dropped.get(id) ?? []), ...names]))
  }
}

function namesIn({ operations, refused }: RepairPlan): readonly string[] {
  return [...operations.flatMap(namesOf), ...refused.map(nameOfRefused)]
}

function namesOf({ id, targets }: PlannedOperation): readonly string[] {
  return targets.map(target => nameOf(id, target))
}

function nameOfRefused({ id, target }: RefusedTarget): string {
  return nameOf(id, target)
}

/** Each record as it was found: what is changed once more is another finding. */
function nameOf(id: string, { sink, class: found, token = "" }: RepairTarget): string {
  return JSON.stringify([id, sink, found, token])
}

function collectionIn(id: string): string {
  try {
    return collectionOf(parseDocumentId(id))
  } catch {
    return ""
  }
}
