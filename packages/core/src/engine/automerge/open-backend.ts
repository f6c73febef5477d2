import type { Patch, PatchInfo } from "@automerge/automerge/slim"
import { coreError } from "../../errors/core-error.ts"
import type { EngineDocumentOptions } from "../engine.ts"
import { Backend } from "./backend.ts"
import { bytesToHex } from "./hex.ts"
import { mustBeLoaded } from "./load-wasm.ts"

/**
 * Opens a new document, or one from a snapshot.
 *
 * @throws SynclineError `engine-identity-reserved`, `engine-unavailable`, and as `loadSnapshot` does.
 */
export function openBackend(
  { identity, snapshot }: EngineDocumentOptions,
  onPatches: (patches: Patch[], info: PatchInfo<Record<string, unknown>>) => void
): Backend {
  const actor = readIdentity(identity)
  mustBeLoaded()
  return loadSnapshot(() => new Backend(actor, snapshot, onPatches))
}

/**
 * Does what loads updates.
 *
 * @throws SynclineError `engine-update-invalid` for whatever Automerge throws.
 */
export function loadUpdates<T>(body: () => T): T {
  try {
    return body()
  } catch (cause) {
    throw coreError("engine-update-invalid", "the updates do not load", { cause })
  }
}

/**
 * Does what loads a snapshot.
 *
 * @throws SynclineError `commit-forked`, and `engine-update-invalid` for whatever else Automerge throws.
 */
export function loadSnapshot<T>(body: () => T): T {
  try {
    return body()
  } catch (cause) {
    // There is nothing but the message to tell it by.
    if (cause instanceof Error && cause.message.includes("duplicate seq"))
      throw coreError("commit-forked", "the snapshot has another change under one identity", { cause })
    throw coreError("engine-update-invalid", "the snapshot does not load", { cause })
  }
}

/**
 * An identity as Automerge names it.
 *
 * @throws SynclineError `engine-identity-reserved`
 */
export function readIdentity(bytes: Uint8Array): string {
  if (bytes.length === 8 && (bytes[0] ?? 0) >= 0x80) return bytesToHex(bytes)
  throw coreError(
    "engine-identity-reserved",
    "an Automerge identity is 8 bytes with the highest bit set; use createIdentity"
  )
}
