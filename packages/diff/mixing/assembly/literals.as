import { codeBit } from "./arithmetic"
import { commonBefore, exchange } from "./finder"
import { ROWS } from "./layout"
import { adapt, cellOf, learn, startRow } from "./learning"
import { reserve } from "./memory"
import { errorOf, GROUP_BYTES, products, reserveSets, teach, total } from "./mixer"
import { rowOf, setContext } from "./rows"
import { squash, stretched } from "./tables"
import { needNext, old, oldLength, wordAfter, wordBefore } from "./versions"

// Literals, bit by bit, highest first. Three bytes are expected from elsewhere: the one that continues the longest match,
// the one old has at the same distance from the start of the difference ("left"), and from its end ("right").

const CONTEXTS: i32 = 8
// Weights of a set: two groups, those of the contexts, and those of three expected bytes and a bias.
const WEIGHTS: i32 = 16
const INPUTS: i32 = 11
const SET_BYTES: usize = 2 * GROUP_BYTES
const FIRST_WEIGHT: i32 = 1750
const MIN_MATCH: u32 = 5

let maps: usize = 0
let matchMap: usize = 0
let leftMap: usize = 0
let rightMap: usize = 0
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
let word: u32 = 0
// Expected bytes: 256 and the byte, or 0 for none.
let matchByte: u32 = 0
let leftByte: u32 = 0
let rightByte: u32 = 0

export function startLiterals(): bool {
  maps = reserve(CONTEXTS << 10)
  matchMap = reserve(256 << 2)
  leftMap = reserve(256 << 2)
  rightMap = reserve(256 << 2)
  expectedSets = reserveSets(16, WEIGHTS, INPUTS, FIRST_WEIGHT)
  placeSets = reserveSets(128, WEIGHTS, INPUTS, FIRST_WEIGHT)
  if (placeSets == 0) return false
  for (let c = 0; c < CONTEXTS; c++) startRow(maps + (<usize>c << 10))
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

/** Sets the contexts made of the eight bytes before and the word they end with. The first four learn from old, too. */
@inline
export function setTextContexts(before: u64, word: u32): void {
  const last4 = u32(before >> 32)
  setContext(0, last4 >>> 24)
  setContext(1, last4 >>> 16)
  setContext(2, last4 >>> 8)
  setContext(3, word * 0x2f0b4c47 + (last4 >>> 24) * 0x1003f)
}

@inline
function setOtherContexts(before: u64): void {
  const last = u32(before >> 56)
  const place = min(done, 3)
  const next: u32 = rightByte != 0 ? load<u8>(right - 1) : 0
  setContext(4, u32(((before >> 16) * 0x2f0b4c475851f42d) >> 32))
  setContext(5, rightByte | (next << 9) | (last << 17))
  setContext(6, min(count, 15) | (place << 5) | (leftByte << 8) | (min(removed, 15) << 17))
  setContext(7, matchByte | (min(matchLength, 15) << 9))
}

/** Codes the literal at an address. */
export function codeLiteral(at: usize): void {
  follow(at)
  expect()
  const before = load<u64>(at - 8)
  setTextContexts(before, word)
  setOtherContexts(before)
  const value: u32 = load<u8>(at)
  openRows(0)
  const high = codeHalf(1, 4, value >>> 4)
  openRows(high)
  const byte = codeHalf(high, 0, value & 15) & 255
  store<u8>(at, byte)
  advance(byte)
}

@inline
function openRows(half: u32): void {
  for (let c = 0; c < CONTEXTS; c++) store<u32>(ROWS + (<usize>c << 2), u32(rowOf(c, half)))
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
  if (match != 0) needNext(match)
  matchByte = match != 0 ? 256 | load<u8>(match) : 0
  leftByte = left < old + oldLength ? 256 | load<u8>(left) : 0
  rightByte = right != 0 ? 256 | load<u8>(right) : 0
}

/** What is left to do after a byte is known. */
@inline
function advance(byte: u32): void {
  const known = 256 | byte
  if (leftByte != 0) leftHits = ((leftHits << 1) | u32(leftByte == known)) & 7
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
function slotOf(c: i32, node: u32): usize {
  return <usize>load<u32>(ROWS + (<usize>c << 2)) + node
}

/** What the adaptive probability that an expected byte is right says about a bit. */
@inline
function says(cell: usize, bit: u32): i16 {
  const x = cell != 0 ? stretched(cell) : 0
  return i16(bit ? x : -x)
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
  const slot0 = slotOf(0, node)
  const slot1 = slotOf(1, node)
  const slot2 = slotOf(2, node)
  const slot3 = slotOf(3, node)
  const slot4 = slotOf(4, node)
  const slot5 = slotOf(5, node)
  const slot6 = slotOf(6, node)
  const slot7 = slotOf(7, node)
  const cell0 = cellOf(maps, 0, slot0)
  const cell1 = cellOf(maps, 1, slot1)
  const cell2 = cellOf(maps, 2, slot2)
  const cell3 = cellOf(maps, 3, slot3)
  const cell4 = cellOf(maps, 4, slot4)
  const cell5 = cellOf(maps, 5, slot5)
  const cell6 = cellOf(maps, 6, slot6)
  const cell7 = cellOf(maps, 7, slot7)
  let first = i16x8.splat(i16(stretched(cell0)))
  first = i16x8.replace_lane(first, 1, i16(stretched(cell1)))
  first = i16x8.replace_lane(first, 2, i16(stretched(cell2)))
  first = i16x8.replace_lane(first, 3, i16(stretched(cell3)))
  first = i16x8.replace_lane(first, 4, i16(stretched(cell4)))
  first = i16x8.replace_lane(first, 5, i16(stretched(cell5)))
  first = i16x8.replace_lane(first, 6, i16(stretched(cell6)))
  first = i16x8.replace_lane(first, 7, i16(stretched(cell7)))
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
  let second = i16x8(0, 0, 0, 256, 0, 0, 0, 0)
  second = i16x8.replace_lane(second, 0, says(matchCell, matchBit))
  second = i16x8.replace_lane(second, 1, says(leftCell, leftBit))
  second = i16x8.replace_lane(second, 2, says(rightCell, rightBit))
  const set0 = expectedSets + <usize>state * SET_BYTES
  const set1 = placeSets + <usize>(i | (place << 3) | (min(count, 3) << 5)) * SET_BYTES
  const x0 = total(i32x4.add(products(first, set0), products(second, set0 + GROUP_BYTES)))
  const x1 = total(i32x4.add(products(first, set1), products(second, set1 + GROUP_BYTES)))
  bit = codeBit(bit, squash((x0 + x1) >> 1))
  const error0 = errorOf(x0, bit)
  teach(set0, first, error0)
  teach(set0 + GROUP_BYTES, second, error0)
  const error1 = errorOf(x1, bit)
  teach(set1, first, error1)
  teach(set1 + GROUP_BYTES, second, error1)
  adapt(cell0, slot0, bit)
  adapt(cell1, slot1, bit)
  adapt(cell2, slot2, bit)
  adapt(cell3, slot3, bit)
  adapt(cell4, slot4, bit)
  adapt(cell5, slot5, bit)
  adapt(cell6, slot6, bit)
  adapt(cell7, slot7, bit)
  if (matchCell) learn(matchCell, i32(u32(bit) == matchBit))
  if (leftCell) learn(leftCell, i32(u32(bit) == leftBit))
  if (rightCell) learn(rightCell, i32(u32(bit) == rightBit))
  return bit
}
