import { isDeepStrictEqual } from "node:util"
import { isSynclineError } from "@syncline/clock"
import {
  type PackOptions,
  packChange,
  pack,
  packPatch,
  unpack,
  unpackChange,
  unpackPatch
} from "@syncline/diff/codec"
import type { ExtendedOperation } from "@syncline/diff/json"
import { fuzzRandom } from "./fuzz-random.ts"
import type { FuzzOutcome, FuzzRandom, FuzzTarget } from "./fuzz-target.ts"

// Small enough that an input that gets past them would be noticed by its time.
const limits = { maxBytes: 1 << 20, maxRatio: 200, maxValues: 10_000 }
const documented = /^(?:codec|compression|bytes|binary|json)-/

/** Packed values, patches and changes. */
export const codecTargets: readonly FuzzTarget[] = [
  {
    name: "codec/unpack",
    run: async random => {
      const value = randomValue(random, 4)
      const valid = await pack(value, randomEnvelope(random))
      return outcome(random.mangle(valid), async input => {
        const back = await unpack(input, limits)
        await mustEqual(back, async () => unpack(await pack(back, { accept: [] })))
      })
    }
  },
  {
    name: "codec/unpackPatch",
    run: async random => {
      const patch = Array.from({ length: random.below(6) }, () => randomOperation(random))
      const valid = await packPatch(patch, randomEnvelope(random))
      return outcome(random.mangle(valid), async input => {
        const back = await unpackPatch(input, limits)
        if (back.some(isRefused)) return
        await mustEqual(back, async () => unpackPatch(await packPatch(back, { accept: [] })))
      })
    }
  },
  {
    name: "codec/unpackChange",
    run: async random => {
      const { before, after, bytes } = await knownChange(random.below(KNOWN_CHANGES))
      return outcome(random.mangle(bytes), async input => {
        // Every change carries a check, so what is accepted is what was packed.
        await mustEqual(after, () => unpackChange(before, input, limits))
      })
    }
  }
]

interface KnownChange {
  readonly before: unknown
  readonly after: unknown
  readonly bytes: Uint8Array
}

// Packing a change costs a hundred times what reading a damaged one does, so each is packed once.
const KNOWN_CHANGES = 1000
const knownChanges = new Map<number, Promise<KnownChange>>()

function knownChange(seed: number): Promise<KnownChange> {
  const known = knownChanges.get(seed) ?? randomChange(fuzzRandom(seed))
  knownChanges.set(seed, known)
  return known
}

async function randomChange(random: FuzzRandom): Promise<KnownChange> {
  const before = { list: Array.from({ length: 8 }, () => randomValue(random, 2)), id: randomText(random) }
  const after = { ...before, list: before.list.toSpliced(random.below(8), 2, randomValue(random, 3)) }
  const { accept = [] } = randomEnvelope(random)
  const deltas = random.below(2) === 0 ? [] : (["delta", "mixing"] as const)
  const level = random.below(4) === 0 ? "small" : "fast"
  return { before, after, bytes: await packChange(before, after, { accept: [...accept, ...deltas], level }) }
}

/** Decodes, and turns the errors that are documented into an outcome. The input must stay as it was. */
async function outcome(
  input: Uint8Array,
  decode: (input: Uint8Array) => Promise<void>
): Promise<FuzzOutcome> {
  const before = input.slice()
  const result = await decode(input).then(
    () => "accepted" as const,
    (error: unknown) => {
      if (!isSynclineError(error) || !documented.test(error.code)) throw error
      return "refused" as const
    }
  )
  if (!isDeepStrictEqual(input, before)) throw new Error("a decoder changed its input")
  return result
}

async function mustEqual(value: unknown, again: () => Promise<unknown>): Promise<void> {
  if (!isDeepStrictEqual(await again(), value)) throw new Error("what was accepted does not survive packing")
}

/** What bytes can say and `applyPatch` would refuse by its form alone; packing refuses it too. */
function isRefused(operation: ExtendedOperation): boolean {
  if (operation.op === "remove") return operation.path === ""
  if (operation.op === "move") return operation.path.startsWith(`${operation.from}/`)
  return "value" in operation && operation.value === undefined
}

/** Mostly uncompressed, where damage reaches the decoders and is not found by the decompressor. */
function randomEnvelope(random: FuzzRandom): PackOptions {
  const methods = [[], [], [], [], [], ["deflate"], ["brotli"], ["zstd"]] as const
  return { accept: methods[random.below(methods.length)] ?? [] }
}

function randomOperation(random: FuzzRandom): ExtendedOperation {
  const path = randomPath(random)
  switch (random.below(5)) {
    case 0:
      return { op: "remove", path }
    case 1:
      return { op: "copy", from: randomPath(random), path }
    case 2:
      return {
        op: "splice",
        path,
        splices: [{ index: random.below(9), remove: 1, insert: randomText(random) }]
      }
    default:
      return { op: "replace", path, value: randomValue(random, 3) ?? null }
  }
}

function randomPath(random: FuzzRandom): string {
  const tokens = Array.from({ length: 1 + random.below(4) }, () =>
    random.below(2) === 0 ? String(random.below(40)) : randomText(random).replaceAll(/[~/]/g, "")
  )
  return `/${tokens.join("/")}`
}

function randomValue(random: FuzzRandom, depth: number): unknown {
  const below = () => randomValue(random, depth - 1)
  const many = <T>(make: () => T): T[] => Array.from({ length: random.below(5) }, make)
  switch (random.below(depth > 0 ? 14 : 9)) {
    case 0:
      return null
    case 1:
      return random.below(2) === 0
    case 2:
      return random.below(1000) - 500
    case 3:
      return random.below(100_000) / 100
    case 4:
      return [-0, Number.NaN, 2 ** 60, undefined, -(10n ** 20n), new Date(5), 1e-300][random.below(7)]
    case 5:
      return random.bytes(random.below(20))
    case 6:
    case 7:
    case 8:
      return randomText(random)
    case 9:
      return new Map(many(() => [randomText(random), below()]))
    case 10:
      return new Set(many(below))
    case 11:
    case 12:
      return many(below)
    default:
      return Object.fromEntries(many(() => [randomText(random), below()]))
  }
}

function randomText(random: FuzzRandom): string {
  const texts = ["a", "id", "title", "__proto__", "", "\0z", "\ufeff", "\ud800", "é", "😀", "constructor"]
  const text = texts[random.below(texts.length)] ?? ""
  return random.below(4) === 0 ? text + text.repeat(random.below(40)) : text
}
