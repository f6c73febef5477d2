import { describe, expect, it } from "vitest"
import type { JsonObject, JsonValue } from "../document/json.ts"
import type { PeerPresence } from "./presence.ts"
import { noFaults } from "../testing/faulty-network.ts"
import { PresenceFleet, room } from "../testing/core-presence-fleet.ts"

/** Notices silence only after an hour: what goes before that goes for another reason. */
const patient = { limits: { pingIntervalMs: 3_600_000 } }

async function linked(seed: number, size: number): Promise<PresenceFleet> {
  const fleet = new PresenceFleet(seed, size)
  for (let i = 1; i < size; i++) fleet.link(i - 1, i, patient, patient)
  await fleet.time.advance(1_000)
  return fleet
}

describe("presence", () => {
  it("[PR1] others see what one shows, in that document, until it is cleared", async () => {
    const fleet = await linked(1, 2)
    const state = { name: "Ada", at: [3, 4], ["__proto__"]: { odd: true } }
    fleet.at(0).set(room, state)
    await fleet.time.advance(200)
    expect(fleet.at(1).others(room)).toEqual([{ peer: fleet.at(0).self, state }])
    expect([fleet.at(1).others("notes/other"), fleet.at(0).others(room)]).toEqual([[], []])
    expect(fleet.at(0).own(room)).toEqual(state)
    fleet.at(0).clear(room)
    await fleet.time.advance(200)
    expect([fleet.at(1).others(room), fleet.at(0).own(room)]).toEqual([[], undefined])
  })

  it("[PR1] who comes later sees what is shown already, on both sides", async () => {
    const fleet = new PresenceFleet(2, 2)
    fleet.at(0).set(room, "early")
    fleet.at(1).set(room, null)
    fleet.link(0, 1)
    await fleet.time.advance(1_000)
    expect(fleet.seen()).toEqual([[null], ["early"]])
  })

  it("[PR2] states are frozen, and nothing of them is stored", async () => {
    const fleet = await linked(3, 2)
    const before = fleet.hosts.map(host => host.end.position)
    fleet.at(0).set(room, { deep: { list: [1] } })
    await fleet.time.advance(60_000)
    const { state } = fleet.at(1).others(room)[0] as { readonly state: JsonValue }
    const { deep } = state as JsonObject
    expect([Object.isFrozen(state), Object.isFrozen((deep as JsonObject)["list"])]).toEqual([true, true])
    expect(fleet.hosts.map(host => host.end.position)).toEqual(before)
  })

  it("[PR3] a state is renewed for as long as its replica can be heard", async () => {
    const fleet = await linked(4, 3)
    fleet.at(0).set(room, "here")
    await fleet.time.advance(600_000)
    expect(fleet.seen()).toEqual([[], ["here"], ["here"]])
  })

  it("[PR3] and is gone half a minute after it was heard last, behind relays no later", async () => {
    const fleet = await linked(5, 3)
    fleet.at(0).set(room, "here")
    await fleet.time.advance(500)
    fleet.network.partition("0-1")
    await fleet.time.advance(28_000)
    expect(fleet.seen()).toEqual([[], ["here"], ["here"]])
    await fleet.time.advance(4_000)
    expect(fleet.seen()).toEqual([[], [], []])
  })

  it("[PR4] however often it changes, a connection carries one frame in 50 ms, with the newest", async () => {
    const fleet = await linked(6, 2)
    fleet.frames = 0
    for (let i = 0; i < 1_000; i++) {
      for (const document of [room, "notes/2", "notes/3"]) fleet.at(0).set(document, i)
      await fleet.time.advance(1)
    }
    expect(fleet.frames).toBeLessThanOrEqual(1_000 / 50 + 1)
    await fleet.time.advance(200)
    expect([fleet.seen()[1], fleet.seen("notes/3")[1]]).toEqual([[999], [999]])
  })

  it("[PR4] what is said first is sent at once", async () => {
    const fleet = new PresenceFleet(7, 2, { ...noFaults, maxDelayMs: 0 })
    fleet.link(0, 1)
    await fleet.time.advance(1_000)
    fleet.at(0).set(room, "now")
    await fleet.time.advance(1)
    expect(fleet.seen()[1]).toEqual(["now"])
  })

  it("[PR5] what is no JSON, or too much of it, is refused here", async () => {
    const fleet = new PresenceFleet(8, 1)
    const me = fleet.at(0)
    const cycle: { self?: unknown } = {}
    cycle.self = cycle
    expect(() => me.set(room, cycle as never)).toThrow(expect.objectContaining({ code: "value-unsupported" }))
    expect(() => me.set(room, (() => 1) as never)).toThrow(
      expect.objectContaining({ code: "value-unsupported" })
    )
    expect(() => me.set(room, "ä".repeat(2_048))).toThrow(expect.objectContaining({ code: "codec-limit" }))
    expect(() => me.set("room", 1)).toThrow(expect.objectContaining({ code: "document-id-invalid" }))
    me.set(room, "ä".repeat(2_047))
    for (let i = 0; i < 255; i++) me.set(`notes/${i}`, i)
    expect(() => me.set("notes/255", 1)).toThrow(expect.objectContaining({ code: "codec-limit" }))
    me.clear("notes/0")
    me.set("notes/255", 1)
    expect(me.own("notes/255")).toBe(1)
  })

  it("[PR6] it travels through replicas, and a ring of links comes to rest", async () => {
    const fleet = await linked(9, 4)
    fleet.link(3, 1, patient, patient)
    await fleet.time.advance(1_000)
    fleet.frames = 0
    fleet.at(0).set(room, "a")
    await fleet.time.advance(2_000)
    expect(fleet.seen()).toEqual([[], ["a"], ["a"], ["a"]])
    // One line to the ring and three of it, which carry it at most once in each direction.
    expect(fleet.frames).toBeLessThanOrEqual(7)
    const settled = fleet.frames
    await fleet.time.advance(5_000)
    expect(fleet.frames).toBe(settled)
  })

  it("[PR7] it stays within what a link is granted", async () => {
    const fleet = new PresenceFleet(10, 3)
    fleet.link(0, 1)
    fleet.link(1, 2, {}, { authorize: () => ({ read: ["open"] }) })
    await fleet.time.advance(1_000)
    fleet.at(0).set("open/1", "seen")
    fleet.at(0).set("closed/1", "hidden")
    fleet.at(2).set("closed/1", "out of place")
    await fleet.time.advance(1_000)
    expect([fleet.seen("open/1"), fleet.seen("closed/1")]).toEqual([
      [[], ["seen"], ["seen"]],
      [[], ["hidden"], []]
    ])
  })

  it("[PR8] it goes with its connection, everywhere behind it, and comes back with the next", async () => {
    const fleet = await linked(11, 4)
    fleet.at(0).set(room, "here")
    await fleet.time.advance(1_000)
    fleet.network.partition("0-1")
    fleet.accepted[0]?.close()
    await fleet.time.advance(300)
    expect(fleet.seen()).toEqual([[], [], [], []])
    fleet.network.heal()
    fleet.links[0]?.close()
    fleet.link(0, 1)
    await fleet.time.advance(1_000)
    expect(fleet.seen()).toEqual([[], ["here"], ["here"], ["here"]])
  })

  it("[PR8] a relay that comes back brings back what it relayed, at once", async () => {
    const fleet = await linked(12, 3)
    fleet.at(0).set(room, "here")
    await fleet.time.advance(1_000)
    fleet.network.partition("1-2")
    fleet.accepted[1]?.close()
    await fleet.time.advance(300)
    expect(fleet.seen()[2]).toEqual([])
    fleet.network.heal()
    fleet.links[1]?.close()
    fleet.link(1, 2)
    await fleet.time.advance(1_000)
    expect(fleet.seen()).toEqual([[], ["here"], ["here"]])
  })

  it("[PR8] who comes back by another link is seen at once, also where it was withdrawn", async () => {
    const fleet = await linked(16, 3)
    fleet.at(0).set(room, "here")
    await fleet.time.advance(1_000)
    fleet.links[0]?.close()
    await fleet.time.advance(300)
    expect(fleet.seen()).toEqual([[], [], []])
    fleet.link(0, 2)
    await fleet.time.advance(1_000)
    expect(fleet.seen()).toEqual([[], ["here"], ["here"]])
  })

  it("[PR8] what can still be reached another way stays, or is back with the next renewal", async () => {
    const fleet = await linked(13, 3)
    fleet.link(2, 0, patient, patient)
    fleet.at(0).set(room, "here")
    await fleet.time.advance(1_000)
    fleet.network.partition("0-1")
    fleet.accepted[0]?.close()
    await fleet.time.advance(11_000)
    expect(fleet.seen()).toEqual([[], ["here"], ["here"]])
  })

  it("[PR9] listeners hear once a tick what others show, also if one of them throws", async () => {
    const fleet = await linked(14, 2)
    const heard: (readonly PeerPresence[])[] = []
    const offThrowing = fleet.at(1).on(room, () => {
      throw new Error("application")
    })
    const off = fleet.at(1).on(room, others => heard.push(others))
    for (const state of [1, 2]) fleet.at(0).set(room, state)
    await fleet.time.advance(200)
    expect(heard.map(others => others.map(({ state }) => state))).toEqual([[2]])
    offThrowing()
    off()
    fleet.at(0).set(room, 3)
    await fleet.time.advance(200)
    expect(heard).toHaveLength(1)
  })

  it("[PR9] listeners do not hear of renewals, nor of what comes another way as well", async () => {
    const fleet = new PresenceFleet(16, 3)
    for (const [from, to] of [
      [0, 1],
      [1, 2],
      [0, 2]
    ] as const)
      fleet.link(from, to)
    await fleet.time.advance(1_000)
    const heard: (readonly PeerPresence[])[] = []
    fleet.at(1).on(room, others => heard.push(others))
    fleet.at(0).set(room, { name: "Ada" })
    await fleet.time.advance(60_000)
    expect(heard.map(others => others.map(({ state }) => state))).toEqual([[{ name: "Ada" }]])
    expect(fleet.at(1).others(room)[0]?.state).toBe(heard[0]?.[0]?.state)
  })

  it("[PR10] a replica without presence is not disturbed by it, and passes nothing on", async () => {
    const fleet = new PresenceFleet(15, 3)
    fleet.host(1).presence = undefined
    const [left, right] = [fleet.link(0, 1), fleet.link(1, 2)]
    fleet.at(0).set(room, "here")
    fleet.write(10)
    expect([await fleet.synced(left), await fleet.synced(right)]).toEqual([true, true])
    await fleet.time.advance(1_000)
    expect([fleet.seen()[2], fleet.converged]).toEqual([[], true])
  })
})
