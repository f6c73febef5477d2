import { isSynclineError } from "@syncline/clock"
import { coreError } from "../errors/core-error.ts"
import type { Draft } from "./draft/draft.ts"
import type { Stage } from "./draft/record-draft.ts"
import type { JsonObject } from "./json.ts"

/**
 * Turns a document of the version before into one of this version, in place. It may meet its own work half or fully done
 * (two apps upgraded at once): it has to find that out and leave it.
 */
export type Upgrade = {
  // As a method, so that what it takes may be declared as the older version's own type.
  bivariant(draft: Draft<JsonObject>): void
}["bivariant"]

/** Upgrades by the version they lead to; a version without one needs none. */
export type Upgrades = Readonly<Record<number, Upgrade>>

/** What to do about local changes of a document that a newer app has written. */
export type WhenNewer = "refuse" | "allow"

/** How documents of a collection are versioned. */
export interface SchemaVersion {
  /** The version this app writes, 1 or more. */
  readonly current: number
  /** The root key that holds a document's version. */
  readonly field: string
  readonly upgrades: Upgrades
  readonly whenNewer: WhenNewer
}

/** The options of a collection that are about versions. */
export interface VersionOptions {
  readonly version?: number | undefined
  readonly upgrades?: Upgrades | undefined
  readonly versionField?: string | undefined
  readonly whenNewer?: WhenNewer | undefined
}

/**
 * Checks the options; `undefined` where there are none.
 *
 * @throws SynclineError `shape-invalid`
 */
export function schemaVersion(
  { version, upgrades = {}, versionField = "schemaVersion", whenNewer = "refuse" }: VersionOptions,
  declared: readonly string[]
): SchemaVersion | undefined {
  const steps = Object.keys(upgrades)
  if (version === undefined) {
    if (steps.length === 0) return undefined
    throw refused("has upgrades and no version; give the version they lead to")
  }
  if (!Number.isSafeInteger(version) || version < 1)
    throw refused(`has version ${version}; versions are 1, 2, 3 and so on`)
  const beyond = steps.find(step => !(Number(step) >= 2 && Number(step) <= version))
  if (beyond !== undefined)
    throw refused(`has an upgrade to ${beyond}, which is not among the versions 2 to ${version}`)
  if (versionField === "" || !versionField.isWellFormed() || declared.includes(versionField))
    throw refused(`keeps its version under "${versionField}", which is declared as a field or no key`)
  return { current: version, field: versionField, upgrades, whenNewer }
}

/** The version of a document's content: 1 where it does not say, or says what no version is. */
export function versionOf({ field }: SchemaVersion, value: JsonObject): number {
  const version = Object.hasOwn(value, field) ? value[field] : undefined
  return typeof version === "number" && Number.isSafeInteger(version) && version > 1 ? version : 1
}

/**
 * The edit that brings content from a version to the current one, and says so in the document.
 *
 * @throws SynclineError `upgrade-failed`, when run
 */
export function upgradeStage({ current, field, upgrades }: SchemaVersion, from: number): Stage {
  return draft => {
    for (let version = from + 1; version <= current; version++)
      runUpgrade(version, upgrades[version], draft as Draft<JsonObject>)
    ;(draft as Record<string, unknown>)[field] = current
  }
}

function runUpgrade(version: number, upgrade: Upgrade | undefined, draft: Draft<JsonObject>): void {
  try {
    const result: unknown = upgrade?.(draft)
    if (result instanceof Promise) {
      result.catch(() => {})
      throw coreError("draft-invalid", "an upgrade must be synchronous")
    }
  } catch (cause) {
    // An upgrade that changes the document upgrades it: what is wrong is said once.
    if (isSynclineError(cause, "upgrade-failed")) throw cause
    throw coreError("upgrade-failed", `the upgrade to version ${version} failed: ${String(cause)}`, {
      cause,
      details: { version }
    })
  }
}

function refused(why: string): Error {
  return coreError("shape-invalid", `the collection ${why}`)
}
