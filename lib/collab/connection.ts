/**
 * The connection of one open document as two small tables, side by side: what has become of the socket's topic, and
 * what is known of the server behind the calls. Pure: an event and a state give the next state and what is to be done.
 * Both tables are total, so that a case nobody thought of does not compile.
 *
 *   socket   opening ──moved──▶ joining ──subscribed──▶ joined        (moved: another epoch's topics are being joined)
 *                                  │  ▲                  │  ▲
 *              channel-error, timed-out, closed ─▶ lost ◀┘  │ subscribed
 *                                                   └───────┘
 *   reach    reached ◀──answered── unreachable ◀──failed── reached
 *            reached ◀──answered, token-refreshed── signed-out ◀──unauthenticated── reached, unreachable
 *            reached ◀──answered, online── offline ◀──offline── any of these
 *            any of these ──refused──▶ refused ──destroyed──▶ ended ◀──destroyed── any of these
 *
 * Rules: SPEC.md (CN).
 */

export type Socket = "opening" | "joining" | "joined" | "lost";

export type Reach =
  | "reached"
  | "unreachable"
  /** The session ran out. */
  | "signed-out"
  /** The browser knows of no network. */
  | "offline"
  /** Reading was refused: nothing is asked or applied any more, but a call under way may still say what it stored. */
  | "refused"
  /** Closed by the page. */
  | "ended";

export type SocketEvent = "moved" | "subscribed" | "channel-error" | "timed-out" | "closed";

export type ConnectionEvent =
  | SocketEvent
  | "online"
  | "offline"
  /** The page is seen again. */
  | "visible"
  | "token-refreshed"
  | "token-failed"
  /** An answer or the workspace's topic names another epoch than ours. */
  | "epoch-changed"
  /** A call was answered. */
  | "answered"
  /** A call failed and may succeed later. */
  | "failed"
  | "unauthenticated"
  /** The server refuses reading for good. */
  | "refused"
  | "destroyed";

export type ConnectionState = { readonly socket: Socket; readonly reach: Reach };

export type Effect =
  /** Ask the log for what is missing. */
  | "pull"
  /** Send what waits now, not at the end of a pause. */
  | "retry"
  /** Take a fresh token, hand it to the socket, and tell how that went. */
  | "refresh"
  /** Ask and send nothing any more. */
  | "stop";

export type Step = { readonly state: ConnectionState; readonly effects: readonly Effect[] };

export const OPENING: ConnectionState = { socket: "opening", reach: "reached" };

type Row<Name extends string> = Readonly<Record<Name, Name>>;

const SAME_SOCKET: Row<Socket> = { opening: "opening", joining: "joining", joined: "joined", lost: "lost" };
const allSockets = (to: Socket): Row<Socket> => ({ opening: to, joining: to, joined: to, lost: to });

const SOCKET: Readonly<Record<ConnectionEvent, Row<Socket>>> = {
  moved: allSockets("joining"),
  subscribed: allSockets("joined"),
  "channel-error": allSockets("lost"),
  "timed-out": allSockets("lost"),
  closed: allSockets("lost"),
  online: SAME_SOCKET,
  offline: SAME_SOCKET,
  visible: SAME_SOCKET,
  "token-refreshed": SAME_SOCKET,
  "token-failed": SAME_SOCKET,
  "epoch-changed": SAME_SOCKET,
  answered: SAME_SOCKET,
  failed: SAME_SOCKET,
  unauthenticated: SAME_SOCKET,
  refused: SAME_SOCKET,
  destroyed: SAME_SOCKET,
};

const SAME_REACH: Row<Reach> = {
  reached: "reached",
  unreachable: "unreachable",
  "signed-out": "signed-out",
  offline: "offline",
  refused: "refused",
  ended: "ended",
};
/** As said, but from where nothing leads back. */
const reaches = (row: Readonly<Record<Exclude<Reach, "refused" | "ended">, Reach>>): Row<Reach> => ({
  ...SAME_REACH,
  ...row,
});
const allReaches = (to: Reach) => reaches({ reached: to, unreachable: to, "signed-out": to, offline: to });

