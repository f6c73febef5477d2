import { cycles } from "./cycles.ts"
import { files } from "./files.ts"
import { format } from "./format.ts"
import type { GateStep } from "./gate-step.ts"
import { layers } from "./layers.ts"
import { lint } from "./lint.ts"
import { types } from "./type-check.ts"
import { words } from "./words.ts"

/** Every check, cheap ones first; `types` builds the `dist` that those after it look at. */
export const steps: readonly GateStep[] = [format, words, files, layers, cycles, lint, types]
