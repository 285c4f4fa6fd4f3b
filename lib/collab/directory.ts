/**
 * Who the sessions are, from the server's list only. Asks again when an unknown session appears, but seldom: anybody
 * can invent sessions, and each of them would be a question.
 */
import type { Person } from "../core/protocol.ts";
import type { Cancel, Clock } from "./clock.ts";

export type DirectoryOptions = {
  readonly clock: Clock;
  readonly list: () => Promise<readonly Person[]>;
  readonly onChange: () => void;
};

/** Pause between two questions; it doubles while they bring nobody new, up to the most. */
const ASK_MS = { first: 500, most: 30_000 } as const;

export class Directory {
  readonly people = new Map<string, Person>();
  #options: DirectoryOptions;
  #pause: number = ASK_MS.first;
  #nextAt = 0;
  #timer: Cancel | null = null;
  #stopped = false;

  constructor(options: DirectoryOptions) {
    this.#options = options;
  }

  add(people: readonly Person[]): void {
    let isNew = false;
    for (const person of people) {
      const known = this.people.get(person.sessionId);
      isNew ||= known === undefined || known.name !== person.name || known.color !== person.color;
      this.people.set(person.sessionId, person);
    }
    if (isNew) this.#options.onChange();
  }

  /** Sessions are here that we do not know. */
  askFor(strangers: readonly string[]): void {
    if (strangers.length === 0 || this.#timer !== null || this.#stopped) return;
    const wait = Math.max(0, this.#nextAt - this.#options.clock.now());
    this.#timer = this.#options.clock.after(wait, () => void this.#ask(strangers));
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.();
  }

  async #ask(strangers: readonly string[]): Promise<void> {
    // A failed question is no answer either: ask again later.
    const people = await this.#options.list().catch(() => []);
    this.#timer = null;
    if (this.#stopped) return;
    this.add(people);
    const found = strangers.some((sessionId) => this.people.has(sessionId));
    this.#pause = found ? ASK_MS.first : Math.min(ASK_MS.most, this.#pause * 2);
    this.#nextAt = this.#options.clock.now() + this.#pause;
  }
}
