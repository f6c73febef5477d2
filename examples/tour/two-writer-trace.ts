import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { gunzipSync } from "node:zlib"

/** Replaces `removed` characters at `position` by `inserted`. */
type Patch = readonly [position: number, removed: number, inserted: string]

/** What one writer did at a time. */
export interface Transaction {
  readonly patches: readonly Patch[]
  /** 0 or 1. */
  readonly agent: number
  /** Indexes of the transactions it comes after. */
  readonly parents: readonly number[]
}

/** A recording of two people, from an empty text. */
export interface TwoWriterTrace {
  readonly transactions: readonly Transaction[]
  readonly endContent: string
}

/** Where the recording is expected. */
export function traceFile(workspace: string): string {
  const folder = process.env["SYNCLINE_TRACES"] ?? join(workspace, "../shared/data/editing-traces")
  return join(folder, "friendsforever.json.gz")
}

/**
 * Reads the recording; `undefined` where it is not there.
 *
 * @throws Error when its positions are not UTF-16 units: the files count code points.
 */
export function readTrace(file: string): TwoWriterTrace | undefined {
  if (!existsSync(file)) return undefined
  const { txns, endContent } = JSON.parse(gunzipSync(readFileSync(file)).toString("utf8")) as {
    readonly txns: readonly Transaction[]
    readonly endContent: string
  }
  if (txns.some(({ patches }) => patches.some(([, , inserted]) => /[\ud800-\udfff]/.test(inserted))))
    throw new Error(`${file} has characters of two units; its positions would need converting`)
  return { transactions: txns, endContent }
}
