/**
 * One channel of one socket, as hosted Realtime keeps it.
 *
 *   phx_join ─▶ who is it? ─▶ may read? ─▶ reply ok ─▶ replayed messages, system, presence_state ─▶ joined
 *                    └────────────┴──▶ reply error {reason}, gone
 *   joined ─ phx_leave ─▶ reply ok, phx_close
 *          ─ token expired, rights taken, too many calls ─▶ system {status: error}, phx_close
 *
 * Messages of a channel are handled one after the other. What its person may not send is dropped without a
 * word: neither an error nor an acknowledgement comes back.
 */
import { expiredMessage, type Identity, nowInSeconds } from "./realtime-access.ts";
import { type Frame, messageFrame, rawBroadcastFrame, replyFrame } from "./realtime-frame.ts";
import type { Hub, Room } from "./realtime-hub.ts";
import { type JoinConfig, parseJoin } from "./realtime-join.ts";
import { createLane } from "./realtime-lane.ts";
import type { ClientMessage } from "./realtime-protocol.ts";
import type { Replayed } from "./realtime-replay.ts";
import { claimRights, type Door, Refusal, type Rights, renewRights, unreadable } from "./realtime-rights.ts";
import { Subscription } from "./realtime-subscription.ts";
import { TokenWatch } from "./realtime-token.ts";
import { type Tracked, Tracking } from "./realtime-tracking.ts";

/** The socket, as a channel sees it. */
export interface Outlet {
  /** The person behind the connection's API key. */
  readonly keyIdentity: Identity;
  /** True from its first joined channel on: what the limit of connections counts. */
  isCounted: boolean;
  /** Throws a Refusal when a quota forbids one more channel. */
  admit(): void;
  send(frame: Frame): void;
}

const TOPIC_PREFIX = "realtime:";

export class Channel implements Tracked {
  readonly topic: string;
  readonly subTopic: string;
  readonly joinRef: string | null;
  readonly isPrivate: boolean;
  hearsBroadcast = false;
  hearsPresence = false;
  replayed: ReadonlySet<string> | null = null;
  rights: Rights | null = null;
  room: Room | null = null;
  readonly #hub: Hub;
  readonly #outlet: Outlet;
  readonly #onGone: () => void;
  readonly #config: JoinConfig;
  readonly #tracking: Tracking;
  readonly #token: TokenWatch;
  readonly #subscription: Subscription;
  readonly #lane;
  #isGone = false;

