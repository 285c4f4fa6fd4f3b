/**
 * Keeps one private channel joined. The Realtime client rejoins by itself after CHANNEL_ERROR and TIMED_OUT, but a
 * CLOSED channel is dead for good (expired token, rate limit, the sixth presence call in 30 s).
 *
 *   joining ──SUBSCRIBED──▶ joined
 *      ▲  ▲                   │ CHANNEL_ERROR, TIMED_OUT: wait for its own rejoin, at most 30 s
 *      │  └───────────────────┤
 *      └─ new channel object ─┘ CLOSED: pause with backoff, fresh token, new object
 */
import { backoffMs, type Cancel, type Chance, type Clock } from "./clock.ts";
import type { ChannelSpec, ChannelStatus, RealtimeChannelPort, RealtimePort } from "./transport.ts";

export type KeeperOptions = {
  readonly port: RealtimePort;
  readonly spec: ChannelSpec;
  readonly clock: Clock;
  readonly chance: Chance;
  /** Each time the channel is joined, the first and every later one. */
  readonly onJoined?: () => void;
  /** Not joined any more, or an attempt failed. */
  readonly onDown?: (status: ChannelStatus) => void;
};

const BACKOFF = { firstMs: 500, mostMs: 30_000 };
const REBUILD_MS = 30_000;
/** The server closes a channel at the sixth presence call within 30 s. */
const TRACKS = { most: 4, withinMs: 30_000 } as const;

export class ChannelKeeper {
  #options: KeeperOptions;
  #channel: RealtimeChannelPort | null = null;
  #joined = false;
  #closed = false;
  #failures = 0;
  #timer: Cancel | null = null;
  #trackTimer: Cancel | null = null;
  #trackedAt: number[] = [];

  constructor(options: KeeperOptions) {
    this.#options = options;
    void this.#build();
  }

  get joined(): boolean {
    return this.#joined;
  }

  send(event: string, payload: object): boolean {
    return this.#joined && (this.#channel?.send(event, payload) ?? false);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#joined = false;
    this.#clearTimer();
    this.#trackTimer?.();
    await this.#channel?.leave();
  }

  async #build(): Promise<void> {
    const former = this.#channel;
    this.#channel = null;
    try {
      // The client hands out the old object for the same topic until it was left.
      await former?.leave();
      await this.#options.port.refreshAuth();
      if (!this.#closed) this.#subscribe(this.#options.port.channel(this.#options.spec));
    } catch {
      // No session just now, or the client still knows the topic: as if it had been closed.
      if (!this.#closed) this.#hear("CLOSED");
    }
  }

  #subscribe(channel: RealtimeChannelPort): void {
    this.#channel = channel;
    this.#rebuildAfter(REBUILD_MS);
    channel.subscribe((status) => {
      if (channel === this.#channel && !this.#closed) this.#hear(status);
    });
  }

  #hear(status: ChannelStatus): void {
    if (status === "SUBSCRIBED") {
      this.#joined = true;
      this.#failures = 0;
      this.#clearTimer();
      this.#track();
      this.#options.onJoined?.();
      return;
    }
    this.#joined = false;
    this.#options.onDown?.(status);
    if (status === "CLOSED") this.#rebuildAfter(backoffMs(this.#failures++, BACKOFF, this.#options.chance));
    else if (this.#timer === null) this.#rebuildAfter(REBUILD_MS);
  }

  #rebuildAfter(ms: number): void {
    this.#clearTimer();
    this.#timer = this.#options.clock.after(ms, () => this.#rebuild());
  }

  #rebuild(): void {
    this.#timer = null;
    if (!this.#joined && !this.#closed) void this.#build();
  }

  /** Shows us to the others, but seldom enough to stay in the channel. */
  #track(): void {
    const { presence } = this.#options.spec;
    if (presence === undefined || this.#trackTimer !== null) return;
    const now = this.#options.clock.now();
    this.#trackedAt = this.#trackedAt.filter((at) => now - at < TRACKS.withinMs);
    const [oldest] = this.#trackedAt;
    if (oldest !== undefined && this.#trackedAt.length >= TRACKS.most) {
      this.#trackTimer = this.#options.clock.after(oldest + TRACKS.withinMs - now, () => {
        this.#trackTimer = null;
        if (this.#joined) this.#track();
      });
      return;
    }
    this.#trackedAt.push(now);
    this.#channel?.track({ sessionId: presence.key });
  }

  #clearTimer(): void {
    this.#timer?.();
    this.#timer = null;
  }
}
