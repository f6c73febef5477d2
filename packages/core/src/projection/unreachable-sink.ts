import type { SynclineError } from "@syncline/clock"
import { coreError } from "../errors/core-error.ts"

interface ClosedSink {
  readonly name: string
  readonly status: { readonly lastError?: Error }
}

/**
 * For whoever needs a sink that is not open: `sink-failed`, with what the last attempt to open it said. A replica opens
 * without its sinks, so this is where a missing library or a wrong address is often heard of first.
 */
export function unreachableSink({ name, status: { lastError } }: ClosedSink, then: string): SynclineError {
  const why = lastError === undefined ? "" : `. Its last failure: ${lastError.message}`
  return coreError("sink-failed", `sink ${name} cannot be reached; ${then}${why}`, { cause: lastError })
}
