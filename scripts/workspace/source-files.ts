import { readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { runCommand } from "./run-command.ts"

/** One text file of the project, as the house rules see it. */
export interface ProjectFile {
  /** Relative to the workspace, with forward slashes. */
  readonly path: string
  readonly text: string
}

/**
 * Every file git tracks or would track (so neither `node_modules` nor build output), sorted by path. `suffix`
 * narrows the list before anything is read.
 */
export async function listProjectFiles(root: string, suffix = ""): Promise<ProjectFile[]> {
  const listed = await runCommand("git", ["ls-files", "-co", "--exclude-standard", "-z"], { cwd: root })
  if (listed.code !== 0) throw new Error(`git could not list the project's files:\n${listed.output}`)
  return [...new Set(listed.stdout.split("\0"))]
    .filter(path => path !== "" && path.endsWith(suffix) && isFile(join(root, path)))
    .sort()
    .map(path => ({ path, text: readFileSync(join(root, path), "utf8") }))
}

/** True for test files, which other rules apply to. */
export function isTest(path: string): boolean {
  return path.endsWith(".test.ts")
}

/** True for what only tests use: test files, and what lies in a folder called `testing`. */
export function isForTests(path: string): boolean {
  return isTest(path) || path.includes("/testing/")
}

// git still lists a tracked file that was deleted but not yet committed as such.
function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}
