import { globSync, readFileSync } from "node:fs"
import { join, sep } from "node:path"
import { isWanted } from "./bench-filter.ts"

/**
 * The bench files that may have a bench asked for, as `area/file.ts`, sorted. A bench file is one in `bench/<area>/` that exports
 * `benches`; what lies beside it (inputs, models, tests) is told apart by reading, so that no file is loaded for nothing. For the
 * same reason a file is passed over in which no filter stands: a bench's name has to be written out in its file.
 */
export function findBenchFiles(benchRoot: string, filters: readonly string[] = []): string[] {
  return globSync("*/*.ts", { cwd: benchRoot, exclude: ["node_modules", "harness", "results"] })
    .map(file => file.split(sep).join("/"))
    .filter(
      file =>
        !file.endsWith(".test.ts") && mayHave(filters, file, readFileSync(join(benchRoot, file), "utf8"))
    )
    .sort()
}

function mayHave(filters: readonly string[], file: string, source: string): boolean {
  return /^export const benches\b/m.test(source) && isWanted(filters, file, source)
}
