import { toolStep } from "./tool-step.ts"

/** Nothing is exported, depended on or kept that nothing uses; `knip.json` names the entry points. */
export const unused = toolStep("unused", "no file, export or dependency that nothing uses", [
  "node_modules/knip/bin/knip.js",
  "--no-progress",
  "--no-config-hints"
])
