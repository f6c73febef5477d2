import { applyPatch } from "@syncline/diff/json"
import type { AuditEntry } from "../audit/audit-entry.ts"
import type { AuditFilter } from "../audit/audit-filter.ts"
import type { JsonObject, JsonValue } from "../document/json.ts"
import { noteId, settle, type TestCore } from "./core-fixture.ts"

/** The trail of the document that tests use, once all is durable. */
export async function listTrail(replica: TestCore, filter: AuditFilter = {}): Promise<readonly AuditEntry[]> {
  await settle(replica)
  const { audit } = replica.core
  if (audit === undefined) throw new RangeError("this replica was opened without auditing")
  const entries: AuditEntry[] = []
  for await (const entry of audit.trail.list(filter)) entries.push(entry)
  return entries
}

/** What a document holds before anything happened. */
export function emptyValue({ core }: TestCore): JsonObject {
  const setup = core.setupOf(noteId)
  const document = setup.engine.open(setup)
  const value = document.value()
  document.destroy()
  return value
}

/** What a value becomes by the entries of a trail; `undefined` where one of them has no patch. */
export function replayTrail(entries: readonly AuditEntry[], value: JsonValue): unknown {
  let result: unknown = value
  for (const { patch } of entries) {
    if (patch === undefined) return undefined
    result = applyPatch(result, patch, { extensions: true })
  }
  return result
}
