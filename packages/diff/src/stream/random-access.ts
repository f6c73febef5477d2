import { argumentError } from "../argument/argument-error.ts"
import { checkBytes } from "../argument/check-argument.ts"
import { isBytes } from "../argument/is-bytes.ts"
import { diffError } from "../error/diff-error.ts"
import { adviceFor, kindOf } from "./invalid-source.ts"
import { orAborted } from "./or-aborted.ts"

/** Content that can be read anywhere: a file, a blob, a row of chunks. It must not change meanwhile. */
export interface RandomAccess {
  /** In bytes. */
  readonly length: number
  /**
   * Bytes from `offset` up to before `offset + length`, all of which exist; fewer or more is `source-invalid`. What it gives must stay as
   * it is until the next call.
   */
  read(offset: number, length: number): Uint8Array | Promise<Uint8Array>
}

/** Bytes at hand as random access; reads are views. */
export function bytesAccess(bytes: Uint8Array): RandomAccess {
  return { length: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) }
}

/**
 * What a caller gave to be read anywhere, with each read checked: as many bytes as were asked for, or `source-invalid`. `name` is that of
 * the argument. A read that is awaited ends with the reason of a signal.
 *
 * @throws SynclineError `argument-invalid` for what cannot be read so.
 */
export function randomAccess(name: string, given: unknown, signal?: AbortSignal): RandomAccess {
  if (isBytes(given)) {
    checkBytes(name, given)
    return bytesAccess(given)
  }
  if (!isReader(given)) throw notReadable(name, given)
  const { length } = given
  if (!Number.isSafeInteger(length) || length < 0)
    throw notReadable(name, given, `: its length is ${String(length)}`)
  const read = async (offset: number, size: number): Promise<Uint8Array> => {
    const bytes: unknown = await orAborted(Promise.resolve(given.read(offset, size)), signal)
    if (isBytes(bytes) && bytes.length === size) return bytes
    throw wrongRead(`reading ${size} bytes of ${name} at ${offset} gave`, bytes)
  }
  return { length, read }
}

function isReader(value: unknown): value is RandomAccess {
  return typeof value === "object" && value !== null && "read" in value && typeof value.read === "function"
}

function notReadable(name: string, value: unknown, why: string = adviceForAccess(value)): Error {
  const wanted = "a Uint8Array, or an object with its `length` in bytes and `read(offset, length)`"
  return argumentError(name, value, `${wanted}; this is ${kindOf(value)}${why}`)
}

function adviceForAccess(value: unknown): string {
  if (typeof value !== "object" || value === null) return adviceFor(value)
  if ("size" in value && "slice" in value)
    return ": give `{ length: blob.size, read: async (at, n) => new Uint8Array(await blob.slice(at, at + n).arrayBuffer()) }`"
  return adviceFor(value) || ": it has no `read`"
}

function wrongRead(what: string, given: unknown): Error {
  const wrong = isBytes(given)
    ? `${given.length}: a reader gives as many as it is asked for, and what it reads must not change meanwhile`
    : `${kindOf(given)}${adviceFor(given)}`
  return diffError("source-invalid", `${what} ${wrong}`, { kind: kindOf(given) })
}
