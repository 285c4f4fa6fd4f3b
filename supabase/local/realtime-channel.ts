/**
 * One channel of one socket, as hosted Realtime keeps it.
 *
 *   phx_join ─▶ who is it? ─▶ may read? ─▶ reply ok ─▶ system / presence_state ─▶ joined
 *                    └────────────┴──▶ reply error {reason}, gone
 *   joined ─ phx_leave ─▶ reply ok, phx_close
 *          ─ token expired, rights taken, too many calls ─▶ system {status: error}, phx_close
 *
 * Messages of a channel are handled one after the other. What its person may not send is dropped without a
 * word: neither an error nor an acknowledgement comes back.
 */
import { expiredMessage, type Identity, nowInSeconds, type ReadRights } from "./realtime-access.ts";
import { parseWanted, type Subscriber, type Wanted } from "./realtime-changes.ts";
import type { Hub, Room } from "./realtime-hub.ts";
import { type JoinConfig, parseJoin } from "./realtime-join.ts";
import { type Allowance, createAllowance } from "./realtime-limits.ts";
import {
  type ClientMessage,
  type Frame,
  isRecord,
  messageFrame,
  rawBroadcastFrame,
  replyFrame,
  type Version,
} from "./realtime-protocol.ts";

/** The socket, as a channel sees it. */
export interface Outlet {
  readonly version: Version;
  /** The person behind the connection's API key. */
  readonly keyIdentity: Identity;
  send(frame: Frame): void;
}

const TOPIC_PREFIX = "realtime:";
const MAX_TIMER_MS = 3_600_000;
const EVERYTHING: ReadRights = { broadcast: true, presence: true };

/** A refusal that the client sees as the join's error. */
class Refusal extends Error {}

export class Channel {
  readonly topic: string;
  readonly joinRef: string | null;
  readonly #hub: Hub;
  readonly #outlet: Outlet;
  readonly #onGone: () => void;
  readonly #presenceCalls: Allowance;
  #config: JoinConfig;
  #identity: Identity;
  #read: ReadRights = { broadcast: false, presence: false };
  #write: { broadcast?: boolean; presence?: boolean } = {};
  #room: Room | null = null;
  #subscriber: Subscriber | null = null;
  #tracked: string | null = null;
  #expiry: NodeJS.Timeout | undefined;
  #queue: Promise<void> | null = null;
  #isGone = false;

  constructor(hub: Hub, outlet: Outlet, join: ClientMessage, onGone: () => void) {
    this.topic = join.topic;
    this.joinRef = join.joinRef;
    this.#hub = hub;
    this.#outlet = outlet;
    this.#onGone = onGone;
    this.#identity = outlet.keyIdentity;
    this.#config = parseJoin(join.payload);
    this.#presenceCalls = createAllowance(hub.limits.presenceCalls, hub.limits.presenceWindowMs);
  }

  get subTopic(): string {
    return this.topic.slice(TOPIC_PREFIX.length);
  }
  get identity(): Identity {
    return this.#identity;
  }
  get hearsBroadcast(): boolean {
    return this.#read.broadcast;
  }
  get hearsPresence(): boolean {
    return this.#read.presence && (!this.#config.isPrivate || this.#config.isPresenceEnabled);
  }

  join(message: ClientMessage): void {
    this.#enqueue(() => this.#join(message));
  }

  receive(message: ClientMessage): void {
    this.#enqueue(() => this.#handle(message));
  }

  send(frame: Frame): void {
    this.#outlet.send(frame);
  }

  /** Says why, then closes: the order the client library relies on. */
  shutDown(message: string): void {
    this.#system("system", "error", message);
    this.closeWithFrame();
  }

