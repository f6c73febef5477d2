import type { TextSplice } from "../../text/text-splice.ts"
import type { ExtendedOperation } from "../json-patch.ts"
import { escapeToken } from "../pointer/json-pointer.ts"

// Bytes of an operation written as JSON, its comma included, without its path and value.
const ADD_BYTES = 31
const MOVE_BYTES = 34
// Patches with splices, which only we read, travel packed: two small numbers and the length of a text.
const SPLICE_BYTES = 6

/** What `{"op":"remove","path":""}` and its comma take: no operation is shorter. */
export const REMOVE_BYTES = 26

/** What `{"op":"replace","path":"","value":}` and its comma take: what any other way to say a change has to beat. */
export const REPLACE_BYTES = 35

/** Collects operations, knows the path the walk is at and about how many bytes the operations take written as JSON. */
export class PatchWriter {
  readonly operations: ExtendedOperation[] = []
  #bytes = 0
  readonly #tokens: (string | number)[] = []
  /** Pointers of the outermost containers the walk is inside of, as far as they were asked for. */
  readonly #pointers: string[] = []

  /** Estimated bytes of all operations written so far. */
  get bytes(): number {
    return this.#bytes
  }

  /** How many containers the walk is inside of. */
  get depth(): number {
    return this.#tokens.length
  }

  enter(token: string | number): void {
    this.#tokens.push(token)
  }

  leave(): void {
    this.#tokens.pop()
    if (this.#pointers.length > this.#tokens.length) this.#pointers.pop()
  }

  /** JSON Pointer of where the walk is. Built on demand, since most places see no operation. */
  pointer(): string {
    const tokens = this.#tokens
    const known = this.#pointers.length
    let pointer = known === 0 ? "" : (this.#pointers[known - 1] ?? "")
    for (let depth = known; depth < tokens.length; depth++) {
      pointer = pointerTo(pointer, tokens[depth] ?? 0)
      this.#pointers.push(pointer)
    }
    return pointer
  }

  /** Forgets every operation from number `count` on, when `bytes` had been written. */
  rewind(count: number, bytes: number): void {
    this.operations.length = count
    this.#bytes = bytes
  }

  add(path: string, value: unknown, valueBytes: number): void {
    this.#write({ op: "add", path, value }, ADD_BYTES + path.length + valueBytes)
  }

  remove(path: string): void {
    this.#write({ op: "remove", path }, REMOVE_BYTES + path.length)
  }

  replace(path: string, value: unknown, valueBytes: number): void {
    this.#write({ op: "replace", path, value }, REPLACE_BYTES + path.length + valueBytes)
  }

  /** Moves or copies what is at `from`. */
  take(op: "move" | "copy", from: string, path: string): void {
    this.#write({ op, from, path }, MOVE_BYTES + from.length + path.length)
  }

  splice(path: string, splices: readonly TextSplice[]): void {
    this.#write({ op: "splice", path, splices }, REPLACE_BYTES + path.length + spliceBytes(splices))
  }

  #write(operation: ExtendedOperation, bytes: number): void {
    this.#bytes += bytes
    this.operations.push(operation)
  }
}

/** JSON Pointer of what is under `token` in the container that `base` points to. */
export function pointerTo(base: string, token: string | number): string {
  return `${base}/${typeof token === "number" ? token : escapeToken(token)}`
}

/** What splices take in the place of a text's value. */
export function spliceBytes(splices: readonly TextSplice[]): number {
  return splices.reduce((sum, { insert }) => sum + SPLICE_BYTES + insert.length, 0)
}
