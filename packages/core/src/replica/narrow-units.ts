import type { DocumentId } from "../document/document-id.ts"
import type { StoreSession, StoredHead } from "../store/store.ts"
import type { DocumentRule } from "../sync/link-grant.ts"
import { baseOf, isCollection, isInUnit, isPrefix, pathsAbove } from "../sync/sync-scope.ts"
import { isPast } from "../sync/unit-versions.ts"
import { UnitIndex, type UnitIndexOptions } from "./unit-index.ts"

/** Heads read at a time while building. */
const pageSize = 500

/** What indexes are built from. */
export type HeadReader = Pick<StoreSession, "scanHeads" | "loadHead">

/** One unit, shared by all who use it. */
export interface NarrowUnit {
  readonly index: UnitIndex
  /** To be called once by each who opened it. */
  readonly close: () => void
}

interface OpenUnit {
  readonly index: UnitIndex
  readonly ready: Promise<void>
  /** Documents appended while it is built: what the store's heads say of them may be older. */
  fresh: Set<DocumentId> | undefined
  users: number
}

interface Family {
  readonly rule: DocumentRule | undefined
  readonly units: Map<string, OpenUnit>
}

/**
 * Indexes of less than whole collections: of prefixes, of single documents, and of what a rule lets somebody see. Built from the
 * store's heads when first opened (some microseconds a document of the collection, of a prefix only its own), kept current by
 * appends, shared by all who open the same under the same rule, and let go of with the last of them.
 */
export class NarrowUnits {
  readonly #session: HeadReader
  readonly #options: UnitIndexOptions
  /** By the rule's name; "" for none. */
  readonly #families = new Map<string, Family>()

  constructor(session: HeadReader, options: UnitIndexOptions) {
    this.#session = session
    this.#options = options
  }

  /** Bytes held. */
  get byteLength(): number {
    let sum = 0
    for (const { units } of this.#families.values())
      for (const { index } of units.values()) sum += index.byteLength
    return sum
  }

  /** Takes in a document's new durable digest. Costs a look-up for each slash in its id, and a question to each rule in use. */
  set(id: DocumentId, digest: Uint8Array): void {
    for (const { rule, units } of this.#families.values()) {
      if (rule !== undefined && !rule.mayRead(id)) continue
      for (const path of pathsAbove(id)) {
        const unit = units.get(path)
        unit?.fresh?.add(id)
        unit?.index.set(id, digest)
      }
    }
  }

  /** A unit, complete. Rejected when the store fails. */
  async open(path: string, rule: DocumentRule | undefined): Promise<NarrowUnit> {
    const name = rule === undefined ? "" : `rule ${rule.name}`
    const family = this.#families.get(name) ?? { rule, units: new Map<string, OpenUnit>() }
    this.#families.set(name, family)
    const unit = family.units.get(path) ?? this.#build(family, path)
    unit.users++
    const close = () => this.#leave(name, family, path, unit)
    try {
      await unit.ready
    } catch (error) {
      close()
      throw error
    }
    return { index: unit.index, close }
  }

  #leave(name: string, family: Family, path: string, unit: OpenUnit): void {
    unit.users--
    if (unit.users > 0) return
    family.units.delete(path)
    if (family.units.size === 0) this.#families.delete(name)
  }

  #build(family: Family, path: string): OpenUnit {
    const index = new UnitIndex(baseOf(path), this.#options)
    const fresh = new Set<DocumentId>()
    const filled = this.#fill(index, path, family.rule, fresh)
    const unit: OpenUnit = { index, fresh, users: 0, ready: filled.then(() => index.hash()) }
    void unit.ready.then(
      () => (unit.fresh = undefined),
      () => {}
    )
    family.units.set(path, unit)
    return unit
  }

  async #fill(
    index: UnitIndex,
    path: string,
    rule: DocumentRule | undefined,
    fresh: ReadonlySet<DocumentId>
  ): Promise<void> {
    const take = ({ id, digest }: StoredHead) => {
      if (isInUnit(path, id) && !fresh.has(id) && rule?.mayRead(id) !== false) index.set(id, digest)
    }
    if (!isCollection(path) && !isPrefix(path)) {
      const head = await this.#session.loadHead(path as DocumentId)
      if (head !== undefined) take(head)
      return
    }
    // A prefix may be a document's id itself, and listings begin after what they are given.
    let after = isPrefix(path) ? (baseOf(path) as DocumentId) : undefined
    for (;;) {
      const where = after === undefined ? {} : { after }
      const heads = await this.#session.scanHeads({
        collection: collectionOf(path),
        limit: pageSize,
        ...where
      })
      for (const head of heads) take(head)
      after = heads.at(-1)?.id
      if (heads.length < pageSize || after === undefined || isPast(path, after)) return
      await this.#options.giveWay()
    }
  }
}

function collectionOf(path: string): string {
  return isCollection(path) ? path : path.slice(0, path.indexOf("/"))
}
