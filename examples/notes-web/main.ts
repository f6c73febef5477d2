// Builds the page and serves it: node --conditions=@syncline/source examples/notes-web/main.ts [port]
import { join } from "node:path"
import { sqliteStore } from "@syncline/adapters/sqlite"
import { buildPage } from "./build-page.ts"
import { serveNotes } from "./serve-notes.ts"

const [port = "8080"] = process.argv.slice(2)
const folder = join(import.meta.dirname, "dist")
await buildPage(folder)
const server = await serveNotes(
  sqliteStore(join(import.meta.dirname, "notes.db")),
  join(import.meta.dirname, "dist"),
  Number(port)
)
console.log(`Notes are at ${server.url}: open it in two tabs. Ctrl+C ends it.`)
process.once("SIGINT", () => void server.close())
