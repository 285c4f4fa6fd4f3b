/**
 * People who type, and when what they typed was shown to whom and stored. A room is a way to bring a key from one
 * to the others: the product, or a relay that only passes frames on. All times come from one process's clock.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { type Figure, figureOf } from "./benchmark-live-stats.ts";

export interface Room {
  readonly people: number;
  /** The next key of this person goes into the document. */
  press(typist: number): void;
}

export type Script = { readonly typists: number; readonly keys: number; readonly perSecond: number };

export type KeyFigures = { readonly shown: Figure; readonly stored: Figure | null };

const SETTLE_MS = 20_000;

/** When each key of each person was pressed, and what came of it. Counts: how many of a person's keys are there. */
export class KeyTimes {
  readonly #pressed = new Map<number, number[]>();
  readonly #seen = new Map<string, number>();
  readonly #shown: number[] = [];
  readonly #stored: number[] = [];

  /** @returns how many keys this person has pressed. */
  pressed(typist: number): number {
    const times = this.#pressed.get(typist) ?? [];
    this.#pressed.set(typist, times);
    return times.push(performance.now());
  }

  shown(typist: number, watcher: number, count: number): void {
    this.#note(this.#shown, typist, `${typist} to ${watcher}`, count);
  }

  stored(typist: number, count: number): void {
    this.#note(this.#stored, typist, `${typist} stored`, count);
  }

  get shownCount(): number {
    return this.#shown.length;
  }

  get storedCount(): number {
    return this.#stored.length;
  }

  /** Milliseconds from each key to its showing, once for each watcher. */
  get shownTimes(): readonly number[] {
    return this.#shown;
  }

  figures(): KeyFigures {
    return {
      shown: figureOf(this.#shown),
      stored: this.#stored.length === 0 ? null : figureOf(this.#stored),
    };
  }

  #note(into: number[], typist: number, key: string, count: number): void {
    const now = performance.now();
    const pressed = this.#pressed.get(typist) ?? [];
    for (const at of pressed.slice(this.#seen.get(key) ?? 0, count)) into.push(now - at);
    this.#seen.set(key, Math.max(this.#seen.get(key) ?? 0, count));
  }
}

/** Resolves when every key was shown to everybody else, and stored if `isStored`. */
export async function playKeys(
  room: Room,
  times: KeyTimes,
  script: Script,
  isStored: boolean,
): Promise<void> {
  const { typists, keys } = script;
  await Promise.all(Array.from({ length: typists }, (_, typist) => typeAlong(room, typist, script)));
  const wanted = typists * keys;
  const deadline = performance.now() + SETTLE_MS;
  while (times.shownCount < wanted * (room.people - 1) || (isStored && times.storedCount < wanted)) {
    if (performance.now() > deadline)
      throw new Error(
        `Of ${wanted} keys, ${times.shownCount} were shown to ${room.people - 1} others and ${times.storedCount} stored within ${SETTLE_MS / 1_000} s.`,
      );
    await sleep(10);
  }
}

/** Uneven, as people type, so that nothing that happens at fixed times keeps step with it. */
async function typeAlong(room: Room, typist: number, { keys, perSecond, typists }: Script): Promise<void> {
  const pause = 1_000 / perSecond;
  await sleep((pause * typist) / typists);
  for (let key = 0; key < keys; key++) {
    room.press(typist);
    await sleep(pause * (0.7 + 0.6 * Math.random()));
  }
}
