import { seededRandom } from "../harness/seeded-random.ts"

/** One of the two ends that are kept equal. */
export type End = "server" | "client"

/** A server and a client of one technology in this process, each with its own copy of the documents `0` to `count - 1`. */
export interface Contender {
  /** What the server listens on. */
  readonly port: number
  /** Documents of a first version at the server; the client has none and knows their names. */
  create(count: number): Promise<void>
  /** Lets the client dial that port, the first time or again. */
  connect(port: number): void
  /** Ends the connection from the client's side. Both ends keep what they know. */
  disconnect(): void
  /** Edits one document at one end, connected or not: its text gets this at its end. */
  append(end: End, index: number, addition: string): Promise<void>
  /** Fulfilled when neither end has anything to do but wait for the other. */
  atRest(): Promise<void>
  /**
   * Fulfilled when both ends have these texts, by their number. Called right after `connect`. One that can tell by
   * itself that both ends are equal goes by that; the others are asked for every text, again and again.
   */
  equal(texts: readonly string[]): Promise<void>
  /** The text of a document at one end, undefined where that end has none. */
  read(end: End, index: number): string | undefined | Promise<string | undefined>
}

/** What a document says at first: a note of some sentences, another for each number and the same in every run. */
export function firstText(index: number): string {
  const random = seededRandom(index)
  const length = 8 + Math.floor(random() * 24)
  const said = Array.from({ length }, () => words[Math.floor(random() * words.length)])
  return `Note ${index}: ${said.join(" ")}.`
}

/** As many as make notes unlike each other, and as common as those of notes are. */
const words = (
  "about after again all also and ask at back because before both bring build call can change check come copy day " +
  "decide do done draft each early edit end every few find first follow for friday from get give go good group half " +
  "have help here hold hour how idea if in into is it just keep know last later leave less letter like line list long " +
  "look make many march may meet memo minute monday month more most move much must name need never new next no not " +
  "note nothing number of off old on one only open or other our out over page part pay people phone place plan please " +
  "point question read ready report room same say see send set she should side since small so some soon start still " +
  "such table take task team tell text than that the their them then there they thing this time to today tomorrow too " +
  "train try tuesday two under until up us use very wait want water way we week well what when where which while who " +
  "why will with without word work write year yes yet you your"
).split(" ")

/** How documents are called, for technologies that let the application choose. */
export function keyOf(index: number): string {
  return `note-${String(index).padStart(7, "0")}`
}

/**
 * Waits until both ends have these texts, for contenders that are asked. Goes through the documents once, waiting at each that is
 * not there yet, so that asking costs next to nothing.
 */
export async function askUntilEqual(
  texts: readonly string[],
  read: (end: End, index: number) => string | undefined
): Promise<void> {
  for (const [index, text] of texts.entries())
    while (read("server", index) !== text || read("client", index) !== text)
      await new Promise(resolve => setTimeout(resolve, 1))
}
