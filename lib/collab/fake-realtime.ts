/** For tests: Realtime within one process. Topics carry what is sent; the test opens, closes and refuses by hand. */
import type { ChannelSpec, ChannelStatus, RealtimeChannelPort, RealtimePort } from "./transport.ts";

export class FakeRealtime {
  readonly channels: FakeChannel[] = [];
  /** Topics that may be joined; null: all. */
  allowed: ((topic: string) => boolean) | null = null;
  /** Joins are not answered: the socket is blocked. */
  silent = false;
  refreshes = 0;
  refuseRefresh = false;

  port(): RealtimePort {
    return {
      channel: (spec) => {
        const channel = new FakeChannel(this, spec);
        this.channels.push(channel);
        return channel;
      },
      refreshAuth: () => {
        this.refreshes++;
        return this.refuseRefresh ? Promise.reject(new Error("no session")) : Promise.resolve();
      },
    };
  }

  /** Channels of a topic that are joined now. */
  joined(topic: string): FakeChannel[] {
    return this.channels.filter((channel) => channel.spec.topic === topic && channel.isJoined);
  }

  /** The topics that are joined now. */
  topics(): string[] {
    return [
      ...new Set(this.channels.filter((channel) => channel.isJoined).map(({ spec }) => spec.topic)),
    ].sort();
  }

  /** What the server sends on a topic. */
  broadcast(topic: string, event: string, payload: unknown, from?: FakeChannel): void {
    for (const channel of this.joined(topic)) if (channel !== from) channel.spec.events?.[event]?.(payload);
  }

  syncPresence(topic: string): void {
    const keys = this.joined(topic).flatMap((channel) =>
      channel.tracked > 0 ? [channel.spec.presence?.key ?? ""] : [],
    );
    for (const channel of this.joined(topic)) channel.spec.presence?.onSync(keys);
  }
}

export class FakeChannel implements RealtimeChannelPort {
  readonly spec: ChannelSpec;
  isJoined = false;
  hasLeft = false;
  tracked = 0;
  #realtime: FakeRealtime;
  #onStatus: ((status: ChannelStatus) => void) | null = null;

  constructor(realtime: FakeRealtime, spec: ChannelSpec) {
    this.#realtime = realtime;
    this.spec = spec;
  }

  subscribe(onStatus: (status: ChannelStatus) => void): void {
    if (this.#onStatus !== null) throw new Error("tried to subscribe multiple times");
    this.#onStatus = onStatus;
    const { allowed, silent } = this.#realtime;
    if (silent) return;
    this.become(allowed === null || allowed(this.spec.topic) ? "SUBSCRIBED" : "CHANNEL_ERROR");
  }

  /** The server, or the connection, brings the channel into this state. */
  become(status: ChannelStatus): void {
    this.isJoined = status === "SUBSCRIBED";
    this.#onStatus?.(status);
  }

  send(event: string, payload: object): boolean {
    if (!this.isJoined) return false;
    this.#realtime.broadcast(this.spec.topic, event, structuredClone(payload), this);
    return true;
  }

  track(): void {
    this.tracked++;
    this.#realtime.syncPresence(this.spec.topic);
  }

  leave(): Promise<void> {
    const wasJoined = this.isJoined;
    this.isJoined = false;
    this.hasLeft = true;
    if (wasJoined && this.spec.presence !== undefined) {
      for (const other of this.#realtime.joined(this.spec.topic))
        other.spec.presence?.onLeave(this.spec.presence.key);
      this.#realtime.syncPresence(this.spec.topic);
    }
    return Promise.resolve();
  }
}
