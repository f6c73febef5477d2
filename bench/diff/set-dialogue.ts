/** What a reconciliation cost. */
export interface DialogueCost {
  readonly bytes: number
  readonly messages: number
  readonly ms: number
}

interface Step<Session> {
  readonly session: Session
  readonly message: Uint8Array | undefined
  readonly outcome: { readonly status: string; readonly ours?: readonly unknown[] } | undefined
}

/** The two sides of a reconciliation. */
export interface DialogueSides<Session> {
  begin(): { readonly session: Session; readonly message: Uint8Array }
  accept(message: Uint8Array): Step<Session>
  initiator(session: Session, message: Uint8Array): Step<Session>
  responder(session: Session, message: Uint8Array): Step<Session>
}

/** Runs a reconciliation to its end. Throws unless the initiator finds `ours` ids that only it has. */
export function dialogueCost<Session>(sides: DialogueSides<Session>, ours: number): DialogueCost {
  const start = performance.now()
  const begun = sides.begin()
  let [bytes, messages] = [begun.message.length, 1]
  let step = sides.accept(begun.message)
  let mine = begun.session
  let outcome: Step<Session>["outcome"]
  while (step.message !== undefined) {
    bytes += step.message.length
    messages++
    const reply = sides.initiator(mine, step.message)
    mine = reply.session
    outcome = reply.outcome
    if (reply.message === undefined) break
    bytes += reply.message.length
    messages++
    step = sides.responder(step.session, reply.message)
  }
  const ms = performance.now() - start
  if (outcome?.status !== "decoded" || outcome.ours?.length !== ours) {
    throw new Error(
      `the reconciliation ended with ${outcome?.status}, ${outcome?.ours?.length} of ${ours} found`
    )
  }
  return { bytes, messages, ms }
}
