import type { WitnessRecord } from "@syncline/core"
import { expect, test } from "vitest"
import { freshName, useFakeIndexedDb } from "../testing/fake-indexeddb.ts"
import { damage, openRaw } from "../testing/raw-database.ts"
import { indexedDbWitness } from "./indexeddb-witness.ts"

useFakeIndexedDb()

const database = "syncline-witness"
const unavailable = { code: "witness-unavailable" }

function record(position: number): WitnessRecord {
  const bytes = (fill: number) => new Uint8Array(16).fill(fill)
  return { token: bytes(1), nextToken: bytes(2), position, logHash: bytes(3) }
}

test("[IDB20] load gives the record saved last, also later, and nothing before the first", async () => {
  const name = freshName()
  const witness = indexedDbWitness(name)
  expect(await witness.load()).toBeUndefined()
  for (const position of [1, 2 ** 40, 3]) await witness.save(record(position))
  expect(await witness.load()).toEqual(record(3))
  witness.close()
  expect(await indexedDbWitness(name).load()).toEqual(record(3))
})

test("[IDB20] each store has its own, and views are saved as what they show", async () => {
  const [one, other] = [indexedDbWitness(freshName()), indexedDbWitness(freshName())]
  const large = new Uint8Array(1000).fill(1)
  await one.save({ ...record(1), token: large.subarray(10, 26) })
  await other.save(record(2))
  expect([await one.load(), await other.load()]).toEqual([record(1), record(2)])
})

test.each([
  ["text", "lost"],
  ["a short token", { ...record(1), token: new Uint8Array(3) }],
  ["no position", { ...record(1), position: "1" }]
])("[IDB21] a record that became %s is as if it had never been", async (_, changed) => {
  const name = freshName()
  const witness = indexedDbWitness(name)
  await witness.save(record(1))
  witness.close()
  await damage(database, "syncline_witness", records => records.put(changed, name))
  expect(await indexedDbWitness(name).load()).toBeUndefined()
})

test("[IDB22] it lets go of its database for whoever deletes or upgrades it, and then cannot be read", async () => {
  const witness = indexedDbWitness(freshName())
  await witness.save(record(1))
  const newer = await openRaw(database, 2)
  newer.close()
  await expect(witness.load()).rejects.toMatchObject(unavailable)
  await expect(witness.save(record(2))).rejects.toThrow(/delete that database/)
})
