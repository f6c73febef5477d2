/** Words count this much against the grams they consist of. */
const wordWeight = 2
const [leastGram, mostGram] = [3, 5]
/** Written Chinese and Japanese has no spaces, and words of one or two characters. */
const [leastIdeographs, mostIdeographs] = [2, 3]

const space = 32

/** How often each feature occurs in a text: 32-bit hashes, each with its number and weight, in order of first occurrence. */
export type FeatureCounts = Map<number, { count: number; readonly weight: number }>

/**
 * Counts what a text consists of: its words, and the 3- to 5-grams of each word with a space before and after it. Case,
 * accents and compatibility forms make no difference; between Chinese or Japanese characters each is a word, and grams
 * have 2 or 3 of them.
 *
 * What is a letter is decided by fixed ranges, not by the runtime's Unicode tables: all runtimes count alike.
 */
export function countFeatures(text: string): FeatureCounts {
  const plain = text
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
  const counts: FeatureCounts = new Map()
  for (let at = 0; at < plain.length; ) {
    const kind = kindOf(plain.charCodeAt(at))
    let end = at + 1
    while (end < plain.length && kindOf(plain.charCodeAt(end)) === kind) end++
    if (kind === "letter") countWord(plain, at, end, counts)
    else if (kind === "ideograph") countIdeographs(plain, at, end, counts)
    at = end
  }
  // Of "?!" nothing would be left: then its characters are what there is.
  if (counts.size === 0) countGrams(unitsOf(plain.trim()), 1, mostGram, counts)
  return counts
}

function countWord(text: string, from: number, to: number, counts: FeatureCounts): void {
  const units = [space, ...unitsOf(text.slice(from, to)), space]
  add(counts, hashOf(wordSeed, units, 1, units.length - 1), wordWeight)
  countGrams(units, leastGram, mostGram, counts)
}

function countIdeographs(text: string, from: number, to: number, counts: FeatureCounts): void {
  const units = unitsOf(text.slice(from, to))
  for (let at = 0; at < units.length; at++) add(counts, hashOf(wordSeed, units, at, at + 1), wordWeight)
  countGrams(units, leastIdeographs, mostIdeographs, counts)
}

function countGrams(units: readonly number[], least: number, most: number, counts: FeatureCounts): void {
  for (let from = 0; from + least <= units.length; from++) {
    let hash = gramSeed
    for (let length = 1; length <= most && from + length <= units.length; length++) {
      hash = mixed(hash, units[from + length - 1] ?? 0)
      if (length >= least) add(counts, finished(hash ^ length), 1)
    }
  }
}

function add(counts: FeatureCounts, feature: number, weight: number): void {
  const known = counts.get(feature)
  if (known === undefined) counts.set(feature, { count: 1, weight })
  else known.count++
}

function unitsOf(text: string): number[] {
  return Array.from({ length: text.length }, (_, at) => text.charCodeAt(at))
}

const wordSeed = 0x811c_9dc5
const gramSeed = 0x0193_65a5

function hashOf(seed: number, units: readonly number[], from: number, to: number): number {
  let hash = seed
  for (let at = from; at < to; at++) hash = mixed(hash, units[at] ?? 0)
  return finished(hash)
}

/** FNV-1a, a UTF-16 unit at a time. */
function mixed(hash: number, unit: number): number {
  return Math.imul(hash ^ unit, 0x0100_0193)
}

/** The finalizer of MurmurHash3: FNV's upper bits alone are too regular to choose places by. */
function finished(hash: number): number {
  let h = hash
  h = Math.imul(h ^ (h >>> 16), 0x85eb_ca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2_ae35)
  return (h ^ (h >>> 16)) >>> 0
}

type UnitKind = "letter" | "ideograph" | "other"

function kindOf(unit: number): UnitKind {
  if (unit < 0x80) return isAsciiLetter(unit) ? "letter" : "other"
  if (isWithin(ideographs, unit)) return "ideograph"
  return isWithin(separators, unit) ? "other" : "letter"
}

function isAsciiLetter(unit: number): boolean {
  return (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x30 && unit <= 0x39)
}

function isWithin(ranges: readonly (readonly [number, number])[], unit: number): boolean {
  return ranges.some(([from, to]) => unit >= from && unit <= to)
}

/** Kana and unified ideographs of the basic plane. */
const ideographs = [
  [0x3041, 0x30ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xf900, 0xfaff]
] as const

/** Punctuation, spaces, currency, arrows, mathematics and other symbols. */
const separators = [
  [0x80, 0xa9],
  [0xab, 0xb4],
  [0xb6, 0xb9],
  [0xbb, 0xbf],
  [0xd7, 0xd7],
  [0xf7, 0xf7],
  [0x2000, 0x206f],
  [0x20a0, 0x20cf],
  [0x2190, 0x2bff],
  [0x2e00, 0x2e7f],
  [0x3000, 0x3004],
  [0x3008, 0x3040],
  [0xfe00, 0xfe1f],
  [0xfe30, 0xfe6f],
  [0xfff0, 0xffff]
] as const
