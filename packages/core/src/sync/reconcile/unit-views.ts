import { equalBytes } from "../../codec/hex.ts"
import type { DocumentRule } from "../link-grant.ts"
import type { ScopeView } from "../scope-view.ts"
import type { SyncHost } from "../sync-host.ts"
import { type SyncScope, equalScopes } from "../sync-scope.ts"
import type { UnitView } from "../unit-view.ts"

interface OpenScope {
  readonly scope: SyncScope
  readonly rule: DocumentRule | undefined
  readonly view: ScopeView
}

/**
 * What one link compares, over all its connections, and the views of units it uses until both sides have the same: a connection
 * that breaks amid a reconciliation need not collect them again. All are under one key; another one means that the peer began anew.
 */
export class UnitViews {
  #open: OpenScope | undefined
  #key: Uint8Array | undefined
  readonly #views = new Map<string, Promise<UnitView>>()
  #isClosed = false

  /** What is compared from now on. */
  scope(host: SyncHost, scope: SyncScope, rule?: DocumentRule): ScopeView {
    const open = this.#open
    if (open !== undefined && equalScopes(open.scope, scope) && open.rule?.name === rule?.name)
      return open.view
    this.#letGo()
    const view = host.scopeView(scope, rule)
    // Who asks when the link is over already would keep it for good.
    if (this.#isClosed) view.close()
    else this.#open = { scope, rule, view }
    return view
  }

  /** The view of a unit. Opened when first asked for. */
  open(view: ScopeView, path: string, key: Uint8Array): Promise<UnitView> {
    if (this.#key === undefined || !equalBytes(this.#key, key)) this.closeUnits()
    this.#key = key
    const unit = this.#views.get(path) ?? view.unit(path, key)
    this.#views.set(path, unit)
    // What failed to open is tried again.
    unit.catch(() => this.#views.delete(path))
    if (this.#isClosed) this.closeUnits()
    return unit
  }

  /** Lets go of the units: both sides have the same. */
  closeUnits(): void {
    for (const unit of this.#views.values())
      void unit.then(
        open => open.close(),
        () => {}
      )
    this.#views.clear()
  }

  /** Lets go of everything: the link is over. */
  close(): void {
    this.#isClosed = true
    this.#letGo()
  }

  #letGo(): void {
    this.closeUnits()
    this.#open?.view.close()
    this.#open = undefined
  }
}
