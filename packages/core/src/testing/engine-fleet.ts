import type { JsonObject, JsonValue, Path } from "../document/json.ts"
import type { Engine, EngineChange, EngineDocument } from "../engine/engine.ts"
import { assertEqual, assertThat } from "./contract-assert.ts"
import { openDocument, receive } from "./engine-case.ts"
import type { EditNative } from "./engine-native-cases.ts"
import { modelValue } from "./engine-model.ts"
import { randomChange } from "./engine-random.ts"
import type { SeededRandom } from "./seeded-random.ts"

interface Shipped {
  readonly change: EngineChange
  /** Numbers of the changes its author had. */
  readonly after: ReadonlySet<number>
}

interface Member {
  readonly document: EngineDocument
  readonly has: Set<number>
}

/** Some documents that edit on their own and exchange changes in any order dependencies allow. */
export class EngineFleet {
  readonly #engine: Engine
  readonly #random: SeededRandom
  readonly #shipped: Shipped[] = []
  readonly #members: Member[]
  readonly #editNative: EditNative | undefined

  constructor(engine: Engine, random: SeededRandom, size: number, editNative?: EditNative) {
    this.#engine = engine
    this.#editNative = editNative
    this.#random = random
    this.#members = Array.from({ length: size }, () => ({ document: openDocument(engine), has: new Set() }))
  }

  get changes(): number {
    return this.#shipped.length
  }

