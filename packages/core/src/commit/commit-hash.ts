import { actorIdToBytes } from "@syncline/clock"
import { ByteWriter } from "@syncline/clock/bytes"
import { sha256 } from "#platform"
import type { ContainerRef } from "../document/operation.ts"
import type { Commit, CommitHeader, CommitKind } from "./commit.ts"
import { canonicalJson } from "./canonical-json.ts"

/** What the first commit of an actor in a document chains to. */
export const chainStart: Uint8Array = new Uint8Array(32)

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

/** The hash of a commit whose predecessor in its actor's chain has `previous` (32 bytes; `chainStart` at seq 1). */
export function hashCommit(previous: Uint8Array, header: CommitHeader, update: Uint8Array): Uint8Array {
  writer.reset()
  writer.varString("syncline/commit/1")
  writer.bytes(previous)
  writer.varString(header.document)
  writer.bytes(actorIdToBytes(header.dot.actor))
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
  writer.varBytes(header.seen?.encode() ?? chainStart.subarray(0, 0))
  writer.varString(header.meta === undefined ? "" : canonicalJson(header.meta))
  // No commit without a name hashes the bytes of one with it: they would have to end after the name.
  if (header.engine !== untoldEngine) writer.varString(header.engine)
  writer.varBytes(update)
  return sha256(writer.finish())
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
