/**
 * Runs in Deno before an edge function: what Supabase's own runtime offers beyond Deno. A task handed to
 * `EdgeRuntime.waitUntil` goes on after the answer; its failure is logged and does not end the function. A
 * module that exports `{ fetch }` is served like one that calls Deno.serve.
 *
 * To the stand-in it says, in lines of stderr that begin with a word only the two know, which process it is and
 * how many tasks are under way. From it, it hears by signals why the function will be shut down.
 */
declare const Deno: {
  readonly pid: number;
  readonly stderr: { writeSync(bytes: Uint8Array): number };
  readonly env: { get(name: string): string | undefined; delete(name: string): void };
  addSignalListener(signal: string, listener: () => void): void;
  serve(handler: (...args: unknown[]) => unknown): void;
};

const REASONS = {
  SIGXCPU: "cpu",
  SIGXFSZ: "memory",
  SIGALRM: "wall_clock",
  SIGUSR2: "early_drop",
  SIGTERM: "termination",
} as const;

const word = take("STAND_IN_WORD");
const entry = take("STAND_IN_ENTRY");
const encoder = new TextEncoder();
const { stderr } = Deno;
let tasks = 0;

function take(name: string): string {
  const value = Deno.env.get(name) ?? "";
  Deno.env.delete(name);
  return value;
}

function say(text: string): void {
  stderr.writeSync(encoder.encode(`${word} ${text}\n`));
}

function count(change: number): void {
  tasks += change;
  say(`tasks ${tasks}`);
}

Reflect.set(globalThis, "EdgeRuntime", {
  waitUntil<T>(task: Promise<T>): Promise<T> {
    count(1);
    Promise.resolve(task)
      .catch((error: unknown) => console.error("waitUntil:", error))
      .finally(() => count(-1));
    return task;
  },
});

for (const [signal, reason] of Object.entries(REASONS)) {
  Deno.addSignalListener(signal, () => {
    globalThis.dispatchEvent(new CustomEvent("beforeunload", { detail: { reason } }));
  });
}

say(`pid ${Deno.pid}`);

if (entry !== "") {
  const { default: handler } = (await import(entry)) as { default?: { fetch?: unknown } };
  const { fetch } = handler ?? {};
  if (typeof fetch === "function") Deno.serve((...args) => Reflect.apply(fetch, handler, args));
}

export {};
