import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { splitByBuilt } from "../workspace/built-entry-points.ts"
import { type PackedPackage, packPackages } from "../workspace/pack-packages.ts"
import { listEntryPoints } from "../workspace/packages.ts"
import { runCommand, runNode } from "../workspace/run-command.ts"
import { consumerSmoke } from "./consumer-smoke.ts"
import type { GateStep } from "./gate-step.ts"
import { undeclaredImports } from "./undeclared-imports.ts"

/** A way users resolve types: compiler options, and which entry points such a user can use. */
interface Consumer {
  readonly name: string
  readonly options: Readonly<Record<string, unknown>>
  readonly nodeTypes: boolean
}

const consumers: readonly Consumer[] = [
  {
    name: "nodenext",
    nodeTypes: true,
    options: { module: "nodenext", moduleResolution: "nodenext", types: ["node"] }
  },
  {
    name: "bundler",
    nodeTypes: false,
    options: { module: "esnext", moduleResolution: "bundler", types: [], lib: ["ES2024", "DOM"] }
  }
]

// What only runs in Node; its types may name Node's.
const nodeOnly = /\/(?:sqlite|server|testing)$/

/** A stranger installs the packed tarballs, compiles against them and runs them, in a folder of their own. */
export const consumer: GateStep = {
  name: "consumer",
  purpose: "packed tarballs type-check (nodenext, bundler), load and work in plain Node, 22 included",
  async run({ root }) {
    const home = mkdtempSync(join(tmpdir(), "syncline-consumer-"))
    try {
      const packed = await packPackages(root)
      await install(root, home, packed)
      // What is not built at all is the `packages` step's finding; repeating it here would bury what only shows here.
      const { built } = splitByBuilt(listEntryPoints(root), targets => targets.default)
      const specifiers = built.map(({ specifier }) => specifier)
      const problems = packed.flatMap(({ source: { manifest } }) =>
        undeclaredImports(join(home, "node_modules", manifest.name), manifest)
      )
      for (const each of consumers) problems.push(...(await typeProblems(root, home, each, specifiers)))
      for (const specifier of specifiers) problems.push(...(await loadProblems(home, specifier)))
      const smoke = await consumerSmoke(home)
      problems.push(...smoke.problems)
      return { problems, note: `${specifiers.length} entry points; ${smoke.note}` }
    } finally {
      rmSync(home, { recursive: true, force: true })
    }
  }
}

async function install(root: string, home: string, packed: readonly PackedPackage[]): Promise<void> {
  writeFileSync(join(home, "package.json"), JSON.stringify({ private: true, type: "module" }))
  for (const { source, tarball } of packed) {
    const target = join(home, "node_modules", source.manifest.name)
    mkdirSync(target, { recursive: true })
    const unpacked = await runCommand("tar", ["-xzf", tarball, "--strip-components=1", "-C", target], {
      cwd: home
    })
    if (unpacked.code !== 0) throw new Error(`tar could not unpack ${tarball}:\n${unpacked.output}`)
    // Only what a user gets by installing: dependencies and peers, not the workspace's own dev dependencies.
    const { dependencies, peerDependencies } = source.manifest
    for (const name of Object.keys({ ...dependencies, ...peerDependencies })) {
      if (!name.startsWith("@syncline/")) link(join(source.path, "node_modules", name), home, name)
    }
  }
  link(join(root, "node_modules", "@types", "node"), home, "@types/node")
}

function link(from: string, home: string, name: string): void {
  const path = join(home, "node_modules", name)
  rmSync(path, { force: true })
  mkdirSync(dirname(path), { recursive: true })
  symlinkSync(from, path, "junction")
}

async function typeProblems(
  root: string,
  home: string,
  each: Consumer,
  specifiers: readonly string[]
): Promise<string[]> {
  const usable = specifiers.filter(specifier => each.nodeTypes || !nodeOnly.test(specifier))
  const lines = usable.map(
    (specifier, index) => `import * as entry${index} from "${specifier}"\nvoid entry${index}\n`
  )
  writeFileSync(join(home, "consumer.ts"), lines.join(""))
  const compilerOptions = { target: "es2024", strict: true, noEmit: true, ...each.options }
  writeFileSync(join(home, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["consumer.ts"] }))
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc")
  const { code, output } = await runNode([tsc, "-p", home], { cwd: home })
  if (code === 0) return []
  // Errors inside other people's declarations are not ours to mend, and not caused by us.
  const ours = output
    .split("\n")
    .filter(line => line.startsWith("consumer.ts") || line.includes("node_modules/@syncline/"))
  return ours.map(line => `${each.name}: ${line}`)
}

async function loadProblems(home: string, specifier: string): Promise<string[]> {
  const script = `const names = Object.keys(await import(${JSON.stringify(specifier)}))
if (names.length === 0) { console.error("it exports nothing at run time"); process.exit(1) }`
  const { code, output } = await runNode(["--input-type=module", "--eval", script], { cwd: home })
  if (code === 0) return []
  const message = output.split("\n").find(line => /^\w*Error\b/.test(line)) ?? output.trim()
  return [`plain Node cannot load ${specifier}: ${message}`]
}