  expire(): void {
    const late = nowInSeconds() - (this.#identity.expiresAt ?? nowInSeconds());
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
    if (this.#subscriber) this.#hub.changes.close(this.#subscriber);
    if (this.#room) this.#hub.leave(this.#room, this);
    this.#onGone();
  }

  #enqueue(work: () => Promise<void> | undefined): void {
    if (this.#queue) {
      this.#queue = this.#queue.then(() => this.#run(work));
      return;
    }
    const running = this.#run(work);
    if (!running) return;
    const queue: Promise<void> = running.then(() => {
      if (this.#queue === queue) this.#queue = null;
    });
    this.#queue = queue;
  }

  /** An unexpected failure ends this channel the way a crash of hosted Realtime's does: the client rejoins. */
  #run(work: () => Promise<void> | undefined): Promise<void> | undefined {
    const fail = (error: unknown) => {
      this.#hub.report(error);
      if (this.#isGone) return;
      this.#push("phx_error", {}, this.joinRef);
      this.close();
    };
    if (this.#isGone) return undefined;
    try {
      return work()?.catch(fail);
    } catch (error) {
      fail(error);
      return undefined;
    }
  }

  async #join(join: ClientMessage): Promise<void> {
    try {
      if (this.subTopic === "") throw new Refusal("TopicNameRequired: You must provide a topic name");
      if (this.#config.wantsReplay) throw new Refusal("UnableToReplayMessages: the stand-in keeps no replay");
      const identity = await this.#identify(this.#config.accessToken);
      this.#read = await this.#readRights(identity);
      const wanted = readWanted(this.#config.postgresChanges);
      if (this.#config.waitsForChanges && wanted.length > 0) {
        await this.#subscribe(wanted, identity).catch((error: unknown) => {
          throw new Refusal(`RealtimeDisabledForConfiguration: ${reasonOf(error)}`);
        });
      }
      if (this.#isGone) return this.#forgetSubscriber();
      this.#enter(identity);
      this.#reply(join, "ok", { postgres_changes: wanted.map(({ id, echo }) => ({ ...echo, id })) });
      this.#greet();
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

  #enter(identity: Identity): void {
    this.#identity = identity;
    this.#watchExpiry();
    this.#room = this.#hub.enter(this.#config.isPrivate, this.subTopic, this);
  }

  #greet(): void {
    if (this.#config.wantsReplicationReady) {
      this.#system("system", "ok", "Replication connection established");
    }
    this.#sendPresenceState();
  }

  async #identify(token: string | null): Promise<Identity> {
    // A new-style key is no JWT: the connection's own key speaks.
    if (token === null || token.startsWith("sb_")) return this.#outlet.keyIdentity;
    const verdict = await this.#hub.access.identify(token);
    if (!verdict.ok) throw new Refusal(`${verdict.code}: ${verdict.message}`);
    return verdict.identity;
  }

  async #readRights(identity: Identity): Promise<ReadRights> {
    if (!this.#config.isPrivate) return EVERYTHING;
    const rights = await this.#hub.access.readRights(identity, this.subTopic);
    if (rights.broadcast || rights.presence) return rights;
    throw new Refusal(
      `Unauthorized: You do not have permissions to read from this Channel topic: ${this.subTopic}`,
    );
  }

  #handle(message: ClientMessage): Promise<void> | undefined {
    switch (message.event) {
      case "phx_leave":
        this.#reply(message, "ok");
        this.closeWithFrame();
        return undefined;
      case "broadcast":
        return this.#ifMayWrite("broadcast", () => this.#broadcast(message));
      case "presence":
        return this.#presence(message);
      case "access_token":
        return this.#takeToken(message.payload.access_token);
      default:
        return undefined;
    }
  }

  /** Asked once per token and extension, at the first use; then remembered. */
  #ifMayWrite(
    extension: "broadcast" | "presence",
    act: () => void,
    otherwise: () => void = () => undefined,
  ): Promise<void> | undefined {
    const decide = (mayWrite: boolean) => {
      if (this.#isGone) return;
      if (mayWrite) act();
      else otherwise();
    };
    const known = this.#config.isPrivate ? this.#write[extension] : true;
    if (known !== undefined) {
      decide(known);
      return undefined;
    }
    return this.#hub.access.canWrite(this.#identity, this.subTopic, extension).then((mayWrite) => {
      this.#write[extension] = mayWrite;
      decide(mayWrite);
    });
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
    const { event, payload } = message.payload;
    switch (String(event).toLowerCase()) {
      case "track":
        return this.#ifMayWrite(
          "presence",
          () => this.#track(message, payload ?? {}),
          () => this.#reply(message, "error"),
        );
      case "untrack":
        if (this.#room) this.#hub.untrack(this.#room, this);
        this.#tracked = null;
        this.#reply(message, "ok");
        return undefined;
      default:
        this.#reply(message, "error");
        return undefined;
    }
  }

  #track(message: ClientMessage, payload: unknown): void {
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
    const isFirstSight = !this.#config.isPresenceEnabled;
    this.#config = { ...this.#config, isPresenceEnabled: true };
    if (text !== this.#tracked) this.#hub.track(this.#room, this, this.#config.presenceKey, payload);
    this.#tracked = text;
    this.#reply(message, "ok");
    if (isFirstSight) this.#sendPresenceState();
  }

  #sendPresenceState(): void {
    if (!this.#room || !this.#config.isPresenceEnabled || !this.#read.presence) return;
    this.#push("presence_state", this.#room.presence.list());
  }

  async #takeToken(token: unknown): Promise<void> {
    if (typeof token !== "string" || token.startsWith("sb_") || token === this.#identity.token) return;
    const before = this.#read;
    try {
      const identity = await this.#identify(token);
      const read = await this.#readRights(identity);
      if ((before.broadcast && !read.broadcast) || (before.presence && !read.presence)) {
        throw new Refusal(
          `Unauthorized: You no longer have permission to read from this Channel topic: ${this.subTopic}`,
        );
      }
      this.#read = read;
      this.#write = {};
      this.#identity = identity;
      this.#watchExpiry();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      // The sentence of a refused join, without its code.
      this.shutDown(error.message.slice(error.message.indexOf(": ") + 2));
    }
  }

  async #announceSubscription(wanted: readonly Wanted[]): Promise<void> {
    try {
      if (!this.#subscriber) await this.#subscribe(wanted, this.#identity);
      if (this.#isGone) return this.#forgetSubscriber();
      this.#system("postgres_changes", "ok", "Subscribed to PostgreSQL");
    } catch (error) {
      this.#system("postgres_changes", "error", reasonOf(error));
    }
  }

  async #subscribe(wanted: readonly Wanted[], joining: Identity): Promise<void> {
    const subscriber: Subscriber = {
      identity: () => (this.#room ? this.#identity : joining),
      wanted,
      deliver: (ids, data) => {
        if (!this.#room || !this.#hub.events.take()) return;
        this.send(messageFrame({ topic: this.topic, event: "postgres_changes", payload: { ids, data } }));
      },
    };
    await this.#hub.changes.open(subscriber);
    this.#subscriber = subscriber;
  }

  #forgetSubscriber(): void {
    if (this.#subscriber) this.#hub.changes.close(this.#subscriber);
  }

  #watchExpiry(): void {
    clearTimeout(this.#expiry);
    const { expiresAt } = this.#identity;
    if (expiresAt === null || this.#isGone) return;
    const remaining = expiresAt * 1000 - Date.now();
    this.#expiry = setTimeout(
      () => (nowInSeconds() >= expiresAt ? this.expire() : this.#watchExpiry()),
      Math.min(Math.max(remaining, 1), MAX_TIMER_MS),
    );
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
