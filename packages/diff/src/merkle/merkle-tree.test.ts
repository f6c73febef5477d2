import { sha256 } from "@noble/hashes/sha2.js"
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js"
import { describe, expect, it } from "vitest"
import { beginDescent, type MerkleDescent, stepDescent } from "./descent.ts"
import { proveKey, verifyProof } from "./merkle-proof.ts"
import { type MerkleReport, reportNodes } from "./merkle-report.ts"
import { MerkleTree } from "./merkle-tree.ts"

function hashed(text: string): Uint8Array {
  return sha256(new TextEncoder().encode(text))
}

/** A tree of entries `0` to `count - 1`. */
function treeOfCount(count: number): MerkleTree {
  const tree = new MerkleTree(sha256)
  for (let i = 0; i < count; i++) tree.set(hashed(`key ${i}`), hashed(`digest ${i}`))
  return tree
}

/** Runs a descent to its end; how many nodes it took, how many keys it found. */
function compare(mine: MerkleTree, theirs: MerkleTree): { visited: number; found: number } {
  let found = 0
  let descent = beginDescent({ maxNodes: 100_000 })
  while (descent.ask.length > 0) {
    const step = stepDescent(mine, descent, reportNodes(theirs, descent.ask))
    found += step.differences.length
    descent = step.descent
  }
  return { visited: descent.visited, found }
}

/** A descent that has come to a prefix. */
function descentAt(prefix: string): MerkleDescent {
  return { ...beginDescent({ maxNodes: 100 }), ask: [prefix] }
}

