import { type CodecLimits, codecLimits } from "./codec-limits.ts"
import { type PackOptions, open, seal } from "./envelope.ts"
import { Packr } from "./packr.ts"
import { toPlainForm } from "./plain-form.ts"
import { restorePlainForm } from "./restore-plain-form.ts"
import { scanMsgpack } from "./scan-msgpack.ts"

// Records would compile code at run time, which pages with a content security policy forbid, and are state between calls.
const packr = new Packr({ useRecords: false, variableMapSize: true, copyBuffers: true })

/**
 * Packs a value into few bytes: msgpack, then the smallest of that, deflate, brotli and zstd, among what the receiver
 * accepts. What comes back from {@link unpack} equals `value`, members in order: JSON values, `undefined`, `-0`, NaN,
 * infinities, bigints, lone surrogates, `Uint8Array`s, Dates, Maps and Sets, nested as they may be; members called
 * `__proto__` too. References shared inside the value come back as copies, Buffers as plain arrays.
 *
 * Throws `codec-value-unsupported` and `codec-too-deep` for the rest; nothing is left out or converted, but for members that are none
 * to JSON either: those named by symbols or not enumerable, and named ones of arrays.
 *
 * @example
 * ```ts
 * const bytes = await pack({ title: "Groceries", tags: new Set(["home"]) })
 * const value = await unpack(bytes, { maxBytes: 1_000_000 })
 * ```
 */
export async function pack(value: unknown, options?: PackOptions): Promise<Uint8Array<ArrayBuffer>> {
  return seal("value", packr.pack(toPlainForm(value, "binary")), options)
}

/**
 * Undoes {@link pack}. The result owns its memory and shares none with `bytes`.
 *
 * Throws `codec-invalid`, `codec-too-deep`, `codec-limit` and `compression-*` for bytes that `pack` did not make, or that
 * hold more than the limits allow. Memory stays within a small multiple of the limits.
 */
export async function unpack(bytes: Uint8Array, limits?: CodecLimits): Promise<unknown> {
  const body = await open("value", bytes, limits)
  const { escapes } = scanMsgpack(body, codecLimits(limits).maxValues)
  // A view of its own: msgpackr marks the array it is given.
  const value: unknown = packr.unpack(body.subarray())
  return escapes ? restorePlainForm(value) : value
}
