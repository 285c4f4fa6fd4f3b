/** The presence of one channel: who may track, how often, how much, and what is answered. */
import type { Hub, Member, Room } from "./realtime-hub.ts";
import { createAllowance } from "./realtime-limits.ts";
import { type ClientMessage, isRecord } from "./realtime-protocol.ts";
import type { Rights } from "./realtime-rights.ts";

/** The channel, as its presence needs it. */
export interface Tracked extends Member {
  readonly room: Room | null;
  readonly rights: Rights | null;
  readonly isPrivate: boolean;
  reply(to: ClientMessage, status: "ok" | "error", response?: unknown): void;
  push(event: string, payload: unknown): void;
}

export class Tracking {
  /** Asked for at the join, or by the first track. */
  isEnabled: boolean;
  readonly #hub: Hub;
  readonly #channel: Tracked;
  readonly #key: string;
  readonly #calls;
  #payload: string | null = null;
  /** Presence came with a track, and the list has not been told yet. */
  #isFirstSight = false;

  constructor(hub: Hub, channel: Tracked, key: string, isEnabled: boolean) {
    this.#hub = hub;
    this.#channel = channel;
    this.#key = key;
    this.isEnabled = isEnabled;
    this.#calls = createAllowance(hub.limits.presenceCalls, hub.limits.presenceWindowMs);
  }

  /** Whether this channel is told who comes and goes. In public rooms all are, in private ones who asked and may. */
  get hears(): boolean {
    const { isPrivate, rights } = this.#channel;
    return rights?.read.presence === true && (!isPrivate || this.isEnabled);
  }

  handle(message: ClientMessage): Promise<void> | undefined {
    const { event } = message.payload;
    if (typeof event !== "string") {
      this.#channel.reply(message, "ok");
      return undefined;
    }
    if (!this.#calls.take()) {
      this.#channel.shutDown("Client presence rate limit exceeded");
      return undefined;
    }
    switch (event.toLowerCase()) {
      case "track":
        return this.#whenAllowed(message);
      case "untrack":
        this.#untrack();
        this.#channel.reply(message, "ok");
        return undefined;
      default:
        this.#channel.reply(message, "error");
        return undefined;
    }
  }

  /** Tells the channel who is there, if it may know. */
  sync(): void {
    const { room, rights } = this.#channel;
    if (!room || !this.isEnabled || !rights?.read.presence) return;
    if (this.#takeEvent()) this.#channel.push("presence_state", room.presence.list());
  }

  #whenAllowed(message: ClientMessage): Promise<void> | undefined {
    const act = (mayWrite: boolean) => {
      if (mayWrite) this.#track(message);
      else this.#channel.reply(message, "error");
    };
    const answer = this.#channel.rights?.mayWrite("presence") ?? false;
    if (typeof answer !== "boolean") return answer.then(act);
    act(answer);
    return undefined;
  }

  #track(message: ClientMessage): void {
    const { room } = this.#channel;
    const payload = message.payload.payload ?? {};
    if (!room) return;
    if (!isRecord(payload)) {
      this.#channel.reply(message, "error", { reason: "Presence track payload must be a map" });
      return;
    }
    const text = JSON.stringify(payload);
    if (text !== this.#payload) {
      if (Buffer.byteLength(text) > this.#hub.limits.payloadBytes) {
        this.#channel.shutDown("Track message size exceeded");
        return;
      }
      if (!this.#takeEvent()) return;
      this.#payload = text;
      this.#enter(room, payload);
    }
    this.#channel.reply(message, "ok");
    if (this.#isFirstSight) {
      this.#isFirstSight = false;
      this.sync();
    }
  }

  /** Tracking asks for presence where the join did not; the list of who is there then follows. */
  #enter(room: Room, payload: Record<string, unknown>): void {
    if (!this.isEnabled) {
      this.isEnabled = true;
      this.#isFirstSight = true;
    }
    this.#hub.track(room, this.#channel, this.#key, payload);
  }

  #untrack(): void {
    const { room } = this.#channel;
    if (room) this.#hub.untrack(room, this.#channel);
    this.#payload = null;
  }

  #takeEvent(): boolean {
    const { presenceEvents, limits } = this.#hub;
    if (presenceEvents.average > limits.presencePerSecond) {
      this.#channel.shutDown("Too many presence messages per second");
      return false;
    }
    presenceEvents.add();
    return true;
  }
}
