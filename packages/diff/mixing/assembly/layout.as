// Fixed addresses of the small tables. Everything above HEAP is handed out by `reserve`.

/** u16[4096]: squash(x) for x = index - 2048, in 1/65536. */
export const SQUASH: usize = 0x400
/** i16[4096]: stretch(p) for p = index / 4096. */
export const STRETCH: usize = 0x2400
/** u8[2 * 256]: the history that follows history h on bit b, at 2 * h + b. */
export const FOLLOWING: usize = 0x4400
/** u32[256]: the adaptive probability a history begins with. */
export const PRIOR: usize = 0x4600
/** u16[256]: how far an adaptive probability moves at its n-th use, in 1/16384. */
export const RATE: usize = 0x4a00
/** u32[8]: address of the row of each context of a literal. */
export const ROWS: usize = 0x4d00
/** u32[8]: hash of each context of a literal, or of each view of a decision. */
export const HASHES: usize = 0x4e00
/** u32[8]: diagonals of recent copies, latest first. */
export const DIAGONALS: usize = 0x4f00
/** Coded bytes on their way out. */
export const OUTPUT: usize = 0x6000
export const OUTPUT_END: usize = 0x16000
/** Free from here on. */
export const HEAP: usize = 0x16000
