import { keyedId } from "@syncline/diff/set"
import { presence } from "../../packages/core/src/presence/presence-feature.ts"
import { noFaults } from "../../packages/core/src/testing/faulty-network.ts"
import { GrantFleet } from "../../packages/core/src/testing/grant-fleet.ts"
import { LinkFleet } from "../../packages/core/src/testing/link-fleet.ts"

/** Is told of every message. */
type Hear = (message: Uint8Array) => void

/** Strangers that catch up, write on, lose the connection, meet again; some with snapshots, chunks and refusals. */
export async function recordCatchUp(seed: number, hear: Hear): Promise<void> {
  const fleet = new LinkFleet(seed, 2)
  fleet.onWire = hear
  fleet.write(5 + fleet.random.integer(60))
  if (seed % 2 === 0) fleet.host(1).snapshotAbove = 3
  if (seed % 5 === 0) fleet.host(1).refuses.add(fleet.host(0).write("c0/d0", fleet.random.bytes(30)).document)
  const limits = seed % 3 === 0 ? { maxFrameBytes: 1024, windowBytes: 4096 } : {}
  const link = fleet.connect(0, 1, { limits, backoff: { baseMs: 10, maxMs: 50 } }, { limits })
  await fleet.time.advance(2_000)
  fleet.write(10)
  fleet.network.faults = { ...fleet.network.faults, cut: 0.2 }
  await fleet.time.advance(1_000)
  fleet.network.faults = { ...fleet.network.faults, cut: 0 }
  // Long enough to be silent, and to be asked whether one is there.
  await fleet.time.advance(60_000)
  link.close()
  await fleet.time.advance(1_000)
}

/** Some who may read some of it, write less, and are refused the rest, by paths and by rules that change. */
export async function recordGrants(seed: number, hear: Hear): Promise<void> {
  const fleet = new GrantFleet(seed, 2)
  const inspect = fleet.onWire
  fleet.onWire = (message, from, to) => {
    inspect(message, from, to)
    hear(message)
  }
  const links = fleet.dial({ backoff: { baseMs: 10, maxMs: 50 } })
  for (let step = 0; step < 30; step++) {
    fleet.writeAnywhere()
    if (step % 10 === 9) {
      fleet.regrant(1 + (step % 2))
      fleet.drop(1 + (step % 2))
    }
    await fleet.time.advance(fleet.random.integer(300))
  }
  await fleet.time.advance(5_000)
  for (const link of links) link.close()
}

/** Credentials that end and are renewed, until there are no newer ones; and who is here. */
export async function recordRenewals(seed: number, hear: Hear): Promise<void> {
  const fleet = new LinkFleet(seed, 2)
  fleet.onWire = hear
  const { time } = fleet
  const [near] = fleet.hosts.map(host => {
    const { presence: people, hook } = presence().start({
      timers: time,
      time,
      randomBytes: length => fleet.random.bytes(length),
      warn: () => {}
    })
    host.presence = hook
    return people
  })
  let shown = 0
  const credentials = () => Uint8Array.of(Math.min(shown++, 3), seed)
  const clock = fleet.host(1).ports.time
  const authorize = (applicant: { readonly credentials?: Uint8Array }) => ({
    read: "all" as const,
    ...(applicant.credentials?.[0] === 3 ? {} : { expiresAt: clock.nowMs() + 10_000 })
  })
  const link = fleet.connect(0, 1, { credentials }, { authorize })
  await time.advance(1_000)
  near?.set("c0/d0", { at: seed })
  await time.advance(40_000)
  near?.clear("c0/d0")
  await time.advance(1_000)
  link.close()
}

/** Two with a past in common and none of it told by one to the other, by ids of which many collide: up to the surest level. */
export async function recordStrangers(seed: number, hear: Hear): Promise<void> {
  const bytes = seed % 2 === 0 ? 1 : 8
  const fleet = new LinkFleet(seed, 2, noFaults, (key, digest) =>
    keyedId(key, digest).map((byte, i) => (i < 8 - bytes ? 0 : byte))
  )
  const { random } = fleet
  const shared = Array.from({ length: 300 }, (_, i) => fleet.host(0).write(`c0/d${i}`, random.bytes(9)))
  fleet.onWire = hear
  await fleet.plant(1, shared)
  for (let i = 0; i < 40; i++) fleet.host(i % 2).write(random.pick(shared).document, random.bytes(9))
  for (let i = 0; i < 250; i++) fleet.host(i % 2).write(`c0/new${i}`, random.bytes(9))
  const limits = seed % 3 === 0 ? { maxFrameBytes: 1024 } : {}
  const link = fleet.connect(0, 1, { limits }, { limits })
  await fleet.synced(link)
  link.close()
  // Neither finds again what it had left in the other's log.
  for (const host of fleet.hosts) Object.assign(host, { logHashAt: async () => new Uint8Array(16) })
  fleet.write(9)
  const next = fleet.connect(0, 1)
  await fleet.synced(next)
  next.close()
  await fleet.time.advance(1_000)
}

/** A large document of which a part is there when the connection breaks. */
export async function recordBrokenSnapshot(seed: number, hear: Hear): Promise<void> {
  const fleet = new LinkFleet(seed, 2)
  fleet.onWire = hear
  fleet.host(1).snapshotAbove = 2
  for (let i = 0; i < 40; i++) fleet.host(1).write("c0/d0", fleet.random.bytes(1_000))
  const limits = { maxFrameBytes: 2048, windowBytes: 8192 }
  const link = fleet.connect(0, 1, { limits, backoff: { baseMs: 60_000, maxMs: 60_000 } }, { limits })
  await fleet.time.until(() => link.metrics.bytesIn > 20_000, 60_000)
  fleet.network.faults = { ...noFaults, cut: 1 }
  await fleet.time.until(() => link.status === "offline", 1_000)
  fleet.network.faults = noFaults
  await fleet.synced(link)
  link.close()
}
