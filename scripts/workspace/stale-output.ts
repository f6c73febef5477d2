import { existsSync, globSync, rmSync } from "node:fs"
import { join } from "node:path"
import { listPackages } from "./packages.ts"

/** Deletes what an earlier build left in `dist` for sources that are gone, so that nothing old is packed or reported. */
export function removeStaleOutput(root: string): void {
  for (const { path } of listPackages(root)) {
    for (const output of globSync("**/*.{js,d.ts,js.map,d.ts.map}", { cwd: join(path, "dist") })) {
      const source = output.replace(/(?:\.d)?\.[jt]s(?:\.map)?$/, ".ts")
      if (!existsSync(join(path, "src", source))) rmSync(join(path, "dist", output))
    }
  }
}
