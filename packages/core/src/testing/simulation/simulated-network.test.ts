import { expect, test } from "vitest"
import type { Closed } from "../../link/transport.ts"
import { SeededRandom } from "../seeded-random.ts"
import { VirtualTime } from "../virtual-time.ts"
import { FaultDice } from "./fault-dice.ts"
import { faultKinds, type FaultRates, type MessageFault, messageFaults } from "./fault-kinds.ts"
import { SimulatedNetwork } from "./simulated-network.ts"
import { TraceHash } from "./trace-hash.ts"

/** One connection over one line, with what arrives at its far end. */
function connected(rates: FaultRates = {}) {
  const time = new VirtualTime()
  const dice = new FaultDice(faultKinds, 1, rates)
  const network = new SimulatedNetwork({ time, dice, trace: new TraceHash(), random: new SeededRandom(1) })
  const [dialer, acceptor] = [{ isAlive: true }, { isAlive: true }]
  const [near, far] = network.connect("line", dialer, acceptor)
  const heard: string[] = []
  const closed: Closed["reason"][] = []
  far.onMessage(message => heard.push(new TextDecoder().decode(message)))
  for (const end of [near, far]) end.onClose(({ reason }) => closed.push(reason))
  const send = (text: string) => near.send(new TextEncoder().encode(text))
  return { time, dice, network, dialer, near, far, heard, closed, send }
}

test("[SM4] without faults messages arrive whole and in order, and closing tells the other side why", async () => {
  const { time, near, heard, closed, send } = connected()
  for (const text of ["a", "bc", "d"]) send(text)
  near.close({ reason: "going-away", message: "enough" })
  await time.advance(1_000)
  expect([heard, closed]).toEqual([
    ["a", "bc", "d"],
    ["going-away", "going-away"]
  ])
})

test("[SM3] a silence counts once it swallows something, and one way leaves the other", async () => {
  const { time, dice, network, near, heard, send, far } = connected()
  const back: number[] = []
  near.onMessage(message => back.push(message.length))
  network.silence("line", "oneWay", ["forth"])
  expect(dice.fired.oneWay).toBe(0)
  send("lost")
  far.send(new Uint8Array(3))
  await time.advance(1_000)
  network.speak("line")
  send("heard")
  await time.advance(1_000)
  expect([heard, back, dice.fired.oneWay]).toEqual([["heard"], [3], 1])
})

test("[SM4] a dead process sends nothing more, and its peer hears of it or does not", async () => {
  for (const isTold of [true, false]) {
    const { time, network, dialer, heard, closed, send } = connected()
    dialer.isAlive = false
    network.kill(dialer, isTold)
    send("from the dead")
    await time.advance(1_000)
    expect([heard, closed]).toEqual([[], isTold ? ["connection-lost"] : []])
  }
})

test("[SM4] a connection that went dead is silent for ever, and nobody is told", async () => {
  const { time, heard, closed, send, near } = connected({ halfOpen: 1 })
  for (const text of ["a", "b"]) send(text)
  near.close({ reason: "closed", message: "nobody hears it" })
  await time.advance(60_000)
  expect([heard, closed]).toEqual([[], ["closed"]])
})

/** Sends three messages, and says whether they arrived as sent and whether the sender's bytes are what they were. */
async function sentWith(
  kind: MessageFault
): Promise<{ heard: readonly string[]; fired: number; kept: boolean }> {
  const { time, dice, near, heard } = connected({ [kind]: 1 })
  const sent = ["first", "second", "third"].map(text => new TextEncoder().encode(text))
  for (const message of sent) near.send(message)
  await time.advance(30_000)
  const kept = sent.map(message => new TextDecoder().decode(message)).join() === "first,second,third"
  return { heard, fired: dice.fired[kind], kept }
}

// How often each may count, of three messages: what is put out of order need not overtake anything.
const late = [
  ["delay", [3]],
  ["reorder", [0, 1, 2]]
] as const

test.each(late)("[SM3] %s counts, and everything arrives in the end", async (kind, counts) => {
  const { heard, fired, kept } = await sentWith(kind)
  expect([heard.toSorted(), kept]).toEqual([["first", "second", "third"], true])
  expect(counts).toContain(fired)
})

test.each(messageFaults.filter(kind => !late.some(([other]) => other === kind)))(
  "[SM3] %s counts, changes what arrives, and leaves the sender's bytes as they are",
  async kind => {
    const { heard, fired, kept } = await sentWith(kind)
    expect(heard).not.toEqual(["first", "second", "third"])
    expect(fired).toBeGreaterThan(0)
    expect(kept).toBe(true)
  }
)

test("[SM6] a network is busy while something is under way that somebody will take", async () => {
  const { time, network, far, send } = connected()
  expect(network.isBusy).toBe(false)
  send("a")
  expect(network.isBusy).toBe(true)
  await time.advance(1_000)
  expect(network.isBusy).toBe(false)
  send("b")
  far.close({ reason: "closed", message: "enough" })
  expect(network.isBusy).toBe(false)
})

test("[SM3] a message that was put out of order counts once it overtook another", async () => {
  const { time, dice, heard, send } = connected({ reorder: 1 })
  send("alone")
  await time.advance(1_000)
  expect(dice.fired.reorder).toBe(0)
  const sent = Array.from({ length: 30 }, (_, i) => `${i}`)
  for (const text of sent) send(text)
  await time.advance(1_000)
  // Who comes before one that was sent earlier overtook it.
  const overtakers = heard
    .slice(1)
    .filter((text, at) => heard.slice(at + 2).some(later => Number(later) < Number(text)))
  expect(overtakers.length).toBeGreaterThan(0)
  expect(dice.fired.reorder).toBe(overtakers.length)
})
