import { request as ask, createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { addressNoter, addressOf, trustedProxies } from "./client-address.ts";

let note: ReturnType<typeof addressNoter>;
const server = createServer((request, response) => {
  note(request);
  response.end(String(addressOf(new Headers(request.headers as Record<string, string>), {})));
});
const sent = new Headers({ "x-client-address": "203.0.113.1", "x-vercel-forwarded-for": "203.0.113.2" });
const before = [addressOf(sent, {}), addressOf(sent, { VERCEL: "1" })];
beforeAll(async () => {
  note = addressNoter({});
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
});
afterAll(() => server.close());

function seen(headers: Record<string, string>): Promise<string> {
  const { port } = server.address() as AddressInfo;
  return new Promise((done, fail) => {
    ask({ port, host: "127.0.0.1", headers }, (answer) => {
      let text = "";
      answer.on("data", (part) => (text += part)).on("end", () => done(text));
    })
      .on("error", fail)
      .end();
  });
}

it("is the connection's, whatever a stranger writes into our header", async () => {
  expect(await seen({})).toBe("127.0.0.1");
  expect(await seen({ "x-client-address": "203.0.113.9" })).toBe("127.0.0.1");
});

it("is what the nearest proxy on this machine saw, not what a stranger put before it", async () => {
  expect(await seen({ "x-forwarded-for": "203.0.113.7" })).toBe("203.0.113.7");
  expect(await seen({ "x-forwarded-for": "198.51.100.1, 203.0.113.7" })).toBe("203.0.113.7");
  expect(await seen({ "x-forwarded-for": "198.51.100.1, 203.0.113.7, 10.0.0.2" })).toBe("203.0.113.7");
});

it("a named proxy is believed, any other public address is not", () => {
  const trusts = trustedProxies({ TRUSTED_PROXIES: "203.0.113.0/24, 2001:db8::1" });
  expect(
    ["203.0.113.7", "2001:db8::1", "127.0.0.1", "10.1.2.3", "198.51.100.1"].map((one) => trusts(one, 0)),
  ).toEqual([true, true, true, true, false]);
  expect(() => trustedProxies({ TRUSTED_PROXIES: "everybody" })).toThrow(/everybody/);
});

it("of an IPv6 address it is the network, because its holder has all of it", async () => {
  expect(await seen({ "x-forwarded-for": "2001:db8:1:2:3:4:5:6" })).toBe("2001:db8:1:2::/64");
  expect(await seen({ "x-forwarded-for": "2001:db8::9" })).toBe("2001:db8:0:0::/64");
  expect(await seen({ "x-forwarded-for": "::ffff:203.0.113.7" })).toBe("203.0.113.7");
});

it("who is no proxy of ours does not tell how the site was reached", () => {
  const taken = (remoteAddress: string) => {
    const headers: Record<string, string> = {
      "x-forwarded-proto": "https",
      "x-forwarded-host": "evil.example",
    };
    const request = { headers, socket: { remoteAddress } };
    note(request as unknown as IncomingMessage);
    return headers;
  };
  expect(taken("198.51.100.1")).toEqual({ "x-client-address": "198.51.100.1" });
  expect(taken("10.0.0.1")).toMatchObject({ "x-forwarded-proto": "https" });
});

it("is unknown where no server of ours notes it, and the edge's own on Vercel", () => {
  expect(before).toEqual([null, "203.0.113.2"]);
});
