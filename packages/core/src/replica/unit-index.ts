import { MerkleTree } from "@syncline/diff/merkle"
import { sha256 } from "#platform"
import { equalBytes, toHex } from "../codec/hex.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { UnitView } from "../sync/unit-view.ts"
import { coreError } from "../errors/core-error.ts"
import { documentKey } from "../tracking/document-key.ts"
import { DocumentRoster } from "./document-roster.ts"
import { KeyedView } from "./keyed-view.ts"
import type { NameDigest } from "./name-digest.ts"

const defaultStretch = 1_000

/** Subtrees that are hashed one by one: of a million documents each has some four thousand. */
const subtrees: readonly string[] = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, "0"))

/** Of a number no document has. */
const noDigest = new Uint8Array(32)

/** What the indexes of all collections are made with. */
export interface UnitIndexOptions {
  readonly nameDigest: NameDigest
  /** 32 bits that peers do not know. */
  readonly salt: number
  /** Lets others run. */
  readonly giveWay: () => Promise<void>
  /** Documents looked at between two breaks; default 1,000, some milliseconds. */
  readonly stretch?: number
}

interface OpenView {
  readonly key: Uint8Array
  readonly view: KeyedView
  readonly ready: Promise<void>
  users: number
  rangesUsers: number
}

/** One unit: the Merkle tree over its documents' digests, which documents there are, and views of them under keys. */
export class UnitIndex {
  readonly tree: MerkleTree = new MerkleTree(sha256)
  readonly #roster: DocumentRoster
  readonly #options: UnitIndexOptions
  readonly #views: OpenView[] = []

  /** @param base what ids of its documents begin with, without the slash after it: the collection, or a prefix. */
  constructor(base: string, options: UnitIndexOptions) {
    this.#roster = new DocumentRoster(base)
    this.#options = options
  }

  /** Bytes held. */
  get byteLength(): number {
    const views = this.#views.reduce((sum, { view }) => sum + view.byteLength, 0)
    return this.tree.byteLength + this.#roster.byteLength + views
  }

  /** Takes in a document's digest. */
  set(id: DocumentId, digest: Uint8Array): void {
    const key = documentKey(id)
    const before = this.#views.length === 0 ? undefined : this.tree.get(key)
    const { size } = this.tree
    if (!this.tree.set(key, digest)) return
    if (this.tree.size > size) this.#roster.add(id)
    for (const { view } of this.#views) view.changed(id, before, digest)
  }

  /** Hashes what a root is made of, in stretches: all at once a million documents would take more than a second. */
  async hash(): Promise<void> {
    const { giveWay, stretch = defaultStretch } = this.#options
    if (this.tree.size <= stretch) return
    let documents = 0
    for (const prefix of subtrees) {
      this.tree.node(prefix)
      documents += this.tree.size / subtrees.length
      if (documents < stretch) continue
      documents = 0
      await giveWay()
    }
  }

  /**
   * Root and number of documents as if those that are here had these digests, or were not here where there is none. Hashes
   * their paths twice.
   */
  rootWith(digests: ReadonlyMap<DocumentId, Uint8Array | undefined>): {
    readonly root: Uint8Array
    readonly documents: number
  } {
    const { tree } = this
    const ours: [Uint8Array, Uint8Array][] = []
    for (const [id, digest] of digests) {
      const key = documentKey(id)
      const own = tree.get(key)
      if (own === undefined) continue
      ours.push([key, own])
      if (digest === undefined) tree.delete(key)
      else tree.set(key, digest)
    }
    const result = { root: tree.root(), documents: tree.size }
    for (const [key, digest] of ours) tree.set(key, digest)
    return result
  }

  /**
   * A view under a key. What ids need is collected when they are first asked for, and shared by all views under that key. `keep`
   * leaves it here when nobody uses it any more.
   *
   * Cost of collecting: one pass over the documents, about 4 µs each, in stretches.
   */
  view(key: Uint8Array, keep: boolean): UnitView {
    let [isClosed, usesRanges] = [false, false]
    let open: OpenView | undefined
    const use = async () => {
      // Whoever was late would keep it for good.
      if (isClosed) throw coreError("link-closed", "a view of documents was used after its link ended")
      open ??= this.#use(key)
      const { view, ready } = open
      await ready
      return view
    }
    const dropRanges = () => {
      if (open === undefined || !usesRanges) return
      usesRanges = false
      open.rangesUsers--
      if (open.rangesUsers === 0) open.view.dropRanges()
    }
    return {
      tree: this.tree,
      sketch: async () => (await use()).sketch,
      ranges: async () => {
        const view = await use()
        if (open !== undefined && !usesRanges) open.rangesUsers++
        usesRanges = true
        return view.ranges()
      },
      dropRanges,
      documentsWith: async ids => (await use()).documentsWith(ids),
      documentsAt: keys => this.documentsAt(keys),
      close: () => {
        isClosed = true
        dropRanges()
        if (open !== undefined) this.#leave(open, keep)
        open = undefined
      }
    }
  }

  /** The documents with these keys in the tree. Cost: a pass over all ids, some 3 µs each, in stretches. */
  async documentsAt(keys: readonly Uint8Array[]): Promise<DocumentId[]> {
    const { giveWay, stretch = defaultStretch } = this.#options
    const wanted = new Set(keys.map(toHex))
    const found: DocumentId[] = []
    for (let number = 0; number < this.#roster.size && found.length < wanted.size; number++) {
      const id = this.#roster.idOf(number)
      if (wanted.has(toHex(documentKey(id)))) found.push(id)
      if (number % stretch === stretch - 1) await giveWay()
    }
    return found
  }

  #use(key: Uint8Array): OpenView {
    const open = this.#views.find(other => equalBytes(other.key, key)) ?? this.#open(key)
    open.users++
    return open
  }

  #leave(open: OpenView, keep: boolean): void {
    open.users--
    if (open.users === 0 && !keep) this.#views.splice(this.#views.indexOf(open), 1)
  }

  #open(key: Uint8Array): OpenView {
    const unit = {
      roster: this.#roster,
      digestOf: (number: number) => this.#digestOf(number)
    }
    const view = new KeyedView(unit, key, { stretch: defaultStretch, ...this.#options })
    const open = { key, view, ready: view.build(), users: 0, rangesUsers: 0 }
    this.#views.push(open)
    return open
  }

  #digestOf(number: number): Uint8Array {
    const digest = this.tree.get(documentKey(this.#roster.idOf(number)))
    return digest ?? noDigest
  }
}
