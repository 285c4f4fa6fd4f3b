/**
 * What the search dialog knows and does, without React and without a network of its own.
 *
 *   idle ──type──▶ asking ──words answer──▶ words ──meaning answers or fails──▶ done
 *                    │ ╲── meaning answers first ───────────────────────────────▶ │
 *                    ╰── both fail ──▶ failed ──retry──▶ asking
 *   offline: at once where there is no connection; asks by itself when there is one again
 *
 * Each change of the words or the filters is a new question; an answer to an older one is not looked at. Until the first
 * answer the lines of the question before stay. Meaning's answer moves no line that the person has got to; so words that
 * hardly match, as a paraphrase's do, leave it some time to be first.
 */
import { createStore, isShallowEqual, type Store } from "../../lib/collab/store.ts";
import { fold } from "../../lib/core/search-text.ts";
import { type Filters, NO_FILTERS } from "./filters.ts";
import type { Hits, SearchStatus } from "./search-answers.ts";
import { arranged, type Line, merged } from "./search-list.ts";
import { type SearchSource, TITLES } from "./search-source.ts";

export type SearchPhase = "idle" | "asking" | "words" | "done" | "failed" | "offline";

export type SearchState = {
  readonly query: string;
  readonly filters: Filters;
  readonly phase: SearchPhase;
  readonly lines: readonly Line[];
  /** The line that Enter opens. */
  readonly active: number;
  /** The words that the lines answer, to be marked in them. */
  readonly answered: string;
  /** False: the last answer compared words alone. */
  readonly isByMeaning: boolean;
  readonly status: SearchStatus | null;
};

export type SearchDoors = {
  readonly source: SearchSource;
  readonly isOnline: () => boolean;
  /** What is shown before anything is typed. */
  readonly recent: () => readonly Line[];
  /** Titles that this page knows, the likest first: for where there is no connection, and of a moment ago. */
  readonly knownTitles: (query: string, filters: Filters) => Hits["documents"];
  readonly onOpen: (line: Line) => void;
};

/** Milliseconds after the last key. */
export const WORDS_AFTER_MS = 80;
export const MEANING_AFTER_MS = 300;
/** Words below this score, and of no title, wait for meaning this long. */
const WEAK = 0.15;
export const WEAK_WAIT_MS = 900;
export const STATUS_EVERY_MS = 3_000;
/** A model that is busy or just starting gets these pauses, and a question to it as many tries more. */
export const MEANING_AGAIN_MS = [1_500, 4_000];

export class SearchStore {
  readonly state: Store<SearchState>;
  readonly #store;
  readonly #doors: SearchDoors;
  #question = 0;
  #waits = new AbortController();
  #timers: ReturnType<typeof setTimeout>[] = [];
  readonly #failed = new Set<"words" | "meaning">();
  #tries = 0;
  /** An answer by words that waits for meaning. */
  #held: Hits | null = null;
  #pointed = -1;
  /** Enter came before the answer did. */
  #opensFirst = false;

