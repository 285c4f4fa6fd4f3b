/**
 * How often the ways in may be tried, a minute: for one account from one network address; for one account from
 * anywhere, with room left for its owner while a stranger tries; and from one address, behind which may sit a whole
 * office.
 */
import { headers } from "next/headers";
import { addressOf } from "../../lib/web/client-address.ts";
import { createLimit } from "../../lib/web/limit.ts";

const limits = {
  "sign-in": limitsOf({ here: 10, account: 30, address: 100 }),
  "sign-up": limitsOf({ here: 5, account: 10, address: 60 }),
  /** Messages to an address. */
  mail: limitsOf({ here: 3, account: 5, address: 30 }),
  change: limitsOf({ here: 10, account: 10, address: 100 }),
  join: limitsOf({ here: 10, account: 30, address: 60 }),
};

function limitsOf(perMinute: { here: number; account: number; address: number }) {
  return {
    here: createLimit(perMinute.here),
    account: createLimit(perMinute.account),
    address: createLimit(perMinute.address),
  };
}

/** The sentence that refuses one try too many, else null. `account` is what is tried: an email, an id, a token. */
export async function tooMany(what: keyof typeof limits, account: string): Promise<string | null> {
  const { here, account: anywhere, address: all } = limits[what];
  const address = addressOf(await headers());
  const key = account.toLowerCase();
  const wait =
    (address === null ? 0 : all.secondsToWait(address)) ||
    here.secondsToWait(`${address} ${key}`) ||
    anywhere.secondsToWait(key);
  return wait === 0 ? null : `Too many tries in a short time. Wait ${wait} s and try again.`;
}
