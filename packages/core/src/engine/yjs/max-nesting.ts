/** Deeper than documents are, and far from what overflows the stack of Yjs, which integrates recursively. */
export const maxNesting = 256
