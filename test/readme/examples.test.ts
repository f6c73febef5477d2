import { fork, spawnSync } from "node:child_process"
import { once } from "node:events"
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join, posix } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { exampleFile, guideFiles, readersFolder, readExamples, readmeFiles, root } from "./readme-examples.ts"

const packageFiles = readmeFiles().filter(file => file !== "README.md")
const examples = [...packageFiles, ...guideFiles()].flatMap(readExamples)
// The root README's is run by a test of its own. To compile it with these takes no longer; alone it takes as long as all.
const compiled = [...examples, ...readExamples("README.md")]
const folder = readersFolder(compiled)

/** The Qdrant server of the examples: the one of `QDRANT_URL`, or a stand-in in a process of its own, for this one waits while they run. */
let qdrantUrl = process.env["QDRANT_URL"]
let stopQdrant = (): void => {}

beforeAll(async () => {
  if (qdrantUrl !== undefined) return
  const program = join(root, "packages/adapters/src/qdrant/testing/stand-in-process.ts")
  const server = fork(program, { execArgv: ["--conditions=@syncline/source"] })
  stopQdrant = () => server.disconnect()
  const [url] = (await once(server, "message")) as [string]
  qdrantUrl = url
})

afterAll(() => {
  stopQdrant()
  rmSync(folder, { recursive: true, force: true })
})

function runNode(...args: readonly string[]): { status: number | null; output: string; errors: string } {
  const env = { ...process.env, SYNCLINE_STATE_DIR: join(folder, "state"), QDRANT_URL: qdrantUrl }
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, env, encoding: "utf8" })
  return { status, output: stdout, errors: stderr }
}

test.each(packageFiles)("[RM4] %s has an example, and one that prints what it says", file => {
  expect(
    readExamples(file)
      .map(({ printed }) => printed)
      .join("")
  ).not.toBe("")
})

test.each(examples.map((example, index) => ({ ...example, index })))(
  "[RM4] $name runs as it stands there, ends by itself and prints what its comments say",
  ({ index, printed }) => {
    const result = runNode("--conditions=@syncline/source", "--no-warnings", exampleFile(index))
    expect(result).toEqual({ status: 0, output: printed, errors: "" })
  }
)

test("[RM2] [RM5] every example of the README, of every package and guide compiles under the strict settings of the project", () => {
  const options = {
    extends: join(root, "tsconfig.check.json"),
    compilerOptions: { typeRoots: [join(root, "node_modules/@types")], types: ["node"] },
    files: compiled.map((_, index) => exampleFile(index))
  }
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(options))
  const result = runNode(join(root, "node_modules/typescript/bin/tsc"), "-p", folder)
  expect(result).toEqual({ status: 0, output: "", errors: "" })
})

const texts = [
  "ARCHITECTURE.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  "docs/complaints.md",
  "test/complaints/SPEC.md",
  ...readmeFiles(),
  ...guideFiles()
]

test.each(texts)("[RM6] every file that %s links to is there", file => {
  const links = [...readFileSync(join(root, file), "utf8").matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)]
  const paths = links.map(([, path = ""]) => posix.join(dirname(file), path))
  expect(paths.filter(path => !existsSync(join(root, path)))).toEqual([])
})

test("[RM6] every file and folder that ARCHITECTURE.md names is there", () => {
  const text = readFileSync(join(root, "ARCHITECTURE.md"), "utf8")
  const names = text.matchAll(/`((?:adapters|core|diff|clock|scripts|docs)\/[\w./-]+|[\w-]+\.ts)`/g)
  const named = [...names].map(([, path = ""]) => path)
  const sources = sourcePaths()
  const isThere = (path: string) => sources.some(each => each === path || each.endsWith(`/${path}`))
  expect(named.length).toBeGreaterThan(30)
  expect(named.filter(path => !isThere(path) && !existsSync(join(root, path)))).toEqual([])
})

/** Below `packages/`: a name without a folder may be that of any file. */
function sourcePaths(): readonly string[] {
  return readdirSync(join(root, "packages"), { recursive: true, encoding: "utf8" })
    .map(path => path.replaceAll("\\", "/"))
    .filter(path => !/(?:^|\/)(?:node_modules|dist)\//.test(path))
}
