import { RangeIndex, RatelessSketch } from "@syncline/diff/set"
import { equalBytes } from "../codec/hex.ts"
import type { DocumentId } from "../document/document-id.ts"
import { FormerNames } from "./former-names.ts"
import type { NameDigest } from "./name-digest.ts"
import { NumberTable } from "./number-table.ts"
import type { DocumentRoster } from "./document-roster.ts"

/** More cells serve differences above about 750 without a pass over the set; they cost 14 bytes each. */
const mostCells = 1024
const leastCells = 64

/** Changes a reconciliation may see while it runs: as many as most units can have, at 9 bytes each. */
const mostJournal = 4096
const leastJournal = 256

/** What a view sees of its collection. */
export interface ViewedUnit {
  readonly roster: DocumentRoster
  digestOf(number: number): Uint8Array
}

/**
 * The ids of a collection's documents under one key: the sketch that rateless reconciliation reads, which document has an
 * id, and while somebody needs it the index for ranges. Taken in from the roster in stretches, then kept current.
 */
export class KeyedView {
  readonly sketch: RatelessSketch
  readonly #unit: ViewedUnit
  readonly #key: Uint8Array
  readonly #nameDigest: NameDigest
  readonly #giveWay: () => Promise<void>
  readonly #stretch: number
  readonly #numbers: NumberTable
  readonly #former: FormerNames
  /** Documents below this number are taken in. */
  #through = 0
  #rangesThrough = 0
  #ranges: RangeIndex | undefined
  #rangesReady: Promise<RangeIndex> | undefined

  constructor(
    unit: ViewedUnit,
    key: Uint8Array,
    options: {
      readonly nameDigest: NameDigest
      readonly salt: number
      readonly giveWay: () => Promise<void>
      readonly stretch: number
    }
  ) {
    this.#unit = unit
    this.#key = key
    this.#nameDigest = options.nameDigest
    this.#giveWay = options.giveWay
    this.#stretch = options.stretch
    this.#numbers = new NumberTable(options.salt)
    const { size } = unit.roster
    this.#former = new FormerNames(journalFor(size))
    this.sketch = new RatelessSketch(key, {
      cells: Math.min(mostCells, Math.max(leastCells, size)),
      journal: journalFor(size)
    })
  }

  /** Bytes held, without the roster and the tree. */
  get byteLength(): number {
    const ranges = this.#ranges?.byteLength ?? 0
    return this.sketch.byteLength + this.#numbers.byteLength + this.#former.byteLength + ranges
  }

  /** Takes in everything there is. Called once. */
  async build(): Promise<void> {
    const { roster } = this.#unit
    while (this.#through < roster.size) {
      const end = Math.min(roster.size, this.#through + this.#stretch)
      for (; this.#through < end; this.#through++) this.#add(this.#through, this.#nameOf(this.#through))
      if (end < roster.size) await this.#giveWay()
    }
  }

  /** A document came, or changed. Its digest is in the unit already. */
  changed(id: DocumentId, before: Uint8Array | undefined, after: Uint8Array): void {
    if (before === undefined) {
      const number = this.#unit.roster.size - 1
      // While it is being built, what is new is taken in when it is its turn.
      if (number !== this.#through) return
      this.#through++
      if (this.#ranges !== undefined && this.#rangesThrough === number) this.#rangesThrough++
      this.#add(number, this.#name(after))
      return
    }
    const name = this.#name(before)
    const number = this.#unit.roster.find(id, this.#numbers.get(lowWord(name)))
    if (number === undefined) return
    this.#numbers.delete(lowWord(name), number)
    this.#former.add(name, number)
    // Two documents may share an id where somebody made them so.
    if (this.#numbersWith(name).length === 0) {
      this.sketch.delete(name)
      this.#ranges?.delete(name)
    }
    this.#add(number, this.#name(after))
  }

  /** The index for ranges, built when it is first asked for. */
  ranges(): Promise<RangeIndex> {
    this.#rangesReady ??= this.#buildRanges()
    return this.#rangesReady
  }

  dropRanges(): void {
    this.#ranges = undefined
    this.#rangesReady = undefined
  }

  /** Documents that have one of these ids, or had it until lately. */
  documentsWith(ids: readonly Uint8Array[]): DocumentId[] {
    const numbers = new Set(ids.flatMap(id => [...this.#numbersWith(id), ...this.#former.get(id)]))
    return [...numbers].map(number => this.#unit.roster.idOf(number))
  }

  async #buildRanges(): Promise<RangeIndex> {
    const index = new RangeIndex(this.#key, { journal: journalFor(this.#through) })
    this.#ranges = index
    this.#rangesThrough = 0
    while (this.#rangesThrough < this.#through && this.#ranges === index) {
      const end = Math.min(this.#through, this.#rangesThrough + this.#stretch)
      for (; this.#rangesThrough < end; this.#rangesThrough++) index.add(this.#nameOf(this.#rangesThrough))
      if (end < this.#through) await this.#giveWay()
    }
    return index
  }

  #add(number: number, name: Uint8Array): void {
    const { sketch } = this
    this.#numbers.add(lowWord(name), number)
    sketch.add(name)
    if (number < this.#rangesThrough) this.#ranges?.add(name)
    if (sketch.size > sketch.maintained && sketch.maintained < mostCells)
      sketch.extend(Math.min(mostCells, 2 * sketch.maintained))
  }

  #numbersWith(name: Uint8Array): number[] {
    return this.#numbers.get(lowWord(name)).filter(number => equalBytes(this.#nameOf(number), name))
  }

  #nameOf(number: number): Uint8Array {
    return this.#name(this.#unit.digestOf(number))
  }

  #name(digest: Uint8Array): Uint8Array {
    return this.#nameDigest(this.#key, digest)
  }
}

function journalFor(documents: number): number {
  return Math.min(mostJournal, Math.max(leastJournal, documents))
}

function lowWord(name: Uint8Array): number {
  return ((name[4] ?? 0) << 24) | ((name[5] ?? 0) << 16) | ((name[6] ?? 0) << 8) | (name[7] ?? 0)
}
