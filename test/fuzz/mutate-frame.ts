import { Version } from "../../packages/core/src/commit/version.ts"
import type { Frame } from "../../packages/core/src/sync/frame.ts"
import { forgedFrame } from "../../packages/core/src/testing/forged-frame.ts"
import type { FuzzRandom } from "./fuzz-target.ts"

const numbers = [0, 1, 2, 127, 128, 4096, 2 ** 20, 2 ** 31, 2 ** 32, 2 ** 40, Number.MAX_SAFE_INTEGER]
const names = [
  "",
  "__proto__",
  "constructor",
  "notes/1",
  "notes",
  "c0/d0",
  "a/b/c",
  "\u{1F600}",
  "x".repeat(600)
]

/** A frame of the same kind in which one to three things say something else. It may be none that can be written. */
export function mutateFrame(frame: Frame, random: FuzzRandom): Frame {
  let mutated: unknown = frame
  for (let edits = 1 + random.below(3); edits > 0; edits--) mutated = mutate(mutated, random)
  return { ...(mutated as object), kind: frame.kind } as Frame
}

/** The bytes of a frame, damaged: mostly as a liar does it, whose checksums are right, now and then as a bad line does. */
export function mangleMessage(message: Uint8Array, random: FuzzRandom): Uint8Array {
  if (random.below(8) === 0) return random.mangle(message)
  return forgedFrame(message, bytes => random.mangle(bytes))
}

/** Goes down to one member at random, the deeper ones included, and changes it. */
function mutate(value: unknown, random: FuzzRandom): unknown {
  if (value instanceof Uint8Array) return random.mangle(value)
  if (value instanceof Version) return random.below(2) === 0 ? Version.empty : versionLike(value, random)
  if (Array.isArray(value)) return mutateList(value, random)
  switch (typeof value) {
    case "number":
      return random.below(2) === 0 ? value + random.below(3) - 1 : numbers[random.below(numbers.length)]
    case "string":
      return random.below(2) === 0 ? `${value}${random.below(10)}` : names[random.below(names.length)]
    case "boolean":
      return !value
    case "object":
      return value === null ? value : mutateMember(value as Readonly<Record<string, unknown>>, random)
    default:
      return value
  }
}

function mutateMember(value: Readonly<Record<string, unknown>>, random: FuzzRandom): unknown {
  const keys = Object.keys(value).filter(key => key !== "kind")
  const key = keys[random.below(keys.length)]
  if (key === undefined) return value
  if (random.below(12) === 0)
    return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key))
  return { ...value, [key]: mutate(value[key], random) }
}

function mutateList(list: readonly unknown[], random: FuzzRandom): unknown[] {
  const at = random.below(list.length)
  const item = list[at]
  switch (random.below(5)) {
    case 0:
      return list.toSpliced(at, 1)
    case 1:
      return [...list, ...list.slice(at, at + 1)]
    case 2:
      return Array.from({ length: random.below(2000) }, () => item)
    case 3:
      return list.toReversed()
    default:
      return item === undefined ? [...list] : list.with(at, mutate(item, random))
  }
}

function versionLike({ entries }: Version, random: FuzzRandom): Version {
  const changed = entries.map(({ actor, seq, hash }) => ({
    actor,
    seq: Math.max(1, seq + random.below(5) - 2),
    hash: random.below(4) === 0 ? random.bytes(hash.length) : hash
  }))
  return Version.from(random.below(3) === 0 ? changed.slice(1) : changed)
}
