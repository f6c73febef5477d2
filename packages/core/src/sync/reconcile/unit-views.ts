import { equalBytes } from "../../codec/hex.ts"
import type { SyncHost } from "../sync-host.ts"
import type { UnitView } from "../unit-view.ts"

/**
 * The views one link uses, until both sides have the same or the link ends: a connection that breaks amid a reconciliation need
 * not collect them again. All are under one key; another one means that the peer began anew.
 */
export class UnitViews {
  #key: Uint8Array | undefined
  readonly #views = new Map<string, Promise<UnitView>>()

  /** The view of a collection. Opened when first asked for. */
  open(host: SyncHost, collection: string, key: Uint8Array): Promise<UnitView> {
    if (this.#key === undefined || !equalBytes(this.#key, key)) this.close()
    this.#key = key
    const view = this.#views.get(collection) ?? host.unitView(collection, key)
    this.#views.set(collection, view)
    // What failed to open is tried again.
    view.catch(() => this.#views.delete(collection))
    return view
  }

  /** Lets go of all of them. */
  close(): void {
    for (const view of this.#views.values())
      void view.then(
        open => open.close(),
        () => {}
      )
    this.#views.clear()
  }
}
