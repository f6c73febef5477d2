// The one entry point of `npm start`, `npm test`, `npm run gate` and `npm run bench`.
// It must run on a machine that has only Node >= 20 and npm, before anything is installed: so plain
// JavaScript, built-in modules only. It installs what is missing, then runs the task under the
// workspace's own, newer Node (the `node` dev dependency), which runs TypeScript directly.
import { spawn, spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { constants } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const OLDEST_NODE = 20
const root = dirname(dirname(fileURLToPath(import.meta.url)))
const modules = join(root, "node_modules")
const stampFile = join(modules, ".syncline-installed")

const sources = "--conditions=@syncline/source"
const tasks = {
  start: [sources, "examples/tour/main.ts"],
  test: ["node_modules/vitest/vitest.mjs", "run"],
  gate: ["scripts/gate.ts"],
  bench: ["--expose-gc", sources, "bench/run.ts"]
}

const [name, ...extra] = process.argv.slice(2)
const task = Object.hasOwn(tasks, name ?? "") ? tasks[name] : undefined
if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
  fail(`Syncline needs Node ${OLDEST_NODE} or newer to start; this is Node ${process.versions.node}.`)
}
if (task === undefined) {
  fail(`Unknown task "${name ?? ""}". Use one of: ${Object.keys(tasks).join(", ")}.`)
}
installIfNeeded()
runTask(task, extra)

/** Installs when node_modules was made from other manifests or another lockfile than those here now. */
function installIfNeeded() {
  const wanted = fingerprint()
  const found = existsSync(stampFile) ? readFileSync(stampFile, "utf8") : ""
  if (found === wanted && existsSync(workspaceNode())) return

  const pnpm = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).packageManager
  const started = Date.now()
  console.error(
    existsSync(modules)
      ? "Dependencies changed: bringing node_modules up to date …"
      : "First run: installing dependencies into node_modules (a minute or two) …"
  )
  install(pnpm)
  const check = spawnSync(workspaceNode(), ["--version"], { encoding: "utf8" })
  if (check.status !== 0) {
    fail(
      `Dependencies are installed, but the workspace's own Node (${workspaceNode()}) does not run on this machine: ` +
        `${check.error?.message ?? check.stderr.trim()}\nRemove node_modules and try again.`
    )
  }
  writeFileSync(stampFile, wanted)
  console.error(`Installed in ${Math.round((Date.now() - started) / 1000)} s.`)
}

function install(pnpm) {
  const args = ["--yes", pnpm, "install", "--frozen-lockfile", "--config.confirm-modules-purge=false"]
  const windows = process.platform === "win32"
  // On Windows npx is a .cmd file, which only a shell can start; no argument here needs quoting.
  const result = spawnSync(windows ? "npx.cmd" : "npx", args, { cwd: root, encoding: "utf8", shell: windows })
  if (result.status === 0) return
  const output = `${result.stdout ?? ""}${result.stderr ?? ""}`.trim().split("\n").slice(-40).join("\n")
  fail(
    `${output}\n\nInstalling failed${result.error ? ` (${result.error.message})` : ""}. The command was, in ${root}:\n` +
      `  npx ${args.join(" ")}\n` +
      "It needs a network connection and a working npm. If pnpm-lock.yaml is out of date, run it without --frozen-lockfile."
  )
}

/** A hash over everything that decides what node_modules must contain. */
function fingerprint() {
  const hash = createHash("sha256").update(`${process.platform}-${process.arch}\n`)
  for (const file of ["package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml", ...memberManifests()]) {
    hash.update(`${file}\n`).update(readFileSync(join(root, file)))
  }
  return hash.digest("hex")
}

function memberManifests() {
  const nested = ["packages", "examples"].flatMap(folder =>
    existsSync(join(root, folder)) ? readdirSync(join(root, folder)).map(member => `${folder}/${member}`) : []
  )
  return [...nested, "bench", "test"]
    .map(member => `${member}/package.json`)
    .filter(file => existsSync(join(root, file)))
    .sort()
}

/** Where the pinned Node's binary is (or will be); Windows names it in the package's own manifest. */
function workspaceNode() {
  const manifest = join(modules, "node", "package.json")
  const bin = existsSync(manifest) ? JSON.parse(readFileSync(manifest, "utf8")).bin?.node : undefined
  return join(modules, "node", bin ?? "bin/node")
}

function runTask(args, forwarded) {
  const child = spawn(workspaceNode(), [...args, ...forwarded], { cwd: root, stdio: "inherit" })
  // Ctrl-C reaches the child through the terminal; wait for it to finish instead of leaving it behind.
  process.on("SIGINT", () => {})
  process.on("SIGTERM", () => child.kill("SIGTERM"))
  child.on("error", error => fail(`Could not start ${workspaceNode()}: ${error.message}`))
  child.on("exit", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]))
}

function fail(message) {
  console.error(message)
  process.exit(1)
}
