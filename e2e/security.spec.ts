/**
 * The page's policy in a real browser: it is in nobody's way on any screen, and nothing that a hostile member or another
 * site can write runs.
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "@playwright/test";
import { createClient } from "@supabase/supabase-js";
import { addBlocks, openWriter } from "../supabase/tests/writer.ts";
import {
  accessToken,
  body,
  invite,
  newDocument,
  openDocument,
  runtimeConfig,
  saveState,
} from "./document.ts";
import { newPerson, type Person, password, signUp } from "./person.ts";
import { expect, test } from "./test.ts";
import { watchViolations } from "./violations.ts";

const themes = ["light", "dark"] as const;

const elsewhere = "https://evil.example";
const hostileHead = `<base href="${elsewhere}/"><link rel="stylesheet" href="${elsewhere}/a.css">
  <script>globalThis.pwnedInline = 1</script><script src="${elsewhere}/a.js"></script>
  <style>body { display: none }</style>`;
const hostileBody = `<div style="position:fixed;inset:0;z-index:9999;background:white">
  <img src="${elsewhere}/x" onerror="globalThis.pwnedHandler = 1"><svg onload="globalThis.pwnedSvg = 1"></svg>
  <iframe src="${elsewhere}/"></iframe><iframe srcdoc="<script>parent.pwnedFrame = 1</script>"></iframe>
  <object data="${elsewhere}/"></object><a id="planted-link" href="javascript:globalThis.pwnedLink = 1">link</a>
  <form action="${elsewhere}/" target="_blank"><button id="planted-button">send</button></form></div>`;

async function openContext(browser: Browser, colorScheme: (typeof themes)[number]) {
  const context = await browser.newContext({ colorScheme });
  const violations = await watchViolations(context);
  return { context, violations, page: await context.newPage() };
}

test.describe("no screen is in conflict with the policy", () => {
  for (const theme of themes) {
    test(`on the way in, refused, not found, ${theme}`, async ({ browser }) => {
      const { page, violations } = await openContext(browser, theme);
      for (const path of [
        "/sign-up",
        "/sign-in",
        "/forgot-password",
        "/reset-password",
        "/join/unknown",
        "/no.png",
      ]) {
        await page.goto(path);
        await expect(page.locator("#main")).toBeVisible();
      }
      await page.goto("/sign-in");
      await page.getByRole("button", { name: "Sign in", exact: true }).click();
      await expect(page.getByLabel("Email")).toHaveAttribute("aria-invalid", "true");
      await page.getByRole("link", { name: "Create an account" }).click();
      await page.waitForURL(/\/sign-up/);
      expect(violations).toEqual([]);
    });

    test(`in a workspace: menus, dialogs, notices, editor, trash, settings, ${theme}`, async ({
      browser,
    }) => {
      const { page, violations } = await openContext(browser, theme);
      await signUpOn(page, "Cecilia Policy");
      const workspaceUrl = page.url();
      await page.getByRole("button", { name: "Account" }).click();
      await page.getByRole("menuitemradio", { name: theme === "dark" ? "Dark" : "Light" }).click();
      await page.keyboard.press("Escape");
      await newDocument(page, "Policy");
      await page.keyboard.type("# Heading\nwords **bold**\n/");
      await expect(page.getByRole("listbox", { name: "Blocks" })).toBeVisible();
      await page.keyboard.press("Escape");
      await pasteFormatted(page);
      await expect(body(page).locator("strong", { hasText: "heavy" })).toBeVisible();
      await expect(saveState(page)).toHaveText("Saved");
      await page.reload();
      await expect(body(page)).toContainText("Heading");
      await page.getByRole("button", { name: "Document actions" }).click();
      await page.getByRole("menuitem", { name: "Move to trash" }).click();
      // it is offered for some seconds, also while the next page is on its way
      await Promise.all([
        page.waitForURL(workspaceUrl),
        expect(page.getByRole("button", { name: "Undo" })).toBeVisible(),
      ]);
      await page.goto(`${workspaceUrl}/trash`);
      await page.getByRole("button", { name: "Delete forever" }).click();
      await page.getByRole("alertdialog").getByRole("button", { name: "Delete forever" }).click();
      await expect(page.getByText("Nothing in the trash")).toBeVisible();
      await page.getByRole("link", { name: "Settings" }).click();
      await page.getByRole("button", { name: "Create invitation link" }).click();
      await page.goto(await page.getByRole("textbox", { name: "Invitation link" }).inputValue());
      await expect(page.getByRole("button", { name: "Join workspace" })).toBeVisible();
      await page.goto(`${workspaceUrl}/d/nonsense`);
      await expect(page.getByText("There is no page here for you")).toBeVisible();
      expect(violations).toEqual([]);
    });
  }

  test("a frame that fails shows a sentence, its style and no stack", async ({ browser }) => {
    const { page, violations } = await openContext(browser, "light");
    await signUpOn(page, "Frieda Fails");
    await newDocument(page, "Fails");
    // The server's answer to the next screen is broken off: the client's own boundary has to show something.
    await page.route(/_rsc=/, (route) =>
      route.fulfill({ status: 500, body: "at secret (/srv/file.ts:1:1)" }),
    );
    await page.getByRole("link", { name: "Settings" }).click();
    await page.waitForURL(/\/settings$/);
    await page.unroute(/_rsc=/);
    // While an answer streams in, the page holds its bones and its content at once.
    await expect(page.locator("#main[aria-busy]")).toHaveCount(0);
    await expect(page.locator("#main")).not.toContainText(/\bat .*\.ts/);
    expect(violations).toEqual([]);
  });
});

test("two people together: carets and presence need nothing that the policy refuses", async ({ browser }) => {
  const ana = await newPerson(browser, "Ana Policy");
  const url = await newDocument(ana.page, "Together");
  const ben = await invite(browser, ana, "Ben Policy");
  const violations = await watchViolations(ben.page.context());
  for (const { page } of [ana, ben]) await openDocument(page, url);
  await body(ana.page).click();
  await ana.page.keyboard.type("seen by Ben");
  await expect(body(ben.page)).toContainText("seen by Ben");
  expect(violations).toEqual([]);
});

test.describe("what a hostile member writes", () => {
  test("in blocks, attributes, links and titles is text to others", async ({ browser }) => {
    const owner = await newPerson(browser, "Olive Owner");
    const url = await newDocument(owner.page, "<img src=x onerror=pwned()><script>pwned()</script>");
    const mallory = await invite(browser, owner, "<svg onload=pwned()>");
    await plant(mallory, url);
    const violations = await watchViolations(owner.page.context());
    await owner.page.addInitScript(() =>
      Object.assign(globalThis, { pwned: () => localStorage.setItem("pwned", "1") }),
    );
    await openDocument(owner.page, url);
    await expect(body(owner.page)).toContainText("planted last");
    for (const link of await body(owner.page).locator("a").all())
      await link.click({ force: true, noWaitAfter: true });
    expect(
      await owner.page.locator("a[href^='javascript' i], a[href^='//' i], a[href^='data' i]").count(),
    ).toBe(0);
    expect(
      await owner.page.locator("main :is(script, iframe, object, embed, base, form, svg[onload])").count(),
    ).toBe(0);
    expect(await owner.page.locator("main *").evaluateAll(handlersOf)).toEqual([]);
    await owner.page.goto(`${owner.workspaceUrl}/settings`);
    await expect(owner.page.getByText("<svg onload=pwned()>").first()).toBeVisible();
    expect(await owner.page.evaluate(() => localStorage.getItem("pwned"))).toBeNull();
    expect(violations).toEqual([]);
  });

  test("would not run even if the server put it into the page as markup", async ({ browser }) => {
    const { page } = await newPerson(browser, "Vera Victim");
    const violations = await watchViolations(page.context());
    await page.route(page.url(), async (route) => {
      const answer = await route.fetch();
      const text = await answer.text();
      await route.fulfill({
        response: answer,
        body: text.replace("</head>", `${hostileHead}</head>`).replace("</body>", `${hostileBody}</body>`),
      });
    });
    await page.reload();
    await page.locator("#planted-link").click();
    await page.locator("#planted-button").click();
    const refused = () =>
      new Set(violations.flatMap((one) => /: ([a-z-]+-(?:src|elem|attr|uri|action)) /.exec(one)?.[1] ?? []));
    await expect
      .poll(() => [...refused()].toSorted())
      .toEqual([
        "base-uri",
        "form-action",
        "frame-src",
        "img-src",
        "object-src",
        "script-src-attr",
        "script-src-elem",
        "style-src-elem",
      ]);
    const ran = await page.evaluate(() => Object.keys(globalThis).filter((name) => name.startsWith("pwned")));
    expect(ran).toEqual([]);
    expect(await page.evaluate(() => document.baseURI)).toBe(page.url());
  });
});

test.describe("another site", () => {
  let evil: Server;
  let evilUrl: string;
  let markup = "";
  test.beforeAll(async () => {
    evil = createServer((_request, response) => response.setHeader("content-type", "text/html").end(markup));
    await new Promise<void>((done) => evil.listen(0, "127.0.0.1", done));
    // Another name for this machine is another site for the browser.
    evilUrl = `http://localhost:${(evil.address() as AddressInfo).port}/`;
  });
  test.afterAll(() => evil.close());

  test("cannot frame a page", async ({ browser, baseURL }) => {
    const { page } = await newPerson(browser, "Fran Framed");
    markup = `<iframe src="${baseURL}/sign-in"></iframe><iframe src="${page.url()}"></iframe>`;
    const refused: string[] = [];
    page.on("console", (message) => refused.push(message.text()));
    await page.goto(evilUrl);
    await expect
      .poll(() => refused.filter((text) => /frame-ancestors|X-Frame-Options/i.test(text)).length)
      .toBe(2);
    for (const frame of page.frames().slice(1)) expect(await frame.locator("#main").count()).toBe(0);
  });

  test("cannot send a form in somebody's name, nor read or embed what is ours", async ({
    browser,
    baseURL,
  }) => {
    const { page, email } = await signUp(browser, "Fay Forged");
    markup = `<form method="post" enctype="multipart/form-data" action="${baseURL}/sign-in"><button>Win</button></form>
      <script src="${baseURL}/api/auth/session" onload="document.title='read'"></script>`;
    await page.goto(evilUrl);
    expect(await page.title()).not.toBe("read");
    const read = await page.evaluate(
      (url) =>
        fetch(url, { credentials: "include" }).then(
          (answer) => answer.text(),
          () => "refused",
        ),
      `${baseURL}/api/auth/session`,
    );
    expect(read).toBe("refused");
    const answer = page.waitForResponse((response) => response.request().method() === "POST");
    await page.getByRole("button", { name: "Win" }).click();
    expect((await answer).status()).toBe(403);
    expect((await (await page.request.get("/api/auth/session")).json()).user.email).toBe(email);
  });
});

async function signUpOn(page: Page, name: string): Promise<void> {
  await page.goto("/sign-up");
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Email").fill(`${crypto.randomUUID()}@example.com`);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Create account" }).click();
  await page.waitForURL(/\/w\//);
}

/** As other editors put it into the clipboard: what is bold is said by a style attribute. */
async function pasteFormatted(page: Page): Promise<void> {
  await body(page).evaluate((element) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData(
      "text/html",
      '<p style="color:red">plain <span style="font-weight:700">heavy</span></p>',
    );
    element.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  });
}

