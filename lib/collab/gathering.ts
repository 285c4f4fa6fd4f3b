/**
 * Everybody in the document, put together from presence, awareness and the directory into one list that changes only
 * when something on it changed.
 */
import type { AwarenessMessage, Cursor, Person } from "../core/protocol.ts";
import { AWARENESS_MS, Awareness } from "./awareness.ts";
import type { Cancel, Clock } from "./clock.ts";
import { Directory } from "./directory.ts";
import { isSamePeople, listPeople, type PersonHere, strangers } from "./people.ts";
import { createStore, type Store } from "./store.ts";

export type GatheringOptions = {
  readonly sessionId: string;
  readonly clock: Clock;
  readonly list: () => Promise<readonly Person[]>;
  readonly send: (message: AwarenessMessage) => boolean;
  readonly head: () => number;
  readonly onRumour: (head: number) => void;
};

export class Gathering {
  readonly people: Store<readonly PersonHere[]>;
  readonly #people = createStore<readonly PersonHere[]>([], isSamePeople);
  readonly #awareness: Awareness;
  readonly #directory: Directory;
  readonly #options: GatheringOptions;
  #present = new Map<string, number>();
  #sweep: Cancel | null = null;

  constructor(options: GatheringOptions) {
    const { sessionId, clock, send, head, onRumour, list } = options;
    this.#options = options;
    this.people = this.#people;
    this.#directory = new Directory({ clock, list, onChange: () => this.#refresh() });
    const isKnown = (id: string) => this.#directory.people.has(id);
    this.#awareness = new Awareness({ sessionId, clock, send, head, onRumour, isKnown });
    this.#awareness.peers.subscribe(() => this.#refresh());
  }

  get othersTyping(): number {
    return this.#awareness.othersTyping;
  }

  know(people: readonly Person[]): void {
    this.#directory.add(people);
  }

  setCursor(cursor: Cursor | null, blockId: string | null): void {
    this.#awareness.setCursor(cursor, blockId);
  }

  keyPressed(): void {
    this.#awareness.keyPressed();
  }

  receive(message: AwarenessMessage): void {
    this.#awareness.receive(message);
  }

  /** The awareness topic was joined (again). */
  joined(): void {
    this.#awareness.joined();
  }

  setPresent(sessionIds: readonly string[]): void {
    const now = this.#options.clock.now();
    this.#present = new Map(sessionIds.map((id) => [id, this.#present.get(id) ?? now]));
    this.#awareness.setPresent(sessionIds);
    this.#refresh();
  }

  /** Presence says that this session's socket is gone. */
  drop(sessionId: string): void {
    this.#present.delete(sessionId);
    this.#awareness.drop(sessionId);
    this.#refresh();
  }

  leave(): void {
    this.#awareness.leave();
    this.#directory.stop();
    this.#sweep?.();
  }

  #refresh(): void {
    const { clock, sessionId } = this.#options;
    const facts = {
      selfSessionId: sessionId,
      present: this.#present,
      peers: this.#awareness.peers.getSnapshot(),
      directory: this.#directory.people,
      now: clock.now(),
    };
    this.#people.set(listPeople(facts));
    this.#directory.askFor(strangers(facts));
    // Who is present but never says anything is frozen; nothing else tells when that is to be noticed.
    this.#sweep ??= clock.after(AWARENESS_MS.expire, () => {
      this.#sweep = null;
      this.#refresh();
    });
  }
}
