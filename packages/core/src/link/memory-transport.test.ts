import { describe, it } from "vitest"
import { systemPorts } from "../ports/system-ports.ts"
import { transportContract } from "../testing/transport-contract.ts"
import { memoryTransport } from "./memory-transport.ts"
import type { Connection } from "./transport.ts"

async function fixture() {
  let accept: (connection: Connection) => void = () => {}
  const transport = memoryTransport(systemPorts().timers, connection => accept(connection))
  const accepted = () => new Promise<Connection>(resolve => (accept = resolve))
  return { transport, accepted, dispose: async () => {} }
}

describe("memory transport", () => {
  for (const { title, run } of transportContract("memory", fixture)) it(title, run)
})
