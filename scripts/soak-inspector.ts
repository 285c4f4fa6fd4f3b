/** The memory of another Node process, after a garbage collection, over its inspector. */

export interface Memory {
  readonly heapMb: number;
  /** Outside the heap: buffers, and what they hold on to. PGlite's memory is not in it. */
  readonly buffersMb: number;
  readonly rssMb: number;
}

export interface Inspector {
  memory(): Promise<Memory>;
  close(): void;
}

interface Answer {
  readonly id?: number;
  readonly result?: { readonly result?: { readonly value?: unknown } };
  readonly error?: { readonly message: string };
}

/** Throws when nothing listens there. */
export async function openInspector(port: number): Promise<Inspector> {
  const targets = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as {
    webSocketDebuggerUrl: string;
  }[];
  const [target] = targets;
  if (!target) throw new Error(`no process is inspected at ${port}`);
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  await new Promise<void>((resolve, reject) => {
    socket.onopen = () => resolve();
    socket.onerror = () => reject(new Error(`the inspector at ${port} does not answer`));
  });
  const waiting = new Map<number, (answer: Answer) => void>();
  socket.onmessage = ({ data }) => {
    const answer = JSON.parse(String(data)) as Answer;
    if (answer.id !== undefined) waiting.get(answer.id)?.(answer);
  };
  let last = 0;
  const ask = async (method: string, params: Record<string, unknown> = {}): Promise<Answer> => {
    last += 1;
    const id = last;
    const answer = await new Promise<Answer>((resolve) => {
      waiting.set(id, resolve);
      socket.send(JSON.stringify({ id, method, params }));
    });
    waiting.delete(id);
    if (answer.error) throw new Error(`${method}: ${answer.error.message}`);
    return answer;
  };
  return {
    async memory() {
      await ask("HeapProfiler.collectGarbage");
      const usage = { expression: "process.memoryUsage()", returnByValue: true };
      const { result } = await ask("Runtime.evaluate", usage);
      const found = result?.result?.value as NodeJS.MemoryUsage | undefined;
      if (!found) throw new Error("the inspected process does not tell its memory");
      const { heapUsed, arrayBuffers, rss } = found;
      const megabytes = (bytes: number) => bytes / 2 ** 20;
      return { heapMb: megabytes(heapUsed), buffersMb: megabytes(arrayBuffers), rssMb: megabytes(rss) };
    },
    close: () => socket.close(),
  };
}
