import {
  type ContainerKind,
  type ContainerRef,
  coreError,
  type EngineChange,
  type EngineDocument,
  type EngineDocumentOptions,
  type JsonObject,
  type JsonValue,
  type Operation,
  type Path
} from "@syncline/core"
import {
  absentKind,
  fieldsInside,
  genesisIdentity,
  mustBeContainer,
  noFields,
  outermostPaths,
  planEdits,
  type PredefinedFields,
  predefinedFields,
  withAncestors
} from "@syncline/core/engine"
import { decode, type Edit, encode, type Entry, inOrder } from "./entry.ts"
import { genesisOf, genesisRef } from "./genesis.ts"
import { type Held, isContainer, State } from "./state.ts"
import { cellsOf, mapTarget } from "./targets.ts"
import { differences, share, valueOf } from "./value.ts"

/** A document that is its log, replayed. */
export class LogDocument implements EngineDocument {
  readonly #fields: PredefinedFields
  readonly #entries = new Map<string, Entry>()
  readonly #geneses = new Map<string, ContainerRef>()
  #ordered: Entry[] = []
  #state = new State()
  #value: JsonValue | undefined
  #identity: string
  memoryBytes = 0

  constructor({ shape, identity, snapshot }: EngineDocumentOptions) {
    this.#fields = predefinedFields(shape)
    this.#identity = identityOf(identity)
    if (snapshot !== undefined) this.applySnapshot(snapshot)
  }

  /** The log, for whoever wants to look at it. */
  get native(): readonly Entry[] {
    return [...this.#ordered]
  }

  value(): JsonObject {
    this.#value = share(this.#value, valueOf(this.#state.root, this.#fields))
    return this.#value as JsonObject
  }

  readonly kindAt = (path: Path): ContainerKind | "register" | undefined => {
    let at: Held = this.#state.root
    let fields = this.#fields
    for (const [depth, step] of path.entries()) {
      if (!isContainer(at)) return undefined
      let found: Held | undefined
      if (at.kind === "map" && typeof step === "string") {
        found = at.entries.get(step)
        if (found === undefined) return absentKind(fields, path.slice(depth), !at.entries.has(step))
      } else if (at.kind === "list" && typeof step === "number") found = at.items[step]
      if (found === undefined) return undefined
      const field = typeof step === "string" ? fields.get(step) : undefined
      fields = isContainer(found) ? fieldsInside(found.identity, field) : noFields
      at = found
    }
    return isContainer(at) ? at.kind : "register"
  }

  change(operations: readonly Operation[]): EngineChange | undefined {
    const before = this.value()
    const edits: Edit[] = []
    const cellOf = cellsOf(this.#nextName())
    const context = { state: () => this.#state, write: (edit: Edit) => void edits.push(edit), cellOf }
    const plan = planEdits(mapTarget(context, "root"), this.#fields, operations)
    if (plan === undefined) return undefined
    this.ensureGenesis(plan.genesis)
    // Until here nothing was written, so a change that is refused leaves nothing behind.
    plan.flush()
    return edits.length === 0 ? undefined : this.#append(before, edits)
  }

  apply(updates: readonly Uint8Array[]): readonly Path[] {
    return this.#take(updates.flatMap(decode), "engine-update-invalid")
  }

  applySnapshot(snapshot: Uint8Array): readonly Path[] {
    return this.#take(decode(snapshot), "commit-forked")
  }

  ensureGenesis(containers: readonly ContainerRef[]): void {
    for (const container of containers) mustBeContainer(container)
    this.#take(containers.flatMap(withAncestors).map(genesisOf), "engine-update-invalid")
  }

  establish(containers: readonly ContainerRef[]): EngineChange | undefined {
    const refs = containers.flatMap(withAncestors)
    if (refs.every(ref => this.#entries.has(genesisOf(ref).name))) return undefined
    this.ensureGenesis(refs)
    return this.#append(this.value(), [])
  }

  setIdentity(identity: Uint8Array): void {
    this.#identity = identityOf(identity)
  }

  /** Never called: `native` can only be read. */
  onNativeChange(): () => void {
    return () => {}
  }

  onNativeDamage(): () => void {
    return () => {}
  }

  snapshot(): Uint8Array {
    return encode(this.#ordered)
  }

  /** The order is the same everywhere, and so are the bytes. */
  stateKey(): Uint8Array {
    return this.snapshot()
  }

  destroy(): void {
    this.#entries.clear()
  }

  #nextName(): string {
    const prefix = `${this.#identity} `
    return prefix + String(this.#ordered.filter(({ name }) => name.startsWith(prefix)).length + 1)
  }

  #append(before: JsonValue, edits: readonly Edit[]): EngineChange {
    const followed = new Set(this.#ordered.flatMap(({ after }) => after))
    const after = [...this.#entries.keys()].filter(name => !followed.has(name)).sort()
    const time = 1 + Math.max(0, ...after.map(name => this.#entries.get(name)?.time ?? 0))
    const entry: Entry = { name: this.#nextName(), time, after, edits }
    this.#add(entry)
    this.#replay()
    const paths = outermostPaths([...differences(before, this.value(), [])])
    return { update: encode([entry]), paths, containers: [...this.#geneses.values()] }
  }

  #take(
    entries: readonly Entry[],
    contradiction: "engine-update-invalid" | "commit-forked"
  ): readonly Path[] {
    const before = this.value()
    for (const entry of entries) {
      const known = this.#entries.get(entry.name)
      if (known === undefined) this.#add(entry)
      else if (JSON.stringify(known) !== JSON.stringify(entry))
        throw coreError(contradiction, `there is another entry "${entry.name}" here`)
    }
    this.#replay()
    return outermostPaths([...differences(before, this.value(), [])])
  }

  #add(entry: Entry): void {
    const times = entry.after.map(name => this.#entries.get(name)?.time)
    if (times.includes(undefined))
      throw coreError("engine-update-invalid", `"${entry.name}" builds on what is not here`)
    if (entry.time !== 1 + Math.max(0, ...times.map(Number)))
      throw coreError("engine-update-invalid", `"${entry.name}" is not of the time it says`)
    const ref = genesisRef(entry)
    if (ref !== undefined) this.#geneses.set(entry.name, ref)
    this.#entries.set(entry.name, entry)
    this.memoryBytes += 2 * JSON.stringify(entry).length
  }

  /** From the beginning: simple, and as slow as the document is long. */
  #replay(): void {
    this.#ordered = [...this.#entries.values()].sort(inOrder)
    this.#state = new State()
    for (const entry of this.#ordered) {
      const ref = this.#geneses.get(entry.name)
      this.#state.execute(entry, ref === undefined ? undefined : genesisIdentity(ref))
    }
  }
}

function identityOf(identity: Uint8Array): string {
  return Array.from(identity, byte => byte.toString(16).padStart(2, "0")).join("")
}
