import * as A from "@automerge/automerge"
import type { Engine } from "@syncline/core"
import * as Y from "yjs"
import type { ConcurrentTransaction, Patch } from "../../bench/traces/editing-trace.ts"
import { type Agent, otherThan, type Writers } from "./schedule.ts"

/** Two documents of a library, without any of ours, that two writers edit. */
export interface RawWriters extends Writers {
  write(agent: Agent, transactions: readonly ConcurrentTransaction[]): void
  merge(agent: Agent, count: number): void
  text(agent: Agent): string
  /** Equal where the library holds the same changes. */
  state(agent: Agent): string
  /** Bytes of all updates, one for each transaction. */
  readonly bytes: number
}

/** How each library is asked for what `RawWriters.state` gives. */
export const stateOf: {
  readonly yjs: (doc: Y.Doc) => string
  readonly automerge: (doc: A.Doc<Record<string, unknown>>) => string
} = {
  // Of a copy: neighbours that came in apart are one piece there.
  yjs: doc => {
    const copy = new Y.Doc()
    Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc))
    return Buffer.from(Y.encodeStateAsUpdate(copy)).toString("base64")
  },
  automerge: doc => A.getHeads(doc).toSorted().join()
}

const body = { path: ["body"], kind: "text" } as const

/** What both kinds have: the updates made so far, and how far each side has merged. */
abstract class Exchange implements RawWriters {
  readonly #updates: readonly [Uint8Array[], Uint8Array[]] = [[], []]
  readonly #merged: [number, number] = [0, 0]

  get bytes(): number {
    return this.#updates.flat().reduce((sum, { length }) => sum + length, 0)
  }

  write(agent: Agent, transactions: readonly ConcurrentTransaction[]): void {
    for (const { patches } of transactions) this.#updates[agent].push(this.edit(agent, patches))
  }

  merge(agent: Agent, count: number): void {
    const updates = this.#updates[otherThan(agent)].slice(this.#merged[agent], count)
    this.#merged[agent] = Math.max(this.#merged[agent], count)
    if (updates.length > 0) this.apply(agent, updates)
  }

  abstract text(agent: Agent): string
  abstract state(agent: Agent): string
  protected abstract edit(agent: Agent, patches: readonly Patch[]): Uint8Array
  protected abstract apply(agent: Agent, updates: Uint8Array[]): void
}

class YjsWriters extends Exchange {
  readonly #docs: readonly [Y.Doc, Y.Doc]
  #made: Uint8Array = new Uint8Array()

  constructor(genesis: Uint8Array, identities: readonly [number, number]) {
    super()
    const [first, second] = identities.map(clientID => {
      const doc = new Y.Doc()
      Y.applyUpdate(doc, genesis, this)
      doc.clientID = clientID
      doc.on("update", (update: Uint8Array) => {
        this.#made = update
      })
      return doc
    })
    this.#docs = [first ?? new Y.Doc(), second ?? new Y.Doc()]
  }

  text(agent: Agent): string {
    return this.#textIn(agent).toJSON()
  }

  state(agent: Agent): string {
    return stateOf.yjs(this.#docs[agent])
  }

  protected edit(agent: Agent, patches: readonly Patch[]): Uint8Array {
    const text = this.#textIn(agent)
    this.#docs[agent].transact(() => {
      for (const [position, removed, inserted] of patches) {
        if (removed > 0) text.delete(position, removed)
        if (inserted !== "") text.insert(position, inserted)
      }
    })
    return this.#made
  }

  protected apply(agent: Agent, updates: Uint8Array[]): void {
    const doc = this.#docs[agent]
    doc.transact(() => {
      for (const update of updates) Y.applyUpdate(doc, update)
    })
  }

  #textIn(agent: Agent): Y.Text {
    return this.#docs[agent].getMap("root").get("body") as Y.Text
  }
}

class AutomergeWriters extends Exchange {
  readonly #docs: [A.Doc<{ body: string }>, A.Doc<{ body: string }>]

  constructor(genesis: Uint8Array, identities: readonly [string, string]) {
    super()
    const open = (actor: string): A.Doc<{ body: string }> =>
      A.applyChanges(A.init<{ body: string }>({ actor }), [genesis])[0]
    this.#docs = [open(identities[0]), open(identities[1])]
  }

  text(agent: Agent): string {
    return this.#docs[agent].body
  }

  state(agent: Agent): string {
    return stateOf.automerge(this.#docs[agent])
  }

  protected edit(agent: Agent, patches: readonly Patch[]): Uint8Array {
    const after = A.change(this.#docs[agent], { time: 0 }, doc => {
      for (const [position, removed, inserted] of patches)
        A.splice(doc, ["body"], position, removed, inserted)
    })
    this.#docs[agent] = after
    return A.getLastLocalChange(after) ?? new Uint8Array()
  }

  protected apply(agent: Agent, updates: Uint8Array[]): void {
    this.#docs[agent] = A.applyChanges(this.#docs[agent], updates)[0]
  }
}

/** Two documents in the library of an engine, under the identities of two replicas. */
export function rawWriters(
  engine: Engine,
  identities: readonly [number, number] | readonly [string, string]
): RawWriters {
  const [first, second] = identities
  if (typeof first === "number" && typeof second === "number")
    return new YjsWriters(engine.genesis(body), [first, second])
  return new AutomergeWriters(engine.genesis(body), [String(first), String(second)])
}
