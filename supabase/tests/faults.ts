/**
 * The fault switch of a stand-in that was started with `--test`, as functions. For tests of the contract, of the
 * failure matrix and in browsers; nothing of it exists on a real project.
 *
 * Faults add up until `clear`. Shares are between 0 and 1 and drawn from a seed: the same seed gives the same
 * calls or messages the same fate, in the order in which they arrive.
 */

export interface Target {
  readonly url: string;
  readonly secretKey: string;
}

/** How a refused or lost call looks to its caller: a broken connection, PostgREST's 503, the gateway's 504. */
export type Looks = "cut" | "unavailable" | "timeout";

/** On the way to each reader, or on the way from the client that sends. */
export type Direction = "in" | "out" | "both";

export interface RpcFault {
  /** The function; absent means each. */
  readonly name?: string;
  /** Absent means all. */
  readonly share?: number;
  readonly looks?: Looks;
  /** How many at most; absent means no end. */
  readonly limit?: number;
}

/** What happened since `clear`. */
export interface FaultState {
  readonly database: { readonly goneMs: number };
  readonly rpc: { readonly refusedBefore: number; readonly refusedAfter: number; readonly delayed: number };
}

/** Sockets or channels that were hit. */
export interface Hit {
  readonly killed: number;
  readonly expired: number;
  readonly closed: number;
}

type Json = Record<string, unknown>;

export class Faults {
  readonly #target: Target;
  readonly #seed: number;
  #rpc: Json[] = [];
  #topics: Json[] = [];

  constructor(target: Target, seed = 1) {
    this.#target = target;
    this.#seed = seed;
  }

  /** Ends every fault, Realtime's too, and brings the database back. */
  async clear(): Promise<void> {
    this.#rpc = [];
    this.#topics = [];
    await this.#send({ clear: true });
  }

  state(): Promise<FaultState> {
    return this.#ask({ method: "GET" }) as Promise<FaultState>;
  }

  /**
   * The database is away for so long: REST answers 503, Auth 500, transactions under way roll back. Realtime goes
   * on with who is joined.
   */
  async loseDatabase(seconds: number): Promise<void> {
    await this.#send({ database: { goneMs: seconds * 1000 } });
  }

  async returnDatabase(): Promise<void> {
    await this.#send({ database: { goneMs: 0 } });
  }

  /** Refuses RPCs before they run: nothing is stored. By default as PostgREST's 503. */
  refuseRpc({ name = "*", share = 1, looks = "unavailable", limit }: RpcFault = {}): Promise<void> {
    return this.#addRpc({ name, before: share, answer: looks, ...(limit ? { limit } : {}) });
  }

  /** Runs and commits RPCs and loses their answers. By default the connection breaks. */
  loseRpcAnswer({ name = "*", share = 1, looks = "cut", limit }: RpcFault = {}): Promise<void> {
    return this.#addRpc({ name, after: share, answer: looks, ...(limit ? { limit } : {}) });
  }

  /** Both at once, each with its own share; how every unlucky call ends, its caller cannot tell. */
  shakeRpc(fault: { name?: string; before: number; after: number; looks?: Looks }): Promise<void> {
    const { name = "*", before, after, looks = "cut" } = fault;
    return this.#addRpc({ name, before, after, answer: looks });
  }

  /** Every call waits so long before it runs; a range is drawn from, so calls overtake each other. */
  delayRpc(delayMs: number | readonly [from: number, to: number], name = "*"): Promise<void> {
    return this.#addRpc({ name, delayMs });
  }

  /**
   * A share of the messages on topics that begin like this is never delivered. By default each reader misses
   * others; "in" loses them on their way from the client, for everybody.
   */
  dropMessages(topicPrefix: string, share: number, direction: Direction = "out"): Promise<Hit> {
    return this.#addTopic({ topicPrefix, direction, drop: share });
  }

  /** A share of the messages arrives twice. */
  duplicateMessages(topicPrefix: string, share: number): Promise<Hit> {
    return this.#addTopic({ topicPrefix, duplicate: share });
  }

  /** Every message arrives so many milliseconds late, in order. */
  delayMessages(topicPrefix: string, delayMs: number): Promise<Hit> {
    return this.#addTopic({ topicPrefix, delayMs });
  }

  /** A share of the messages arrives after the one behind it, or after a second when none comes. */
  reorderMessages(topicPrefix: string, share: number): Promise<Hit> {
    return this.#addTopic({ topicPrefix, reorder: share });
  }

  /** Every message is late by its own draw from the range, milliseconds, so that they overtake each other. */
  scatterMessages(topicPrefix: string, delayMs: readonly [from: number, to: number]): Promise<Hit> {
    return this.#addTopic({ topicPrefix, delayMs });
  }

  /** Cuts the sockets of a person (by id) or of all, without a closing handshake. */
  killSockets(who = "all"): Promise<Hit> {
    return this.realtime({ kill: who });
  }

  /** Ends a person's channels as if their token had expired. */
  expireTokens(who = "all"): Promise<Hit> {
    return this.realtime({ expire: who });
  }

  /** Closes the channels of topics that begin like this. */
  closeChannels(topicPrefix: string): Promise<Hit> {
    return this.realtime({ close: topicPrefix });
  }

  /** Realtime is down for so long: every socket is cut and none is let in. REST goes on. */
  loseRealtime(seconds: number): Promise<Hit> {
    return this.realtime({ downMs: seconds * 1000 });
  }

  returnRealtime(): Promise<Hit> {
    return this.realtime({ downMs: 0 });
  }

  /** Any wish that Realtime's own switch understands. */
  async realtime(wish: Json): Promise<Hit> {
    return ((await this.#send({ realtime: wish })) as { realtime: Hit }).realtime;
  }

  async #addRpc(rule: Json): Promise<void> {
    this.#rpc.push(rule);
    await this.#send({ rpc: this.#rpc, seed: this.#seed });
  }

  #addTopic(rule: Json): Promise<Hit> {
    this.#topics.push(rule);
    return this.realtime({ rules: this.#topics, seed: this.#seed });
  }

  #send(body: Json): Promise<unknown> {
    return this.#ask({ method: "POST", body: JSON.stringify(body) });
  }

  async #ask(init: RequestInit): Promise<unknown> {
    const headers = { apikey: this.#target.secretKey, "content-type": "application/json" };
    const response = await fetch(`${this.#target.url}/test/faults`, { ...init, headers });
    const answer: unknown = await response.json();
    if (!response.ok)
      throw new Error(`the fault switch answered ${response.status}: ${JSON.stringify(answer)}`);
    return answer;
  }
}
