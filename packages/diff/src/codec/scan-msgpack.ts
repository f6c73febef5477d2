import { diffError } from "../error/diff-error.ts"
import { EXTRA_FOR_BYTES, MAX_DEPTH, tooManyValues } from "./codec-limits.ts"

/** What a scan found out on the way. */
export interface MsgpackScan {
  /** Whether some text begins with NUL, so that the value has to be restored from its plain form. */
  readonly escapes: boolean
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

const proto = new TextEncoder().encode("__proto__")

/**
 * Checks that `bytes` are exactly one value of the msgpack subset that `pack` writes: no extensions, no 64-bit integers,
 * names of members are texts, texts are UTF-8, every container as long as it claims. A reader that trusts lengths and
 * recurses can be let loose on what passes. Allocates nothing that grows with a claim; one step a value.
 *
 * Throws `codec-invalid`, `codec-too-deep`, or `codec-limit` above `maxValues`.
 */
export function scanMsgpack(bytes: Uint8Array, maxValues: number): MsgpackScan {
  const scan = new Scanner(bytes, maxValues)
  scan.run()
  return scan
}

class Scanner {
  escapes = false
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #maxValues: number
  #values: number
  #at = 0
  // For each open container, what it still wants; names and values of a map count both.
  readonly #wanted: number[] = [1]
  readonly #isMap: boolean[] = [false]

  constructor(bytes: Uint8Array, maxValues: number) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#maxValues = maxValues
    this.#values = maxValues
  }

  run(): void {
    for (;;) {
      const top = this.#wanted.length - 1
      const wanted = this.#wanted[top]
      if (wanted === undefined) break
      if (wanted === 0) {
        this.#wanted.pop()
        this.#isMap.pop()
        continue
      }
      this.#wanted[top] = wanted - 1
      // A map's count is even before each name.
      if (this.#isMap[top] === true && wanted % 2 === 0) this.#name()
      else this.#value()
    }
    if (this.#at !== this.#bytes.length) throw invalid("bytes follow the value")
  }

  #name(): void {
    const token = this.#number(1)
    const length = this.#textLength(token)
    if (length === undefined) throw invalid("the name of a member is no text")
    this.#text(length)
    if (length === 9 && this.#isProto(this.#at - 9)) throw invalid("a member is called __proto__ unescaped")
  }

  #value(): void {
    this.#spend(1)
    const token = this.#number(1)
    if (token < 0x80 || token >= 0xe0) return
    if (token < 0x90) return this.#open(token & 15, true)
    if (token < 0xa0) return this.#open(token & 15, false)
    const length = this.#textLength(token)
    if (length !== undefined) return this.#text(length)
    this.#wide(token)
  }

  #wide(token: number): void {
    // nil, false, true; bin 8 to 32; float 32 and 64; unsigned and signed 8 to 32; array and map 16 and 32.
    if (token === 0xc0 || token === 0xc2 || token === 0xc3) return
    if (token >= 0xc4 && token <= 0xc6) {
      this.#spend(EXTRA_FOR_BYTES)
      return this.#skip(this.#number(1 << (token - 0xc4)))
    }
    if (token === 0xca || token === 0xcb) return this.#skip(token === 0xca ? 4 : 8)
    if (token >= 0xcc && token <= 0xce) return this.#skip(1 << (token - 0xcc))
    if (token >= 0xd0 && token <= 0xd2) return this.#skip(1 << (token - 0xd0))
    if (token === 0xdc || token === 0xdd) return this.#open(this.#number(token === 0xdc ? 2 : 4), false)
    if (token === 0xde || token === 0xdf) return this.#open(this.#number(token === 0xde ? 2 : 4), true)
    throw invalid(`it does not use the form 0x${token.toString(16)}`)
  }

  #spend(values: number): void {
    this.#values -= values
    // Also for a limit that is not a number.
    if (!(this.#values >= 0)) throw tooManyValues("the bytes hold", this.#maxValues)
  }

  #textLength(token: number): number | undefined {
    if (token >= 0xa0 && token < 0xc0) return token & 31
    return token >= 0xd9 && token <= 0xdb ? this.#number(1 << (token - 0xd9)) : undefined
  }

  #text(length: number): void {
    const start = this.#at
    this.#skip(length)
    const bytes = this.#bytes
    if (length > 0 && bytes[start] === 0) this.escapes = true
    let seen = 0
    for (let i = start; i < this.#at; i++) seen |= bytes[i] as number
    if (seen < 0x80) return
    if (bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf)
      throw invalid("a text begins with a byte order mark unescaped")
    try {
      utf8.decode(bytes.subarray(start, this.#at))
    } catch {
      throw invalid("a text is not UTF-8")
    }
  }

  #open(count: number, isMap: boolean): void {
    // The outermost entry stands for the whole input.
    if (this.#wanted.length > MAX_DEPTH)
      throw diffError("codec-too-deep", `the bytes nest deeper than ${MAX_DEPTH} levels`)
    // What claims more than there is ends early.
    this.#wanted.push(isMap ? 2 * count : count)
    this.#isMap.push(isMap)
  }

  #number(size: number): number {
    const at = this.#at
    this.#skip(size)
    if (size === 1) return this.#bytes[at] as number
    return size === 2 ? this.#view.getUint16(at) : this.#view.getUint32(at)
  }

  #skip(length: number): void {
    if (length > this.#bytes.length - this.#at) throw invalid("it ends early")
    this.#at += length
  }

  #isProto(at: number): boolean {
    return proto.every((code, i) => this.#bytes[at + i] === code)
  }
}

function invalid(why: string): Error {
  return diffError("codec-invalid", `no packed value: ${why}`)
}
