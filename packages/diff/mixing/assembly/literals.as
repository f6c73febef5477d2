import { codeBit } from "./arithmetic"
import { commonBefore, exchange } from "./finder"
import { INPUTS, SLOTS } from "./layout"
import { learn, remember, startRow } from "./learning"
import { reserve } from "./memory"
import { mix, reserveSets, SET_BYTES, teach } from "./mixer"
import { openRow, setContext } from "./rows"
import { squash, stretched } from "./tables"
import { old, oldLength, wordAfter, wordBefore } from "./versions"

// Literals, bit by bit, highest first. Three bytes are expected from elsewhere: the one that continues the longest match,
// the one old has at the same distance from the start of the difference ("left"), and from its end ("right").

/** Contexts made of the bytes before: these learn from old, too. */
export const TEXT_CONTEXTS: i32 = 7
const CONTEXTS: i32 = 14
const MATCH: i32 = 14
const LEFT: i32 = 15
const RIGHT: i32 = 16
const BIAS: i32 = 17
const MIN_MATCH: u32 = 5

let maps: usize = 0
let matchMap: usize = 0
let leftMap: usize = 0
let rightMap: usize = 0
let partialSets: usize = 0
let expectedSets: usize = 0
let placeSets: usize = 0

// What the match model follows: an address (0 for none), how many bytes agreed, and how often it was wrong since found.
let match: usize = 0
let matchLength: u32 = 0
let matchMisses: u32 = 0
// The difference being coded: its literals, the bytes it replaces, how many literals are done.
let count: u32 = 0
let removed: u32 = 0
let done: u32 = 0
let left: usize = 0
let right: usize = 0
let leftHits: u32 = 0
let rightHits: u32 = 0
let shift: u32 = 0
let word: u32 = 0
// Expected bytes: 256 and the byte, or 0 for none.
let matchByte: u32 = 0
let leftByte: u32 = 0
let rightByte: u32 = 0

/** Adaptive probabilities of context c, one for each history. */
@inline
export function contextMap(c: i32): usize {
  return maps + (<usize>c << 10)
}

export function startLiterals(): bool {
  maps = reserve(CONTEXTS << 10)
  matchMap = reserve(256 << 2)
  leftMap = reserve(256 << 2)
  rightMap = reserve(256 << 2)
  partialSets = reserveSets(256, BIAS, 20000)
  expectedSets = reserveSets(16, BIAS, 20000)
  placeSets = reserveSets(128, BIAS, 20000)
  if (placeSets == 0) return false
  for (let c = 0; c < CONTEXTS; c++) startRow(contextMap(c))
  for (let i: usize = 0; i < 1024; i += 4) {
    store<u32>(matchMap + i, 0xc0000006)
    store<u32>(leftMap + i, 0xc0000006)
    store<u32>(rightMap + i, 0xc0000006)
  }
  return true
}

/** Begins a difference whose first literal is at `at`, where `literals` replace old from `from` up to `to`. */
export function startDifference(at: usize, literals: u32, from: u32, to: u32): void {
  count = literals
  removed = to - from
  done = 0
  left = old + from
  right = to >= literals ? old + to - literals : 0
  leftHits = 0
  rightHits = 0
  match = 0
  matchLength = 0
  matchMisses = 0
  word = wordBefore(at)
}

/** Sets the contexts made of the eight bytes before and the word they end with. */
@inline
export function setTextContexts(before: u64, word: u32): void {
  const last4 = u32(before >> 32)
  setContext(0, last4 >>> 24)
  setContext(1, last4 >>> 16)
  setContext(2, last4 >>> 8)
  setContext(3, last4 * 0x2f0b4c47)
  setContext(4, (last4 ^ ((u32(before >> 24) & 255) * 0x1f35)) * 0x3d4d51cb)
  setContext(5, u32(((before >> 16) * 0x2f0b4c475851f42d) >> 32))
  setContext(6, word * 0x2f0b4c47 + (last4 >>> 24) * 0x1003f)
}

/** Codes the literal at an address. */
export function codeLiteral(at: usize): void {
  follow(at)
  expect()
  const before = load<u64>(at - 8)
  setTextContexts(before, word)
  setDifferenceContexts(u32(before >> 32))
  const value: u32 = load<u8>(at)
  for (let c = 0; c < CONTEXTS; c++) openRow(c, 0)
  const high = codeHalf(1, 4, value >>> 4)
  for (let c = 0; c < CONTEXTS; c++) openRow(c, high)
  const byte = codeHalf(high, 0, value & 15) & 255
  store<u8>(at, byte)
  advance(byte)
}

@inline
function setDifferenceContexts(last4: u32): void {
  const last = last4 >>> 24
  const place = min(done, 3)
  const l = leftByte
  const r = rightByte
  const l2: u32 = l != 0 ? load<u8>(left + 1) : 0
  const r2: u32 = r != 0 ? load<u8>(right - 1) : 0
  setContext(7, l | (r << 9) | (place << 18))
  setContext(8, l | (l2 << 9) | (last << 17))
  setContext(9, r | (r2 << 9) | (last << 17))
  setContext(10, ((l + shift) & 255) | (place << 9) | (last << 12))
  setContext(11, min(count, 15) | (place << 5) | (l << 8) | (min(removed, 15) << 17))
  setContext(12, matchByte | (min(matchLength, 15) << 9))
  setContext(13, last4 & 0x00ffff00)
}

/** Finds or keeps the match for the literal at an address. */
@inline
function follow(at: usize): void {
  const found = exchange(at)
  if (matchLength >= 16 || found == 0 || found == match) return
  const common = commonBefore(found, at)
  if (common < MIN_MATCH || common <= matchLength) return
  match = found
  matchLength = common
  matchMisses = 0
}

