import { coreError } from "../errors/core-error.ts"
import type { JsonObject, JsonValue } from "../document/json.ts"
import type { ProjectionSource } from "../projection/projection-source.ts"
import { valuePages } from "../store/value-pages.ts"
import type { RepairTarget } from "./repair-plan.ts"

/** A row of a sink as plain data: bytes are `{ bytes: hex }`, integers beyond the safe ones `{ integer: digits }`. */
export interface DecisionRow {
  readonly table: string
  readonly ordinal: number
  readonly cells: JsonObject
}

/** A record that differs from its document, for somebody to decide about. */
export interface PendingDecision {
  readonly id: string
  readonly target: RepairTarget
  /** Why it was not decided by itself. */
  readonly reason: string
  /** What the document held; absent where there is none, or it is deleted. */
  readonly document?: JsonObject
  /** What the sink held; absent where it does not show its rows, or has none. */
  readonly rows?: readonly DecisionRow[]
  /** By the replica's clock, Unix milliseconds. */
  readonly queuedMs: number
}

const space = "repair-decisions"

/** Keeps decisions that wait, one for each record. A record that was found otherwise since takes its place. */
export async function keepDecisions(
  source: ProjectionSource,
  decisions: readonly PendingDecision[]
): Promise<void> {
  await source.writeValues(
    decisions.map(decision => ({
      space,
      key: keyOf(decision.id, decision.target.sink),
      value: new TextEncoder().encode(JSON.stringify(decision))
    }))
  )
}

/** All that wait, by id and sink. */
export async function loadDecisions(source: ProjectionSource): Promise<readonly PendingDecision[]> {
  const pages = valuePages((after, limit) => source.listValues(space, after, limit), 64)
  const found: PendingDecision[] = []
  for await (const page of pages) for (const { key, value } of page) found.push(decode(key, value))
  return found
}

/** One that waits. */
export async function loadDecision(
  source: ProjectionSource,
  id: string,
  sink: string
): Promise<PendingDecision | undefined> {
  const key = keyOf(id, sink)
  const bytes = await source.readValue(space, key)
  return bytes && decode(key, bytes)
}

/** Takes one off the list. */
export async function dropDecision(source: ProjectionSource, id: string, sink: string): Promise<void> {
  await source.writeValues([{ space, key: keyOf(id, sink), value: null }])
}

/** Ids hold neither control characters nor what JSON would have to escape to be told apart. */
function keyOf(id: string, sink: string): string {
  return JSON.stringify([id, sink])
}

function decode(key: string, bytes: Uint8Array): PendingDecision {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as PendingDecision & { readonly document?: JsonValue }
  } catch (cause) {
    throw coreError(
      "store-corrupt",
      `the decision kept for ${key} does not decode; verify and repair again`,
      { cause }
    )
  }
}
