import { hash } from "node:crypto"
import { MerkleTree } from "@syncline/diff/merkle"
import { type Bench, type BenchContext, measure, pair } from "../harness/bench.ts"

const ENTRIES = 100_000
const CHANGES = 100
// 64 bytes of key and digest are the least any tree has to keep.
const RAW_BYTES = 64
const BYTES_TARGET = 200

const sha256 = (bytes: Uint8Array): Uint8Array => hash("sha256", bytes, "buffer")
const digestOf = (text: string): Uint8Array => sha256(Buffer.from(text))

interface Entries {
  readonly keys: readonly Uint8Array[]
  readonly digests: readonly Uint8Array[]
}

function makeEntries(count: number): Entries {
  const numbers = Array.from({ length: count }, (_, i) => i)
  return { keys: numbers.map(i => digestOf(`key ${i}`)), digests: numbers.map(i => digestOf(`digest ${i}`)) }
}

function build({ keys, digests }: Entries): MerkleTree {
  const tree = new MerkleTree(sha256)
  keys.forEach((key, i) => tree.set(key, digests[i] ?? key))
  return tree
}

/** Changes other entries to other digests each time, spread over the whole tree. */
function changer(tree: MerkleTree, { keys, digests }: Entries): () => void {
  let next = 0
  const empty = new Uint8Array(32)
  return () => {
    for (let i = 0; i < CHANGES; i++, next++) {
      tree.set(
        keys[(next * 7919) % keys.length] ?? empty,
        digests[(next * 104_729 + 1) % digests.length] ?? empty
      )
    }
  }
}

function run(context: BenchContext): void {
  const entries = makeEntries(context.quick ? ENTRIES / 10 : ENTRIES)
  const count = entries.keys.length
  const tree = build(entries)
  const change = changer(tree, entries)
  const speed = pair(
    () => {
      change()
      return tree.root()
    },
    () => build(entries).root(),
    { minTimeMs: context.quick ? 50 : 500 }
  )
  const row = {
    bench: "diff/merkle",
    input: `${count} entries`,
    better: "lower",
    target: "",
    met: null
  } as const
  const rebuilt = { ...row, unit: "ms", peerName: "full rebuild", peer: 1000 / speed.peer }
  context.report({
    ...rebuilt,
    metric: `${CHANGES} changes and the root`,
    ours: 1000 / speed.ours,
    ratio: 1 / speed.ratio
  })
  reportUpdate(context, count, change)
  const bytes = tree.byteLength / count
  context.report({
    ...row,
    metric: "memory",
    unit: "B/entry",
    ours: bytes,
    peer: RAW_BYTES,
    peerName: "key and digest",
    ratio: bytes / RAW_BYTES,
    target: `< ${BYTES_TARGET} B/entry`,
    met: bytes < BYTES_TARGET
  })
}

/** A change without asking for the root, beside the one hash that any incremental scheme needs at least. */
function reportUpdate(context: BenchContext, count: number, change: () => void): void {
  const minTimeMs = context.quick ? 50 : 500
  const ours = 1e6 / measure(change, { minTimeMs }) / CHANGES
  const record = new Uint8Array(RAW_BYTES)
  const peer = 1e6 / measure(() => sha256(record), { minTimeMs })
  context.report({
    bench: "diff/merkle",
    input: `${count} entries`,
    metric: "one change, root not asked for",
    unit: "µs",
    ours,
    peer,
    peerName: "one SHA-256 of 64 B",
    ratio: ours / peer,
    better: "lower",
    target: "",
    met: null
  })
}

/** The Merkle tree: what a change costs, beside building it anew, and what an entry takes. */
export const benches: readonly Bench[] = [{ name: "diff/merkle", run }]
