/**
 * The outbox: what would have been sent by mail. Kept in `outbox.jsonl` (mode 0600), the newest 200, and shown
 * at /mail to the holder of the secret key.
 */
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface Mail {
  readonly id: number;
  readonly at: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** What the link in it does: signup, invite, recovery, magiclink, email_change; or reauthentication. */
  readonly type: string | null;
  /** For `verifyOtp({ token_hash, type })`. */
  readonly tokenHash: string | null;
  /** The digits, for `verifyOtp({ email, token, type })`, or the nonce of a reauthentication. */
  readonly token: string | null;
  /** The address the link leads to. */
  readonly link: string | null;
}

export interface Outbox {
  send(mail: Omit<Mail, "id" | "at">): void;
  /** Newest first; only those to `to` if given. */
  list(to?: string): Mail[];
}

const KEPT = 200;

export function createOutbox(folder: string): Outbox {
  const file = join(folder, "outbox.jsonl");
  const mails = readAll(file);
  return {
    send(mail) {
      mails.unshift({ id: (mails[0]?.id ?? 0) + 1, at: new Date().toISOString(), ...mail });
      mails.splice(KEPT);
      writeFileSync(file, mails.map((kept) => `${JSON.stringify(kept)}\n`).join(""), { mode: 0o600 });
      chmodSync(file, 0o600);
    },
    list: (to) => (to ? mails.filter((mail) => mail.to === to.toLowerCase()) : [...mails]),
  };
}

function readAll(file: string): Mail[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8").split("\n").flatMap(parseLine);
}

/** A crash may have cut the file's last line; what cannot be read is left out. */
function parseLine(line: string): Mail[] {
  try {
    return line ? [JSON.parse(line) as Mail] : [];
  } catch {
    return [];
  }
}

const escapeHtml = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** The outbox as a page for a browser. */
export function outboxPage(mails: readonly Mail[]): string {
  const items = mails.map(
    (mail) =>
      `<article><h2>${escapeHtml(mail.subject)}</h2><p>To ${escapeHtml(mail.to)}, ${escapeHtml(mail.at)}</p>` +
      `<pre>${escapeHtml(mail.text)}</pre>${mail.link ? `<p><a href="${escapeHtml(mail.link)}">Open the link</a></p>` : ""}</article>`,
  );
  return `<!doctype html><html lang="en"><title>Outbox</title><h1>Outbox</h1>${items.join("") || "<p>No mail was sent yet.</p>"}</html>`;
}

/** A mail's body as HTML: a heading, a link, a code. */
export function mailHtml(subject: string, link: string | null, code: string): string {
  const button = link ? `<p><a href="${escapeHtml(link)}">${escapeHtml(subject)}</a></p>` : "";
  return `<h2>${escapeHtml(subject)}</h2>${button}<p>Or enter the code: ${escapeHtml(code)}</p>`;
}
