import { ByteReader, ByteWriter } from "@syncline/clock/bytes"
import type { MerkleNode, MerklePrefix, MerkleReport } from "@syncline/diff/merkle"
import { coreError } from "../../errors/core-error.ts"

/** Bytes of a key or digest. */
const hashBytes = 32

/** Hashes of the 16 children of a branch. */
const innerBytes = 16 * hashBytes

/** Entries a node lists before it has children. */
const maxEntries = 16

/** What one report takes at most. */
export const maxReportBytes: number = 2 + 2 * maxEntries * hashBytes

/** Most nodes asked for in one message. */
const maxAsked = 1024

/** Digits of the longest prefix. */
const maxDigits = 64

/** What to report: prefixes, as their length and digits. */
export function writeAsk(ask: readonly MerklePrefix[]): Uint8Array {
  const writer = new ByteWriter(ask.length * 4 + 4)
  writer.varUint(ask.length)
  for (const prefix of ask) {
    writer.u8(prefix.length)
    for (let at = 0; at < prefix.length; at += 2)
      writer.u8(Number.parseInt(prefix.slice(at, at + 2).padEnd(2, "0"), 16))
  }
  return writer.finish()
}

/**
 * Undoes `writeAsk`.
 *
 * @throws SynclineError `codec-invalid`, or a code of `ByteReader`.
 */
export function readAsk(bytes: Uint8Array): MerklePrefix[] {
  const reader = new ByteReader(bytes)
  const ask = Array.from({ length: reader.varUint(Math.min(maxAsked, reader.remaining)) }, () => {
    const length = reader.u8()
    if (length > maxDigits) throw coreError("codec-invalid", `a prefix of ${length} digits`)
    const packed = Array.from(reader.bytes(Math.ceil(length / 2)), byte => byte.toString(16).padStart(2, "0"))
    return packed.join("").slice(0, length)
  })
  reader.expectEnd()
  return ask
}

/** Nodes in the order they were asked for. */
export function writeReports(reports: readonly MerkleReport[]): Uint8Array {
  const writer = new ByteWriter(reports.length * innerBytes + 4)
  writer.varUint(reports.length)
  for (const { node } of reports)
    if (node.kind === "inner") {
      writer.u8(maxEntries + 1)
      writer.bytes(node.hashes)
    } else {
      const entries = node.kind === "empty" ? [] : node.entries
      writer.u8(entries.length)
      for (const { key, digest } of entries) {
        writer.bytes(key)
        writer.bytes(digest)
      }
    }
  return writer.finish()
}

/**
 * Undoes `writeReports`; `stepDescent` checks what they say.
 *
 * @throws SynclineError `codec-invalid`, or a code of `ByteReader`.
 */
export function readReports(bytes: Uint8Array, ask: readonly MerklePrefix[]): MerkleReport[] {
  const reader = new ByteReader(bytes)
  if (reader.varUint() !== ask.length)
    throw coreError("codec-invalid", `not the ${ask.length} nodes that were asked for`)
  const reports = ask.map(prefix => ({ prefix, node: readNode(reader) }))
  reader.expectEnd()
  return reports
}

function readNode(reader: ByteReader): MerkleNode {
  const entries = reader.u8()
  if (entries === 0) return { kind: "empty" }
  if (entries === maxEntries + 1) return { kind: "inner", hashes: reader.bytes(innerBytes).slice() }
  if (entries > maxEntries) throw coreError("codec-invalid", `a node that lists ${entries} entries`)
  const read = () => reader.bytes(hashBytes).slice()
  return {
    kind: "bucket",
    entries: Array.from({ length: entries }, () => ({ key: read(), digest: read() }))
  }
}
