// Runs the wanted benches of one file, in a process of its own: what the JIT and the garbage collector learned from one
// file does not colour the next. Started by `run-in-child.ts`, which passes a BenchOrder and listens.
import { pathToFileURL } from "node:url"
import type { Bench } from "./bench.ts"
import { isWanted } from "./bench-filter.ts"
import type { BenchMessage, BenchOrder } from "./bench-message.ts"

const order = JSON.parse(process.argv[2] ?? "{}") as BenchOrder
const { benches } = (await import(pathToFileURL(order.path).href)) as { readonly benches: readonly Bench[] }

let delivered: Promise<void> = Promise.resolve()
for (const bench of benches.filter(({ name }) => isWanted(order.filters, order.file, name))) {
  try {
    await bench.run({ quick: order.quick, report: row => tell({ kind: "row", row }) })
  } catch (error) {
    const printable = error instanceof Error ? (error.stack ?? error.message) : String(error)
    tell({ kind: "failed", bench: bench.name, error: printable })
  }
}
await delivered
// A bench may leave a server or a timer behind; its figures are in, so that must not keep the run from ending.
process.exit(0)

// The channel keeps the order, so the last message is through when all are.
function tell(message: BenchMessage): void {
  delivered = new Promise((resolve, reject) => {
    if (process.send === undefined) reject(new Error("run-file.ts is started by run-in-child.ts only"))
    else process.send(message, error => (error === null ? resolve() : reject(error)))
  })
}
