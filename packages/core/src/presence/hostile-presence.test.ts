import { expect, it } from "vitest"
import { parseActorId } from "@syncline/clock"
import type { DocumentId } from "../document/document-id.ts"
import { acceptLink } from "../link/accept-link.ts"
import type { Closed } from "../link/transport.ts"
import type { Frame, HelloFrame } from "../sync/frame.ts"
import { protocolVersion } from "../sync/frame.ts"
import { readFrame } from "../sync/frame-reader.ts"
import { writeFrame } from "../sync/frame-writer.ts"
import { PresenceFleet, room } from "../testing/core-presence-fleet.ts"

const hello: HelloFrame = {
  kind: "hello",
  minProtocol: protocolVersion,
  maxProtocol: protocolVersion,
  epoch: "ee".repeat(16),
  actor: parseActorId("0123456789abcdef"),
  root: new Uint8Array(20),
  end: { position: 9, hash: new Uint8Array(16) },
  maxFrameBytes: 2 ** 18,
  windowBytes: 2 ** 20,
  maxPayloadBytes: 2 ** 26,
  scope: "all"
}

/** A replica with presence, and somebody who says these frames to it. */
async function hostile(...frames: readonly Frame[]): Promise<{
  readonly fleet: PresenceFleet
  readonly say: (frame: Frame) => void
  readonly closed: () => Closed | undefined
}> {
  const fleet = new PresenceFleet(1, 1)
  fleet.host(0).write("notes/1", new Uint8Array(100))
  const [theirs, ours] = fleet.network.pair("hostile")
  let closed: Closed | undefined
  theirs.onClose(how => (closed = how))
  theirs.onMessage(message => void readFrame(message, 2 ** 20))
  acceptLink(fleet.host(0), ours, { limits: { stallTimeoutMs: 30_000, pingIntervalMs: 3_600_000 } })
  let ordinal = 1
  const say = (frame: Frame) => theirs.send(writeFrame(ordinal++, frame))
  for (const frame of frames) say(frame)
  await fleet.time.advance(1_000)
  return { fleet, say, closed: () => closed }
}

function shown(peer: number, state: string): Frame {
  const entry = {
    peer: peer.toString(16).padStart(16, "0"),
    document: room as DocumentId,
    counter: 1,
    seconds: 30
  }
  return { kind: "presence", entries: [{ ...entry, state, withdrawn: false }] }
}

it("[PR15] before the greeting it is a violation", async () => {
  const { closed, fleet } = await hostile(shown(1, "1"))
  expect([closed()?.reason, fleet.seen()]).toEqual(["protocol-violation", [[]]])
})

it("[PR15] a state above 4 KiB is no frame of the protocol", async () => {
  const { closed, fleet } = await hostile(hello, shown(1, JSON.stringify("x".repeat(4_096))))
  expect([closed()?.reason, fleet.seen()]).toEqual(["protocol-violation", [[]]])
})

it("[PR15] a flood of it leaves the connection alone, and what is held bounded", async () => {
  const { fleet, say, closed } = await hostile(hello)
  for (let i = 0; i < 2_000; i++) say(shown(i, JSON.stringify("x".repeat(4_000))))
  await fleet.time.advance(500)
  expect([closed(), fleet.at(0).others(room).length <= 256]).toEqual([undefined, true])
  expect(fleet.at(0).counts.dropped).toBeGreaterThan(1_700)
})

it("[PR15] it is no progress: who answers nothing else is given up", async () => {
  const { fleet, say, closed } = await hostile(hello)
  for (let i = 0; i < 70; i++) {
    say(shown(i, "1"))
    await fleet.time.advance(1_000)
  }
  expect(closed()?.reason).toBe("timeout")
})
