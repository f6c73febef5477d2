import { DeferredPart } from "../deferred/deferred-part.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { DocumentRule } from "../sync/link-grant.ts"
import type { ScopeView } from "../sync/scope-view.ts"
import type { UnitRoot } from "../sync/sync-host.ts"
import type { SyncScope } from "../sync/sync-scope.ts"
import type { DigestIndex } from "../tracking/digest-index.ts"
import type { HeadReader } from "./narrow-units.ts"
import type { RootIndex, RootIndexOptions } from "./root-index.ts"

const comparing = new DeferredPart("comparing documents", () => import("./root-index.ts"))

/** Of the secret, what is told to peers. */
const keyBytes = 16

/** The index that documents are compared by, made when somebody compares: it reads what is stored then. */
export class LateRoots {
  /** Under which this replica's side of a comparison is kept. 16 bytes. */
  readonly key: Uint8Array
  readonly #session: HeadReader
  readonly #options: RootIndexOptions
  #index: RootIndex | undefined

  constructor(session: HeadReader, options: RootIndexOptions) {
    this.#session = session
    this.#options = options
    this.key = options.secret.slice(0, keyBytes)
  }

  /** Takes in a document's new durable digest. */
  set(id: DocumentId, digest: Uint8Array): void {
    this.#index?.set(id, digest)
  }

  /** Roots in ascending order of collection. */
  roots(): Promise<readonly UnitRoot[]> {
    return this.#use(index => index.roots())
  }

  /** What sinks are verified by. */
  digests(): Promise<DigestIndex> {
    return this.#use(index => index.digests())
  }

  /** What a link of this scope compares. To be closed. */
  scope(scope: SyncScope, rule: DocumentRule | undefined): ScopeView {
    if (comparing.loaded !== undefined) return this.#made(comparing.loaded).scope(scope, rule)
    let isClosed = false
    let view: ScopeView | undefined
    const open = (index: RootIndex): ScopeView => {
      view ??= index.scope(scope, rule)
      if (isClosed) view.close()
      return view
    }
    return {
      roots: substitutes => this.#use(index => open(index).roots(substitutes)),
      unit: (path, key) => this.#use(index => open(index).unit(path, key)),
      close: () => {
        isClosed = true
        view?.close()
      }
    }
  }

  #use<T>(work: (index: RootIndex) => Promise<T>): Promise<T> {
    return comparing.use(part => work(this.#made(part)))
  }

  #made(part: { readonly RootIndex: typeof RootIndex }): RootIndex {
    this.#index ??= new part.RootIndex(this.#session, this.#options)
    return this.#index
  }
}
