/**
 * Where Supabase is and with which keys, read from the environment each time it is asked for: nothing is fixed at
 * build, so one build serves many deployments. A broken variable throws one sentence naming it; the value of a
 * key is never part of it.
 */
import * as z from "zod";
import { AppError } from "../core/errors.ts";

const Environment = z.object({
  NEXT_PUBLIC_SUPABASE_URL: z
    .url({
      protocol: /^https?$/,
      error: "must be the project's URL, such as https://abcdefgh.supabase.co",
    })
    .transform((url) => url.replace(/\/+$/, "")),
  NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: z
    .string({ error: "is missing; it is the project's publishable key (sb_publishable_…)" })
    .min(20, "is too short for a publishable key (sb_publishable_…)")
    .refine((key) => !key.startsWith("sb_secret_"), "holds a secret key, which must never reach a browser"),
});

const SecretEnvironment = z.object({
  SUPABASE_SECRET_KEY: z
    .string({ error: "is missing; it is the project's secret key (sb_secret_…)" })
    .min(20, "is too short for a secret key (sb_secret_…)"),
});

/** What a browser may know. */
export type PublicConfig = { readonly url: string; readonly publishableKey: string };

type Source = Readonly<Record<string, string | undefined>>;

export function readPublicConfig(source: Source = process.env): PublicConfig {
  const env = parse(Environment, source);
  return {
    url: env.NEXT_PUBLIC_SUPABASE_URL,
    publishableKey: env.NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY,
  };
}

export function readSecretKey(source: Source = process.env): string {
  return parse(SecretEnvironment, source).SUPABASE_SECRET_KEY;
}

function parse<Shape extends z.ZodType>(shape: Shape, source: Source): z.infer<Shape> {
  const result = shape.safeParse(source);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const name = String(issue?.path[0] ?? "The environment");
  const given = source[name];
  const isPublic = name === "NEXT_PUBLIC_SUPABASE_URL" && given !== undefined && given !== "";
  const found = isPublic ? `; it is ${JSON.stringify(given.slice(0, 100))}` : "";
  throw new AppError("unavailable", `${name} ${issue?.message ?? "is not valid"}${found}.`, {
    reason: "broken_environment",
  });
}
