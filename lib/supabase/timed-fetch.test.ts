import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { forgetAll } from "../ops/instrument.ts";
import { queries } from "../ops/instruments.ts";
import { callName, timedFetch } from "./timed-fetch.ts";

beforeEach(forgetAll);
afterEach(() => vi.unstubAllGlobals());

it.each([
  ["/rest/v1/documents?select=id&id=eq.5", "documents"],
  ["/rest/v1/rpc/first_blocks", "first_blocks"],
  ["/auth/v1/user", "auth"],
  ["/storage/v1/object/attachments/7/8", "storage"],
  ["/rest/v1/5f0e-77aa", "rest"],
  ["/elsewhere", "other"],
])("%s is called %s", (path, name) => expect(callName(`http://db.internal${path}`)).toBe(name));

it("each call is counted once, with how it ended", async () => {
  const answers = [200, 404, 503].map((status) => new Response(null, { status }));
  vi.stubGlobal("fetch", async () => answers.shift() ?? Promise.reject(new TypeError("refused")));
  for (let n = 0; n < 3; n++) await timedFetch("http://db/rest/v1/documents");
  await expect(timedFetch(new Request("http://db/rest/v1/documents"))).rejects.toThrow("refused");
  const counted = queries.lines().filter((line) => line.includes("_count"));
  expect(counted.map((line) => /outcome="(\w+)"\} (\d)/.exec(line)?.slice(1))).toEqual([
    ...[
      ["ok", "1"],
      ["refused", "1"],
    ],
    ["failed", "2"],
  ]);
});
