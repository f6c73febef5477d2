// Commits to a replica until it is killed, and says so: `open <actor>`, then `<document> <entry>` for every commit that
// was acknowledged as durable. Arguments: path of the store, state directory.
import { writeSync } from "node:fs"
import { openJournals } from "./journals.ts"

const [path = "", stateDirectory = ""] = process.argv.slice(2)

// Past the buffers of the process, which die with it.
const say = (line: string): void => void writeSync(1, `${line}\n`)

const { replica, journals } = await openJournals(path, stateDirectory)
say(`open ${replica.actor}`)
for (;;) {
  const commits = journals.map(async (journal, document) => {
    const entry = journal.value.entries.length
    await journal.change(draft => {
      draft.entries.push(entry)
      draft.notes = `${draft.notes} ${entry}`.slice(-200)
    }).durable
    say(`${document} ${entry}`)
  })
  await Promise.all(commits)
}
