import { readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { seededRandom } from "../harness/seeded-random.ts"

/** Two versions of a text. */
export interface TextCase {
  readonly input: string
  readonly before: string
  readonly after: string
}

type Random = () => number

/** What people do to texts, on a README that is installed anyway and on made-up prose of a given length. */
export function textCases(proseChars: number): TextCase[] {
  return [
    ...edits("README of yjs", readme("yjs"), seededRandom(1)),
    ...edits("prose", prose(proseChars, seededRandom(2)), seededRandom(3))
  ]
}

/** Texts with hardly anything in common, where a search for the shortest script has no end. */
export function unrelatedCases(chars: number): TextCase[] {
  const noise = (random: Random) => Array.from({ length: chars }, () => (random() < 0.5 ? "a" : "b")).join("")
  const before = prose(chars, seededRandom(4))
  const after = prose(chars, seededRandom(5))
  return [
    { input: `other prose, ${chars} chars`, before, after },
    {
      input: `noise of two letters, ${chars} chars`,
      before: noise(seededRandom(6)),
      after: noise(seededRandom(7))
    }
  ]
}

function edits(name: string, before: string, random: Random): TextCase[] {
  const words = before.split(/\s+/)
  const common = mostCommon(words.filter(word => /^[a-z]{4,}$/.test(word)))
  const at = Math.floor(before.length / 2)
  const cases = {
    keystroke: replaced(before, at, 0, "x"),
    "paste of 2,000 chars": replaced(before, at, 0, before.slice(-2000)),
    "section rewritten": replaced(before, at, 600, words.slice(0, 90).toReversed().join(" ")),
    "20 scattered edits": scattered(before, 20, words, random),
    "200 scattered edits": scattered(before, 200, words, random),
    [`"${common}" renamed everywhere`]: before.replaceAll(new RegExp(`\\b${common}\\b`, "g"), "something")
  }
  return Object.entries(cases).map(([edit, after]) => ({
    input: `${name}, ${before.length} chars, ${edit}`,
    before,
    after
  }))
}

function scattered(text: string, count: number, words: readonly string[], random: Random): string {
  let edited = text
  for (let i = 0; i < count; i++) {
    const word = words[Math.floor(random() * words.length)] ?? ""
    edited = replaced(edited, Math.floor(random() * edited.length), Math.floor(random() * 12), word)
  }
  return edited
}

function replaced(text: string, at: number, remove: number, insert: string): string {
  return text.slice(0, at) + insert + text.slice(at + remove)
}

function mostCommon(words: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return [...counts].toSorted(([, a], [, b]) => b - a)[0]?.[0] ?? "the"
}

/** Paragraphs of words whose frequencies fall off as in natural language. */
function prose(chars: number, random: Random): string {
  const letters = "etaoinshrdlucmfwypvbgkjqxz"
  const word = () =>
    Array.from({ length: 2 + Math.floor(random() * 8) }, () => letters[Math.floor(random() ** 2 * 26)]).join(
      ""
    )
  const vocabulary = Array.from({ length: 3000 }, word)
  const pick = () => vocabulary[Math.floor(random() ** 3 * vocabulary.length)] ?? ""
  const paragraphs: string[] = []
  for (let length = 0; length < chars; ) {
    const paragraph = `${Array.from({ length: 30 + Math.floor(random() * 100) }, pick).join(" ")}.\n`
    paragraphs.push(paragraph)
    length += paragraph.length
  }
  return paragraphs.join("").slice(0, chars)
}

function readme(name: string): string {
  const entry = fileURLToPath(import.meta.resolve(name))
  const root = entry.slice(
    0,
    entry.lastIndexOf(join("node_modules", name)) + join("node_modules", name).length
  )
  return readFileSync(join(root, "README.md"), "utf8")
}
