import { sha256 } from "@noble/hashes/sha2.js"
import { bytesToHex, concatBytes, hexToBytes } from "@noble/hashes/utils.js"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { beginDescent, type MerkleDescent, stepDescent } from "./descent.ts"
import type { MerkleDifference } from "./different-entries.ts"
import { reportNodes } from "./merkle-report.ts"
import { MerkleTree } from "./merkle-tree.ts"

/** A set as plain data: hexadecimal digests by hexadecimal key. */
type Model = ReadonlyMap<string, string>

const KEY_BYTES = 16

/** Few keys, so that changes hit them again, under fewer prefixes, so that small sets split and collapse deep down. */
const key = fc
  .tuple(fc.constantFrom("", "a", "ab0", "ab000000", "ab0000000000000000000000000000"), fc.nat(60))
  .map(([prefix, n]) => (prefix + bytesToHex(sha256(Uint8Array.of(n >> 8, n & 255)))).slice(0, 2 * KEY_BYTES))
const digest = fc.nat(3).map(n => bytesToHex(sha256(Uint8Array.of(n))))
const model = fc
  .array(fc.tuple(key, digest), { maxLength: 150, size: "max" })
  .map(entries => new Map(entries))
const change = fc.record({ key, digest: fc.option(digest, { nil: undefined }) })

function treeOf(entries: Iterable<readonly [string, string]>): MerkleTree {
  const tree = new MerkleTree(sha256, { keyBytes: KEY_BYTES })
  for (const [k, d] of entries) tree.set(hexToBytes(k), hexToBytes(d))
  return tree
}

interface Change {
  readonly key: string
  /** Nothing: the key goes. */
  readonly digest: string | undefined
}

/** Whether anything changed. */
function applyToTree(tree: MerkleTree, { key: k, digest: d }: Change): boolean {
  return d === undefined ? tree.delete(hexToBytes(k)) : tree.set(hexToBytes(k), hexToBytes(d))
}

/** The same on plain data. */
function applyToModel(entries: Map<string, string>, { key: k, digest: d }: Change): boolean {
  if (d === undefined) return entries.delete(k)
  const known = entries.get(k)
  entries.set(k, d)
  return known !== d
}

/** SPEC's definition, word by word. */
function rootOf(entries: readonly (readonly [string, string])[], prefix = ""): Uint8Array {
  const below = entries.filter(([k]) => k.startsWith(prefix)).toSorted(([a], [b]) => (a < b ? -1 : 1))
  if (below.length === 0) return sha256(Uint8Array.of(0))
  if (below.length <= 16) return sha256(concatBytes(Uint8Array.of(1), ...below.flat().map(hexToBytes)))
  const children = Array.from("0123456789abcdef").map(digit => rootOf(below, prefix + digit))
  return sha256(concatBytes(Uint8Array.of(2), ...children))
}

function descend(mine: MerkleTree, theirs: MerkleTree): { found: MerkleDifference[]; end: MerkleDescent } {
  const found: MerkleDifference[] = []
  let descent = beginDescent({ maxNodes: 10_000, maxAsked: 5 })
  while (descent.ask.length > 0) {
    const step = stepDescent(mine, descent, reportNodes(theirs, descent.ask))
    found.push(...step.differences)
    descent = step.descent
  }
  return { found, end: descent }
}

/** Lines `key mine theirs`, sorted. */
function differences(mine: Model, theirs: Model): string[] {
  const keys = new Set([...mine.keys(), ...theirs.keys()])
  return [...keys]
    .filter(k => mine.get(k) !== theirs.get(k))
    .map(k => `${k} ${mine.get(k)} ${theirs.get(k)}`)
    .sort()
}

function hex(bytes: Uint8Array | undefined): string | undefined {
  return bytes && bytesToHex(bytes)
}

describe("MerkleTree", () => {
  it("[MT1] the root is the one the definition gives for the set", () => {
    fc.assert(
      fc.property(model, set => hex(treeOf(set).root()) === hex(rootOf([...set]))),
      { numRuns: 200 }
    )
  })

  it("[MT2] the root does not depend on history", () => {
    fc.assert(
      fc.property(model, fc.array(change, { maxLength: 200, size: "max" }), (set, changes) => {
        const [tree, expected] = [treeOf(set), new Map(set)]
        for (const each of changes) {
          expect(applyToTree(tree, each)).toBe(applyToModel(expected, each))
          // Asking in between leaves hashes to go stale.
          if (each.key.endsWith("0")) tree.root()
        }
        expect(hex(tree.root())).toBe(hex(rootOf([...expected])))
        expect(tree.size).toBe(expected.size)
      }),
      { numRuns: 200 }
    )
  })

  it("[MT3] every single change changes the root, and undoing it brings it back", () => {
    fc.assert(
      fc.property(model, change, (set, each) => {
        const tree = treeOf(set)
        const root = hex(tree.root())
        const changed = applyToTree(tree, each)
        expect(hex(tree.root()) !== root).toBe(changed)
        applyToTree(tree, { key: each.key, digest: set.get(each.key) })
        expect(hex(tree.root())).toBe(root)
      })
    )
  })

  it("[MT4] lists and finds the entries of the set, in order", () => {
    fc.assert(
      fc.property(model, key, fc.nat(2 * KEY_BYTES), (set, k, length) => {
        const tree = treeOf(set)
        const prefix = k.slice(0, length)
        const listed = Array.from(tree.entries(prefix), entry => `${hex(entry.key)} ${hex(entry.digest)}`)
        const expected = [...set].filter(([other]) => other.startsWith(prefix)).map(entry => entry.join(" "))
        expect(listed).toEqual(expected.sort())
        expect(hex(tree.get(hexToBytes(k)))).toBe(set.get(k))
      })
    )
  })

  it("[MT5] a node is a function of the entries under its prefix", () => {
    fc.assert(
      fc.property(model, key, fc.nat(2 * KEY_BYTES - 1), (set, k, length) => {
        const prefix = k.slice(0, length)
        const under = [...set].filter(([other]) => other.startsWith(prefix))
        const [whole, part] = [treeOf(set), treeOf(under)]
        expect(whole.node(prefix)).toEqual(part.node(prefix))
        const children = Array.from("0123456789abcdef").map(digit => rootOf([...set], prefix + digit))
        expect(hex(whole.childHashes(prefix))).toBe(hex(concatBytes(...children)))
      }),
      { numRuns: 200 }
    )
  })
})

describe("stepDescent", () => {
  it("[MD1] finds exactly the differences, each once", () => {
    fc.assert(
      fc.property(
        model,
        fc.array(change, { maxLength: 40, size: "max" }),
        model,
        fc.boolean(),
        (set, changes, other, related) => {
          const mine = new Map(set)
          const theirs = related ? new Map(set) : other
          for (const each of changes) applyToModel(mine, each)
          const { found } = descend(treeOf(mine), treeOf(theirs))
          const lines = found.map(d => `${hex(d.key)} ${hex(d.mine)} ${hex(d.theirs)}`)
          expect(lines.sort()).toEqual(differences(mine, theirs))
        }
      ),
      { numRuns: 300 }
    )
  })

  it("[MD2] visits no node below one that is equal", () => {
    fc.assert(
      fc.property(model, key, digest, (set, k, d) => {
        const changed = new Map(set).set(k, d)
        const { end } = descend(treeOf(set), treeOf(changed))
        // The root, and one node a level on the single path that differs.
        expect(end.visited).toBeLessThanOrEqual(1 + 2 * KEY_BYTES)
        expect(end.waiting).toEqual([])
      })
    )
  })
})
