import { preload } from "../../packages/core/src/deferred/deferred-part.ts"
import type { Frame } from "../../packages/core/src/sync/frame.ts"
import { readFrame } from "../../packages/core/src/sync/frame-reader.ts"
import { mustShow } from "./frame-features.ts"
import {
  recordBrokenSnapshot,
  recordCatchUp,
  recordGrants,
  recordRenewals,
  recordStrangers
} from "./record-conversations.ts"

/** A frame that was sent, and its bytes. */
export interface RecordedFrame {
  readonly frame: Frame
  readonly message: Uint8Array
}

/** How many conversations of each sort. Some hold much more than others. */
const sorts = [
  { record: recordCatchUp, conversations: 40 },
  { record: recordGrants, conversations: 20 },
  { record: recordStrangers, conversations: 6 },
  { record: recordBrokenSnapshot, conversations: 2 },
  { record: recordRenewals, conversations: 3 }
]
const recorded: RecordedFrame[] = []

/** Frames of every kind that honest replicas said to each other. Recorded once, by the file's importer. */
export function recordedFrames(): readonly RecordedFrame[] {
  return recorded
}

// Virtual time does not wait for files: conversations would be over before the code that talks is there.
await preload()
for (const { record, conversations } of sorts)
  for (let seed = 1; seed <= conversations; seed++)
    await record(seed, message => recorded.push({ message, frame: readFrame(message, 2 ** 24).frame }))
mustShow(recorded.map(({ frame }) => frame))
