import { isSynclineError, parseActorId } from "@syncline/clock"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { Version } from "../commit/version.ts"
import { toHex } from "../codec/hex.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { CloseReason } from "../link/transport.ts"
import { closeReasonCodes, steps } from "./frame-kinds.ts"
import { frameCodes } from "./frame-kinds.ts"
import { readFrame } from "./frame-reader.ts"
import { forgedFrame, sealedFrame } from "../testing/forged-frame.ts"
import type { Frame } from "./frame.ts"
import { writeFrame } from "./frame-writer.ts"
import { levels } from "./reconcile/level.ts"

const limit = 2 ** 18
const fixed = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const count = fc.integer({ min: 0, max: 2 ** 40 })
const name = fc.string({ unit: fc.constantFrom("a", "ß", "字", "😀", "-"), minLength: 1, maxLength: 20 })
const end = fc.record({ position: count, hash: fixed(16) })
const size = fc.integer({ min: 13, max: 40 }).map(bits => 2 ** bits)
const actor = fixed(8).map(bytes => parseActorId(toHex(bytes)))
const bytes = fc.uint8Array({ maxLength: 100 })
const version = fc
  .array(fc.record({ actor, seq: fc.integer({ min: 1, max: 1000 }), hash: fixed(8) }), { maxLength: 4 })
  .map(entries => Version.from(entries))
const document = fc.tuple(name, name).map(([collection, key]) => `${collection}/${key}` as DocumentId)
const entries = fc.array(fc.record({ document, version }), { maxLength: 5 })
const text = fc.string({ maxLength: 100, unit: "grapheme" })
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })

const frames: { readonly [K in Frame["kind"]]: fc.Arbitrary<object> } = {
  hello: fc.record({
    minProtocol: fc.constant(1),
    maxProtocol: fc.integer({ min: 1, max: 255 }),
    epoch: fixed(16).map(toHex),
    actor,
    root: fixed(20),
    end,
    maxFrameBytes: size,
    windowBytes: size,
    maxPayloadBytes: size,
    scope: fc.oneof(fc.constant("all"), fc.constant(["a", "b"])),
    credentials: optional(bytes),
    write: optional(fc.constantFrom([], ["a"], ["a", "b/c/"])),
    grantId: optional(fixed(8))
  }),
  roots: fc.record({
    round: count,
    more: fc.boolean(),
    units: fc.array(fc.record({ collection: name, root: fixed(20), documents: optional(count) }), {
      maxLength: 5
    }),
    cursor: optional(fc.record({ position: count, hash: fixed(16), scanned: count })),
    partial: optional(fc.record({ id: fixed(16), have: count })),
    key: optional(fixed(16))
  }),
  compare: fc.constant({}),
  reconcile: fc.record({
    unit: count,
    level: fc.constantFrom(...levels),
    step: fc.constantFrom(...steps),
    message: bytes
  }),
  found: fc.constantFrom(...levels).chain(level =>
    entries.chain(told =>
      fc.record({
        unit: count,
        level: fc.constant(level),
        only: fc.array(fixed(level === "merkle" ? 32 : 8), { maxLength: 5 }),
        entries: fc.constant(told),
        forked: fc.subarray([...told.keys()]),
        last: fc.boolean()
      })
    )
  ),
  answered: fc.constant({}),
  want: fc.record({ entries }),
  commits: fc.record({ total: count, bytes, through: optional(end), scanned: optional(count) }),
  snapshot: fc.record({ document, id: fixed(16), total: count, offset: count, bytes }),
  chunk: fc.record({ bytes }),
  ack: fc.record({ payloads: count }),
  credit: fc.record({ bytes: count }),
  idle: fc.record({
    number: count,
    seen: count,
    round: count,
    sent: count,
    applied: count,
    ask: fc.boolean(),
    root: fixed(20),
    end
  }),
  ping: fc.constant({}),
  pong: fc.constant({}),
  reject: fc.record({ document, reason: text, message: text }),
  presence: fc.record({
    entries: fc.array(
      fc.record({
        peer: fixed(8).map(toHex),
        document,
        counter: count,
        seconds: fc.nat(255),
        withdrawn: fc.boolean(),
        state: optional(text)
      }),
      { maxLength: 5 }
    )
  }),
  ask: fc.record({ documents: fc.array(document, { maxLength: 5 }) }),
  standing: fc.record({
    entries: fc.array(optional(fc.record({ document, version, digest: fixed(32) })), { maxLength: 5 })
  }),
  expiring: fc.record({ inMs: count }),
  renew: fc.record({ credentials: optional(bytes) }),
  close: fc.record({
    reason: fc.constantFrom(...(Object.keys(closeReasonCodes) as CloseReason[])),
    message: text
  })
}

const anyFrame: fc.Arbitrary<Frame> = fc.oneof(
  ...Object.entries(frames).map(([kind, content]) =>
    content.map(fields => clean({ kind, ...fields }) as Frame)
  )
)

/** Without members that are undefined: the codec leaves them out. */
function clean(value: unknown): unknown {
  if (
    value instanceof Uint8Array ||
    value instanceof Version ||
    Array.isArray(value) ||
    typeof value !== "object" ||
    value === null
  )
    return Array.isArray(value) ? value.map(clean) : value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([key, member]) => [key, clean(member)])
  )
}

