import { ByteReader } from "@syncline/clock/bytes"
import * as Y from "yjs"
import { coreError } from "../../errors/core-error.ts"
import { firstOrdinaryIdentity } from "../genesis-identity.ts"

/** Where a decoder stands in its bytes; lib0's `Decoder`, which Yjs does not export. */
type Cursor = ConstructorParameters<typeof Y.UpdateDecoderV1>[0]

/**
 * More structs than any document that can still be edited has. V2 can claim billions in a few bytes, each of which
 * would become an object.
 */
const maxStructs = 2 ** 22

/** `Item` with content of kind 9, a subdocument. */
const subdocument = 9

/**
 * Watches Yjs read: it reads the number of structs of a client and then asks for the client, so the number stands where
 * the cursor was handed out last. All structs of an update are read before the first is integrated, so what is refused
 * here leaves no trace.
 */
class Guard {
  #numberAt = 0
  #structs = 0

  /** Has to be what Yjs gets its cursor through. */
  watch(decoder: object, cursor: Cursor): void {
    const handOut = (): Cursor => {
      this.#numberAt = cursor.pos
      return cursor
    }
    Object.defineProperty(decoder, "restDecoder", { get: handOut })
  }

  /** To be called before a client is read. */
  checkNumber({ arr }: Cursor, most: number): void {
    this.#structs += new ByteReader(arr.subarray(this.#numberAt)).varUint()
    if (this.#structs > most)
      throw coreError("engine-update-invalid", `the bytes claim more than ${most} structs`)
  }
}

function refuseSubdocument(info: number): number {
  if ((info & 31) === subdocument)
    throw coreError("subdocument-unsupported", "the bytes contain a subdocument")
  return info
}

/** Reads V1 updates; refuses subdocuments, and numbers of structs that cannot be. */
export class GuardedDecoderV1 extends Y.UpdateDecoderV1 {
  readonly #guard = new Guard()
  readonly #cursor: Cursor

  constructor(cursor: Cursor) {
    super(cursor)
    this.#cursor = cursor
    this.#guard.watch(this, cursor)
  }

  override readInfo(): number {
    return refuseSubdocument(super.readInfo())
  }

  override readClient(): number {
    // Each takes a byte at least.
    this.#guard.checkNumber(this.#cursor, this.#cursor.arr.length)
    return super.readClient()
  }
}

/** Also refuses anything under a reserved identity, right or wrong. */
export class StrictDecoderV1 extends GuardedDecoderV1 {
  override readClient(): number {
    const client = super.readClient()
    if (client >= firstOrdinaryIdentity) return client
    throw coreError(
      "engine-identity-reserved",
      `the update has content under the reserved identity ${client}`
    )
  }
}

/** Reads V2 snapshots; refuses subdocuments, and numbers of structs that would not fit into memory. */
export class GuardedDecoderV2 extends Y.UpdateDecoderV2 {
  readonly #guard = new Guard()
  readonly #cursor: Cursor

  constructor(cursor: Cursor) {
    super(cursor)
    this.#cursor = cursor
    this.#guard.watch(this, cursor)
  }

  override readInfo(): number {
    return refuseSubdocument(super.readInfo())
  }

  override readClient(): number {
    this.#guard.checkNumber(this.#cursor, maxStructs)
    return super.readClient()
  }
}
