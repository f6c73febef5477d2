/** Where the tour's lines go. */
export interface Output {
  /** Whether lines may be styled and written over. */
  readonly isTTY?: boolean
  write(text: string): unknown
}

/** How far something is. */
export interface Progress {
  /** `done` of the total given at the start. */
  at(done: number): void
  /** Removes the bar, where it can be. */
  end(): void
}

const barWidth = 30

/** Prints the tour: styled on a terminal, plain lines anywhere else. */
export class Screen {
  readonly #output: Output

  constructor(output: Output) {
    this.#output = output
  }

  line(text = ""): void {
    this.#output.write(`${text}\n`)
  }

  heading(number: number, title: string, purpose: string): void {
    this.line(`\n${this.#style("1", `${number}. ${title}`)}`)
    this.line(this.#style("2", `   ${purpose}`))
  }

  /** A figure or an example: nothing that could be wrong. */
  say(text: string): void {
    this.line(`   ${text}`)
  }

  /** A claim that was checked. */
  checked(claim: string, holds: boolean): void {
    this.line(`   ${holds ? this.#style("32", "✓") : this.#style("31", "✗")} ${claim}`)
  }

  /** A bar that is written over; elsewhere a line at every quarter, so that logs stay short. */
  progress(label: string, total: number): Progress {
    return this.#output.isTTY === true ? this.#bar(label, total) : this.#quarters(label, total)
  }

  #bar(label: string, total: number): Progress {
    return {
      at: done => {
        const filled = Math.round((barWidth * done) / Math.max(1, total))
        const bar = "█".repeat(filled) + "░".repeat(barWidth - filled)
        this.#output.write(`\r\u001b[K   ${label} ${bar} ${done}/${total}`)
      },
      end: () => void this.#output.write("\r\u001b[K")
    }
  }

  #quarters(label: string, total: number): Progress {
    let shown = 0
    return {
      at: done => {
        const quarter = Math.floor((4 * done) / Math.max(1, total))
        if (quarter > shown) this.say(`${label} … ${done}/${total}`)
        shown = Math.max(shown, quarter)
      },
      end: () => {}
    }
  }

  #style(code: string, text: string): string {
    const plain = this.#output.isTTY !== true || (process.env["NO_COLOR"] ?? "") !== ""
    return plain ? text : `\u001b[${code}m${text}\u001b[0m`
  }
}
