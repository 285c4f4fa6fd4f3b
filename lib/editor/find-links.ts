/** Addresses in words, by linkify, whose list of top-level domains is most of it: loaded behind the text. */
import { find, tokenize } from "linkifyjs";
import { isSafeHref } from "../core/link.ts";

export type FoundLink = { readonly start: number; readonly end: number; readonly href: string };
export type LinkFinder = {
  /** Those that are written in full: with their scheme, or as www.example.com and ann@example.com. */
  readonly all: (text: string) => FoundLink[];
  /** The word is one that is written in full, in brackets or at the end of a sentence perhaps; null: it is none, or more than one. */
  readonly ofWord: (word: string) => FoundLink | null;
  /** Where the whole text leads to, if it is an address, perhaps without its scheme. */
  readonly hrefOf: (text: string) => string | null;
};

type Token = { isLink: boolean; value: string; href: string; start: number; end: number };

export const linkFinder: LinkFinder = {
  all: (text) =>
    find(text.replace(BESIDE_ADDRESS, " "), { defaultProtocol: "http" }).filter(isFull).map(placed),
  ofWord(word) {
    if (!MARKS_OF_ADDRESS.test(word)) return null;
    const tokens = tokenize(word.replace(ENDS_SENTENCE, "")).map((token): Token => token.toObject("http"));
    const [first, middle, last] = tokens;
    const isBracketed = tokens.length === 3 && ["()", "[]"].includes(`${first?.value}${last?.value}`);
    const one = tokens.length === 1 ? first : isBracketed ? middle : undefined;
    return one && isFull(one) ? placed(one) : null;
  },
  hrefOf(text) {
    const whole = find(text, { defaultProtocol: "http" }).find(({ value }) => value === text);
    return whole && leads(whole) ? whole.href : null;
  },
};

/** An address in full has a scheme or a domain. Most words have neither, and need no look at their parts. */
const MARKS_OF_ADDRESS = /[.:]/;

/** Around an address in code and in mails, and in none. */
const BESIDE_ADDRESS = /[<>"]/g;

const ENDS_SENTENCE = /[.,;:!?]+$/;

const placed = ({ start, end, href }: Token): FoundLink => ({ start, end, href });

/** A name alone, as "a.com" or "main.rs", is a word: nobody who writes it says that it leads somewhere. */
const isFull = (token: Token): boolean =>
  leads(token) && (isSafeHref(token.value) || /^www\.|^[^@:/]+@/i.test(token.value));

/** `localhost` and bare numbers are words; a name with a scheme or a domain is an address. */
function leads({ isLink, value, href }: Token): boolean {
  if (!isLink || !isSafeHref(href)) return false;
  if (/^[a-z][a-z0-9+.-]*:(\/\/|[^@]*$)/i.test(value)) return true;
  const host =
    value
      .split("@")
      .at(-1)
      ?.split(/[/?#:]/)[0] ?? "";
  return host.includes(".") && !/^\d{1,3}(\.\d{1,3}){3}$/.test(host);
}
