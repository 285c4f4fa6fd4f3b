/**
 * The three private topics of one document and one epoch: updates (the server sends), awareness (readers send),
 * presence (its low rate limit must not touch the others). Another epoch means: leave all three, join three new ones.
 */
import { awarenessTopic, presenceTopic, SignedFrame, UpdateMessage, updatesTopic } from "../core/protocol.ts";
import { ChannelKeeper } from "./channel-keeper.ts";
import type { Cancel, Chance, Clock } from "./clock.ts";
import type { SocketEvent } from "./connection.ts";
import type { ChannelStatus, RealtimePort } from "./transport.ts";

export type LiveHandlers = {
  readonly onUpdate: (message: UpdateMessage) => void;
  /** A message on the updates topic that does not parse. */
  readonly onGarbage: () => void;
  /** What becomes of the updates topic: each join, each loss, each refused attempt, and another epoch's. */
  readonly onSocket: (event: SocketEvent) => void;
  /** Unchecked: who signed it is not looked at here. */
  readonly onAwareness: (frame: SignedFrame) => void;
  readonly onAwarenessJoined: () => void;
  readonly onPresent: (sessionIds: readonly string[]) => void;
  readonly onGone: (sessionId: string) => void;
};

/** The client waits ten seconds, and longer for a socket that is blocked; a page should not say "joining" for so long. */
const SLOW_JOIN_MS = 3_000;

const EVENT_OF: Readonly<Record<ChannelStatus, SocketEvent>> = {
  SUBSCRIBED: "subscribed",
  CHANNEL_ERROR: "channel-error",
  TIMED_OUT: "timed-out",
  CLOSED: "closed",
};

export type LiveChannelOptions = LiveHandlers & {
  readonly port: RealtimePort;
  readonly documentId: string;
  readonly sessionId: string;
  readonly clock: Clock;
  readonly chance: Chance;
};

export class LiveChannel {
  #options: LiveChannelOptions;
  #epoch: number | null = null;
  #keepers: ChannelKeeper[] = [];
  #awareness: ChannelKeeper | null = null;
  #slowJoin: Cancel | null = null;

  constructor(options: LiveChannelOptions) {
    this.#options = options;
  }

  get epoch(): number | null {
    return this.#epoch;
  }

  /** Joins the topics of this epoch, leaving those of another. Nothing happens when it is the present one. */
  setEpoch(epoch: number): void {
    if (epoch === this.#epoch) return;
    void this.leave();
    this.#epoch = epoch;
    this.#awareness = this.#keepAwareness(epoch);
    this.#keepers = [this.#keepUpdates(epoch), this.#awareness, this.#keepPresence(epoch)];
    this.#options.onSocket("moved");
    this.#slowJoin = this.#options.clock.after(SLOW_JOIN_MS, () => this.#options.onSocket("timed-out"));
  }

  get canSendAwareness(): boolean {
    return this.#awareness?.joined ?? false;
  }

  sendAwareness(frame: SignedFrame): boolean {
    return this.#awareness?.send("state", frame) ?? false;
  }

  async leave(): Promise<void> {
    const keepers = this.#keepers;
    this.#keepers = [];
    this.#awareness = null;
    this.#epoch = null;
    this.#slowJoin?.();
    await Promise.all(keepers.map((keeper) => keeper.close()));
  }

  #keepUpdates(epoch: number): ChannelKeeper {
    const { port, clock, chance, documentId, onSocket, onUpdate, onGarbage } = this.#options;
    const update = (payload: unknown) => {
      const message = UpdateMessage.safeParse(payload);
      if (message.success) onUpdate(message.data);
      else onGarbage();
    };
    return new ChannelKeeper({
      port,
      clock,
      chance,
      spec: { topic: updatesTopic(documentId, epoch), events: { update } },
      onJoined: () => {
        this.#slowJoin?.();
        onSocket("subscribed");
      },
      onDown: (status) => onSocket(EVENT_OF[status]),
    });
  }

  #keepAwareness(epoch: number): ChannelKeeper {
    const { port, clock, chance, documentId, onAwareness, onAwarenessJoined } = this.#options;
    const state = (payload: unknown) => {
      // Cheap to send, so cheap to refuse: what is not a frame is dropped without a word.
      const frame = SignedFrame.safeParse(payload);
      if (frame.success) onAwareness(frame.data);
    };
    const spec = { topic: awarenessTopic(documentId, epoch), events: { state } };
    return new ChannelKeeper({ port, clock, chance, spec, onJoined: onAwarenessJoined });
  }

  #keepPresence(epoch: number): ChannelKeeper {
    const { port, clock, chance, documentId, sessionId, onPresent, onGone } = this.#options;
    const presence = { key: sessionId, onSync: onPresent, onLeave: onGone };
    return new ChannelKeeper({
      port,
      clock,
      chance,
      spec: { topic: presenceTopic(documentId, epoch), presence },
    });
  }
}
