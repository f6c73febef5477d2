import type { Dot } from "@syncline/clock"
import { sha256 } from "#platform"
import { toHex } from "../codec/hex.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { JsonValue } from "../document/json.ts"
import type { FootprintReader, KeyWrite } from "../engine/footprint.ts"
import { placeKey } from "../engine/footprint.ts"
import type { Conflict, ConflictSide } from "./conflict.ts"
import type { Subject } from "./contest.ts"
import type { Episode, Part } from "./episode.ts"
import { dotName, standsFor } from "./resolution-note.ts"
import { sameJson } from "./same-json.ts"

/** Values are kept up to this length of JSON for all sides together: records are kept by the thousand, and listed. */
const maxValuesLength = 32 * 1024

/** Names an episode of a subject: the same on all replicas. */
export function conflictId(document: DocumentId, subject: Subject, { first }: Episode): string {
  const { actor, seq } = first.commit.dot
  return shortHash([document, subject.kind, placeKey(subject.place), actor, seq], 32)
}

/** Names a subject, in its document. */
function placeName({ kind, place }: Subject): string {
  return shortHash([kind, placeKey(place)], 16)
}

/** The record of an episode; `undefined` where all sides mean the same. */
export function recordOf(
  document: DocumentId,
  id: string,
  subject: Subject,
  episode: Episode,
  reader: FootprintReader
): Conflict | undefined {
  const heads = episode.heads()
  if (subject.kind === "write-write" && !isDisputed(heads)) return undefined
  const place = placeName(subject)
  const sides = sidesOf(heads, place)
  // Of resolutions of the same, the one that shows is as good as the others.
  if (!episode.hasOriginal && standForTheSame(sides)) return undefined
  const winner = winnerOf(subject, heads, reader)
  const seenBy = heads.find(({ role }) => role !== "remove") ?? heads[0]
  const path = seenBy === undefined ? undefined : reader.pathOf(subject.place, seenBy.placed.commit.update)
  return {
    id,
    document,
    kind: subject.kind,
    place,
    ...(path === undefined ? {} : { path }),
    sides,
    ...(winner === undefined ? {} : { winner }),
    rule: "engine",
    state: "open"
  }
}

function isDisputed([first, ...others]: readonly Part[]): boolean {
  return first !== undefined && others.some(part => !sameJson(part.value, first.value))
}

function winnerOf(subject: Subject, heads: readonly Part[], reader: FootprintReader): Dot | undefined {
  const editor = heads.findLast(({ role }) => role === "edit")
  const remover = strongest(
    heads.filter(({ role }) => role !== "edit"),
    reader
  )
  switch (subject.kind) {
    case "overlapping-edit":
      return undefined
    case "write-write":
      return remover?.placed.commit.dot
    case "delete-edit": {
      // A document that is worked on comes back. A container comes back only if its key went to it after all.
      const isKept =
        subject.container === "" ||
        (remover?.write !== undefined && reader.compare(remover.write, madeAt(remover.write, subject)) < 0)
      return (isKept ? editor : remover)?.placed.commit.dot
    }
  }
}

/** The part whose write the engine shows; the first of those that wrote nothing. */
export function strongest(parts: readonly Part[], reader: FootprintReader): Part | undefined {
  let best: Part | undefined
  for (const part of parts) {
    const isBetter =
      best?.write === undefined || part.write === undefined || reader.compare(part.write, best.write) > 0
    if (isBetter) best = part
  }
  return best
}

/** The write that put the container there. */
function madeAt({ container, key }: KeyWrite, subject: Subject): KeyWrite {
  return { container, key, item: subject.container ?? "", value: null }
}

function standForTheSame([first, ...others]: readonly ConflictSide[]): boolean {
  return first !== undefined && others.every(side => originalNames(side) === originalNames(first))
}

function originalNames({ resolved }: ConflictSide): string {
  return (resolved ?? []).map(dotName).sort(compareNames).join()
}

function sidesOf(heads: readonly Part[], place: string): readonly ConflictSide[] {
  let left = maxValuesLength
  return heads.map(part => {
    const length = part.value === undefined ? 0 : JSON.stringify(part.value).length
    if (length > left) return sideOf({ ...part, value: undefined }, place)
    left -= length
    return sideOf(part, place)
  })
}

/** What a commit did at a place, as a side. */
export function sideOf(
  { placed, action, value }: Omit<Part, "value"> & { value?: JsonValue | undefined },
  place: string
): ConflictSide {
  const { dot, stamp, meta } = placed.commit
  const author = meta?.author
  const resolved = standsFor(meta, place)
  return {
    dot,
    stamp,
    ...(typeof author === "string" ? { author } : {}),
    action,
    ...(value === undefined ? {} : { value }),
    ...(resolved === undefined ? {} : { resolved })
  }
}

function shortHash(parts: readonly (string | number)[], length: number): string {
  return toHex(sha256(new TextEncoder().encode(JSON.stringify(parts)))).slice(0, length)
}

function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