  /** One member does something; what it then shows is compared with what it should. */
  step(): void {
    const member = this.#random.pick(this.#members)
    if (this.#random.chance(0.5)) {
      if (this.#editNative !== undefined && this.#random.chance(0.1))
        this.#editThrough(this.#editNative, member)
      else this.#edit(member)
    } else if (this.#random.chance(0.9)) this.#deliver(member)
    else this.#reopen(member)
  }

  /** Delivers everything to everybody and compares. */
  settle(): void {
    for (const member of this.#members) while (member.has.size < this.#shipped.length) this.#deliver(member)
    const values = this.#members.map(({ document }) => document.value())
    for (const value of values)
      assertEqual(JSON.stringify(value), JSON.stringify(values[0]), "values after everything was delivered")
    const [first] = this.#members
    if (first !== undefined) this.#compareLateJoiners(first.document)
  }

  #edit(member: Member): void {
    const { operations, model } = randomChange(member.document, this.#random)
    const before = member.document.value()
    const change = member.document.change(operations)
    const view = JSON.stringify(member.document.view?.())
    const value = member.document.value()
    if (view !== undefined) assertEqual(view, JSON.stringify(value), "view of what changed")
    assertEqual(value, modelValue(model), `value after ${JSON.stringify(operations)}`)
    if (change === undefined) return assertThat(value === before, "no change, but another value")
    assertCovered(before, value, change.paths)
    this.#ship(member, change)
  }

  #editThrough(editNative: EditNative, member: Member): void {
    const { document } = member
    const before = document.value()
    const told: EngineChange[] = []
    const unsubscribe = document.onNativeChange(change => told.push(change))
    const value = this.#shipped.length
    editNative(document.native, "native", value)
    unsubscribe()
    assertEqual(document.value(), { ...before, native: value }, "value after a native edit")
    for (const change of told) {
      assertCovered(before, document.value(), change.paths)
      this.#ship(member, change)
    }
  }

  #ship(member: Member, change: EngineChange): void {
    this.#shipped.push({ change, after: new Set(member.has) })
    member.has.add(this.#shipped.length - 1)
  }

  /** A random run of what is possible next, with something again that was already there. */
  #deliver(member: Member): void {
    const before = member.document.value()
    const changes: EngineChange[] = []
    for (let count = 1 + this.#random.integer(4); count > 0; count--) {
      const next = this.#possible(member)
      if (next.length === 0) break
      const number = this.#random.pick(next)
      member.has.add(number)
      changes.push(this.#changeAt(number))
      if (this.#random.chance(0.2)) changes.push(this.#changeAt(this.#random.pick([...member.has])))
    }
    if (changes.length > 0)
      assertCovered(before, member.document.value(), receive(member.document, ...changes))
    const paths = member.document.apply([])
    assertEqual(paths, [], "paths of nothing")
  }

  #possible(member: Member): number[] {
    return [...this.#shipped.keys()].filter(
      number => !member.has.has(number) && this.#isPossible(member, number)
    )
  }

  #isPossible(member: Member, number: number): boolean {
    return [...(this.#shipped[number]?.after ?? [])].every(before => member.has.has(before))
  }

  #changeAt(number: number): EngineChange {
    const shipped = this.#shipped[number]
    if (shipped === undefined) throw new RangeError(`there is no change ${number}`)
    return shipped.change
  }

  /** From its snapshot, under a new identity. */
  #reopen(member: Member): void {
    const { document } = member
    const reopened = openDocument(this.#engine, document.snapshot())
    assertEqual(
      JSON.stringify(reopened.value()),
      JSON.stringify(document.value()),
      "value of the reopened snapshot"
    )
    document.destroy()
    this.#members[this.#members.indexOf(member)] = { document: reopened, has: member.has }
  }

  /**
   * One gets the changes one by one, one a snapshot of any version and the rest in a run, one all snapshots; and one is
   * brought up from a snapshot and what was stored after it before it gets the rest.
   */
  #compareLateJoiners(expected: EngineDocument): void {
    const changes = this.#shipped.map(({ change }) => change)
    const some = this.#random.integer(changes.length + 1)
    const first = openDocument(this.#engine)
    for (const change of changes.slice(0, some)) receive(first, change)
    const second = openDocument(this.#engine, first.snapshot())
    const fourth = openDocument(this.#engine, first.snapshot())
    receive(second, ...changes.slice(some))
    const until = some + this.#random.integer(changes.length - some + 1)
    restore(fourth, changes.slice(some, until))
    receive(fourth, ...changes.slice(until))
    for (const change of changes.slice(some)) receive(first, change)
    const third = openDocument(this.#engine)
    for (const { document } of this.#members) third.applySnapshot(document.snapshot())
    for (const late of [first, second, third, fourth]) {
      assertEqual(JSON.stringify(late.value()), JSON.stringify(expected.value()), "value of a late joiner")
      assertEqual(late.stateKey(), expected.stateKey(), "state key of a late joiner")
    }
  }
}

function restore(document: EngineDocument, changes: readonly EngineChange[]): void {
  if (document.restore === undefined) return void receive(document, ...changes)
  document.restore(
    changes.flatMap(({ containers }) => containers),
    changes.map(({ update }) => update)
  )
}

/**
 * Fails if anything differs that lies at or below none of the paths, and if any container with none of them at, above or
 * below it is another object than before.
 */
function assertCovered(before: JsonValue, after: JsonValue, paths: readonly Path[]): void {
  for (const path of differences(before, after, []))
    assertThat(
      paths.some(told => isPrefix(told, path)),
      `${JSON.stringify(path)} differs, but only ${JSON.stringify(paths)} was told`
    )
  for (const path of replacedParts(before, after, []))
    assertThat(
      paths.some(told => isPrefix(told, path) || isPrefix(path, told)),
      `${JSON.stringify(path)} is another object, although only ${JSON.stringify(paths)} was told`
    )
}

function isPrefix(path: Path, of: Path): boolean {
  return path.length <= of.length && path.every((step, depth) => step === of[depth])
}

/** Containers that are there before and after, and are not the same objects. */
function* replacedParts(a: JsonValue | undefined, b: JsonValue | undefined, path: Path): Iterable<Path> {
  const bothLists = Array.isArray(a) && Array.isArray(b)
  if (a === b || (!bothLists && !(isMap(a) && isMap(b)))) return
  yield path
  for (const key of Object.keys(b))
    yield* replacedParts(memberOf(a, key), memberOf(b, key), [...path, bothLists ? Number(key) : key])
}

function* differences(a: JsonValue | undefined, b: JsonValue | undefined, path: Path): Iterable<Path> {
  if (Object.is(a, b)) return
  const bothLists = Array.isArray(a) && Array.isArray(b)
  if (!bothLists && !(isMap(a) && isMap(b))) {
    yield path
    return
  }
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)]))
    yield* differences(memberOf(a, key), memberOf(b, key), [...path, bothLists ? Number(key) : key])
}

function isMap(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

function memberOf(value: object, key: string): JsonValue | undefined {
  return Object.hasOwn(value, key) ? (value as JsonObject)[key] : undefined
}
