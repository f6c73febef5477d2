import { expect, test } from "vitest"
import { ByteReader } from "../bytes/byte-reader.ts"
import { ByteWriter } from "../bytes/byte-writer.ts"
import { ACTORS } from "../testing/dot-model.ts"
import { codeOf } from "../testing/error-code.ts"
import { readDot, writeDot } from "./actor-codec.ts"
import {
  type ActorId,
  actorIdFromBytes,
  actorIdToBytes,
  compareActorIds,
  isActorId,
  parseActorId
} from "./actor-id.ts"
import { compareDots, dotAfter } from "./dot.ts"

const actor = parseActorId("00000000000000ab")
const other = parseActorId("0100000000000000")

test.each([
  "",
  "00000000000000AB",
  "00000000000000a",
  "00000000000000abc",
  "00000000000000ag",
  " 0000000000000ab"
])("[AC1] %j is no actor id", text => {
  expect(codeOf(() => parseActorId(text))).toBe("actor-invalid")
  expect(isActorId(text)).toBe(false)
})

test("[AC1] bytes of another length are no actor id, nor is a forged brand", () => {
  expect(codeOf(() => actorIdFromBytes(new Uint8Array(7)))).toBe("actor-invalid")
  expect(codeOf(() => actorIdToBytes("nonsense" as ActorId))).toBe("actor-invalid")
  expect(codeOf(() => actorIdToBytes(`${actor}00` as ActorId))).toBe("actor-invalid")
})

test("[AC2] ids survive their bytes, whose order is theirs", () => {
  const hex = ACTORS.map(id => Buffer.from(actorIdToBytes(id)).toString("hex"))
  expect(hex).toEqual(ACTORS)
  expect(ACTORS.map(id => actorIdFromBytes(actorIdToBytes(id)))).toEqual(ACTORS)
  expect(ACTORS.toReversed().sort(compareActorIds)).toEqual(ACTORS)
})

test("[AC2] dots sort by actor, then seq", () => {
  const dots = [
    { actor: other, seq: 1 },
    { actor, seq: 10 },
    { actor, seq: 2 }
  ]
  expect(dots.sort(compareDots)).toEqual([
    { actor, seq: 2 },
    { actor, seq: 10 },
    { actor: other, seq: 1 }
  ])
})

test("[AC3] a dot is 8 bytes and its seq less one", () => {
  const writer = new ByteWriter()
  writeDot(writer, { actor, seq: 128 })
  expect([...writer.finish()]).toEqual([0, 0, 0, 0, 0, 0, 0, 0xab, 127])
  expect(readDot(new ByteReader(writer.finish()))).toEqual({ actor, seq: 128 })
  expect(codeOf(() => readDot(new ByteReader(writer.finish()), 127))).toBe("bytes-limit")
})

test("[VV13] there is no dot after the last", () => {
  expect(codeOf(() => dotAfter(actor, Number.MAX_SAFE_INTEGER))).toBe("vector-overflow")
})
