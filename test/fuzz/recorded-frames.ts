import type { Frame } from "../../packages/core/src/sync/frame.ts"
import { readFrame } from "../../packages/core/src/sync/frame-reader.ts"
import { LinkFleet } from "../../packages/core/src/testing/link-fleet.ts"

/** A frame that was sent, and its bytes. */
export interface RecordedFrame {
  readonly frame: Frame
  readonly message: Uint8Array
}

const conversations = 40
const recorded: RecordedFrame[] = []

/** Frames of every kind that honest replicas said to each other. Recorded once, by the file's importer. */
export function recordedFrames(): readonly RecordedFrame[] {
  return recorded
}

/** Strangers that catch up, write on, lose the connection, meet again; some with snapshots, chunks and refusals. */
async function record(seed: number): Promise<void> {
  const fleet = new LinkFleet(seed, 2)
  fleet.onWire = message => recorded.push({ message, frame: readFrame(message, 2 ** 24).frame })
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

for (let seed = 1; seed <= conversations; seed++) await record(seed)
