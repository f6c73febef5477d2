import { collectionOf, type DocumentId } from "../document/document-id.ts"
import type { DocumentRule } from "../sync/link-grant.ts"
import type { ScopeView, Substitutes } from "../sync/scope-view.ts"
import type { UnitRoot } from "../sync/sync-host.ts"
import { type SyncScope, isCollection, unitOf } from "../sync/sync-scope.ts"
import type { UnitView } from "../sync/unit-view.ts"
import type { NarrowUnit, NarrowUnits } from "./narrow-units.ts"
import { OtherSide } from "./other-side.ts"
import type { RootIndex } from "./root-index.ts"
import type { UnitIndex } from "./unit-index.ts"

/** So many are put into the tree for one root and taken out again: a millisecond. For more of them a copy of the tree is kept. */
const fewSubstitutes = 64

/** What one link may compare: whole collections from the index everybody shares, anything less from one of its own kind. */
export class ScopedUnits implements ScopeView {
  readonly #from: { readonly whole: RootIndex; readonly narrow: NarrowUnits }
  readonly #scope: SyncScope
  readonly #rule: DocumentRule | undefined
  readonly #open = new Map<string, Promise<NarrowUnit>>()
  /** Units in which many documents stand otherwise at the other side. */
  readonly #others = new Map<string, OtherSide>()
  #isClosed = false

  constructor(
    from: { readonly whole: RootIndex; readonly narrow: NarrowUnits },
    scope: SyncScope,
    rule: DocumentRule | undefined
  ) {
    this.#from = from
    this.#scope = scope
    this.#rule = rule
  }

  async roots(substitutes: Substitutes): Promise<readonly UnitRoot[]> {
    const byUnit = new Map<string, Map<DocumentId, Uint8Array | undefined>>()
    for (const [document, digest] of substitutes) {
      const unit = unitOf(this.#scope, document) ?? collectionOf(document)
      const ofUnit = byUnit.get(unit) ?? new Map<DocumentId, Uint8Array | undefined>()
      byUnit.set(unit, ofUnit.set(document, digest))
    }
    const roots: UnitRoot[] = []
    for (const [collection, index] of await this.#units()) {
      const { root, documents } = await this.#rootOf(collection, index, byUnit.get(collection))
      if (documents > 0) roots.push({ collection, root, documents })
    }
    return roots
  }

  async unit(path: string, key: Uint8Array): Promise<UnitView> {
    return (await this.#index(path)).view(key, key === this.#from.whole.key)
  }

  close(): void {
    this.#isClosed = true
    for (const other of this.#others.values()) other.close()
    this.#others.clear()
    for (const unit of this.#open.values())
      void unit.then(
        ({ close }) => close(),
        () => {}
      )
    this.#open.clear()
  }

  async #rootOf(
    unit: string,
    index: UnitIndex,
    substitutes: Substitutes | undefined
  ): Promise<{ readonly root: Uint8Array; readonly documents: number }> {
    const { tree } = index
    if (substitutes !== undefined && substitutes.size > fewSubstitutes) {
      const other = this.#others.get(unit) ?? new OtherSide(index)
      // Whoever was late would keep it for good.
      if (!this.#isClosed) this.#others.set(unit, other)
      await other.ready
      const root = other.root(substitutes)
      if (this.#isClosed) other.close()
      return root
    }
    this.#others.get(unit)?.close()
    this.#others.delete(unit)
    return substitutes === undefined
      ? { root: tree.root(), documents: tree.size }
      : index.rootWith(substitutes)
  }

  async #units(): Promise<readonly (readonly [string, UnitIndex])[]> {
    const scope = this.#scope
    const isWhole = this.#rule === undefined && (scope === "all" || scope.every(isCollection))
    if (isWhole) {
      const units = await this.#from.whole.units()
      if (scope === "all") return units
      const named = new Set(scope)
      return units.filter(([collection]) => named.has(collection))
    }
    const paths = scope === "all" ? (await this.#from.whole.units()).map(([collection]) => collection) : scope
    const units: [string, UnitIndex][] = []
    for (const path of paths) units.push([path, await this.#index(path)])
    return units
  }

  async #index(path: string): Promise<UnitIndex> {
    if (this.#rule === undefined && isCollection(path)) return this.#from.whole.unit(path)
    const open = this.#open.get(path) ?? this.#from.narrow.open(path, this.#rule)
    // Whoever was late would keep it for good.
    if (this.#isClosed) {
      const { close, index } = await open
      close()
      return index
    }
    this.#open.set(path, open)
    open.catch(() => this.#open.delete(path))
    return (await open).index
  }
}
