import { decodeChange } from "@automerge/automerge/slim"
import type { ContainerRef } from "../../document/operation.ts"
import type { Predefined, PredefinedFields } from "../../document/predefined.ts"
import type { ContainerKind } from "../../document/shape.ts"
import { coreError } from "../../errors/core-error.ts"
import { genesisIdentity } from "../genesis-identity.ts"
import type { Handle } from "./automerge-handle.ts"
import { genesisActor, genesisChange, genesisHash } from "./genesis.ts"
import { bytesToHex } from "./hex.ts"

const kinds: Readonly<Record<string, ContainerKind>> = {
  makeMap: "map",
  makeList: "list",
  makeText: "text",
  set: "counter"
}

/** Whether an actor is one of a genesis, or pretends to be: 4 bytes, the highest bit clear. */
export function isReserved(actor: string): boolean {
  return actor.length === 8 && actor < "80000000"
}

/** The geneses a document contains. */
export class GenesisIndex {
  readonly #byIdentity = new Map<number, ContainerRef>()
  readonly #byHash = new Map<string, ContainerRef>()
  /** By what holds them, for questions about a key. */
  readonly #places = new Map<string, ContainerRef[]>()

  has(identity: number): boolean {
    return this.#byIdentity.has(identity)
  }

  get(identity: number): ContainerRef | undefined {
    return this.#byIdentity.get(identity)
  }

  /** By hash, as changes name what they depend on. */
  find(hash: string): ContainerRef | undefined {
    return this.#byHash.get(hash)
  }

  /** Whether there is one, of any kind, at a key of the map with this identity; the root has none. */
  hasAt(identity: number | undefined, key: string): boolean {
    return this.#places.has(placeOf(identity, key))
  }

  /** The identity of the counter that has its genesis there; `undefined` for none. */
  counterAt(identity: number | undefined, key: string): number | undefined {
    const ref = this.#places.get(placeOf(identity, key))?.find(({ kind }) => kind === "counter")
    return ref === undefined ? undefined : genesisIdentity(ref)
  }

  add(ref: ContainerRef): void {
    const parent = ref.path.slice(0, -1)
    this.#byIdentity.set(genesisIdentity(ref), ref)
    this.#byHash.set(genesisHash(ref), ref)
    const place = placeOf(
      parent.length === 0 ? undefined : genesisIdentity({ path: parent, kind: "map" }),
      ref.path.at(-1) ?? ""
    )
    const refs = this.#places.get(place)
    if (refs === undefined) this.#places.set(place, [ref])
    else if (!refs.some(({ kind }) => kind === ref.kind)) refs.push(ref)
  }

  /**
   * Adds a change by a reserved actor, if that is a genesis byte for byte and what it builds on is known.
   *
   * @throws SynclineError `engine-identity-reserved`.
   */
  admit(bytes: Uint8Array): void {
    const ref = this.#recognize(bytes)
    if (ref === undefined)
      throw coreError(
        "engine-identity-reserved",
        "the bytes define content under an actor reserved for the genesis of predefined containers"
      )
    this.add(ref)
  }

  /**
   * Adds the geneses of a document loaded from a snapshot, given how many changes each actor made there. Cost: what is
   * predefined, if it has no geneses but these; otherwise its changes.
   *
   * @throws SynclineError `engine-identity-reserved` when there is anything else by a reserved actor.
   */
  admitAll(handle: Handle, counts: ReadonlyMap<string, number>, fields: PredefinedFields): void {
    const reserved = new Set([...counts.keys()].filter(isReserved))
    for (const { ref, identity } of predefinedIn(fields)) {
      const actor = bytesToHex(genesisActor(identity))
      // An actor with one change, and that the genesis: there is nothing else.
      if (!reserved.has(actor) || counts.get(actor) !== 1) continue
      if (handle.getChangeByHash(genesisHash(ref)) === null) continue
      this.add(ref)
      reserved.delete(actor)
    }
    if (reserved.size === 0) return
    for (const { actor, hash } of handle.getChangesMeta([])) {
      if (!isReserved(actor) || this.#byHash.has(hash)) continue
      this.admit(handle.getChangeByHash(hash) ?? new Uint8Array())
    }
  }

  #recognize(bytes: Uint8Array): ContainerRef | undefined {
    const change = decodeChange(bytes)
    const [operation] = change.ops
    const kind = kinds[operation?.action ?? ""]
    const parent = change.deps[0] === undefined ? undefined : this.#byHash.get(change.deps[0])
    if (operation === undefined || kind === undefined || (change.deps.length > 0 && parent === undefined))
      return undefined
    const ref: ContainerRef = { path: [...(parent?.path ?? []), operation.key ?? ""], kind }
    if (ref.path.includes("")) return undefined
    const real = genesisChange(ref).bytes
    return real.length === bytes.length && real.every((byte, at) => byte === bytes[at]) ? ref : undefined
  }
}

/** Outermost first. */
function* predefinedIn(fields: PredefinedFields): Generator<Predefined> {
  for (const field of fields.values()) {
    yield field
    yield* predefinedIn(field.fields)
  }
}

function placeOf(identity: number | undefined, key: string): string {
  return `${identity ?? ""}/${key}`
}
