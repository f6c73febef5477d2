import { posix } from "node:path"
import { isTest, listProjectFiles, type ProjectFile } from "../workspace/source-files.ts"
import type { GateStep } from "./gate-step.ts"

// STYLE: nine files in ten stay under 200 lines. The hard limits per file (400, tests 600) are the linter's.
const SMALL_LINES = 200
const SMALL_SHARE = 0.9
const kebabCase = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9]+)*\.(?:ts|mjs)$/
const names = new Set(["utils", "util", "types", "helpers", "helper", "misc", "common"])

/** Files are small and named for what they hold. */
export const files: GateStep = {
  name: "files",
  purpose: "files are small, kebab-case and named for their content",
  async run({ root }) {
    const all = (await listProjectFiles(root)).filter(({ path }) => /\.(?:ts|mjs)$/.test(path))
    const sources = all.filter(({ path }) => !isTest(path))
    const sizes = sources.map(lineCount).sort((a, b) => a - b)
    const share = sizes.filter(size => size <= SMALL_LINES).length / Math.max(1, sizes.length)
    return {
      problems: [
        ...all.flatMap(({ path }) => nameProblem(path)),
        ...(share < SMALL_SHARE ? tooMany(sources) : [])
      ],
      note: `${sources.length} sources, median ${sizes[sizes.length >> 1] ?? 0} lines, ${percent(share)} ≤ ${SMALL_LINES}`
    }
  }
}

function nameProblem(path: string): string[] {
  const base = posix.basename(path)
  if (!kebabCase.test(base)) return [`${path}: name it in kebab-case, for its main export`]
  const stem = base.split(".")[0] ?? ""
  return names.has(stem) ? [`${path}: "${stem}" says nothing; name the file for its main export`] : []
}

function tooMany(sources: readonly ProjectFile[]): string[] {
  const large = sources.filter(file => lineCount(file) > SMALL_LINES)
  const list = large.map(file => `  ${lineCount(file)} ${file.path}`).join("\n")
  return [`nine sources in ten must have at most ${SMALL_LINES} lines; these have more:\n${list}`]
}

function lineCount({ text }: ProjectFile): number {
  return text.split("\n").length - (text.endsWith("\n") ? 1 : 0)
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`
}
