/**
 * Who is where: one small state per session, sent directly, stored nowhere. Small on purpose:
 * - a counter orders the frames of a session, so an old frame never overwrites a newer one;
 * - frames go out 50 to 100 ms apart (wider with many people: budget.ts), renewed every 3.5 s, nothing when alone;
 * - a session that is silent for 10 s is gone, one that says `left` at once.
 * What a frame says about the log's head is a rumour: anybody may say anything.
 */
import type { AwarenessMessage, Cursor } from "../core/protocol.ts";
import { frameGapMs, RENEW_MS } from "./budget.ts";
import type { Cancel, Clock } from "./clock.ts";
import { createStore, type Store } from "./store.ts";

export type PeerState = {
  readonly sessionId: string;
  readonly cursor: Cursor | null;
  readonly blockId: string | null;
  readonly typing: boolean;
  /** When the last frame came. */
  readonly heardAt: number;
};

export type AwarenessOptions = {
  readonly sessionId: string;
  readonly clock: Clock;
  /** False when it could not be sent just now. */
  readonly send: (message: AwarenessMessage) => boolean;
  /** The last seq that this client has. */
  readonly head: () => number;
  readonly onRumour: (head: number) => void;
  /** Somebody is gone without a goodbye. */
  readonly onSilence?: () => void;
  /** What Realtime carries (budget.ts). */
  readonly eventsPerSecond: number;
};

export const AWARENESS_MS = { typing: 3_000, renew: RENEW_MS, expire: 10_000, sweep: 1_000 } as const;
/** Sessions that are remembered, gone ones for their counters: an old frame, sent again, must not bring them back. */
const MOST_SESSIONS = 2_000;

type Heard = { counter: number; left: boolean; movedAt: number; state: PeerState };

export class Awareness {
  readonly peers: Store<ReadonlyMap<string, PeerState>>;
  #options: AwarenessOptions;
  #peers = createStore<ReadonlyMap<string, PeerState>>(new Map());
  #heard = new Map<string, Heard>();
  #present: ReadonlySet<string> = new Set();
  #cursor: Cursor | null = null;
  #blockId: string | null = null;
  #typingUntil = 0;
  #counter = 0;
  #sentAt = Number.NEGATIVE_INFINITY;
  #timer: Cancel | null = null;
  #typingTimer: Cancel | null = null;
  #sweeper: Cancel;
  #left = false;

  constructor(options: AwarenessOptions) {
    this.#options = options;
    this.peers = this.#peers;
    this.#sweeper = this.#sweepLater();
  }

