import { startDecoding } from "./arithmetic"
import { startDecisions } from "./decisions"
import { reserveFinder } from "./finder"
import { fillHistories } from "./histories"
import { codeLiteral, startDifference, startLiterals } from "./literals"
import { OUTPUT } from "./layout"
import { cover, reserve, reserved } from "./memory"
import { primeAround, startPriming } from "./priming"
import { reserveRows } from "./rows"
import { copyEnd, copyStart, lastCopy, startScript } from "./script"
import { fillTables } from "./tables"
import { needOld, old, oldLength, reserveOld, TAIL } from "./versions"

export { drain, finishEncoding, missingBytes, pendingBytes } from "./arithmetic"
export { codeCopyLength, codeCopyStart, codeLiteralCount } from "./script"

// Zeros before whatever is looked back at.
const PADDING: usize = 64

let coded: usize = 0
let codedLength: usize = 0
// Where the next literal goes. Differences, each behind its tail, fill the end of the memory.
let here: usize = 0

/**
 * Makes a new model, to decode so many coded bytes, or to encode if there are none. `reach` is what `startPriming` takes; rows
 * have 2^rowBits bytes. False if memory does not suffice.
 */
export function start(lengthOfOld: u32, nextLength: u32, codedBytes: u32, reach: u32, rowBits: i32): bool {
  fillTables()
  fillHistories()
  coded = reserve(codedBytes)
  codedLength = codedBytes
  if (coded == 0 || !reserveOld(lengthOfOld)) return false
  startScript(nextLength)
  if (!startDecisions() || !startLiterals() || !reserveRows(rowBits) || !reserveFinder(rowBits - 6))
    return false
  if (!startPriming(reach)) return false
  here = reserved() + PADDING
  return cover(here)
}

/** Where the old version is; `copyBlock` puts it there. */
export function oldAddress(): usize {
  return old
}

/** Where the coded bytes have to be put before `startReading`. */
export function codedAddress(): usize {
  return coded
}

/** Where coded bytes are after each part, as many as `drain` says. */
export function outputAddress(): usize {
  return OUTPUT
}

/** From now on parts are read from the coded bytes. */
export function startReading(): void {
  startDecoding(coded, coded + codedLength)
}

/** Begins the literals of an operation whose copy begins at `copyStart`; returns how many bytes of old were learned first. */
export function startRun(literals: u32): u32 {
  const learned = primeAround(copyEnd, literals) + primeAround(copyStart, literals)
  const tail: usize = min(lastCopy, TAIL)
  if (!cover(here + tail)) return 0
  needOld(copyEnd, TAIL, literals)
  needOld(copyStart, min(literals, oldLength) + 1, 0)
  memory.copy(here, old + copyEnd - tail, tail)
  here += tail
  startDifference(here, literals, copyEnd, copyStart)
  return learned
}

/** Makes room for literals and says where; 0 if there is not enough memory. To write, they have to be there first. */
export function roomFor(literals: u32): usize {
  return cover(here + literals) ? here : 0
}

/** Codes the literals room was made for. */
export function codeLiterals(literals: u32): void {
  for (const end = here + literals; here < end; here++) codeLiteral(here)
}
