import type { JsonObject } from "../document/json.ts"

/** The annotation that belongs to Syncline; applications have all others. */
const reservedAnnotation = "syncline"

/** Annotations of a commit that brings a document to a version of its schema. */
export function upgradeNote(version: number): JsonObject {
  return { [reservedAnnotation]: { upgrade: version } }
}

/** What `upgradeNote` noted; `undefined` for other commits, and for what is not understood. */
export function readUpgradeNote(meta: JsonObject | undefined): number | undefined {
  const note: unknown = meta?.[reservedAnnotation]
  if (typeof note !== "object" || note === null || !("upgrade" in note)) return undefined
  return typeof note.upgrade === "number" ? note.upgrade : undefined
}
