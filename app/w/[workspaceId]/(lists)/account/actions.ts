"use server";
import * as z from "zod";
import type { Gone } from "../../../../../components/account/delete-form.tsx";
import type { OwnDataAnswer } from "../../../../../components/workspace/own-data.tsx";
import { findVerifiedUser } from "../../../../../lib/auth/current-user.ts";
import { deleteAccount as deleteForGood, OwnData } from "../../../../../lib/data/account.ts";
import { checkPassword } from "../../../../../lib/supabase/password.ts";
import { tooMany } from "../../../../(door)/tries.ts";
import { ask } from "../../ask.ts";

export async function readOwnData(): Promise<OwnDataAnswer> {
  const asked = await ask("my_data", {});
  return asked.ok ? { ok: true, data: OwnData.parse(asked.data) } : asked;
}

const Wish = z.object({ email: z.string().trim().max(254), password: z.string().min(1).max(1000) });

/** For whoever knows the account's address and password; the session alone does not suffice. */
export async function deleteAccount(email: string, password: string): Promise<Gone> {
  const user = await findVerifiedUser();
  if (!user?.email) return refused("form", "You are signed out. Sign in again; nothing was deleted.");
  const wish = Wish.safeParse({ email, password });
  if (!wish.success || wish.data.email.toLowerCase() !== user.email.toLowerCase())
    return refused("email", `Type ${user.email}, the address of this account. Nothing was deleted.`);
  const many = await tooMany("sign-in", user.email);
  if (many) return refused("form", many);
  const found = await checkPassword(user.email, wish.data.password);
  if (!found.ok && found.code === undefined)
    return refused(
      "form",
      "The account service does not answer. Nothing was deleted; try again in a moment.",
    );
  // One id decides: the session's, and the password must open that very account.
  if (!found.ok || found.userId !== user.id)
    return refused("password", "That is not this account's password. Nothing was deleted.");
  const sentence = await deleteForGood(user.id);
  return sentence === null ? { ok: true } : refused("form", sentence);
}

function refused(field: "email" | "password" | "form", sentence: string): Gone {
  return { ok: false, field, sentence };
}
