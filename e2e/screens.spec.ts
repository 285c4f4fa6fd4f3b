/** Every screen but the document itself: words, keys, refusals, two windows, and no fault for axe in either theme. */
import type { Locator, Page } from "@playwright/test";
import { body, moveToTrash, newDocument, saveState } from "./document.ts";
import { expectNoFaults } from "./no-faults.ts";
import { newPerson, password, signIn, signUp } from "./person.ts";
import { expect, test } from "./test.ts";

/** Creates documents by the button; each lands at the end of the root, titled in the sidebar's own way. */
async function createDocuments(page: Page, count: number): Promise<string[]> {
  // The welcome documents of a new workspace come first, or they would land between these.
  await expect.poll(async () => (await order(page)).length).toBeGreaterThanOrEqual(2);
  const ids: string[] = [];
  for (let n = 0; n < count; n++) {
    const before = page.url();
    await page.getByRole("button", { name: "New document" }).click();
    await page.waitForURL((url) => url.href !== before && /\/d\//.test(url.pathname));
    ids.push(page.url().split("/d/")[1] ?? "");
  }
  // A new document takes the focus when its editor is there.
  await expect(page.getByRole("textbox", { name: "Title" })).toBeFocused();
  return ids;
}
const order = (page: Page) =>
  page
    .getByRole("treeitem")
    .evaluateAll((items) =>
      items.map((one) => `${one.getAttribute("aria-level")}:${(one as HTMLElement).dataset.id}`),
    );

/** Presses a notice's button, goes elsewhere at the very moment in which the notice goes, and waits for two frames. */
const useAndGoTo = (button: HTMLElement | SVGElement, elsewhere: string) =>
  new Promise<void>((done) => {
    const gone = new MutationObserver(() => {
      if (button.isConnected) return;
      gone.disconnect();
      document.querySelector<HTMLElement>(elsewhere)?.focus();
      requestAnimationFrame(() => requestAnimationFrame(() => done()));
    });
    gone.observe(document.body, { childList: true, subtree: true });
    (button as HTMLElement).click();
  });

test.describe("the way in", () => {
  test("sign-up and sign-in say what is missing under the field, keep what was typed, and reveal no account", async ({
    browser,
  }) => {
    const known = await signUp(browser, "Ada Known");
    const page = await (await browser.newContext()).newPage();
    await page.goto("/sign-up");
    await page.getByRole("button", { name: "Create account" }).click();
    await expect(page.getByLabel("Name")).toBeFocused();
    await expect(page.getByLabel("Email")).toHaveAttribute("aria-invalid", "true");
    await page.getByLabel("Name").fill("Eve");
    await page.getByLabel("Email").fill(known.email);
    await page.getByLabel("Password").fill("short");
    await page.getByRole("button", { name: "Create account" }).click();
    await expect(page.getByText("Too short: a password has at least 10 characters.")).toBeVisible();
    await expect(page.getByLabel("Name")).toHaveValue("Eve");
    await page.getByLabel("Password").fill("another long password");
    await page.getByRole("button", { name: "Create account" }).click();
    await expect(page.getByRole("heading", { name: "Look into your mail" })).toBeVisible();
    await expect(page.getByText(/exists|already registered|taken/i)).toHaveCount(0);
    await page.goto("/sign-in");
    for (const email of [known.email, "nobody@example.com"]) {
      await page.getByLabel("Email").fill(email);
      await page.getByLabel("Password").fill("not the password");
      await page.getByRole("button", { name: "Sign in" }).click();
      await expect(page.getByText("That email and password do not match.")).toBeVisible();
      await page.reload();
    }
  });

  test("a signed-out person comes back to where they wanted to go; signing out ends every tab", async ({
    browser,
  }) => {
    const { page, email, workspaceUrl } = await signUp(browser, "Ada Tabs");
    const other = await page.context().newPage();
    await other.goto(`${workspaceUrl}/settings`);
    // A menu that opens shows that the tab's own code runs.
    await other.getByRole("button", { name: "Account" }).click();
    await expect(other.getByRole("menuitem", { name: "Sign out" })).toBeVisible();
    await page.getByRole("button", { name: "Account" }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.waitForURL(/\/sign-in/);
    await other.waitForURL(/\/sign-in/);
    await other.close();
    await page.goto(`${workspaceUrl}/trash`);
    await page.waitForURL(/\/sign-in\?next=/);
    await page.getByLabel("Email").fill(email);
    await page.getByLabel("Password").fill(password);
    await page.getByLabel("Password").press("Enter");
    await page.waitForURL(`${workspaceUrl}/trash`);
  });

  test("signing out with words that are not saved asks first, and they are sent after the next sign-in", async ({
    browser,
  }) => {
    const { page, email, workspaceUrl } = await signUp(browser, "Una Sent");
    const url = await newDocument(page, "Unsent");
    await page.keyboard.type("safe ");
    await expect(saveState(page)).toHaveText("Saved");
    await page.route("**/rpc/append_updates", (route) => route.abort());
    await page.keyboard.type("unsent");
    await expect(saveState(page)).not.toHaveText("Saved");
    const signOut = async () => {
      await page.getByRole("button", { name: "Account" }).click();
      await page.getByRole("menuitem", { name: "Sign out" }).click();
    };
    await signOut();
    const question = page.getByRole("alertdialog", { name: "Sign out with words that are not saved yet?" });
    await question.getByRole("button", { name: "Cancel" }).click();
    await expect(body(page)).toContainText("safe unsent");
    // also from a page that does not show them
    page.on("dialog", (dialog) => void dialog.accept());
    await page.goto(workspaceUrl);
    await signOut();
    await question.getByRole("button", { name: "Sign out" }).click();
    await page.waitForURL(/\/sign-in/);
    await page.unroute("**/rpc/append_updates");
    await signIn(page, email);
    await page.goto(url);
    await expect(body(page)).toContainText("safe unsent");
    await expect(saveState(page)).toHaveText("Saved");
  });

  test("has no fault for axe", async ({ page }) => {
    for (const path of [
      "/sign-up",
      "/sign-in",
      "/forgot-password",
      "/reset-password",
      "/join/unknown",
      "/nowhere",
    ]) {
      await page.goto(path);
      await expectNoFaults(page, path);
    }
    await page.goto("/sign-up");
    await page.getByRole("button", { name: "Create account" }).click();
    await expect(page.getByLabel("Name")).toHaveAttribute("aria-invalid", "true");
    await expectNoFaults(page, "sign-up, refused");
  });
});

test.describe("the tree", () => {
  test("is worked by keys alone, and another window follows", async ({ browser }) => {
    const { page, workspaceUrl } = await signUp(browser, "Ada Keys");
    await expect(page.getByRole("navigation", { name: "Documents" }).getByRole("tree")).toBeAttached();
    const [a, b, c] = await createDocuments(page, 3);
    const seeded = (await order(page)).length - 3;
    const mine = async (of: Page) => (await order(of)).slice(-3);
    const other = await page.context().newPage();
    await other.goto(workspaceUrl);
    await expect.poll(() => mine(other)).toEqual([`1:${a}`, `1:${b}`, `1:${c}`]);

    const last = page.locator(`[data-id="${c}"]`);
    await last.focus();
    await page.keyboard.press("Alt+Shift+ArrowUp");
    await expect.poll(() => mine(page)).toEqual([`1:${a}`, `1:${c}`, `1:${b}`]);
    await expect.poll(() => mine(other)).toEqual([`1:${a}`, `1:${c}`, `1:${b}`]);
    await page.keyboard.press("Alt+Shift+ArrowRight");
    await expect.poll(() => mine(other)).toEqual([`1:${a}`, `2:${c}`, `1:${b}`]);
    await expect(last).toBeFocused();
    await page.keyboard.press("ArrowLeft");
    await expect(page.locator(`[data-id="${a}"]`)).toBeFocused();
    await page.keyboard.press("ArrowLeft");
    await expect(last).toHaveCount(0);
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await expect(last).toBeFocused();
    await page.keyboard.press("Alt+Shift+ArrowLeft");
    await expect.poll(() => mine(other)).toEqual([`1:${a}`, `1:${c}`, `1:${b}`]);
    await page.keyboard.press("End");
    await expect(page.locator(`[data-id="${b}"]`)).toBeFocused();
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("End");
    await page.keyboard.press("Delete");
    await expect(page.locator(`[data-id="${b}"]`)).toHaveCount(0);
    const first = page.locator(`[data-id="${a}"]`);
    const undo = page.getByRole("button", { name: "Undo" });
    // a notice stays under the pointer, however late the other window hears
    await undo.hover();
    await expect.poll(async () => (await order(other)).length).toBe(seeded + 2);
    // Who uses a notice comes back to where they were, and stays where they have gone by then.
    await undo.focus();
    await page.keyboard.press("Enter");
    await expect(undo).toHaveCount(0);
    await expect(last).toBeFocused();
    await expect.poll(async () => (await order(other)).length).toBe(seeded + 3);
    await page.keyboard.press("End");
    await page.keyboard.press("Delete");
    await undo.focus();
    await undo.evaluate(useAndGoTo, `[data-id="${a}"]`);
    await expect(first).toBeFocused();
    await expect.poll(async () => (await order(other)).length).toBe(seeded + 3);
    await expect(first).toBeFocused();
    await page.keyboard.press("Enter");
    await page.waitForURL(new RegExp(`/d/${a}$`));
    await expect(first).toHaveAttribute("aria-selected", "true");
  });

  test("has a menu at each item, by the context key too, and gives the focus back", async ({ browser }) => {
    const { page } = await signUp(browser, "Ada Menu");
    const [a, b] = await createDocuments(page, 2);
    const second = page.locator(`[data-id="${b}"]`);
    await second.focus();
    await page.keyboard.press("Shift+F10");
    await second.dispatchEvent("contextmenu");
    await expect(page.getByRole("menuitem", { name: "Rename" })).toBeVisible();
    await expect(page.getByRole("menuitem", { name: "Move down" })).toHaveAttribute("aria-disabled", "true");
    await page.keyboard.press("Escape");
    await expect(second).toBeFocused();
    await second.hover();
    await second.getByRole("button", { name: /^Actions for/ }).click();
    await page.getByRole("menuitem", { name: "Move up" }).click();
    await expect.poll(async () => (await order(page)).slice(-2)).toEqual([`1:${b}`, `1:${a}`]);
    await expect(second).toBeFocused();
    await page.keyboard.press("F2");
    await expect(page.getByRole("textbox", { name: "New title" })).toBeFocused();
    await page.keyboard.press("Escape");
    await expect(second).toBeFocused();
    await page.keyboard.press("F2");
    await page.getByRole("textbox", { name: "New title" }).fill("Tide tables");
    await page.keyboard.press("Enter");
    const renamed = page.getByRole("treeitem", { name: "Tide tables", exact: true });
    await expect(renamed).toBeFocused();
    await page.keyboard.press("Enter");
    await expect(page.getByRole("textbox", { name: "Title" })).toHaveText("Tide tables");
    await page.reload();
    await expect(renamed).toBeVisible();
  });
});

test.describe("people", () => {
  test("are invited once, get a role, and are out at once when removed", async ({ browser }) => {
    const owner = await signUp(browser, "Olive Owner");
    await owner.page.goto(`${owner.workspaceUrl}/settings`);
    await owner.page.getByRole("combobox", { name: "Role", exact: true }).selectOption("editor");
    await owner.page.getByRole("button", { name: "Create invitation link" }).click();
    const link = await owner.page.getByRole("textbox", { name: "Invitation link" }).inputValue();
    await expect(owner.page.getByRole("button", { name: "Revoke" })).toHaveCount(1);

    const page = await (await browser.newContext()).newPage();
    await page.goto(link);
    await page.getByRole("link", { name: "Create an account" }).click();
    await page.getByLabel("Name").fill("Gus Guest");
    await page.getByLabel("Email").fill(`${crypto.randomUUID()}@example.com`);
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Create account" }).click();
    await page.getByRole("button", { name: "Join workspace" }).click();
    await page.waitForURL(owner.workspaceUrl);
    await expect(page.getByRole("button", { name: "New document" })).toBeVisible();

    const late = await (await browser.newContext()).newPage();
    await late.goto(link);
    await expect(late.getByRole("heading", { name: "This invitation was used" })).toBeVisible();

    await owner.page.reload();
    await owner.page.getByRole("combobox", { name: "Role of Gus Guest" }).selectOption("viewer");
    await expect(page.getByRole("button", { name: "New document" })).toHaveCount(0);
    await owner.page.getByRole("button", { name: "Remove Gus Guest" }).click();
    await owner.page.getByRole("alertdialog").getByRole("button", { name: "Remove" }).click();
    await expect(page.getByText(/You are no longer a member of Olive Owner's workspace/)).toBeVisible();
    await expect(page).not.toHaveURL(owner.workspaceUrl);
    const answer = await page.goto(owner.workspaceUrl);
    expect(answer?.status()).toBe(404);
    await expect(page.getByText("Not found")).toBeVisible();
  });

  test("the last owner stays, and is told why", async ({ browser }) => {
    const { page, workspaceUrl } = await signUp(browser, "Una Only");
    const gate = Promise.withResolvers<void>();
    await page.route("**/_next/static/chunks/*.js", async (route) => {
      await gate.promise;
      await route.continue();
    });
    await page.goto(`${workspaceUrl}/settings`, { waitUntil: "commit" });
    const role = page.getByRole("combobox", { name: "Role of Una Only" });
    // before the page's code is here, which hears of it all the same
    await role.selectOption("viewer");
    gate.resolve();
    await expect(page.getByText(/keeps at least one owner/)).toBeVisible();
    await expect(role).toHaveValue("owner");
  });

  test("a document that is not there and one of others answer alike", async ({ browser }) => {
    const owner = await signUp(browser, "Olive Hidden");
    const [id] = await createDocuments(owner.page, 1);
    const stranger = await signUp(browser, "Stan Stranger");
    const said: string[] = [];
    for (const path of [id, crypto.randomUUID(), "nonsense"]) {
      const answer = await stranger.page.goto(`${stranger.workspaceUrl}/d/${path}`);
      expect(answer?.status()).toBe(404);
      said.push(`${await stranger.page.title()} ${await stranger.page.locator("main").textContent()}`);
    }
    expect(said).toEqual([said[0], said[0], said[0]]);
    expect((await stranger.page.goto(owner.page.url()))?.status()).toBe(404);
  });
});

test("the trash gives back, and forgets only when asked twice", async ({ browser }) => {
  const { page, workspaceUrl } = await signUp(browser, "Tom Trash");
  const [a] = await createDocuments(page, 2);
  for (const id of [page.url().split("/d/")[1], a]) {
    await page.goto(`${workspaceUrl}/d/${id}`);
    await page.getByRole("button", { name: "Document actions" }).click();
    await page.getByRole("menuitem", { name: "Move to trash" }).click();
    await page.waitForURL(workspaceUrl);
    await expect(page.locator("#work"), "what had the focus went with its page").toBeFocused();
  }
  await page.getByRole("link", { name: "Trash", exact: true }).click();
  await page.waitForURL(`${workspaceUrl}/trash`);
  await expect(page.getByRole("button", { name: "Restore" })).toHaveCount(2);
  await expectNoFaults(page, "trash");
  await page.getByRole("button", { name: "Restore" }).first().click();
  await expect(page.getByRole("button", { name: "Restore" })).toHaveCount(1);
  await expect(page.locator(`[data-id="${a}"]`)).toBeVisible();
  await page.getByRole("button", { name: "Delete forever" }).click();
  const dialog = page.getByRole("alertdialog", { name: "Delete “Untitled” forever?" });
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByRole("button", { name: "Restore" })).toHaveCount(1);
  await page.getByRole("button", { name: "Delete forever" }).click();
  await expectNoFaults(page, "the question before deleting");
  await dialog.getByRole("button", { name: "Delete forever" }).click();
  await expect(page.getByText("Nothing in the trash")).toBeVisible();
});

test("home, settings, menus and the sheet have no fault for axe", async ({ browser }) => {
  const { page, workspaceUrl } = await signUp(browser, "Axel Axe");
  await createDocuments(page, 2);
  await page.goto(workspaceUrl);
  await expectNoFaults(page, "home");
  await page.getByRole("button", { name: "Account" }).click();
  await expectNoFaults(page, "account menu", { menu: true });
  await page.keyboard.press("Escape");
  await page.goto(`${workspaceUrl}/settings`);
  await page.getByRole("button", { name: "Create invitation link" }).click();
  await expect(page.getByRole("textbox", { name: "Invitation link" })).toBeVisible();
  const top = async (part: Locator) => (await part.boundingBox())?.y ?? 0;
  const [members, links] = [
    page.getByRole("heading", { name: "Members" }),
    page.getByRole("heading", { name: "Links in use" }),
  ];
  expect(await top(page.getByRole("row").nth(1)), "the members stand under their heading").toBeGreaterThan(
    await top(members),
  );
  expect(await top(page.getByRole("row").nth(1))).toBeLessThan(await top(links));
  await expectNoFaults(page, "settings");
});

test("on a phone the sidebar is a sheet that keeps the focus and closes by Escape, a tap outside and a choice", async ({
  browser,
}) => {
  const { page, workspaceUrl } = await signUp(browser, "Pia Phone");
  await page.setViewportSize({ width: 375, height: 812 });
  await page.goto(workspaceUrl);
  const button = page.getByRole("button", { name: "Open navigation" });
  const tree = page.getByRole("tree");
  await expect(tree).toBeHidden();
  await button.click();
  await expect(page.getByRole("link", { name: "Settings" })).toBeVisible();
  await expect(page.locator(".work")).toHaveAttribute("inert", "");
  await page.keyboard.press("Escape");
  await expect(button).toBeFocused();
  await button.click();
  await page.mouse.click(370, 400);
  await expect(page.getByRole("link", { name: "Settings" })).toBeHidden();
  await button.click();
  await page.getByRole("link", { name: "Settings" }).click();
  await page.waitForURL(`${workspaceUrl}/settings`);
  await expect(page.getByRole("link", { name: "Trash", exact: true })).toBeHidden();
  await expect(page.locator("#work"), "not left in what is out of sight").toBeFocused();
});

test("the theme is chosen in the account menu and is there with the first byte", async ({ browser }) => {
  const { page } = await signUp(browser, "Theo Theme");
  await page.emulateMedia({ colorScheme: "light" });
  await page.getByRole("button", { name: "Account" }).click();
  await page.getByRole("menuitemradio", { name: "Dark" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.keyboard.press("Escape");
  const html = await (await page.request.get(page.url())).text();
  expect(html).toContain('data-theme="dark"');
  await page.getByRole("button", { name: "Account" }).click();
  await page.getByRole("menuitemradio", { name: "As the system" }).click();
  await expect(page.locator("html")).not.toHaveAttribute("data-theme");
});

test("long words and titles from right to left stay in their places", async ({ browser }) => {
  const { page, workspaceUrl } = await newPerson(browser, "Lea Long");
  const word = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft";
  const hebrew = "מסמך בעברית עם כותרת ארוכה למדי שלא נכנסת בשורה אחת";
  await newDocument(page, `${hebrew}, ${hebrew}, ${hebrew}`);
  const name = page.getByRole("treeitem", { name: hebrew }).locator(".name");
  await expect(name, "so that its end is cut, not its beginning").toHaveCSS("direction", "rtl");
  await newDocument(
    page,
    `A long title that does not stand in one line of the bar beside the others, and ${word}`,
  );
  await expect(page.getByRole("treeitem", { name: word })).toBeVisible();
  const crumb = await page.locator(".crumbs [aria-current]").boundingBox();
  expect(crumb?.height, "one line of the bar").toBeLessThan(30);
  await page.setViewportSize({ width: 375, height: 812 });
  /** Of the words of the list, wherever they are cut. */
  const rightmost = () =>
    page.locator("#main .item :is(.title, .sub)").evaluateAll((all) => {
      const range = document.createRange();
      const edges = all.flatMap((one) => {
        range.selectNodeContents(one);
        return [...range.getClientRects()].map(({ right }) => right);
      });
      return Math.max(...edges);
    });
  await moveToTrash(page);
  await page.goto(`${workspaceUrl}/trash`);
  expect(await rightmost(), "in the trash").toBeLessThanOrEqual(375);
  await page.getByRole("button", { name: "Restore" }).click();
  await expect(page.getByText("Nothing in the trash")).toBeVisible();
  await page.goto(workspaceUrl);
  expect(await rightmost(), "on the first page").toBeLessThanOrEqual(375);
});

test("a page names its document by what is typed, before anything of it is stored", async ({ browser }) => {
  const { page } = await newPerson(browser, "Tina Title");
  await newDocument(page, "");
  await page.route("**/rpc/append_updates", (route) => route.abort());
  const title = page.getByRole("textbox", { name: "Title" });
  await title.click();
  await page.keyboard.type("Tide tables");
  await expect(page.getByRole("treeitem", { name: "Tide tables", exact: true })).toBeVisible();
  await expect(page.locator(".crumbs [aria-current]")).toHaveText("Tide tables");
  await page.unroute("**/rpc/append_updates");
  await expect(saveState(page)).toHaveText("Saved");
});

test("without a connection one stays where one is, is told, and keeps the focus", async ({ browser }) => {
  const { page } = await newPerson(browser, "Olga Offline");
  const [, elsewhereId] = (await newDocument(page, "Elsewhere")).split("/d/");
  const url = await newDocument(page, "Here");
  let isCut = false;
  await page.route("**/_next/static/**", (route) => (isCut ? route.abort() : route.continue()));
  // a page that has no time asks for nothing ahead, such as the search
  await page.addInitScript(() => Object.assign(window, { requestIdleCallback: () => 0 }));
  await page.goto(url);
  await expect(body(page)).toBeVisible();
  await expect(page.locator("[aria-relevant]"), "where notices are shown").toBeAttached();
  isCut = true;
  await page.context().setOffline(true);
  await body(page).click();
  await page.keyboard.type("words ");
  await page.keyboard.press("Control+k");
  await expect(page.getByText("The search could not be loaded.")).toBeVisible();
  await page.keyboard.type("and more");
  await expect(body(page)).toHaveText("words and more");
  const elsewhere = page.locator(`[role="treeitem"][data-id="${elsewhereId}"]`);
  await elsewhere.locator("a").click();
  const told = page.getByText("This page could not be opened.");
  await expect(told).toHaveCount(1);
  await told.hover(); // it stays under the pointer
  await elsewhere.press("Enter");
  await expect(told).toHaveCount(2);
  await expect(body(page)).toHaveText("words and more");
  expect(page.url()).toBe(url);
  await page.setViewportSize({ width: 375, height: 812 });
  const drawn = await page.locator(".save .words").boundingBox();
  expect(drawn?.width, "one word on a phone: Offline").toBeLessThan(70);
  await page.setViewportSize({ width: 1280, height: 720 });
  await page.context().setOffline(false);
  await expect(saveState(page)).toHaveText("Saved");
  await elsewhere.press("Enter");
  await expect(page.getByRole("textbox", { name: "Title" })).toHaveText("Elsewhere");
});

test("a line says that the next page is on its way, by link, key and button, until it is there", async ({
  browser,
}) => {
  const { page } = await newPerson(browser, "Walt Waits");
  await newDocument(page, "Far");
  await expect(saveState(page)).toHaveText("Saved");
  await newDocument(page, "Near");
  await expect(saveState(page)).toHaveText("Saved");
  let gate = Promise.withResolvers<void>();
  await page.route(/[?&]_rsc=/, async (route) => {
    await gate.promise;
    await route.continue();
  });
  const line = page.getByRole("progressbar", { name: "Opening the page" });
  const far = page.getByRole("treeitem", { name: "Far", exact: true });
  const ways = [
    () => far.locator("a").click(),
    () => page.getByRole("treeitem", { name: "Near", exact: true }).press("Enter"),
    () => page.getByRole("button", { name: "New document" }).click(),
  ];
  for (const [step, title] of ["Far", "Near", ""].entries()) {
    gate = Promise.withResolvers<void>();
    await ways[step]?.();
    await expect(line).toBeVisible();
    await expect(page.getByRole("textbox", { name: "Title" })).not.toHaveText(title || "Far");
    gate.resolve();
    await expect(page.getByRole("textbox", { name: "Title" })).toHaveText(title);
    await expect(line).toHaveCount(0);
  }
});

test("who goes elsewhere while a new document is made stays there", async ({ browser }) => {
  const { page } = await newPerson(browser, "Wim Wanders");
  const url = await newDocument(page, "Chosen");
  await newDocument(page, "Here");
  const gate = Promise.withResolvers<void>();
  await page.route("**/rpc/create_document", async (route) => {
    await gate.promise;
    await route.continue();
  });
  await page.getByRole("button", { name: "New document" }).click();
  await page.getByRole("treeitem", { name: "Chosen", exact: true }).locator("a").click();
  await expect(page).toHaveURL(url);
  await body(page).click();
  const made = page.waitForResponse("**/rpc/create_document");
  gate.resolve();
  await made;
  await expect(page.getByRole("progressbar", { name: "Opening the page" })).toHaveCount(0);
  await page.keyboard.type("words of it");
  await expect(saveState(page)).toHaveText("Saved");
  await expect(body(page)).toHaveText("words of it");
  await expect(page).toHaveURL(url);
});

test("the tab has a name all the way from page to page", async ({ browser }) => {
  const { page } = await newPerson(browser, "Tim Tab");
  await newDocument(page, "Tides");
  await expect(page.getByRole("treeitem", { name: "Tides", exact: true })).toBeVisible();
  await page.evaluate(() => {
    const names = new Set<string>();
    const look = () => {
      names.add(document.title);
      requestAnimationFrame(look);
    };
    look();
    Object.assign(window, { names });
  });
  for (const name of ["Settings", "Trash", "Home"]) {
    await page.getByRole("link", { name, exact: true }).first().click();
    await expect(page).toHaveTitle(`${name} – Command Center`);
    await expect(page.locator("head title")).toHaveCount(1);
  }
  await page.getByRole("treeitem", { name: "Tides", exact: true }).locator("a").click();
  await expect(page).toHaveTitle("Tides – Command Center");
  await expect(page.getByRole("textbox", { name: "Title" })).toBeVisible();
  const names = await page.evaluate(() => [...(window as unknown as { names: Set<string> }).names]);
  expect(names).not.toContain("");
  expect(names).toContain("Settings – Command Center");
});

test("in the reader's own colours a list's points and the chosen line are seen", async ({ browser }) => {
  const { page } = await newPerson(browser, "Fay Forced");
  await newDocument(page, "Points");
  await page.keyboard.type("- one");
  await expect(body(page).locator('[data-block-type="bullet"]')).toBeVisible();
  await page.emulateMedia({ forcedColors: "active" });
  const ground = (element: Element, part?: string) => getComputedStyle(element, part).backgroundColor;
  const point = await body(page).locator('[data-block-type="bullet"]').evaluate(ground, "::before");
  expect(point).not.toBe(await page.locator("body").evaluate(ground));
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Search documents and blocks" }).fill("Points");
  const chosen = page.locator(".hit[aria-selected=true]");
  await expect(chosen).toHaveCSS("outline-style", "solid");
});
