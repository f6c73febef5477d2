import { actorIdToBytes } from "@syncline/clock"
import { ByteWriter } from "@syncline/clock/bytes"
import { sha256 } from "#platform"
import type { ContainerRef } from "../document/operation.ts"
import type { Commit, CommitHeader, CommitKind } from "./commit.ts"
import { canonicalJson } from "./canonical-json.ts"

/** What the first commit of an actor in a document chains to. */
export const chainStart: Uint8Array = new Uint8Array(32)

const nothing = new Uint8Array()

/** Order is part of the format: a kind's number is its index. */
export const commitKinds: readonly CommitKind[] = ["change", "delete", "undelete"]

/** Order is part of the format: a kind's number is its index. */
export const containerKinds: readonly ContainerRef["kind"][] = ["map", "list", "text", "counter"]

/** The engine a commit is of where it tells none, in batches and hashes alike: that of most commits, and all of the first ones. */
export const untoldEngine = "yjs"

/** Engines told by a number; order is part of the format. 0 announces the name of any other. */
export const numberedEngines: readonly string[] = [untoldEngine, "automerge"]

/** Used for one hash after another: making a buffer for each would take as long as hashing it. */
const writer = new ByteWriter(512)

/** What every hash begins with. */
const domain = bytesOf(out => out.varString("syncline/commit/1"))

/** Whose commit was hashed last: most often the next is by the same actor in the same document. */
let author: { readonly document: string; readonly actor: string; readonly bytes: Uint8Array } | undefined

/** The hash of a commit whose predecessor in its actor's chain has `previous` (32 bytes; `chainStart` at seq 1). */
export function hashCommit(previous: Uint8Array, header: CommitHeader, update: Uint8Array): Uint8Array {
  writer.reset()
  writer.bytes(domain)
  writer.bytes(previous)
  writer.bytes(authorBytes(header))
  writer.varUint(header.dot.seq)
  writer.u8(commitKinds.indexOf(header.kind))
  writer.varUint(header.stamp)
  writer.varUint(header.dependencies.length)
  for (const { actor, seq, hash8 } of header.dependencies) {
    writer.bytes(actorIdToBytes(actor))
    writer.varUint(seq)
    writer.bytes(hash8)
  }
  writer.varUint(header.genesis.length)
  for (const container of header.genesis) writeContainer(writer, container)
  writer.varBytes(header.seen?.encode() ?? nothing)
  if (header.meta === undefined) writer.varUint(0)
  else writer.varString(canonicalJson(header.meta))
  // No commit without a name hashes the bytes of one with it: they would have to end after the name.
  if (header.engine !== untoldEngine) writer.varString(header.engine)
  writer.varBytes(update)
  return sha256(writer.view())
}

function authorBytes({ document, dot: { actor } }: CommitHeader): Uint8Array {
  if (author?.document !== document || author.actor !== actor) {
    const bytes = bytesOf(out => {
      out.varString(document)
      out.bytes(actorIdToBytes(actor))
    })
    author = { document, actor, bytes }
  }
  return author.bytes
}

function bytesOf(write: (out: ByteWriter) => void): Uint8Array {
  const out = new ByteWriter()
  write(out)
  return out.finish()
}

/** Completes a commit with its hash. */
export function sealCommit(previous: Uint8Array, header: CommitHeader, update: Uint8Array): Commit {
  return { ...header, update, hash: hashCommit(previous, header, update) }
}

/** Writes a container reference: kind, depth, keys. */
export function writeContainer(out: ByteWriter, container: ContainerRef): void {
  out.u8(containerKinds.indexOf(container.kind))
  out.varUint(container.path.length)
  for (const key of container.path) out.varString(key)
}
