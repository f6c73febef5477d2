import { coreError } from "../../errors/core-error.ts"
import { type ChunkColumn, columnSpecs } from "./chunk-columns.ts"

/** The lowest three bits of a column's spec. */
const kinds = { actor: 1, difference: 3, boolean: 4, string: 5, raw: 7 } as const

/** Columns of the values, of what each operation replaces, and of marks. */
const others = {
  valueKind: 0x56,
  value: 0x57,
  replaced: 0x70,
  replacedActor: 0x71,
  replacedCounter: 0x73
} as const
/** Null, false and true are all there is to say: Automerge takes bytes with them, and drops them. */
const lastEmptyKind = 2
const marks = { expand: 0x94, name: 0xa5 } as const
const known: ReadonlySet<number> = new Set(
  [columnSpecs, others, marks].flatMap(specs => Object.values<number>(specs))
)

/** What was read of a column: how many items, the sum of its numbers, and of them without the lowest four bits. */
interface Content {
  items: number
  sum: number
  lengths: number
  /** Places in the list of actors that it names. */
  readonly actors: ReadonlySet<number>
}

/** What of a change is checked. */
interface Encoded {
  readonly dependencies: readonly string[]
  /** Actors other than the author that operations name, which are numbered from 1. */
  readonly others: readonly string[]
  readonly columns: readonly ChunkColumn[]
  readonly data: Uint8Array
}

/**
 * Checks that a change is written the one way Automerge writes them: numbers in their shortest form, runs as long as
 * they can be, nothing that need not be there. Automerge takes other forms, but what it stores of them has another hash then, and a document
 * that was saved with such a change never loads again. O(bytes).
 *
 * @throws SynclineError `engine-update-invalid`
 */
export function mustBeCanonical({ dependencies, others: names, columns, data }: Encoded): void {
  if (!ascends(dependencies)) throw other("the order of dependencies")
  if (!ascends(names)) throw other("the order of actors")
  const contents = new Map<number, Content>()
  let [start, before] = [0, -1]
  for (const { spec, length } of columns) {
    if (!known.has(spec) || spec <= before || length === 0) throw other(`column ${spec}`)
    const bytes = data.subarray(start, start + length)
    contents.set(spec, contentOf(spec, bytes))
    start += length
    before = spec
  }
  if (start !== data.length) throw other("what follows the columns")
  mustFit(contents)
  const named = new Set([...contents.values()].flatMap(({ actors }) => [...actors]))
  for (let place = 1; place <= names.length; place++)
    if (!named.delete(place)) throw other("the list of actors")
  named.delete(0)
  if (named.size > 0) throw other("the list of actors")
}

/** Strictly: nothing is there twice. */
function ascends(names: readonly string[]): boolean {
  return names.every((name, at) => at === 0 || (names[at - 1] ?? "") < name)
}

const empty: Content = { items: 0, sum: 0, lengths: 0, actors: new Set() }

/** Columns that say something of each operation have an item for each. */
function mustFit(contents: ReadonlyMap<number, Content>): void {
  const contentAt = (spec: number): Content => contents.get(spec) ?? empty
  const operations = contentAt(columnSpecs.action).items
  const replaced = contentAt(others.replaced).sum
  for (const [spec, { items }] of contents) {
    const isOfReplaced = spec === others.replacedActor || spec === others.replacedCounter
    const wanted = isOfReplaced ? replaced : operations
    if (spec !== others.value && items !== wanted) throw other(`the length of column ${spec}`)
  }
  if (contentAt(others.value).items !== contentAt(others.valueKind).lengths)
    throw other("the length of the values")
}

function contentOf(spec: number, bytes: Uint8Array): Content {
  switch (spec & 7) {
    case kinds.raw:
      return { ...empty, items: bytes.length }
    case kinds.boolean:
      return flagsIn(spec, bytes)
    default:
      return new Runs(spec, bytes).read()
  }
}

/** Runs of false and true in turns; only the first may be none. Where marks do not expand at all, nothing says so. */
function flagsIn(spec: number, bytes: Uint8Array): Content {
  let [at, items, runs] = [0, 0, 0]
  while (at < bytes.length) {
    const end = endOfNumber(bytes, at, false)
    const count = unsignedAt(bytes, at, end)
    if (count === 0 && (at > 0 || end === bytes.length)) throw other(`column ${spec}`)
    items += count
    at = end
    runs++
  }
  if (spec === marks.expand && runs < 2) throw other(`column ${spec}`)
  return { ...empty, items }
}

