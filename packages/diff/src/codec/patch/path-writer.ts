import type { ByteWriter } from "@syncline/clock/bytes"
import { arrayIndex } from "../../json/pointer/array-index.ts"
import { escapeText } from "../awkward-text.ts"
import type { TextTableWriter } from "./text-table.ts"

/** Paths that leave at most this many tokens of the one before, and add fewer than {@link NEW_TOKENS}, take a byte. */
export const LEFT_TOKENS = 5
/** See {@link LEFT_TOKENS}. */
export const NEW_TOKENS = 6
/** Stands for any other number of tokens, which follow. */
export const MANY_TOKENS = 31

/** Writes each path as its difference from another. */
export class PathWriter {
  readonly #kinds: ByteWriter
  readonly #tokens: ByteWriter
  readonly #names: TextTableWriter

  constructor(kinds: ByteWriter, tokens: ByteWriter, names: TextTableWriter) {
    this.#kinds = kinds
    this.#tokens = tokens
    this.#names = names
  }

  /** `kind` is 0 to 7 and shares a byte with the shape of the difference. */
  write(kind: number, path: readonly string[], other: readonly string[]): void {
    let shared = 0
    while (shared < path.length && path[shared] === other[shared]) shared++
    this.#shape(kind, other.length - shared, path.length - shared)
    for (let i = shared; i < path.length; i++) {
      this.#token(path[i] as string, i === shared ? other[i] : undefined)
    }
  }

  #shape(kind: number, left: number, added: number): void {
    const short = left < LEFT_TOKENS && added < NEW_TOKENS
    this.#kinds.u8(kind * 32 + (short ? left * NEW_TOKENS + added : MANY_TOKENS))
    if (short) return
    this.#kinds.varUint(left)
    this.#kinds.varUint(added)
  }

  #token(token: string, before: string | undefined): void {
    const index = arrayIndex(token)
    if (index === -1) {
      return this.#names.write(escapeText(token), reference => this.#tokens.varUint(reference * 2 + 1))
    }
    const base = before === undefined ? -1 : arrayIndex(before)
    this.#tokens.varUint((base === -1 ? index : zigzag(index - base)) * 2)
  }
}

function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value
}
