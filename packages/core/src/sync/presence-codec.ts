import type { ByteReader, ByteWriter } from "@syncline/clock/bytes"
import { toHex } from "../codec/hex.ts"
import { parseDocumentId } from "../document/document-id.ts"
import type { PresenceEntry } from "../presence/presence-hook.ts"
import { maxFrameEntries, maxStateBytes } from "../presence/presence-limits.ts"
import { maxIdBytes } from "./versions-codec.ts"

/** Entries of a presence frame: peer (8 bytes), counter, seconds, flags (1 state, 2 withdrawn), document, state. */
export function writePresence(writer: ByteWriter, entries: readonly PresenceEntry[]): void {
  writer.varUint(entries.length)
  for (const { peer, document, counter, seconds, state, withdrawn } of entries) {
    writer.bytes(Uint8Array.from({ length: 8 }, (_, i) => Number.parseInt(peer.slice(2 * i, 2 * i + 2), 16)))
    writer.varUint(counter)
    writer.u8(seconds)
    writer.u8((state === undefined ? 0 : 1) | (withdrawn ? 2 : 0))
    writer.varString(document)
    if (state !== undefined) writer.varString(state)
  }
}

/** Undoes `writePresence`. What a state holds is not looked at. */
export function readPresence(reader: ByteReader): readonly PresenceEntry[] {
  return Array.from({ length: reader.varUint(maxFrameEntries) }, () => readEntry(reader))
}

function readEntry(reader: ByteReader): PresenceEntry {
  const peer = toHex(reader.bytes(8))
  const counter = reader.varUint()
  const seconds = reader.u8()
  const flags = reader.u8()
  const document = parseDocumentId(reader.varString(maxIdBytes))
  const withdrawn = (flags & 2) !== 0
  const state = (flags & 1) === 0 ? {} : { state: reader.varString(maxStateBytes) }
  return { peer, document, counter, seconds, withdrawn, ...state }
}