/** Appends to the log what no editor of ours would: past every check of a browser. */
async function plant(person: Person, url: string): Promise<void> {
  const { url: supabaseUrl, publishableKey } = await runtimeConfig(person.page);
  const token = await accessToken(person.page);
  const client = createClient(supabaseUrl, publishableKey, { accessToken: async () => token });
  const documentId = url.split("/d/")[1]?.slice(0, 36) ?? "";
  const writer = await openWriter({ id: "", email: person.email, password, client }, documentId);
  const run = (text: string, marks = {}) => ({ text, marks });
  const block = (type: string, attrs: Record<string, string>, ...text: ReturnType<typeof run>[]) => ({
    type,
    attrs,
    text,
    children: [],
  });
  const hrefs = [
    "javascript:pwned()",
    "java\tscript:pwned()",
    " javascript:pwned()",
    "JaVaScRiPt:pwned()",
    "//evil.example",
    "/\\evil.example",
    "data:text/html,<script>pwned()</script>",
  ];
  await writer.edit((doc) =>
    addBlocks(
      doc,
      ...hrefs.map((href) =>
        block(
          "paragraph",
          {},
          run(`link ${href}`, { link: { href, onclick: "pwned()", class: "x", style: "position:fixed" } }),
        ),
      ),
      block(
        "code",
        { language: '"><img src=x onerror=pwned()>', onclick: "pwned()" },
        run("<script>pwned()</script>"),
      ),
      block(
        '"><script>pwned()</script>',
        { style: "background:url(javascript:pwned())" },
        run("an unknown kind"),
      ),
      block("image", { src: "javascript:pwned()", onerror: "pwned()" }, run("<img src=x onerror=pwned()>")),
      block("math", {}, run("\\href{javascript:pwned()}{x}\\text{<img src=x onerror=pwned()>}")),
      block("paragraph", {}, run("\\includegraphics{//evil.example/x.png}", { math: true })),
      block("embed", { url: "javascript:pwned()", srcdoc: "<script>pwned()</script>" }, run("an embed")),
      block("paragraph", {}, run("planted last")),
    ),
  );
}

function handlersOf(elements: Element[]): string[] {
  return elements.flatMap((element) => element.getAttributeNames().filter((name) => name.startsWith("on")));
}
