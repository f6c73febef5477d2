import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { deltaToBytes } from "./delta.ts"
import { patch, patchToBytes } from "./patch.ts"
import { signatureToBytes } from "./signature.ts"

/** Two versions of one content. */
interface Versions {
  readonly old: Uint8Array
  readonly next: Uint8Array
}

/** Few different bytes make blocks that occur twice, and weak sums that collide. */
const content = fc.oneof(
  fc.uint8Array({ maxLength: 3000, size: "max" }),
  fc.uint8Array({ maxLength: 3000, size: "max", max: 1 }),
  fc
    .tuple(fc.uint8Array({ minLength: 1, maxLength: 70 }), fc.nat(40))
    .map(([part, times]) => repeated(part, times))
)

/** Replaces what lies between two places, given as shares. */
const edit = fc.tuple(
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.uint8Array({ maxLength: 100 })
)

/** Mostly related: the new version is the old one with a few edits, or with parts of it moved. */
const versions: fc.Arbitrary<Versions> = fc.oneof(
  fc.record({ old: content, next: content }),
  fc
    .tuple(content, fc.array(edit, { maxLength: 4 }))
    .map(([old, edits]) => ({ old, next: edits.reduce(edited, old) })),
  fc
    .tuple(content, fc.double({ min: 0, max: 1, noNaN: true }))
    .map(([old, share]) => ({ old, next: rotated(old, share) }))
)

function edited(bytes: Uint8Array, [from, to, insert]: readonly [number, number, Uint8Array]): Uint8Array {
  const at = Math.floor(from * bytes.length)
  const end = at + Math.floor(to * to * (bytes.length - at))
  return Uint8Array.from([...bytes.subarray(0, at), ...insert, ...bytes.subarray(end)])
}

function rotated(bytes: Uint8Array, share: number): Uint8Array {
  const at = Math.floor(share * bytes.length)
  return Uint8Array.from([...bytes.subarray(at), ...bytes.subarray(0, at)])
}

function repeated(part: Uint8Array, times: number): Uint8Array {
  return Uint8Array.from({ length: part.length * times }, (_, i) => part[i % part.length] ?? 0)
}

/** Where to cut, as shares of the length. */
const cutsOf: fc.Arbitrary<readonly number[]> = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
  maxLength: 6
})

/** `bytes` as a stream of pieces cut there; some may be empty. */
function piecesAt(bytes: Uint8Array, cuts: readonly number[]): ReadableStream<Uint8Array> {
  const places = [0, ...cuts.map(share => Math.floor(share * bytes.length)), bytes.length].sort(
    (a, b) => a - b
  )
  return new ReadableStream({
    start(controller) {
      places.slice(1).forEach((end, i) => controller.enqueue(bytes.slice(places[i] ?? 0, end)))
      controller.close()
    }
  })
}

const key = fc.uint8Array({ minLength: 32, maxLength: 32 })
const options = fc.record(
  {
    key,
    blockBytes: fc.integer({ min: 16, max: 300 }),
    strongBytes: fc.integer({ min: 4, max: 32 }),
    accept: fc.subarray(["deflate", "brotli"] as const)
  },
  { requiredKeys: ["blockBytes", "strongBytes"] }
)

