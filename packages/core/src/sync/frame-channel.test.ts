import { describe, expect, it } from "vitest"
import { connectionPair } from "../link/memory-transport.ts"
import type { Closed } from "../link/transport.ts"
import type { Frame } from "./frame.ts"
import { FrameChannel } from "./frame-channel.ts"
import { writeFrame } from "./frame-writer.ts"

const limits = { maxFrameBytes: 8192, maxHelloBytes: 512 }
const ping: Frame = { kind: "ping" }

function chunk(size: number): Frame {
  return { kind: "chunk", bytes: new Uint8Array(size) }
}

/** A channel whose other end sends these messages at once. */
function heard(...messages: readonly Uint8Array[]) {
  const [ours, theirs] = connectionPair({ microtask: task => task(), schedule: () => () => {} })
  const frames: string[] = []
  const broken: Closed[] = []
  const channel = new FrameChannel(
    ours,
    { onFrame: frame => frames.push(frame.kind), onBroken: closed => broken.push(closed), onLost: () => {} },
    limits
  )
  for (const message of messages) theirs.send(message)
  return { frames, broken, counts: channel.counts }
}

describe("frame channel", () => {
  it("[SY6] a frame that comes twice is dropped and counted", () => {
    const { frames, broken, counts } = heard(
      writeFrame(1, ping),
      writeFrame(1, ping),
      writeFrame(2, ping),
      writeFrame(1, ping)
    )
    expect([frames.length, broken, counts.duplicates]).toEqual([2, [], 2])
  })

  it("[SY7] a frame that went missing ends the connection as lost", () => {
    const { frames, broken } = heard(writeFrame(1, ping), writeFrame(3, ping))
    expect(frames).toHaveLength(1)
    expect(broken).toMatchObject([{ reason: "connection-lost" }])
  })

  it.each([0, 2, 77])("[SY8] a first frame with number %i is a violation", ordinal => {
    expect(heard(writeFrame(ordinal, ping)).broken).toMatchObject([{ reason: "protocol-violation" }])
  })

  it("[SY78] to who does not read nothing is sent any more but why that ends", () => {
    const [ours] = connectionPair({ microtask: task => task(), schedule: () => () => {} })
    const broken: Closed[] = []
    let buffered = 0
    const unread = {
      onMessage: ours.onMessage.bind(ours),
      onClose: ours.onClose.bind(ours),
      close: ours.close.bind(ours),
      send: (message: Uint8Array) => void (buffered += message.length),
      get bufferedBytes() {
        return buffered
      }
    }
    const listener = {
      onFrame: () => {},
      onBroken: (closed: Closed) => broken.push(closed),
      onLost: () => {}
    }
    const channel = new FrameChannel(unread, listener, limits)
    for (let i = 0; i < 2_000; i++) channel.send(chunk(8_000))
    expect(broken).toMatchObject([{ reason: "flow-control" }])
    expect(buffered).toBeLessThan(4.5 * 2 ** 20)
    const before = buffered
    channel.close(broken[0] as Closed, true)
    expect(buffered).toBeGreaterThan(before)
  })

  it("[SY3] the first frame of a stranger has a smaller limit", () => {
    expect(heard(writeFrame(1, chunk(600))).broken).toMatchObject([{ reason: "frame-too-large" }])
    expect(heard(writeFrame(1, ping), writeFrame(2, chunk(600))).broken).toEqual([])
    expect(heard(writeFrame(1, ping), writeFrame(2, chunk(9000))).broken).toMatchObject([
      { reason: "frame-too-large" }
    ])
  })
})
