import { acceptLink } from "../../packages/core/src/link/accept-link.ts"
import { connectLink } from "../../packages/core/src/link/connect-link.ts"
import type { Connection } from "../../packages/core/src/link/transport.ts"
import { readFrame } from "../../packages/core/src/sync/frame-reader.ts"
import { writeFrame } from "../../packages/core/src/sync/frame-writer.ts"
import { LinkFleet } from "../../packages/core/src/testing/link-fleet.ts"
import { slowConnection } from "../../packages/core/src/testing/slow-connection.ts"
import { type Bench, type BenchContext, median } from "../harness/bench.ts"

const bytesPerMs = 1_000
const editEveryMs = 40

/** What a run came to, in milliseconds of virtual time. */
interface Waits {
  readonly median: number
  readonly longest: number
  /** Until the large document was there. */
  readonly large: number
}

async function runFairness(context: BenchContext): Promise<void> {
  const largeBytes = context.quick ? 2_000_000 : 20_000_000
  const [ours, peer] = [await waitsOf(largeBytes, 4), await waitsOf(largeBytes, 3)]
  const report = (metric: string, wait: keyof Waits): void =>
    context.report({
      bench: "sync/fairness",
      input: `${largeBytes / 1e6} MB in one document, ${bytesPerMs / 1_000} MB a second, an edit of another every ${editEveryMs} ms`,
      metric,
      unit: "ms",
      ours: ours[wait],
      peer: peer[wait],
      peerName: "all in order (protocol 3)",
      ratio: ours[wait] / peer[wait],
      better: "lower",
      target: "",
      met: null
    })
  report("from an edit until it is there, median", "median")
  report("from an edit until it is there, longest", "longest")
  report("until the large document is there", "large")
}

/** Two replicas reduced to what sync sees, of which the dialing one writes, in virtual time. */
async function waitsOf(largeBytes: number, maxProtocol: number): Promise<Waits> {
  const fleet = new LinkFleet(1, 2)
  const { time } = fleet
  const slow = (connection: Connection): Connection => {
    const line = slowConnection(connection, time, bytesPerMs)
    const send = line.send.bind(line)
    line.send = message => send(speaking(message, maxProtocol))
    return line
  }
  const line = fleet.network.transport("line", connection => {
    acceptLink(fleet.host(1), slow(connection))
  })
  const connect = async (signal: AbortSignal): Promise<Connection> => slow(await line.connect(signal))
  const link = connectLink(fleet.host(0), { ...line, connect })
  await time.advance(1_000)
  const begunMs = time.nowMs()
  const waits: number[] = []
  let large = Number.NaN
  fleet.host(1).onDurable(({ commits }) => {
    for (const { document, update } of commits)
      if (document === "large/one") large = time.nowMs() - begunMs
      else waits.push(time.nowMs() - new DataView(update.buffer, update.byteOffset).getFloat64(0))
  })
  fleet.host(0).write("large/one", fleet.random.bytes(largeBytes))
  const edits = largeBytes / bytesPerMs / editEveryMs
  for (let i = 0; i < edits; i++) {
    const update = new Uint8Array(20)
    new DataView(update.buffer).setFloat64(0, time.nowMs())
    fleet.host(0).write(`small/${i % 100}`, update)
    await time.advance(editEveryMs)
  }
  if (!(await fleet.synced(link)) || !fleet.converged || waits.length !== edits)
    throw new Error(`${waits.length} of ${edits} edits arrived`)
  return { median: median(waits), longest: Math.max(...waits), large }
}

/** The message, where it is a hello as one of that version. */
function speaking(message: Uint8Array, maxProtocol: number): Uint8Array {
  const { ordinal, frame } = readFrame(message, 2 ** 20)
  return frame.kind === "hello" ? writeFrame(ordinal, { ...frame, maxProtocol }) : message
}

/** How long edits wait while a large document is sent. */
export const benches: readonly Bench[] = [{ name: "sync/fairness", run: runFairness }]