@inline
function expect(): void {
  // What lies behind the old version is not the same for who writes and who reads.
  if (match == old + oldLength) match = 0
  matchByte = match != 0 ? 256 | load<u8>(match) : 0
  leftByte = left < old + oldLength ? 256 | load<u8>(left) : 0
  rightByte = right != 0 ? 256 | load<u8>(right) : 0
}

/** What is left to do after a byte is known. */
@inline
function advance(byte: u32): void {
  const known = 256 | byte
  if (leftByte != 0) {
    leftHits = ((leftHits << 1) | u32(leftByte == known)) & 7
    shift = (known - leftByte) & 255
  }
  if (rightByte != 0) {
    rightHits = ((rightHits << 1) | u32(rightByte == known)) & 7
    right++
  }
  left++
  if (match != 0) {
    if (matchByte == known) {
      matchLength++
      if (matchLength >= 16) matchMisses = 0
    } else {
      matchMisses++
      matchLength = 0
    }
    match = matchMisses >= 8 ? 0 : match + 1
  }
  word = wordAfter(word, byte)
  done++
}

@inline
function addContext(c: i32, node: u32): void {
  const slot = <usize>load<u32>(SLOTS + (<usize>c << 2)) + node
  store<i32>(INPUTS + (<usize>c << 2), stretched(contextMap(c) + (<usize>load<u8>(slot) << 2)))
}

@inline
function learnContext(c: i32, node: u32, bit: i32): void {
  const slot = <usize>load<u32>(SLOTS + (<usize>c << 2)) + node
  learn(contextMap(c) + (<usize>load<u8>(slot) << 2), bit)
  remember(slot, bit)
}

@inline
function addExpected(input: i32, cell: usize, bit: u32): void {
  const x = cell != 0 ? stretched(cell) : 0
  store<i32>(INPUTS + (<usize>input << 2), bit ? x : -x)
}

/** Codes four bits; `known` is 1 and the bits before them, `bits` (when writing) what they are. Returns 1 and all bits. */
function codeHalf(known: u32, base: i32, bits: u32): u32 {
  let node: u32 = 1
  for (let i = 3; i >= 0; i--) {
    const bit = codeDecision(node, known, base + i, (bits >>> i) & 1)
    node = (node << 1) | bit
    known = (known << 1) | bit
  }
  return known
}

function codeDecision(node: u32, known: u32, i: i32, bit: i32): i32 {
  addContext(0, node)
  addContext(1, node)
  addContext(2, node)
  addContext(3, node)
  addContext(4, node)
  addContext(5, node)
  addContext(6, node)
  addContext(7, node)
  addContext(8, node)
  addContext(9, node)
  addContext(10, node)
  addContext(11, node)
  addContext(12, node)
  addContext(13, node)
  // An expected byte speaks for as long as its first bits were right.
  const place = min(done, 3)
  const same = u32(leftByte == rightByte)
  let state: u32 = 0
  let matchCell: usize = 0
  let leftCell: usize = 0
  let rightCell: usize = 0
  if (matchByte >>> (i + 1) == known) {
    const length: u32 = matchLength < 16 ? min(matchLength, 8) : min(12, 8 + (matchLength >>> 3))
    matchCell = matchMap + (<usize>(length | (matchMisses << 4)) << 2)
    state = matchLength == 0 ? 1 : matchLength < 12 ? 2 : 3
  }
  if (leftByte >>> (i + 1) == known) {
    leftCell = leftMap + (<usize>(leftHits | (place << 3) | (u32(removed == count) << 5) | (same << 6)) << 2)
    state |= 4
  }
  if (rightByte >>> (i + 1) == known) {
    rightCell = rightMap + (<usize>(rightHits | (place << 3) | (min(count - done - 1, 3) << 5) | (same << 7)) << 2)
    state |= 8
  }
  const matchBit = (matchByte >>> i) & 1
  const leftBit = (leftByte >>> i) & 1
  const rightBit = (rightByte >>> i) & 1
  addExpected(MATCH, matchCell, matchBit)
  addExpected(LEFT, leftCell, leftBit)
  addExpected(RIGHT, rightCell, rightBit)
  store<i32>(INPUTS + (BIAS << 2), 256)
  const set0 = partialSets + <usize>known * SET_BYTES
  const set1 = expectedSets + <usize>state * SET_BYTES
  const set2 = placeSets + <usize>(i | (place << 3) | (min(count, 3) << 5)) * SET_BYTES
  const x0 = mix(set0)
  const x1 = mix(set1)
  const x2 = mix(set2)
  bit = codeBit(bit, squash((x0 + x1 + x2) / 3))
  teach(set0, x0, bit)
  teach(set1, x1, bit)
  teach(set2, x2, bit)
  learnContext(0, node, bit)
  learnContext(1, node, bit)
  learnContext(2, node, bit)
  learnContext(3, node, bit)
  learnContext(4, node, bit)
  learnContext(5, node, bit)
  learnContext(6, node, bit)
  learnContext(7, node, bit)
  learnContext(8, node, bit)
  learnContext(9, node, bit)
  learnContext(10, node, bit)
  learnContext(11, node, bit)
  learnContext(12, node, bit)
  learnContext(13, node, bit)
  if (matchCell) learn(matchCell, i32(u32(bit) == matchBit))
  if (leftCell) learn(leftCell, i32(u32(bit) == leftBit))
  if (rightCell) learn(rightCell, i32(u32(bit) == rightBit))
  return bit
}
