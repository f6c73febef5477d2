import { copyFileSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { WitnessRecord } from "@syncline/core"
import { expect, test } from "vitest"
import { temporaryFolder } from "../testing/temporary-folder.ts"
import { identityOf } from "./file-identity.ts"
import { fileWitness } from "./file-witness.ts"
import { stateDirectory } from "./state-directory.ts"

interface Place {
  readonly folder: string
  readonly database: string
  readonly directory: string
}

function place(): Place {
  const folder = temporaryFolder()
  const database = join(folder, "notes.db")
  writeFileSync(database, "any file will do")
  return { folder, database, directory: join(folder, "state") }
}

function record(position: number): WitnessRecord {
  const [token, nextToken, logHash] = [1, 2, 3].map(byte => new Uint8Array(16).fill(byte + position)) as [
    Uint8Array,
    Uint8Array,
    Uint8Array
  ]
  return { token, nextToken, position, logHash }
}

function witnessFile({ directory }: Place): string {
  const folder = join(directory, "witness")
  return join(folder, readdirSync(folder)[0] ?? "")
}

test("[WI1] a witness gives the record saved last, after reopening too, and nothing before the first", () => {
  const { database, directory } = place()
  const witness = fileWitness(database, { directory })
  expect(witness.load()).toBeUndefined()
  for (const position of [1, 2 ** 40, 3]) witness.save(record(position))
  expect(witness.load()).toEqual(record(3))
  witness.close()
  const again = fileWitness(database, { directory })
  expect(again.load()).toEqual(record(3))
  again.close()
})

test("[WI1] saving without loading first continues the sequence of the file", () => {
  const { database, directory } = place()
  for (const position of [1, 2, 3, 4, 5]) {
    const witness = fileWitness(database, { directory })
    witness.save(record(position))
    expect(witness.load()).toEqual(record(position))
    witness.close()
  }
})

test("[WI2] the witness is found after a rename, and not for a copy", () => {
  const { folder, database, directory } = place()
  const witness = fileWitness(database, { directory })
  witness.save(record(1))
  witness.close()
  const [moved, copied] = [join(folder, "moved.db"), join(folder, "copied.db")]
  copyFileSync(database, copied)
  renameSync(database, moved)
  expect(fileWitness(moved, { directory }).load()).toEqual(record(1))
  expect(fileWitness(copied, { directory }).load()).toBeUndefined()
})

test("[WI2] a file is named by inode and birth, by inode and device where the birth is not known", () => {
  const stats = { ino: 255n, dev: 16n, birthtimeNs: 4096n }
  expect(identityOf(stats, "linux")).toBe("iff-b1000")
  expect(identityOf({ ...stats, birthtimeNs: 0n }, "linux")).toBe("iff-d10")
  expect(identityOf(stats, "aix")).toBe("iff-d10")
})

test("[WI3] a save torn at any byte leaves the record before it", () => {
  const at = place()
  const witness = fileWitness(at.database, { directory: at.directory })
  witness.save(record(1))
  const before = readFileSync(witnessFile(at))
  witness.save(record(2))
  witness.close()
  const after = readFileSync(witnessFile(at))
  const changed = [...after.keys()].filter(index => after[index] !== before[index])
  expect(changed.length).toBeGreaterThan(30)
  for (const cut of changed.slice(0, -1)) {
    writeFileSync(witnessFile(at), Buffer.concat([after.subarray(0, cut + 1), before.subarray(cut + 1)]))
    const torn = fileWitness(at.database, { directory: at.directory })
    expect(torn.load()).toEqual(record(1))
    torn.close()
  }
})

test("[WI3] a witness damaged altogether is as if it had never been", () => {
  const at = place()
  const witness = fileWitness(at.database, { directory: at.directory })
  witness.save(record(1))
  witness.close()
  writeFileSync(witnessFile(at), Buffer.alloc(9000, 0xff))
  expect(fileWitness(at.database, { directory: at.directory }).load()).toBeUndefined()
})

test.skipIf(process.platform === "win32")("[WI4] only the owner can read it", () => {
  const at = place()
  const witness = fileWitness(at.database, { directory: at.directory })
  witness.save(record(1))
  witness.close()
  expect(statSync(witnessFile(at)).mode & 0o777).toBe(0o600)
})

test("[WI4] a state directory that is the folder of the data is refused", () => {
  const { database, folder } = place()
  const witness = fileWitness(database, { directory: folder })
  expect(() => witness.load()).toThrow(expect.objectContaining({ code: "witness-unavailable" }) as Error)
  expect(readdirSync(folder)).toEqual(["notes.db"])
})

test("[WI4] no writable place is a typed error that names the ways out", () => {
  const { database, directory } = place()
  writeFileSync(directory, "a file where the folder should be")
  const witness = fileWitness(database, { directory })
  expect(() => witness.save(record(1))).toThrow(
    expect.objectContaining({ code: "witness-unavailable" }) as Error
  )
  expect(() => witness.load()).toThrow(/SYNCLINE_STATE_DIR/)
  witness.close()
})

test("[WI5] the state directory follows the platform, and SYNCLINE_STATE_DIR before it", () => {
  expect(stateDirectory({ SYNCLINE_STATE_DIR: "/s", XDG_STATE_HOME: "/x" }, "linux")).toBe("/s")
  expect(stateDirectory({ XDG_STATE_HOME: "/x" }, "linux")).toBe(join("/x", "syncline"))
  expect(stateDirectory({ XDG_STATE_HOME: "relative" }, "linux")).toMatch(/\.local.state.syncline$/)
  expect(stateDirectory({}, "darwin")).toMatch(/Application Support.Syncline$/)
  expect(stateDirectory({ LOCALAPPDATA: "L" }, "win32")).toBe(join("L", "Syncline"))
})
