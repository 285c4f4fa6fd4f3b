/**
 * One private topic per workspace: change events of its documents for the tree, and the 'epoch' event with which the
 * server says that somebody's rights were reduced. Shared by the tree and by open documents: counted outside
 * React, left a moment after the last one is gone (React mounts twice in development).
 */
import { EpochMessage, treeTopic } from "../core/protocol.ts";
import { ChannelKeeper } from "./channel-keeper.ts";
import type { Cancel, Chance, Clock } from "./clock.ts";
import type { RealtimePort, TreeChange } from "./transport.ts";

export type WorkspaceListener = {
  readonly onTreeChange?: (change: TreeChange) => void;
  /** Rights were reduced for somebody: ask the server again. */
  readonly onEpoch?: (epoch: number) => void;
  /** The topic was joined (again): changes before this were missed, read the tree anew. */
  readonly onJoined?: () => void;
  readonly onDown?: () => void;
};

export type WorkspaceHandle = {
  /** As heard from the server's answers. */
  readonly setEpoch: (epoch: number) => void;
  readonly leave: () => void;
};

type Entry = {
  readonly listeners: Set<WorkspaceListener>;
  epoch: number;
  keeper: ChannelKeeper | null;
  leaving: Cancel | null;
};

const LINGER_MS = 1_000;

export class WorkspaceChannels {
  #port: RealtimePort;
  #clock: Clock;
  #chance: Chance;
  #entries = new Map<string, Entry>();

  constructor(port: RealtimePort, clock: Clock, chance: Chance) {
    this.#port = port;
    this.#clock = clock;
    this.#chance = chance;
  }

  join(workspaceId: string, epoch: number, listener: WorkspaceListener): WorkspaceHandle {
    const entry = this.#entries.get(workspaceId) ?? this.#create(workspaceId);
    entry.leaving?.();
    entry.leaving = null;
    entry.listeners.add(listener);
    if (entry.keeper?.joined === true) listener.onJoined?.();
    this.#setEpoch(workspaceId, entry, epoch);
    return {
      setEpoch: (next) => this.#setEpoch(workspaceId, entry, next),
      leave: () => this.#leave(workspaceId, entry, listener),
    };
  }

  #create(workspaceId: string): Entry {
    const entry: Entry = { listeners: new Set(), epoch: 0, keeper: null, leaving: null };
    this.#entries.set(workspaceId, entry);
    return entry;
  }

  /** Epochs only grow: an older one is an answer that was long under way. */
  #setEpoch(workspaceId: string, entry: Entry, epoch: number): void {
    if (epoch <= entry.epoch || entry.listeners.size === 0) return;
    entry.epoch = epoch;
    void entry.keeper?.close();
    entry.keeper = this.#keep(workspaceId, entry);
  }

  #keep(workspaceId: string, entry: Entry): ChannelKeeper {
    const tell = (say: (listener: WorkspaceListener) => void) => {
      for (const listener of [...entry.listeners]) say(listener);
    };
    const epoch = (payload: unknown) => {
      const message = EpochMessage.safeParse(payload);
      if (!message.success) return;
      tell((listener) => listener.onEpoch?.(message.data.epoch));
      this.#setEpoch(workspaceId, entry, message.data.epoch);
    };
    const onChange = (change: TreeChange) => tell((listener) => listener.onTreeChange?.(change));
    return new ChannelKeeper({
      port: this.#port,
      clock: this.#clock,
      chance: this.#chance,
      spec: {
        topic: treeTopic(workspaceId, entry.epoch),
        events: { epoch },
        documentsOf: { workspaceId, onChange },
      },
      onJoined: () => tell((listener) => listener.onJoined?.()),
      onDown: () => tell((listener) => listener.onDown?.()),
    });
  }

  #leave(workspaceId: string, entry: Entry, listener: WorkspaceListener): void {
    if (!entry.listeners.delete(listener) || entry.listeners.size > 0) return;
    entry.leaving = this.#clock.after(LINGER_MS, () => {
      this.#entries.delete(workspaceId);
      void entry.keeper?.close();
    });
  }
}