const REACH: Readonly<Record<ConnectionEvent, Row<Reach>>> = {
  moved: SAME_REACH,
  subscribed: SAME_REACH,
  "channel-error": SAME_REACH,
  "timed-out": SAME_REACH,
  closed: SAME_REACH,
  online: { ...SAME_REACH, offline: "reached" },
  offline: allReaches("offline"),
  visible: SAME_REACH,
  "token-refreshed": { ...SAME_REACH, "signed-out": "reached" },
  "token-failed": SAME_REACH,
  "epoch-changed": SAME_REACH,
  // An answer is worth more than the browser's idea of the network.
  answered: allReaches("reached"),
  // Who is signed out or offline is told so, whatever else fails.
  failed: reaches({
    reached: "unreachable",
    unreachable: "unreachable",
    "signed-out": "signed-out",
    offline: "offline",
  }),
  unauthenticated: reaches({
    reached: "signed-out",
    unreachable: "signed-out",
    "signed-out": "signed-out",
    // Without a network no token can be had: that is not being signed out.
    offline: "offline",
  }),
  refused: allReaches("refused"),
  destroyed: { ...allReaches("ended"), refused: "ended" },
};

type Outcome = {
  /** Each time. */
  readonly always?: readonly Effect[];
  /** Only when the state is another one than before. */
  readonly onChange?: readonly Effect[];
};

const EFFECTS: Readonly<Record<ConnectionEvent, Outcome>> = {
  moved: {},
  // What was sent before it is not repeated.
  subscribed: { always: ["pull"] },
  // A refused attempt may mean that the rights are gone; afterwards the log is polled anyway.
  "channel-error": { onChange: ["pull"] },
  "timed-out": { onChange: ["pull"] },
  closed: { onChange: ["pull"] },
  // Calls take a fresh token by themselves; the socket may have slept over its own.
  online: { always: ["retry", "refresh"] },
  offline: {},
  visible: { always: ["refresh"] },
  "token-refreshed": { always: ["retry", "pull"] },
  "token-failed": { always: ["retry", "pull"] },
  "epoch-changed": { always: ["pull"] },
  answered: {},
  failed: {},
  unauthenticated: {},
  refused: { onChange: ["stop"] },
  destroyed: { onChange: ["stop"] },
};

/** In a state that is over, events lead nowhere and do nothing, but for the end itself. */
export function step(state: ConnectionState, event: ConnectionEvent): Step {
  const socket = SOCKET[event][state.socket];
  const reach = REACH[event][state.reach];
  if (isOver(state) && reach === state.reach) return { state, effects: [] };
  const { always = [], onChange = [] } = EFFECTS[event];
  if (socket === state.socket && reach === state.reach) return { state, effects: always };
  return { state: { socket, reach }, effects: [...always, ...onChange] };
}

export function isOver({ reach }: ConnectionState): boolean {
  return reach === "refused" || reach === "ended";
}

/** The longest time between two pulls, ms. */
export const POLL_MS = { joined: 60_000, blocked: 2_000 } as const;

export function pollMs({ socket }: ConnectionState): number {
  return socket === "joined" ? POLL_MS.joined : POLL_MS.blocked;
}

/**
 * An answer that was asked for before the network went says nothing of it: it may have come on the last breath.
 * `asked` is the state in which the call began.
 */
export function isNews(asked: ConnectionState, now: ConnectionState): boolean {
  return now.reach !== "offline" || asked.reach === "offline";
}

/**
 * What a page shows. 'polling': without the websocket, edits of others come every two seconds. 'unreachable': neither
 * socket nor answers.
 */
export type Connection = "joining" | "live" | "polling" | "unreachable" | "offline" | "signed-out" | "ended";

const OF_SOCKET = { opening: "joining", joining: "joining", joined: "live", lost: "polling" } as const;

export function connectionOf({ socket, reach }: ConnectionState): Connection {
  if (reach === "reached") return OF_SOCKET[socket];
  if (reach === "unreachable") return socket === "lost" ? "unreachable" : OF_SOCKET[socket];
  return reach === "refused" ? "ended" : reach;
}