describe("MerkleTree", () => {
  // Computed by another program, in another language, from the definition; to change these is to break every peer.
  it.each([
    [0, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"],
    [1, "b90107d4b0a56688c1c14f407cfda5d6bc37ebc59015841e393ba2c978e6168f"],
    [16, "400c0b70f34b1756ab16af407c6a28ed16744c06acdfa5ba0a0de1827137730f"],
    [17, "beda608dcf4e48f4c8acce680735a59d365f5fb4eae4dd994d17ac31dbd61161"],
    [1000, "e6f357471240ceb359f4ca759b33759eda9451131cd7524258fa1f9c2389318f"]
  ])("[MT1] the root of %i entries is pinned", (count, root) => {
    expect(bytesToHex(treeOfCount(count).root())).toBe(root)
  })

  it.each([16, 17, 18, 19, 32])(
    "[MT1] a bucket of keys of %i bytes hashes as the definition says",
    keyBytes => {
      const tree = new MerkleTree(sha256, { keyBytes })
      const entries = [1, 2, 3].map(n => [new Uint8Array(keyBytes).fill(n), hashed(`digest ${n}`)] as const)
      for (const [key, digest] of entries) tree.set(key, digest)
      expect(tree.root()).toEqual(
        sha256(Uint8Array.of(1, ...entries.flatMap(([key, digest]) => [...key, ...digest])))
      )
    }
  )

  it("[MT6] hashes nothing twice: 100 changes among 20,000 take 100 paths", () => {
    let calls = 0
    const tree = new MerkleTree(bytes => {
      calls++
      return sha256(bytes)
    })
    for (let i = 0; i < 20_000; i++) tree.set(hashed(`key ${i}`), hashed("old"))
    tree.root()
    calls = 0
    for (let i = 0; i < 100; i++) tree.set(hashed(`key ${i}`), hashed("new"))
    expect(calls).toBe(0)
    tree.root()
    // A bucket and three or four branches lie on a path of a tree this size.
    expect(calls).toBeLessThanOrEqual(100 * 5)
    calls = 0
    tree.root()
    expect(calls).toBe(0)
  })

  it("[MT7] stays below 200 bytes an entry, also right after growing", () => {
    for (const count of [1_000, 4_000, 17_000, 30_000]) {
      expect(treeOfCount(count).byteLength / count).toBeLessThan(200)
    }
  })

  it("[MT7] reuses what was removed", () => {
    const tree = treeOfCount(1_000)
    const { byteLength } = tree
    for (let round = 0; round < 5; round++) {
      for (let i = 0; i < 1_000; i++) tree.delete(hashed(`key ${i}`))
      for (let i = 0; i < 1_000; i++) tree.set(hashed(`key ${i}`), hashed(`digest ${i}`))
    }
    expect(tree.byteLength).toBe(byteLength)
    expect(tree.root()).toEqual(treeOfCount(1_000).root())
  })

  it("[MT8] gives out copies", () => {
    const tree = treeOfCount(20)
    const root = bytesToHex(tree.root())
    tree.root().fill(0)
    tree.get(hashed("key 1"))?.fill(0)
    for (const { key, digest } of tree.entries()) key.set(digest.fill(0))
    tree.childHashes("").fill(0)
    expect(bytesToHex(tree.root())).toBe(root)
    expect(bytesToHex(treeOfCount(20).root())).toBe(root)
  })

  it("[MT8] a hash function may give the same Buffer each time", () => {
    const buffer = Buffer.alloc(32)
    const reusing = (bytes: Uint8Array): Uint8Array => buffer.fill(sha256(bytes))
    const tree = new MerkleTree(reusing)
    for (let i = 0; i < 40; i++) tree.set(hashed(`key ${i}`), hashed(`digest ${i}`))
    const root = tree.root()
    const proof = proveKey(tree, hashed("key 1"))
    expect(verifyProof(root, hashed("key 1"), proof, reusing).status).toBe("member")
    new MerkleTree(reusing).root()
    expect(root).toEqual(treeOfCount(40).root())
  })

  it.each([
    ["short key", () => new MerkleTree(sha256).set(new Uint8Array(31), new Uint8Array(32))],
    ["short digest", () => new MerkleTree(sha256).set(new Uint8Array(32), new Uint8Array(31))],
    ["key of another tree", () => new MerkleTree(sha256, { keyBytes: 16 }).get(new Uint8Array(32))],
    ["key length out of range", () => new MerkleTree(sha256, { keyBytes: 8 })],
    ["hash function", () => new MerkleTree(bytes => bytes)],
    ["upper-case prefix", () => new MerkleTree(sha256).node("AB")],
    ["prefix longer than a key", () => new MerkleTree(sha256, { keyBytes: 16 }).node("0".repeat(33))]
  ])("[MT9] refuses a wrong %s", (_, act) => {
    expect(act).toThrow(expect.objectContaining({ code: "merkle-key-invalid" }))
  })
})

it.each([
  ["key", () => treeOfCount(0).set("0".repeat(32) as unknown as Uint8Array, hashed("d"))],
  ["digest", () => treeOfCount(0).set(hashed("a"), "0".repeat(32) as unknown as Uint8Array)],
  ["key asked for", () => treeOfCount(0).get([...hashed("a")] as unknown as Uint8Array)]
])("[MT9] refuses a %s that is no bytes", (_, act) => {
  expect(act).toThrow(expect.objectContaining({ code: "merkle-key-invalid" }))
})

describe("stepDescent", () => {
  it("[MD2] one difference among 20,000 costs a path", () => {
    const [mine, theirs] = [treeOfCount(20_000), treeOfCount(20_000)]
    mine.delete(hashed("key 77"))
    expect(compare(mine, theirs)).toEqual({ visited: 4, found: 1 })
  })

  it("[MD2] d differences cost at most d paths", () => {
    const [mine, theirs] = [treeOfCount(20_000), treeOfCount(20_000)]
    for (let i = 0; i < 50; i++) mine.set(hashed(`key ${i}`), hashed("changed"))
    const { visited, found } = compare(mine, theirs)
    expect(found).toBe(50)
    expect(visited).toBeLessThanOrEqual(50 * 4 + 1)
  })

  it("[MD3] asks for no more at once than allowed", () => {
    const [mine, theirs] = [treeOfCount(0), treeOfCount(5_000)]
    let descent = beginDescent({ maxNodes: 100_000, maxAsked: 7 })
    while (descent.ask.length > 0) {
      expect(descent.ask.length).toBeLessThanOrEqual(7)
      descent = stepDescent(mine, descent, reportNodes(theirs, descent.ask)).descent
    }
  })

  it("[MD1] finds all of a large set when the peer has nothing", () => {
    const tree = new MerkleTree(sha256)
    const key = new Uint8Array(32)
    for (let i = 0; i < 200_000; i++) {
      new DataView(key.buffer).setUint32(0, Math.imul(i, 0x9e3779b1))
      tree.set(key, key)
    }
    expect(compare(tree, new MerkleTree(sha256)).found).toBe(200_000)
  })

  it.each([
    { maxNodes: Number.NaN },
    { maxNodes: undefined },
    { maxNodes: 9, maxAsked: 0 },
    { maxNodes: 9, maxAsked: Number.NaN }
  ])("[MD4] [MD3] refuses what is no limit: %o", limits => {
    const begin = () => beginDescent(limits as { maxNodes: number })
    expect(begin).toThrow(expect.objectContaining({ code: "argument-invalid" }))
  })

  it("[MD3] a limit that is there and undefined is the default", () => {
    const limits = { maxNodes: 2000, maxAsked: undefined } as object as { maxNodes: number }
    const asked = stepDescent(treeOfCount(0), beginDescent(limits), reportNodes(treeOfCount(9000), [""]))
    const next = stepDescent(treeOfCount(0), asked.descent, reportNodes(treeOfCount(9000), asked.descent.ask))
    expect(next.descent.ask.length).toBe(64)
  })

  it("[MD4] ends with an error past its limit of nodes", () => {
    const [mine, theirs] = [treeOfCount(0), treeOfCount(5_000)]
    const run = () => {
      let descent = beginDescent({ maxNodes: 100 })
      while (descent.ask.length > 0)
        descent = stepDescent(mine, descent, reportNodes(theirs, descent.ask)).descent
    }
    expect(run).toThrow(expect.objectContaining({ code: "merkle-limit" }))
  })

  const one = { key: hashed("a"), digest: hashed("d") }
  const [low, high] = [hexToBytes("10".repeat(32)), hexToBytes("20".repeat(32))]
  const lies: readonly (readonly [string, readonly MerkleReport[]])[] = [
    ["nothing", []],
    ["another prefix", [{ prefix: "a", node: { kind: "empty" } }]],
    [
      "more than asked for",
      [
        { prefix: "", node: { kind: "empty" } },
        { prefix: "0", node: { kind: "empty" } }
      ]
    ],
    ["half a branch", [{ prefix: "", node: { kind: "inner", hashes: new Uint8Array(256) } }]],
    ["an empty bucket", [{ prefix: "", node: { kind: "bucket", entries: [] } }]],
    [
      "a bucket of 17",
      [{ prefix: "", node: { kind: "bucket", entries: Array.from({ length: 17 }, () => one) } }]
    ],
    ["a key twice", [{ prefix: "", node: { kind: "bucket", entries: [one, one] } }]],
    [
      "keys out of order",
      [
        {
          prefix: "",
          node: {
            kind: "bucket",
            entries: [
              { ...one, key: high },
              { ...one, key: low }
            ]
          }
        }
      ]
    ],
    [
      "a short key",
      [{ prefix: "", node: { kind: "bucket", entries: [{ ...one, key: new Uint8Array(16) }] } }]
    ],
    [
      "a long digest",
      [{ prefix: "", node: { kind: "bucket", entries: [{ ...one, digest: new Uint8Array(33) }] } }]
    ]
  ]

  it.each(lies)("[MD5] refuses a peer that reports %s", (_, reports) => {
    const step = () => stepDescent(treeOfCount(3), beginDescent({ maxNodes: 100 }), reports)
    expect(step).toThrow(expect.objectContaining({ code: "merkle-report-invalid" }))
  })

  it.each([
    undefined,
    { kind: "leaf" },
    { kind: "inner", hashes: "0".repeat(512) },
    { kind: "bucket", entries: [null] },
    { kind: "bucket", entries: [{ ...one, key: "0".repeat(32) }] }
  ])("[MD5] refuses what is no node (case %#)", node => {
    const reports = [{ prefix: "", node } as unknown as MerkleReport]
    const step = () => stepDescent(treeOfCount(3), beginDescent({ maxNodes: 100 }), reports)
    expect(step).toThrow(expect.objectContaining({ code: "merkle-report-invalid" }))
  })

  it("[MD5] refuses a key from elsewhere and a branch below a whole key", () => {
    const elsewhere: MerkleReport = { prefix: "2", node: { kind: "bucket", entries: [{ ...one, key: low }] } }
    const below: MerkleReport = {
      prefix: "1".repeat(64),
      node: { kind: "inner", hashes: new Uint8Array(512) }
    }
    for (const report of [elsewhere, below]) {
      const step = () => stepDescent(treeOfCount(3), descentAt(report.prefix), [report])
      expect(step).toThrow(expect.objectContaining({ code: "merkle-report-invalid" }))
    }
  })
})
