import type { Commit } from "../commit/commit.ts"
import type { Conflict } from "../conflict/conflict.ts"
import type { JsonValue } from "../document/json.ts"
import type { Operation } from "../document/operation.ts"
import type { Engine } from "../engine/engine.ts"
import { sameJson } from "../conflict/same-json.ts"
import { assertEqual, assertThat } from "./contract-assert.ts"
import { ConflictFleet, type ConflictMember } from "./core-conflict-fleet.ts"
import { openDocument, scalar, setTo, spliceAt } from "./engine-case.ts"
import { modelConflicts, pastsOf } from "./core-conflict-model.ts"
import { randomChange } from "./engine-random.ts"
import { SeededRandom } from "./seeded-random.ts"

const steps = 40

/** Runs one random history, compares what all find with each other and with the model, and gives the records. */
export function runConflictHistory(engine: Engine, seed: number, size: number): readonly Conflict[] {
  const random = new SeededRandom(seed)
  const fleet = new ConflictFleet(engine, size)
  for (let step = 0; step < steps; step++) {
    const member = random.pick(fleet.members)
    if (random.chance(0.5)) edit(fleet, member, random)
    else deliver(fleet, member, random, 1 + random.integer(4))
  }
  const { commits } = fleet
  const late = fleet.join()
  for (const member of [...fleet.members, late]) deliver(fleet, member, random, commits.length)
  const expected = comparable(late.records.values())
  for (const { records } of fleet.members)
    assertEqual(comparable(records.values()), expected, "records of a replica")
  assertEqual(comparable(atOnce(late, commits)), expected, "records found in a history that was there before")
  const model = modelConflicts(late, commits)
  assertEqual(outline(late.records.values()), model, "records found by comparing all pairs")
  checkWrites(engine, late, commits, random)
  for (const { document } of [...fleet.members, late]) document.destroy()
  return [...late.records.values()]
}

function edit(fleet: ConflictFleet, member: ConflictMember, random: SeededRandom): void {
  if (random.chance(0.05)) return void fleet.bare(member, random.pick(["delete", "undelete"]))
  fleet.edit(
    member,
    random.chance(0.5) ? [crowdedEdit(member, random)] : randomChange(member.document, random).operations
  )
}

/** Where others work as well: one text, one key, and a map under that key. */
function crowdedEdit({ document }: ConflictMember, random: SeededRandom): Operation {
  const { body, hot } = document.value() as { readonly body: string; readonly hot?: JsonValue }
  if (random.chance(0.4)) return randomReplacement(body, random)
  if (document.kindAt(["hot"]) === "map" && random.chance(0.7))
    return setTo(["hot", random.pick(["a", "b"])], random.integer(3))
  if (hot !== undefined && random.chance(0.3)) return { op: "remove", path: ["hot"] }
  const entries = new Map([["a", scalar(random.integer(3))]])
  const content = random.chance(0.5) ? scalar(random.integer(3)) : ({ kind: "map", entries } as const)
  return { op: "set", path: ["hot"], content }
}

function randomReplacement(body: string, random: SeededRandom): Operation {
  const { length } = body
  if (/[\ud800-\udfff]/.test(body)) return spliceAt(["body"], 0, length, "start again")
  const index = random.integer(Math.max(1, length))
  const remove = random.integer(Math.min(5, length - index) + 1)
  return spliceAt(["body"], index, remove, random.pick(["", "new", "x"]))
}

function deliver(fleet: ConflictFleet, member: ConflictMember, random: SeededRandom, count: number): void {
  for (let left = count; left > 0; left--) {
    const possible = fleet.possible(member)
    if (possible.length === 0) return
    fleet.deliver(member, random.pick(possible))
  }
}

/** By an index that gets everything when the engine has it all. */
function atOnce(member: ConflictMember, commits: readonly Commit[]): Iterable<Conflict> {
  const index = member.again()
  for (const commit of commits) index.add(commit)
  return index.take().written
}

/** What a commit is said to have written at the root is what was there when it and its past had been applied. */
function checkWrites(
  engine: Engine,
  { reader }: ConflictMember,
  commits: readonly Commit[],
  random: SeededRandom
): void {
  const commit = random.pick(commits.filter(({ update }) => update.length > 0))
  const document = openDocument(engine)
  for (const one of [...(pastsOf(commits).get(commit) ?? []), commit]) {
    document.ensureGenesis(one.genesis)
    if (one.update.length > 0) document.apply([one.update])
  }
  const value = document.value()
  for (const write of reader.read(commit.update).writes.filter(({ container }) => container === "")) {
    const held = Object.hasOwn(value, write.key) ? value[write.key] : undefined
    assertThat(sameJson(held, write.value), `${write.key} is said to hold ${JSON.stringify(write.value)}`)
  }
  document.destroy()
}

/** Without paths, in which positions in lists are as found. */
function comparable(records: Iterable<Conflict>): unknown {
  return [...records].map(record => ({ ...record, path: undefined })).sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** What the model says of a record. */
function outline(records: Iterable<Conflict>): readonly string[] {
  return [...records].map(({ kind, sides }) => `${kind} ${sides.map(sideName).sort().join(" ")}`).sort()
}

function sideName({ dot, action }: Conflict["sides"][number]): string {
  return `${dot.actor.slice(0, 2)}.${dot.seq}.${action}`
}
