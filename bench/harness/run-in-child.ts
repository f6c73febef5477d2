import { spawn } from "node:child_process"
import { join } from "node:path"
import type { BenchRow } from "./bench.ts"
import type { BenchMessage, BenchOrder } from "./bench-message.ts"

/** What came of one bench file. */
export interface FileOutcome {
  readonly rows: readonly BenchRow[]
  /** Printable, one for each bench that could not measure, and one if the process itself died. */
  readonly failures: readonly string[]
}

const flags = ["--expose-gc", "--conditions=@syncline/source"]

/** Runs one bench file in a fresh process. What the file prints goes to stderr, so that stdout stays ours. */
export function runInChild(
  order: BenchOrder,
  onRow: (row: BenchRow) => void = () => {}
): Promise<FileOutcome> {
  const script = join(import.meta.dirname, "run-file.ts")
  const child = spawn(process.execPath, [...flags, script, JSON.stringify(order)], {
    stdio: ["ignore", 2, 2, "ipc"]
  })
  const rows: BenchRow[] = []
  const failures: string[] = []
  child.on("message", (message: BenchMessage) => {
    if (message.kind === "failed") {
      failures.push(`${message.bench}: ${message.error}`)
      return
    }
    rows.push(message.row)
    onRow(message.row)
  })
  return new Promise((resolve, reject) => {
    child.on("error", reject)
    child.on("close", (code, signal) => {
      if (code !== 0) failures.push(`${order.file}: its process ended with ${signal ?? `exit code ${code}`}`)
      resolve({ rows, failures })
    })
  })
}
