import { isTest, type ProjectFile } from "../workspace/source-files.ts"

/** What comparing the rules with the tests brought to light, and how many rules there are. */
export interface RuleCheck {
  readonly rules: number
  readonly problems: readonly string[]
}

interface Place {
  readonly id: string
  readonly where: string
}

// `- [VV3] equal is never before.` in a SPEC.md.
const definition = /^- \[([A-Z]+\d+)\]/
// `"[VV3] equal is never before"`, `"[VV3] [VV4] …"`: a string that begins with one or more ids.
const citation = /["'`]((?:\[[A-Z]+\d+\] ?)+)/g
// A test title that begins with anything else, once the line of its `test(` and the one after are put together.
const untitled =
  /^\s*(?:it|test)(?:\.(?:fails|skip|skipIf\([^)]*\)|each\([^)]*\)))?\(\s*["'`](?!\[[A-Z]+\d+\])/

// The title of a group that begins with a rule: what is in it need not say it again.
const titledGroup = /^\s*describe(?:\.each\([^)]*\))?\(\s*["'`]\[[A-Z]+\d+\]/

/**
 * Compares the numbered rules of every SPEC.md with the titles of the tests: each rule has one definition and at least
 * one test, each title of a package's test begins with a rule that exists.
 */
export function checkRules(files: readonly ProjectFile[]): RuleCheck {
  const specs = files.filter(({ path }) => /(?:(?:^|\/)SPEC|^packages\/[^/]+\/spec\/[^/]+)\.md$/.test(path))
  const sources = files.filter(({ path }) => /^(?:packages|test)\/.*\.ts$/.test(path))
  const defined = specs.flatMap(file => places(file, line => definition.exec(line)?.slice(1) ?? []))
  const cited = sources.flatMap(file => places(file, citedIds))
  const definedIds = new Set(defined.map(({ id }) => id))
  const citedOnce = new Set(cited.map(({ id }) => id))
  return {
    rules: definedIds.size,
    problems: [
      ...duplicates(defined).map(({ id, where }) => `${where}: [${id}] is already the name of another rule`),
      ...defined
        .filter(({ id }) => !citedOnce.has(id))
        .map(({ id, where }) => `${where}: no test cites [${id}]`),
      ...cited
        .filter(({ id }) => !definedIds.has(id))
        .map(({ id, where }) => `${where}: no SPEC.md has [${id}]`),
      ...sources.flatMap(untitledTests)
    ]
  }
}

function citedIds(line: string): string[] {
  return [...line.matchAll(citation)].flatMap(match => (match[1] ?? "").match(/[A-Z]+\d+/g) ?? [])
}

function places({ path, text }: ProjectFile, idsIn: (line: string) => readonly string[]): Place[] {
  return text
    .split("\n")
    .flatMap((line, index) => idsIn(line).map(id => ({ id, where: `${path}:${index + 1}` })))
}

function duplicates(defined: readonly Place[]): Place[] {
  return defined.filter(({ id }, index) => defined.findIndex(other => other.id === id) < index)
}

function untitledTests({ path, text }: ProjectFile): string[] {
  if (!isTest(path)) return []
  const lines = text.split("\n")
  return lines.flatMap((line, index) => {
    const title = line.trimEnd().endsWith("(") ? `${line}${lines[index + 1]?.trim() ?? ""}` : line
    if (!untitled.test(title) || isInTitledGroup(lines, index)) return []
    return [`${path}:${index + 1}: begin the title with the rule it checks, such as "[VV3] …"`]
  })
}

/** Whether a group around the line has a rule in its title; the formatter sees to it that indentation tells. */
function isInTitledGroup(lines: readonly string[], index: number): boolean {
  let depth = indentation(lines[index] ?? "")
  for (let above = index - 1; above >= 0 && depth > 0; above--) {
    const line = lines[above] ?? ""
    if (line.trim() === "" || indentation(line) >= depth) continue
    depth = indentation(line)
    if (titledGroup.test(line)) return true
  }
  return false
}

function indentation(line: string): number {
  return line.length - line.trimStart().length
}
