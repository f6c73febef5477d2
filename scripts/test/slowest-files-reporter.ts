import { relative } from "node:path"
import type { Reporter, TestModule } from "vitest/node"
import { slowestFiles } from "./slowest-files.ts"

/** Prints at the end of a run which files took longest, and fails a whole run in which one took too much of it. */
export class SlowestFilesReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const { text, problems } = slowestFiles(modules.map(fileTime))
    console.log(`\n${text}`)
    for (const problem of problems) console.error(problem)
    if (problems.length > 0) process.exitCode = 1
  }
}

function fileTime(module: TestModule): { readonly path: string; readonly seconds: number } {
  const { duration, collectDuration, setupDuration } = module.diagnostic()
  return {
    path: relative(process.cwd(), module.moduleId).replaceAll("\\", "/"),
    seconds: (duration + collectDuration + setupDuration) / 1000
  }
}
