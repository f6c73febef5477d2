import { test } from "vitest"
import { systemPorts } from "../ports/system-ports.ts"
import { transportContract, type TransportFixture } from "../testing/transport-contract.ts"
import { memoryTransport } from "./memory-transport.ts"
import type { Connection } from "./transport.ts"

async function fixture(): Promise<TransportFixture> {
  const waiting: ((connection: Connection) => void)[] = []
  const transport = memoryTransport(systemPorts().timers, connection => waiting.shift()?.(connection))
  const accepted = () => new Promise<Connection>(resolve => waiting.push(resolve))
  return { transport, accepted, dispose: async () => {} }
}

for (const { title, run } of transportContract("memory", fixture)) test(title, () => run())
