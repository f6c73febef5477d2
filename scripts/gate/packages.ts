import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { publint } from "publint"
import { formatMessage } from "publint/utils"
import { packPackages } from "../workspace/pack-packages.ts"
import { listEntryPoints, listPackages, type WorkspacePackage } from "../workspace/packages.ts"
import type { GateStep } from "./gate-step.ts"

// What a reader of any package finds beside its sources.
const house = ["README.md", "SPEC.md"]
const conditions = ["@syncline/source", "types", "default"]

/** Manifests promise what the packed files keep. */
export const packages: GateStep = {
  name: "packages",
  purpose: "exports point at files that exist, publint is content, README and SPEC are there",
  async run({ root }) {
    const all = listPackages(root)
    const entries = listEntryPoints(root).flatMap(({ owner, specifier, conditions: targets }) =>
      entryProblems(owner, specifier, { ...targets })
    )
    const lint = await Promise.all(
      (await packPackages(root)).map(({ source, tarball }) => publintProblems(source, tarball))
    )
    return {
      problems: [...all.flatMap(missingPapers), ...entries, ...lint.flat()],
      note: `${all.length} packages`
    }
  }
}

function missingPapers({ path, manifest }: WorkspacePackage): string[] {
  return house.filter(file => !existsSync(join(path, file))).map(file => `${manifest.name} has no ${file}`)
}

function entryProblems(
  owner: WorkspacePackage,
  specifier: string,
  targets: Readonly<Record<string, string>>
): string[] {
  const order = Object.keys(targets).join(", ")
  // Order matters: the first condition that applies wins.
  if (order !== conditions.join(", "))
    return [`${specifier}: conditions must be ${conditions.join(", ")}, not ${order}`]
  // publint looks for the other two inside the tarball, where it counts.
  const source = targets["@syncline/source"] ?? ""
  if (existsSync(join(owner.path, source))) return []
  return [`${specifier}: its source ${source} does not exist`]
}

async function publintProblems({ manifest }: WorkspacePackage, tarball: string): Promise<string[]> {
  const bytes = new Uint8Array(readFileSync(tarball))
  const { messages, pkg } = await publint({ strict: true, pack: { tarball: bytes.buffer } })
  return messages.map(
    message => `${manifest.name}: ${formatMessage(message, pkg, { color: false }) ?? message.code}`
  )
}
