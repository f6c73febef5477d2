import { type ByteReader, ByteWriter } from "@syncline/clock/bytes"
import { LEAST_CHUNK_BYTES, MOST_CHUNK_BYTES } from "../chunker-options.ts"
import { damagedBlob, readBlobFormat } from "./blob-errors.ts"
import { bytesToId, type ChunkId, ID_BYTES, idToBytes } from "./chunk-id.ts"

/** A stretch of content: a chunk, or all that is below a node. */
export interface BlobPart {
  readonly id: ChunkId
  /** Of the content, in bytes. */
  readonly length: number
}

/** A node of a manifest's tree. */
export interface ManifestNode {
  /** 1 above chunks. */
  readonly height: number
  /** In order of content. */
  readonly children: readonly BlobPart[]
}

/** Fewest children of a node, but for the last of a level; from there on, one child in END_ODDS ends it. */
const LEAST_CHILDREN = 16
const END_ODDS = 16
/** Most children of a node: some 2 kB, so that an edit rewrites little. */
const MOST_CHILDREN = 64
/** More than the tree of any content whose length is a safe integer. */
export const MOST_HEIGHT = 16
const VERSION = 1

/**
 * Whether a node ends with the last of these children, which are all it has: it depends on them alone, so that similar contents
 * have the same nodes.
 */
export function isNodeEnd(children: readonly BlobPart[]): boolean {
  const last = children.at(-1)
  if (last === undefined || children.length < LEAST_CHILDREN) return false
  return children.length >= MOST_CHILDREN || Number.parseInt(last.id.slice(0, 8), 16) % END_ODDS === 0
}

/** A node's bytes. */
export function encodeNode({ height, children }: ManifestNode): Uint8Array {
  const writer = new ByteWriter()
  writer.u8(VERSION)
  writer.u8(height)
  writer.u8(children.length)
  for (const { id, length } of children) {
    writer.varUint(length)
    writer.bytes(idToBytes(id))
  }
  return writer.finish()
}

/**
 * The node that stands for `length` bytes at `height`.
 *
 * @throws SynclineError `blob-damaged` for bytes that are no such node.
 */
export function decodeNode(bytes: Uint8Array, height: number, length: number): ManifestNode {
  const node = readBlobFormat("node", bytes, readNode)
  const total = node.children.reduce((sum, child) => sum + child.length, 0)
  if (node.height !== height || total !== length) {
    throw damagedBlob(
      `a node of ${total} bytes at height ${node.height} stands for ${length} bytes at ${height}`
    )
  }
  return node
}

function readNode(reader: ByteReader): ManifestNode {
  const version = reader.u8()
  if (version !== VERSION) throw damagedBlob(`nodes of format ${version} are unknown, this is ${VERSION}`)
  const height = reader.u8()
  const count = reader.u8()
  if (height === 0 || height > MOST_HEIGHT || count === 0 || count > MOST_CHILDREN)
    throw damagedBlob(`a node has ${count} children at height ${height}`)
  const children = Array.from({ length: count }, () => {
    const length = reader.varUint()
    return { length, id: bytesToId(reader.bytes(ID_BYTES)) }
  })
  checkLengths(height, children)
  return { height, children }
}

/** Bounds the tree over a content of some length: without, a source could send nodes of empty chunks for ever. */
function checkLengths(height: number, children: readonly BlobPart[]): void {
  const least = LEAST_CHUNK_BYTES * LEAST_CHILDREN ** (height - 1)
  const most = height === 1 ? MOST_CHUNK_BYTES : Number.MAX_SAFE_INTEGER
  const wrong = children.find(
    ({ length }, i) => length > most || length < (i === children.length - 1 ? 1 : least)
  )
  if (wrong !== undefined)
    throw damagedBlob(`a node at height ${height} has a child of ${wrong.length} bytes`, { id: wrong.id })
}
