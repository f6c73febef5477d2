import { globSync, readFileSync } from "node:fs"
import { join, sep } from "node:path"

/**
 * Every bench file, as `area/file.ts`, sorted. A bench file is one in `bench/<area>/` that exports `benches`; what lies
 * beside it (inputs, models, tests) is told apart by reading, so that no file is loaded for nothing.
 */
export function findBenchFiles(benchRoot: string): string[] {
  return globSync("*/*.ts", { cwd: benchRoot, exclude: ["node_modules", "harness", "results"] })
    .map(file => file.split(sep).join("/"))
    .filter(file => !file.endsWith(".test.ts") && exportsBenches(join(benchRoot, file)))
    .sort()
}

function exportsBenches(path: string): boolean {
  return /^export const benches\b/m.test(readFileSync(path, "utf8"))
}
