import type { ByteReader } from "@syncline/clock/bytes"
import { diffError } from "../../error/diff-error.ts"
import { arrayIndex } from "../../json/pointer/array-index.ts"
import { joinTokens } from "../../json/pointer/json-pointer.ts"
import { unescapeText } from "../awkward-text.ts"
import { LEFT_TOKENS, MANY_TOKENS, NEW_TOKENS } from "./path-writer.ts"
import type { TextTableReader } from "./text-table.ts"

// Between what a byte can say and the mark for what it cannot.
const UNUSED = LEFT_TOKENS * NEW_TOKENS

/** A path in both of its forms. */
export interface ReadPath {
  readonly tokens: readonly string[]
  readonly pointer: string
}

/** Where the first difference is taken from. */
export const rootPath: ReadPath = { tokens: [], pointer: "" }

/** Reads back what a `PathWriter` wrote. */
export class PathReader {
  readonly #kinds: ByteReader
  readonly #tokens: ByteReader
  readonly #names: TextTableReader
  #budget: number

  /** `budget` limits the code units and tokens of all paths together: short bytes can stand for very long ones. */
  constructor(kinds: ByteReader, tokens: ByteReader, names: TextTableReader, budget: number) {
    this.#kinds = kinds
    this.#tokens = tokens
    this.#names = names
    this.#budget = budget
  }

  /** The kind written with a path, and the path. */
  read(other: ReadPath): { readonly kind: number; readonly path: ReadPath } {
    const byte = this.#kinds.u8()
    const shape = byte & 31
    const many = shape === MANY_TOKENS
    const left = many ? this.#kinds.varUint() : Math.floor(shape / NEW_TOKENS)
    const added = many ? this.#kinds.varUint() : shape % NEW_TOKENS
    if (left > other.tokens.length || shape === UNUSED) throw noPath()
    return { kind: byte >> 5, path: this.#path(other, other.tokens.length - left, added) }
  }

  #path(other: ReadPath, shared: number, added: number): ReadPath {
    if (added === 0 && shared === other.tokens.length) return other
    // Each new token takes a byte at least.
    if (added > this.#tokens.remaining) throw noPath()
    this.#spend(shared + added)
    const tokens = other.tokens.slice(0, shared)
    // Before they are joined: names seen before may be long, and there may be many of them.
    let units = 0
    for (const token of tokens) units += 1 + token.length
    for (let i = shared; i < shared + added; i++) {
      const token = this.#token(i === shared ? other.tokens[i] : undefined)
      units += 1 + token.length
      if (units > this.#budget) throw tooLong()
      tokens.push(token)
    }
    const pointer = joinTokens(tokens)
    this.#spend(pointer.length)
    return { tokens, pointer }
  }

  #token(before: string | undefined): string {
    const code = this.#tokens.varUint()
    const rest = Math.floor(code / 2)
    if (code % 2 === 1) return unescapeText(this.#names.text(rest))
    const base = before === undefined ? -1 : arrayIndex(before)
    const index = base === -1 ? rest : base + unzigzag(rest)
    const token = String(index)
    if (arrayIndex(token) === -1) throw noPath()
    return token
  }

  #spend(amount: number): void {
    this.#budget -= amount
    if (this.#budget < 0) throw tooLong()
  }
}

function tooLong(): Error {
  return diffError(
    "codec-limit",
    "the paths of a packed patch are longer than the limit allows: raise maxBytes if you expected that"
  )
}

function unzigzag(code: number): number {
  return code % 2 === 0 ? code / 2 : -(code + 1) / 2
}

function noPath(): Error {
  return diffError("codec-invalid", "a packed patch has a path that cannot be")
}
