/**
 * Each error that a stand-in could have and nobody would see: planted, it turns its case red, and for its own reason. That
 * the case is green without it is what the rest of the run shows.
 */
import { describe, expect, it } from "vitest";
import { copyStandIn, type Plant, plant, runCases } from "./plant.ts";

const plants: readonly Plant[] = [
  {
    error: "a wrong ref in a reply",
    file: "realtime-channel.ts",
    from: "replyFrame({ joinRef: this.joinRef, ref: to.ref, topic: this.topic }",
    to: 'replyFrame({ joinRef: this.joinRef, ref: "0", topic: this.topic }',
    caughtBy: {
      file: "realtime-wire.test.ts",
      title: "RTW1 every answer carries the ref of what it answers, and the join's",
    },
    because: /AssertionError|waited/,
  },
  {
    error: "a missing presence leave",
    file: "realtime-hub.ts",
    from: "      tellDiff(room, room.presence.untrack(member));\n      if (room.members.size",
    to: "      room.presence.untrack(member);\n      if (room.members.size",
    caughtBy: {
      file: "realtime.test.ts",
      title: "carry cursors of those who may read, viewers too, and tell who is present",
    },
    because: /the leave/,
  },
  {
    error: "a DELETE with more than the key",
    file: "realtime.sql",
    from: "if is_guarded and change.type = 'DELETE' then",
    to: "if is_guarded and change.type = 'NOTHING' then",
    caughtBy: {
      file: "realtime-changes.test.ts",
      title: "RTC2 of a DELETE is the key only, of everybody's rows, even where the whole row is logged",
    },
    because: /RTC2|deeply equal/,
  },
  {
    // One request alone runs through without a pause; one that waits for anything in between lets others in.
    error: "an ungated query",
    file: "rpc.ts",
    from: "return toResponse(found, await database.script(script));",
    to: `const { driver } = database.connection;
    await driver.exec("begin; " + settings(request, caller, name)[0]);
    await new Promise((resolve) => setImmediate(resolve));
    const results = await driver.exec(call(found, given, body || "{}") + "; " + RESPONSE);
    await driver.exec("commit");
    return toResponse(found, [[], ...results.map(({ rows }) => rows)]);`,
    caughtBy: {
      file: "robust.test.ts",
      title: "RB1 of thousands of requests of 4 identities, 64 at a time, none is taken for another",
    },
    because: /"way":"direct RPC".*"wrong"/,
  },
  {
    error: "a policy that is ignored on join",
    file: "realtime-rights.ts",
    from: "const read = door.isPrivate ? await readRights(door, identity) : EVERYTHING;",
    to: "const read = EVERYTHING;",
    caughtBy: {
      file: "realtime.test.ts",
      title: "refuse everyone who is not a member, and every other epoch",
    },
    because: /SUBSCRIBED/,
  },
];

describe("a planted error", () => {
  const limit = { timeout: 600_000 };

  it.each(plants)("PL1 turns its case red: $error", limit, async (planted) => {
    const own = await copyStandIn();
    try {
      await plant(own.folder, planted);
      const [verdict] = await runCases(own.main, [planted.caughtBy]);
      expect(verdict?.passed).toBe(false);
      expect(verdict?.failure).toMatch(planted.because);
    } finally {
      await own.remove();
    }
  });
});
