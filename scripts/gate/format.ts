import { toolStep } from "./tool-step.ts"

/** One formatter, and everything is formatted by it. */
export const format = toolStep("format", "everything is as `biome format --write` leaves it", [
  "node_modules/@biomejs/biome/bin/biome",
  "format",
  "--colors=off",
  "."
])