/** Runs of one value, stretches of several, and stretches of none, each as long as it can be. */
class Runs {
  readonly #spec: number
  readonly #bytes: Uint8Array
  readonly #actors = new Set<number>()
  readonly #content: Content = { ...empty, actors: this.#actors }
  #at = 0
  /** Where the value before this one is, unless there is none. */
  #last: readonly [number, number] | undefined
  #before: "nothing" | "run" | "several" | "none" = "nothing"
  #hasValue = false

  constructor(spec: number, bytes: Uint8Array) {
    this.#spec = spec
    this.#bytes = bytes
  }

  read(): Content {
    while (this.#at < this.#bytes.length) {
      const end = endOfNumber(this.#bytes, this.#at, true)
      const count = signedAt(this.#bytes, this.#at, end)
      this.#at = end
      if (count === 0) this.#readNone()
      else if (count > 0) this.#readRun(count)
      else this.#readSeveral(-count)
    }
    if (!this.#hasValue) throw this.#other()
    return this.#content
  }

  #readNone(): void {
    const end = endOfNumber(this.#bytes, this.#at, false)
    const count = unsignedAt(this.#bytes, this.#at, end)
    if (count === 0 || this.#before === "none") throw this.#other()
    this.#content.items += count
    this.#at = end
    this.#last = undefined
    this.#before = "none"
  }

  #readRun(count: number): void {
    if (count === 1) throw this.#other()
    this.#readValue(count)
    this.#before = "run"
  }

  #readSeveral(count: number): void {
    if (this.#before === "several") throw this.#other()
    for (let left = count; left > 0; left--) this.#readValue(1)
    this.#before = "several"
  }

  #readValue(times: number): void {
    const [from, to] = [this.#at, this.#endOfValue()]
    if (this.#last !== undefined && this.#isSame(this.#last, from, to)) throw this.#other()
    const kind = this.#spec & 7
    if (kind !== kinds.string && kind !== kinds.difference) {
      const value = unsignedAt(this.#bytes, from, to)
      if (kind === kinds.actor) this.#actors.add(value)
      if (this.#spec === others.valueKind && value > 15 && value % 16 <= lastEmptyKind) throw this.#other()
      this.#content.sum += times * value
      this.#content.lengths += times * Math.floor(value / 16)
    }
    this.#content.items += times
    this.#last = [from, to]
    this.#hasValue = true
    this.#at = to
  }

  #endOfValue(): number {
    const kind = this.#spec & 7
    const end = endOfNumber(this.#bytes, this.#at, kind === kinds.difference)
    if (kind !== kinds.string) return end
    const ofText = end + unsignedAt(this.#bytes, this.#at, end)
    if (ofText > this.#bytes.length) throw this.#other()
    return ofText
  }

  #isSame([from, to]: readonly [number, number], otherFrom: number, otherTo: number): boolean {
    if (to - from !== otherTo - otherFrom) return false
    for (let i = 0; i < to - from; i++) if (this.#bytes[from + i] !== this.#bytes[otherFrom + i]) return false
    return true
  }

  #other(): Error {
    return other(`column ${this.#spec}`)
  }
}

/** Where a LEB128 number ends. */
function endOfNumber(bytes: Uint8Array, start: number, isSigned: boolean): number {
  let at = start
  while ((bytes[at] ?? 0) >= 0x80) at++
  const last = bytes[at]
  if (last === undefined) throw other("the end of a column")
  if (at === start) return at + 1
  const isNegative = isSigned && ((bytes[at - 1] ?? 0) & 0x40) !== 0
  const isFilling = isSigned ? last === (isNegative ? 0x7f : 0) : last === 0
  if (isFilling) throw other("a number")
  return at + 1
}

/** Beyond 2⁵³ only about. */
function unsignedAt(bytes: Uint8Array, from: number, to: number): number {
  let value = 0
  for (let at = to - 1; at >= from; at--) value = value * 128 + ((bytes[at] ?? 0) & 0x7f)
  return value
}

function signedAt(bytes: Uint8Array, from: number, to: number): number {
  const value = unsignedAt(bytes, from, to)
  return ((bytes[to - 1] ?? 0) & 0x40) === 0 ? value : value - 128 ** (to - from)
}

function other(what: string): Error {
  return coreError("engine-update-invalid", `${what} of the change is not as Automerge writes it`)
}
