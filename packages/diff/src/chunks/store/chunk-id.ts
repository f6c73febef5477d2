import { createBLAKE3, type IHasher } from "hash-wasm"

/** Names content: 64 lower-case hexadecimal digits of BLAKE3. */
export type ChunkId = string

/** Bytes of an id where it is written as bytes. */
export const ID_BYTES = 32

// Without a key of their own, a chunk holding the bytes of a node would have the node's id.
const NODE_KEY: Uint8Array = new TextEncoder().encode("syncline manifest node, format 1")

/** Computes ids. Instances are made asynchronously, since WebAssembly is; they work synchronously. */
export class ChunkHasher {
  readonly #plain: IHasher
  readonly #keyed: IHasher

  private constructor(plain: IHasher, keyed: IHasher) {
    this.#plain = plain
    this.#keyed = keyed
  }

  /** A hasher. */
  static async create(): Promise<ChunkHasher> {
    return new ChunkHasher(await createBLAKE3(), await createBLAKE3(8 * ID_BYTES, NODE_KEY))
  }

  /** Of a chunk: BLAKE3 of its bytes. */
  chunkId(bytes: Uint8Array): ChunkId {
    return this.#plain.init().update(bytes).digest("hex")
  }

  /** Of a node of a manifest: BLAKE3 of its bytes, keyed. */
  nodeId(bytes: Uint8Array): ChunkId {
    return this.#keyed.init().update(bytes).digest("hex")
  }
}

/** Collects the id of a whole content, as if it were one chunk. */
export class ContentHash {
  readonly #hasher: IHasher

  private constructor(hasher: IHasher) {
    this.#hasher = hasher
  }

  /** Of nothing so far. */
  static async create(): Promise<ContentHash> {
    return new ContentHash((await createBLAKE3()).init())
  }

  /** Appends. */
  update(bytes: Uint8Array): void {
    this.#hasher.update(bytes)
  }

  /** Ends. */
  digest(): ChunkId {
    return this.#hasher.digest("hex")
  }
}

/** An id as bytes. */
export function idToBytes(id: ChunkId): Uint8Array {
  return Uint8Array.from({ length: ID_BYTES }, (_, i) => Number.parseInt(id.slice(2 * i, 2 * i + 2), 16))
}

/** Bytes as an id. */
export function bytesToId(bytes: Uint8Array): ChunkId {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, "0")).join("")
}
