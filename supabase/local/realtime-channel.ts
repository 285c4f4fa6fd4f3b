/**
 * One channel of one socket, as hosted Realtime keeps it.
 *
 *   phx_join ─▶ who is it? ─▶ may read? ─▶ reply ok ─▶ presence_state, system ─▶ joined
 *                    └────────────┴──▶ reply error {reason}, gone
 *   joined ─ phx_leave ─▶ reply ok, phx_close
 *          ─ token expired, rights taken, too many calls ─▶ system {status: error}, phx_close
 *
 * Messages of a channel are handled one after the other. What its person may not send is dropped without a
 * word: neither an error nor an acknowledgement comes back.
 */
import { expiredMessage, type Identity, nowInSeconds } from "./realtime-access.ts";
import { parseWanted, type Subscriber, type Wanted } from "./realtime-changes.ts";
import type { Hub, Room } from "./realtime-hub.ts";
import { type JoinConfig, parseJoin } from "./realtime-join.ts";
import { createLane } from "./realtime-lane.ts";
import { createAllowance } from "./realtime-limits.ts";
import {
  type ClientMessage,
  type Frame,
  isRecord,
  messageFrame,
  rawBroadcastFrame,
  replyFrame,
  type Version,
} from "./realtime-protocol.ts";
import { claimRights, type Extension, Refusal, type Rights, renewRights } from "./realtime-rights.ts";

/** The socket, as a channel sees it. */
export interface Outlet {
  readonly version: Version;
  /** The person behind the connection's API key. */
  readonly keyIdentity: Identity;
  send(frame: Frame): void;
}

const TOPIC_PREFIX = "realtime:";
const MAX_TIMER_MS = 3_600_000;

export class Channel {
  readonly topic: string;
  readonly joinRef: string | null;
  readonly #hub: Hub;
  readonly #outlet: Outlet;
  readonly #onGone: () => void;
  readonly #config: JoinConfig;
  readonly #presenceCalls;
  readonly #lane;
  #isPresenceEnabled: boolean;
  #rights: Rights | null = null;
  #room: Room | null = null;
  #subscriber: Subscriber | null = null;
  #tracked: string | null = null;
  #expiry: NodeJS.Timeout | undefined;
  #isGone = false;

  constructor(hub: Hub, outlet: Outlet, join: ClientMessage, onGone: () => void) {
    this.topic = join.topic;
    this.joinRef = join.joinRef;
    this.#hub = hub;
    this.#outlet = outlet;
    this.#onGone = onGone;
    this.#config = parseJoin(join.payload);
    this.#isPresenceEnabled = this.#config.isPresenceEnabled;
    this.#presenceCalls = createAllowance(hub.limits.presenceCalls, hub.limits.presenceWindowMs);
    this.#lane = createLane((error) => this.#crash(error));
  }

  get subTopic(): string {
    return this.topic.slice(TOPIC_PREFIX.length);
  }
  get identity(): Identity {
    return this.#rights?.identity ?? this.#outlet.keyIdentity;
  }
  get hearsBroadcast(): boolean {
    return this.#rights?.read.broadcast === true;
  }
  get hearsPresence(): boolean {
    return this.#rights?.read.presence === true && (!this.#config.isPrivate || this.#isPresenceEnabled);
  }

  join(message: ClientMessage): void {
    this.#lane.add(() => this.#join(message));
  }

  receive(message: ClientMessage): void {
    this.#lane.add(() => (this.#isGone ? undefined : this.#handle(message)));
  }

