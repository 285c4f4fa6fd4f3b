import type { Metadata } from "next";
import { safeNext } from "../../../components/auth/next-path.ts";
import { SignInForm } from "../../../components/auth/sign-in-form.tsx";
import { signIn } from "./actions.ts";

export const metadata: Metadata = { title: "Sign in" };

const leads: Readonly<Record<string, string>> = {
  "link-used": "That link was used already or has run out. Sign in here, or ask for a new one.",
  deleted: "Your account is deleted, with everything that was only yours.",
  "signed-out": "You are signed out. Your pages are where you left them.",
};

type Props = { searchParams: Promise<{ next?: string | string[]; why?: string | string[] }> };

export default async function SignInPage({ searchParams }: Props) {
  const { next, why } = await searchParams;
  return (
    <SignInForm
      action={signIn}
      next={safeNext(next)}
      lead={typeof why === "string" ? leads[why] : undefined}
    />
  );
}
