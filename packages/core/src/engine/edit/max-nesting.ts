/** Deeper than documents are, and far from what overflows a stack: Yjs integrates recursively. */
export const maxNesting = 256
