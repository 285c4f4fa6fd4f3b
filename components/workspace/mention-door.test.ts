import { describe, expect, it } from "vitest";
import type { Mention } from "../../lib/core/mention.ts";
import type { MentionQuery } from "../../lib/editor/mention.ts";
import type { DocumentRow } from "../sidebar/tree-model.ts";
import { createMentionDoor } from "./mention-door.ts";
import { createPeopleNames } from "./people-names.ts";

const W = "0b6c3a52-5a0e-4a53-9d5e-3a3f6a1f2b10";
const id = (n: number) => `7f3c1c9a-1111-4222-8333-${String(n).padStart(12, "0")}`;
const TITLES = ["Here", "Launch plan", "Explanation", "Übersicht", "", "白板保存有问题"];

function open({ isRefused = false, now = () => 0 }: { isRefused?: boolean; now?: () => number } = {}) {
  const rows = new Map<string, DocumentRow>(
    TITLES.map((title, n) => [
      id(n),
      { id: id(n), parentPath: n === 1 ? id(2).replaceAll("-", "") : "", sortOrder: `a${n}`, title },
    ]),
  );
  const made: unknown[] = [];
  const told: string[] = [];
  const asked: number[] = [];
  const people = createPeopleNames(
    [
      { id: id(90), name: "Ada Lovelace" },
      { id: id(91), name: "Bo Planck" },
    ],
    async () => {
      asked.push(now());
      return [{ id: id(90), name: "Ada King" }];
    },
    now,
  );
  const door = createMentionDoor({
    workspaceId: W,
    documentId: id(0),
    tree: {
      rows: () => rows,
      subscribe: () => () => true,
      create: async (...values) => {
        if (isRefused) throw new Error("You are offline.");
        made.push(values);
        return values[2] ?? "";
      },
    },
    people,
    recent: () => [id(3), id(1)],
    go: () => undefined,
    onNotMade: (title) => void told.push(title),
  });
  const find = (text: string, sign: MentionQuery["sign"] = "@") =>
    door
      .find({ from: 1, to: 1, text, sign, isClosing: false })
      .map(
        ({ mention, where, isNew }) => `${isNew ? "+" : ""}${mention.label}${where ? ` in ${where}` : ""}`,
      );
  return { door, find, made, told, asked, people };
}

describe("what can be named", () => {
  it("is people and documents by any part of their names, the best first, and not the open document", () => {
    const { find } = open();
    expect(find("pla")).toEqual(["Bo Planck", "Launch plan in Explanation", "Explanation"]);
    expect(find("pla", "[[")).toEqual(["Launch plan in Explanation", "Explanation", "+pla"]);
    expect(find("ubers")).toEqual(["Übersicht"]);
    expect(find("保存")).toEqual(["白板保存有问题"]);
    expect(find("lanuch"), "one typing error").toEqual(["Launch plan in Explanation"]);
    expect(find("zzz")).toEqual([]);
    expect(find("Here")).toEqual([]);
  });

  it("while nothing is typed is people, then the documents that were open last", () => {
    const { find } = open();
    expect(find("").slice(0, 4)).toEqual([
      "Ada Lovelace",
      "Bo Planck",
      "Übersicht",
      "Launch plan in Explanation",
    ]);
    expect(find("", "[[")).not.toContain("Ada Lovelace");
  });

  it("may be a new document where none has this title, made inside the open one", async () => {
    const { door, find, made } = open();
    expect(find("LAUNCH PLAN", "[[")).toEqual(["Launch plan in Explanation"]);
    const query = { from: 1, to: 1, text: " Brand new ", sign: "[[", isClosing: false } as const;
    const [item] = door.find(query);
    expect(item).toMatchObject({
      isNew: true,
      mention: { kind: "document", workspace: W, label: "Brand new" },
    });
    expect(door.find(query)[0]?.mention.id, "one id for one title").toBe(item?.mention.id);
    await door.make(item?.mention as Mention);
    expect(made).toEqual([[{ parentId: id(0), afterId: null }, "Brand new", item?.mention.id]]);
  });

  it("says it when the document was not made", async () => {
    const { door, told } = open({ isRefused: true });
    const mention: Mention = { kind: "document", id: id(9), workspace: W, label: "Lost" };
    await expect(door.make(mention)).rejects.toThrow("offline");
    expect(told).toEqual(["Lost"]);
  });
});

describe("who is named", () => {
  const plan: Mention = { kind: "document", id: id(1), workspace: W, label: "Old" };

  it("has the name and place of now; what this reader may not see, or is in the trash, has none", () => {
    const { door } = open();
    expect(door.look(plan)).toEqual({
      name: "Launch plan",
      href: `/w/${W}/d/${id(1)}`,
      where: "Explanation",
    });
    expect(door.look({ ...plan, id: id(4) })?.name).toBe("Untitled");
    expect(door.look({ ...plan, id: id(50) })).toBeNull();
    expect(door.look({ ...plan, workspace: id(1) }), "of another workspace").toBeNull();
  });

  it("people are asked for again when one is not known, at most once a minute", async () => {
    let at = 0;
    const { door, asked, people } = open({ now: () => at });
    const stranger: Mention = { kind: "person", id: id(99), label: "Cy" };
    expect(door.look({ ...stranger, id: id(90) })).toEqual({ name: "Ada Lovelace", href: null, where: "" });
    expect([door.look(stranger), asked]).toEqual([null, []]);
    at = 61_000;
    door.look(stranger);
    door.look(stranger);
    expect(asked).toEqual([61_000]);
    await Promise.resolve();
    await Promise.resolve();
    expect(people.names.getSnapshot().get(id(90))).toBe("Ada King");
    expect(people.names.getSnapshot().has(id(91))).toBe(false);
  });
});
