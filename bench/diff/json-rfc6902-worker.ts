// One comparison by rfc6902 in a thread of its own, since only a thread can be ended.
import { parentPort, workerData } from "node:worker_threads"
import { createPatch } from "rfc6902"

const { before, after } = workerData as { before: unknown; after: unknown }
parentPort?.postMessage(createPatch(before, after), [])
