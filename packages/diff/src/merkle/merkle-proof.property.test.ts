import { sha256 } from "@noble/hashes/sha2.js"
import fc from "fast-check"
import { expect, test } from "vitest"
import { differences } from "./differences.ts"
import { type MerkleProof, proveKey, verifyProof } from "./merkle-proof.ts"
import { MerkleTree } from "./merkle-tree.ts"

const hashOf = (n: number): Uint8Array => sha256(Uint8Array.of(n >> 8, n & 255))
// Keys that share beginnings, so that small sets have deep branches.
const keyOf = (n: number): Uint8Array =>
  hashOf(n)
    .slice(0, 16)
    .fill(0xab, 0, n % 3)
const members = fc.uniqueArray(fc.nat(500), { maxLength: 120, size: "max" })

function treeOf(numbers: readonly number[], sign = 1): MerkleTree {
  const tree = new MerkleTree(sha256, { keyBytes: 16 })
  for (const n of numbers) tree.set(keyOf(n), hashOf(sign * n + 1000))
  return tree
}

test("[MP1] a proof proves the digest of a member and the absence of any other key", () => {
  fc.assert(
    fc.property(members, fc.nat(500), (numbers, n) => {
      const tree = treeOf(numbers)
      const verdict = verifyProof(tree.root(), keyOf(n), proveKey(tree, keyOf(n)), sha256)
      const digest = tree.get(keyOf(n))
      expect(verdict).toEqual(digest === undefined ? { status: "absent" } : { status: "member", digest })
    })
  )
})

/** Changes one thing of a proof. */
function tampered({ siblings, bucket }: MerkleProof, choice: number, at: number): MerkleProof {
  const flip = (bytes: Uint8Array): Uint8Array =>
    bytes.map((byte, i) => (i === at % bytes.length ? byte ^ 1 : byte))
  const [entry] = bucket
  const changes: MerkleProof[] = [{ siblings, bucket: [...bucket, { key: keyOf(at), digest: keyOf(at) }] }]
  if (siblings.length > 0) {
    changes.push({ siblings: siblings.slice(1), bucket }, { siblings: siblings.map(flip), bucket })
  }
  if (entry !== undefined) {
    changes.push({ siblings, bucket: bucket.slice(1) }, { siblings, bucket: [...bucket, entry] })
    changes.push({ siblings, bucket: bucket.map(each => ({ ...each, digest: flip(each.digest) })) })
    changes.push({ siblings, bucket: bucket.map(each => ({ ...each, key: flip(each.key) })) })
  }
  return changes[choice % changes.length] ?? { siblings, bucket }
}

test("[MP2] a proof with anything changed proves nothing", () => {
  fc.assert(
    fc.property(members, fc.nat(500), fc.nat(), fc.nat(2000), (numbers, n, choice, at) => {
      const tree = treeOf(numbers)
      const key = keyOf(n)
      const proof = tampered(proveKey(tree, key), choice, at)
      const verify = () => verifyProof(tree.root(), key, proof, sha256)
      expect(verify).toThrow(expect.objectContaining({ code: "merkle-proof-invalid" }))
    })
  )
})

function statusOf(tree: MerkleTree, key: Uint8Array, proof: MerkleProof): string | undefined {
  try {
    return verifyProof(tree.root(), key, proof, sha256).status
  } catch {
    return undefined
  }
}

test.each([
  {},
  { siblings: [], bucket: [null] },
  { siblings: ["0".repeat(480)], bucket: [] },
  { siblings: [], bucket: [{ key: "0".repeat(32), digest: keyOf(1) }] }
])("[MP2] what is no proof proves nothing (case %#)", proof => {
  const verify = () => verifyProof(treeOf([1]).root(), keyOf(1), proof as unknown as MerkleProof, sha256)
  expect(verify).toThrow(expect.objectContaining({ code: "merkle-proof-invalid" }))
})

test.each([
  [undefined, keyOf(1), proveKey(treeOf([1]), keyOf(1))],
  [treeOf([1]).root(), "0".repeat(32), { siblings: [], bucket: [] }],
  [treeOf([1]).root(), keyOf(1), null]
])("[MP2] what is no root, key or proof proves nothing (case %#)", (root, key, proof) => {
  const verify = () => verifyProof(root as Uint8Array, key as Uint8Array, proof as MerkleProof, sha256)
  expect(verify).toThrow(expect.objectContaining({ code: "merkle-proof-invalid" }))
})

test("[MP2] a proof is of one root and one place", () => {
  fc.assert(
    fc.property(members, fc.nat(500), fc.nat(500), (numbers, n, other) => {
      const tree = treeOf(numbers)
      const proof = proveKey(tree, keyOf(n))
      const changed = treeOf([...numbers, 501])
      const verify = () => verifyProof(changed.root(), keyOf(n), proof, sha256)
      expect(verify).toThrow(expect.objectContaining({ code: "merkle-proof-invalid" }))
      // A proof made for another key either proves nothing of this one or what is so.
      const there = tree.get(keyOf(other)) !== undefined
      expect([undefined, there ? "member" : "absent"]).toContain(statusOf(tree, keyOf(other), proof))
    })
  )
})

test("[MD6] the differences of two trees are those of their sets, ascending", () => {
  fc.assert(
    fc.property(members, members, members, (common, left, right) => {
      const [a, b] = [treeOf(common), treeOf(common)]
      for (const n of left) a.set(keyOf(n), hashOf(n + 2000))
      for (const n of right) b.delete(keyOf(n))
      const expected = [...new Set([...a.entries(), ...b.entries()].map(({ key }) => key.join()))]
        .map(text => Uint8Array.from(text.split(","), Number))
        .map(key => ({ key, mine: a.get(key), theirs: b.get(key) }))
        .filter(({ mine, theirs }) => mine?.join() !== theirs?.join())
      const found = [...differences(a, b)]
      expect(found.toSorted((x, y) => (x.key.join() < y.key.join() ? -1 : 1))).toEqual(
        expected.toSorted((x, y) => (x.key.join() < y.key.join() ? -1 : 1))
      )
      const hex = found.map(({ key }) => Array.from(key, byte => byte.toString(16).padStart(2, "0")).join(""))
      expect(hex).toEqual(hex.toSorted())
    })
  )
})

test("[MD6] looks only where hashes differ, and refuses trees of other keys", () => {
  let hashes = 0
  const counted = (bytes: Uint8Array): Uint8Array => {
    hashes++
    return sha256(bytes)
  }
  const [a, b] = [new MerkleTree(counted, { keyBytes: 16 }), new MerkleTree(counted, { keyBytes: 16 })]
  for (let n = 0; n < 5000; n++) for (const tree of [a, b]) tree.set(hashOf(n).slice(0, 16), hashOf(n))
  expect([a.root(), ...differences(a, b)]).toEqual([b.root()])
  b.set(hashOf(1).slice(0, 16), hashOf(2))
  hashes = 0
  expect([...differences(a, b)]).toHaveLength(1)
  expect(hashes).toBeLessThanOrEqual(5)
  const act = () => [...differences(a, new MerkleTree(sha256))]
  expect(act).toThrow(expect.objectContaining({ code: "merkle-key-invalid" }))
})
