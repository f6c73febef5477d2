import { codeBit } from "./arithmetic"
import { HASHES } from "./layout"
import { adapt, cellOf, startRow } from "./learning"
import { reserve } from "./memory"
import { errorOf, GROUP_BYTES, products, reserveSets, teach, total } from "./mixer"
import { squash, stretched } from "./tables"

// Decisions about the script: numbers and symbols of a few fields, each decision seen in six ways at once.

/** How many contexts a decision has. */
export const VIEWS: i32 = 6
const FIELDS: i32 = 8
// Histories of one view, found by hash without a check: there are few decisions.
const SLOT_BITS: i32 = 16
const GROUPS: i32 = 64
const FIRST_WEIGHT: i32 = 4000

let slots: usize = 0
let maps: usize = 0
let groupSets: usize = 0
let fieldSets: usize = 0

export function startDecisions(): bool {
  slots = reserve(VIEWS << SLOT_BITS)
  maps = reserve((FIELDS * VIEWS) << 10)
  groupSets = reserveSets(FIELDS * GROUPS, 8, VIEWS, FIRST_WEIGHT)
  fieldSets = reserveSets(FIELDS, 8, VIEWS, FIRST_WEIGHT)
  if (fieldSets == 0) return false
  for (let i = 0; i < FIELDS * VIEWS; i++) startRow(maps + (<usize>i << 10))
  return true
}

/** Sets a view of the decisions to come; `value` is a hash of what it looks at. */
@inline
export function see(view: i32, value: u32): void {
  store<u32>(HASHES + (<usize>view << 2), (value + u32(view)) * 0x9e3779b1)
}

/** A hash of three numbers. */
export function hash(a: u32, b: u32, c: u32): u32 {
  const h = (a * 0x9e3779b1 + b) * 0x85ebca6b + c
  return (h ^ (h >>> 15)) * 0x2c1b3c6d
}

@inline
function slotOf(view: i32, salt: u32): usize {
  const h = (load<u32>(HASHES + (<usize>view << 2)) ^ salt) * 0x9e3779b1
  return slots + (<usize>view << SLOT_BITS) + <usize>(h >>> (32 - SLOT_BITS))
}

/** Codes one decision of a field. `node` tells its decisions apart, `group` (below 64) which of them share weights. */
export function decide(field: i32, node: u32, group: i32, bit: i32): i32 {
  const salt = node * 0x2c1b3c6d + u32(field) * 0x85ebca6b
  const rows = maps + (<usize>(field * VIEWS) << 10)
  const slot0 = slotOf(0, salt)
  const slot1 = slotOf(1, salt)
  const slot2 = slotOf(2, salt)
  const slot3 = slotOf(3, salt)
  const slot4 = slotOf(4, salt)
  const slot5 = slotOf(5, salt)
  const cell0 = cellOf(rows, 0, slot0)
  const cell1 = cellOf(rows, 1, slot1)
  const cell2 = cellOf(rows, 2, slot2)
  const cell3 = cellOf(rows, 3, slot3)
  const cell4 = cellOf(rows, 4, slot4)
  const cell5 = cellOf(rows, 5, slot5)
  let inputs = i16x8(0, 0, 0, 0, 0, 0, 256, 0)
  inputs = i16x8.replace_lane(inputs, 0, i16(stretched(cell0)))
  inputs = i16x8.replace_lane(inputs, 1, i16(stretched(cell1)))
  inputs = i16x8.replace_lane(inputs, 2, i16(stretched(cell2)))
  inputs = i16x8.replace_lane(inputs, 3, i16(stretched(cell3)))
  inputs = i16x8.replace_lane(inputs, 4, i16(stretched(cell4)))
  inputs = i16x8.replace_lane(inputs, 5, i16(stretched(cell5)))
  const set0 = groupSets + <usize>(field * GROUPS + group) * GROUP_BYTES
  const set1 = fieldSets + <usize>field * GROUP_BYTES
  const x0 = total(products(inputs, set0))
  const x1 = total(products(inputs, set1))
  bit = codeBit(bit, squash((x0 + x1) >> 1))
  teach(set0, inputs, errorOf(x0, bit))
  teach(set1, inputs, errorOf(x1, bit))
  adapt(cell0, slot0, bit)
  adapt(cell1, slot1, bit)
  adapt(cell2, slot2, bit)
  adapt(cell3, slot3, bit)
  adapt(cell4, slot4, bit)
  adapt(cell5, slot5, bit)
  return bit
}

/** Codes a number below 2^31: how many bits it has as a tree of five decisions, then the bits below the highest. */
export function codeNumber(field: i32, value: u32): u32 {
  const length = codeTree(field, 5, 0, 32 - clz(value))
  if (length < 2) return length
  let known: u32 = 1
  for (let i = i32(length) - 2; i >= 0; i--) {
    const done = length - 2 - i
    const bit = decide(field, (length << 24) + (known << 6) + 32, 32 + min(done, 24), (value >>> i) & 1)
    known = (known << 1) | bit
  }
  return known
}

/** Codes one of 2^bits symbols, bits at most 5. */
export function codeSymbol(field: i32, bits: i32, value: u32): u32 {
  return codeTree(field, bits, 0, value)
}

function codeTree(field: i32, bits: i32, base: u32, value: u32): u32 {
  let known: u32 = 1
  for (let i = bits - 1; i >= 0; i--)
    known = (known << 1) | decide(field, base | known, i32(known), (value >>> i) & 1)
  return known ^ (1 << bits)
}
