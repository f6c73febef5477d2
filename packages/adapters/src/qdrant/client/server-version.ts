import { coreError } from "@syncline/core"

/** What a server can do, by its version. */
export interface ServerAbilities {
  readonly version: string
  /** It writes points on conditions (`update_filter`). An older one passes over the condition without a word. */
  readonly conditions: boolean
  /** It can be told to change only what is there (`update_mode`). */
  readonly updateOnly: boolean
}

/** `query`, payload-only collections, `has_vector` and the strict mode are all there. */
const oldest = [1, 15] as const

/**
 * Makes out what a server can do. What is no release (`1.17.0-dev`) counts as the release before, for nobody knows what is in it.
 *
 * @throws SynclineError `sink-foreign` for a server that is too old, or none of Qdrant.
 */
export function abilitiesOf(version: unknown): ServerAbilities {
  const parts = /^v?(\d+)\.(\d+)\.(\d+)(-.*)?$/.exec(String(version))
  if (parts === null)
    throw coreError(
      "sink-foreign",
      `a server of version "${String(version)}" is none of Qdrant; check the address`
    )
  const [major, minor] = [Number(parts[1]), Number(parts[2]) - (parts[4] === undefined ? 0 : 1)]
  const isFrom = (from: readonly [number, number]): boolean =>
    major > from[0] || (major === from[0] && minor >= from[1])
  if (!isFrom(oldest))
    throw coreError(
      "sink-foreign",
      `the Qdrant server has version ${String(version)}; this sink needs ${oldest.join(".")} or newer`
    )
  return { version: String(version), conditions: isFrom([1, 16]), updateOnly: isFrom([1, 17]) }
}
