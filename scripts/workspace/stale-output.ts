import { existsSync, globSync, rmSync, statSync } from "node:fs"
import { join } from "node:path"
import { listPackages } from "./packages.ts"

/**
 * Deletes what an earlier build left in `dist` for sources that are gone, or all of it where what is built was decided
 * anew since, so that nothing old is packed or reported.
 */
export function removeStaleOutput(root: string): void {
  for (const { path } of listPackages(root)) {
    if (isOlder(join(path, "dist", ".tsbuildinfo"), join(path, "tsconfig.build.json")))
      rmSync(join(path, "dist"), { recursive: true })
    for (const output of globSync("**/*.{js,d.ts,js.map,d.ts.map}", { cwd: join(path, "dist") })) {
      const source = output.replace(/(?:\.d)?\.[jt]s(?:\.map)?$/, ".ts")
      if (!existsSync(join(path, "src", source))) rmSync(join(path, "dist", output))
    }
  }
}

function isOlder(output: string, decision: string): boolean {
  return existsSync(output) && statSync(output).mtimeMs < statSync(decision).mtimeMs
}
