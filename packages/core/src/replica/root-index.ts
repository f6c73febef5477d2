import { keyedId } from "@syncline/diff/set"
import type { DocumentId } from "../document/document-id.ts"
import { collectionOf } from "../document/document-id.ts"
import type { TimerPort } from "../ports/ports.ts"
import type { UnitRoot } from "../sync/sync-host.ts"
import type { DocumentRule } from "../sync/link-grant.ts"
import type { ScopeView } from "../sync/scope-view.ts"
import type { SyncScope } from "../sync/sync-scope.ts"
import type { DigestIndex } from "../tracking/digest-index.ts"
import type { NameDigest } from "./name-digest.ts"
import { type HeadReader, NarrowUnits } from "./narrow-units.ts"
import { ScopedUnits } from "./scoped-units.ts"
import { UnitIndex, type UnitIndexOptions } from "./unit-index.ts"

/** Heads read at a time while building: more of them at once only grow the heap, which does not shrink again. */
const pageSize = 500

/** Of the secret, what is told to peers. */
const keyBytes = 16

/** What the index needs of a replica. */
export interface RootIndexOptions {
  /** See `unitSecret`. */
  readonly secret: Uint8Array
  readonly timers: TimerPort
  /** How digests become 8-byte ids; default `keyedId`. */
  readonly nameDigest?: NameDigest
}

/**
 * Merkle roots over the digests of each collection's documents, and what else tells strangers' documents apart. Built
 * from the store's heads when first asked for (some six microseconds a document, in stretches), then kept current by the appends.
 */
export class RootIndex {
  /** Under which this replica's side of a comparison is kept. 16 bytes. */
  readonly key: Uint8Array
  readonly #session: HeadReader
  readonly #options: UnitIndexOptions
  readonly #units = new Map<string, UnitIndex>()
  #state: "unbuilt" | "building" | "built" = "unbuilt"
  #building: Promise<void> | undefined
  readonly #narrow: NarrowUnits
  /** Documents appended while building: what the scan says of them may be older. */
  readonly #fresh = new Set<DocumentId>()

  constructor(session: HeadReader, options: RootIndexOptions) {
    const { secret, timers, nameDigest = keyedId } = options
    this.#session = session
    this.key = secret.slice(0, keyBytes)
    this.#options = {
      nameDigest,
      salt: new DataView(secret.slice(keyBytes).buffer).getInt32(0),
      giveWay: () => new Promise(resolve => timers.schedule(0, resolve))
    }
    this.#narrow = new NarrowUnits(session, this.#options)
  }

  /** Bytes held. */
  get byteLength(): number {
    return [...this.#units.values()].reduce((sum, unit) => sum + unit.byteLength, this.#narrow.byteLength)
  }

  /** Takes in a document's new durable digest. */
  set(id: DocumentId, digest: Uint8Array): void {
    this.#narrow.set(id, digest)
    if (this.#state === "unbuilt") return
    if (this.#state === "building") this.#fresh.add(id)
    this.#put(id, digest)
  }

  /** Roots in ascending order of collection. */
  async roots(): Promise<readonly UnitRoot[]> {
    return (await this.units())
      .map(([collection, { tree }]) => ({ collection, root: tree.root(), documents: tree.size }))
      .sort((a, b) => (a.collection < b.collection ? -1 : 1))
  }

  /** All collections that have documents. */
  async units(): Promise<readonly (readonly [string, UnitIndex])[]> {
    await this.#built()
    return [...this.#units].filter(([, { tree }]) => tree.size > 0)
  }

  /** One collection. */
  async unit(collection: string): Promise<UnitIndex> {
    await this.#built()
    return this.#unit(collection)
  }

  /** What sinks are verified by. */
  async digests(): Promise<DigestIndex> {
    await this.#built()
    return {
      trees: () => [...this.#units].map(([collection, { tree }]) => [collection, tree] as const),
      documentsAt: async keys => {
        const found = [...this.#units.values()].map(unit => unit.documentsAt(keys))
        return (await Promise.all(found)).flat()
      }
    }
  }

  /** What a link of this scope compares. To be closed. */
  scope(scope: SyncScope, rule: DocumentRule | undefined): ScopeView {
    return new ScopedUnits({ whole: this, narrow: this.#narrow }, scope, rule)
  }

  #built(): Promise<void> {
    this.#building ??= this.#build().catch((error: unknown) => {
      this.#forget()
      throw error
    })
    return this.#building
  }

  async #build(): Promise<void> {
    this.#state = "building"
    let after: DocumentId | undefined
    for (;;) {
      const heads = await this.#session.scanHeads({
        limit: pageSize,
        ...(after === undefined ? {} : { after })
      })
      for (const { id, digest } of heads) if (!this.#fresh.has(id)) this.#put(id, digest)
      after = heads.at(-1)?.id
      if (heads.length < pageSize) break
      // A store that answers at once would let nothing else run until all is read.
      await this.#options.giveWay()
    }
    this.#fresh.clear()
    this.#state = "built"
    for (const unit of this.#units.values()) await unit.hash()
  }

  /** What was read of the heads is no use without the rest: the next caller begins anew. */
  #forget(): void {
    this.#units.clear()
    this.#fresh.clear()
    this.#state = "unbuilt"
    this.#building = undefined
  }

  #put(id: DocumentId, digest: Uint8Array): void {
    this.#unit(collectionOf(id)).set(id, digest)
  }

  #unit(collection: string): UnitIndex {
    let unit = this.#units.get(collection)
    if (unit === undefined) {
      unit = new UnitIndex(collection, this.#options)
      this.#units.set(collection, unit)
    }
    return unit
  }
}
