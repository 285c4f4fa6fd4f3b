import { describe, expect, it, vi } from "vitest";
import { attachmentKey } from "../core/attachment.ts";
import { stepInWords } from "./upload-card.ts";
import { type Prepared, type Refusal, type Sent, type Upload, Uploads } from "./uploads.ts";

const DOCUMENT = "0b6c3a52-5a0e-4a53-9d5e-3a3f6a1f2b10";

const prepared: Prepared = {
  type: "image",
  blob: new Blob(["x"]),
  about: { name: "a.png", mime: "image/png", size: 1, width: 1, height: 1 },
  note: null,
};

/** A queue whose network and clock are the test's. */
function scene(prepare: () => Promise<Prepared | Refusal> = async () => prepared) {
  const sends: {
    key: string;
    signal: AbortSignal;
    onPart: (part: number) => void;
    answer: (sent: Sent) => void;
  }[] = [];
  const waits: { attempt: number; again: () => void; stopped: boolean }[] = [];
  const steps: string[] = [];
  const stored: string[] = [];
  const uploads = new Uploads(
    {
      newKey: () => attachmentKey(DOCUMENT, crypto.randomUUID()),
      prepare,
      send: (key, _blob, onPart, signal) =>
        new Promise((answer) => void sends.push({ key, onPart, signal, answer })),
      later: (attempt, again) => {
        const wait = { attempt, again, stopped: false };
        waits.push(wait);
        return () => {
          wait.stopped = true;
        };
      },
    },
    {
      changed: ({ state }: Upload) =>
        void steps.push(state.step === "sending" ? `sending ${state.part}` : state.step),
      stored: ({ id }) => void stored.push(id),
    },
  );
  return { uploads, sends, waits, steps, stored };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));
const file = () => new File(["x"], "a.png");

describe("uploads", () => {
  it("are told how far they are, and are gone once stored", async () => {
    const { uploads, sends, steps, stored } = scene();
    const { id } = uploads.add(file());
    await settled();
    sends[0]?.onPart(0.5);
    sends[0]?.answer({ kind: "stored" });
    await settled();
    sends[0]?.onPart(1);
    expect(steps).toEqual(["preparing", "queued", "sending 0", "sending 0.5"]);
    expect(stored).toEqual([id]);
    expect(uploads.all).toEqual([]);
  });

  it("go three at a time, in the order they came", async () => {
    const { uploads, sends } = scene();
    const ids = Array.from({ length: 5 }, () => uploads.add(file()).id);
    await settled();
    expect(sends.map(({ key }) => key)).toEqual(ids.slice(0, 3));
    sends[1]?.answer({ kind: "stored" });
    await settled();
    expect(sends.map(({ key }) => key)).toEqual(ids.slice(0, 4));
    uploads.drop(ids[0] ?? "");
    await settled();
    expect(sends.map(({ key }) => key)).toEqual(ids);
  });

  it("without a connection wait in the page, and go out again under the same name", async () => {
    const { uploads, sends, waits, stored } = scene();
    const { id } = uploads.add(file());
    await settled();
    sends[0]?.answer({ kind: "unreachable" });
    await settled();
    expect(uploads.all.map(({ state }) => state.step)).toEqual(["waiting"]);
    waits[0]?.again();
    await settled();
    sends[1]?.answer({ kind: "unreachable" });
    await settled();
    expect(waits.map(({ attempt }) => attempt)).toEqual([0, 1]);
    uploads.retry(id);
    expect(waits[1]?.stopped).toBe(true);
    waits[1]?.again();
    await settled();
    expect(sends.map(({ key }) => key)).toEqual([id, id, id]);
    sends[2]?.answer({ kind: "stored" });
    await settled();
    expect(stored).toEqual([id]);
  });

  it("refused before or by the server say why, and are tried again only when asked", async () => {
    let answer: Prepared | Refusal = { sentence: "It cannot be read.", canRetry: true };
    const { uploads, sends } = scene(async () => answer);
    const { id } = uploads.add(file());
    await settled();
    expect(uploads.all[0]?.state).toEqual({
      step: "refused",
      sentence: "It cannot be read.",
      canRetry: true,
    });
    answer = prepared;
    uploads.retry(id);
    await settled();
    sends[0]?.answer({ kind: "refused", sentence: "You may not.", canRetry: true });
    await settled();
    expect(uploads.all[0]?.state).toEqual({ step: "refused", sentence: "You may not.", canRetry: true });
    uploads.retry(id);
    await settled();
    expect(sends).toHaveLength(2);
  });

  it("dropped are given up, whatever they were doing, and never stored", async () => {
    const { uploads, sends, waits, stored } = scene();
    const [sending, waiting] = [uploads.add(file()), uploads.add(file())];
    await settled();
    sends[1]?.answer({ kind: "unreachable" });
    await settled();
    uploads.drop(waiting.id);
    expect(waits[0]?.stopped).toBe(true);
    uploads.add(file());
    uploads.destroy();
    expect(sends[0]?.signal.aborted).toBe(true);
    sends[0]?.answer({ kind: "stored" });
    waits[0]?.again();
    await settled();
    expect([stored, uploads.all, sends.length]).toEqual([[], [], 2]);
    expect(sends[0]?.key).toBe(sending.id);
  });

  it("say in each state what is safe or what comes", () => {
    for (const [onLine, why] of [
      [true, "did not reach the server"],
      [false, "no connection"],
    ] as const) {
      vi.stubGlobal("navigator", { onLine });
      expect(stepInWords({ step: "waiting" })).toContain(why);
      expect(stepInWords({ step: "waiting" })).toContain("kept in this page");
    }
    vi.unstubAllGlobals();
    expect(stepInWords({ step: "sending", part: 0.2 })).toContain("once it is stored");
    expect(stepInWords({ step: "refused", sentence: "Nothing was changed.", canRetry: false })).toBe(
      "Nothing was changed.",
    );
  });
});
