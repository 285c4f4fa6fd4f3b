import { describe, expect, it } from "vitest";
import { VirtualClock } from "../../lib/collab/virtual-clock.ts";
import { createLinkedStore } from "./linked-store.ts";

const ID = "7f3c1c9a-1111-4222-8333-444455556666";

function open(isFailing = false) {
  const clock = new VirtualClock();
  const asked: number[] = [];
  const store = createLinkedStore(async () => {
    asked.push(clock.now());
    if (isFailing) throw new Error("offline");
    return [];
  }, clock);
  const hear = (links: string | null, trashed: string | null = null, id = ID) =>
    store.hear({ row: { id, links_changed_at: links, trashed_at: trashed, title: "x" } });
  return { clock, asked, store, hear };
}

describe("what leads to a document", () => {
  it("is asked for again when another document's links change, and not when its words do", async () => {
    const { clock, asked, hear } = open();
    hear(null);
    hear(null);
    await clock.run(10_000);
    expect(asked).toEqual([]);
    hear("1");
    await clock.run(10_000);
    for (let edit = 0; edit < 20; edit++) hear("1");
    await clock.run(10_000);
    expect(asked).toHaveLength(1);
    hear("2");
    await clock.run(10_000);
    expect(asked).toHaveLength(2);
  });

  it("is asked for again when a document that leads somewhere goes to the trash and comes back", async () => {
    const { clock, asked, hear } = open();
    for (const trashed of [null, "then", null]) {
      hear("1", trashed);
      await clock.run(10_000);
    }
    expect(asked).toHaveLength(3);
  });

  it("is asked for once for a burst, and at most every two seconds", async () => {
    const { clock, asked, hear } = open();
    for (let burst = 0; burst < 50; burst++) {
      hear(`${burst}`, null, ID.replace("7", `${burst % 10}`));
      await clock.run(100);
    }
    await clock.run(10_000);
    expect(asked.length).toBeLessThanOrEqual(4);
    expect(asked.slice(1).every((at, index) => at - (asked[index] ?? 0) >= 2_000)).toBe(true);
  });

  it("stays as it was where there is no answer, ignores what is no row, and ends", async () => {
    const { clock, asked, store, hear } = open(true);
    store.hear({ row: { id: "forged", links_changed_at: 7 } });
    store.askSoon();
    await clock.run(1_000);
    expect([asked.length, store.linked.getSnapshot()]).toEqual([1, []]);
    hear("1");
    store.destroy();
    hear("2");
    await clock.run(10_000);
    expect(asked).toHaveLength(1);
  });
});
