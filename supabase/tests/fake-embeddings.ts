/** A provider that speaks OpenAI's protocol, makes vectors of words alone, and fails in the way it is told. */
import { createServer, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { NONSENSE } from "../functions/_shared/sense.ts";
import { vectorOf } from "./search-scene.ts";

export type Failure = 429 | 500 | "garbage" | "too few" | "wrong size" | "no numbers" | "zeros" | "never";

export interface FakeEmbeddings {
  readonly url: string;
  /** What an edge function's environment has to say to use it. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly calls: { readonly authorization: string | undefined; readonly input: readonly string[] }[];
  fail(how: Failure | null): void;
  stop(): Promise<void>;
}

/** Synonyms of a model to which all letters without sense are one and the same word. */
export const MUMBLED: Readonly<Record<string, string>> = Object.fromEntries(
  NONSENSE.flatMap((text) => text.split(" ")).map((word) => [word, "mumble"]),
);

const BAD: Readonly<Record<string, (vectors: number[][]) => unknown>> = {
  "too few": (vectors) => vectors.slice(1),
  "wrong size": (vectors) => vectors.map((vector) => vector.slice(1)),
  "no numbers": (vectors) => vectors.map((vector) => vector.map(() => "NaN")),
  zeros: (vectors) => vectors.map((vector) => vector.map(() => 0)),
};

export async function startFakeEmbeddings(
  synonyms: Readonly<Record<string, string>> = {},
): Promise<FakeEmbeddings> {
  const calls: { authorization: string | undefined; input: string[] }[] = [];
  let failure: Failure | null = null;
  const server = createServer(async (request, response) => {
    const { input } = JSON.parse(await text(request)) as { input: string[] };
    calls.push({ authorization: request.headers.authorization, input });
    answer(
      response,
      input.map((one) => vectorOf(one, synonyms)),
    );
  });
  function answer(response: ServerResponse, vectors: number[][]): void {
    if (failure === "never") return;
    if (typeof failure === "number") return void response.writeHead(failure).end("{}");
    if (failure === "garbage") return void response.end("<html>Bad gateway</html>");
    const made = (failure === null ? vectors : BAD[failure]?.(vectors)) as number[][];
    // In another order, as the protocol allows.
    const data = made.map((embedding, index) => ({ index, embedding })).reverse();
    response.setHeader("content-type", "application/json").end(JSON.stringify({ data }));
  }
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}/v1`;
  return {
    url,
    secrets: {
      ...{ EMBEDDINGS_URL: url, EMBEDDINGS_KEY: "the key", EMBEDDINGS_MODEL: "fake" },
      EMBEDDINGS_COSINE_FLOOR: "0.25",
    },
    calls,
    fail: (how) => {
      failure = how;
    },
    stop: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
