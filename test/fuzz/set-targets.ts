import { hash } from "node:crypto"
import { isSynclineError } from "@syncline/clock"
import { BloomFilter } from "@syncline/diff/bloom"
import { type MerkleProof, MerkleTree, proveKey, verifyProof } from "@syncline/diff/merkle"
import {
  acceptRanges,
  acceptRateless,
  beginRanges,
  beginRateless,
  keyedId,
  RangeIndex,
  RatelessSketch,
  type SetDifference,
  type SetId,
  stepRanges,
  stepRateless
} from "@syncline/diff/set"
import type { FuzzOutcome, FuzzRandom, FuzzTarget } from "./fuzz-target.ts"

const KEY = new Uint8Array(16).fill(7)
const POOL = Array.from({ length: 600 }, (_, i) => keyedId(KEY, Uint8Array.of(i >> 8, i & 255)))
const OPTIONS = { firstCells: 12, maxCells: 2000, firstParts: 6, maxFrameBytes: 1024, maxMessages: 40 }
const REFUSALS = /^(set|bytes|bloom|merkle)-/

/** Sets, Bloom filters and proofs: whatever comes in, what is reported is true. */
export const setTargets: readonly FuzzTarget[] = [
  { name: "set/rateless", run: fuzzRateless },
  { name: "set/ranges", run: fuzzRanges },
  { name: "bloom/decode", run: fuzzBloom },
  { name: "merkle/proof", run: fuzzProof }
]

interface Sides {
  readonly common: readonly SetId[]
  readonly left: readonly SetId[]
  readonly right: readonly SetId[]
}

interface Step<Session> {
  readonly session: Session
  readonly message: Uint8Array | undefined
  readonly outcome: ({ readonly status: string } & Partial<SetDifference>) | undefined
}

/** What a dialogue is made of; the initiator has `left`. */
interface Parts<Session> {
  begin(): { readonly session: Session; readonly message: Uint8Array }
  accept(message: Uint8Array): Step<Session>
  initiator(session: Session, message: Uint8Array): Step<Session>
  responder(session: Session, message: Uint8Array): Step<Session>
}

function fuzzRateless(random: FuzzRandom): FuzzOutcome {
  const sides = sample(random)
  const [left, right] = [
    sketchOf([...sides.common, ...sides.left]),
    sketchOf([...sides.common, ...sides.right])
  ]
  return play(random, sides, {
    begin: () => beginRateless(left, OPTIONS),
    accept: message => acceptRateless(right, message, OPTIONS),
    initiator: (session, message) => stepRateless(left, session, message),
    responder: (session, message) => stepRateless(right, session, message)
  })
}

function fuzzRanges(random: FuzzRandom): FuzzOutcome {
  const sides = sample(random)
  const orderBytes = 2 * random.below(2)
  // Few enough that long lists are answered in several rounds.
  const options = { ...OPTIONS, maxAnswerIds: 10 + random.below(200) }
  const indexOf = (ids: readonly SetId[]): RangeIndex => {
    const index = new RangeIndex(KEY, { orderBytes, journal: 1024 })
    for (const id of ids) index.add(id, id.slice(0, orderBytes))
    return index
  }
  const [left, right] = [
    indexOf([...sides.common, ...sides.left]),
    indexOf([...sides.common, ...sides.right])
  ]
  return play(random, sides, {
    begin: () => beginRanges(left, options),
    accept: message => acceptRanges(right, message, options),
    initiator: (session, message) => stepRanges(left, session, message),
    responder: (session, message) => stepRanges(right, session, message)
  })
}

function sketchOf(ids: readonly SetId[]): RatelessSketch {
  const sketch = new RatelessSketch(KEY, { cells: 32, journal: 1024 })
  for (const id of ids) sketch.add(id)
  return sketch
}