describe("signature, delta, patch", () => {
  it("[RS1] patch makes the new version", async () => {
    await fc.assert(
      fc.asyncProperty(versions, options, async ({ old, next }, chosen) => {
        const delta = await deltaToBytes(await signatureToBytes(old, chosen), next)
        expect(await patchToBytes(old, delta)).toEqual(next)
      })
    )
  })

  it("[RS1] so it does with what lengths decide, and a file as the old version", async () => {
    await fc.assert(
      fc.asyncProperty(versions, async ({ old, next }) => {
        const delta = await deltaToBytes(await signatureToBytes(old), next)
        const read = (offset: number, length: number) => Promise.resolve(old.slice(offset, offset + length))
        expect(await patchToBytes({ length: old.length, read }, delta)).toEqual(next)
      })
    )
  })

  it("[RS5] a last block is told from other bytes by its weak sum, too", async () => {
    // Their strong sums agree in the two bytes that so short a content gets.
    const [old, next] = [Uint8Array.of(28, 28, 28), Uint8Array.of(126, 46, 226)]
    const delta = await deltaToBytes(await signatureToBytes(old), next)
    expect(await patchToBytes(old, delta)).toEqual(next)
  })

  it("[RS2] how streams are cut changes nothing", async () => {
    await fc.assert(
      fc.asyncProperty(versions, options, cutsOf, cutsOf, async ({ old, next }, chosen, some, others) => {
        const signature = await signatureToBytes(old, chosen)
        expect(await signatureToBytes(piecesAt(old, some), { ...chosen, length: old.length })).toEqual(
          signature
        )
        const delta = await deltaToBytes(signature, next)
        expect(await deltaToBytes(piecesAt(signature, others), piecesAt(next, some))).toEqual(delta)
        expect(await patchToBytes(old, piecesAt(delta, others))).toEqual(next)
      })
    )
  })

  it("[RS6] an insertion costs itself and less than two blocks", async () => {
    const text = fc.uint8Array({ minLength: 1, maxLength: 2000, size: "max" })
    await fc.assert(
      fc.asyncProperty(text, fc.nat(), fc.uint8Array({ maxLength: 50 }), async (old, place, inserted) => {
        const at = place % (old.length + 1)
        const next = Uint8Array.from([...old.subarray(0, at), ...inserted, ...old.subarray(at)])
        const delta = await deltaToBytes(await signatureToBytes(old, { blockBytes: 32, accept: [] }), next)
        // Head, end and the numbers of at most a few runs take what is added.
        expect(delta.length).toBeLessThan(inserted.length + 2 * 32 + 100)
      })
    )
  })

  it("[RS7] a damaged delta gives the right content or an error, never other content", async () => {
    const damage = fc.record({ at: fc.nat(), bit: fc.nat(7), cut: fc.boolean() })
    await fc.assert(
      fc.asyncProperty(versions, options, damage, async ({ old, next }, chosen, { at, bit, cut }) => {
        const delta = await deltaToBytes(await signatureToBytes(old, chosen), next)
        const place = at % delta.length
        const damaged = cut ? delta.slice(0, place) : delta.with(place, (delta[place] ?? 0) ^ (1 << bit))
        await expect(patchToBytes(old, damaged)).rejects.toMatchObject({
          code: expect.stringMatching(/^rsync-(delta-invalid|mismatch)$/)
        })
      })
    )
  })

  it("[RS7] content is complete only once it was verified", async () => {
    await fc.assert(
      fc.asyncProperty(versions, async ({ old, next }) => {
        const delta = await deltaToBytes(await signatureToBytes(old), next)
        const pieces = patch(old, delta.with(delta.length - 1, (delta.at(-1) ?? 0) ^ 1))
        const came: number[] = []
        const all = async () => {
          for await (const piece of pieces) came.push(piece.length)
        }
        await expect(all()).rejects.toMatchObject({ code: "rsync-mismatch" })
        expect(came).toEqual([])
      })
    )
  })

  it("[RS7] an old version that changed after its signature is noticed", async () => {
    await fc.assert(
      fc.asyncProperty(versions, options, fc.nat(), async ({ old }, chosen, at) => {
        fc.pre(old.length > 0)
        const delta = await deltaToBytes(await signatureToBytes(old, chosen), old)
        const place = at % old.length
        const changed = old.with(place, (old[place] ?? 0) ^ 1)
        await expect(patchToBytes(changed, delta)).rejects.toMatchObject({ code: "rsync-mismatch" })
      })
    )
  })

  it("[RS8] a damaged signature is refused", async () => {
    await fc.assert(
      fc.asyncProperty(versions, options, fc.nat(), fc.nat(7), async ({ old, next }, chosen, at, bit) => {
        const signature = await signatureToBytes(old, chosen)
        const place = at % signature.length
        const damaged = signature.with(place, (signature[place] ?? 0) ^ (1 << bit))
        await expect(deltaToBytes(damaged, next)).rejects.toMatchObject({ code: "rsync-signature-invalid" })
        await expect(deltaToBytes(signature.slice(0, place), next)).rejects.toMatchObject({
          code: "rsync-signature-invalid"
        })
      })
    )
  })
})
