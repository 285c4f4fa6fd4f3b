/**
 * Awareness frames on their way out and in. Any member may send on the topic, so a frame counts only if the session
 * it speaks of signed it: with the key that the server has of that session.
 *
 *   out: frame ─▶ JSON ─▶ signed ─▶ topic
 *   in:  envelope ─▶ session known? ──no──▶ waits for the server's list ─▶ (known)
 *                        └──yes──▶ signature right? ──yes──▶ frame
 *                                        └──no──▶ dropped
 *
 * Of one session one envelope is checked at a time, and only the newest waits: whoever floods is heard the less.
 */
import { AwarenessMessage, MAX_AWARENESS_CHARS, type Person, type SignedFrame } from "../core/protocol.ts";
import type { FrameKeys, FrameSigner } from "./frame-keys.ts";

export type FrameDoorOptions = {
  readonly documentId: string;
  readonly keys: FrameKeys;
  /** Undefined: the server's list does not have this session yet. */
  readonly personOf: (sessionId: string) => Person | undefined;
  /** A session spoke that the list does not have. */
  readonly onStranger: (sessionId: string) => void;
  readonly onFrame: (message: AwarenessMessage) => void;
  /** False when it cannot be sent just now. */
  readonly send: (frame: SignedFrame) => boolean;
  readonly canSend: () => boolean;
};

/** Envelopes of unknown sessions that wait. Beyond, the oldest goes: inventing sessions must cost us nothing. */
const MOST_WAITING = 100;

type Check = { newest: SignedFrame | null };

export class FrameDoor {
  readonly #options: FrameDoorOptions;
  readonly #signer: Promise<FrameSigner>;
  readonly #waiting = new Map<string, SignedFrame>();
  readonly #checks = new Map<string, Check>();
  #sent: Promise<unknown> = Promise.resolve();

  constructor(options: FrameDoorOptions) {
    this.#options = options;
    this.#signer = options.keys.create();
  }

  /** For the server, when the session is registered. Null: it cannot sign. */
  async publicKey(): Promise<string | null> {
    return (await this.#signer).publicKey;
  }

  /** Sessions whose envelopes wait until the list knows them. */
  get strangers(): Iterable<string> {
    return this.#waiting.keys();
  }

  /** False when it cannot go out now; else it goes in the order of the calls. */
  send(message: AwarenessMessage): boolean {
    const frame = JSON.stringify(message);
    if (frame.length > MAX_AWARENESS_CHARS || !this.#options.canSend()) return false;
    const signed = this.#sign(message.sessionId, frame);
    this.#sent = Promise.all([signed, this.#sent]).then(([envelope]) => this.#options.send(envelope));
    return true;
  }

  /** Resolves when what was handed to `send` has gone out. */
  async flush(): Promise<void> {
    await this.#sent;
  }

  receive(envelope: SignedFrame): void {
    const person = this.#options.personOf(envelope.sessionId);
    if (person === undefined) this.#wait(envelope);
    else void this.#check(envelope, person);
  }

  /** The server's list grew. */
  peopleChanged(): void {
    for (const [sessionId, envelope] of this.#waiting) {
      if (this.#options.personOf(sessionId) === undefined) continue;
      this.#waiting.delete(sessionId);
      this.receive(envelope);
    }
  }

  async #sign(sessionId: string, frame: string): Promise<SignedFrame> {
    const signature = await (await this.#signer).sign(signedText(this.#options.documentId, frame));
    return { sessionId, frame, signature };
  }

  #wait(envelope: SignedFrame): void {
    const { sessionId } = envelope;
    this.#waiting.delete(sessionId);
    this.#waiting.set(sessionId, envelope);
    const [oldest] = this.#waiting.keys();
    if (this.#waiting.size > MOST_WAITING && oldest !== undefined) this.#waiting.delete(oldest);
    this.#options.onStranger(sessionId);
  }

  async #check(envelope: SignedFrame, person: Person): Promise<void> {
    const { sessionId } = envelope;
    const running = this.#checks.get(sessionId);
    if (running !== undefined) {
      running.newest = envelope;
      return;
    }
    const check: Check = { newest: null };
    this.#checks.set(sessionId, check);
    for (let next: SignedFrame | null = envelope; next !== null; next = check.newest) {
      check.newest = null;
      if (await this.#isGenuine(next, person)) this.#open(next);
    }
    this.#checks.delete(sessionId);
  }

  async #isGenuine({ frame, signature }: SignedFrame, { publicKey }: Person): Promise<boolean> {
    if (publicKey === null) return true;
    if (signature === null) return false;
    return this.#options.keys.verify(publicKey, signedText(this.#options.documentId, frame), signature);
  }

  #open({ sessionId, frame }: SignedFrame): void {
    let value: unknown;
    try {
      value = JSON.parse(frame);
    } catch {
      // Signed nonsense is nonsense.
      return;
    }
    const message = AwarenessMessage.safeParse(value);
    if (message.success && message.data.sessionId === sessionId) this.#options.onFrame(message.data);
  }
}

/** The document stands in it, so that a frame cannot be carried to another one. */
const signedText = (documentId: string, frame: string) => `${documentId}\n${frame}`;