/** A dialogue with one damaged message: it ends with what is so, or is refused. */
function play<Session>(random: FuzzRandom, sides: Sides, parts: Parts<Session>): FuzzOutcome {
  let toDamage = random.below(4)
  const sent = (message: Uint8Array): Uint8Array => {
    if (toDamage-- !== 0) return message
    return random.mangle(message)
  }
  try {
    const begun = parts.begin()
    let step = parts.accept(sent(begun.message))
    let mine = begun.session
    mustBeTrue(step.outcome, sides.right, sides.left)
    while (step.message !== undefined) {
      const reply = parts.initiator(mine, sent(step.message))
      mine = reply.session
      mustBeTrue(reply.outcome, sides.left, sides.right)
      if (reply.message === undefined) return reply.outcome?.status === "decoded" ? "accepted" : "refused"
      step = parts.responder(step.session, sent(reply.message))
      mustBeTrue(step.outcome, sides.right, sides.left)
    }
    return step.outcome?.status === "decoded" ? "accepted" : "refused"
  } catch (error) {
    return refusal(error)
  }
}

function mustBeTrue(
  outcome: Step<unknown>["outcome"],
  ours: readonly SetId[],
  theirs: readonly SetId[]
): void {
  if (outcome?.status !== "decoded") return
  const same = text(outcome.ours ?? []) === text(ours) && text(outcome.theirs ?? []) === text(theirs)
  if (!same) throw new Error("a difference was reported that is none")
}

function text(ids: readonly SetId[]): string {
  return ids
    .map(id => id.join("."))
    .toSorted()
    .join(" ")
}

function sample(random: FuzzRandom): Sides {
  const few = (most: number): number => random.below(random.below(2) === 0 ? 4 : most)
  const [common, left, right] = [few(200), few(60), few(60)]
  return {
    common: POOL.slice(0, common),
    left: POOL.slice(200, 200 + left),
    right: POOL.slice(400, 400 + right)
  }
}

/** A filter that is read has exactly the bytes it was read from. */
function fuzzBloom(random: FuzzRandom): FuzzOutcome {
  const filter = new BloomFilter(KEY, { bits: 1 + random.below(500), hashes: 1 + random.below(60) })
  for (let left = random.below(10); left > 0; left--) filter.add(random.bytes(random.below(9)))
  const bytes = random.mangle(filter.encode())
  const before = bytes.slice()
  try {
    const encoded = BloomFilter.decode(KEY, bytes, { maxBytes: 200 }).encode()
    if (encoded.join() !== before.join() || bytes.join() !== before.join()) {
      throw new Error("a filter has two forms, or its bytes were changed")
    }
    return "accepted"
  } catch (error) {
    return refusal(error)
  }
}

const sha256 = (bytes: Uint8Array): Uint8Array => hash("sha256", bytes, "buffer")
const TREES = [0, 1, 16, 17, 300].map(size => {
  const tree = new MerkleTree(sha256, { keyBytes: 16 })
  for (const id of POOL.slice(0, size)) tree.set(keyOf(id), sha256(id))
  return tree
})

function keyOf(id: SetId): Uint8Array {
  return Uint8Array.of(...sha256(id).subarray(0, 16))
}

/** A damaged proof proves what is so, or nothing. */
function fuzzProof(random: FuzzRandom): FuzzOutcome {
  const tree = TREES[random.below(TREES.length)] ?? new MerkleTree(sha256)
  const key = keyOf(POOL[random.below(POOL.length)] ?? KEY)
  const proof = damaged(proveKey(tree, key), random)
  try {
    const verdict = verifyProof(tree.root(), key, proof, sha256)
    const digest = verdict.status === "member" ? verdict.digest.join() : undefined
    if (digest !== tree.get(key)?.join()) throw new Error("something was proved that is not so")
    return "accepted"
  } catch (error) {
    return refusal(error)
  }
}

function damaged(proof: MerkleProof, random: FuzzRandom): MerkleProof {
  const { siblings, bucket } = proof
  switch (random.below(6)) {
    case 0:
      return { siblings: siblings.map(hashes => random.mangle(hashes)), bucket }
    case 1:
      return { siblings, bucket: bucket.map(({ key, digest }) => ({ key: random.mangle(key), digest })) }
    case 2:
      return { siblings, bucket: bucket.map(({ key, digest }) => ({ key, digest: random.mangle(digest) })) }
    case 3:
      return { siblings: siblings.slice(random.below(2)), bucket: bucket.slice(random.below(3)) }
    case 4:
      return { siblings: [...siblings, ...siblings], bucket: [...bucket, ...bucket] }
    default:
      return proof
  }
}

function refusal(error: unknown): FuzzOutcome {
  if (isSynclineError(error) && REFUSALS.test(error.code)) return "refused"
  throw error
}
