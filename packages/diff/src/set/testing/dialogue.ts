/** A step of either kind of reconciliation. */
interface Step<Session, Outcome> {
  readonly session: Session
  readonly message: Uint8Array | undefined
  readonly outcome: Outcome | undefined
}

/** How a dialogue of two sides ended. */
export interface DialogueEnd<Outcome> {
  readonly initiator: Outcome | undefined
  readonly responder: Outcome | undefined
  /** All messages, in turn, the initiator's first. */
  readonly messages: readonly Uint8Array[]
}

/** What a dialogue is made of. */
export interface DialogueParts<Session, Outcome> {
  begin(): { readonly session: Session; readonly message: Uint8Array }
  accept(message: Uint8Array): Step<Session, Outcome>
  initiator(session: Session, message: Uint8Array): Step<Session, Outcome>
  responder(session: Session, message: Uint8Array): Step<Session, Outcome>
}

/** Passes messages to and fro until nobody has any. */
export function dialogue<Session, Outcome>(parts: DialogueParts<Session, Outcome>): DialogueEnd<Outcome> {
  const begun = parts.begin()
  const messages = [begun.message]
  let step = parts.accept(begun.message)
  let mine = begun.session
  let [initiator, responder]: [Outcome | undefined, Outcome | undefined] = [undefined, step.outcome]
  while (step.message !== undefined) {
    messages.push(step.message)
    const reply = parts.initiator(mine, step.message)
    mine = reply.session
    initiator = reply.outcome
    if (reply.message === undefined) break
    messages.push(reply.message)
    step = parts.responder(step.session, reply.message)
    responder = step.outcome
  }
  return { initiator, responder, messages }
}
