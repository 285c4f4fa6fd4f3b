/** Steps on a document that several browser tests take. */
import { type Browser, expect, type Locator, type Page, type WebSocketRoute } from "@playwright/test";
import { newPerson, type Person } from "./person.ts";

export const body = (page: Page) => page.getByRole("textbox", { name: "Document body" });
export const saveState = (page: Page) => page.getByRole("status", { name: "Save state" });
export const blocks = (page: Page) => body(page).locator(":scope > [data-block-id]");

export async function newDocument(page: Page, title: string): Promise<string> {
  const before = page.url();
  await page.getByRole("button", { name: "New document" }).click();
  await page.waitForURL((url) => url.href !== before && url.pathname.includes("/d/"));
  await expect(page.getByRole("textbox", { name: "Title" })).toBeFocused();
  await page.keyboard.type(title);
  await page.keyboard.press("Enter");
  await expect(body(page)).toBeFocused();
  return page.url();
}

/** Creates documents by the button; each lands at the end of the root. Their ids; the last one is open. */
export async function createDocuments(page: Page, count: number): Promise<string[]> {
  // The welcome documents of a new workspace come first, or they would land between these.
  await expect.poll(async () => (await treeOrder(page)).length).toBeGreaterThanOrEqual(2);
  const ids: string[] = [];
  for (let n = 0; n < count; n++) {
    const before = page.url();
    await page.getByRole("button", { name: "New document" }).click();
    await page.waitForURL((url) => url.href !== before && url.pathname.includes("/d/"));
    ids.push(page.url().split("/d/")[1] ?? "");
  }
  // A new document takes the focus when its editor is there.
  await expect(page.getByRole("textbox", { name: "Title" })).toBeFocused();
  return ids;
}

/** Depth and id of each document that the sidebar shows. */
export const treeOrder = (page: Page): Promise<string[]> =>
  page
    .getByRole("treeitem")
    .evaluateAll((items) =>
      items.map((one) => `${one.getAttribute("aria-level")}:${(one as HTMLElement).dataset.id}`),
    );

/** A second person who joined the first one's workspace by a link; the first one's page stays as it is. */
export async function invite(
  browser: Browser,
  owner: Person,
  name: string,
  role = "editor",
): Promise<Person> {
  const invitation = { p_workspace_id: owner.workspaceUrl.split("/").at(-1), p_role: role };
  const { token } = await callAs<{ token: string }>(owner.page, "create_invitation", invitation);
  const guest = await newPerson(browser, name);
  await callAs(guest.page, "accept_invitation", { p_token: token });
  await guest.page.goto(owner.workspaceUrl);
  return { ...guest, workspaceUrl: owner.workspaceUrl };
}

/** A function of the database, called as the page's person. */
export async function callAs<Answer>(page: Page, name: string, values: object): Promise<Answer> {
  const { url, publishableKey } = await runtimeConfig(page);
  const headers = { apikey: publishableKey, authorization: `Bearer ${await accessToken(page)}` };
  const answer = await page.request.post(`${url}/rest/v1/rpc/${name}`, { headers, data: values });
  const text = await answer.text();
  expect(answer.ok(), text).toBe(true);
  return JSON.parse(text || "null");
}

/** The open document; the page ends up in its workspace. */
export async function moveToTrash(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Document actions" }).click();
  await page.getByRole("menuitem", { name: "Move to trash" }).click();
  await page.waitForURL((url) => !url.pathname.includes("/d/"));
}

export async function openDocument(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await expect(body(page)).toBeVisible();
}

/** Blocks as this page shows them: depth, type and text of each. */
export function shownBlocks(page: Page): Promise<string[]> {
  return body(page)
    .locator("[data-block-id]")
    .evaluateAll((elements) =>
      elements.map((element) => {
        const { depth, blockType = "" } = (element as HTMLElement).dataset;
        const text = element.querySelector("pre code, .text") ?? element;
        const isFrame = blockType === "table" || blockType === "tableRow";
        return `${depth} ${blockType} ${isFrame ? "" : text.textContent}`;
      }),
    );
}