/** Versions compare by their bytes. */
function plain(frame: unknown): unknown {
  return JSON.parse(
    JSON.stringify(frame, (_, value: unknown) =>
      value instanceof Uint8Array ? toHex(value) : value instanceof Version ? toHex(value.encode(8)) : value
    )
  )
}

function outcome(message: Uint8Array): string {
  try {
    readFrame(message, limit)
    return "read"
  } catch (error) {
    return isSynclineError(error) ? "typed" : `untyped ${String(error)}`
  }
}

describe("frames", () => {
  it("[SY1] every frame comes back as it was, with its ordinal", () => {
    fc.assert(
      fc.property(anyFrame, fc.integer({ min: 1, max: 2 ** 45 }), (frame, ordinal) => {
        const read = readFrame(writeFrame(ordinal, frame), limit)
        expect(read.ordinal).toBe(ordinal)
        expect(plain(read.frame)).toEqual(plain(frame))
      })
    )
  })

  it("[SY2] random bytes are read or refused with a typed error", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), message => {
        expect(outcome(message)).not.toMatch(/untyped/)
      })
    )
  })

  it("[SY2] a frame with bytes changed, cut off or added is read or refused with a typed error", () => {
    const damage = fc.record({
      at: fc.nat(),
      value: fc.nat(255),
      cut: fc.nat(400),
      tail: fc.uint8Array({ maxLength: 8 })
    })
    fc.assert(
      fc.property(anyFrame, damage, (frame, { at, value, cut, tail }) => {
        const change = (written: Uint8Array) => {
          const message = Uint8Array.from([...written.subarray(0, cut), ...tail])
          if (message.length > 0) message[at % message.length] = value
          return message
        }
        expect(outcome(change(writeFrame(1, frame)))).not.toMatch(/untyped/)
        expect(outcome(forgedFrame(writeFrame(1, frame), change))).not.toMatch(/untyped/)
      }),
      { numRuns: 1000 }
    )
  })

  it("[SY3] a frame above the limit is refused before it is looked at", () => {
    const message = writeFrame(1, { kind: "chunk", bytes: new Uint8Array(100) })
    expect(() => readFrame(message, 50)).toThrowError(
      expect.objectContaining({ code: "frame-limit" }) as Error
    )
  })

  it("[SY4] an unknown type, and bytes after the end, are refused", () => {
    expect(() => readFrame(sealedFrame(Uint8Array.of(1, 200)), limit)).toThrow(/unknown frame type 200/)
    const longer = sealedFrame(Uint8Array.of(1, frameCodes.ping, 0))
    expect(() => readFrame(longer, limit)).toThrowError(
      expect.objectContaining({ code: "bytes-trailing" }) as Error
    )
  })

  it.each<[string, readonly number[]]>([
    ["twice", [1, 1]],
    ["out of order", [1, 0]],
    ["that is not told", [2]]
  ])("[SY76] a finding that names a forked document %s is refused", (_, forked) => {
    const told = ["a/1", "a/2"].map(id => ({ document: id as DocumentId, version: Version.empty }))
    const found = { kind: "found", unit: 0, level: "list", only: [], entries: told, last: true } as const
    expect(readFrame(writeFrame(1, { ...found, forked: [0, 1] }), limit).ordinal).toBe(1)
    expect(outcome(writeFrame(1, { ...found, forked }))).toBe("typed")
  })

  it("[SY76] a frame tells of 2,048 documents at most, asks for 4,096, and asks about 256", () => {
    const list = (length: number) =>
      Array.from({ length }, (_, i) => ({ document: `a/${i}` as DocumentId, version: Version.empty }))
    const found = (length: number) => {
      const rest = { unit: 0, level: "list", only: [], forked: [], last: true } as const
      return writeFrame(1, { kind: "found", entries: list(length), ...rest })
    }
    const want = (length: number) => writeFrame(1, { kind: "want", entries: list(length) })
    const ask = (length: number) =>
      writeFrame(1, { kind: "ask", documents: list(length).map(({ document }) => document) })
    expect([found(2048), want(4096), ask(256)].map(outcome)).toEqual(["read", "read", "read"])
    expect([found(2049), want(4097), ask(257)].map(outcome)).toEqual(["typed", "typed", "typed"])
  })

  it("[SY60] a frame of which up to three bits are turned over is refused", () => {
    const bits = fc.uniqueArray(fc.nat(), { minLength: 1, maxLength: 3 })
    fc.assert(
      fc.property(anyFrame, bits, (frame, places) => {
        const message = writeFrame(1, frame)
        const turned = new Set(places.map(place => place % (8 * message.length)))
        for (const bit of turned) message[bit >> 3] = (message[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        expect(() => readFrame(message, limit)).toThrowError(
          expect.objectContaining({ code: "codec-corrupt" }) as Error
        )
      })
    )
  })

  it("[SY5] versions that inflate to more than a frame are refused", () => {
    const many = Array.from({ length: 20_000 }, (_, i) => ({
      document: `aaaaaaaaaa/${i}` as DocumentId,
      version: Version.empty
    }))
    const message = writeFrame(1, { kind: "want", entries: many })
    expect(message.length).toBeLessThan(limit)
    expect(() => readFrame(message, limit)).toThrowError(
      expect.objectContaining({ code: "codec-limit" }) as Error
    )
  })
})
