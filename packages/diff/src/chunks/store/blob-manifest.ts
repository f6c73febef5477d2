import { type ByteReader, ByteWriter } from "@syncline/clock/bytes"
import { damagedBlob, readBlobFormat } from "./blob-errors.ts"
import { bytesToId, type ChunkId, ID_BYTES, idToBytes } from "./chunk-id.ts"
import { checkManifest } from "./check-manifest.ts"

/** Names a blob: all one needs to read it from a store that has it, or to fetch it into one. */
export interface BlobManifest {
  /** Of the content, in bytes. */
  readonly length: number
  /** BLAKE3 of the content, however it was cut. */
  readonly hash: ChunkId
  /** 0 if the root is the only chunk. */
  readonly height: number
  /** The chunk, or the node over all. */
  readonly root: ChunkId
}

const VERSION = 1

/**
 * A manifest as at most 74 bytes.
 *
 * @throws SynclineError `blob-damaged` for what is no manifest.
 */
export function encodeManifest(manifest: BlobManifest): Uint8Array<ArrayBuffer> {
  checkManifest(manifest)
  const { length, hash, height, root } = manifest
  const writer = new ByteWriter()
  writer.u8(VERSION)
  writer.varUint(length)
  writer.bytes(idToBytes(hash))
  writer.u8(height)
  writer.bytes(idToBytes(root))
  return writer.finish()
}

/** @throws SynclineError `blob-damaged` for bytes that are no manifest. */
export function decodeManifest(bytes: Uint8Array): BlobManifest {
  return readBlobFormat("manifest", bytes, readManifest)
}

function readManifest(reader: ByteReader): BlobManifest {
  const version = reader.u8()
  if (version !== VERSION) throw damagedBlob(`manifests of format ${version} are unknown, this is ${VERSION}`)
  const length = reader.varUint()
  const hash = bytesToId(reader.bytes(ID_BYTES))
  const height = reader.u8()
  const manifest = { length, hash, height, root: bytesToId(reader.bytes(ID_BYTES)) }
  checkManifest(manifest)
  return manifest
}
