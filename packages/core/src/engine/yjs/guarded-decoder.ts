import { ByteReader } from "@syncline/clock/bytes"
import * as Y from "yjs"
import { coreError } from "../../errors/core-error.ts"
import { firstOrdinaryIdentity } from "../genesis-identity.ts"

/**
 * More structs than any document that can still be edited has; V2 can claim four billion in a few bytes, each of
 * which would become an object.
 */
const maxStructs = 2 ** 22

/** `Item` with content of kind 9, a subdocument. */
const subdocument = 9

/** Thrown before anything is integrated, as Yjs reads all structs of an update first. */
function refuse(info: number, count: number): void {
  if ((info & 31) === subdocument)
    throw coreError("subdocument-unsupported", "the update contains a subdocument")
  if (count > maxStructs)
    throw coreError("engine-update-invalid", `the update has more than ${maxStructs} structs`)
}

/** Reads V1 updates and refuses subdocuments. */
export class GuardedDecoderV1 extends Y.UpdateDecoderV1 {
  #count = 0

  override readInfo(): number {
    const info = super.readInfo()
    refuse(info, ++this.#count)
    return info
  }
}

/** Also refuses anything under a reserved identity, right or wrong. */
export class StrictDecoderV1 extends GuardedDecoderV1 {
  override readClient(): number {
    const client = super.readClient()
    if (client < firstOrdinaryIdentity)
      throw coreError(
        "engine-identity-reserved",
        `the update has content under the reserved identity ${client}`
      )
    return client
  }
}

/** Reads V2 snapshots and refuses subdocuments and absurd numbers of structs. */
export class GuardedDecoderV2 extends Y.UpdateDecoderV2 {
  #count = 0

  override readInfo(): number {
    const info = super.readInfo()
    refuse(info, ++this.#count)
    return info
  }
}

/**
 * Checks what Yjs would believe before it reads on: it makes an array for as many structs as an update claims to have.
 *
 * @throws what reading the update throws; the caller wraps it.
 */
export function checkClaims(update: Uint8Array): void {
  const reader = new ByteReader(update)
  const clients = reader.varUint()
  if (clients === 0) return
  if (reader.varUint() > update.length)
    throw coreError("engine-update-invalid", "the update claims more than it holds")
  // Commits are of one client. For others read everything once; this reader makes no arrays ahead.
  if (clients > 1) Y.decodeUpdate(update)
}
