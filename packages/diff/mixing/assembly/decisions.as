import { codeBit } from "./arithmetic"
import { HASHES, INPUTS, SLOTS } from "./layout"
import { learn, remember, startRow } from "./learning"
import { reserve } from "./memory"
import { mix, reserveSets, SET_BYTES, teach } from "./mixer"
import { squash, stretched } from "./tables"

// Decisions about the script: numbers and symbols of a few fields, each decision seen in ten ways at once.

/** How many contexts a decision has. */
export const VIEWS: i32 = 10
const FIELDS: i32 = 8
// Histories of one view, found by hash without a check: there are few decisions.
const SLOT_BITS: i32 = 16
const GROUPS: i32 = 64

let slots: usize = 0
let maps: usize = 0
let groupSets: usize = 0
let fieldSets: usize = 0

export function startDecisions(): bool {
  slots = reserve(VIEWS << SLOT_BITS)
  maps = reserve((FIELDS * VIEWS) << 10)
  groupSets = reserveSets(FIELDS * GROUPS, VIEWS, 22000)
  fieldSets = reserveSets(FIELDS, VIEWS, 22000)
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

/** Codes one decision of a field. `node` tells its decisions apart, `group` (below 64) which of them share weights. */
export function decide(field: i32, node: u32, group: i32, bit: i32): i32 {
  const salt = node * 0x2c1b3c6d + u32(field) * 0x85ebca6b
  const rows = maps + (<usize>(field * VIEWS) << 10)
  for (let v = 0; v < VIEWS; v++) {
    const h = (load<u32>(HASHES + (<usize>v << 2)) ^ salt) * 0x9e3779b1
    const slot = slots + (<usize>v << SLOT_BITS) + <usize>(h >>> (32 - SLOT_BITS))
    store<u32>(SLOTS + (<usize>v << 2), u32(slot))
    store<i32>(INPUTS + (<usize>v << 2), stretched(rows + (<usize>v << 10) + (<usize>load<u8>(slot) << 2)))
  }
  store<i32>(INPUTS + (VIEWS << 2), 256)
  const set0 = groupSets + <usize>(field * GROUPS + group) * SET_BYTES
  const set1 = fieldSets + <usize>field * SET_BYTES
  const x0 = mix(set0)
  const x1 = mix(set1)
  bit = codeBit(bit, squash((x0 + x1) >> 1))
  teach(set0, x0, bit)
  teach(set1, x1, bit)
  for (let v = 0; v < VIEWS; v++) {
    const slot = <usize>load<u32>(SLOTS + (<usize>v << 2))
    learn(rows + (<usize>v << 10) + (<usize>load<u8>(slot) << 2), bit)
    remember(slot, bit)
  }
  return bit
}

/** Decisions and literals share the inputs; those only literals have must not speak here. */
export function clearInputs(): void {
  memory.fill(INPUTS, 0, SET_BYTES)
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
