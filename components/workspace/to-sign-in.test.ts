import { beforeEach, describe, expect, it, vi } from "vitest";

describe("the way to the sign-in page", () => {
  const assign = vi.fn();
  const heard = new EventTarget();
  let door: typeof import("./to-sign-in.ts");
  beforeEach(async () => {
    assign.mockReset();
    vi.stubGlobal("window", { location: { assign }, addEventListener: heard.addEventListener.bind(heard) });
    vi.resetModules();
    door = await import("./to-sign-in.ts");
  });

  it("says why", () => {
    door.toSignIn("signed-out");
    expect(assign).toHaveBeenCalledExactlyOnceWith("/sign-in?why=signed-out");
  });

  it("is gone once, however often the end of the session is heard of", () => {
    door.toSignIn("signed-out");
    door.toSignIn("signed-out");
    expect(assign).toHaveBeenCalledTimes(1);
    // of another tab's account
    door.toSignIn("deleted");
    door.toSignIn("deleted");
    door.toSignIn("signed-out");
    expect(assign.mock.calls).toEqual([["/sign-in?why=signed-out"], ["/sign-in?why=deleted"]]);
  });

  it("is gone again by whoever stayed, and from a page that is shown again", () => {
    door.toSignIn("signed-out");
    door.hasStayed();
    door.toSignIn("signed-out");
    expect(assign).toHaveBeenCalledTimes(2);
    heard.dispatchEvent(new Event("pagehide"));
    door.toSignIn("signed-out");
    expect(assign).toHaveBeenCalledTimes(3);
  });

  it("of a deleted account says that alone, whichever sign of it comes first", async () => {
    expect(door.isDeleting()).toBe(false);
    await door.whileDeleting(async () => {
      door.toSignIn("signed-out");
      expect(door.isDeleting()).toBe(true);
      return { ok: true };
    });
    expect(door.isDeleting(), "until the page is left").toBe(true);
    door.toSignIn("deleted");
    door.toSignIn("signed-out");
    expect(assign).toHaveBeenCalledExactlyOnceWith("/sign-in?why=deleted");
  });

  it("is as before where the account stayed", async () => {
    await door.whileDeleting(async () => ({ ok: false }));
    await expect(door.whileDeleting(() => Promise.reject(new Error("no network")))).rejects.toThrow();
    expect(door.isDeleting()).toBe(false);
    door.toSignIn("signed-out");
    expect(assign).toHaveBeenCalledExactlyOnceWith("/sign-in?why=signed-out");
  });
});
