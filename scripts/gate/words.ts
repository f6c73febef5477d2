import { homedir } from "node:os"
import { dirname } from "node:path"
import { listProjectFiles, type ProjectFile } from "../workspace/source-files.ts"
import type { GateStep } from "./gate-step.ts"

interface Forbidden {
  readonly pattern: RegExp
  readonly reason: string
  /** Which files it applies to; every text file when absent. */
  readonly in?: RegExp
}

const code = /\.(?:ts|mjs|js|sh)$/
// One letter of each is in brackets, so that this file does not find itself.
const unfinished = /\b(?:T[O]DO|F[I]XME|X[X]X|H[A]CK)\b/
const suppressions = /@ts-(?:i[g]nore|n[o]check)\b/

/** Nothing unfinished is left in the sources, and nothing names the machine it was written on. */
export const words: GateStep = {
  name: "words",
  purpose: "no machine path, no unfinished mark, no silenced type error",
  async run({ root }) {
    const files = (await listProjectFiles(root)).filter(({ text }) => !text.includes("\0"))
    const rules = forbidden(root)
    return { problems: files.flatMap(file => findings(file, rules)), note: `${files.length} files` }
  }
}

function forbidden(root: string): Forbidden[] {
  return [
    {
      pattern: unfinished,
      reason: "finish it or write it down as an issue",
      in: code
    },
    {
      pattern: suppressions,
      reason: "fix the type instead of silencing it",
      in: code
    },
    {
      pattern: /\b(?:it|test|describe)\.only\b/,
      reason: "a focused test hides the others",
      in: /\.test\.ts$/
    },
    {
      // The build emits syntax as written (tsconfig.base.json), and the packages promise Node 22.
      pattern: /^\s*(?:await\s+)?using\s+\w+\s*=|^\s*@\w+\(|^\s*(?:static\s+)?accessor\s+#?\w+/,
      reason: "newer syntax than Node 22 knows; write it out",
      in: /^packages\/[^/]+\/src\/(?!.*\.test\.ts$).*\.ts$/
    },
    { pattern: /(?:\/home|\/Users|C:\\Users)[/\\]\w+/, reason: "names somebody's machine" },
    { pattern: /https?:\/\//, reason: "the lockfile must not name a registry", in: /^pnpm-lock\.yaml$/ },
    ...machinePaths(root).map(path => ({
      pattern: new RegExp(`(?<![\\w./-])${escapeRegExp(path)}(?:/|\\b)`),
      reason: "names the machine this checkout lies on"
    }))
  ]
}

// Read from the machine at hand, so that whoever runs the gate finds the paths they themselves may have leaked.
function machinePaths(root: string): string[] {
  return [...new Set([root, dirname(root), homedir()])].filter(path => path.length > 1)
}

function findings({ path, text }: ProjectFile, rules: readonly Forbidden[]): string[] {
  const applicable = rules.filter(rule => rule.in === undefined || rule.in.test(path))
  return text.split("\n").flatMap((line, index) =>
    applicable.flatMap(({ pattern, reason }) => {
      const match = pattern.exec(line)
      return match === null ? [] : [`${path}:${index + 1}: "${match[0]}": ${reason}`]
    })
  )
}

function escapeRegExp(literal: string): string {
  return literal.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
}
