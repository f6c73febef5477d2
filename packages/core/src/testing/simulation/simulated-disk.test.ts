import { describe, expect, test } from "vitest"
import { parseDocumentId } from "../../document/document-id.ts"
import type { StoreSession } from "../../store/store.ts"
import { StoreBatches } from "../store-batches.ts"
import { storeContract } from "../store-contract.ts"
import { VirtualTime } from "../virtual-time.ts"
import { FaultDice } from "./fault-dice.ts"
import { faultKinds, type FaultRates } from "./fault-kinds.ts"
import { type DiskUser, SimulatedDisk } from "./simulated-disk.ts"

/** A process that nothing happens to, but what the rates say; it can be ended. */
class User implements DiskUser {
  isAlive = true
  readonly dice: FaultDice

  constructor(rates: FaultRates = {}) {
    this.dice = new FaultDice(faultKinds, 1, rates)
  }

  crash(): void {
    this.isAlive = false
  }

  async wait(_ms: number): Promise<void> {}
  appended(): void {}
  refused(): void {}
}

const id = parseDocumentId("c/1")

async function appended(session: StoreSession, ...records: readonly string[]): Promise<void> {
  const batches = new StoreBatches()
  for (const record of records) await batches.append(session, [{ id, record }])
}

async function recordsOn(disk: SimulatedDisk): Promise<number> {
  const session = await disk.store("again", new User()).open()
  const { length } = (await session.loadDocument(id))?.records ?? []
  await session.close()
  return length
}

describe("[SM5] a simulated disk keeps the contract of stores", () => {
  for (const { title, run } of storeContract("simulated", () => ({
    store: new SimulatedDisk().store("simulated", new User())
  })))
    test(title, () => run())
})

test("[SM4] a disk put back holds what it held after so many appends", async () => {
  const disk = new SimulatedDisk()
  const session = await disk.store("first", new User()).open()
  await appended(session, "1", "2", "3")
  await session.close()
  const copy = disk.copy()
  disk.cut(1)
  expect([await recordsOn(disk), await recordsOn(copy)]).toEqual([1, 3])
})

test.each([
  ["tornAppend", 0],
  ["crashAfterAppend", 1]
] as const)("[SM4] %s ends the process without an answer and leaves %i records", async (kind, count) => {
  const disk = new SimulatedDisk()
  const user = new User({ [kind]: 1 })
  const session = await disk.store("first", user).open()
  let isAnswered = false
  void appended(session, "1").finally(() => {
    isAnswered = true
  })
  await new Promise(resolve => setImmediate(resolve))
  disk.release()
  expect([user.isAlive, isAnswered, user.dice.fired[kind]]).toEqual([false, false, 1])
  expect(await recordsOn(disk)).toBe(count)
})

test.each(["appendError", "readError"] as const)("[SM4] %s rejects and leaves nothing", async kind => {
  const disk = new SimulatedDisk()
  const user = new User({ [kind]: 1 })
  const session = await disk.store("first", user).open()
  const work = kind === "appendError" ? appended(session, "1") : session.loadHead(id)
  await expect(work).rejects.toMatchObject({ code: "store-failed" })
  expect([disk.length, user.dice.fired[kind]]).toEqual([0, 1])
})

test("[SM6] a disk is busy while it owes an answer to somebody alive", async () => {
  const time = new VirtualTime()
  class Patient extends User {
    override wait(ms: number): Promise<void> {
      return new Promise(resolve => time.schedule(ms, resolve))
    }
  }
  const disk = new SimulatedDisk()
  const [first, second] = [new Patient(), new Patient()]
  expect(disk.isBusy).toBe(false)
  for (const [user, ms] of [
    [first, 10],
    [first, 20],
    [second, 30]
  ] as const)
    void disk.delay(user, ms)
  await time.advance(15)
  expect(disk.isBusy).toBe(true)
  await time.advance(10)
  expect(disk.isBusy).toBe(true)
  second.crash()
  expect(disk.isBusy).toBe(false)
})
