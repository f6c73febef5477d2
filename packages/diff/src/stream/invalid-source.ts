import { diffError } from "../error/diff-error.ts"

const TAKEN = "a source of bytes is a Uint8Array, a stream or an iterable of Uint8Arrays"

/** What to throw for a value that is no `ByteSource`. */
export function invalidSource(value: unknown): Error {
  const kind = kindOf(value)
  return diffError("source-invalid", `${TAKEN}, not ${kind}${adviceFor(value)}`, { kind })
}

/** What to throw for a piece that is no `Uint8Array`. */
export function invalidPiece(value: unknown): Error {
  const kind = kindOf(value)
  const advice =
    typeof value === "string"
      ? ": set no encoding on a Node stream, and pipe a web stream of texts through a TextEncoderStream"
      : adviceFor(value)
  return diffError("source-invalid", `${TAKEN}; this one gave ${kind} as a piece${advice}`, { kind })
}

/** What to throw for bytes whose buffer was transferred: they would pass for empty ones. */
export function goneBytes(what: string): Error {
  return diffError(
    "source-invalid",
    `the buffer of ${what} was transferred, its bytes are not here: pass a copy`
  )
}

/** What a value is, in a word. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  // "[object Blob]", with the name in between.
  return Object.prototype.toString.call(value).slice(8, -1)
}

/** How to make bytes of a value, or nothing; to follow what says that it is none. */
export function adviceFor(value: unknown): string {
  if (typeof value === "string") return ": give `new TextEncoder().encode(text)`"
  if (typeof value !== "object" || value === null) return ""
  if (ArrayBuffer.isView(value))
    return ": give `new Uint8Array(view.buffer, view.byteOffset, view.byteLength)`"
  if ("stream" in value) return ": give `blob.stream()`"
  if ("body" in value) return ": give its `body`, which is a stream"
  return "byteLength" in value ? ": give `new Uint8Array(buffer)`" : ""
}
