import { codeNumber, codeSymbol, decide, hash, see, VIEWS } from "./decisions"
import { DIAGONALS } from "./layout"
import { needOld, oldLength, textAfter, textBefore } from "./versions"

// The script: for each operation how many literals, then where the copy after them begins, and after the literals
// themselves how long it is. Positions are told relative to where the copy before ended in old, as versions mostly agree.

// Fields.
const LITERALS = 0
const KIND = 1
const DISTANCE = 2
const FAR = 3
const DIAGONAL = 4
const REST = 5
const COPY = 6

// Kinds of places: where a copy begins in old, seen from the end of the copy before.
/** As many bytes on as there are literals: they replace. */
const REPLACE: u32 = 0
/** Right there: the literals are inserted. */
const INSERT: u32 = 1
/** Further than the literals are many: something is gone. */
const BEYOND: u32 = 2
/** A little before. */
const BEFORE: u32 = 3
/** On the diagonal of a recent copy. */
const RETURN: u32 = 4
/** Anywhere. */
const ELSEWHERE: u32 = 5
/** Less far than the literals are many. */
const WITHIN: u32 = 6

const NEAR: u32 = 4096
const RECENT: u32 = 8

let nextLength: u32 = 0
/** How many bytes of the new version the operations so far make. */
export let produced: u32 = 0
/** Where the last copy ended in old. */
export let copyEnd: u32 = 0
/** Where the copy of this operation begins in old. */
export let copyStart: u32 = 0

let literals: u32 = 0
let kind: u32 = 0
let distance: u32 = 0
let lastLiterals: u32 = 0
let earlierLiterals: u32 = 0
/** How long the last copy was. */
export let lastCopy: u32 = 0
let earlierCopy: u32 = 0

export function startScript(next: u32): void {
  nextLength = next
}

/** Codes how many literals the next operation has. */
export function codeLiteralCount(value: u32): u32 {
  needOld(copyEnd, 4, 4)
  const before = textBefore(copyEnd)
  const after = textAfter(copyEnd)
  see(0, 0)
  see(1, hash(lastLiterals, earlierLiterals, 1))
  see(2, hash(kind, lastLiterals, distance))
  see(3, before >>> 8)
  see(4, hash(before, after, 3))
  see(5, hash(before >>> 24, after & 0xff, kind))
  literals = codeNumber(LITERALS, value)
  return literals
}

/** Codes where the copy begins. After literals that complete the new version there is none: old is over then. */
export function codeCopyStart(from: u32): u32 {
  if (literals == nextLength - produced) return (copyStart = oldLength)
  const before = textBefore(copyEnd)
  const after = textAfter(copyEnd)
  const few = min(literals, 31)
  see(0, 0)
  see(1, hash(kind, few, 1))
  see(2, hash(kind, distance, literals))
  see(3, hash(before >>> 8, few, 2))
  see(4, hash(before >>> 16, after & 0xffff, literals))
  see(5, hash(after & 0xff, few, kind))
  const recent = findRecent(from - produced - literals)
  kind = codeSymbol(KIND, 3, kindOf(from, recent))
  const named = kind + 100
  see(0, named)
  see(1, hash(named, few, 1))
  see(2, hash(named, distance, 1))
  see(3, hash(before >>> 8, named, 2))
  see(4, hash(after & 0xffff, few, named))
  see(5, hash(after, named, 4))
  return (copyStart = codePlace(from, recent))
}

function kindOf(from: u32, recent: u32): u32 {
  const jump = i32(from - copyEnd)
  if (jump == i32(literals)) return REPLACE
  if (jump == 0) return INSERT
  if (recent < RECENT) return RETURN
  if (jump > 0 && u32(jump) < literals) return WITHIN
  if (jump > 0 && u32(jump) - literals < NEAR) return BEYOND
  return jump < 0 && u32(-jump) < NEAR ? BEFORE : ELSEWHERE
}

function codePlace(from: u32, recent: u32): u32 {
  distance = 0
  if (kind == REPLACE) return copyEnd + literals
  let at = copyEnd
  if (kind == RETURN) {
    recent = codeSymbol(DIAGONAL, 3, recent)
    at = load<u32>(DIAGONALS + ((<usize>recent) << 2)) + produced + literals
  } else if (kind == WITHIN) at += distance = codeNumber(DISTANCE, from - copyEnd)
  else if (kind == BEYOND) at += literals + (distance = codeNumber(DISTANCE, from - copyEnd - literals))
  else if (kind == BEFORE) at -= distance = codeNumber(DISTANCE, copyEnd - from)
  else if (kind != INSERT) {
    const jump = i32(from - copyEnd)
    const folded = codeNumber(FAR, jump < 0 ? (u32(-jump) << 1) - 1 : u32(jump) << 1)
    at += folded & 1 ? -((folded + 1) >>> 1) : folded >>> 1
  }
  keepRecent(at - produced - literals)
  return at
}

/** Which of the recent diagonals (old position minus new) this is, or 8. */
function findRecent(diagonal: u32): u32 {
  let i: u32 = 0
  while (i < RECENT && load<u32>(DIAGONALS + ((<usize>i) << 2)) != diagonal) i++
  return i
}

/** Moves a diagonal to the front; a new one displaces the last. */
function keepRecent(diagonal: u32): void {
  for (let i = min(findRecent(diagonal), RECENT - 1); i > 0; i--)
    store<u32>(DIAGONALS + ((<usize>i) << 2), load<u32>(DIAGONALS + ((<usize>(i - 1)) << 2)))
  store<u32>(DIAGONALS, diagonal)
}

/** Codes how long the copy is, and ends the operation. */
export function codeCopyLength(length: u32): u32 {
  const left = nextLength - produced - literals
  see(0, 0)
  for (let view = 1; view < VIEWS; view++) see(view, kind)
  if (decide(REST, 0, 0, i32(length == left))) length = left
  else {
    needOld(copyStart, 4, 8)
    const after = textAfter(copyStart)
    see(0, 0)
    see(1, hash(lastCopy, earlierCopy, 1))
    see(2, hash(kind, literals, distance))
    see(3, hash(after, textAfter(copyStart + 4), 1))
    see(4, hash(after, textBefore(copyStart), 1))
    see(5, hash(32 - clz(lastCopy), 32 - clz(earlierCopy), min(literals, 3)))
    length = codeNumber(COPY, length)
  }
  produced += literals + length
  copyEnd = copyStart + length
  earlierLiterals = lastLiterals
  lastLiterals = literals
  earlierCopy = lastCopy
  lastCopy = length
  return length
}
