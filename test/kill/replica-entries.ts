import { collection, map, text } from "@syncline/core"

/** What the killed replica writes: a mark for every commit, and a text that is edited again and again. */
export const entries = collection<{ marks: Record<string, number>; log: string }>("entries", {
  fields: { marks: map(), log: text() }
})
