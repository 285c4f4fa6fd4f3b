/**
 * The outbox: what would have been sent by mail. Kept in `outbox.jsonl` (mode 0600), the newest 200, and shown
 * at /mail to the holder of the secret key.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EmailDriver, EmailMessage } from "@supabase/lite";

export interface Mail {
  readonly id: number;
  readonly at: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** What the link in it does: signup, recovery, magiclink, email_change, or null. */
  readonly type: string | null;
  /** For `verifyOtp({ token_hash, type })`. */
  readonly tokenHash: string | null;
  /** The six digits, for `verifyOtp({ email, token, type })`. */
  readonly token: string | null;
  /** The address the button leads to. */
  readonly link: string | null;
  /** What the browser that asked will prove (PKCE), if it asked so. */
  readonly challenge: { readonly value: string; readonly method: string } | null;
}

/** What was asked along with a mail. */
export interface Wish {
  readonly redirectTo: string | null;
  readonly challenge: Mail["challenge"];
}

export interface Outbox {
  readonly driver: EmailDriver;
  /** Newest first; only those to `to` if given. */
  list(to?: string): Mail[];
  /** Mails sent while `work` runs carry the wish. */
  during<T>(wish: Wish, work: () => Promise<T>): Promise<T>;
}

const KEPT = 200;
const LINK = /https?:\/\/[^\s"<>]*\/auth\/v1\/verify\?[^\s"<>]*/g;

/** `apiUrl` is the stand-in's own address: lite writes links as if the product's pages served the API. */
export function createOutbox(folder: string, apiUrl: string): Outbox {
  const file = join(folder, "outbox.jsonl");
  const mails = readAll(file);
  const wishes = new AsyncLocalStorage<Wish>();

  const readdress = (text: string): string =>
    text.replace(LINK, (link) => {
      const { searchParams } = new URL(link.replaceAll("&amp;", "&"));
      const redirectTo = wishes.getStore()?.redirectTo;
      if (redirectTo) searchParams.set("redirect_to", redirectTo);
      return `${apiUrl}/auth/v1/verify?${searchParams}`;
    });

  function keep(message: EmailMessage): void {
    const text = readdress(String(message.text ?? ""));
    const html = readdress(String(message.html ?? ""));
    const link = text.match(LINK)?.[0] ?? null;
    const query = link ? new URL(link).searchParams : null;
    mails.unshift({
      id: (mails[0]?.id ?? 0) + 1,
      at: new Date().toISOString(),
      to: [message.to].flat().join(", "),
      subject: message.subject,
      text,
      html,
      type: query?.get("type") ?? null,
      tokenHash: query?.get("token") ?? null,
      token: /\b\d{6}\b/.exec(text)?.[0] ?? null,
      link,
      challenge: wishes.getStore()?.challenge ?? null,
    });
    mails.splice(KEPT);
    writeFileSync(file, mails.map((mail) => `${JSON.stringify(mail)}\n`).join(""), { mode: 0o600 });
    chmodSync(file, 0o600);
  }

  return {
    driver: { send: async (message) => keep(message) },
    list: (to) => (to ? mails.filter((mail) => mail.to === to.toLowerCase()) : [...mails]),
    during: (wish, work) => wishes.run(wish, work),
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
