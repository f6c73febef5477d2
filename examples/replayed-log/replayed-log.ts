import type { Engine } from "@syncline/core"
import { encode } from "./entry.ts"
import { genesisOf } from "./genesis.ts"
import { LogDocument } from "./log-document.ts"

/** An engine that keeps a log and replays it: the later of two who wrote one place wins. */
export function replayedLog(): Engine {
  return {
    name: "replayed-log",
    createIdentity: random => random.bytes(8),
    open: options => new LogDocument(options),
    genesis: container => encode([genesisOf(container)])
  }
}
