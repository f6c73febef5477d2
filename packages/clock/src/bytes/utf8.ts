// The two WHATWG classes exist in every supported runtime; declared here because the package compiles against neither
// the DOM's nor Node's type library, and only with the members it uses.
declare class TextEncoder {
  encodeInto(source: string, destination: Uint8Array): { read: number; written: number }
}
declare class TextDecoder {
  constructor(label: string, options: { fatal: boolean; ignoreBOM: boolean })
  decode(input: Uint8Array): string
}

const encoder = new TextEncoder()
// ignoreBOM: without it a leading U+FEFF is dropped, and two different byte strings would read as one text.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

// Up to here a plain loop beats the call into the platform's codec. Chromium's takes half a microsecond for any text, twice what a loop
// takes for 64 characters; Node's and a loop meet between 24 and 32 characters (Node 24).
const ENCODE_LOOP_LIMIT = "process" in globalThis ? 24 : 64
// Here the loop makes a text for each character (measured on Node 24: they meet near 14 characters).
const DECODE_LOOP_LIMIT = 12

/** Writes `text` into `target` from `start` on and returns the bytes used; `3 * text.length` must fit there. */
export function encodeUtf8Into(text: string, target: Uint8Array, start: number): number {
  const length = text.length
  if (length > ENCODE_LOOP_LIMIT) return encoder.encodeInto(text, target.subarray(start)).written
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i)
    if (code >= 0x80) return encoder.encodeInto(text, target.subarray(start)).written
    target[start + i] = code
  }
  return length
}

/** Reads `bytes` from `start` to `end` as UTF-8; `undefined` if that is not well-formed. */
export function decodeUtf8(bytes: Uint8Array, start: number, end: number): string | undefined {
  if (end - start <= DECODE_LOOP_LIMIT) {
    let text = ""
    let i = start
    for (; i < end; i++) {
      const code = bytes[i] as number
      if (code >= 0x80) break
      text += String.fromCharCode(code)
    }
    if (i === end) return text
  }
  try {
    return decoder.decode(bytes.subarray(start, end))
  } catch {
    return undefined
  }
}
