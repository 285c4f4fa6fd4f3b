/** What the browser refused because of the page's policy: on any screen of ours there must be nothing. */
import type { BrowserContext } from "@playwright/test";

/** A list that grows; watches every page of the context from now on. */
export async function watchViolations(context: BrowserContext): Promise<string[]> {
  const seen: string[] = [];
  await context.exposeBinding("noteViolation", ({ page }, what: string) => {
    seen.push(`${new URL(page.url()).pathname}: ${what}`);
  });
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      const { effectiveDirective, blockedURI, sample, sourceFile, lineNumber } = event;
      const note = (globalThis as { noteViolation?: (what: string) => void }).noteViolation;
      note?.(`${effectiveDirective} ${blockedURI} ${sample} ${sourceFile}:${lineNumber}`);
    });
  });
  // Some are only told in the console: what was refused before the document was there.
  context.on("console", (message) => {
    const text = message.text();
    if (/content security policy|trusted type/i.test(text)) seen.push(`${message.page()?.url()}: ${text}`);
  });
  return seen;
}
