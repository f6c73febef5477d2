import { join } from "node:path"
import { inChildWithin } from "../harness/in-child.ts"

/** Room for a million documents in two memory stores. A process that needs less takes less. */
const heapMebibytes = 16_000

/** Runs a script of this folder in a process of its own; undefined where it sent nothing within the limit. */
export function inSyncChild<Figures>(
  script: string,
  order: object,
  limitMs?: number
): Promise<Figures | undefined> {
  const limit = limitMs === undefined ? {} : { limitMs }
  return inChildWithin(join(import.meta.dirname, script), order, { heapMebibytes, ...limit })
}
