import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { buildMixing, mixingModulePath } from "../mixing/build.ts"
import type { GateStep } from "./gate-step.ts"

/** The checked-in WebAssembly is what its sources compile to, byte for byte. */
export const wasm: GateStep = {
  name: "wasm",
  purpose: "the WebAssembly that is checked in is what its sources compile to",
  async run({ root, write }) {
    const built = await buildMixing(root)
    const path = join(root, mixingModulePath)
    if (write) writeFileSync(path, built)
    const same = existsSync(path) && readFileSync(path, "utf8") === built
    return {
      problems: same
        ? []
        : [`${mixingModulePath} is not what mixing/assembly compiles to: gate --write wasm`],
      note: `${built.length} characters`
    }
  }
}
