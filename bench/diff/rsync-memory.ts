import { join } from "node:path"
import type { Bench, BenchContext } from "../harness/bench.ts"
import { inChild } from "../harness/in-child.ts"
import type { RsyncMemoryFigures, RsyncMemoryOrder } from "./rsync-memory-order.ts"

const LIMIT_MIB = 32
const SMALL_BYTES = 1 << 23
const MOST_BLOCKS = 1 << 19
const LARGEST_BLOCK_BYTES = 1 << 22

async function run(context: BenchContext): Promise<void> {
  const most = context.quick ? 2 ** 23 : 2 ** 31
  for (const step of context.quick ? (["delta"] as const) : (["signature", "delta", "patch"] as const)) {
    const contentBytes = step === "patch" ? most / 2 : most
    const blockBytes = 8 * Math.ceil(Math.sqrt(contentBytes) / 8)
    await report(context, { step, contentBytes, blockBytes }, step === "patch")
  }
  if (context.quick) return
  // The two bounds of the format: as many blocks as a signature may have, and blocks as large as they may be.
  await report(context, { step: "delta", contentBytes: most, blockBytes: most / MOST_BLOCKS }, false)
  await report(context, { step: "delta", contentBytes: most / 2, blockBytes: LARGEST_BLOCK_BYTES }, true)
}

/**
 * What is held; if `garbage`, also with what is not yet collected: what these functions give belongs to their caller, so it is fresh memory each time,
 * and how much of it waits for the collector is the runtime's choice.
 */
async function report(
  context: BenchContext,
  order: Omit<RsyncMemoryOrder, "collect">,
  garbage: boolean
): Promise<void> {
  for (const collect of garbage ? [true, false] : [true]) {
    const small = await inStepChild({ ...order, collect, contentBytes: SMALL_BYTES, blockBytes: 8192 })
    const { residentBytes, ms } = await inStepChild({ ...order, collect })
    const ours = residentBytes / 2 ** 20
    const peer = small.residentBytes / 2 ** 20
    const { contentBytes, blockBytes, step } = order
    const speed = (contentBytes / 1e3 / ms).toFixed(0)
    context.report({
      bench: "diff/rsync-memory",
      input: `${contentBytes / 2 ** 20} MiB, ${Math.ceil(contentBytes / blockBytes)} blocks of ${blockBytes}, ${speed} MB/s`,
      metric: `${step}, growth of peak memory${collect ? "" : ", garbage too"}`,
      unit: "MiB",
      ours,
      peer,
      peerName: "8 MiB in blocks of 8192",
      ratio: ours / peer,
      better: "lower",
      target: collect ? `<= ${LIMIT_MIB} MiB` : "",
      met: collect ? ours <= LIMIT_MIB : null
    })
  }
}

function inStepChild(order: RsyncMemoryOrder): Promise<RsyncMemoryFigures> {
  return inChild(join(import.meta.dirname, "rsync-memory-child.ts"), order)
}

/** What remote deltas hold in memory for content that no memory would hold. */
export const benches: readonly Bench[] = [{ name: "diff/rsync-memory", run }]
