import { describe, expect, it, vi } from "vitest";
import { supabaseTree } from "./tree-source.ts";

/** A tree whose calls are noted; `rename` is the document's own door. */
function scene(rename: (id: string, title: string) => Promise<void>) {
  const calls: string[] = [];
  const rpc = async (name: string) => {
    calls.push(name);
    return { data: null, error: null, status: 200 };
  };
  const connect = async () => ({ rpc }) as never;
  const renaming = vi.fn(rename);
  const tree = supabaseTree({ connect, channels: () => ({}) as never }, "workspace", renaming);
  return { tree, calls, renaming };
}
const AT_TOP = { parentId: null, afterId: null };

describe("a new document", () => {
  it("gets its title in the document itself: the row's alone goes with the first edit", async () => {
    const { tree, calls, renaming } = scene(async () => undefined);
    await tree.create("a", AT_TOP, "Plan");
    expect(renaming).toHaveBeenCalledWith("a", "Plan");
    await tree.create("b", AT_TOP, "");
    expect(renaming).toHaveBeenCalledTimes(1);
    expect(calls).toEqual(["create_document", "create_document"]);
  });

  it("whose title is not stored goes to the trash, and is said not to be made", async () => {
    const { tree, calls } = scene(() => Promise.reject(new Error("no connection")));
    await expect(tree.create("a", AT_TOP, "Plan")).rejects.toThrow("no connection");
    expect(calls).toEqual(["create_document", "trash_document"]);
  });
});
