import { SynclineError } from "../error/syncline-error.ts"
import type { ClockErrorCode } from "../error/clock-error-code.ts"

declare const actorIdBrand: unique symbol

/**
 * The random 64-bit id of one incarnation of a store, as 16 lowercase hex digits. One spelling per id, so `===` is
 * equality and `<` is the order every codec of this package sorts by (it equals the order of the bytes).
 */
export type ActorId = string & { readonly [actorIdBrand]: true }

const HEX_DIGITS = "0123456789abcdef"
const HEX_BY_BYTE: readonly string[] = Array.from(
  { length: 256 },
  (_, byte) => HEX_DIGITS.charAt(byte >> 4) + HEX_DIGITS.charAt(byte & 15)
)

/** Whether `text` is an actor id in its only spelling. */
export function isActorId(text: unknown): text is ActorId {
  if (typeof text !== "string" || text.length !== 16) return false
  for (let i = 0; i < 16; i++) if (nibble(text.charCodeAt(i)) < 0) return false
  return true
}

/** Checks a text from outside. Throws `actor-invalid` unless it is 16 lowercase hex digits. */
export function parseActorId(text: string): ActorId {
  if (!isActorId(text)) {
    throw new SynclineError<ClockErrorCode>(
      "actor-invalid",
      `An actor id is 16 lowercase hex digits, not ${describe(text)}`,
      { details: { text } }
    )
  }
  return text
}

/** The actor id with these 8 bytes, first byte first. Throws `actor-invalid` for any other length. */
export function actorIdFromBytes(bytes: Uint8Array): ActorId {
  if (bytes.length !== 8) {
    throw new SynclineError<ClockErrorCode>("actor-invalid", `An actor id has 8 bytes, not ${bytes.length}`, {
      details: { length: bytes.length }
    })
  }
  let text = ""
  for (let i = 0; i < 8; i++) text += HEX_BY_BYTE[bytes[i] as number] as string
  return text as ActorId
}

/** The 8 bytes of an actor id in a fresh array; their order is the order of the ids. */
export function actorIdToBytes(actor: ActorId): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(8)
  for (let i = 0; i < 8; i++) {
    const high = nibble(actor.charCodeAt(2 * i))
    const low = nibble(actor.charCodeAt(2 * i + 1))
    // A negative nibble or a NaN char code means the brand was forged; parse reports it properly.
    if (high < 0 || low < 0 || actor.length !== 16) parseActorId(actor)
    bytes[i] = (high << 4) | low
  }
  return bytes
}

/** Sort order of actor ids: negative, zero or positive, as `Array.prototype.sort` wants it. */
export function compareActorIds(a: ActorId, b: ActorId): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function nibble(charCode: number): number {
  if (charCode >= 48 && charCode <= 57) return charCode - 48
  if (charCode >= 97 && charCode <= 102) return charCode - 87
  return -1
}

function describe(text: unknown): string {
  if (typeof text !== "string") return `a value of type ${typeof text}`
  return text.length <= 40 ? JSON.stringify(text) : `a text of ${text.length} characters`
}
