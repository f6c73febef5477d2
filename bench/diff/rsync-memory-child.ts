// Runs in a process of its own, started by rsync-memory.ts: one step on content that is made as it is read.
import { resourceUsage } from "node:process"
import { delta, patch, signature } from "@syncline/diff/rsync"
import type { RsyncMemoryFigures, RsyncMemoryOrder } from "./rsync-memory-order.ts"
import { syntheticContent } from "./rsync-memory-content.ts"

const COLLECT_EVERY = 1 << 24

const order = JSON.parse(process.argv[2] ?? "") as RsyncMemoryOrder

// Code, caches of the compiler and the young heap come with any content; what grows with its length comes on top.
await run({ ...order, contentBytes: Math.min(order.contentBytes, 1 << 22), blockBytes: 4096 })
globalThis.gc?.()
const before = resourceUsage().maxRSS
const start = performance.now()
await run(order)
const figures: RsyncMemoryFigures = {
  residentBytes: (resourceUsage().maxRSS - before) * 1024,
  ms: performance.now() - start
}
process.send?.(figures)

/** Later steps run on the stream of the earlier ones, so their memory counts too. */
async function run({ step, contentBytes, blockBytes }: RsyncMemoryOrder): Promise<void> {
  const [old, next] = [syntheticContent(contentBytes, false), syntheticContent(contentBytes, true)]
  const signed = signature(old.pieces(), { length: contentBytes, blockBytes, accept: [] })
  if (step === "signature") return drain(signed)
  const made = delta(signed, next.pieces())
  return drain(step === "delta" ? made : patch(old, made))
}

async function drain(pieces: AsyncIterable<Uint8Array>): Promise<void> {
  let bytes = 0
  for await (const piece of pieces) {
    const collect = order.collect && bytes % COLLECT_EVERY > (bytes + piece.length) % COLLECT_EVERY
    bytes += piece.length
    if (collect) globalThis.gc?.()
  }
  if (bytes === 0) throw new Error("nothing came")
}
