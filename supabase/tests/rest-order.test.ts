/** REST: what holds between requests. An answer comes after its commit, and each request is its sender's alone. */
import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { openLibrary } from "./rest-library.ts";
import { anonymous, newPerson, service } from "./stand-in.ts";

const library = openLibrary();

describe("an answer comes after its commit", () => {
  it("RO1 what is acknowledged is seen at once, by another client on another connection", async () => {
    const reader = service(library.project);
    const unseen: string[] = [];
    const lanes = Array.from({ length: 8 }, async (_, lane) => {
      for (let n = 0; n < 15; n++) {
        const label = randomUUID();
        const { error } =
          (n + lane) % 3 === 0
            ? await library.ada.client.from("shelf").insert({ label })
            : await library.ada.client
                .rpc("slow_save", { p_label: label, p_seconds: 0.001 })
                .setHeader("x-stand-in-path", (n + lane) % 3 === 1 ? "direct" : "lite");
        const { data } = await reader.from("shelf").select("label").eq("label", label);
        if (error || data?.length !== 1) unseen.push(label);
      }
    });
    await Promise.all(lanes);
    expect(unseen).toEqual([]);
  });

  it("RO2 nobody sees what is not committed yet", async () => {
    const label = randomUUID();
    let isAnswered = false;
    const saving = library.ada.client.rpc("slow_save", { p_label: label, p_seconds: 0.5 }).then((answer) => {
      isAnswered = true;
      return answer;
    });
    const early: unknown[] = [];
    while (!isAnswered) {
      const { data } = await library.ada.client.from("shelf").select("label").eq("label", label);
      // On one session the look waits for the call, and sees its row.
      if (!isAnswered && data?.length !== 0) early.push(data);
    }
    expect((await saving).error).toBeNull();
    if (library.project.databaseUrl) expect(early).toEqual([]);
    expect((await library.ada.client.from("shelf").select("label").eq("label", label)).data).toHaveLength(1);
  });

  it("RO3 a request that fails after it has written leaves nothing, whatever else runs", async () => {
    const { client } = library.ada;
    const kept: string[] = [];
    await Promise.all(
      Array.from({ length: 24 }, async (_, n) => {
        const label = randomUUID();
        if (n % 2) {
          kept.push(label);
          expect((await client.from("shelf").insert({ label })).error).toBeNull();
        } else
          expect(
            (await client.from("shelf").insert([{ label }, { label, copies: -1 }])).error,
          ).not.toBeNull();
      }),
    );
    const { data } = await client.from("shelf").select("label").in("label", kept);
    expect(data).toHaveLength(kept.length);
  });
});

describe("each request is its sender's alone", () => {
  it("RO4 reads, writes, calls and failures of 4 identities at once: none is taken for another", async () => {
    const bob = await newPerson(library.project, "Bob");
    const identities = [
      { client: library.ada.client, role: "authenticated", uid: library.ada.id },
      { client: bob.client, role: "authenticated", uid: bob.id },
      { client: anonymous(library.project), role: "anon", uid: null },
      { client: service(library.project), role: "service_role", uid: null },
    ];
    const faults: unknown[] = [];
    const one = async (n: number) => {
      const who = identities[n % 4];
      if (!who) return;
      const { client, role, uid } = who;
      const kind = Math.floor(n / 4) % 6;
      if (kind < 3) {
        const { data } = await client
          .rpc("who", {}, { get: kind === 1 })
          .setHeader("x-stand-in-path", kind === 2 ? "lite" : "direct");
        if (data?.role !== role || data?.user !== role || data?.uid !== uid)
          faults.push({ kind, role, data });
      } else if (kind === 3) {
        const { data } = await client.from("shelf").select("owner");
        if (role !== "service_role" && data?.some(({ owner }) => owner !== uid))
          faults.push({ kind, role, data });
      } else if (kind === 4) {
        const { data, error } = await client
          .from("shelf")
          .insert({ label: "whose" })
          .select("owner")
          .single();
        if (uid ? data?.owner !== uid : !error) faults.push({ kind, role, data, error });
      } else {
        const { error } = await client.rpc("fail", { p_code: "PT409" });
        if (error?.code !== "PT409") faults.push({ kind, role, error });
      }
    };
    for (let round = 0; round < 5; round++)
      await Promise.all(Array.from({ length: 72 }, (_, n) => one(n + round)));
    expect(faults).toEqual([]);
  });

  it("RO5 nothing of one request is left for the next on the same connection", async () => {
    const { client } = library.ada;
    for (let n = 0; n < 30; n++) {
      await client.rpc("fail", { p_code: "22023" });
      const { data } = await anonymous(library.project).rpc("who");
      expect(data).toMatchObject({ uid: null, role: "anon", user: "anon" });
    }
  });
});