  send(frame: Frame): void {
    this.#outlet.send(frame);
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
    if (this.#isGone) return;
    this.#push("phx_close", {}, this.joinRef);
    this.close();
  }

  /** Leaves the room without a word to its own socket. */
  close(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    clearTimeout(this.#expiry);
    this.#unsubscribe();
    if (this.#room) this.#hub.leave(this.#room, this);
    this.#onGone();
  }

  /** Ends this channel the way a crash of hosted Realtime's does: the client rejoins. */
  #crash(error: unknown): void {
    this.#hub.report(error);
    if (this.#isGone) return;
    this.#push("phx_error", {}, this.joinRef);
    this.close();
  }

  get #door() {
    const { isPrivate } = this.#config;
    const { keyIdentity } = this.#outlet;
    return { access: this.#hub.access, isPrivate, topic: this.subTopic, keyIdentity };
  }

  async #join(join: ClientMessage): Promise<void> {
    try {
      if (this.subTopic === "") throw new Refusal("TopicNameRequired: You must provide a topic name");
      if (this.#config.wantsReplay) throw new Refusal("UnableToReplayMessages: the stand-in keeps no replay");
      const wanted = readWanted(this.#config.postgresChanges);
      const rights = await claimRights(this.#door, this.#config.accessToken);
      if (this.#config.waitsForChanges && wanted.length > 0) await this.#subscribeFirst(wanted, rights);
      if (this.#isGone) return this.#unsubscribe();
      this.#enter(rights);
      this.#reply(join, "ok", { postgres_changes: wanted.map(({ id, echo }) => ({ ...echo, id })) });
      if (this.#config.wantsReplicationReady) {
        this.#system("system", "ok", "Replication connection established");
      }
      this.#sendPresenceState();
      if (wanted.length > 0) await this.#announceSubscription(wanted);
    } catch (error) {
      await this.#refuse(join, error);
    }
  }

  async #refuse(join: ClientMessage, error: unknown): Promise<void> {
    const isExpected = error instanceof Refusal;
    if (!isExpected) this.#hub.report(error);
    const delay = this.#hub.limits.refusalDelayMs;
    if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
    if (this.#isGone) return;
    this.#reply(join, "error", { reason: isExpected ? error.message : "Unknown Error on Channel" });
    this.close();
  }

  #enter(rights: Rights): void {
    this.#rights = rights;
    this.#watchExpiry();
    this.#room = this.#hub.enter(this.#config.isPrivate, this.subTopic, this);
  }

  #handle(message: ClientMessage): Promise<void> | undefined {
    switch (message.event) {
      case "phx_leave":
        this.#reply(message, "ok");
        this.closeWithFrame();
        return undefined;
      case "broadcast":
        return this.#whetherMayWrite("broadcast", (mayWrite) => {
          if (mayWrite) this.#broadcast(message);
        });
      case "presence":
        return this.#presence(message);
      case "access_token":
        return this.#takeToken(message.payload.access_token);
      default:
        return undefined;
    }
  }

  #whetherMayWrite(extension: Extension, act: (mayWrite: boolean) => void): Promise<void> | undefined {
    const answer = this.#rights?.mayWrite(extension) ?? false;
    if (typeof answer !== "boolean")
      return answer.then((mayWrite) => (this.#isGone ? undefined : act(mayWrite)));
    act(answer);
    return undefined;
  }

  #broadcast(message: ClientMessage): void {
    if (!this.#room) return;
    if (!this.#hub.events.take()) {
      this.shutDown("Too many messages per second");
      return;
    }
    const { raw, payload } = message;
    const size = raw ? raw.bytes.length : Buffer.byteLength(JSON.stringify(payload));
    const isTooLarge = size > this.#hub.limits.payloadBytes;
    if (!isTooLarge) {
      const frame = raw
        ? rawBroadcastFrame(this.topic, raw)
        : messageFrame({ topic: this.topic, event: "broadcast", payload });
      this.#hub.broadcast(this.#room, frame, this.#config.hearsSelf ? null : this);
    }
    if (!this.#config.wantsAck) return;
    if (isTooLarge) this.#reply(message, "error", { reason: "payload_size_exceeded" });
    else this.#reply(message, "ok");
  }

  #presence(message: ClientMessage): Promise<void> | undefined {
    if (!this.#presenceCalls.take()) {
      this.shutDown("Client presence rate limit exceeded");
      return undefined;
    }
    const act = String(message.payload.event).toLowerCase();
    if (act === "track") {
      return this.#whetherMayWrite("presence", (mayWrite) => {
        if (mayWrite) this.#track(message);
        else this.#reply(message, "error");
      });
    }
    if (act === "untrack" && this.#room) {
      this.#hub.untrack(this.#room, this);
      this.#tracked = null;
    }
    this.#reply(message, act === "untrack" ? "ok" : "error");
    return undefined;
  }

  #track(message: ClientMessage): void {
    const payload = message.payload.payload ?? {};
    if (!this.#room) return;
    if (!isRecord(payload)) {
      this.#reply(message, "error", { reason: "Presence track payload must be a map" });
      return;
    }
    const text = JSON.stringify(payload);
    if (Buffer.byteLength(text) > this.#hub.limits.payloadBytes) {
      this.shutDown("Track message size exceeded");
      return;
    }
    // Tracking enables presence for a channel that joined without it.
    const isFirstSight = !this.#isPresenceEnabled;
    this.#isPresenceEnabled = true;
    if (text !== this.#tracked) this.#hub.track(this.#room, this, this.#config.presenceKey, payload);
    this.#tracked = text;
    this.#reply(message, "ok");
    if (isFirstSight) this.#sendPresenceState();
  }

  #sendPresenceState(): void {
    if (!this.#room || !this.#isPresenceEnabled || !this.#rights?.read.presence) return;
    this.#push("presence_state", this.#room.presence.list());
  }

  async #takeToken(token: unknown): Promise<void> {
    if (!this.#rights || typeof token !== "string") return;
    if (token.startsWith("sb_") || token === this.identity.token) return;
    try {
      this.#rights = await renewRights(this.#door, this.#rights, token);
      this.#watchExpiry();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.shutDown(error.sentence);
    }
  }

  #watchExpiry(): void {
    clearTimeout(this.#expiry);
    const { expiresAt } = this.identity;
    if (expiresAt === null || this.#isGone) return;
    const remaining = expiresAt * 1000 - Date.now();
    this.#expiry = setTimeout(
      () => (nowInSeconds() >= expiresAt ? this.expire() : this.#watchExpiry()),
      Math.min(Math.max(remaining, 1), MAX_TIMER_MS),
    );
  }

  async #subscribeFirst(wanted: readonly Wanted[], rights: Rights): Promise<void> {
    try {
      await this.#subscribe(wanted, rights.identity);
    } catch (error) {
      throw new Refusal(`RealtimeDisabledForConfiguration: ${reasonOf(error)}`);
    }
  }

  async #announceSubscription(wanted: readonly Wanted[]): Promise<void> {
    try {
      if (!this.#subscriber) await this.#subscribe(wanted, this.identity);
      if (this.#isGone) this.#unsubscribe();
      else this.#system("postgres_changes", "ok", "Subscribed to PostgreSQL");
    } catch (error) {
      this.#system("postgres_changes", "error", reasonOf(error));
    }
  }

  async #subscribe(wanted: readonly Wanted[], joining: Identity): Promise<void> {
    const subscriber: Subscriber = {
      identity: () => (this.#rights ? this.identity : joining),
      wanted,
      deliver: (ids, data) => {
        if (!this.#room || !this.#hub.events.take()) return;
        this.send(messageFrame({ topic: this.topic, event: "postgres_changes", payload: { ids, data } }));
      },
    };
    await this.#hub.changes.open(subscriber);
    this.#subscriber = subscriber;
  }

  #unsubscribe(): void {
    if (this.#subscriber) this.#hub.changes.close(this.#subscriber);
    this.#subscriber = null;
  }

  #reply(to: ClientMessage, status: "ok" | "error", response: unknown = {}): void {
    this.send(replyFrame({ joinRef: to.joinRef, ref: to.ref, topic: this.topic }, status, response));
  }

  #push(event: string, payload: unknown, ref: string | null = null): void {
    this.send(messageFrame({ joinRef: this.joinRef, ref, topic: this.topic, event, payload }));
  }

  #system(extension: string, status: "ok" | "error", message: string): void {
    this.#push("system", { extension, status, message, channel: this.subTopic });
  }
}

function readWanted(config: unknown): Wanted[] {
  try {
    return parseWanted(config);
  } catch (error) {
    throw new Refusal(`RealtimeDisabledForConfiguration: ${reasonOf(error)}`);
  }
}

function reasonOf(error: unknown): string {
  const detail = error instanceof Error ? error.message : String(error);
  return `Unable to subscribe to changes with given parameters. ${detail}`;
}