/** Until the editor has heard of a caret that a test put past it: a key that comes before would be answered elsewhere. */
export function caretIsHeard(page: Page): Promise<void> {
  return page.evaluate(
    () => new Promise<void>((resolve) => requestAnimationFrame(() => setTimeout(resolve))),
  );
}

/** Points at a block until the handle stands beside it, and not beside the one before; its grip. */
export async function handleOf(block: Locator): Promise<Locator> {
  const { mouse } = block.page();
  const grip = block.page().getByRole("button", { name: "Move or change this block" });
  const isBeside = async () => {
    if ((await grip.count()) === 0) return false;
    const [one, other] = [await grip.boundingBox(), await block.boundingBox()];
    const middle = one && other ? one.y + one.height / 2 - other.y : Number.NaN;
    return middle >= 0 && middle <= (other?.height ?? 0);
  };
  await block.hover();
  // its code comes behind the text: who sees none points once more
  await expect(async () => {
    if (await isBeside()) return;
    await mouse.move(1, 1);
    await block.hover();
    expect(await isBeside()).toBe(true);
  }).toPass();
  return grip;
}

/** Menus and tools come behind the text; who opened none yet has them before the connection goes. */
export async function fetchMenus(page: Page): Promise<void> {
  await expect(page.getByRole("status", { name: "Blocks" })).toBeAttached();
  await page.getByRole("button", { name: "Document actions" }).click();
  await expect(page.getByRole("menu")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("menu")).toHaveCount(0);
}

type Row = { id: string; parent_path: string; sort_order: string; type: string; plain_text: string };

/** The document's rows of `blocks` in reading order, as its reader gets them by REST. */
export async function storedBlocks(page: Page, url: string): Promise<string[]> {
  const config = await runtimeConfig(page);
  const documentId = url.split("/d/")[1]?.slice(0, 36);
  const answer = await page.request.get(
    `${config.url}/rest/v1/blocks?document_id=eq.${documentId}&select=id,parent_path,sort_order,type,plain_text`,
    { headers: { apikey: config.publishableKey, authorization: `Bearer ${await accessToken(page)}` } },
  );
  expect(answer.ok()).toBe(true);
  const rows: Row[] = await answer.json();
  const walk = (path: string): Row[] =>
    rows
      .filter((row) => row.parent_path === path)
      .sort((a, b) =>
        a.sort_order < b.sort_order ? -1 : a.sort_order > b.sort_order ? 1 : a.id < b.id ? -1 : 1,
      )
      .flatMap((row) => [row, ...walk([path, row.id.replaceAll("-", "")].filter(Boolean).join("."))]);
  return walk("").map(
    (row) =>
      `${row.parent_path === "" ? 0 : row.parent_path.split(".").length} ${row.type} ${row.plain_text}`,
  );
}

export async function runtimeConfig(page: Page): Promise<{ url: string; publishableKey: string }> {
  return JSON.parse((await page.locator("#runtime-config").textContent()) ?? "{}");
}

export async function accessToken(page: Page): Promise<string> {
  const cookies = (await page.context().cookies()).filter(({ name }) =>
    /^sb-.*-auth-token(\.\d+)?$/.test(name),
  );
  const value = cookies
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((cookie) => cookie.value)
    .join("");
  return JSON.parse(Buffer.from(value.replace(/^base64-/, ""), "base64url").toString()).access_token;
}

/** Markers of one writer: a character each, none used twice. */
export function markers(first: number, count: number): string[] {
  return Array.from({ length: count }, (_, i) => String.fromCodePoint(first + i));
}

/** Lets a test cut a page's websocket. Must be called before the page connects. */
export async function holdSocket(page: Page): Promise<{ cut: () => void; mend: () => void }> {
  let isCut = false;
  const open = new Set<WebSocketRoute>();
  await page.routeWebSocket(/\/realtime\/v1\/websocket/, (socket) => {
    if (isCut) return void socket.close();
    socket.connectToServer();
    open.add(socket);
  });
  return {
    cut: () => {
      isCut = true;
      for (const socket of open) void socket.close();
      open.clear();
    },
    mend: () => {
      isCut = false;
    },
  };
}
