/**
 * What `[auth]` of `supabase/config.toml` says, with hosted projects' defaults where it says nothing. Durations
 * are in seconds; `max_frequency` is read as Go writes durations ("60s", "1m30s").
 */
import { readFile } from "node:fs/promises";
import { parse } from "smol-toml";
import { parseDuration } from "./auth-duration.ts";

export interface AuthConfig {
  readonly siteUrl: string;
  readonly redirectUrls: readonly string[];
  readonly jwtExpiry: number;
  readonly isSignUpOpen: boolean;
  readonly hasAnonymous: boolean;
  readonly minimumPasswordLength: number;
  readonly rotates: boolean;
  /** Seconds within which a refresh token that was used may be used again. */
  readonly reuseInterval: number;
  readonly confirmsEmail: boolean;
  /** True: a new address is confirmed from both mailboxes. */
  readonly confirmsBothEmails: boolean;
  /** True: a password is changed with a nonce unless the session is younger than a day. */
  readonly needsReauthentication: boolean;
  readonly otpLength: number;
  readonly otpExpiry: number;
  /** Seconds between two mails of a kind to one person. 0 without `--rate-limits`. */
  readonly mailInterval: number;
  readonly rates: Rates;
  /** What the file switches on and the stand-in has not: `auth.external.github`, `auth.captcha` … */
  readonly missing: readonly string[];
}

/** Per hour and project, per hour and address, and three times per 5 minutes and address. */
export interface Rates {
  readonly emailsPerHour: number;
  readonly anonymousPerHour: number;
  readonly refreshesPer5Minutes: number;
  readonly signUpsPer5Minutes: number;
  readonly verificationsPer5Minutes: number;
}

/** What the command line says; it wins over the file. */
export interface AuthWishes {
  readonly siteUrl: string;
  readonly confirmEmail: boolean;
  readonly rateLimits: boolean;
}

type Table = Readonly<Record<string, unknown>>;

/** Throws a sentence when the file is not TOML. A file that is not there says nothing. */
export async function readAuthConfig(file: string, wishes: AuthWishes): Promise<AuthConfig> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  try {
    return toConfig(tableOf(parse(text), "auth"), wishes);
  } catch (cause) {
    throw new Error(`${file} cannot be read: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

function toConfig(auth: Table, wishes: AuthWishes): AuthConfig {
  const email = tableOf(auth, "email");
  return {
    siteUrl: wishes.siteUrl,
    // What a person opens in a browser here may be called either way.
    redirectUrls: [
      ...listOf(auth, "additional_redirect_urls"),
      `${wishes.siteUrl}/**`,
      "http://localhost:*/**",
    ],
    jwtExpiry: numberOf(auth, "jwt_expiry", 3_600),
    isSignUpOpen: flagOf(auth, "enable_signup", true),
    hasAnonymous: flagOf(auth, "enable_anonymous_sign_ins", false),
    minimumPasswordLength: numberOf(auth, "minimum_password_length", 6),
    rotates: flagOf(auth, "enable_refresh_token_rotation", true),
    reuseInterval: numberOf(auth, "refresh_token_reuse_interval", 10),
    confirmsEmail: wishes.confirmEmail || flagOf(email, "enable_confirmations", false),
    confirmsBothEmails: flagOf(email, "double_confirm_changes", true),
    needsReauthentication: flagOf(email, "secure_password_change", false),
    otpLength: numberOf(email, "otp_length", 6),
    otpExpiry: numberOf(email, "otp_expiry", 3_600),
    mailInterval: wishes.rateLimits ? parseDuration(textOf(email, "max_frequency", "60s")) / 1_000 : 0,
    rates: toRates(tableOf(auth, "rate_limit")),
    missing: findMissing(auth),
  };
}

function toRates(table: Table): Rates {
  return {
    emailsPerHour: numberOf(table, "email_sent", 30),
    anonymousPerHour: numberOf(table, "anonymous_users", 30),
    refreshesPer5Minutes: numberOf(table, "token_refresh", 150),
    signUpsPer5Minutes: numberOf(table, "sign_in_sign_ups", 30),
    verificationsPer5Minutes: numberOf(table, "token_verifications", 30),
  };
}

/** Tables below these names say `enabled`, or `enroll_enabled`. */
const ABSENT = ["external", "hook", "mfa", "sms", "captcha", "third_party", "web3", "oauth_server", "saml"];

function findMissing(auth: Table): string[] {
  const isOn = (table: Table) => table.enabled === true || table.enroll_enabled === true;
  return ABSENT.flatMap((name) => {
    const table = tableOf(auth, name);
    const parts = Object.keys(table).filter((key) => isOn(tableOf(table, key)));
    return [...(isOn(table) ? [`auth.${name}`] : []), ...parts.map((part) => `auth.${name}.${part}`)];
  });
}

function tableOf(table: Table, key: string): Table {
  const value = table[key];
  return typeof value === "object" && value !== null ? (value as Table) : {};
}

function settingOf<T>(table: Table, key: string, otherwise: T): T {
  const value = table[key];
  if (value === undefined) return otherwise;
  if (typeof value !== typeof otherwise) throw new Error(`${key} is not a ${typeof otherwise}.`);
  return value as T;
}

const flagOf = (table: Table, key: string, otherwise: boolean) => settingOf(table, key, otherwise);
const numberOf = (table: Table, key: string, otherwise: number) => settingOf(table, key, otherwise);
const textOf = (table: Table, key: string, otherwise: string) => settingOf(table, key, otherwise);
const listOf = (table: Table, key: string) => (Array.isArray(table[key]) ? table[key].map(String) : []);
