import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { runNode } from "../workspace/run-command.ts"

/** Where the built module is checked in, relative to the workspace. */
export const mixingModulePath = "packages/diff/src/binary/mixing/mixing-wasm.ts"

const PACKAGE = "packages/diff"
// Two pages to begin with: the tables. `start` asks for what else the input needs.
const FLAGS = [
  "-O3",
  "--converge",
  "--runtime",
  "stub",
  "--noAssert",
  "--enable",
  "simd",
  "--initialMemory",
  "2"
]

/**
 * Compiles the context-mixing model (AssemblyScript in `packages/diff/mixing/assembly`) and returns the text of the module
 * that holds it. The same sources give the same text: the compiler's version is pinned by the lockfile.
 */
export async function buildMixing(root: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "mixing-"))
  try {
    // They are called `.as` at home, since every tool for TypeScript would stumble over them; the compiler wants `.ts`.
    const sources = join(root, PACKAGE, "mixing/assembly")
    for (const name of readdirSync(sources))
      cpSync(join(sources, name), join(folder, name.replace(/\.as$/, ".ts")))
    const asc = join(root, PACKAGE, "node_modules/assemblyscript/bin/asc.js")
    const built = await runNode([asc, "index.ts", "-o", "mixing.wasm", ...FLAGS], { cwd: folder })
    if (built.code !== 0) throw new Error(`the model does not compile:\n${built.output}`)
    return moduleText(readFileSync(join(folder, "mixing.wasm")))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function moduleText(wasm: Buffer): string {
  return [
    "/** WebAssembly of `mixing/assembly`, in base64. Written by `npm run gate -- --write wasm`. */",
    `export const mixingWasm: string =`,
    `  "${wasm.toString("base64")}"`,
    ""
  ].join("\n")
}
