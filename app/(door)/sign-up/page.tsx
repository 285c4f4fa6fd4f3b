import type { Metadata } from "next";
import { safeNext } from "../../../components/auth/next-path.ts";
import { SignUpForm } from "../../../components/auth/sign-up-form.tsx";
import { signUp } from "./actions.ts";

export const metadata: Metadata = { title: "Create an account" };

type Props = { searchParams: Promise<{ next?: string | string[] }> };

export default async function SignUpPage({ searchParams }: Props) {
  return <SignUpForm action={signUp} next={safeNext((await searchParams).next)} />;
}
