import { ByteWriter } from "@syncline/clock/bytes"
import { sha256 } from "#platform"
import type { ContainerRef } from "../../document/operation.ts"
import type { ContainerKind } from "../../document/shape.ts"
import { genesisIdentity } from "../genesis-identity.ts"
import { bytesToHex } from "./hex.ts"

/** A genesis as a change of Automerge. */
export interface GenesisChange {
  readonly bytes: Uint8Array
  /** Under which Automerge knows it; 32 bytes. */
  readonly hash: Uint8Array
}

/** How Automerge numbers the operations that make an object; a counter is a value that is set. */
const actions: Readonly<Record<ContainerKind, number>> = { map: 0, list: 2, text: 4, counter: 1 }

/** Of a counter that is at 0: its type, and that its value takes one byte. */
const counterMeta = 0x18

/** What every chunk of Automerge begins with. */
export const chunkMagic: Uint8Array = Uint8Array.of(0x85, 0x6f, 0x4a, 0x83)

/** The chunk holds one change, not compressed. */
export const changeChunk = 1

/** Column of a change: column id, type of content. The encodings that follow are runs; −1 announces one literal. */
const columns = {
  objectActor: 0x01,
  objectCounter: 0x02,
  key: 0x15,
  isInsert: 0x34,
  action: 0x42,
  valueMeta: 0x56,
  value: 0x57,
  predecessors: 0x70
} as const
const oneLiteral = 0x7f

/**
 * The genesis of one container: a change of one operation by an actor of 4 bytes, the container's identity big-endian;
 * seq 1, time 0, no message, depending on the genesis of the map around it and nothing else. Written by hand and not by
 * Automerge, so that the bytes cannot change with its version; follows the Automerge binary format.
 */
export function genesisChange(container: ContainerRef): GenesisChange {
  const depth = container.path.length
  const parent: ContainerRef | undefined =
    depth === 1 ? undefined : { path: container.path.slice(0, -1), kind: "map" }
  const out = new ByteWriter()
  out.varUint(parent === undefined ? 0 : 1)
  if (parent !== undefined) out.bytes(genesisChange(parent).hash)
  out.varBytes(genesisActor(genesisIdentity(container)))
  out.varUint(1)
  // The first operation is numbered after the last one of what the change depends on.
  out.varUint(depth)
  out.varUint(0)
  out.varUint(0)
  out.varUint(parent === undefined ? 0 : 1)
  if (parent !== undefined) out.varBytes(genesisActor(genesisIdentity(parent)))
  writeOperation(out, container, parent === undefined ? undefined : depth - 1)
  return toChunk(out.finish())
}

/** The actor id a genesis is made under. */
export function genesisActor(identity: number): Uint8Array {
  const actor = new Uint8Array(4)
  new DataView(actor.buffer).setUint32(0, identity)
  return actor
}

/** The one operation, column by column. `parentCounter` names the object around it, of the other actor; absent: the root. */
function writeOperation(
  out: ByteWriter,
  { path, kind }: ContainerRef,
  parentCounter: number | undefined
): void {
  const key = new ByteWriter()
  key.u8(oneLiteral)
  key.varString(path.at(-1) ?? "")
  const literal = (value: number): Uint8Array => Uint8Array.of(oneLiteral, value)
  const cells: (readonly [number, Uint8Array])[] = [
    [columns.key, key.finish()],
    [columns.isInsert, Uint8Array.of(1)],
    [columns.action, literal(actions[kind])],
    [columns.valueMeta, literal(kind === "counter" ? counterMeta : 0)],
    ...(kind === "counter" ? [[columns.value, Uint8Array.of(0)] as const] : []),
    [columns.predecessors, literal(0)]
  ]
  if (parentCounter !== undefined)
    cells.unshift([columns.objectActor, literal(1)], [columns.objectCounter, literal(parentCounter)])
  out.varUint(cells.length)
  for (const [column, bytes] of cells) {
    out.varUint(column)
    out.varUint(bytes.length)
  }
  for (const [, bytes] of cells) out.bytes(bytes)
}

/** A change as a chunk, with its checksum. */
export function toChunk(body: Uint8Array): GenesisChange {
  const hashed = new ByteWriter(body.length + 16)
  hashed.u8(changeChunk)
  hashed.varBytes(body)
  const chunk = hashed.finish()
  const hash = sha256(chunk)
  const out = new ByteWriter(chunk.length + 8)
  out.bytes(chunkMagic)
  out.bytes(hash.subarray(0, 4))
  out.bytes(chunk)
  return { bytes: out.finish(), hash }
}

/** The hash of a genesis as Automerge writes hashes. */
export function genesisHash(container: ContainerRef): string {
  return bytesToHex(genesisChange(container).hash)
}