  constructor(doors: SearchDoors) {
    this.#doors = doors;
    this.#store = createStore<SearchState>(
      {
        query: "",
        filters: NO_FILTERS,
        phase: "idle",
        lines: doors.recent(),
        active: 0,
        answered: "",
        isByMeaning: true,
        status: null,
      },
      isShallowEqual,
    );
    this.state = this.#store;
  }

  /** Returns the way to end it. */
  start(): () => void {
    const end = new AbortController();
    void this.#followStatus(end.signal);
    return () => {
      end.abort();
      this.#drop();
    };
  }

  type(query: string): void {
    if (query === this.#now.query) return;
    this.#set({ query });
    this.#ask(WORDS_AFTER_MS);
  }

  narrow(change: Partial<Filters>): void {
    this.#set({ filters: { ...this.#now.filters, ...change } });
    this.#ask(0);
  }

  /** The same question again: after a failure, and when the connection is back. */
  again(): void {
    this.#ask(0);
  }

  /** Recent lines were forgotten, or are called something else now. */
  refresh(): void {
    if (this.#now.phase !== "idle") return;
    const lines = this.#doors.recent();
    this.#set({ lines, active: Math.min(this.#now.active, Math.max(0, lines.length - 1)) });
  }

  /** To a line, the nearest that there is. */
  moveTo(at: number): void {
    this.#opensFirst = false;
    this.#set({ active: Math.max(0, Math.min(this.#now.lines.length - 1, at)) });
  }

  /** The line under the pointer; -1: none. */
  point(at: number): void {
    this.#pointed = at;
  }

  /** Opens the line one is on, or the first one once it is there. */
  enter(): void {
    const { phase, lines, active } = this.#now;
    const line = lines[active];
    if (phase === "asking") this.#opensFirst = true;
    else if (line) this.#doors.onOpen(line);
    else if (phase === "words") this.#opensFirst = true;
  }

  get #now(): SearchState {
    return this.#store.getSnapshot();
  }

  #set(change: Partial<SearchState>): void {
    this.#store.set({ ...this.#now, ...change });
  }

  #drop(): void {
    this.#question += 1;
    this.#waits.abort();
    this.#waits = new AbortController();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers = [];
    this.#opensFirst = false;
    this.#failed.clear();
    this.#tries = 0;
    this.#held = null;
  }

  #ask(afterMs: number): void {
    this.#drop();
    const { query, filters } = this.#now;
    if (query.trim() === "") {
      this.#set({ phase: "idle", lines: this.#doors.recent(), active: 0, answered: "", isByMeaning: true });
      return;
    }
    if (!this.#doors.isOnline()) {
      const lines = this.#doors.knownTitles(query, filters);
      this.#set({ phase: "offline", lines, active: 0, answered: query });
      return;
    }
    this.#set({ phase: "asking" });
    const question = this.#question;
    this.#timers = [
      setTimeout(() => void this.#askWords(question), afterMs),
      setTimeout(() => void this.#askMeaning(question), afterMs + MEANING_AFTER_MS - WORDS_AFTER_MS),
    ];
  }

  async #askWords(question: number): Promise<void> {
    const { query, filters } = this.#now;
    const given = await this.#doors.source.byWords({ query, filters }, this.#waits.signal).catch(noAnswer);
    if (question !== this.#question) return;
    if (given === null) return this.#fail("words");
    const answer = this.#withKnown(given);
    if (this.#failed.has("meaning") || !isWeak(answer)) return this.#showWords(answer);
    this.#held = answer;
    this.#timers.push(setTimeout(() => this.#showWords(answer), WEAK_WAIT_MS));
  }

  #showWords(answer: Hits): void {
    // meaning was faster, and knows the words, too
    if (this.#now.phase !== "asking") return;
    const isLast = this.#failed.has("meaning");
    this.#held = null;
    this.#show({
      phase: isLast ? "done" : "words",
      lines: arranged(answer),
      active: 0,
      isByMeaning: !isLast,
    });
  }

  async #askMeaning(question: number): Promise<void> {
    const { query, filters } = this.#now;
    const answer = await this.#doors.source.byMeaning({ query, filters }, this.#waits.signal).catch(noAnswer);
    if (question !== this.#question) return;
    if (!answer?.byMeaning) this.#askMeaningAgain(question);
    if (answer === null) return this.#fail("meaning");
    const { byMeaning: isByMeaning } = answer;
    const hits = this.#withKnown(answer);
    const { phase, lines, active } = this.#now;
    if (phase === "asking" || phase === "failed") {
      this.#show({ phase: "done", lines: arranged(hits), active: 0, isByMeaning });
    } else {
      const kept = lines.length === 0 ? 0 : Math.max(active, this.#pointed) + 1;
      this.#show({ phase: "done", lines: merged(lines, hits, kept), isByMeaning });
    }
  }

  /** With the documents that have all of the query in their title on this page: the database hears of it a moment later. */
  #withKnown(answer: Hits): Hits {
    const { query, filters } = this.#now;
    const folded = fold(query.trim());
    const given = new Set(answer.documents.map(({ documentId }) => documentId));
    const known = this.#doors
      .knownTitles(query, filters)
      .filter((hit) => !given.has(hit.documentId) && fold(hit.title).includes(folded));
    return known.length === 0
      ? answer
      : { ...answer, documents: [...answer.documents, ...known].slice(0, TITLES) };
  }

  #askMeaningAgain(question: number): void {
    const pause = MEANING_AGAIN_MS[this.#tries];
    if (pause === undefined || this.#now.status?.model === null) return;
    this.#tries += 1;
    this.#timers.push(setTimeout(() => void this.#askMeaning(question), pause));
  }

  #show(change: Partial<SearchState>): void {
    this.#set({ ...change, answered: this.#now.query });
    const [first] = this.#now.lines;
    if (!this.#opensFirst || !first) return;
    this.#opensFirst = false;
    this.#doors.onOpen(first);
  }

  /** One of the two does not answer: the other one is enough. */
  #fail(which: "words" | "meaning"): void {
    this.#failed.add(which);
    if (this.#held) this.#showWords(this.#held);
    else if (this.#now.phase === "words") this.#set({ phase: "done", isByMeaning: false });
    else if (this.#now.phase === "asking" && this.#failed.size > 1) this.#set({ phase: "failed", lines: [] });
  }

  /** As long as words are still being read; what was asked meanwhile is asked again with each document that is. */
  async #followStatus(end: AbortSignal): Promise<void> {
    for (;;) {
      const before = this.#now.status;
      const status = await this.#doors.source.status().catch(noAnswer);
      if (end.aborted) return;
      if (status !== null) this.#set({ status });
      const isMoreRead = isCatchingUp(before) && status !== null && leftIn(status) < leftIn(before);
      if (isMoreRead && this.#now.phase === "done") void this.#askMeaning(this.#question);
      if (!isCatchingUp(this.#now.status)) return;
      await new Promise((resolve) => setTimeout(resolve, STATUS_EVERY_MS));
      if (end.aborted) return;
    }
  }
}

const noAnswer = (): null => null;

const isWeak = ({ documents, blocks }: Hits): boolean =>
  documents.length === 0 && blocks.every(({ words }) => words < WEAK);

/** Documents; while a model is prepared that is not behind with all. */
const leftIn = (status: SearchStatus | null): number =>
  (status?.waiting ?? 0) + (status?.preparing == null ? 0 : 1);

export const isCatchingUp = (status: SearchStatus | null): boolean =>
  status !== null && status.model !== null && (status.waiting > 0 || status.preparing !== null);