  constructor(hub: Hub, outlet: Outlet, join: ClientMessage, onGone: () => void) {
    this.topic = join.topic;
    this.subTopic = join.topic.slice(TOPIC_PREFIX.length);
    this.joinRef = join.joinRef;
    this.#hub = hub;
    this.#outlet = outlet;
    this.#onGone = onGone;
    this.#config = parseJoin(this.subTopic, join.payload);
    this.isPrivate = this.#config.isPrivate;
    const { presenceKey, isPresenceEnabled, postgresChanges, isLegacy } = this.#config;
    this.#tracking = new Tracking(hub, this, presenceKey, isPresenceEnabled);
    this.#token = new TokenWatch(hub.limits.tokenThrottleMs, {
      onExpired: () => this.expire(),
      onNew: (token) => this.#lane.add(() => this.#renew(token)),
    });
    this.#subscription = new Subscription({
      hub,
      member: this,
      topic: this.topic,
      entries: postgresChanges,
      isLegacy,
      isJoined: () => this.room !== null,
    });
    this.#lane = createLane((error) => this.#crash(error));
  }

  get identity(): Identity {
    return this.rights?.identity ?? this.#outlet.keyIdentity;
  }

  /** Resolves when the join is answered; `onAnswered` is called right after the answer, before anything else. */
  async join(message: ClientMessage, onAnswered: () => void): Promise<void> {
    try {
      const { rights, replayed } = await this.#prepare();
      if (this.#isGone) return;
      this.#enter(rights, replayed);
      this.reply(message, "ok", { postgres_changes: this.#subscription.describe() });
      onAnswered();
      for (const frame of replayed?.frames ?? []) this.send(frame);
      if (this.#config.wantsReplicationReady) {
        this.#system("system", "ok", "Replication connection established");
      }
      this.#tracking.sync();
      this.#lane.add(() => this.#subscribe());
    } catch (error) {
      await this.#refuse(message, error);
      onAnswered();
    }
  }

  receive(message: ClientMessage): void {
    this.#lane.add(() => (this.#isGone ? undefined : this.#handle(message)));
  }

  send(frame: Frame): void {
    if (!this.#isGone) this.#outlet.send(frame);
  }

  reply(to: ClientMessage, status: "ok" | "error", response: unknown = {}): void {
    this.send(replyFrame({ joinRef: this.joinRef, ref: to.ref, topic: this.topic }, status, response));
  }

  push(event: string, payload: unknown, ref: string | null = null): void {
    this.send(messageFrame({ joinRef: this.joinRef, ref, topic: this.topic, event, payload }));
  }

  /** Says why, then closes: the order the client library relies on. */
  shutDown(message: string): void {
    if (this.#isGone) return;
    this.#system("system", "error", message);
    this.closeWithFrame();
  }

  expire(): void {
    const late = nowInSeconds() - (this.identity.expiresAt ?? nowInSeconds());
    this.shutDown(expiredMessage(Math.max(0, late)));
  }

  closeWithFrame(): void {
    this.push("phx_close", {}, this.joinRef);
    this.close();
  }

  /** Leaves the room without a word to its own socket. */
  close(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#token.stop();
    this.#subscription.close();
    if (this.room) this.#hub.leave(this.room, this);
    this.#onGone();
  }

  /** Ends this channel the way a crash of hosted Realtime's does: the client rejoins. */
  #crash(error: unknown): void {
    this.#hub.report(error);
    this.push("phx_error", {}, this.joinRef);
    this.close();
  }

  get #door(): Door {
    const { access, report } = this.#hub;
    const { keyIdentity } = this.#outlet;
    const { isPrivate, subTopic: topic } = this;
    return { access, isPrivate, topic, isPresenceEnabled: this.#tracking.isEnabled, keyIdentity, report };
  }

  async #prepare(): Promise<{ rights: Rights; replayed: Replayed | null }> {
    if (this.subTopic === "") throw new Refusal("TopicNameRequired: You must provide a topic name");
    this.#outlet.admit();
    const rights = await claimRights(this.#door, this.#config.accessToken);
    const replayed = await this.#readReplay(rights);
    const { changesTimeoutMs } = this.#config;
    if (changesTimeoutMs !== null) await this.#subscription.openWithin(changesTimeoutMs, rights.identity);
    return { rights, replayed };
  }

  async #readReplay({ read }: Rights): Promise<Replayed | null> {
    const { replay: wanted, isPrivate } = this.#config;
    if (wanted === undefined) return null;
    if (!read.broadcast) throw new Refusal(unreadable(this.subTopic));
    return this.#hub.replay({ wanted, isPrivate, subTopic: this.subTopic, joinRef: this.joinRef });
  }

  async #refuse(join: ClientMessage, error: unknown): Promise<void> {
    const isExpected = error instanceof Refusal;
    if (!isExpected) this.#hub.report(error);
    const delay = this.#hub.limits.refusalDelayMs;
    if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
    if (this.#isGone) return;
    this.reply(join, "error", { reason: isExpected ? error.message : "Unknown Error on Channel" });
    this.close();
  }

  #enter(rights: Rights, replayed: Replayed | null): void {
    this.#take(rights);
    this.replayed = replayed && replayed.ids.size > 0 ? replayed.ids : null;
    this.room = this.#hub.enter(this.isPrivate, this.subTopic, this);
    this.#outlet.isCounted = true;
  }

  #take(rights: Rights): void {
    this.rights = rights;
    this.hearsBroadcast = rights.read.broadcast;
    this.hearsPresence = this.#tracking.hears;
    this.#token.watch(rights.identity.expiresAt);
  }

  #handle(message: ClientMessage): Promise<void> | undefined {
    switch (message.event) {
      case "phx_leave":
        this.reply(message, "ok");
        this.closeWithFrame();
        return undefined;
      case "broadcast":
        return this.#broadcastIfAllowed(message);
      case "presence":
        return this.#presence(message);
      case "access_token":
        this.#takeToken(message.payload.access_token);
        return undefined;
      default:
        this.#hub.events.add();
        return undefined;
    }
  }

  #broadcastIfAllowed(message: ClientMessage): Promise<void> | undefined {
    const answer = this.rights?.mayWrite("broadcast") ?? false;
    if (answer === true) this.#broadcast(message);
    if (typeof answer === "boolean") return undefined;
    return answer.then((mayWrite) => {
      if (mayWrite && !this.#isGone) this.#broadcast(message);
    });
  }

  #broadcast(message: ClientMessage): void {
    if (!this.room) return;
    this.#hub.events.add();
    const { raw, payload } = message;
    const size = raw ? raw.bytes.length : Buffer.byteLength(JSON.stringify(payload));
    const isTooLarge = size > this.#hub.limits.payloadBytes;
    if (!isTooLarge) {
      const frame = raw
        ? rawBroadcastFrame(this.topic, raw)
        : messageFrame({ topic: this.topic, event: "broadcast", payload });
      this.#hub.broadcast(this.room, frame, this.#config.hearsSelf ? null : this);
    }
    if (!this.#config.wantsAck) return;
    if (isTooLarge) this.reply(message, "error", "payload_size_exceeded");
    else this.reply(message, "ok");
  }

  async #presence(message: ClientMessage): Promise<void> {
    await this.#tracking.handle(message);
    this.hearsPresence = this.#tracking.hears;
  }

  #takeToken(token: unknown): void {
    if (typeof token !== "string" || token.startsWith("sb_") || token === this.identity.token) return;
    this.#token.offer(token);
  }

  async #renew(token: string): Promise<void> {
    if (!this.rights || this.#isGone) return;
    try {
      this.#take(await renewRights(this.#door, this.rights, token));
      this.#subscription.confirm((message) => this.#system("postgres_changes", "ok", message));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.shutDown(error.sentence);
    }
  }

  #subscribe(): Promise<void> {
    return this.#subscription.open(this.identity, (status, message) =>
      this.#system("postgres_changes", status, message),
    );
  }

  #system(extension: string, status: "ok" | "error", message: string): void {
    this.push("system", { extension, status, message, channel: this.subTopic });
  }
}
