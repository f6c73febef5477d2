import type { Conflict } from "../conflict/conflict.ts"
import type { ConflictRule, Dispute, PolicyDecision } from "../conflict/policy.ts"
import type { JsonObject, JsonValue } from "../document/json.ts"
import type { Engine } from "../engine/engine.ts"
import { type ConflictFilter, Conflicts } from "../replica/conflicts.ts"
import { Document } from "../replica/document.ts"
import { type CoreOptions, noteId, openCore, pull, settle, type TestCore } from "./core-fixture.ts"
import { VirtualTime } from "./virtual-time.ts"

/** A document with any keys. */
export type Note = JsonObject & Record<string, JsonValue>

/** Writes into a draft of one. */
export type Edit = (draft: Record<string, unknown>) => void

/** Copies of one document whose clocks and timers are one. */
export class Desk {
  readonly time = new VirtualTime()
  readonly copies: TestCore[] = []

  async open(conflicts: readonly ConflictRule[], options: CoreOptions = {}): Promise<TestCore> {
    const ports = { timers: this.time, time: { nowMs: () => Date.UTC(2026, 0) + this.time.nowMs() } }
    const copy = await openCore({ conflicts, ports, ...options })
    this.copies.push(copy)
    return copy
  }

  async document(copy: TestCore): Promise<Document<Note>> {
    return new Document<Note>(copy.core, await copy.load(), async () => {})
  }

  async change(copy: TestCore, edit: Edit): Promise<void> {
    await this.time.advance(5)
    ;(await this.document(copy)).change(edit)
  }

  /** Everybody gets what everybody has. */
  async exchange(): Promise<void> {
    for (const to of this.copies) for (const from of this.copies) if (to !== from) await pull(to, from)
    await this.time.advance(0)
  }

  async pass(ms = 60_000): Promise<void> {
    await this.time.advance(ms)
    for (const copy of this.copies) await settle(copy)
  }

  async records(copy: TestCore, filter?: ConflictFilter): Promise<readonly Conflict[]> {
    await settle(copy)
    const records: Conflict[] = []
    for await (const record of new Conflicts(copy.core).list(filter)) records.push(record)
    return records
  }

  async height(copy: TestCore): Promise<number> {
    return (await copy.host.version(noteId)).height
  }
}

/** Two who know the same change one thing each, and hear of it. */
export async function twoApart(
  options: CoreOptions & { readonly conflicts: readonly ConflictRule[] },
  common: Edit,
  ofA: Edit,
  ofB: Edit
): Promise<readonly [Desk, TestCore, TestCore]> {
  const desk = new Desk()
  const [a, b] = [await desk.open(options.conflicts, options), await desk.open(options.conflicts, options)]
  await desk.change(a, common)
  await desk.exchange()
  await desk.change(a, ofA)
  await desk.change(b, ofB)
  await desk.exchange()
  return [desk, a, b]
}

/** A function for disputes, and what it was shown: of each dispute the values, in order. */
export function noticing(decision: PolicyDecision): {
  readonly seen: readonly string[]
  readonly decide: (dispute: Dispute) => PolicyDecision
} {
  const seen: string[] = []
  const decide = ({ sides }: Dispute): PolicyDecision => {
    seen.push(
      sides
        .map(({ value }) => String(value))
        .sort((a, b) => (a < b ? -1 : 1))
        .join(" ")
    )
    return decision
  }
  return { seen, decide }
}

/** Three who each set `x` to their own name and have not heard of each other; the first has rules. */
export async function threeApart(
  engine: Engine,
  conflicts: readonly ConflictRule[]
): Promise<readonly [Desk, TestCore, TestCore, TestCore]> {
  const desk = new Desk()
  const a = await desk.open(conflicts, { engine })
  const [b, c] = [await desk.open([], { engine }), await desk.open([], { engine })]
  for (const [copy, x] of [
    [a, "a"],
    [b, "b"],
    [c, "c"]
  ] as const)
    await desk.change(copy, draft => Object.assign(draft, { x }))
  return [desk, a, b, c]
}
