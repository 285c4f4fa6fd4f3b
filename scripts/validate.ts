/**
 * `npm run validate -- <url>`: the runbook's critical path, taken by two people in a browser, on any address where the
 * product serves. Prints a line a step with milliseconds and ends with 0, or with 1 at the first step that fails.
 *
 * The two people are throw-away accounts, which stay: their addresses are printed. Where accounts must be confirmed by
 * mail, VALIDATE_EMAIL and VALIDATE_PASSWORD name one that is: it is the person of both windows then. The document that is
 * made for it is deleted forever, whatever happened.
 */
import { parseArgs, stripVTControlCharacters } from "node:util";
import { type Browser, chromium, expect as expectOf, type Page } from "@playwright/test";
import { body, callAs, invite, moveToTrash, newDocument, openDocument, saveState } from "../e2e/document.ts";
import { type Person, password, signIn, signOut, signUp } from "../e2e/person.ts";
import { chromiumArguments, ensureChromium } from "./chromium.ts";

/** Of a step's waits: a far server is slower than a test's own. */
const STEP_MS = 20_000;
const WORDS = "Written by the validation";
const MORE = ", and seen by another";
const expect = expectOf.configure({ timeout: STEP_MS });

const [given] = parseArgs({ allowPositionals: true }).positionals;

async function step<Result>(name: string, take: () => Promise<Result>): Promise<Result> {
  const begun = performance.now();
  const line = (sign: string) => `${sign} ${name}: ${Math.round(performance.now() - begun)} ms`;
  try {
    const result = await take();
    console.log(line("ok    "));
    return result;
  } catch (error) {
    console.log(line("failed"));
    throw error;
  }
}

type Someone = { readonly person: Person; readonly secret: string; readonly isNew: boolean };

async function enter(browser: Browser, base: string): Promise<Someone> {
  const { VALIDATE_EMAIL: email, VALIDATE_PASSWORD: secret } = process.env;
  if (!email || !secret) {
    const person = await step("sign up", () => signUp(browser, "Validation", `${base}/sign-up`));
    console.log(`       ${person.email} is a throw-away account`);
    return { person, secret: password, isNew: true };
  }
  const page = await openPage(browser);
  await step(`sign in as ${email}`, async () => {
    await page.goto(`${base}/sign-in`);
    await signIn(page, email, secret);
  });
  return { person: { page, name: email, email, workspaceUrl: page.url() }, secret, isNew: false };
}

async function openPage(browser: Browser): Promise<Page> {
  const context = await browser.newContext();
  return context.newPage();
}

const isSignedIn = (page: Page) => expect(page.getByRole("button", { name: "Account" })).toBeVisible();

async function stayIn({ person: { page, email }, secret }: Someone): Promise<void> {
  await isSignedIn(page);
  await step("sign out", () => signOut(page));
  await step("sign in", () => signIn(page, email, secret));
  await step("still signed in after a reload", async () => {
    await page.reload();
    await isSignedIn(page);
  });
}

async function edit(page: Page, url: string): Promise<void> {
  await step("edit it until it says Saved", async () => {
    await page.keyboard.type(WORDS);
    await expect(saveState(page)).toHaveText("Saved");
  });
  await step("a reload shows the same", async () => {
    await openDocument(page, url);
    await expect(body(page)).toHaveText(WORDS);
  });
}

/** The other person, or where the account was given the same one's second window. */
async function secondWindow(browser: Browser, { person: owner, secret, isNew }: Someone): Promise<Page> {
  if (!isNew) {
    const page = await openPage(browser);
    await page.goto(new URL("/sign-in", owner.workspaceUrl).href);
    await signIn(page, owner.email, secret);
    return page;
  }
  const guest = await step("invite another", () => invite(browser, owner, "Validation, another"));
  console.log(`       ${guest.email} is a throw-away account`);
  return guest.page;
}

async function together(first: Page, second: Page, url: string, people: number): Promise<void> {
  await step("a second window shows the words", async () => {
    await openDocument(second, url);
    await expect(body(second)).toHaveText(WORDS);
    await expect(body(first)).toHaveAttribute("contenteditable", "true");
  });
  await step("each sees who is here", async () => {
    for (const page of [first, second])
      await expect(page.getByRole("list", { name: "People here" }).getByRole("listitem")).toHaveCount(people);
  });
  await step("the other's caret, typing and words are seen", async () => {
    await body(first).click();
    await first.keyboard.press("Control+End");
    await Promise.all([
      first.keyboard.type(MORE, { delay: 60 }),
      expect(second.locator("[data-remote-cursor]")).toBeAttached(),
      expect(second.getByRole("status", { name: "Typing" })).toHaveText(/ is typing…$/),
    ]);
    await expect(body(second)).toHaveText(WORDS + MORE);
    await expect(saveState(first)).toHaveText("Saved");
  });
}

async function followPath(browser: Browser, base: string): Promise<void> {
  const someone = await enter(browser, base);
  const { page } = someone.person;
  await stayIn(someone);
  const url = await step("create a document", () => newDocument(page, "Validation (may be deleted)"));
  try {
    await edit(page, url);
    const second = await secondWindow(browser, someone);
    await together(page, second, url, someone.isNew ? 2 : 1);
    await step("delete it: the other window can write no more", async () => {
      await moveToTrash(page);
      await expect(body(second)).toHaveAttribute("contenteditable", "false");
    });
  } finally {
    await removeDocument(page, url);
  }
}

async function removeDocument(page: Page, url: string): Promise<void> {
  const id = { p_document_id: url.split("/d/")[1]?.slice(0, 36) };
  try {
    await callAs(page, "trash_document", id);
    await callAs(page, "delete_document_forever", id);
    console.log("       its document is deleted forever");
  } catch (error) {
    console.error(`Its document is still there, ${url}: ${String(error)}`);
    process.exitCode = 1;
  }
}

/** What a step waited for in vain, and what the pages say meanwhile, such as that a mail must be confirmed first. */
async function explain(error: unknown, browser: Browser): Promise<string> {
  const pages = browser.contexts().flatMap((context) => context.pages());
  const said = await Promise.all(
    pages.map(async (page) => {
      const texts = await page.locator("h1, [role=alert]").allInnerTexts();
      return `${page.url()} says: ${texts.filter(Boolean).join(" ") || "nothing"}`;
    }),
  );
  const message = error instanceof Error ? error.message : String(error);
  return [stripVTControlCharacters(message).trim(), ...said].join("\n");
}

async function validate(address: string): Promise<void> {
  const base = new URL(address).origin;
  // Where the steps shared with the browser tests make their people.
  process.env.E2E_BASE_URL = base;
  const browser = await chromium.launch({ executablePath: await ensureChromium(), args: chromiumArguments });
  const begun = performance.now();
  try {
    await followPath(browser, base);
    console.log(`The critical path works on ${base}: ${Math.round(performance.now() - begun)} ms.`);
  } catch (error) {
    console.error(await explain(error, browser));
    process.exitCode = 1;
  } finally {
    await browser.close();
  }
}

/** A sentence, or null. */
function faultOf(env: NodeJS.ProcessEnv): string | null {
  if (given === undefined || !URL.canParse(given))
    return "Say where the product serves: npm run validate -- https://your-domain.example";
  if (!env.VALIDATE_EMAIL === !env.VALIDATE_PASSWORD) return null;
  return "VALIDATE_EMAIL and VALIDATE_PASSWORD go together: set both, or none for two throw-away accounts.";
}

const fault = faultOf(process.env);
if (fault === null) await validate(String(given));
else {
  console.error(fault);
  process.exitCode = 1;
}
