import { ByteReader } from "@syncline/clock/bytes"
import * as Y from "yjs"
import { coreError } from "../../errors/core-error.ts"
import { firstOrdinaryIdentity } from "../genesis-identity.ts"

/** Where a decoder stands in its bytes; lib0's `Decoder`, which Yjs does not export. */
type Cursor = ConstructorParameters<typeof Y.UpdateDecoderV1>[0]

/**
 * More structs, and more deleted ranges, than any document that can still be edited has. Bytes compress a thousandfold,
 * and V2 can claim billions in a few: each would become an object.
 */
const maxStructs = 2 ** 22

/**
 * Watches Yjs read: it reads the number of structs of a client and then asks for the client, so the number stands where
 * the cursor was handed out last. All structs of an update are read before the first is integrated, so what is refused
 * here leaves no trace.
 */
interface Watched {
  watchedCursor: Cursor
  numberAt: number
  structs: number
  ranges: number
  /** Whether the struct at hand is of text, and how many names are still to be read before that: of its parent, of its key. */
  holdsText: boolean
  namesBefore: number
}

/** `Item` with content of kind 9, a subdocument. */
const subdocument = 9

function refuseSubdocument(info: number): number {
  if ((info & 31) === subdocument)
    throw coreError("subdocument-unsupported", "the bytes contain a subdocument")
  return info
}

/** To be called before a client is read. Gives how many structs are said to be its. */
function checkNumber(decoder: Watched, most: number): number {
  const { arr } = decoder.watchedCursor
  const first = arr[decoder.numberAt] ?? 0
  // Most updates have few structs of a client: nothing is to be made for each.
  const number = first < 128 ? first : new ByteReader(arr.subarray(decoder.numberAt)).varUint()
  decoder.structs += number
  if (decoder.structs <= most) return number
  throw coreError("engine-update-invalid", `the bytes claim more than ${most} structs`)
}

/** `Item` with content of kind 4, a string. */
const text = 4

/** Bits of an item's first byte: it has a key, or a neighbour, which then tells the parent and the key. */
const hasKey = 32
const hasNeighbour = 64 + 128

function expectStrings(decoder: Watched, info: number): number {
  decoder.holdsText = (info & 31) === text
  decoder.namesBefore = (info & hasNeighbour) === 0 && (info & hasKey) !== 0 ? 1 : 0
  return info
}

/**
 * Content of no length takes no place: Yjs finds another struct where it should be, and can neither merge nor write it. Yjs
 * never makes any.
 */
function mustTakePlace(length: number): number {
  if (length > 0) return length
  throw coreError("engine-update-invalid", "the bytes contain content of no length")
}

/** To be called for each deleted range. */
function checkRange(decoder: Watched): void {
  decoder.ranges++
  if (decoder.ranges <= maxStructs) return
  throw coreError("engine-update-invalid", `the bytes delete more than ${maxStructs} ranges`)
}

/**
 * Puts the watched property on the prototype, before any decoder has it: redefined on each decoder, it would make them
 * slow objects, and reading five times as slow.
 */
function watch(prototype: object): void {
  Object.defineProperty(prototype, "restDecoder", {
    get(this: Watched) {
      this.numberAt = this.watchedCursor.pos
      return this.watchedCursor
    },
    set(this: Watched, cursor: Cursor) {
      this.watchedCursor = cursor
      this.numberAt = 0
      this.structs = 0
      this.ranges = 0
      this.holdsText = false
      this.namesBefore = 0
    }
  })
}

/** Reads V1 updates; refuses subdocuments, content of no length, and numbers of structs that cannot be. */
export class GuardedDecoderV1 extends Y.UpdateDecoderV1 implements Watched {
  declare watchedCursor: Cursor
  declare numberAt: number
  declare structs: number
  declare ranges: number
  declare holdsText: boolean
  declare namesBefore: number

  static {
    watch(GuardedDecoderV1.prototype)
  }

  override readInfo(): number {
    return expectStrings(this, refuseSubdocument(super.readInfo()))
  }

  override readParentInfo(): boolean {
    const isNamed = super.readParentInfo()
    if (isNamed) this.namesBefore++
    return isNamed
  }

  override readString(): string {
    const read = super.readString()
    if (this.holdsText && this.namesBefore-- === 0) mustTakePlace(read.length)
    return read
  }

  override readLen(): number {
    return mustTakePlace(super.readLen())
  }

  override readClient(): number {
    // Each takes a byte at least.
    checkNumber(this, Math.min(this.watchedCursor.arr.length, maxStructs))
    return super.readClient()
  }

  override readDsLen(): number {
    checkRange(this)
    return mustTakePlace(super.readDsLen())
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

/**
 * Reads V2 snapshots; refuses subdocuments, content of no length, numbers of structs that would not fit into memory, and more than one struct
 * under a reserved identity: some hundred bytes may say that there are as many thousands, at one place, which Yjs would take minutes to integrate.
 */
export class GuardedDecoderV2 extends Y.UpdateDecoderV2 implements Watched {
  declare watchedCursor: Cursor
  declare numberAt: number
  declare structs: number
  declare ranges: number
  declare holdsText: boolean
  declare namesBefore: number

  static {
    watch(GuardedDecoderV2.prototype)
  }

  override readInfo(): number {
    return expectStrings(this, refuseSubdocument(super.readInfo()))
  }

  override readParentInfo(): boolean {
    const isNamed = super.readParentInfo()
    if (isNamed) this.namesBefore++
    return isNamed
  }

  override readString(): string {
    const read = super.readString()
    if (this.holdsText && this.namesBefore-- === 0) mustTakePlace(read.length)
    return read
  }

  override readLen(): number {
    return mustTakePlace(super.readLen())
  }

  override readClient(): number {
    const number = checkNumber(this, maxStructs)
    const client = super.readClient()
    if (client >= firstOrdinaryIdentity || number === 1) return client
    throw coreError(
      "engine-identity-reserved",
      `the snapshot has ${number} structs under the reserved identity ${client}, where a genesis is one`,
      { details: { identity: client } }
    )
  }

  override readDsLen(): number {
    checkRange(this)
    return mustTakePlace(super.readDsLen())
  }
}
