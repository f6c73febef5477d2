import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { gunzipSync } from "node:zlib"

/** Replaces `removed` characters at `position` by `inserted`. Positions are UTF-16 units. */
export type Patch = readonly [position: number, removed: number, inserted: string]

/** One transaction of a recording; its patches apply in order, each to what the ones before left. */
export interface TraceTransaction {
  readonly patches: readonly Patch[]
}

/** A transaction of several writers' recording. */
export interface ConcurrentTransaction extends TraceTransaction {
  /** Who made it, from 0. */
  readonly agent: number
  /** Indexes of the transactions it comes after; everything below them is merged first. */
  readonly parents: readonly number[]
}

/** A recording by one writer, from an empty text. */
export interface SequentialTrace {
  readonly name: string
  readonly transactions: readonly TraceTransaction[]
  /** What a replay must end with. */
  readonly endContent: string
}

/** A recording of two people typing at once. */
export interface ConcurrentTrace extends SequentialTrace {
  readonly transactions: readonly ConcurrentTransaction[]
}

interface TraceFile {
  readonly startContent?: string
  readonly endContent: string
  readonly txns: readonly TraceTransaction[]
}

/** Recordings by one writer. */
export const sequentialTraces = ["automerge-paper", "rustcode", "sveltecomponent"] as const

/** The recording of two writers. */
export const concurrentTrace = "friendsforever"

const folder = process.env.SYNCLINE_TRACES ?? join(import.meta.dirname, "../../../shared/data/editing-traces")

/**
 * Reads a recording of one writer.
 *
 * @returns `undefined`, and says so on stderr, when the recordings are not on this machine.
 */
export function readTrace(name: (typeof sequentialTraces)[number]): SequentialTrace | undefined {
  const file = readFile(name)
  return file && { name, transactions: file.txns, endContent: file.endContent }
}

/** Reads the recording of two writers; otherwise as `readTrace`. */
export function readConcurrentTrace(): ConcurrentTrace | undefined {
  const file = readFile(concurrentTrace)
  if (file === undefined) return undefined
  const transactions = file.txns as readonly ConcurrentTransaction[]
  return { name: concurrentTrace, transactions, endContent: file.endContent }
}

function readFile(name: string): TraceFile | undefined {
  const path = join(folder, `${name}.json.gz`)
  if (!existsSync(path)) {
    console.error(
      `SKIPPED what replays ${name}: it is not in ${folder}. Get editing_traces of github.com/josephg/editing-traces and set SYNCLINE_TRACES to a folder with ${name}.json.gz in it.`
    )
    return undefined
  }
  const file = JSON.parse(gunzipSync(readFileSync(path)).toString("utf8")) as TraceFile
  // The files count code points. Where no character takes two units, the two are the same.
  if (file.txns.some(({ patches }) => patches.some(([, , inserted]) => /[\ud800-\udfff]/.test(inserted))))
    throw new Error(`${path} has characters beyond the basic plane; its positions need converting`)
  if ((file.startContent ?? "") !== "") throw new Error(`${path} does not start empty`)
  return file
}
