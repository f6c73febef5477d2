import { relative } from "node:path"
import type { Reporter, TestModule } from "vitest/node"
import { slowestFiles } from "./slowest-files.ts"

/**
 * Prints at the end of a run which files took longest, and warns of those that took too much of it. It never fails the run: how
 * long a file takes is the machine's say too.
 */
export class SlowestFilesReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const { text, problems } = slowestFiles(modules.map(fileTime))
    console.log(`\n${text}`)
    for (const problem of problems) console.warn(problem)
  }
}

function fileTime(module: TestModule): { readonly path: string; readonly seconds: number } {
  const { duration, collectDuration, setupDuration } = module.diagnostic()
  return {
    path: relative(process.cwd(), module.moduleId).replaceAll("\\", "/"),
    seconds: (duration + collectDuration + setupDuration) / 1000
  }
}
