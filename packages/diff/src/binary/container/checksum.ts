import { createXXHash64, type IHasher } from "hash-wasm"
import { nextTurn } from "#platform"
import { diffError } from "../../error/diff-error.ts"

let loading: Promise<IHasher> | undefined

/** Bytes of a {@link checksum}. */
export const CHECKSUM_BYTES = 8

/** Bytes of the old version's checksum in a delta: enough to tell one base from another, since the result is checked in full. */
export const OLD_CHECK_BYTES = 4

/**
 * XXH64 with seed 0, most significant byte first. It guards against accidents at memory speed, not against forgery: whoever
 * sends a delta decides the result anyway. Throws as {@link openHasher} does; what failed is tried again by the next call.
 */
export async function checksum(bytes: Uint8Array): Promise<Uint8Array> {
  if (bytes.length > TURN_BYTES) return checksumInTurns(bytes)
  loading ??= openHasher()
  const hasher = await loading.catch((error: unknown) => {
    // Lack of memory passes.
    loading = undefined
    throw error
  })
  // One instance serves everyone, so nothing may be awaited between its start and its end.
  return hasher.init().update(bytes).digest("binary")
}

// Some milliseconds of work.
const TURN_BYTES = 1 << 24

async function checksumInTurns(bytes: Uint8Array): Promise<Uint8Array> {
  const sum = await runningChecksum()
  for (let at = 0; at < bytes.length; at += TURN_BYTES) {
    sum.update(bytes.subarray(at, at + TURN_BYTES))
    await nextTurn()
  }
  return sum.digest()
}

// Making one takes longer than hashing 100 KB.
const idle: IHasher[] = []

/** A checksum taken piece by piece; not to be used after its `digest`. */
export interface RunningChecksum {
  update(bytes: Uint8Array): void
  digest(): Uint8Array
}

/** A checksum of its own. */
export async function runningChecksum(): Promise<RunningChecksum> {
  const hasher = idle.pop() ?? (await openHasher())
  hasher.init()
  return {
    update: bytes => void hasher.update(bytes),
    digest: () => {
      idle.push(hasher)
      return hasher.digest("binary")
    }
  }
}

/**
 * XXH64, not begun.
 *
 * @throws SynclineError `binary-unsupported` where it cannot be run, or finds no memory.
 */
export async function openHasher(): Promise<IHasher> {
  try {
    return await createXXHash64()
  } catch (cause) {
    throw diffError(
      "binary-unsupported",
      "checksums cannot be computed here, the cause says why: WebAssembly must be allowed, and have memory",
      {},
      cause
    )
  }
}

/** Whether two checksums are the same. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}
