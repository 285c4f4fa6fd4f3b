/**
 * Everybody in the document, put together from signed frames and the directory into one list that changes only when
 * something on it changed. Presence only hints: at newcomers, who are told where we are, and at sockets that are gone.
 */
import type { AwarenessMessage, Cursor, Person, SignedFrame } from "../core/protocol.ts";
import { Awareness } from "./awareness.ts";
import type { Clock } from "./clock.ts";
import { Directory } from "./directory.ts";
import { FrameDoor } from "./frame-door.ts";
import type { FrameKeys } from "./frame-keys.ts";
import { isSamePeople, listPeople, type PersonHere } from "./people.ts";
import { createStore, type Store } from "./store.ts";

export type GatheringOptions = {
  readonly documentId: string;
  readonly sessionId: string;
  readonly clock: Clock;
  /** What Realtime carries (budget.ts). */
  readonly eventsPerSecond: number;
  readonly list: () => Promise<readonly Person[]>;
  readonly keys: FrameKeys;
  readonly send: (frame: SignedFrame) => boolean;
  readonly canSend: () => boolean;
  readonly head: () => number;
  readonly onRumour: (head: number) => void;
  readonly onSilence: () => void;
};

export class Gathering {
  readonly people: Store<readonly PersonHere[]>;
  readonly #people = createStore<readonly PersonHere[]>([], isSamePeople);
  readonly #awareness: Awareness;
  readonly #directory: Directory;
  readonly #door: FrameDoor;
  readonly #options: GatheringOptions;

  constructor(options: GatheringOptions) {
    const { documentId, sessionId, clock, keys, send, canSend, head, onRumour, list } = options;
    const { eventsPerSecond, onSilence } = options;
    this.#options = options;
    this.people = this.#people;
    this.#directory = new Directory({ clock, list, onChange: () => this.#peopleChanged() });
    this.#door = new FrameDoor({
      documentId,
      keys,
      send,
      canSend,
      personOf: (id) => this.#directory.people.get(id),
      onStranger: (id) => this.#directory.askFor([id]),
      onFrame: (message) => this.#awareness.receive(message),
    });
    const sign = (message: AwarenessMessage) => this.#door.send(message);
    this.#awareness = new Awareness({
      sessionId,
      clock,
      send: sign,
      head,
      onRumour,
      onSilence,
      eventsPerSecond,
    });
    this.#awareness.peers.subscribe(() => this.#refresh());
  }

  /** What the server keeps with this session. */
  publicKey(): Promise<string | null> {
    return this.#door.publicKey();
  }

  /** Of the others, how many are here and how many type. */
  get company(): { readonly others: number; readonly othersTyping: number } {
    return this.#awareness.company;
  }

  know(people: readonly Person[]): void {
    this.#directory.add(people);
  }

  /** Whose session writes under this Yjs client id; null: the server has not named it yet. */
  authorOf(yjsClientId: number): Person | null {
    for (const person of this.#directory.people.values())
      if (person.yjsClientId === yjsClientId) return person;
    return null;
  }

  personOf(sessionId: string): Person | null {
    return this.#directory.people.get(sessionId) ?? null;
  }

  setCursor(cursor: Cursor | null, blockId: string | null): void {
    this.#awareness.setCursor(cursor, blockId);
  }

  keyPressed(): void {
    this.#awareness.keyPressed();
  }

  receive(frame: SignedFrame): void {
    if (frame.sessionId !== this.#options.sessionId) this.#door.receive(frame);
  }

  /** The awareness topic was joined (again). */
  joined(): void {
    this.#awareness.joined();
  }

  setPresent(sessionIds: readonly string[]): void {
    this.#awareness.setPresent(sessionIds);
    this.#directory.askFor(sessionIds.filter((id) => !this.#directory.people.has(id)));
  }

  /** Presence says that this session's socket is gone. */
  drop(sessionId: string): void {
    this.#awareness.drop(sessionId);
  }

  /** Resolves when the goodbye is out. */
  async leave(): Promise<void> {
    this.#awareness.leave();
    this.#directory.stop();
    await this.#door.flush();
  }

  #peopleChanged(): void {
    this.#door.peopleChanged();
    this.#refresh();
  }

  #refresh(): void {
    const { people: directory } = this.#directory;
    const peers = this.#awareness.peers.getSnapshot();
    this.#people.set(listPeople({ selfSessionId: this.#options.sessionId, peers, directory }));
  }
}
