import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { keyedId } from "../keyed/keyed-id.ts"
import { SipHash } from "../keyed/sip-hash.ts"
import { subkey } from "../keyed/subkey.ts"
import { CellWalk } from "./cell-walk.ts"
import { RangeIndex } from "./range-index.ts"
import { acceptRanges, beginRanges } from "./range-steps.ts"
import { decodeRateless, encodeRateless } from "./rateless-message.ts"
import { RatelessSketch } from "./rateless-sketch.ts"
import { acceptRateless, beginRateless } from "./rateless-steps.ts"
import { highWord, lowWord, type SetId } from "./set-id.ts"

interface Vectors {
  readonly key: string
  readonly subkey: string
  readonly walks: readonly { readonly id: string; readonly hash: string; readonly cellsBelow1000: number[] }[]
  readonly rateless: {
    readonly initiator: readonly [number, number]
    readonly responder: readonly [number, number]
    readonly begin: string
    readonly cells: { readonly from: number; readonly to: number; readonly message: string }
    readonly result: string
  }
  readonly ranges: {
    readonly initiator: readonly [number, number]
    readonly responder: readonly [number, number]
    readonly firstParts: number
    readonly begin: string
    readonly answer: string
  }
}

const vectors = JSON.parse(
  readFileSync(new URL("../../vectors/set.json", import.meta.url), "utf8")
) as Vectors
const key = Uint8Array.from(vectors.key.match(/../g) ?? [], byte => Number.parseInt(byte, 16))
const hex = (bytes: Uint8Array | undefined): string =>
  Array.from(bytes ?? [], byte => byte.toString(16).padStart(2, "0")).join("")
const members = ([from, to]: readonly [number, number]): SetId[] =>
  Array.from({ length: to - from }, (_, i) => keyedId(key, new TextEncoder().encode(`member ${from + i}`)))

function sketchOf(range: readonly [number, number]): RatelessSketch {
  const sketch = new RatelessSketch(key)
  for (const id of members(range)) sketch.add(id)
  return sketch
}

function indexOf(range: readonly [number, number]): RangeIndex {
  const index = new RangeIndex(key)
  for (const id of members(range)) index.add(id)
  return index
}

test("[KH2] keys of a purpose are those of the vectors", () => {
  expect(hex(subkey(key, "syncline set"))).toBe(vectors.subkey)
})

test("[KH1] [RI1] hashes and walks are those of the vectors", () => {
  const hasher = new SipHash(subkey(key, "syncline set"))
  const walk = new CellWalk()
  for (const [n, { id, hash, cellsBelow1000 }] of vectors.walks.entries()) {
    const [member = key] = members([n, n + 1])
    hasher.hashId(highWord(member), lowWord(member))
    const walked: number[] = []
    for (walk.start(hasher.high, hasher.low); walk.cell < 1000; walk.next()) walked.push(walk.cell)
    const words = [hasher.high, hasher.low].map(word => (word >>> 0).toString(16).padStart(8, "0"))
    expect([hex(member), words.join(""), walked]).toEqual([id, hash, cellsBelow1000])
  }
})

test("[RI1] [RI2] [SE1] a rateless reconciliation is that of the vectors", () => {
  const { initiator, responder, begin, cells, result } = vectors.rateless
  const { message } = beginRateless(sketchOf(initiator))
  expect(hex(message)).toBe(begin)
  expect(hex(acceptRateless(sketchOf(responder), message).message)).toBe(result)
  const more = sketchOf(initiator).cells(cells.from, cells.to, initiator[1])
  const encoded = encodeRateless({ kind: "cells", cells: more })
  expect(hex(encoded)).toBe(cells.message)
  const read = decodeRateless(encoded, { maxCells: 100, maxDifferences: 0 })
  expect(hex(encodeRateless(read))).toBe(cells.message)
})

test("[RR1] a range reconciliation is that of the vectors", () => {
  const { initiator, responder, firstParts, begin, answer } = vectors.ranges
  const { message } = beginRanges(indexOf(initiator), { firstParts })
  expect(hex(message)).toBe(begin)
  expect(hex(acceptRanges(indexOf(responder), message).message)).toBe(answer)
})
