"use client";
import { DeleteForm, type Gone } from "../account/delete-form.tsx";
import { type Fate, Fates, Refused } from "../account/fates.tsx";
import { whileDeleting } from "./to-sign-in.ts";

type Props = {
  userId: string;
  email: string;
  fates: readonly Fate[];
  deleteAccount: (email: string, password: string) => Promise<Gone>;
};

export function DeleteAccount({ userId, email, fates, deleteAccount }: Props) {
  const deleteNow = (given: string, password: string) => whileDeleting(() => deleteAccount(given, password));
  const leave = async () => (await import("./leave-for-good.ts")).leaveForGood(userId);
  const refused = fates.filter(({ fate }) => fate === "refused");
  return (
    <section aria-labelledby="delete">
      <h2 id="delete">Delete your account</h2>
      {refused.length > 0 ? (
        <Refused fates={refused} />
      ) : (
        <>
          <p>This cannot be undone. Download your data first if you want to keep it.</p>
          <Fates fates={fates} />
          <DeleteForm email={email} deleteAccount={deleteNow} onGone={leave} />
        </>
      )}
    </section>
  );
}