  /** Others who are here, by presence or by their frames. */
  get others(): number {
    const ids = new Set(this.#present);
    for (const id of this.#peers.getSnapshot().keys()) ids.add(id);
    ids.delete(this.#options.sessionId);
    return ids.size;
  }

  /** Others by their own frames: presence could name anybody, and so slow us down. */
  get company(): { readonly others: number; readonly othersTyping: number; readonly othersMoving: number } {
    const now = this.#options.clock.now();
    const peers = this.#peers.getSnapshot();
    let [othersTyping, othersMoving] = [0, 0];
    for (const [sessionId, peer] of peers) {
      if (peer.typing) othersTyping++;
      const { movedAt = 0 } = this.#heard.get(sessionId) ?? {};
      if (peer.typing || now - movedAt < AWARENESS_MS.typing) othersMoving++;
    }
    return { others: peers.size, othersTyping, othersMoving };
  }

  setCursor(cursor: Cursor | null, blockId: string | null): void {
    this.#cursor = cursor;
    this.#blockId = blockId;
    this.#sendSoon();
  }

  /** A key was pressed: typing until three seconds after the last one. */
  keyPressed(): void {
    const { clock } = this.#options;
    const wasTyping = this.#isTyping();
    this.#typingUntil = clock.now() + AWARENESS_MS.typing;
    this.#typingTimer?.();
    this.#typingTimer = clock.after(AWARENESS_MS.typing, () => this.#sendSoon());
    if (!wasTyping) this.#sendSoon();
  }

  /** The sessions that presence shows. Newcomers are told at once where we are. */
  setPresent(sessionIds: Iterable<string>): void {
    const present = new Set(sessionIds);
    const isNew = [...present].some((id) => id !== this.#options.sessionId && !this.#present.has(id));
    this.#present = present;
    if (isNew) this.#sendSoon();
  }

  /** Presence says that this session's socket is gone. */
  drop(sessionId: string): void {
    const heard = this.#heard.get(sessionId);
    if (heard === undefined || heard.left) return;
    heard.left = true;
    this.#publish();
    this.#options.onSilence?.();
  }

  /** The channel is joined (again): what was said meanwhile was not heard. */
  joined(): void {
    this.#sendSoon();
  }

  /** A frame that its session signed. */
  receive(message: AwarenessMessage): void {
    const { sessionId, counter } = message;
    if (sessionId === this.#options.sessionId) return;
    const known = this.#heard.get(sessionId);
    if (known !== undefined && counter <= known.counter) return;
    this.#heard.delete(sessionId);
    this.#makeRoom();
    const { cursor, blockId, typing } = message;
    const now = this.#options.clock.now();
    const state = { sessionId, cursor, blockId, typing, heardAt: now };
    const movedAt = known !== undefined && isSamePlace(known.state, state) ? known.movedAt : now;
    this.#heard.set(sessionId, { counter, left: message.left === true, movedAt, state });
    this.#publish();
    if (known === undefined && message.left !== true) this.#sendSoon();
    this.#options.onRumour(message.head);
  }

  /** Says goodbye and falls silent. */
  leave(): void {
    if (this.#left) return;
    if (this.others > 0) this.#options.send({ ...this.#frame(), cursor: null, typing: false, left: true });
    this.#left = true;
    this.#timer?.();
    this.#typingTimer?.();
    this.#sweeper();
  }

  /** Of the remembered the one goes that was silent longest. */
  #makeRoom(): void {
    const [oldest] = this.#heard.keys();
    if (this.#heard.size >= MOST_SESSIONS && oldest !== undefined) this.#heard.delete(oldest);
  }

  #isTyping(): boolean {
    return this.#options.clock.now() < this.#typingUntil;
  }

  #frame(): AwarenessMessage {
    const { sessionId, head } = this.#options;
    const where = { cursor: this.#cursor, blockId: this.#blockId };
    return { sessionId, counter: ++this.#counter, head: head(), ...where, typing: this.#isTyping() };
  }

  /** At once after a pause, else when the gap to the last frame is wide enough. */
  #sendSoon(): void {
    if (this.#timer !== null || this.#left) return;
    const { clock, eventsPerSecond } = this.#options;
    const gap = frameGapMs({ ...this.company, eventsPerSecond });
    const wait = this.#sentAt + gap - clock.now();
    if (wait <= 0) this.#send();
    else {
      this.#timer = clock.after(wait, () => {
        this.#timer = null;
        this.#send();
      });
    }
  }

  #send(): void {
    if (this.others === 0) return;
    if (this.#options.send(this.#frame())) this.#sentAt = this.#options.clock.now();
  }

  #sweepLater(): Cancel {
    return this.#options.clock.after(AWARENESS_MS.sweep, () => {
      this.#sweep();
      this.#sweeper = this.#sweepLater();
    });
  }

  #sweep(): void {
    const now = this.#options.clock.now();
    if ([...this.#peers.getSnapshot().values()].some((peer) => isExpired(peer, now))) {
      this.#publish();
      this.#options.onSilence?.();
    }
    if (now - this.#sentAt >= AWARENESS_MS.renew) this.#sendSoon();
  }

  #publish(): void {
    const now = this.#options.clock.now();
    const peers = new Map<string, PeerState>();
    for (const [sessionId, { left, state }] of this.#heard) {
      if (!left && !isExpired(state, now)) peers.set(sessionId, state);
    }
    this.#peers.set(peers);
  }
}

function isSamePlace(a: PeerState, b: PeerState): boolean {
  return a.blockId === b.blockId && JSON.stringify(a.cursor) === JSON.stringify(b.cursor);
}

function isExpired(peer: PeerState, now: number): boolean {
  return now - peer.heardAt >= AWARENESS_MS.expire;
}
